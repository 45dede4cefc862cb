"""Oracles sign with what they have: what they are shown, and what is taken from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.onchain.sig_structure import sig_structure
from milestone_devnet.node import Devnet

from .project import Person, Project, Row, key_of

MILESTONES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


@dataclass
class Panel:
    """``grants`` with a milestone for each test, and ``other``, with the same two oracles."""

    project: Project
    owner: Person
    ann: Person
    ben: Person

    def message(self, *arguments: object, name: str = "grants") -> dict[str, Any]:
        """A MSG.json, made in this project."""
        document: dict[str, Any] = json.loads(
            self.project("oracle", "message", name, *arguments).out
        )
        return document

    def about(self, milestone: str, evidence: str = "done", name: str = "grants") -> dict[str, Any]:
        """The message about a milestone."""
        return self.message(milestone, "--evidence", self.evidence(evidence), name=name)

    def evidence(self, text: str) -> Path:
        path = self.project.folder / "evidence.txt"
        path.write_text(text)
        return path

    def file(self, content: object, name: str = "signature.json") -> Path:
        """A file in the project's folder."""
        path = self.project.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def kept(self) -> int:
        """How many attestations the project keeps."""
        with self.project.app() as app:
            return len(app.storage.scan("attestations"))


@pytest.fixture(scope="module")
def panel(
    tmp_path_factory: pytest.TempPathFactory,
    devnet: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Panel:
    project = Project.begin(tmp_path_factory.mktemp("oracles"), devnet)
    owner = project.person("owner", ada=1000, tokens=10_000)
    ann, ben = project.person("ann"), project.person("ben")
    for name in ("grants", "other"):
        rows = [Row(owner.address, 100, milestone) for milestone in MILESTONES]
        project.deploy(
            name, owner=owner, oracles=[ann, ben], quorum=2, rows=rows, milestones=MILESTONES
        )
    return Panel(project, owner, ann, ben)


def base(person: Person) -> bytes:
    return bytes(person.with_stake)


def wallet(
    person: Person, payload: bytes, address: bytes | None = None, **changes: Any
) -> dict[str, Any]:
    """What the browser wallet of ``person`` returns for ``payload``, with a base address."""
    header = cbor2.dumps({1: -8, "address": address or base(person)})
    key = key_of(person)
    signature = key.sign(sig_structure(header, payload))
    sign1 = [header, {"hashed": False}, payload, signature]
    cose_key = {1: 1, 3: -8, -1: 6, -2: key.verification_key}
    made = {"signature": cbor2.dumps(sign1).hex(), "key": cbor2.dumps(cose_key).hex()}
    return made | changes


def signed(person: Person, message: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same for the text of a message."""
    return wallet(person, message["payload"].encode(), **changes)


def test_the_message_shows_all_that_a_signer_must_see(panel: Panel) -> None:
    result = panel.project(
        "oracle", "message", "grants", "alpha", "--evidence", panel.evidence("the report")
    )
    document = json.loads(result.out)
    evidence = blake2b(b"the report", digest_size=32).hexdigest()
    assert (document["milestone"], document["round"], document["evidence"]) == (
        "alpha",
        0,
        evidence,
    )
    assert document["payload"] == f"milestone attestation v1 {document['digest']}"
    assert bytes.fromhex(document["payload_hex"]) == document["payload"].encode()
    for part in ("'alpha'", "round     0", evidence, document["payload"], document["payload_hex"]):
        assert part in result.err
    quiet = panel.project("oracle", "message", "grants", "--cancel", "--json")
    assert quiet.err == ""
    assert quiet.document["kind"] == "cancel-message"


def test_who_signs_with_a_key_file_sees_the_same(panel: Panel) -> None:
    message = panel.file(panel.about("alpha", "the report"), "message.json")
    result = panel.project("oracle", "sign", message, "--key", panel.ann.file)
    for part in ("'alpha'", "round     0", json.loads(message.read_text())["payload"]):
        assert part in result.err


def test_a_signer_can_insist_on_the_evidence(panel: Panel) -> None:
    message = panel.file(panel.about("alpha", "the report"), "message.json")
    sign = ("oracle", "sign", message, "--key", panel.ann.file, "--evidence")
    panel.project(*sign, panel.evidence("the report"))
    error = panel.project.json(*sign, panel.evidence("another report"), exits=2)
    assert "nothing was signed" in error["message"]
    cancel = panel.file(panel.message("--cancel"), "message.json")
    panel.project.json(
        "oracle", "sign", cancel, "--key", panel.ann.file, "--evidence", cancel, exits=2
    )


def test_one_message_asks_for_one_decision(panel: Panel) -> None:
    evidence = panel.evidence("done")
    for arguments in (
        (),
        ("alpha",),
        ("--evidence", evidence),
        ("alpha", "--evidence", evidence, "--cancel"),
        ("--cancel", "--evidence", evidence),
        ("--cancel", "--rotate", evidence),
    ):
        panel.project.json("oracle", "message", "grants", *arguments, exits=2)
    panel.project.json("oracle", "message", "grants", "nonsense", "--evidence", evidence, exits=4)


def test_a_rotation_shows_every_new_oracle(panel: Panel) -> None:
    new = [panel.ben.address.payment.hash.hex(), "ab" * 28]
    file = panel.file(f'quorum = 1\noracles = ["{panel.ben.text}", "{"AB" * 28}"]', "new.toml")
    result = panel.project("oracle", "message", "grants", "--rotate", file)
    document = json.loads(result.out)
    assert (document["kind"], document["oracles"], document["quorum"]) == ("rotate-message", new, 1)
    assert all(oracle in result.err for oracle in new)
    as_json = panel.file({"quorum": 1, "oracles": new}, "new.json")
    assert panel.message("--rotate", as_json) == document


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("quorum = 2", "oracles: it is missing"),
        ('quorum = 0\noracles = ["' + "ab" * 28 + '"]', "quorum"),
        ('quorum = 2\noracles = ["' + "ab" * 28 + '"]', "2 of 1 oracles"),
        ('quorum = 1\noracles = ["' + "ab" * 28 + '", "' + "AB" * 28 + '"]', "named 2 times"),
        ("quorum = 1\noracles = []", "there are 0"),
        ('quorum = 1\noracle = ["x"]', "did you mean 'oracles'"),
        ('quorum = 1\noracles = ["ab"]', "hex digits"),
        ("quorum = 1\noracles = [5]", "neither"),
        ("{", "JSON"),
        ("quorum", "TOML"),
    ],
)
def test_a_panel_that_could_not_decide_is_refused_with_its_reason(
    panel: Panel, content: str, said: str
) -> None:
    file = panel.file(content, "new.toml")
    error = panel.project.json("oracle", "message", "grants", "--rotate", file, exits=2)
    assert said in error["message"]


HEADERS: dict[str, Callable[[Person], bytes]] = {
    "key hash": lambda person: person.address.payment.hash,
    "enterprise": lambda person: bytes(person.address),
    "base": base,
}


@pytest.mark.parametrize("milestone", ["beta"])
def test_two_wallets_are_a_quorum_that_the_contract_accepts(panel: Panel, milestone: str) -> None:
    message = panel.about(milestone)
    first = panel.file(signed(panel.ann, message), "first.json")
    found = panel.project.json("commit", "grants", first)["committed"][0]
    assert (found["signatures"], found["milestone"]) == (1, milestone)
    output = signed(panel.ben, message, address=bytes(panel.ben.address))
    signer = {"COSE_Sign1_hex": output["signature"], "COSE_Key_hex": output["key"]}
    second = panel.file({"workMode": "sign-cip8", "output": signer}, "second.json")
    assert panel.project.json("commit", "grants", second)["committed"][0]["verified"]
    assert panel.project.pay("prove", "grants", milestone, key=panel.owner)["evidence"]


@pytest.mark.parametrize("header", HEADERS)
def test_every_header_of_a_wallet_is_taken(panel: Panel, header: str) -> None:
    message = panel.about("gamma")
    file = panel.file(signed(panel.ann, message, address=HEADERS[header](panel.ann)))
    assert panel.project.json("commit", "grants", file)["committed"][0]["signatures"] == 1


def test_a_wallets_signature_is_recognised_elsewhere_by_its_message(
    panel: Panel, tmp_path: Path
) -> None:
    elsewhere = panel.project.copy(tmp_path / "elsewhere")
    message = panel.about("delta", "known only here")
    file, beside = panel.file(signed(panel.ann, message)), panel.file(message, "message.json")
    error = elsewhere.json("commit", "grants", file, exits=2)
    assert "--message" in error["hint"]
    found = elsewhere.json("commit", "grants", file, "--message", beside)
    assert found["committed"][0]["milestone"] == "delta"
    forged = panel.file({**message, "milestone": "alpha"}, "message.json")
    assert (
        "belong"
        in elsewhere.json("commit", "grants", file, "--message", forged, exits=2)["message"]
    )


def test_a_text_that_was_left_out_is_that_of_the_message(panel: Panel) -> None:
    message = panel.about("delta")
    whole = signed(panel.ann, message)
    header, unprotected, _, signature = cbor2.loads(bytes.fromhex(whole["signature"]))
    cut = cbor2.dumps([header, unprotected, None, signature]).hex()
    file, beside = panel.file({**whole, "signature": cut}), panel.file(message, "message.json")
    assert "--message" in panel.project.json("commit", "grants", file, exits=2)["hint"]
    found = panel.project.json("commit", "grants", file, "--message", beside)
    assert found["committed"][0]["milestone"] == "delta"


def refused(panel: Panel, content: object) -> dict[str, Any]:
    """Commit one file, which must be refused and must leave nothing behind."""
    before = panel.kept()
    error = panel.project.json("commit", "grants", panel.file(content), exits=2)
    assert panel.kept() == before
    return error


def test_a_signature_for_another_distribution_is_named(panel: Panel) -> None:
    error = refused(panel, signed(panel.ann, panel.about("alpha", name="other")))
    assert "'other'" in error["message"]


def test_a_signature_for_another_distribution_that_nobody_asked_for_here_is_named(
    panel: Panel, tmp_path: Path
) -> None:
    # The evidence is known here from an attestation; the message is not.
    elsewhere = replace(panel, project=panel.project.copy(tmp_path / "elsewhere"))
    panel.project.json("commit", "grants", panel.file(signed(panel.ann, panel.about("delta"))))
    error = refused(panel, signed(panel.ann, elsewhere.about("epsilon", name="other")))
    assert "'other'" in error["message"]


def test_a_signature_for_another_round_is_named(panel: Panel) -> None:
    message = panel.about("alpha")
    key = message["programme"].replace(".", "") + "00000001"
    digest = blake2b(bytes.fromhex(key), digest_size=32).hexdigest()
    error = refused(panel, wallet(panel.ann, f"milestone cancel v1 {digest}".encode()))
    assert "round 1" in error["message"]


def test_a_signature_of_another_text_is_shown(panel: Panel) -> None:
    assert (
        "'log in to example'" in refused(panel, wallet(panel.ann, b"log in to example"))["message"]
    )
    unknown = f"milestone attestation v1 {'00' * 32}".encode()
    error = refused(panel, wallet(panel.ann, unknown))
    assert "no milestone, evidence, round or distribution" in error["message"]


def test_a_wallet_on_another_network_is_told_so(panel: Panel) -> None:
    unknown = f"milestone attestation v1 {'00' * 32}".encode()
    mainnet = bytes(replace(panel.ann.with_stake, network=1))
    error = refused(panel, wallet(panel.ann, unknown, address=mainnet))
    assert "another network" in error["message"]


def test_an_agreement_to_cancel_or_rotate_is_no_attestation(panel: Panel) -> None:
    error = refused(panel, signed(panel.ann, panel.message("--cancel")))
    assert "milestone cancel grants" in error["hint"]
    new = panel.file(f'quorum = 1\noracles = ["{panel.ben.text}"]', "new.toml")
    error = refused(panel, signed(panel.ann, panel.message("--rotate", new)))
    assert "milestone rotate grants --oracles FILE" in error["hint"]


def test_a_stranger_is_no_oracle(panel: Panel) -> None:
    stranger = panel.project.person("stranger")
    error = refused(panel, signed(stranger, panel.about("alpha")))
    assert error["details"]["signed_by"] == stranger.address.payment.hash.hex()
    assert panel.ann.address.payment.hash.hex() in error["hint"]


def test_a_stake_key_is_told_from_a_strangers(panel: Panel) -> None:
    stake = panel.project.person("stake")
    reward = b"\xe0" + stake.address.payment.hash
    base_of_it = Address(0, panel.ann.address.payment, Credential.key(stake.address.payment.hash))
    for address in (reward, bytes(base_of_it)):
        error = refused(panel, signed(stake, panel.about("alpha"), address=address))
        assert "stake key" in error["message"]


def test_a_key_that_is_not_the_signers_is_told_so(panel: Panel) -> None:
    stranger = panel.project.person("unknown")
    theirs = signed(panel.ann, panel.about("alpha"))
    error = refused(panel, {**theirs, "key": signed(stranger, panel.about("alpha"))["key"]})
    assert panel.ann.with_stake.__str__() in error["message"]


def test_a_key_of_small_order_attests_nothing(panel: Panel) -> None:
    key = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: bytes(32)}).hex()
    error = refused(panel, {**signed(panel.ann, panel.about("alpha")), "key": key})
    assert "small order" in error["message"]


def test_a_file_that_leaks_the_secret_is_warned_about(panel: Panel) -> None:
    output = signed(panel.ann, panel.about("zeta"))
    signer = {"COSE_Sign1_hex": output["signature"], "COSE_Key_hex": output["key"]}
    file = panel.file({"secretKey": "11" * 32, "output": signer})
    result = panel.project("commit", "grants", file)
    assert "SECRET" in result.err
    assert "11" * 32 not in result.err + result.out


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary().map(bytes.hex),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
fields = ("signature", "key", "COSE_Sign1_hex", "COSE_Key_hex", "output", "kind", "round")
forms = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, json_like))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200) | (json_like | forms).map(lambda d: json.dumps(d).encode()))
def test_whatever_is_committed_is_refused_by_name_and_nothing_is_kept(
    panel: Panel, raw: bytes
) -> None:
    path = panel.project.folder / "anything"
    path.write_bytes(raw)
    before = panel.kept()
    error = panel.project.json("commit", "grants", path, exits=2)
    assert (error["code"], panel.kept()) == ("bad_document", before)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["programme", "round", "milestone", "evidence", "oracle", "header", "kind"]),
    json_like,
)
def test_our_own_form_with_any_field_replaced_is_refused_and_nothing_is_kept(
    panel: Panel, field: str, value: object
) -> None:
    sound = json.loads(panel.project.signature("grants", panel.ann, "alpha").read_text())
    before = panel.kept()
    if sound[field] == value or (field == "header" and isinstance(value, str) and value):
        return
    error = panel.project.json("commit", "grants", panel.file({**sound, field: value}), exits=2)
    assert (error["exit"], panel.kept()) == (2, before)


@settings(
    max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=200) | (json_like | forms).map(lambda d: json.dumps(d).encode()),
    st.sampled_from(["sign", "message", "rotate", "panel", "cancel", "verify"]),
)
def test_whatever_else_is_read_is_refused_by_name(panel: Panel, raw: bytes, place: str) -> None:
    path = panel.project.folder / "anything"
    path.write_bytes(raw)
    sound, key = panel.project.folder / "sound.json", ("--key", panel.ann.file, "--yes")
    if not sound.exists():
        sound.write_bytes(panel.project.signature("grants", panel.ann, "alpha").read_bytes())
    arguments: dict[str, tuple[object, ...]] = {
        "sign": ("oracle", "sign", path, "--key", panel.ann.file),
        "message": ("commit", "grants", sound, "--message", path),
        "rotate": ("oracle", "message", "grants", "--rotate", path),
        "panel": ("rotate", "grants", "--oracles", path, sound, *key),
        "cancel": ("cancel", "grants", path, *key),
        "verify": ("verify", f"{'ab' * 28}.{'cd' * 32}", "--schedule", path),
    }
    before = panel.kept()
    error = panel.project.json(*arguments[place], exits=2)
    assert (error["code"], panel.kept()) == ("bad_document", before)
