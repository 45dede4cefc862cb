"""``queryLedgerState/...`` about accounts, stake pools and delegate representatives.

No work is done at the end of an epoch: stake is never counted, so it is nothing everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milestone_devnet.ledger import Credential, DefaultVote, Mandate, Representative
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256
from milestone_devnet.ledger.ogmios_json import (
    anchor_json,
    delegation_json,
    lovelace_json,
    origin_json,
    pool_json,
    representative_json,
)
from milestone_devnet.network import epoch_of
from milestone_devnet.ogmios import params as read
from milestone_devnet.ogmios.context import Context
from milestone_devnet.ogmios.parameters import REPRESENTATIVE_MAX_IDLE_EPOCHS, STAKING
from milestone_devnet.producer import POOL, PRODUCER, VRF

Json = dict[str, Any]
Params = Mapping[str, Any]

_REWARD_ACCOUNT_OF_KEY = b"\xe0"
_NOTHING = lovelace_json(0)


def reward_accounts(context: Context, params: Params) -> list[Json]:
    """Those of the given credentials that are registered."""
    asked = _credentials(params, read.credential)
    accounts = context.state.accounts
    return [
        {
            "from": origin_json(credential),
            "credential": credential.hash.hex(),
            **delegation_json(accounts[credential]),
            "rewards": lovelace_json(accounts[credential].rewards),
            "deposit": lovelace_json(accounts[credential].deposit),
        }
        for credential in sorted(asked)
        if credential in accounts
    ]


def delegate_representatives(context: Context, params: Params) -> list[Json]:
    """Those that are registered, or those of the given ones that are; and the two default votes."""
    asked = _credentials(params, read.representative)
    registered = {
        credential: mandate
        for credential, mandate in context.state.representatives.items()
        if not asked or credential in asked
    }
    # The ledger's order has keys first here, other than elsewhere.
    ordered = sorted(registered, key=lambda c: (not c.is_key, c.hash))
    return [
        *(_registered(context, credential, registered[credential]) for credential in ordered),
        *(
            {**representative_json(vote), "stake": _NOTHING, "delegators": _of(context, vote)}
            for vote in DefaultVote
        ),
    ]


def _registered(context: Context, credential: Credential, mandate: Mandate) -> Json:
    """While nobody proposes anything, no mandate runs out: it always ends as late as it can."""
    ends = epoch_of(context.block.slot) + REPRESENTATIVE_MAX_IDLE_EPOCHS
    anchor = {} if mandate.anchor is None else {"metadata": anchor_json(mandate.anchor)}
    return {
        **representative_json(credential),
        "mandate": {"epoch": ends},
        "deposit": lovelace_json(mandate.deposit),
        "stake": _NOTHING,
        **anchor,
        "delegators": _of(context, credential),
    }


def _of(context: Context, representative: Representative) -> list[Json]:
    """Who delegates to a representative."""
    return [
        {"from": origin_json(credential), "credential": credential.hash.hex()}
        for credential, account in sorted(context.state.accounts.items())
        if account.representative == representative
    ]


def stake_pools(_context: Context, params: Params) -> Json:
    """The one that makes the blocks, unless only others are asked for."""
    asked = read.optional(params, "stakePools", list)
    if asked is not None and POOL not in {read.pool(entry) for entry in asked}:
        return {}
    stake = {"stake": _NOTHING} if read.optional(params, "includeStake", bool) else {}
    return {pool_json(POOL): POOL_VIEW | stake}


POOL_VIEW: Json = {
    "id": pool_json(POOL),
    "vrfVerificationKeyHash": blake2b_256(VRF.public).hex(),
    "pledge": _NOTHING,
    "cost": STAKING["minStakePoolCost"],
    "margin": "0/1",
    "rewardAccount": address_text(_REWARD_ACCOUNT_OF_KEY + PRODUCER.key_hash),
    "owners": [PRODUCER.key_hash.hex()],
    "relays": [],
}
"""``StakePool``."""


def _credentials(params: Params, decode: read.Decoder) -> set[Credential]:
    return {
        Credential(name == "keys", decode(text))
        for name in ("keys", "scripts")
        for text in read.optional(params, name, list) or ()
    }
