"""Datums go to plutus data and back unchanged; anything else is foreign, and never a crash."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.vesting import Vesting
from milestone_core.onchain import datums, plutus_data
from milestone_core.onchain.datums import ForeignDatum
from milestone_core.onchain.plutus_data import Constr, Data

hashes = st.binary(min_size=28, max_size=28)
digests = st.binary(min_size=32, max_size=32)
times = st.integers(0, 2**43 - 1)
credentials = st.builds(Credential.key, hashes) | st.builds(Credential.script, hashes)
addresses = st.builds(Address, st.just(0), credentials, st.none() | credentials)
vestings = st.builds(Vesting, times, st.integers(1, 2**43), st.integers(1, 255))
identities = st.builds(AssetId, hashes, digests)
assets = st.just(ADA) | st.builds(AssetId, hashes, st.binary(max_size=32))
milestones = st.builds(
    ProgrammeMilestone,
    st.binary(min_size=1, max_size=32),
    st.none() | digests.filter(lambda evidence: evidence != datums.UNPROVEN),
)
programmes = st.builds(
    Programme,
    milestones=st.lists(milestones, min_size=1, max_size=32).map(tuple),
    oracles=st.lists(hashes, min_size=1, max_size=16).map(tuple),
    quorum=st.integers(1, 16),
    round=st.integers(0, 2**32 - 1),
    owner=credentials,
    until=times,
    cancelled=st.booleans(),
)
vaults = st.builds(Vault, hashes, st.lists(st.integers(0, 255), max_size=300).map(tuple))


@st.composite
def pages(draw: st.DrawFn) -> Page:
    people = draw(st.lists(addresses, min_size=1, max_size=5))
    terms = draw(st.lists(vestings, min_size=1, max_size=16))
    rows = st.builds(
        Row,
        st.integers(0, len(people) - 1),
        st.integers(0, 31),
        st.integers(0, len(terms) - 1),
        st.integers(1, 2**63 - 1),
    )
    return Page(
        registry=draw(hashes),
        rows=tuple(draw(st.lists(rows, min_size=1, max_size=20))),
        addresses=tuple(people),
        vestings=tuple(terms),
        programme=draw(identities),
        asset=draw(assets),
        observer=draw(st.none() | hashes),
        owner=draw(credentials),
        expiry=draw(times),
        document=draw(digests),
    )


@given(programmes)
def test_a_programme_is_read_back_as_it_was_written(programme: Programme) -> None:
    assert datums.read_programme(plutus_data.encode(datums.programme_data(programme))) == programme


@given(pages())
def test_a_schedule_is_read_back_as_it_was_written(page: Page) -> None:
    assert datums.read_schedule(plutus_data.encode(datums.schedule_data(page)), 0) == page


@given(vaults)
def test_a_vault_is_read_back_as_it_was_written(vault: Vault) -> None:
    assert datums.read_vault(plutus_data.encode(datums.vault_data(vault))) == vault


READERS: list[Callable[[bytes], object]] = [
    datums.read_programme,
    lambda raw: datums.read_schedule(raw, 0),
    datums.read_vault,
]

plutus: st.SearchStrategy[Data] = st.recursive(
    st.integers(-(2**70), 2**70) | st.binary(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.builds(Constr, st.integers(0, 200), st.lists(inner, max_size=8))
        | st.dictionaries(st.integers() | st.binary(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


def read_or_foreign(raw: bytes) -> None:
    for read in READERS:
        with suppress(ForeignDatum):
            read(raw)


@given(plutus)
def test_plutus_data_is_read_back_as_it_was_written(data: Data) -> None:
    assert plutus_data.decode(plutus_data.encode(data)) == data


@given(plutus)
def test_any_plutus_data_is_read_or_foreign(data: Data) -> None:
    read_or_foreign(plutus_data.encode(data))


@settings(max_examples=300)
@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_foreign(raw: bytes) -> None:
    read_or_foreign(raw)


@settings(max_examples=200)
@given(pages(), st.data())
def test_a_damaged_schedule_is_read_or_foreign(page: Page, data: st.DataObject) -> None:
    raw = bytearray(plutus_data.encode(datums.schedule_data(page)))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read_or_foreign(bytes(raw))


tagged = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.integers() | st.text(max_size=3), inner, max_size=2)
        | st.builds(cbor2.CBORTag, st.integers(0, 1500), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(tagged)
def test_any_cbor_with_any_tags_is_read_or_foreign(item: object) -> None:
    try:
        raw = cbor2.dumps(item)
    except (cbor2.CBOREncodeError, ValueError, TypeError):
        return
    read_or_foreign(raw)


@pytest.mark.parametrize(
    "raw",
    ["", "ff", "9f", "d87980ff", "d8799f", "1b", "f90000", "a1a00000", "d81d00", "d81c80",
     "d9010280", "c074323031332d30332d32315432303a30343a30305a", "d81e820100", "d823615b",
     "c482010282", "d9010401", "d820617f", "c1fb7ff8000000000000", "82" * 2000, "d879" * 500],
)  # fmt: skip
def test_cbor_that_trips_decoders_is_foreign(raw: str) -> None:
    for read in READERS:
        with pytest.raises(ForeignDatum):
            read(bytes.fromhex(raw))


def fields(page: Page) -> list[Data]:
    written = datums.schedule_data(page)
    assert isinstance(written, Constr)
    return written.fields


@given(pages(), st.integers(0, 11))
def test_a_schedule_with_a_field_of_another_kind_is_foreign(page: Page, index: int) -> None:
    parts = fields(page)
    parts[index] = {}
    with pytest.raises(ForeignDatum):
        datums.read_schedule(plutus_data.encode(Constr(0, parts)), 0)


@given(pages(), st.sampled_from([1, 2, 6]))
def test_a_schedule_is_only_of_its_own_constructor(page: Page, index: int) -> None:
    raw = plutus_data.encode(Constr(index, fields(page)))
    with pytest.raises(ForeignDatum):
        datums.read_schedule(raw, 0)


@given(pages())
def test_a_row_that_points_outside_the_tables_is_foreign(page: Page) -> None:
    parts = fields(page)
    for row in ([99, 0, 0, 1], [0, 0, 99, 1], [-1, 0, 0, 1], [0, -1, 0, 1], [0, 0, 0, 0]):
        parts[1] = [Constr(0, list(row))]
        with pytest.raises(ForeignDatum):
            datums.read_schedule(plutus_data.encode(Constr(0, parts)), 0)


def test_definite_and_chunked_encodings_of_the_same_datum_are_the_same() -> None:
    vault = Vault(bytes(28), (7,) * 100)
    raw = plutus_data.encode(datums.vault_data(vault))
    definite = cbor2.dumps(cbor2.CBORTag(122, [bytes(28), bytes([7]) * 100]))
    assert raw != definite
    assert datums.read_vault(raw) == datums.read_vault(definite) == vault
