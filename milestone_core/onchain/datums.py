"""The three datums of the contract, to plutus data and back.

Reading is strict: a datum of any other shape, or one that registration would have refused, is
:class:`ForeignDatum`. Anyone can put anything at an address; only what reads here is believed.

The shapes are those of ``validators/lib/milestone/types.ak``; the blueprint carries their schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.vesting import Vesting
from milestone_core.onchain import plutus_data
from milestone_core.onchain.plutus_data import Constr, Data

UNPROVEN = bytes(32)
_PROGRAMME, _SCHEDULE, _VAULT = 0, 0, 1
_KEY, _SCRIPT = 0, 1
_FALSE, _TRUE = Constr(0), Constr(1)
_NONE = 1
_T = TypeVar("_T")


class ForeignDatum(ValueError):
    """The datum is not one of ours."""


def programme_data(programme: Programme) -> Data:
    """A programme's datum."""
    return Constr(
        _PROGRAMME,
        [
            [Constr(0, [m.id, m.evidence or UNPROVEN]) for m in programme.milestones],
            list(programme.oracles),
            programme.quorum,
            programme.round,
            credential_data(programme.owner),
            programme.until,
            _TRUE if programme.cancelled else _FALSE,
        ],
    )


def schedule_data(page: Page) -> Data:
    """The datum of a page's immutable schedule."""
    return Constr(
        _SCHEDULE,
        [
            page.registry,
            [Constr(0, [r.address, r.milestone, r.vesting, r.amount]) for r in page.rows],
            [address_data(address) for address in page.addresses],
            [Constr(0, [v.start, v.step, v.count]) for v in page.vestings],
            page.programme.policy,
            page.programme.name,
            page.asset.policy,
            page.asset.name,
            Constr(_NONE) if page.observer is None else Constr(0, [page.observer]),
            credential_data(page.owner),
            page.expiry,
            page.document,
        ],
    )


def vault_data(vault: Vault) -> Data:
    """A vault's datum: one byte a row."""
    return Constr(_VAULT, [vault.registry, bytes(vault.claimed)])


def credential_data(credential: Credential) -> Data:
    """A credential: constructor 0 for a key, 1 for a script."""
    return Constr(_SCRIPT if credential.is_script else _KEY, [credential.hash])


def address_data(address: Address) -> Data:
    """An address without its network, as a script sees it."""
    stake = Constr(_NONE)
    if address.stake is not None:
        stake = Constr(0, [Constr(0, [credential_data(address.stake)])])
    return Constr(0, [credential_data(address.payment), stake])


def read_programme(datum: bytes) -> Programme:
    """A programme from its datum's CBOR.

    :raises ForeignDatum: it is something else.
    """
    fields = _fields(_decode(datum), _PROGRAMME, 7)
    milestones, oracles, quorum, round_, owner, until, cancelled = fields
    return Programme(
        milestones=tuple(_milestone(item) for item in _list(milestones)),
        oracles=tuple(_bytes(oracle, 28) for oracle in _list(oracles)),
        quorum=_integer(quorum),
        round=_integer(round_),
        owner=_credential(owner),
        until=_integer(until),
        cancelled=_truth(cancelled),
    )


def read_schedule(datum: bytes, network: int) -> Page:
    """A page from its schedule's datum (CBOR); addresses become those of ``network`` (0 or 1).

    :raises ForeignDatum: it is something else, or its indices point outside its tables.
    """
    fields = _fields(_decode(datum), _SCHEDULE, 12)
    registry, rows, addresses, vestings, policy, name, *rest = fields
    asset_policy, asset_name, observer, owner, expiry, document = rest
    page = Page(
        registry=_bytes(registry, 28),
        rows=tuple(Row(*map(_integer, _fields(row, 0, 4))) for row in _list(rows)),
        addresses=tuple(_address(item, network) for item in _list(addresses)),
        vestings=tuple(_vesting(item) for item in _list(vestings)),
        programme=AssetId(_bytes(policy, 28), _bytes(name, 32)),
        asset=AssetId(_bytes(asset_policy), _bytes(asset_name)),
        observer=_option(observer, lambda item: _bytes(item, 28)),
        owner=_credential(owner),
        expiry=_integer(expiry),
        document=_bytes(document, 32),
    )
    for row in page.rows:
        in_tables = 0 <= row.address < len(page.addresses) and 0 <= row.vesting < len(page.vestings)
        if not in_tables or row.milestone < 0 or row.amount < 1:
            raise ForeignDatum("a row points outside the tables")
    return page


def read_vault(datum: bytes) -> Vault:
    """A vault from its datum's CBOR.

    :raises ForeignDatum: it is something else.
    """
    registry, claimed = _fields(_decode(datum), _VAULT, 2)
    return Vault(_bytes(registry, 28), tuple(_bytes(claimed)))


def _decode(datum: bytes) -> Data:
    try:
        return plutus_data.decode(datum)
    except plutus_data.NotPlutusData as error:
        raise ForeignDatum(str(error)) from error


def _fields(data: Data, index: int, count: int) -> list[Data]:
    if isinstance(data, Constr) and data.index == index and len(data.fields) == count:
        return data.fields
    raise ForeignDatum(f"no constructor {index} with {count} fields")


def _list(data: Data) -> Sequence[Data]:
    if isinstance(data, list):
        return data
    raise ForeignDatum("a list is missing")


def _integer(data: Data) -> int:
    if isinstance(data, int):
        return data
    raise ForeignDatum("an integer is missing")


def _bytes(data: Data, length: int | None = None) -> bytes:
    if isinstance(data, bytes) and length in (None, len(data)):
        return data
    raise ForeignDatum(f"bytes are missing, or are not {length}")


def _truth(data: Data) -> bool:
    if data in (_FALSE, _TRUE):
        return data == _TRUE
    raise ForeignDatum("a truth value is missing")


def _option(data: Data, read: Callable[[Data], _T]) -> _T | None:
    if data == Constr(_NONE):
        return None
    return read(_fields(data, 0, 1)[0])


def _credential(data: Data) -> Credential:
    if isinstance(data, Constr) and data.index in (_KEY, _SCRIPT) and len(data.fields) == 1:
        raw = _bytes(data.fields[0], 28)
        return Credential.script(raw) if data.index == _SCRIPT else Credential.key(raw)
    raise ForeignDatum("a credential is missing")


def _address(data: Data, network: int) -> Address:
    payment, stake = _fields(data, 0, 2)
    inline = _option(stake, lambda item: _credential(_fields(item, 0, 1)[0]))
    return Address(network, _credential(payment), inline)


def _vesting(data: Data) -> Vesting:
    try:
        return Vesting(*map(_integer, _fields(data, 0, 3)))
    except ValueError as error:
        raise ForeignDatum(str(error)) from error


def _milestone(data: Data) -> ProgrammeMilestone:
    milestone_id, evidence = _fields(data, 0, 2)
    proof = _bytes(evidence, 32)
    return ProgrammeMilestone(_bytes(milestone_id), None if proof == UNPROVEN else proof)
