"""Every command that reads a file, given files of any content: refused by name, never a crash."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.cli.main import run
from milestone_core.errors import BadDocument
from milestone_core.files.panel import parse_panel
from tests.cli.test_bad_schedules import GOOD, HEADER, TOML

FILE = "{file}"
COMMANDS = {
    "a schedule": f"register {FILE}",
    "rows": f"register good.toml --csv {FILE}",
    "a bundle": f"bundle import {FILE}",
    "a message to oracles": f"oracle sign {FILE} --key {FILE}",
    "a signing key": f"contract publish --key {FILE} --yes",
    "a project file": f"--config {FILE} config show",
    "a compiled contract": "--config contract.toml contract show",
    "a published schedule": f"verify {'ab' * 28}.{'cd' * 32} --schedule {FILE}",
}
"""By what the file is said to be. None may come so far as to ask a server."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KINDS = ("bundle", "attestation", "attestation-message", "cancel-message", "rotate-message")
KEYS = ("schedule", "programme", "round", "payload", "distributions", "attestations", "magic")
nearly = st.fixed_dictionaries(
    {"schema": st.just(1), "kind": st.sampled_from(KINDS)},
    optional=dict.fromkeys(KEYS, anything),
)
envelope = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["PaymentSigningKeyShelley_ed25519", "Anything"]),
        "description": st.text(max_size=5),
        "cborHex": st.text("0123456789abcdefg", max_size=70),
    }
)
tables = st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=4).map(
    lambda rows: HEADER + "\n".join(",".join(cells) for cells in rows)
)
toml = st.dictionaries(st.sampled_from(TOML.split()), st.text(max_size=8)).map(
    lambda lines: "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items())
)
content = st.one_of(
    st.binary(max_size=200),
    st.one_of(anything, nearly, envelope).map(lambda document: json.dumps(document).encode()),
    st.one_of(st.text(max_size=100), tables, toml).map(lambda t: t.encode("utf-8", "replace")),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    (path / "good.toml").write_text(TOML)
    (path / "contract.toml").write_text('[blueprint]\npath = "file"\n')
    return path


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(raw=content)
def test_a_file_of_any_content_is_refused_by_name(
    folder: Path,
    clean_environment: None,  # noqa: ARG001
    command: str,
    raw: bytes,
) -> None:
    (folder / "file").write_bytes(raw)
    code, out, err = milestone(folder, *command.replace(FILE, "file").split(), "--json")
    if code == 0:  # a text without a key is a project file that sets nothing
        assert "config" in command
        return
    assert code == (9 if "config" in command else 2), err
    assert out == ""
    assert "Traceback" not in err
    assert json.loads(err.splitlines()[-1])["error"]["message"]
    assert not (folder / "data").exists()


@given(raw=content)
def test_new_oracles_of_any_content_are_refused_by_name(raw: bytes) -> None:
    with pytest.raises(BadDocument):
        parse_panel(raw, "new.toml", "devnet")


def test_the_good_file_among_them_is_good(
    tmp_path: Path,
    clean_environment: None,  # noqa: ARG001
) -> None:
    (tmp_path / "good.toml").write_text(TOML)
    (tmp_path / "rows.csv").write_text(HEADER + GOOD)
    code, _, err = milestone(tmp_path, "register", "good.toml", "--csv", "rows.csv")
    assert (code, err) == (0, "")


def milestone(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Run a command line in a folder."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        os.environ.pop("MILESTONE_CONFIG", None)
        return run(arguments), out.getvalue(), err.getvalue()
