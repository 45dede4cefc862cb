"""What the domain's rules say of a release, and what the compiled contract says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from bare import bare
from milestone_core.domain import release as rules
from milestone_core.domain.chain import Output, Value
from milestone_core.domain.distribution import Vault
from milestone_core.domain.release import Claim
from milestone_core.errors import ScriptRefused
from milestone_core.onchain import datums, plutus_data, redeemers
from milestone_core.transactions.draft import Draft, Layout, ScriptInput
from workbench import Promise, Workbench

from .states import State


def predicted(state: State, claims: Sequence[Claim]) -> bool:
    """Whether the rules allow these claims in this state."""
    page = state.page
    if not claims:
        return False
    walks = [(claim.row, page.rows[claim.row].address) for claim in claims]
    in_order = all(a < b and c <= d for (a, c), (b, d) in pairwise(walks))
    return in_order and all(
        state.claimed[claim.row]
        < claim.steps
        <= rules.contract_steps(page, state.programme, claim.row, state.now)
        for claim in claims
    )


@dataclass(frozen=True)
class Attempt:
    """A release as somebody might try it, allowed or not."""

    bench: Workbench
    state: State
    promise: Promise
    claims: tuple[Claim, ...]

    def draft(self) -> Draft:
        """The vault's new output and the payouts as reckoned, whatever the claims are."""
        page, vault = self.promise.page, self.promise.vault
        payouts = [
            (page.addresses[address], sum(map(self._due, group)))
            for address, group in groupby(self.claims, lambda c: page.rows[c.row].address)
        ]
        # What a wrong claim would "pay" may be nothing or less: no output can say so.
        payouts = [(address, max(1, due)) for address, due in payouts]
        total = Value.of(page.asset, sum(due for _, due in payouts))
        paid = vault_after(vault, self.claims)
        utxo = self.promise.vault_utxo
        kept = Output(
            utxo.output.address,
            (utxo.output.value - total).positive,
            datum=plutus_data.encode(datums.vault_data(paid)),
        )
        healthy = self.bench.release(self.promise, (), self.state.now)
        return replace(
            healthy,
            outputs=(kept, *(Output(a, Value.of(page.asset, due)) for a, due in payouts)),
            script_inputs=(ScriptInput(utxo, self._redeemer, "the vault"),),
        )

    def _redeemer(self, layout: Layout) -> plutus_data.Data:
        return redeemers.release(
            layout.reference_index(self.promise.schedule_utxo.reference),
            layout.reference_index(self.promise.programme_utxo.reference),
            self.claims,
        )

    def _due(self, claim: Claim) -> int:
        page = self.promise.page
        row, vesting = page.rows[claim.row], page.vesting(claim.row)
        before = self.promise.vault.claimed[claim.row]
        return vesting.paid_after(row.amount, claim.steps) - vesting.paid_after(row.amount, before)


def vault_after(vault: Vault, claims: Sequence[Claim]) -> Vault:
    """The vault as the claims leave it; a count is a byte, whatever is claimed."""
    paid = rules.pay(vault, claims)
    return replace(paid, claimed=tuple(steps % 256 for steps in paid.claimed))


def accepted(bench: Workbench, draft: Draft) -> bool:
    """Whether the compiled contract allows the transaction."""
    try:
        bench.ledger.evaluate(bare(draft))
    except ScriptRefused:
        return False
    return True
