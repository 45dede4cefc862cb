"""Find programmes and pages on chain, and believe only what is ours.

Anybody can put a look-alike at an address or mint a token of any name under another policy: what
counts is the identity token under the contract's own policy, at the contract's own script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from milestone_core.domain.chain import AssetId, Snapshot, Utxo
from milestone_core.domain.distribution import Page, Programme, Vault
from milestone_core.errors import BadAnswer, BadInput, NotFound, ServiceUnavailable
from milestone_core.onchain import datums
from milestone_core.services.checks import watch_hint
from milestone_core.services.context import Context

_ID_BYTES = 28, 32
_ID = re.compile(r"[0-9a-fA-F]{56}\.[0-9a-fA-F]{64}")


class Closed(NotFound):
    """It was on chain, and its owner has closed it."""

    code = "closed"


@dataclass(frozen=True, slots=True)
class ProgrammeOnChain:
    """A programme where it lies now; ``slot`` is how far the index had read."""

    id: AssetId
    utxo: Utxo
    programme: Programme
    slot: int


@dataclass(frozen=True, slots=True)
class PageOnChain:
    """A page where it lies now: its immutable schedule and its vault."""

    id: AssetId
    schedule_utxo: Utxo
    page: Page
    vault_utxo: Utxo
    vault: Vault
    slot: int


def is_id(text: str) -> bool:
    """Whether it looks like an id, so that it is none of a schedule's names."""
    return _ID.fullmatch(text) is not None


def parse_id(text: str) -> AssetId:
    """An id as it is printed: ``policy.name`` in hex.

    :raises BadInput: it is not one.
    """
    policy, _, name = text.partition(".")
    try:
        asset = AssetId(bytes.fromhex(policy), bytes.fromhex(name))
    except ValueError:
        asset = AssetId(b"", b"")
    if (len(asset.policy), len(asset.name)) != _ID_BYTES:
        raise BadInput(
            f"{text!r} is not an id",
            hint="An id is a policy and a name in hex, 56 and 64 digits, with a dot between.",
        )
    return asset


def find_programme(context: Context, programme: AssetId) -> ProgrammeOnChain:
    """The programme of that id.

    :raises Closed: it was on chain and is no more.
    :raises NotFound: it was never on chain, or belongs to another contract.
    :raises ServiceUnavailable: the index does not watch it.
    """
    contract = context.contract
    _refuse_foreign(programme, contract.programme.hash, "programme")
    snapshot = context.utxo.unspent(str(programme))
    for utxo in _holding(snapshot, programme, contract.programme.hash):
        if utxo.output.datum is not None:
            read = _read_programme(utxo.output.datum)
            return ProgrammeOnChain(programme, utxo, read, snapshot.checkpoint)
    raise _absent(context, programme, "programme")


def find_page(context: Context, page: AssetId) -> PageOnChain:
    """The page of that id, with its vault.

    :raises Closed: it was on chain and is no more.
    :raises NotFound: it was never on chain, or belongs to another contract.
    :raises ServiceUnavailable: the index does not watch it.
    """
    contract = context.contract
    _refuse_foreign(page, contract.registry.hash, "distribution")
    snapshot = context.utxo.unspent(str(page))
    schedule: tuple[Utxo, Page] | None = None
    vault: tuple[Utxo, Vault] | None = None
    for utxo in _holding(snapshot, page, contract.distribution.hash):
        if utxo.output.datum is None:
            continue
        try:
            vault = utxo, datums.read_vault(utxo.output.datum)
        except datums.ForeignDatum:
            schedule = utxo, _read_schedule(utxo.output.datum, context.network_id)
    if schedule is None or vault is None:
        raise _absent(context, page, "distribution")
    return PageOnChain(page, *schedule, *vault, snapshot.checkpoint)


# The identity token vouches for the datum beside it, so a foreign one is the index's doing.
def _read_programme(datum: bytes) -> Programme:
    try:
        return datums.read_programme(datum)
    except datums.ForeignDatum as error:
        raise BadAnswer(f"the index shows a programme that cannot be one: {error}") from error


def _read_schedule(datum: bytes, network: int) -> Page:
    try:
        return datums.read_schedule(datum, network)
    except datums.ForeignDatum as error:
        raise BadAnswer(f"the index shows a schedule that cannot be one: {error}") from error


def _refuse_foreign(asset: AssetId, policy: bytes, what: str) -> None:
    if asset.policy != policy:
        raise NotFound(
            f"{asset} is no {what} of this contract: its policy should be {policy.hex()}",
            hint="See the contract in use with: milestone contract show",
        )


def _holding(snapshot: Snapshot, token: AssetId, script_hash: bytes) -> list[Utxo]:
    return [
        utxo
        for utxo in snapshot.utxos
        if utxo.output.address.payment.hash == script_hash
        and utxo.output.value.quantity(token) == 1
    ]


def unwatched(pattern: str) -> ServiceUnavailable:
    """The error for an index that does not watch a pattern of the contract."""
    return ServiceUnavailable(
        f"the index does not watch {pattern}, which is the contract's", hint=watch_hint(pattern)
    )


def _absent(context: Context, token: AssetId, what: str) -> NotFound | ServiceUnavailable:
    if not context.utxo.tracks(str(token)):
        return unwatched(f"{token.policy.hex()}.*")
    if context.utxo.history(str(token)):
        return Closed(f"the {what} {token} is closed", details={"id": str(token)})
    return NotFound(
        f"no {what} {token} has ever been on this chain",
        hint="Is it another network, or a devnet that was started anew? See: milestone doctor",
        details={"id": str(token)},
    )
