"""``queryLedgerState/...``: the newest ledger, or the one that the connection has acquired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milestone_devnet.chain.genesis import FAUCET_LOVELACE
from milestone_devnet.ledger import TxIn, TxOut
from milestone_devnet.ledger.ogmios_json import (
    lovelace_json,
    output_json,
    reference_json,
)
from milestone_devnet.network import EPOCH_LENGTH, SAFE_ZONE, epoch_of, horizon_after
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.context import Context
from milestone_devnet.ogmios.genesis import CONSTITUTION, MAX_LOVELACE_SUPPLY
from milestone_devnet.ogmios.parameters import parameters_json
from milestone_devnet.ogmios.points import point_json
from milestone_devnet.ogmios.rpc import MethodError, MethodNotFound
from milestone_devnet.ogmios.staking_queries import (
    delegate_representatives,
    reward_accounts,
    stake_pools,
)

Json = dict[str, Any]
Params = Mapping[str, Any]

_ERAS_BEFORE_CONWAY = ("byron", "shelley", "allegra", "mary", "alonzo", "babbage")
_BYRON_PARAMETERS: Json = {
    "epochLength": 4320,
    "slotLength": {"milliseconds": 20_000},
    "safeZone": 864,
}


def _tip(context: Context, params: Params) -> Any:
    read.nothing(params)
    return point_json(context.block)


def _epoch(context: Context, params: Params) -> int:
    read.nothing(params)
    return epoch_of(context.block.slot)


def _era_start(context: Context, params: Params) -> Json:
    read.nothing(params)
    return _bound(context, 0)


def _era_summaries(context: Context, params: Params) -> list[Json]:
    """All eras from the system's start on, as on a network that was born in Conway.

    The end of the current era is how far the ledger vouches for it: the first epoch boundary
    beyond the safe zone.
    """
    read.nothing(params)
    current = {
        "epochLength": EPOCH_LENGTH,
        "slotLength": {"milliseconds": context.chain.clock.slots.slot_length_ms},
        "safeZone": SAFE_ZONE,
    }
    start = _bound(context, 0)
    past = [
        {
            "start": start,
            "end": start,
            "parameters": _BYRON_PARAMETERS if era == "byron" else current,
        }
        for era in _ERAS_BEFORE_CONWAY
    ]
    horizon = horizon_after(context.block.slot)
    return [*past, {"start": start, "end": _bound(context, horizon), "parameters": current}]


def _bound(context: Context, slot: int) -> Json:
    seconds = slot * context.chain.clock.slots.slot_length_ms // 1000
    return {"time": {"seconds": seconds}, "slot": slot, "epoch": epoch_of(slot)}


def _protocol_parameters(context: Context, params: Params) -> Json:
    read.nothing(params)
    return parameters_json(context.chain.parameters, context.version)


def _utxo(context: Context, params: Params) -> list[Json]:
    """By references, by addresses, or everything; of a block, never of the mempool."""
    unspent = context.state.utxo
    found: Mapping[TxIn, TxOut]
    if "outputReferences" in params:
        wanted = {read.reference(e) for e in read.field(params, "outputReferences", list)}
        found = {reference: unspent[reference] for reference in wanted if reference in unspent}
    elif "addresses" in params:
        addresses = {read.address(e) for e in read.field(params, "addresses", list)}
        found = {ref: output for ref, output in unspent.items() if output.address in addresses}
    else:
        read.nothing(params)
        found = unspent
    return [reference_json(ref) | output_json(output) for ref, output in sorted(found.items())]


def _always(value: Any) -> Callable[[Context, Params], Any]:
    """What never changes, because there is no governance and no work at the end of an epoch (so
    the treasury gets nothing, the reserves give nothing, and no stake is counted)."""

    def answer(_context: Context, params: Params) -> Any:
        read.nothing(params)
        return value

    return answer


def _unavailable(_context: Context, _params: Params) -> Any:
    """Rewards are never calculated here, so nothing is known about them."""
    raise MethodError(2002, "Query unavailable in the current era.")


def _dump(_context: Context, _params: Params) -> Any:
    """A real server writes its node's memory to a file of its own machine."""
    raise MethodNotFound("queryLedgerState/dump")


def _governance_proposals(_context: Context, _params: Params) -> list[Json]:
    """None, whichever are asked for: proposals are not supported."""
    return []


LEDGER_QUERIES: Mapping[str, Callable[[Context, Params], Any]] = {
    "queryLedgerState/constitution": _always(CONSTITUTION),
    "queryLedgerState/constitutionalCommittee": _always({"members": [], "quorum": None}),
    "queryLedgerState/delegateRepresentatives": delegate_representatives,
    "queryLedgerState/dump": _dump,
    "queryLedgerState/epoch": _epoch,
    "queryLedgerState/eraStart": _era_start,
    "queryLedgerState/eraSummaries": _era_summaries,
    "queryLedgerState/governanceProposals": _governance_proposals,
    "queryLedgerState/liveStakeDistribution": _always({}),
    "queryLedgerState/nonces": _always(
        dict.fromkeys(
            ("epochNonce", "candidateNonce", "evolvingNonce", "lastEpochLastAncestor"), "neutral"
        )
    ),
    "queryLedgerState/operationalCertificates": _always({}),
    "queryLedgerState/projectedRewards": _unavailable,
    "queryLedgerState/protocolParameters": _protocol_parameters,
    "queryLedgerState/rewardAccountSummaries": reward_accounts,
    "queryLedgerState/rewardsProvenance": _unavailable,
    "queryLedgerState/stakePools": stake_pools,
    "queryLedgerState/stakePoolsPerformances": _unavailable,
    "queryLedgerState/tip": _tip,
    "queryLedgerState/treasuryAndReserves": _always(
        {
            "treasury": lovelace_json(0),
            "reserves": lovelace_json(MAX_LOVELACE_SUPPLY - FAUCET_LOVELACE),
        }
    ),
    "queryLedgerState/utxo": _utxo,
}
