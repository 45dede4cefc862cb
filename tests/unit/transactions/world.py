"""A small world whose ledger judges what the builder makes: no server, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from milestone_core.domain.address import Address, Credential
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
from milestone_core.transactions import encoding
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import (
    Effect,
    Environment,
    LedgerState,
    SlotConfig,
    TxIn,
    TxOut,
    decode_output,
    decode_transaction,
    default_parameters,
    evaluate,
    validate,
)

ADA = 1_000_000
SLOT = 1000
LEDGER = Environment(default_parameters(), SLOT, SlotConfig(1_700_000_000_000))

ALWAYS_TRUE = Script("plutus:v3", bytes.fromhex("450101002499"))
NEVER_TRUE = Script("plutus:v3", bytes.fromhex("450101002601"))


def script_hash(script: Script) -> bytes:
    return blake2b(b"\x03" + script.code, digest_size=28).digest()


def key(number: int) -> SigningKey:
    """One of a row of keys."""
    made = PaymentKey(bytes([number + 1]) * 32)
    return SigningKey(made.public, made.sign)


TRUE_ADDRESS = Address(0, Credential.script(script_hash(ALWAYS_TRUE)))
TRUE_POLICY = script_hash(ALWAYS_TRUE)
LIBRARY = Utxo(
    OutputReference(bytes([254]) * 32, 0),
    Output(TRUE_ADDRESS, Value(10 * ADA), script=ALWAYS_TRUE),
    script_hash=TRUE_POLICY,
)
"""Where the reference script lies."""


def parameters() -> ProtocolParameters:
    """The ledger's parameters as the port tells them."""
    own = LEDGER.parameters
    models = {language.value: model for language, model in own.cost_models.items()}
    return ProtocolParameters(
        fee_constant=own.min_fee_constant,
        fee_per_byte=own.min_fee_coefficient,
        lovelace_per_utxo_byte=own.utxo_cost_per_byte,
        max_transaction_size=own.max_transaction_size,
        max_value_size=own.max_value_size,
        max_units=Units(own.max_transaction_units.memory, own.max_transaction_units.cpu),
        price_memory=own.price_memory,
        price_steps=own.price_cpu,
        collateral_percentage=own.collateral_percentage,
        max_collateral_inputs=own.max_collateral_inputs,
        reference_script_base=own.min_fee_reference_scripts_base,
        reference_script_range=own.min_fee_reference_scripts_range,
        reference_script_multiplier=own.min_fee_reference_scripts_multiplier,
        cost_models=models,
        protocol_version=own.protocol_version[0],
    )


class World:
    """A ledger that holds ``utxos``; whoever spends them has the keys of ``wallet``."""

    def __init__(self, utxos: Iterable[Utxo], keys: Iterable[SigningKey]) -> None:
        self.utxos = (*utxos, LIBRARY)
        self.keys = tuple(keys)
        self.state = LedgerState({_reference(u.reference): as_stored(u.output) for u in self.utxos})

    @property
    def wallet(self) -> Wallet:
        """All that the keys can spend; change goes to the first key's address."""
        theirs = {k.credential for k in self.keys}
        utxos = tuple(u for u in self.utxos if u.output.address.payment in theirs)
        return Wallet(self.keys, utxos, self.keys[0].address(0))

    def evaluate(self, cbor: bytes) -> list[RedeemerUnits]:
        """The scripts' units, as the chain port answers them."""
        return [
            RedeemerUnits(e.purpose.value, e.index, Units(e.memory, e.cpu))
            for e in evaluate(decode_transaction(cbor), self.state.utxo, LEDGER)
        ]

    def judge(self, signed: bytes) -> Effect:
        """What the ledger makes of it.

        :raises Refused: nothing.
        """
        return validate(decode_transaction(signed), self.state, LEDGER)


def as_stored(output: Output) -> TxOut:
    """An output as the ledger keeps it."""
    return decode_output(bytes(encoding.output(output).to_cbor()))


def resigned(unsigned: Unsigned, body: bytes) -> bytes:
    """The same transaction with another body, signed anew."""
    transaction_id = encoding.transaction_id(body)
    signatures = ((k.verification_key, k.sign(transaction_id)) for k in unsigned.signers)
    witnesses = encoding.encode_witnesses(signatures, unsigned.redeemers, unsigned.draft.scripts)
    return encoding.encode_transaction(body, witnesses)


def token(number: int) -> AssetId:
    """One of a row of tokens."""
    return AssetId(bytes([number + 100]) * 28, bytes([number]) * (number % 33))


def _reference(reference: OutputReference) -> TxIn:
    return TxIn(reference.transaction_id, reference.index)
