"""Close distributions and programmes; what is left goes to the owner as change."""

from __future__ import annotations

from milestone_core.domain.chain import AssetId, Utxo
from milestone_core.onchain import plutus_data, redeemers
from milestone_core.transactions.draft import Draft, Layout, Minting, ScriptInput


def close_page(
    *,
    page: AssetId,
    schedule: Utxo,
    vault: Utxo,
    owner: Utxo,
    scripts: tuple[Utxo, ...],
    programme: Utxo | None,
    valid_from: int | None,
    valid_until: int,
) -> Draft:
    """Burn a page's two tokens and free what its schedule and vault hold.

    :param owner: an output of the owner's wallet; spending it shows that the owner agrees.
    :param scripts: reference inputs that carry ``distribution`` and ``registry``.
    :param programme: read by reference where the page is closed because no row is owed.
    :param valid_from: a slot after the expiry, None where every row is paid or the programme is
        cancelled.
    """

    def burn(layout: Layout) -> plutus_data.Data:
        return redeemers.burn_page(
            layout.input_index(schedule.reference),
            layout.input_index(vault.reference),
            layout.reference_index(programme.reference) if programme else None,
        )

    return Draft(
        script_inputs=(
            ScriptInput(schedule, lambda _: redeemers.close_page(), "closing the schedule"),
            ScriptInput(vault, lambda _: redeemers.close_page(), "closing the vault"),
        ),
        wallet_inputs=(owner,),
        reference_inputs=(*scripts, *((programme,) if programme else ())),
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
