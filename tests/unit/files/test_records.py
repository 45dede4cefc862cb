from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Programme, ProgrammeMilestone, Vault, lay_out
from milestone_core.domain.schedule import (
    DAY,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
)
from milestone_core.domain.vesting import Vesting, cliff
from milestone_core.files import records
from milestone_core.files.records import (
    AttestationRecord,
    BrokenRecord,
    CachedState,
    DistributionState,
    JournalEntry,
    ScheduleRecord,
    TransactionState,
)

if TYPE_CHECKING:
    from milestone_core.ports import Document

PROGRAMME = AssetId(b"\x01" * 28, b"\x02" * 32)
PAGE = AssetId(b"\x03" * 28, b"\x04" * 32)
SCHEDULE = Schedule(
    name="grants",
    network="preprod",
    asset=AssetId(b"\x05" * 28, b""),
    decimals=0,
    ticker="",
    owner=Address(0, Credential.key(bytes(28))),
    oracles=(bytes(28),),
    quorum=1,
    milestones=(Milestone("design"), Milestone("launch")),
    allocations=(
        Allocation(Address(0, Credential.key(bytes(28))), "design", cliff(0), 10),
        Allocation(
            Address(0, Credential.script(bytes(28)), Credential.key(bytes(28))),
            "launch",
            Vesting(5, DAY, 9),
            2**62,
        ),
    ),
    expiry=400 * DAY,
    until=490 * DAY,
    policy=PolicyChoice("quorum-vesting"),
)
KEY = bytes(32)
ATTESTATION = Attestation(
    milestone="a/b ü",
    evidence=b"\x01" * 32,
    oracle=hashlib.blake2b(KEY, digest_size=28).digest(),
    verification_key=KEY,
    header=b"\xa1\x01\x27",
    signature=bytes(64),
    round=1,
    rejected="the contract says no",
)
STATE = CachedState(
    distribution=PAGE,
    slot=77,
    header=b"\x09" * 32,
    seen_at=1_000,
    programme=Programme(
        milestones=(ProgrammeMilestone(b"design", b"\x01" * 32), ProgrammeMilestone(b"\xff")),
        oracles=(bytes(28),),
        quorum=1,
        round=2,
        owner=Credential.script(bytes(28)),
        until=490 * DAY,
        cancelled=True,
    ),
    page=lay_out(SCHEDULE, SCHEDULE.allocations, registry=PAGE.policy, programme=PROGRAMME),
    vault=Vault(PAGE.policy, (1, 0)),
)
ENTRY = JournalEntry(
    transaction_id=b"\x06" * 32,
    purpose="release",
    schedule="grants",
    cbor=b"\x84\xa0",
    state=TransactionState.SENT,
    invalid_after=1_000,
    recorded_at=2_000,
    details={"page": str(PAGE)},
    replaced_by=b"\x07" * 32,
)
Decode = Callable[[Mapping[str, object], str], Any]
RECORDS: dict[str, tuple[Any, Callable[[Any], dict[str, object]], Decode]] = {
    "schedules": (
        ScheduleRecord(SCHEDULE, DistributionState.ACTIVE, 5, PROGRAMME, (PAGE, PROGRAMME)),
        records.encode_schedule,
        records.decode_schedule,
    ),
    "attestations": (
        AttestationRecord("grants", PROGRAMME, ATTESTATION, 9),
        records.encode_attestation,
        records.decode_attestation,
    ),
    "journal": (ENTRY, records.encode_journal_entry, records.decode_journal_entry),
    "states": (STATE, records.encode_state, records.decode_state),
}
each_record = pytest.mark.parametrize(
    ("record", "encode", "decode"), RECORDS.values(), ids=list(RECORDS)
)


def through_json(document: Document) -> Any:
    """As a store gives it back: JSON without floats."""
    return json.loads(json.dumps(document, allow_nan=False))


def set_at(document: Any, path: str, value: object) -> None:
    *inner, last = path.split(".")
    for key in inner:
        document = document[int(key) if key.isdigit() else key]
    document[last] = value


@each_record
def test_a_record_is_read_back_from_its_document(record: Any, encode: Any, decode: Decode) -> None:
    assert decode(through_json(encode(record)), record.key) == record


def test_records_with_nothing_yet_are_read_back_too() -> None:
    draft = ScheduleRecord(SCHEDULE, DistributionState.DRAFT, 5)
    assert records.decode_schedule(through_json(records.encode_schedule(draft))) == draft
    plain = replace(ENTRY, schedule="", invalid_after=None, details={}, replaced_by=None)
    assert records.decode_journal_entry(through_json(records.encode_journal_entry(plain))) == plain
    blind = replace(STATE, header=b"")
    assert records.decode_state(through_json(records.encode_state(blind))) == blind


@given(st.sampled_from(TransactionState), st.dictionaries(st.text(), st.text(), max_size=3))
def test_a_journal_keeps_every_state_and_detail(
    state: TransactionState, details: dict[str, str]
) -> None:
    entry = replace(ENTRY, state=state, details=details)
    assert records.decode_journal_entry(through_json(records.encode_journal_entry(entry))) == entry


@each_record
def test_amounts_are_strings_and_nothing_is_a_float(
    record: Any, encode: Any, decode: Decode
) -> None:
    del decode

    def leaves(value: object) -> Any:
        if isinstance(value, dict):
            for key, inner in value.items():
                assert isinstance(key, str)
                if key == "amount":
                    assert isinstance(inner, str)
                yield from leaves(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from leaves(inner)
        else:
            yield value

    kinds = {type(leaf) for leaf in leaves(encode(record))}
    assert kinds <= {str, int, bool, type(None)}


@each_record
def test_a_record_without_one_of_its_fields_is_broken(
    record: Any, encode: Any, decode: Decode
) -> None:
    for field in encode(record):
        document = through_json(encode(record))
        del document[field]
        with pytest.raises(BrokenRecord, match=f"{field}: it is missing"):
            decode(document, record.key)


@each_record
def test_a_record_with_a_field_more_or_of_a_later_version_is_broken(
    record: Any, encode: Any, decode: Decode
) -> None:
    for more in ({"more": 1}, {"schema": 2}):
        with pytest.raises(BrokenRecord):
            decode(through_json(encode(record)) | more, record.key)


@each_record
def test_a_record_under_the_key_of_another_is_broken(
    record: Any, encode: Any, decode: Decode
) -> None:
    with pytest.raises(BrokenRecord) as broken:
        decode(through_json(encode(record)), "elsewhere")
    assert broken.value.key == "elsewhere"
    assert broken.value.exit == 9


MISTAKES: list[tuple[str, str, object, str]] = [
    ("schedules", "state", "paused", "not known"),
    ("schedules", "state", [], "not known"),
    ("schedules", "programme", "x", "no id"),
    ("schedules", "pages", ["x"], "pages[0]"),
    ("schedules", "pages", None, "null"),
    ("schedules", "created_at", 1.5, "whole number"),
    ("schedules", "created_at", True, "whole number"),
    ("schedules", "schedule", None, "null"),
    ("schedules", "schedule", "text", "table"),
    ("schedules", "schedule.quorum", 2, "schedule.quorum"),
    ("schedules", "schedule.allocations.1.amount", 5, "schedule.allocations[1].amount"),
    ("attestations", "schedule", "a b", "not a name"),
    ("attestations", "committed_at", -1, "between"),
    ("attestations", "attestation.signature", "00", "1 bytes"),
    ("attestations", "attestation.oracle", "00" * 28, "not of the oracle"),
    ("attestations", "attestation.rejected", 5, "not a text"),
    ("journal", "transaction_id", "00", "1 bytes"),
    ("journal", "cbor", "", "0 bytes"),
    ("journal", "cbor", "8", "hex"),
    ("journal", "state", "lost", "not known"),
    ("journal", "invalid_after", "7", "whole number"),
    ("journal", "details", {"a": 1}, "details"),
    ("journal", "details", [], "details"),
    ("journal", "replaced_by", "00", "1 bytes"),
    ("journal", "purpose", "", "0 characters"),
    ("states", "header", "00", "1 bytes"),
    ("states", "slot", -1, "between"),
    ("states", "programme.cancelled", 1, "neither true nor false"),
    ("states", "programme.owner.kind", "nobody", "not known"),
    ("states", "programme.milestones", [], "a milestone that the programme does not have"),
    ("states", "page.rows.0.address", 7, "beyond the tables"),
    ("states", "page.rows.0.vesting", 7, "beyond the tables"),
    ("states", "page.addresses", ["addr1x"], "page.addresses[0]"),
    ("states", "page.vestings", [{"start": 0, "step": 0, "count": 1}], "vestings[0].step"),
    ("states", "vault.claimed", [1], "other rows"),
    ("states", "vault.claimed", [1, 256], "between"),
]


@pytest.mark.parametrize(("collection", "path", "value", "said"), MISTAKES)
def test_a_record_with_a_wrong_value_is_broken_and_named(
    collection: str, path: str, value: object, said: str
) -> None:
    record, encode, decode = RECORDS[collection]
    document = through_json(encode(record))
    set_at(document, path, value)
    with pytest.raises(BrokenRecord) as broken:
        decode(document, record.key)
    assert said in broken.value.message
    assert (broken.value.collection, broken.value.key) == (collection, record.key)
    assert f"{collection}/{record.key}" in broken.value.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(sorted(RECORDS)), st.data())
def test_values_of_any_shape_are_read_or_broken_and_never_crash(
    collection: str, data: st.DataObject
) -> None:
    record, encode, decode = RECORDS[collection]
    document = encode(record)
    document[data.draw(st.sampled_from(sorted(document)))] = data.draw(json_values)
    try:
        read = decode(document, "")
    except BrokenRecord:
        return
    assert encode(read) == document


@given(json_values)
def test_what_is_no_object_at_all_is_broken(document: Any) -> None:
    for _, _, decode in RECORDS.values():
        with pytest.raises(BrokenRecord):
            decode(document, "")


def test_a_second_signature_of_an_oracle_over_the_same_evidence_has_the_same_key() -> None:
    first = AttestationRecord("grants", PROGRAMME, ATTESTATION, 9)
    again = replace(first, committed_at=10, attestation=replace(ATTESTATION, signature=b"\1" * 64))
    other = replace(first, attestation=replace(ATTESTATION, evidence=b"\2" * 32))
    assert first.key == again.key != other.key
    assert first.key.startswith(records.attestation_prefix("grants", ATTESTATION.milestone))


def test_milestones_whose_names_hold_slashes_do_not_share_their_attestations() -> None:
    prefix = records.attestation_prefix
    assert not prefix("grants", "a/b").startswith(prefix("grants", "a"))
    assert prefix("grants", "a%2Fb") != prefix("grants", "a/b")


def test_a_journal_entry_keeps_the_transaction_out_of_its_repr() -> None:
    assert "cbor" not in repr(ENTRY)
