"""Pay claims out of a vault."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.domain import release as rules
from milestone_core.domain.chain import Output, Utxo, Value
from milestone_core.domain.distribution import Page, Vault
from milestone_core.domain.release import Claim
from milestone_core.onchain import datums, plutus_data, redeemers
from milestone_core.transactions.draft import Draft, Layout, ScriptInput

PURPOSE = "release"
"""What the journal calls it."""


def release(
    *,
    schedule: Utxo,
    page: Page,
    vault_utxo: Utxo,
    vault: Vault,
    programme: Utxo,
    script: Utxo,
    claims: Sequence[Claim],
    valid_from: int,
    valid_until: int,
) -> Draft:
    """The vault first, then one payout for each beneficiary in the order of the claims.

    :param schedule: the page's schedule, read by reference; ``programme`` likewise.
    :param script: a reference input that carries the ``distribution`` validator.
    :param claims: in ascending order of their rows.
    :param valid_from: the slot whose beginning the contract takes for "now".
    :raises ValueError: the claims are not in order, or pay nothing new.
    """
    payouts = rules.payouts(page, vault, claims)
    due = Value.of(page.asset, sum(payout.amount for payout in payouts))
    kept = Output(
        vault_utxo.output.address,
        vault_utxo.output.value - due,
        datum=plutus_data.encode(datums.vault_data(rules.pay(vault, claims))),
    )

    def redeemer(layout: Layout) -> plutus_data.Data:
        return redeemers.release(
            layout.reference_index(schedule.reference),
            layout.reference_index(programme.reference),
            claims,
        )

    return Draft(
        outputs=(kept, *(Output(p.address, Value.of(page.asset, p.amount)) for p in payouts)),
        script_inputs=(ScriptInput(vault_utxo, redeemer, "the release from the vault"),),
        reference_inputs=(schedule, programme, script),
        valid_from=valid_from,
        valid_until=valid_until,
        purpose=PURPOSE,
    )
