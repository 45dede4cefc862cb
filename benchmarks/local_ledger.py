"""The devnet's ledger in this process: no server, no files, no clock.

A slot lasts a millisecond and begins at its own number, so that a slot *is* a POSIX time in ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import count

from bare import encode_output
from milestone_core.domain.address import Address
from milestone_core.domain.chain import (
    AssetId,
    Output,
    OutputReference,
    ProtocolParameters,
    RedeemerUnits,
    Script,
    Units,
    Utxo,
    Value,
)
from milestone_core.errors import ScriptRefused
from milestone_core.transactions import encoding
from milestone_devnet.ledger import (
    Environment,
    EvaluationFailed,
    LedgerState,
    Parameters,
    SlotConfig,
    TxIn,
    TxOut,
    decode_output,
    decode_transaction,
    default_parameters,
    evaluate,
    validate,
)

_SCRIPTS_FAILED, _SAID_NO, _OVER_BUDGET = 3010, 3012, 3161
"""Ogmios's numbers for a failed evaluation and for its causes."""


class Ledger:
    """The devnet's ledger without a chain: outputs, and transactions one after the other."""

    def __init__(self) -> None:
        self.state = LedgerState()
        self.parameters = _as_domain(default_parameters())
        self._environment = Environment(default_parameters(), 0, SlotConfig(0, 0, 1))
        self._references = count()

    def put(self, output: Output) -> Utxo:
        """An output out of nowhere."""
        number = next(self._references)
        reference = OutputReference(blake2b(b"%d" % number, digest_size=32).digest(), 0)
        return self.place(Utxo(reference, output, 0, _script_hash(output.script)))

    def place(self, utxo: Utxo) -> Utxo:
        """An output at its reference."""
        reference = TxIn(utxo.reference.transaction_id, utxo.reference.index)
        content = utxo.output
        raw = encoding.output(content).to_cbor() if content.script else encode_output(content)
        self.state.utxo[reference] = decode_output(raw)
        return utxo

    def utxos(self) -> Iterator[Utxo]:
        """All that is unspent."""
        for reference, output in self.state.utxo.items():
            content = _from_ledger(output)
            yield Utxo(OutputReference(*reference), content, 0, _script_hash(content.script))

    def make_outputs_cost(self, lovelace_per_byte: int) -> None:
        """Change the parameter that the least ADA of an output follows from."""
        self.parameters = replace(self.parameters, lovelace_per_utxo_byte=lovelace_per_byte)
        environment = self._environment
        changed = replace(environment.parameters, utxo_cost_per_byte=lovelace_per_byte)
        self._environment = replace(environment, parameters=changed)

    def evaluate(self, transaction: bytes) -> list[RedeemerUnits]:
        """Run the scripts of a transaction, signed and balanced or not.

        :raises ScriptRefused: one of them says no, or needs too much.
        :raises milestone_devnet.ledger.EvaluationFailed: none said anything: something is missing,
            or the machine itself broke. That is never a refusal.
        """
        decoded = decode_transaction(transaction)
        try:
            answers = evaluate(decoded, self.state.utxo, self._environment)
        except EvaluationFailed as failure:
            if not _is_said_by_scripts(failure):
                raise
            raise ScriptRefused(str(failure), redeemers=(), data=failure.data) from failure
        return [RedeemerUnits(a.purpose.value, a.index, Units(a.memory, a.cpu)) for a in answers]

    def submit(self, transaction: bytes, slot: int) -> bytes:
        """Put a transaction on chain at ``slot``; its id. All rules of both phases apply.

        :raises milestone_devnet.ledger.Refused: one of them is broken.
        """
        environment = replace(self._environment, slot=slot)
        effect = validate(decode_transaction(transaction), self.state, environment)
        self.state.apply(effect)
        return effect.transaction_id


def _is_said_by_scripts(failure: EvaluationFailed) -> bool:
    return failure.code == _SCRIPTS_FAILED and all(
        failed["error"]["code"] in (_SAID_NO, _OVER_BUDGET) for failed in failure.data
    )


def _as_domain(parameters: Parameters) -> ProtocolParameters:
    return ProtocolParameters(
        fee_constant=parameters.min_fee_constant,
        fee_per_byte=parameters.min_fee_coefficient,
        lovelace_per_utxo_byte=parameters.utxo_cost_per_byte,
        max_transaction_size=parameters.max_transaction_size,
        max_value_size=parameters.max_value_size,
        max_units=Units(*parameters.max_transaction_units),
        price_memory=parameters.price_memory,
        price_steps=parameters.price_cpu,
        collateral_percentage=parameters.collateral_percentage,
        max_collateral_inputs=parameters.max_collateral_inputs,
        reference_script_base=parameters.min_fee_reference_scripts_base,
        reference_script_range=parameters.min_fee_reference_scripts_range,
        reference_script_multiplier=parameters.min_fee_reference_scripts_multiplier,
        cost_models={language.value: model for language, model in parameters.cost_models.items()},
        protocol_version=parameters.protocol_version[0],
    )


def _from_ledger(output: TxOut) -> Output:
    return Output(
        Address.from_bytes(output.address),
        Value(output.coin, {AssetId(*asset): n for asset, n in output.assets.items()}),
        output.datum,
        output.datum_hash,
        Script(output.script.language.value, output.script.raw) if output.script else None,
    )


def _script_hash(script: Script | None) -> bytes | None:
    return blake2b(b"\x03" + script.code, digest_size=28).digest() if script else None
