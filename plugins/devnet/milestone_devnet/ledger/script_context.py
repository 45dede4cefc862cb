"""What a Plutus V3 script is told about a transaction: its ``ScriptContext``, as data.

Sources: ``PlutusLedgerApi.V3`` and ``Cardano.Ledger.Conway.TxInfo`` (protocol version 10).
"""

from __future__ import annotations

from collections.abc import Mapping

from .addresses import payment_credential, reward_credential, stake_part
from .context import Surroundings
from .data_encoding import array, byte_string, canonical, constr, integer, mapping
from .model import (
    AssetId,
    Certificate,
    CertificateKind,
    Credential,
    DefaultVote,
    Pointer,
    Purpose,
    TxIn,
    TxOut,
)

_NOTHING = constr(1)
_FALSE, _TRUE = constr(0), constr(1)
_NEGATIVE_INFINITY, _POSITIVE_INFINITY = constr(0), constr(2)
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
    body, witnesses = transaction.body, transaction.witnesses
    return constr(
        0,
        _inputs(surroundings.spent),
        _inputs(dict(sorted(surroundings.referenced.items()))),
        array(map(_output, body.outputs)),
        integer(body.fee),
        _assets(body.mint),
        array(_certificate(certificate, surroundings) for certificate in body.certificates),
        mapping(
            (_credential(reward_credential(account)), integer(body.withdrawals[account]))
            for account in surroundings.withdrawing
        ),
        _valid_range(surroundings),
        array(byte_string(key) for key in sorted(body.required_signers)),
        mapping(
            (_purpose(surroundings, pointer), canonical(redeemer.data))
            for pointer, redeemer in sorted(
                witnesses.redeemers.items(), key=lambda item: (item[0].purpose.tag, item[0].index)
            )
        ),
        mapping((byte_string(h), canonical(d)) for h, d in sorted(witnesses.datums.items())),
        byte_string(transaction.id),
        _NO_VOTES,
        _NO_PROPOSALS,
        _maybe(None if body.treasury is None else integer(body.treasury)),
        _maybe(integer(body.donation) if body.donation else None),
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
    output = list(surroundings.spent.values())[pointer.index]
    datum = output.datum
    if output.datum_hash is not None:
        datum = surroundings.transaction.witnesses.datums[output.datum_hash]
    return constr(number, *subject, _maybe(None if datum is None else canonical(datum)))


def _subject(surroundings: Surroundings, pointer: Pointer) -> tuple[int, list[bytes]]:
    index = pointer.index
    if pointer.purpose is Purpose.MINT:
        return 0, [byte_string(surroundings.policies[index])]
    if pointer.purpose is Purpose.SPEND:
        return 1, [_reference(list(surroundings.spent)[index])]
    if pointer.purpose is Purpose.WITHDRAW:
        return 2, [_credential(reward_credential(surroundings.withdrawing[index]))]
    certificate = surroundings.transaction.body.certificates[index]
    return 3, [integer(index), _certificate(certificate, surroundings)]


def _inputs(outputs: Mapping[TxIn, TxOut]) -> bytes:
    return array(constr(0, _reference(ref), _output(output)) for ref, output in outputs.items())


def _reference(reference: TxIn) -> bytes:
    return constr(0, byte_string(reference.transaction_id), integer(reference.index))


def _output(output: TxOut) -> bytes:
    script = None if output.script is None else byte_string(output.script.hash)
    return constr(0, _address(output.address), _value(output), _datum(output), _maybe(script))


def _address(address: bytes) -> bytes:
    payment = payment_credential(address)
    if payment is None:
        raise ValueError("Plutus does not know Byron addresses")
    stake = stake_part(address)
    if isinstance(stake, Credential):
        return constr(0, _credential(payment), _maybe(constr(0, _credential(stake))))
    pointer = None if stake is None else constr(1, *map(integer, stake))
    return constr(0, _credential(payment), _maybe(pointer))


def _credential(credential: Credential) -> bytes:
    return constr(0 if credential.is_key else 1, byte_string(credential.hash))


def _value(output: TxOut) -> bytes:
    return _assets({AssetId(b"", b""): output.coin} | dict(output.assets))


def _assets(assets: Mapping[AssetId, int]) -> bytes:
    policies: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for (policy, name), quantity in sorted(assets.items()):
        policies.setdefault(policy, []).append((byte_string(name), integer(quantity)))
    return mapping((byte_string(policy), mapping(names)) for policy, names in policies.items())


def _datum(output: TxOut) -> bytes:
    if output.datum is not None:
        return constr(2, canonical(output.datum))
    if output.datum_hash is not None:
        return constr(1, byte_string(output.datum_hash))
    return constr(0)


def _certificate(certificate: Certificate, surroundings: Surroundings) -> bytes:
    """``TxCert``."""
    if certificate.credential is None or isinstance(certificate.kind, int):
        raise ValueError(f"certificates of kind {certificate.kind} are not supported")
    kind, credential = certificate.kind, _credential(certificate.credential)
    deposit = None if certificate.deposit is None else integer(certificate.deposit)
    number = _CERTIFICATES[kind]
    if number in (_REGISTERS, _DEREGISTERS):
        # Protocol version 9 forgot the deposit here, and its transactions must stay as they were.
        hidden = surroundings.environment.parameters.is_bootstrap_phase
        return constr(number, credential, _maybe(None if hidden else deposit))
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
        voter = constr(0, _credential(representative))
    else:
        voter = constr(1 if representative is DefaultVote.ABSTAIN else 2)
    return constr(2 if pools else 1, *pools, voter)


def _valid_range(surroundings: Surroundings) -> bytes:
    """The validity interval in POSIX milliseconds; the upper bound is open."""
    body, clock = surroundings.transaction.body, surroundings.environment.slot_config
    lower, upper = constr(0, _NEGATIVE_INFINITY, _TRUE), constr(0, _POSITIVE_INFINITY, _TRUE)
    if body.invalid_before is not None:
        lower = constr(0, constr(1, integer(clock.time_of(body.invalid_before))), _TRUE)
    if body.invalid_after is not None:
        upper = constr(0, constr(1, integer(clock.time_of(body.invalid_after))), _FALSE)
    return constr(0, lower, upper)


def _maybe(content: bytes | None) -> bytes:
    return _NOTHING if content is None else constr(0, content)
