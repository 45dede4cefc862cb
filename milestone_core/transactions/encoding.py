"""Our values as pycardano's, and so as the ledger's CBOR."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import cbor2
from pycardano.address import Address as LedgerAddress
from pycardano.hash import ScriptDataHash, TransactionId
from pycardano.key import VerificationKey
from pycardano.plutus import (
    ExecutionUnits,
    PlutusV3Script,
    RedeemerKey,
    RedeemerMap,
    RedeemerTag,
    RedeemerValue,
)
from pycardano.serialization import NonEmptyOrderedSet, OrderedSet, RawCBOR
from pycardano.transaction import (
    MultiAsset,
    TransactionBody,
    TransactionInput,
    TransactionOutput,
    Withdrawals,
)
from pycardano.transaction import Value as LedgerValue
from pycardano.witness import TransactionWitnessSet, VerificationKeyWitness

from milestone_core.domain.chain import AssetId, Output, OutputReference, Script, Units, Value

SIGNATURE_LENGTH, KEY_LENGTH = 64, 32
_TRANSACTION_HEAD, _VALID_WITHOUT_METADATA = b"\x84", b"\xf5\xf6"
_PLUTUS_V3_VIEW = 2

_TAGS = {
    "spend": RedeemerTag.SPEND,
    "mint": RedeemerTag.MINT,
    "publish": RedeemerTag.CERTIFICATE,
    "withdraw": RedeemerTag.WITHDRAWAL,
}


@dataclass(frozen=True, slots=True)
class Redeemer:
    """What a script is given: the CBOR of its data and the units that it may use."""

    purpose: str
    index: int
    data: bytes
    units: Units


def reference(output: OutputReference) -> TransactionInput:
    """An output reference as a transaction input."""
    return TransactionInput(TransactionId(output.transaction_id), output.index)


def value(amount: Value) -> LedgerValue:
    """A value; without assets it serializes as a bare integer."""
    return LedgerValue(amount.lovelace, multi_asset(amount.assets))


def multi_asset(assets: Mapping[AssetId, int]) -> MultiAsset:
    """Assets by policy and name, in the ledger's canonical order."""
    nested: dict[bytes, dict[bytes, int]] = {}
    for asset, quantity in sorted(assets.items(), key=lambda item: _canonical(item[0])):
        nested.setdefault(asset.policy, {})[asset.name] = quantity
    return MultiAsset.from_primitive(nested)


def _canonical(asset: AssetId) -> tuple[bytes, int, bytes]:
    return asset.policy, len(asset.name), asset.name


def output(content: Output) -> TransactionOutput:
    """An output in the map form, with inline datum and reference script."""
    return TransactionOutput(
        LedgerAddress.from_primitive(bytes(content.address)),
        value(content.value),
        datum=RawCBOR(content.datum) if content.datum is not None else None,
        script=_script(content.script),
        post_alonzo=True,
    )


def output_size(content: Output) -> int:
    """The bytes of an output as it will lie in a transaction."""
    return len(output(content).to_cbor())


def _script(script: Script | None) -> PlutusV3Script | None:
    if script is None:
        return None
    if script.language != "plutus:v3":
        raise ValueError(f"only Plutus V3 scripts are put on chain, not {script.language}")
    return PlutusV3Script(script.code)


@dataclass(frozen=True, slots=True)
class Body:
    """A transaction body in our values, complete but for the script integrity hash."""

    inputs: tuple[OutputReference, ...]
    reference_inputs: tuple[OutputReference, ...]
    outputs: tuple[Output, ...]
    fee: int
    mint: Mapping[AssetId, int]
    withdrawals: Mapping[bytes, int]
    collateral: tuple[OutputReference, ...]
    collateral_return: Output | None
    total_collateral: int | None
    valid_from: int | None
    valid_until: int | None
    integrity_hash: bytes | None


def encode_body(body: Body) -> bytes:
    """The CBOR of a body; ``valid_until`` is the first slot in which it is no longer valid."""
    content = TransactionBody(
        inputs=OrderedSet([reference(i) for i in body.inputs]),
        outputs=[output(o) for o in body.outputs],
        fee=body.fee,
        ttl=body.valid_until,
        validity_start=body.valid_from,
        mint=multi_asset(body.mint) if body.mint else None,
        withdraws=Withdrawals(body.withdrawals) if body.withdrawals else None,
        script_data_hash=ScriptDataHash(body.integrity_hash) if body.integrity_hash else None,
        collateral=_set(body.collateral),
        collateral_return=output(body.collateral_return) if body.collateral_return else None,
        total_collateral=body.total_collateral,
        reference_inputs=_set(body.reference_inputs),
    )
    return bytes(content.to_cbor())


def _set(references: Iterable[OutputReference]) -> NonEmptyOrderedSet[TransactionInput] | None:
    items = [reference(item) for item in references]
    return NonEmptyOrderedSet(items) if items else None


def encode_redeemers(redeemers: Iterable[Redeemer]) -> bytes:
    """The redeemers as the map of the Conway era, in the ledger's order of purposes."""
    return bytes(_redeemer_map(redeemers).to_cbor())


def _redeemer_map(redeemers: Iterable[Redeemer]) -> RedeemerMap:
    ordered = sorted(redeemers, key=lambda r: (_TAGS[r.purpose].value, r.index))
    return RedeemerMap(
        {
            RedeemerKey(_TAGS[r.purpose], r.index): RedeemerValue(
                RawCBOR(r.data), ExecutionUnits(r.units.memory, r.units.steps)
            )
            for r in ordered
        }
    )


def encode_witnesses(
    signatures: Iterable[tuple[bytes, bytes]],
    redeemers: Iterable[Redeemer],
    scripts: Iterable[Script],
) -> bytes:
    """The witness set.

    :param signatures: pairs of verification key and signature.
    :param scripts: Plutus V3 scripts that are carried rather than referenced.
    """
    witnesses = [
        VerificationKeyWitness(VerificationKey(key), signature) for key, signature in signatures
    ]
    carried = [PlutusV3Script(script.code) for script in scripts]
    listed = list(redeemers)
    content = TransactionWitnessSet(
        vkey_witnesses=NonEmptyOrderedSet(witnesses) if witnesses else None,
        redeemer=_redeemer_map(listed) if listed else None,
        plutus_v3_script=NonEmptyOrderedSet(carried) if carried else None,
    )
    return bytes(content.to_cbor())


def encode_transaction(body: bytes, witnesses: bytes) -> bytes:
    """The whole transaction: valid, without metadata."""
    return _TRANSACTION_HEAD + body + witnesses + _VALID_WITHOUT_METADATA


def integrity_hash(redeemers: bytes, cost_model: tuple[int, ...]) -> bytes:
    """The script integrity hash of Plutus V3 redeemers without witnessed datums.

    :param redeemers: their CBOR exactly as in the witness set.
    :param cost_model: the entries of Plutus V3 in ledger order, all of them, unchanged.
    """
    view = cbor2.dumps({_PLUTUS_V3_VIEW: list(cost_model)})
    return blake2b(redeemers + view, digest_size=32).digest()


def body_of(transaction: bytes) -> bytes:
    """The bytes of a transaction's body, exactly as they stand in it.

    :raises ValueError: it does not begin as a transaction of four parts.
    """
    if not transaction.startswith(_TRANSACTION_HEAD):
        raise ValueError("a transaction is an array of four")
    stream = io.BytesIO(transaction)
    stream.seek(len(_TRANSACTION_HEAD))
    cbor2.CBORDecoder(stream).decode()
    return transaction[len(_TRANSACTION_HEAD) : stream.tell()]


def transaction_id(body: bytes) -> bytes:
    """The id of a transaction: the blake2b-256 of its body as serialized."""
    return blake2b(body, digest_size=32).digest()
