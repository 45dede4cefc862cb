"""``Transaction`` of Ogmios's schema: in blocks, and in the mempool with ``fields: all``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milestone_devnet.ledger import Body, Redeemer, Script, Transaction, TxIn, TxOut, WitnessSet
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_224
from milestone_devnet.ledger.ogmios_json import (
    certificates_json,
    lovelace_json,
    output_json,
    pointer_json,
    reference_json,
    script_json,
    units_json,
    value_json,
)
from milestone_devnet.ogmios.metadata_json import auxiliary_scripts, metadata_json
from milestone_devnet.ogmios.versions import Version

Json = dict[str, Any]


def transaction_json(transaction: Transaction, version: Version) -> Json:
    """A transaction whole. Sets are in the ledger's order; CBOR of the transaction is left out,
    as Ogmios does unless it is started with ``--include-cbor``."""
    auxiliary = transaction.auxiliary_data
    extra = auxiliary_scripts(auxiliary) if auxiliary is not None else []
    result: Json = {
        "id": transaction.id.hex(),
        "spends": "inputs" if transaction.is_valid else "collaterals",
        **_body(transaction.body, version),
        **_present(requiredExtraScripts=sorted({script.hash.hex() for script in extra})),
    }
    if auxiliary is not None:
        result["metadata"] = metadata_json(auxiliary)
    return result | _witnesses(transaction.witnesses, extra)


def _present(**members: Any) -> Json:
    """The members that have something in them."""
    return {name: value for name, value in members.items() if value}


def _given(**members: Any) -> Json:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def _body(body: Body, version: Version) -> Json:
    result = {
        "inputs": _references(body.inputs),
        "outputs": [_output(output) for output in body.outputs],
        "fee": lovelace_json(body.fee),
        "validityInterval": _given(
            invalidBefore=body.invalid_before, invalidAfter=body.invalid_after
        ),
    }
    if not version.tells_empty_fields:
        result = {"inputs": result.pop("inputs"), **_present(**result)}
    return (
        result
        | _present(
            references=_references(body.reference_inputs),
            collaterals=_references(body.collateral),
            certificates=[
                told for certificate in body.certificates for told in certificates_json(certificate)
            ],
            withdrawals={
                address_text(account): lovelace_json(amount)
                for account, amount in sorted(body.withdrawals.items())
            },
            mint=_mint(body),
            requiredExtraSignatories=sorted(key.hex() for key in body.required_signers),
            treasury=_treasury(body),
        )
        | _given(
            collateralReturn=body.collateral_return and _output(body.collateral_return),
            totalCollateral=_lovelace(body.total_collateral),
            network=None if body.network_id is None else ("testnet", "mainnet")[body.network_id],
            scriptIntegrityHash=body.script_data_hash and body.script_data_hash.hex(),
        )
    )


def _references(references: Iterable[TxIn]) -> list[Json]:
    return [reference_json(reference) for reference in sorted(references)]


def _output(output: TxOut) -> Json:
    result = output_json(output)
    if output.script is not None:
        result["script"] = _script(output.script)
    return result


def _script(script: Script) -> Json:
    """A native script is told as JSON only; queries of outputs tell both."""
    result = script_json(script)
    if not script.is_plutus:
        del result["cbor"]
    return result


def _mint(body: Body) -> Json:
    value = value_json(0, body.mint)
    del value["ada"]
    return value


def _treasury(body: Body) -> Json:
    return _given(
        value=_lovelace(body.treasury),
        donation=lovelace_json(body.donation) if body.donation else None,
    )


def _lovelace(amount: int | None) -> Json | None:
    return None if amount is None else lovelace_json(amount)


def _witnesses(witnesses: WitnessSet, extra: Iterable[Script]) -> Json:
    scripts = {script.hash.hex(): _script(script) for script in (*witnesses.scripts, *extra)}
    redeemers = sorted(witnesses.redeemers.items(), key=lambda e: (e[0].purpose.tag, e[0].index))
    return {"signatories": _signatories(witnesses)} | _present(
        scripts=dict(sorted(scripts.items())),
        datums={key.hex(): datum.hex() for key, datum in sorted(witnesses.datums.items())},
        redeemers=[_redeemer(redeemer) for _, redeemer in redeemers],
    )


def _signatories(witnesses: WitnessSet) -> list[Json]:
    result = [
        {"key": witness.signature.key.hex(), "signature": witness.signature.signature.hex()}
        | _present(chainCode=witness.chain_code.hex(), addressAttributes=witness.attributes.hex())
        for witness in witnesses.bootstrap
    ]
    for witness in sorted(witnesses.keys, key=lambda w: blake2b_224(w.key)):
        result.append({"key": witness.key.hex(), "signature": witness.signature.hex()})
    return result


def _redeemer(redeemer: Redeemer) -> Json:
    return {
        "validator": pointer_json(redeemer.pointer),
        "redeemer": redeemer.data.hex(),
        "executionUnits": units_json(redeemer.units),
    }
