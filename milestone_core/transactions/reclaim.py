"""Close distributions and programmes; what is left goes to the owner as change."""

from __future__ import annotations

from enum import Enum

from milestone_core.domain.chain import AssetId, Utxo
from milestone_core.onchain import plutus_data, redeemers
from milestone_core.transactions.draft import Draft, Layout, Minting, ScriptInput


class Ground(Enum):
    """Why the owner may take back what is left of a page."""

    FULLY_CLAIMED = "every allocation is paid in full"
    NOTHING_OWED = "expired or cancelled, and nothing proven is unpaid"
    LONG_EXPIRED = "90 days have passed since the expiry"


def _ground(ground: Ground, layout: Layout, *programme: Utxo) -> plutus_data.Data:
    if ground is Ground.FULLY_CLAIMED:
        return redeemers.fully_claimed()
    if ground is Ground.LONG_EXPIRED:
        return redeemers.long_expired()
    (read,) = programme
    return redeemers.nothing_owed(layout.reference_index(read.reference))


def close_page(
    *,
    page: AssetId,
    schedule: Utxo,
    vault: Utxo,
    owner: Utxo,
    scripts: tuple[Utxo, ...],
    ground: Ground,
    programme: Utxo | None,
    valid_from: int | None,
    valid_until: int,
) -> Draft:
    """Burn a page's two tokens and free what its schedule and vault hold.

    :param owner: an output of the owner's wallet; spending it shows that the owner agrees.
    :param scripts: reference inputs that carry ``distribution`` and ``registry``.
    :param programme: read by reference where the ground is that nothing is owed.
    :param valid_from: a slot after the expiry (for ``LONG_EXPIRED`` after another 90 days), None
        where every row is paid or the programme is cancelled.
    """
    read = (programme,) if programme is not None and ground is Ground.NOTHING_OWED else ()

    def burn(layout: Layout) -> plutus_data.Data:
        return redeemers.burn_page(
            layout.input_index(schedule.reference),
            layout.input_index(vault.reference),
            _ground(ground, layout, *read),
        )

    return Draft(
        script_inputs=(
            ScriptInput(schedule, lambda _: redeemers.close_page(), "closing the schedule"),
            ScriptInput(vault, lambda _: redeemers.close_page(), "closing the vault"),
        ),
        wallet_inputs=(owner,),
        reference_inputs=(*scripts, *read),
        minting=(Minting(page.policy, {page.name: -2}, burn, "burning the distribution's tokens"),),
        valid_from=valid_from,
        valid_until=valid_until,
        purpose="closing of a distribution",
    )


def close_programme(
    *, programme: AssetId, utxo: Utxo, owner: Utxo, script: Utxo, valid_from: int, valid_until: int
) -> Draft:
    """Burn a programme's token and free its ADA.

    :param valid_from: a slot after the programme's end.
    """
    return Draft(
        script_inputs=(
            ScriptInput(utxo, lambda _: redeemers.close_programme(), "closing the programme"),
        ),
        wallet_inputs=(owner,),
        reference_inputs=(script,),
        minting=(
            Minting(
                programme.policy,
                {programme.name: -1},
                lambda _: redeemers.burn_programme(),
                "burning the programme's token",
            ),
        ),
        valid_from=valid_from,
        valid_until=valid_until,
        purpose="closing of a programme",
    )
