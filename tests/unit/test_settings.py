"""A frozen dataclass tells what can be set, and what is set is checked against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from milestone_core.settings import settings_from_document, settings_of


@dataclass(frozen=True)
class Everything:
    url: str = field(default="ws://localhost", metadata={"help": "where it listens"})
    timeout: int = 30
    strict: bool = False
    file: Path | None = None

    def __post_init__(self) -> None:
        if self.timeout < 1:
            raise ValueError(f"a timeout of {self.timeout} seconds")


BASE = Path("/project")
SETTINGS = settings_of(Everything)


def test_fields_are_read_with_their_types_defaults_and_help() -> None:
    assert [(s.name, s.kind, s.default, s.help) for s in SETTINGS.values()] == [
        ("url", str, "ws://localhost", "where it listens"),
        ("timeout", int, 30, ""),
        ("strict", bool, False, ""),
        ("file", Path, None, ""),
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("url", "wss://x", "wss://x"),
        ("timeout", "-5", -5),
        ("strict", "Yes", True),
        ("strict", "0", False),
        ("file", "a/b", BASE / "a/b"),
        ("file", "/a/b", Path("/a/b")),
    ],
)
def test_text_becomes_a_value(name: str, text: str, value: object) -> None:
    assert SETTINGS[name].from_text(text, BASE) == value


@pytest.mark.parametrize(
    ("name", "text"), [("timeout", "1.5"), ("timeout", ""), ("timeout", "٣"), ("strict", "maybe")]
)
def test_text_of_another_type_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="it must be"):
        SETTINGS[name].from_text(text, BASE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("url", 1), ("timeout", True), ("timeout", "1"), ("strict", 1), ("file", 1), ("url", None)],
)
def test_a_document_s_types_are_taken_exactly(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="it must be"):
        SETTINGS[name].from_document(value, BASE)


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert SETTINGS["file"].from_document("~/x", BASE) == Path("/home/somebody/x")


def test_a_document_becomes_the_settings_object() -> None:
    made = settings_from_document(Everything, {"timeout": 5, "file": "x"}, BASE)
    assert made == Everything(timeout=5, file=BASE / "x")


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"timout": 5}, "unknown setting 'timout'; known: url, timeout, strict, file"),
        ({"timeout": "5"}, "timeout: it must be a whole number, not '5'"),
        ({"timeout": 0}, "a timeout of 0 seconds"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_name(
    document: dict[str, object], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        settings_from_document(Everything, document, BASE)


def test_a_field_needs_a_default_and_a_type_that_can_be_set() -> None:
    @dataclass(frozen=True)
    class Undecided:
        url: str

    @dataclass(frozen=True)
    class Float:
        rate: float = 0.5

    with pytest.raises(TypeError, match="no default"):
        settings_of(Undecided)
    with pytest.raises(TypeError, match="'rate' is neither"):
        settings_of(Float)
