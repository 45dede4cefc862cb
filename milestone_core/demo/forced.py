"""A release that the program refuses, built by force: the contract has the last word."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.demo.stage import Surprise
from milestone_core.domain.address import Address
from milestone_core.domain.release import Claim
from milestone_core.errors import ScriptRefused
from milestone_core.services import building, distributions
from milestone_core.services import release as service
from milestone_core.services.context import Context
from milestone_core.transactions.keys import read_key


@dataclass(frozen=True, slots=True)
class Refusal:
    """A claim that the contract refused: the call that made it, and which redeemer failed."""

    call: str
    message: str
    redeemer: str


def release(context: Context, name: str, beneficiary: Address, key: str) -> Refusal:
    """Build the release of one more instalment than is due, and let the chain evaluate it.

    :param key: the file of the key that would pay the fee.
    :raises Surprise: the contract allows it.
    """
    loaded = distributions.load(context, name)
    page = loaded.open_pages[0]
    row = next(
        index
        for index, row in enumerate(page.page.rows)
        if page.page.addresses[row.address] == beneficiary
    )
    claim = Claim(row, page.vault.claimed[row] + 1)
    keys = (read_key(key, warn=context.warn),)
    at = building.moment(context)
    call = f"build_release(..., claims=[{claim}], ...)"
    try:
        service.build_release(context, loaded, page, (claim,), keys, at)
    except ScriptRefused as refusal:
        redeemer = ", ".join(f"{purpose} {index}" for purpose, index in refusal.redeemers)
        return Refusal(call, refusal.message, redeemer)
    raise Surprise(f"the contract allows {claim}, which is neither proven nor due")
