"""What a Plutus V3 script is told about a transaction: its ``ScriptContext``, as data.

Sources: ``PlutusLedgerApi.V3`` and ``Cardano.Ledger.Conway.TxInfo`` (protocol version 10).
"""

from __future__ import annotations

from collections.abc import Mapping

from .addresses import reward_credential
from .context import Surroundings
from .context_data import (
    assets_data,
    credential_data,
    datums,
    maybe,
    output_data,
    redeemers,
    signatories,
    spent_datum,
    valid_range,
)
from .data_encoding import array, byte_string, canonical, constr, integer, mapping
from .model import (
    Certificate,
    CertificateKind,
    Credential,
    DefaultVote,
    Pointer,
    Purpose,
    TxIn,
    TxOut,
)

_NO_VOTES, _NO_PROPOSALS = mapping([]), array([])
_REGISTERS, _DEREGISTERS, _DELEGATES, _REGISTERS_AND_DELEGATES = range(4)
# The constructors of ``TxCert``.
_CERTIFICATES = {
    CertificateKind.STAKE_REGISTRATION: _REGISTERS,
    CertificateKind.REGISTRATION: _REGISTERS,
    CertificateKind.STAKE_DEREGISTRATION: _DEREGISTERS,
    CertificateKind.DEREGISTRATION: _DEREGISTERS,
    CertificateKind.STAKE_DELEGATION: _DELEGATES,
    CertificateKind.VOTE_DELEGATION: _DELEGATES,
    CertificateKind.STAKE_VOTE_DELEGATION: _DELEGATES,
    CertificateKind.REGISTRATION_STAKE_DELEGATION: _REGISTERS_AND_DELEGATES,
    CertificateKind.REGISTRATION_VOTE_DELEGATION: _REGISTERS_AND_DELEGATES,
    CertificateKind.REGISTRATION_STAKE_VOTE_DELEGATION: _REGISTERS_AND_DELEGATES,
    CertificateKind.REPRESENTATIVE_REGISTRATION: 4,
    CertificateKind.REPRESENTATIVE_UPDATE: 5,
    CertificateKind.REPRESENTATIVE_RETIREMENT: 6,
}


def script_context(surroundings: Surroundings, pointer: Pointer) -> bytes:
    """The context of the script that a redeemer points to."""
    redeemer = surroundings.transaction.witnesses.redeemers[pointer]
    info = _transaction_info(surroundings)
    return constr(0, info, canonical(redeemer.data), _script_info(surroundings, pointer))


def _transaction_info(surroundings: Surroundings) -> bytes:
    transaction = surroundings.transaction
    body = transaction.body
    return constr(
        0,
        _inputs(surroundings.spent),
        _inputs(dict(sorted(surroundings.referenced.items()))),
        array(map(output_data, body.outputs)),
        integer(body.fee),
        assets_data(body.mint),
        array(_certificate(certificate, surroundings) for certificate in body.certificates),
        mapping(
            (credential_data(reward_credential(account)), integer(body.withdrawals[account]))
            for account in surroundings.withdrawing
        ),
        valid_range(surroundings),
        array(signatories(surroundings)),
        mapping(
            (_purpose(surroundings, pointer), redeemer)
            for pointer, redeemer in redeemers(surroundings)
        ),
        mapping(datums(surroundings)),
        byte_string(transaction.id),
        _NO_VOTES,
        _NO_PROPOSALS,
        maybe(None if body.treasury is None else integer(body.treasury)),
        maybe(integer(body.donation) if body.donation else None),
    )


def _purpose(surroundings: Surroundings, pointer: Pointer) -> bytes:
    """``ScriptPurpose``."""
    number, subject = _subject(surroundings, pointer)
    return constr(number, *subject)


def _script_info(surroundings: Surroundings, pointer: Pointer) -> bytes:
    """``ScriptInfo``: the purpose, and the datum of what is spent."""
    number, subject = _subject(surroundings, pointer)
    if pointer.purpose is not Purpose.SPEND:
        return constr(number, *subject)
    return constr(number, *subject, maybe(spent_datum(surroundings, pointer)))


def _subject(surroundings: Surroundings, pointer: Pointer) -> tuple[int, list[bytes]]:
    index = pointer.index
    if pointer.purpose is Purpose.MINT:
        return 0, [byte_string(surroundings.policies[index])]
    if pointer.purpose is Purpose.SPEND:
        return 1, [_reference(list(surroundings.spent)[index])]
    if pointer.purpose is Purpose.WITHDRAW:
        return 2, [credential_data(reward_credential(surroundings.withdrawing[index]))]
    certificate = surroundings.transaction.body.certificates[index]
    return 3, [integer(index), _certificate(certificate, surroundings)]


def _inputs(outputs: Mapping[TxIn, TxOut]) -> bytes:
    return array(constr(0, _reference(ref), output_data(output)) for ref, output in outputs.items())


def _reference(reference: TxIn) -> bytes:
    return constr(0, byte_string(reference.transaction_id), integer(reference.index))


def _certificate(certificate: Certificate, surroundings: Surroundings) -> bytes:
    """``TxCert``."""
    if certificate.credential is None or isinstance(certificate.kind, int):
        raise ValueError(f"certificates of kind {certificate.kind} are not supported")
    kind, credential = certificate.kind, credential_data(certificate.credential)
    deposit = None if certificate.deposit is None else integer(certificate.deposit)
    number = _CERTIFICATES[kind]
    if number in (_REGISTERS, _DEREGISTERS):
        # Protocol version 9 forgot the deposit here, and its transactions must stay as they were.
        hidden = surroundings.environment.parameters.is_bootstrap_phase
        return constr(number, credential, maybe(None if hidden else deposit))
    parts = [credential]
    if certificate.delegates:
        parts.append(_delegatee(certificate))
    return constr(number, *parts, *([] if deposit is None else [deposit]))


def _delegatee(certificate: Certificate) -> bytes:
    pool, representative = certificate.pool, certificate.representative
    pools = [] if pool is None else [byte_string(pool)]
    if representative is None:
        return constr(0, *pools)
    if isinstance(representative, Credential):
        voter = constr(0, credential_data(representative))
    else:
        voter = constr(1 if representative is DefaultVote.ABSTAIN else 2)
    return constr(2 if pools else 1, *pools, voter)
