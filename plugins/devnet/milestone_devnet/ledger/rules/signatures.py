"""Rules about signatures (UTXOW)."""

from __future__ import annotations

from collections.abc import Iterator

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from ..addresses import is_byron, payment_credential, reward_credential
from ..byron import byron_address, witness_root
from ..context import Context, needs_witness
from ..refusals import Refused
from ..refusals import witnesses as refuse


def signatures_verify(context: Context) -> Iterator[Refused]:
    """``InvalidWitnessesUTXOW``: every Ed25519 signature is over the transaction id."""
    transaction = context.transaction
    given = transaction.witnesses
    signatures = [*given.keys, *(witness.signature for witness in given.bootstrap)]
    wrong = [
        witness.key
        for witness in signatures
        if not _verifies(witness.key, witness.signature, transaction.id)
    ]
    if wrong:
        yield refuse.invalid_signatories(wrong)


def _verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


def required_keys_sign(context: Context) -> Iterator[Refused]:
    """``MissingVKeyWitnessesUTXOW``; a Byron address asks for the witness of its root."""
    body = context.transaction.body
    addresses = [o.address for o in (*context.spent.values(), *context.collateral.values())]
    credentials = [payment_credential(address) for address in addresses if not is_byron(address)]
    credentials += [reward_credential(account) for account in body.withdrawals]
    credentials += [c.credential for c in body.certificates if needs_witness(c)]
    required = {c.hash for c in credentials if c is not None and c.is_key}
    required |= set(body.required_signers)
    required |= {byron_address(address).root for address in addresses if is_byron(address)}
    roots = {witness_root(witness) for witness in context.transaction.witnesses.bootstrap}
    if missing := required - context.signers - roots:
        yield refuse.missing_signatories(missing)
