from __future__ import annotations

import json
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.address import MAINNET, TESTNET, Address, Credential
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.schedule import (
    DAY,
    TIME_LIMIT,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
    problems,
)
from milestone_core.domain.vesting import MAX_STEPS, Vesting, cliff
from milestone_core.errors import BadDocument
from milestone_core.files.schedule_document import parse_document

ALPHANUMERIC = ascii_letters + digits

hashes = st.binary(min_size=28, max_size=28)
credentials = st.builds(Credential.key, hashes) | st.builds(Credential.script, hashes)
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=10)
slugs = st.builds(
    str.__add__,
    st.text(ALPHANUMERIC, min_size=1, max_size=1),
    st.text(ALPHANUMERIC + "_.-", max_size=63),
)
keys = st.text(ascii_lowercase + "_", min_size=1, max_size=8)
settings_values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)
assets = st.just(ADA) | st.builds(AssetId, hashes, st.binary(max_size=32))
# Made once: strategies take longer to make than to draw from.
addresses_of = {
    network: st.builds(Address, st.just(network), credentials, st.none() | credentials)
    for network in (TESTNET, MAINNET)
}
identifiers = st.lists(texts.filter(bool), min_size=1, max_size=4, unique=True)
oracle_hashes = st.lists(hashes, min_size=1, max_size=4, unique=True)
policies = st.builds(
    PolicyChoice, slugs, st.dictionaries(keys, settings_values), st.none() | hashes
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any schedule that keeps the rules."""
    network = draw(st.sampled_from(["mainnet", "preprod", "devnet"]))
    addresses = addresses_of[MAINNET if network == "mainnet" else TESTNET]
    ids = draw(identifiers)
    ids = [identifier for identifier in ids if len(identifier.encode()) <= 32] or ["m"]
    expiry = draw(st.integers(400 * DAY, TIME_LIMIT - 200 * DAY))
    latest = expiry - 30 * DAY
    vestings = st.one_of(
        st.builds(cliff, st.integers(0, latest)),
        st.builds(
            Vesting,
            st.integers(0, latest - 300 * DAY),
            st.integers(1, DAY),
            st.integers(1, MAX_STEPS),
        ),
    )
    allocations = draw(
        st.lists(
            st.builds(
                Allocation,
                addresses,
                st.sampled_from(ids),
                vestings,
                st.integers(300_000_000, 2**58),
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda allocation: allocation.key,
        )
    )
    oracles = draw(oracle_hashes)
    return Schedule(
        name=draw(slugs),
        network=network,
        asset=draw(assets),
        decimals=draw(st.integers(0, 18)),
        ticker=draw(texts),
        owner=draw(addresses),
        oracles=tuple(oracles),
        quorum=draw(st.integers(1, len(oracles))),
        milestones=tuple(Milestone(identifier, draw(texts)) for identifier in ids),
        allocations=tuple(allocations),
        expiry=expiry,
        until=expiry + draw(st.integers(90, 100)) * DAY,
        policy=draw(policies),
    )


@given(schedules())
def test_a_schedule_is_read_back_from_its_document(schedule: Schedule) -> None:
    assert problems(schedule) == []
    read = parse_document(schedule.document())
    assert read == schedule
    assert read.document_hash() == schedule.document_hash()


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_arbitrary_bytes_are_no_document(raw: bytes) -> None:
    with pytest.raises(BadDocument):
        parse_document(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(schedules(), st.data())
def test_a_document_with_one_value_changed_is_another_schedule_or_none(
    schedule: Schedule, data: st.DataObject
) -> None:
    content = json.loads(schedule.document())
    key = data.draw(st.sampled_from(sorted(content)))
    content[key] = data.draw(json_values)
    raw = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        read = parse_document(raw.encode("utf-8", errors="surrogatepass"))
    except BadDocument:
        return
    assert read.document() == raw.encode()


def sound() -> Schedule:
    people = [Address(0, Credential.key(bytes([n]) * 28)) for n in range(3)]
    return Schedule(
        name="grants",
        network="preprod",
        asset=AssetId(bytes(28), b"GRANT"),
        decimals=2,
        ticker="GRANT",
        owner=people[0],
        oracles=(bytes(28), bytes([1]) * 28),
        quorum=2,
        milestones=(Milestone("design", "Ünder way"),),
        allocations=tuple(Allocation(p, "design", Vesting(0, DAY, 3), 500) for p in people),
        expiry=400 * DAY,
        until=490 * DAY,
        policy=PolicyChoice("quorum-vesting", {"a": [1, "b", True]}),
    )


Spoil = Callable[[dict[str, Any]], object]
MISTAKES: list[tuple[Spoil, str, str]] = [
    (lambda d: d.pop("quorum"), "quorum", "missing"),
    (lambda d: d.update(more=1), "more", "unknown"),
    (lambda d: d.update(schema=2), "schema", "version 2"),
    (lambda d: d.update(schema=True), "schema", "version True"),
    (lambda d: d.update(name="a b"), "name", "not a name"),
    (lambda d: d.update(quorum=3), "quorum", "3 of 2"),
    (lambda d: d.update(quorum=True), "quorum", "whole number"),
    (lambda d: d.update(owner=d["owner"].upper()), "owner", "lower case"),
    (lambda d: d.update(network="mainnet"), "owner", "mainnet"),
    (lambda d: d["oracles"].append("00"), "oracles[2]", "1 bytes"),
    (lambda d: d["oracles"].append(d["oracles"][0]), "oracles", "2 times"),
    (lambda d: d["asset"].update(policy=""), "asset.name", "no asset name"),
    (lambda d: d["asset"].update(name="4752414E54"), "asset.name", "lower-case"),
    (lambda d: d["asset"].update(decimals=19), "asset.decimals", "18"),
    (lambda d: d["milestones"].append({"id": "x"}), "milestones[1].title", "missing"),
    (lambda d: d["milestones"].append(7), "milestones[1]", "table"),
    (lambda d: d["milestones"][0].update(title="\x07"), "milestones[0].title", "printed"),
    (lambda d: d["milestones"][0].update(title="\ud800"), "milestones[0].title", "printed"),
    (lambda d: d["allocations"][1].update(amount=500), "allocations[1].amount", "text"),
    (lambda d: d["allocations"][1].update(amount="05"), "allocations[1].amount", "base units"),
    (lambda d: d["allocations"][1].update(amount="0"), "allocations[1].amount", "base units"),
    (lambda d: d["allocations"][1].update(amount="2"), "allocations[1].amount", "instalments"),
    (lambda d: d["allocations"][1].update(amount=str(2**63)), "allocations[1].amount", "2^63"),
    (
        lambda d: d["allocations"][1].update(milestone="x"),
        "allocations[1].milestone",
        "not in the schedule",
    ),
    (lambda d: d["allocations"][1]["vesting"].update(step=0), "allocations[1].vesting.step", "1"),
    (
        lambda d: d["allocations"][1]["vesting"].update(count=256),
        "allocations[1].vesting.count",
        "",
    ),
    (lambda d: d["allocations"].append(d["allocations"][0]), "allocations", "2 times"),
    (lambda d: d.update(allocations=[]), "allocations", "none"),
    (lambda d: d.update(allocations={}), "allocations", ""),
    (lambda d: d.update(until=d["expiry"]), "until", "90 days"),
    (lambda d: d.update(expiry=-1), "expiry", "between"),
    (lambda d: d["policy"].update(observer="00"), "policy.observer", "0 or 28"),
    (lambda d: d["policy"].update(settings=[]), "policy.settings", "table"),
    (lambda d: d["policy"].update(settings={"a": None}), "policy.settings", "a is neither"),
    (lambda d: d["policy"].update(settings={"a": "\ud800"}), "policy.settings", "printed"),
    (lambda d: d["policy"].update(settings={"a": 2**53}), "policy.settings", "2^53"),
]


@pytest.mark.parametrize(("spoil", "where", "said"), MISTAKES)
def test_a_document_that_breaks_a_rule_is_refused_with_its_place(
    spoil: Spoil, where: str, said: str
) -> None:
    content = json.loads(sound().document())
    spoil(content)
    with pytest.raises(BadDocument) as refusal:
        parse_document(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
    assert any(p.where == where and said in str(p) for p in refusal.value.problems)


Respell = Callable[[bytes], bytes]
SPELLINGS: list[tuple[Respell, str]] = [
    (lambda raw: raw + b"\n", "canonical"),
    (lambda raw: b"\xef\xbb\xbf" + raw, "canonical"),
    (lambda raw: raw.replace(b":", b": "), "canonical"),
    (lambda raw: raw.replace("Ü".encode(), b"\\u00dc"), "canonical"),
    (lambda raw: json.dumps(dict(reversed(json.loads(raw).items()))).encode(), "canonical"),
    (lambda raw: raw.replace(b'"quorum":2', b'"quorum":2,"quorum":2'), "twice"),
    (lambda raw: raw.replace(b'"quorum":2', b'"quorum":2.0'), "whole number"),
    (lambda raw: raw.replace(b'"quorum":2', b'"quorum":NaN'), "whole number"),
    (lambda raw: raw.replace(b'"quorum":2', b'"quorum":' + b"9" * 5_000), "not JSON"),
    (lambda raw: raw[:-1], "not JSON"),
    (lambda raw: raw.replace("Ü".encode(), b"\xdc"), "UTF-8"),
    (lambda _: b"[" * 100_000, "not JSON"),
    (lambda _: b"[]", "table"),
    (lambda _: b"", "not JSON"),
]


@pytest.mark.parametrize(("respell", "said"), SPELLINGS)
def test_only_the_canonical_bytes_are_the_document(respell: Respell, said: str) -> None:
    raw = sound().document()
    assert parse_document(raw) == sound()
    assert respell(raw) != raw
    with pytest.raises(BadDocument) as refusal:
        parse_document(respell(raw), "bundle.json")
    assert said in refusal.value.message
    assert refusal.value.message.startswith("bundle.json: ")
