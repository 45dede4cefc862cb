"""Patterns and matches that are added and removed while Kupo runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from milestone_core.api import BadInput
from milestone_devnet.faucet import TOKEN
from milestone_devnet.kupo.administration import MAX_PATTERNS
from milestone_devnet.node import Devnet, Settings

from .clients import DEADLINE, Kupo
from .wallet import funded_key, text_of

NOTHING = f"{'00' * 28}/*"
ORIGIN = {"rollback_to": {"slot_no": 0, "header_hash": "00" * 32}}
FROM_ANYWHERE = {**ORIGIN, "limit": "unsafe_allow_beyond_safe_zone"}


@pytest.fixture
def own() -> Iterator[Devnet]:
    """A devnet whose Kupo watches for nothing that is ever there."""
    with Devnet(Settings(block_time=0, match=(NOTHING,))) as devnet:
        yield devnet


def put(devnet: Devnet, path: str, body: Any) -> requests.Response:
    return requests.put(f"{devnet.kupo_url}{path}", json=body, timeout=DEADLINE)


def delete(devnet: Devnet, path: str) -> requests.Response:
    return requests.delete(f"{devnet.kupo_url}{path}", timeout=DEADLINE)


def test_a_new_pattern_finds_what_came_after_the_point_and_what_is_to_come(own: Devnet) -> None:
    kupo = Kupo(own.kupo_url)
    key, _ = funded_key(own)
    second = own.advance(seconds=10)
    later = own.fund(text_of(key), lovelace=2_000_000)
    assert kupo.json("/matches") == []
    point = {"slot_no": second.slot, "header_hash": second.hash}
    answer = put(own, f"/patterns/{text_of(key)}", {"rollback_to": point})
    assert answer.json() == [NOTHING, key.address.hex()] == kupo.json("/patterns")
    (match,) = kupo.json("/matches")
    assert match["transaction_id"] == later.transaction
    own.fund(text_of(key), lovelace=3_000_000)
    assert len(kupo.json("/matches")) == 2
    put(own, f"/patterns/{text_of(key)}", FROM_ANYWHERE)
    assert len(kupo.json("/matches")) == 3


def test_a_slot_alone_names_the_newest_block_before_it(own: Devnet) -> None:
    kupo = Kupo(own.kupo_url)
    funded_key(own, tokens=5)
    first = own.control.status()["slot"]
    own.advance(seconds=100)
    body = {"patterns": [f"{TOKEN.policy.hex()}.*"], "rollback_to": {"slot_no": first + 50}}
    assert put(own, "/patterns", body).status_code == 200
    assert kupo.json("/matches") == []
    funded_key(own, tokens=5)
    assert len(kupo.json("/matches")) == 2  # the faucet's change has the token too


def test_a_removed_pattern_keeps_its_matches_until_they_are_deleted(own: Devnet) -> None:
    kupo = Kupo(own.kupo_url)
    key, _ = funded_key(own)
    pattern = text_of(key)
    put(own, f"/patterns/{pattern}", FROM_ANYWHERE)
    refused = delete(own, f"/matches/{pattern}")
    assert (refused.status_code, "still active" in refused.json()["hint"]) == (400, True)
    assert delete(own, f"/patterns/{pattern}").json() == {"deleted": 1}
    assert delete(own, f"/patterns/{pattern}").json() == {"deleted": 0}
    own.fund(pattern, lovelace=2_000_000)
    assert len(kupo.json(f"/matches/{pattern}")) == 1
    assert delete(own, f"/matches/{pattern}").json() == {"deleted": 1}
    assert kupo.json(f"/matches/{pattern}") == []
    put(own, f"/patterns/{pattern}", FROM_ANYWHERE)
    assert len(kupo.json(f"/matches/{pattern}")) == 2


def test_matches_are_not_deleted_where_any_active_pattern_may_make_them_again(
    devnet: Devnet,
) -> None:
    for path in ("/matches", "/matches/*", f"/matches/{NOTHING}", f"/matches/{'00' * 28}.*"):
        assert delete(devnet, path).status_code == 400
    assert delete(devnet, "/matches/nonsense").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"rollback_to": None},
        {"rollback_to": {}},
        {"rollback_to": {"slot_no": "5"}},
        {"rollback_to": {"slot_no": -1}},
        {"rollback_to": {"slot_no": True}},
        {"rollback_to": {"slot_no": 2**64}},
        {"rollback_to": {"slot_no": 1.5}},
        {"rollback_to": {"slot_no": 0}},
        {"rollback_to": {"slot_no": 10**12, "header_hash": "00" * 32}},
        {"rollback_to": {"slot_no": 10**12, "header_hash": "00"}},
        {"rollback_to": {"slot_no": 10**12, "header_hash": 5}},
        {"rollback_to": {"slot_no": 10**12}, "limit": "whatever"},
        {"rollback_to": {"slot_no": 10**12}, "limit": 5},
        ORIGIN,
    ],
)
def test_a_wrong_point_is_refused_and_nothing_is_added(own: Devnet, body: Any) -> None:
    answer = put(own, "/patterns/*", body)
    assert answer.status_code == 400
    assert "hint" in answer.json()
    assert Kupo(own.kupo_url).json("/patterns") == [NOTHING]


@pytest.mark.parametrize("patterns", [None, 5, [5], ["nonsense"], ["*", "nonsense"]])
def test_a_list_with_something_wrong_is_refused_as_a_whole(own: Devnet, patterns: Any) -> None:
    body = {"patterns": patterns, **FROM_ANYWHERE}
    assert put(own, "/patterns", body).status_code == 400
    assert Kupo(own.kupo_url).json("/patterns") == [NOTHING]


def test_bytes_that_are_no_json_and_a_body_too_large_are_refused(own: Devnet) -> None:
    url = f"{own.kupo_url}/patterns/*"
    for data, status in ((b"\xff", 400), (b"[" * 100_000, 400), (b" " * 2**21, 413)):
        answer = requests.put(url, data=data, timeout=DEADLINE)
        assert (answer.status_code, "hint" in answer.json()) == (status, True)


def test_patterns_are_not_taken_without_end(own: Devnet) -> None:
    many = [f"{number}@{'00' * 32}" for number in range(MAX_PATTERNS)]
    assert put(own, "/patterns", {"patterns": many, **FROM_ANYWHERE}).status_code == 503
    assert put(own, "/patterns", {"patterns": many[1:], **FROM_ANYWHERE}).status_code == 200
    funded_key(own)
    assert len(Kupo(own.kupo_url).json("/patterns")) == MAX_PATTERNS


def test_what_is_watched_is_kept_with_the_chain(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "devnet.db", block_time=0, match=(NOTHING,))
    with Devnet(settings) as devnet:
        key, _ = funded_key(devnet)
        put(devnet, f"/patterns/{text_of(key)}", FROM_ANYWHERE)
        assert delete(devnet, f"/patterns/{NOTHING}").json() == {"deleted": 1}
    with Devnet(replace(settings, match=())) as devnet:
        kupo = Kupo(devnet.kupo_url)
        assert kupo.json("/patterns") == [key.address.hex()]
        assert len(kupo.json("/matches")) == 1
        devnet.control.reset()
        assert kupo.json("/patterns") == [key.address.hex()]
    with Devnet(replace(settings, match=(text_of(key),))) as devnet:
        assert Kupo(devnet.kupo_url).json("/patterns") == [key.address.hex()]
    with pytest.raises(BadInput, match=key.address.hex()):
        Devnet(settings).start()


def test_a_snapshot_is_of_the_chain_and_not_of_what_is_watched(own: Devnet, tmp_path: Path) -> None:
    key, _ = funded_key(own)
    (tmp_path / "snapshot").write_bytes(own.control.snapshot())
    put(own, f"/patterns/{text_of(key)}", FROM_ANYWHERE)
    own.control.restore((tmp_path / "snapshot").read_bytes())
    assert Kupo(own.kupo_url).json("/patterns") == [NOTHING, key.address.hex()]
    with Devnet(Settings(block_time=0, snapshot=tmp_path / "snapshot")) as devnet:
        assert Kupo(devnet.kupo_url).json("/patterns") == ["*"]
