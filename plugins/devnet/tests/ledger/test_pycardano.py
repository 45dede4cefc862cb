"""The ledger beside pycardano, which shares no code with it."""

from __future__ import annotations

import base58
import pycardano as pyc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_devnet.ledger import LedgerState, decode_output, decode_transaction, validate
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.native_scripts import native_script_json

from .world import ENVIRONMENT, MONEY, TOKENS, state

KEY = pyc.PaymentSigningKey(bytes([1]) * 32)
HASH = KEY.to_verification_key().hash()
ADDRESS = pyc.Address(HASH, network=pyc.Network.TESTNET)


def test_a_transaction_of_pycardano_is_taken() -> None:
    assets = pyc.MultiAsset.from_primitive({bytes(28): {b"token": 7}})
    body = pyc.TransactionBody(
        inputs=[pyc.TransactionInput.from_primitive([*ref]) for ref in (MONEY, TOKENS)],
        outputs=[
            pyc.TransactionOutput(ADDRESS, pyc.Value(50_000_000, assets)),
            pyc.TransactionOutput(ADDRESS, 59_700_000),
        ],
        fee=300_000,
        validity_start=1,
    )
    witness = pyc.VerificationKeyWitness(KEY.to_verification_key(), KEY.sign(body.hash()))
    sent = pyc.Transaction(body, pyc.TransactionWitnessSet(vkey_witnesses=[witness]))
    transaction = decode_transaction(sent.to_cbor())
    assert transaction.id == sent.id.payload
    effect = validate(transaction, state(), ENVIRONMENT)
    after = LedgerState(dict(state().utxo))
    after.apply(effect)
    outputs = [pyc.TransactionOutput.from_cbor(out.raw) for out in effect.produced.values()]
    assert outputs == body.outputs
    assert effect.produced.items() <= after.utxo.items()


parts = st.builds(pyc.VerificationKeyHash, st.binary(min_size=28, max_size=28)) | st.builds(
    pyc.ScriptHash, st.binary(min_size=28, max_size=28)
)


@given(parts, st.none() | parts, st.sampled_from(pyc.Network))
def test_addresses_are_written_as_pycardano_writes_them(
    payment: pyc.VerificationKeyHash,
    stake: pyc.VerificationKeyHash | None,
    network: pyc.Network,
) -> None:
    address = pyc.Address(payment, stake, network)
    assert address_text(address.to_primitive()) == address.encode()
    account = pyc.Address(staking_part=payment, network=network)
    assert address_text(account.to_primitive()) == account.encode()


def test_a_byron_address_is_written_in_base58() -> None:
    text = "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi"
    assert address_text(base58.b58decode(text)) == text


@pytest.mark.parametrize(
    "script",
    [
        pyc.ScriptPubkey(HASH),
        pyc.ScriptAll([pyc.ScriptPubkey(HASH), pyc.InvalidBefore(7)]),
        pyc.ScriptAny([pyc.InvalidHereAfter(9)]),
        pyc.ScriptNofK(1, [pyc.ScriptPubkey(HASH)]),
    ],
)
def test_native_scripts_hash_and_read_as_in_pycardano(script: pyc.NativeScript) -> None:
    out = pyc.TransactionOutput(ADDRESS, 2_000_000, script=script)
    decoded = decode_output(out.to_cbor()).script
    assert decoded is not None
    assert decoded.hash == script.hash().payload
    clause = native_script_json(decoded.raw)["clause"]
    names = {"sig": "signature", "atLeast": "some"}
    assert clause == names.get(script.json_tag, script.json_tag)
