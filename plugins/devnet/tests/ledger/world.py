"""A small world for the rules: keys, scripts, a state, and transactions made by hand.

Transactions are written with cbor2 and signed with PyNaCl, so that no code of the ledger (and no
transaction builder) takes part in making what the ledger is asked about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from nacl.signing import SigningKey

from milestone_devnet.ledger import (
    Effect,
    Environment,
    Evaluation,
    LedgerState,
    Refused,
    SlotConfig,
    TxIn,
    decode_output,
    decode_transaction,
    default_parameters,
    evaluate,
    validate,
)

from .schema import assert_refusal_fits_schema

ADA = 1_000_000
SLOT = 1_000
ENVIRONMENT = Environment(default_parameters(), SLOT, SlotConfig(1_700_000_000_000))

# Untyped Plutus Core, flat and in CBOR: functions that ignore their arguments.
ALWAYS_TRUE = {
    1: bytes.fromhex("46010000222499"),
    2: bytes.fromhex("46010000222499"),
    3: bytes.fromhex("450101002499"),
}
NEVER_TRUE = bytes.fromhex("450101002601")
ENDLESS = bytes.fromhex("4d01010023230010012300100101")
UNIT = cbor2.CBORTag(121, [])
UNITS = (100_000, 100_000_000)


def blake2b(data: bytes, size: int) -> bytes:
    return hashlib.blake2b(data, digest_size=size).digest()


def script_hash(script: bytes, language: int = 3) -> bytes:
    """The hash of a Plutus script, or of a native one (language 0) by its CBOR."""
    return blake2b(bytes([language]) + script, 28)


@dataclass(frozen=True)
class Person:
    """Somebody with a key, and the address that it locks."""

    secret: SigningKey

    @property
    def key(self) -> bytes:
        return bytes(self.secret.verify_key)

    @property
    def key_hash(self) -> bytes:
        return blake2b(self.key, 28)

    @property
    def address(self) -> bytes:
        return b"\x60" + self.key_hash


ALICE, BOB = (Person(SigningKey(bytes([n]) * 32)) for n in (1, 2))


def script_address(digest: bytes) -> bytes:
    return b"\x70" + digest


def output(address: bytes, value: Any, **more: Any) -> dict[int, Any]:
    """An output: ``datum`` is inline data, ``datum_hash`` a hash, ``script`` (language, body)."""
    result: dict[int, Any] = {0: address, 1: value}
    if "datum_hash" in more:
        result[2] = [0, more["datum_hash"]]
    if "datum" in more:
        result[2] = [1, cbor2.CBORTag(24, cbor2.dumps(more["datum"]))]
    if "script" in more:
        language, body = more["script"]
        script = cbor2.dumps([language, cbor2.loads(body) if language == 0 else body])
        result[3] = cbor2.CBORTag(24, script)
    return result


def reference(number: int) -> TxIn:
    return TxIn(bytes([number]) * 32, 0)


# The state: what everybody has.
MONEY, MORE_MONEY, TOKENS, BOBS = map(reference, range(1, 5))
LOCKED, LOCKED_BY_HASH, LOCKED_BARE, LIBRARY, IMPOSSIBLE = map(reference, range(5, 10))
OLD_BARE, NATIVE_LOCKED, ENDLESS_LOCKED = map(reference, range(10, 13))
V1_LOCKED, V2_LOCKED = map(reference, range(13, 15))
POLICY = bytes(28)
NATIVE = cbor2.dumps([0, ALICE.key_hash])
DATUM = 42
DATUM_HASH = blake2b(cbor2.dumps(DATUM), 32)
TRUE = script_hash(ALWAYS_TRUE[3])
STATE = {
    MONEY: output(ALICE.address, 100 * ADA),
    MORE_MONEY: output(ALICE.address, 10 * ADA),
    TOKENS: output(ALICE.address, [10 * ADA, {POLICY: {b"token": 7}}]),
    BOBS: output(BOB.address, 100 * ADA),
    LOCKED: output(script_address(TRUE), 10 * ADA, datum=DATUM),
    LOCKED_BY_HASH: output(script_address(TRUE), 10 * ADA, datum_hash=DATUM_HASH),
    LOCKED_BARE: output(script_address(TRUE), 10 * ADA),
    LIBRARY: output(BOB.address, 10 * ADA, script=(3, ALWAYS_TRUE[3])),
    IMPOSSIBLE: output(script_address(script_hash(NEVER_TRUE)), 10 * ADA, datum=DATUM),
    ENDLESS_LOCKED: output(script_address(script_hash(ENDLESS)), 10 * ADA, datum=DATUM),
    OLD_BARE: output(script_address(script_hash(ALWAYS_TRUE[2], 2)), 10 * ADA),
    NATIVE_LOCKED: output(script_address(script_hash(NATIVE, 0)), 10 * ADA),
    V1_LOCKED: output(
        script_address(script_hash(ALWAYS_TRUE[1], 1)), 10 * ADA, datum_hash=DATUM_HASH
    ),
    V2_LOCKED: output(script_address(script_hash(ALWAYS_TRUE[2], 2)), 10 * ADA, datum=DATUM),
}


def state(**extra: Mapping[TxIn, dict[int, Any]]) -> LedgerState:
    """The state as decoded by the ledger; ``extra`` outputs are added."""
    outputs = STATE | dict(extra.get("outputs", {}))
    return LedgerState({ref: decode_output(cbor2.dumps(out)) for ref, out in outputs.items()})


@dataclass
class Draft:
    """A transaction in the making: Alice pays Bob 5 ada, and all is well.

    A test changes what it is about. ``finish`` settles change, hashes and signatures, unless
    the test has set them.
    """

    inputs: list[TxIn] = field(default_factory=lambda: [MONEY])
    outputs: list[dict[int, Any]] = field(default_factory=lambda: [output(BOB.address, 5 * ADA)])
    fee: int = 300_000
    body: dict[int, Any] = field(default_factory=dict)
    signers: list[Person] = field(default_factory=lambda: [ALICE])
    witnesses: dict[int, Any] = field(default_factory=dict)
    redeemers: dict[tuple[int, int], tuple[Any, tuple[int, int]]] = field(default_factory=dict)
    languages: tuple[int, ...] = ()
    auxiliary_data: bytes | None = None
    is_valid: bool = True
    change: int = 0
    """Lovelace to add to the change: withdrawals and refunds less deposits."""
    utxo: Mapping[TxIn, dict[int, Any]] = field(default_factory=lambda: STATE)
    tamper: Callable[[list[Any]], None] | None = None

    def spending_script(
        self, locked: TxIn = LOCKED, script: bytes = ALWAYS_TRUE[3], language: int = 3
    ) -> Draft:
        """Spend what a script locks too, with collateral."""
        self.inputs.append(locked)
        self.witnesses[{1: 3, 2: 6, 3: 7}[language]] = [script]
        self.redeemers[0, sorted(self.inputs).index(locked)] = (UNIT, UNITS)
        self.languages = (language,)
        self.body.setdefault(13, [[*MORE_MONEY]])
        return self

    def finish(self) -> bytes:
        """The bytes of the transaction."""
        body = self._balanced_body()
        witnesses = dict(self.witnesses)
        if self.redeemers:
            witnesses[5] = {k: [data, list(units)] for k, (data, units) in self.redeemers.items()}
        if 11 not in body and (self.languages or 4 in witnesses or 5 in witnesses):
            body[11] = self._integrity_hash(witnesses)
        body_bytes = cbor2.dumps({k: v for k, v in body.items() if v is not None})
        digest = blake2b(body_bytes, 32)
        keys = [[p.key, p.secret.sign(digest).signature] for p in self.signers]
        if keys:
            witnesses[0] = keys
        auxiliary = b"\xf6" if self.auxiliary_data is None else self.auxiliary_data
        flag = b"\xf5" if self.is_valid else b"\xf4"
        return b"\x84" + body_bytes + cbor2.dumps(witnesses) + flag + auxiliary

    def _balanced_body(self) -> dict[int, Any]:
        body: dict[int, Any] = {0: [[*ref] for ref in self.inputs]}
        coin, assets = self.change - self.fee, dict[tuple[bytes, bytes], int]()
        for sign, outs in ((1, [self.utxo[r] for r in self.inputs]), (-1, self.outputs)):
            for out in outs:
                value = out[1] if isinstance(out[1], list) else [out[1], {}]
                coin += sign * value[0]
                _add(assets, value[1], sign)
        _add(assets, self.body.get(9) or {}, 1)
        names: dict[bytes, dict[bytes, int]] = {}
        for (policy, name), quantity in assets.items():
            if quantity:
                names.setdefault(policy, {})[name] = quantity
        change = output(ALICE.address, [coin, names] if names else coin)
        body |= {1: [*self.outputs, change], 2: self.fee}
        if self.auxiliary_data is not None:
            body[7] = blake2b(self.auxiliary_data, 32)
        return body | self.body

    def _integrity_hash(self, witnesses: Mapping[int, Any]) -> bytes:
        models = ENVIRONMENT.parameters.cost_models
        views: dict[Any, Any] = {}
        for language, model in models.items():
            if language.tag in self.languages and language.tag > 1:
                views[language.tag - 1] = list(model)
        for language, model in models.items():
            if language.tag in self.languages and language.tag == 1:
                views[b"\x00"] = b"\x9f" + b"".join(map(cbor2.dumps, model)) + b"\xff"
        datums = cbor2.dumps(witnesses[4]) if 4 in witnesses else b""
        return blake2b(cbor2.dumps(witnesses.get(5, {})) + datums + cbor2.dumps(views), 32)


def _add(total: dict[tuple[bytes, bytes], int], assets: Any, sign: int) -> None:
    for policy, names in assets.items():
        for name, quantity in names.items():
            total[policy, name] = total.get((policy, name), 0) + sign * quantity


def accepted(
    draft: Draft, ledger: LedgerState | None = None, environment: Environment = ENVIRONMENT
) -> Effect:
    """The effect of a transaction that the ledger takes."""
    return validate(decode_transaction(draft.finish()), ledger or state(), environment)


def refused(
    draft: Draft, ledger: LedgerState | None = None, environment: Environment = ENVIRONMENT
) -> Refused:
    """The refusal of a transaction, which also fits Ogmios's schema."""
    try:
        effect = accepted(draft, ledger, environment)
    except Refused as refusal:
        assert_refusal_fits_schema(refusal)
        return refusal
    raise AssertionError(f"accepted: {effect}")


def evaluated(draft: Draft, ledger: LedgerState | None = None) -> list[Evaluation]:
    """What the scripts of a transaction use."""
    view = (ledger or state()).utxo
    return evaluate(decode_transaction(draft.finish()), view, ENVIRONMENT)
