"""``judge`` and ``check-vectors``, as programs and people call them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cbor2
import pytest
from click.testing import CliRunner, Result

from milestone_core.api import BadInput
from milestone_devnet.cli import devnet as command
from milestone_devnet.judging import conformance
from milestone_devnet.ledger.ogmios_json import pool_json
from milestone_devnet.producer import POOL

from .schema import ledger_vectors
from .world import ADA, ALICE, BOB, IMPOSSIBLE, NEVER_TRUE, SLOT, STATE, Draft

VECTORS = ledger_vectors()
needs_vectors = pytest.mark.skipif(
    VECTORS is None, reason="no ledger vectors beside the checkout, nor in MILESTONE_VECTORS"
)
CLOCK = {"zero_slot": 0, "zero_time": 1_700_000_000_000, "slot_length": 1000}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def told(*arguments: str, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    assert answer.pop("schema") == 1
    return answer


def utxo() -> str:
    return cbor2.dumps({(ref.transaction_id, ref.index): out for ref, out in STATE.items()}).hex()


def content(**transactions: bytes) -> dict[str, Any]:
    return {
        "utxo": utxo(),
        "slot": SLOT,
        "slot_config": CLOCK,
        "transactions": {name: cbor.hex() for name, cbor in transactions.items()},
    }


def written(path: Path, judged: Any) -> str:
    file = path / "judged.json"
    file.write_text(json.dumps(judged))
    return str(file)


def failing_script() -> Draft:
    return Draft(is_valid=False).spending_script(IMPOSSIBLE, NEVER_TRUE)


def test_each_transaction_is_judged_alone_against_the_state(tmp_path: Path) -> None:
    payment = Draft().finish()
    file = content(
        first=payment,
        again=payment,
        cheap=Draft(fee=100_000).finish(),
        early=Draft(body={8: SLOT + 1}).finish(),
        now=Draft(body={8: SLOT}).finish(),
        unsigned=Draft(signers=[BOB]).finish(),
        script=Draft().spending_script().finish(),
        loses=failing_script().finish(),
        nonsense=b"\x00",
    )
    verdicts = told("judge", written(tmp_path, file))["verdicts"]
    accepted = {name for name, verdict in verdicts.items() if verdict["accepted"]}
    assert accepted == {"first", "again", "now", "script", "loses"}
    assert {name for name in accepted if not verdicts[name]["valid"]} == {"loses"}
    for name in accepted:
        assert (verdicts[name]["rule"], verdicts[name]["message"]) == (None, None)
    rules = {name: v["rule"] for name, v in verdicts.items() if not v["accepted"]}
    assert rules == {
        "cheap": "TransactionFeeTooSmall",
        "early": "OutsideOfValidityInterval",
        "unsigned": "MissingSignatories",
        "nonsense": "DeserialisationFailure",
    }
    assert all(verdicts[name]["message"] and not verdicts[name]["valid"] for name in rules)
    assert verdicts["unsigned"]["data"] == {"missingSignatories": [ALICE.key_hash.hex()]}


def test_the_slot_of_the_file_is_the_one_that_validity_is_judged_by(tmp_path: Path) -> None:
    file = content(late=Draft(body={3: SLOT}).finish()) | {"slot": SLOT - 1}
    assert told("judge", written(tmp_path, file))["verdicts"]["late"]["accepted"]
    file["slot"] = SLOT
    assert not told("judge", written(tmp_path, file))["verdicts"]["late"]["accepted"]


def registered(**account: Any) -> dict[str, Any]:
    """Alice's account as Ogmios tells it."""
    return {
        "from": "verificationKey",
        "credential": ALICE.key_hash.hex(),
        "deposit": lovelace(2 * ADA),
        "rewards": lovelace(0),
        **account,
    }


def lovelace(amount: int) -> dict[str, Any]:
    return {"ada": {"lovelace": amount}}


KEY = [0, ALICE.key_hash]
REPRESENTATIVE = {
    "type": "registered",
    "from": "verificationKey",
    "id": ALICE.key_hash.hex(),
    "deposit": lovelace(500 * ADA),
    "metadata": {"url": "https://example.org", "hash": "00" * 32},
    "mandate": {"epoch": 5},
}


def judged(path: Path, draft: Draft, **members: Any) -> str | None:
    """The rule that refuses a transaction in a state; None where it is accepted."""
    verdict = told("judge", written(path, content(it=draft.finish()) | members))["verdicts"]["it"]
    assert verdict["accepted"] == (verdict["rule"] is None)
    rule: str | None = verdict["rule"]
    return rule


def test_accounts_of_the_file_are_there(tmp_path: Path) -> None:
    leaves = Draft(body={4: [[1, KEY]]}, change=2 * ADA)
    assert judged(tmp_path, leaves) == "UnknownCredential"
    assert judged(tmp_path, leaves, accounts=[registered()]) is None
    other = {"from": "script"}
    assert judged(tmp_path, leaves, accounts=[registered(**other)]) == "UnknownCredential"
    rich = [registered(rewards=lovelace(7))]
    assert judged(tmp_path, leaves, accounts=rich) == "NonEmptyRewardAccount"


def test_who_is_delegated_to_decides_what_may_be_withdrawn(tmp_path: Path) -> None:
    draft = Draft(body={5: {b"\xe0" + ALICE.key_hash: 7}}, change=7)
    rich = {"rewards": lovelace(7)}
    assert judged(tmp_path, draft, accounts=[registered(**rich)]) == "ForbiddenWithdrawal"
    for voter in ({"type": "abstain"}, {"type": "noConfidence"}, REPRESENTATIVE):
        account = registered(**rich, delegateRepresentative=voter)
        assert judged(tmp_path, draft, accounts=[account]) is None


def test_representatives_and_pools_of_the_file_are_there(tmp_path: Path) -> None:
    pool = b"p" * 28
    accounts = [registered(stakePool={"id": POOL.hex()})]
    votes = Draft(body={4: [[9, KEY, KEY]]})
    assert judged(tmp_path, votes, accounts=accounts) == "UnknownCredential"
    told_by_ogmios = [REPRESENTATIVE, {"type": "abstain", "stake": lovelace(0), "delegators": []}]
    assert judged(tmp_path, votes, accounts=accounts, representatives=told_by_ogmios) is None
    stakes = Draft(body={4: [[2, KEY, pool]]})
    assert judged(tmp_path, stakes, accounts=accounts) == "UnknownStakePool"
    assert judged(tmp_path, stakes, accounts=accounts, pools=[pool.hex()]) is None
    assert judged(tmp_path, stakes, accounts=accounts, pools={pool_json(pool): {}}) is None
    ours = Draft(body={4: [[2, KEY, POOL]]})
    assert judged(tmp_path, ours, accounts=accounts) is None


def test_the_treasury_of_the_file_is_the_one_that_is_stated(tmp_path: Path) -> None:
    draft = Draft(body={21: 5})
    assert judged(tmp_path, draft) == "TreasuryWithdrawalMismatch"
    assert judged(tmp_path, draft, treasury=5) is None


def test_people_read_a_line_for_each_transaction(tmp_path: Path) -> None:
    file = content(
        good=Draft().finish(), bad=Draft(fee=1).finish(), loses=failing_script().finish()
    )
    lines = run("judge", written(tmp_path, file)).stdout.splitlines()
    assert lines[0] == "good: accepted"
    assert lines[1].startswith("bad: refused, TransactionFeeTooSmall: ")
    assert lines[2] == "loses: accepted, its scripts fail"


@pytest.mark.parametrize(
    "change",
    [
        {"utxo": "zz"},
        {"utxo": ""},
        {"utxo": "80"},
        {"utxo": "a1820102"},
        {"utxo": 5},
        {"slot": -1},
        {"slot": "5"},
        {"slot": True},
        {"slot": 2**70},
        {"slot_config": None},
        {"slot_config": {}},
        {"slot_config": CLOCK | {"slot_length": 0}},
        {"transactions": []},
        {"transactions": {"a": 5}},
        {"transactions": {"a": "0"}},
        {"surprise": 1},
        {"accounts": 5},
        {"accounts": [5]},
        {"accounts": [registered(credential="00")]},
        {"accounts": [registered(**{"from": "nobody"})]},
        {"accounts": [registered(deposit=5)]},
        {"accounts": [registered(rewards=lovelace(-1))]},
        {"accounts": [registered(rewards={"ada": {"lovelace": True}})]},
        {"accounts": [registered(stakePool={"id": "pool1xx"})]},
        {"accounts": [registered(delegateRepresentative={"type": "me"})]},
        {"representatives": [{}]},
        {"representatives": [REPRESENTATIVE | {"id": "zz"}]},
        {"pools": ["00"]},
        {"pools": [5]},
        {"treasury": -1},
    ],
)
def test_a_file_with_something_wrong_is_bad_input(tmp_path: Path, change: dict[str, Any]) -> None:
    result = run("judge", written(tmp_path, content() | change))
    assert isinstance(result.exception, BadInput)
    assert result.stdout == ""


@pytest.mark.parametrize("member", ["utxo", "slot", "slot_config", "transactions"])
def test_a_member_that_is_missing_is_named(tmp_path: Path, member: str) -> None:
    file = content()
    del file[member]
    result = run("judge", written(tmp_path, file))
    assert isinstance(result.exception, BadInput)
    assert member in result.exception.message


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\xff"])
def test_what_is_no_json_object_is_bad_input(tmp_path: Path, text: str) -> None:
    path = tmp_path / "judged.json"
    path.write_text(text, encoding="latin-1")
    assert isinstance(run("judge", str(path)).exception, BadInput)
    assert run("judge", str(tmp_path / "missing")).exit_code == 2


@needs_vectors
def test_the_vectors_are_counted() -> None:
    answer = told("check-vectors", str(VECTORS))
    assert answer["core"] == answer["agree"] == 65
    assert (answer["outside"], answer["disagreements"]) == (36, [])
    text = run("check-vectors", str(VECTORS)).stdout
    assert text.startswith("65 of 65 vectors agree; 36 are outside\n")
    assert "fail-gov-votersdonotexist: proposes" in text


@needs_vectors
def test_a_vector_that_says_otherwise_is_a_disagreement(tmp_path: Path) -> None:
    assert VECTORS is not None
    shutil.copytree(VECTORS / "pparams", tmp_path / "pparams")
    name = "shelley/fail-utxo-valuenotconservedutxo"
    original = (VECTORS / "eras" / name / "0").read_bytes()
    # Turn the one refusal into an acceptance, where the vector records the events.
    verdicts, false, true = cbor2.loads(original)[3], cbor2.dumps(False), cbor2.dumps(True)
    (refused,) = [cbor2.dumps(event[1]) for event in verdicts if event[0] == 0 and not event[2]]
    assert original.count(refused + false) == 1
    changed = original.replace(refused + false, refused + true)
    folder = tmp_path / "eras" / name
    folder.mkdir(parents=True)
    (folder / "0").write_bytes(changed)
    answer = told("check-vectors", str(tmp_path), code=7)
    assert (answer["core"], answer["agree"]) == (1, 0)
    (disagreement,) = answer["disagreements"]
    assert disagreement["vector"] == name
    assert "the real ledger accepts it" in disagreement["problems"][0]


@needs_vectors
def test_a_broken_vector_is_told_and_the_others_are_run(tmp_path: Path) -> None:
    assert VECTORS is not None
    vector = VECTORS / "eras" / "shelley" / "fail-utxo-valuenotconservedutxo" / "0"
    contents = [b"", b"\x80", vector.read_bytes()[:-1], vector.read_bytes()]
    for name, content in enumerate(contents):
        folder = tmp_path / "eras" / "shelley" / str(name)
        folder.mkdir(parents=True)
        (folder / "0").write_bytes(content)
    # The last is whole, but its parameters are not there yet.
    assert len(told("check-vectors", str(tmp_path), code=7)["disagreements"]) == 4
    shutil.copytree(VECTORS / "pparams", tmp_path / "pparams")
    answer = told("check-vectors", str(tmp_path), code=7)
    assert (answer["core"], answer["agree"]) == (4, 1)
    names = {disagreement["vector"] for disagreement in answer["disagreements"]}
    assert names == {"shelley/0", "shelley/1", "shelley/2"}
    assert "is not a ledger vector" in answer["disagreements"][0]["problems"][0]


@needs_vectors
def test_a_defect_of_ours_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(conformance, "judge", fails)
    answer = told("check-vectors", str(VECTORS), code=7)
    assert answer["agree"] == 0
    assert "KeyError" in answer["disagreements"][0]["problems"][0]


def test_a_folder_without_vectors_is_bad_input(tmp_path: Path) -> None:
    assert isinstance(run("check-vectors", str(tmp_path)).exception, BadInput)
