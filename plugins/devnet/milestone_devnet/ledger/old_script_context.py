"""What Plutus V1 and V2 scripts are told about a transaction: their ``ScriptContext``, as data.

Sources: ``PlutusLedgerApi.V1`` and ``V2``, ``Cardano.Ledger.Conway.TxInfo``. What these versions
have no words for is refused before (``phase_two.scripts_can_be_run``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .addresses import reward_credential
from .context import Surroundings
from .context_data import (
    address_data,
    assets_data,
    credential_data,
    datums,
    maybe,
    output_data,
    redeemers,
    signatories,
    spent_datum,
    valid_range,
    value_data,
)
from .data_encoding import array, byte_string, canonical, constr, integer, mapping
from .model import AssetId, Certificate, CertificateKind, Language, Pointer, Purpose, TxIn, TxOut

_ADA = AssetId(b"", b"")
# The constructors of ``DCert``; stated deposits are not told.
_CERTIFICATES = {
    CertificateKind.STAKE_REGISTRATION: 0,
    CertificateKind.REGISTRATION: 0,
    CertificateKind.STAKE_DEREGISTRATION: 1,
    CertificateKind.DEREGISTRATION: 1,
    CertificateKind.STAKE_DELEGATION: 2,
}


def old_script_arguments(
    surroundings: Surroundings, pointer: Pointer, language: Language
) -> list[bytes]:
    """What a script of Plutus V1 or V2 is applied to: datum (to spend), redeemer, context."""
    redeemer = canonical(surroundings.transaction.witnesses.redeemers[pointer].data)
    context = constr(0, _transaction_info(surroundings, language), _purpose(surroundings, pointer))
    datum = spent_datum(surroundings, pointer) if pointer.purpose is Purpose.SPEND else None
    return [redeemer, context] if datum is None else [datum, redeemer, context]


def _transaction_info(surroundings: Surroundings, language: Language) -> bytes:
    is_v1 = language is Language.PLUTUS_V1
    transaction = surroundings.transaction
    body = transaction.body
    output = _output_v1 if is_v1 else output_data
    listed = _pairs if is_v1 else mapping
    fields = [
        _inputs(surroundings.spent, is_v1),
        _inputs(dict(sorted(surroundings.referenced.items())), is_v1),
        array(map(output, body.outputs)),
        assets_data({_ADA: body.fee}),
        assets_data({_ADA: 0} | dict(body.mint)),
        array(map(_certificate, body.certificates)),
        listed(_withdrawals(surroundings)),
        valid_range(surroundings),
        array(signatories(surroundings)),
        mapping(
            (_purpose(surroundings, pointer), redeemer)
            for pointer, redeemer in redeemers(surroundings)
        ),
        listed(datums(surroundings)),
        _id(transaction.id),
    ]
    if is_v1:
        inputs, _references, *middle, _redeemers, data, own_id = fields
        return constr(0, inputs, *middle, data, own_id)
    return constr(0, *fields)


def _pairs(entries: Iterator[tuple[bytes, bytes]]) -> bytes:
    """A list of tuples, as V1 has it in the place of a map."""
    return array(constr(0, key, value) for key, value in entries)


def _withdrawals(surroundings: Surroundings) -> Iterator[tuple[bytes, bytes]]:
    """In the order of Plutus: keys before scripts, unlike the ledger's."""
    withdrawals = surroundings.transaction.body.withdrawals
    amounts = {reward_credential(account): amount for account, amount in withdrawals.items()}
    for credential in sorted(amounts, key=lambda c: (not c.is_key, c.hash)):
        yield constr(0, credential_data(credential)), integer(amounts[credential])


def _purpose(surroundings: Surroundings, pointer: Pointer) -> bytes:
    """``ScriptPurpose``."""
    index = pointer.index
    if pointer.purpose is Purpose.MINT:
        return constr(0, byte_string(surroundings.policies[index]))
    if pointer.purpose is Purpose.SPEND:
        return constr(1, _reference(list(surroundings.spent)[index]))
    if pointer.purpose is Purpose.WITHDRAW:
        credential = credential_data(reward_credential(surroundings.withdrawing[index]))
        return constr(2, constr(0, credential))
    return constr(3, _certificate(surroundings.transaction.body.certificates[index]))


def _inputs(outputs: Mapping[TxIn, TxOut], is_v1: bool) -> bytes:
    output = _output_v1 if is_v1 else output_data
    return array(constr(0, _reference(ref), output(out)) for ref, out in outputs.items())


def _reference(reference: TxIn) -> bytes:
    return constr(0, _id(reference.transaction_id), integer(reference.index))


def _id(transaction_id: bytes) -> bytes:
    return constr(0, byte_string(transaction_id))


def _output_v1(output: TxOut) -> bytes:
    digest = None if output.datum_hash is None else byte_string(output.datum_hash)
    return constr(0, address_data(output.address), value_data(output), maybe(digest))


def _certificate(certificate: Certificate) -> bytes:
    """``DCert``."""
    kind, credential = certificate.kind, certificate.credential
    if credential is None or isinstance(kind, int) or kind not in _CERTIFICATES:
        raise ValueError(f"certificates of kind {kind} are not supported")
    pool = [] if certificate.pool is None else [byte_string(certificate.pool)]
    return constr(_CERTIFICATES[kind], constr(0, credential_data(credential)), *pool)
