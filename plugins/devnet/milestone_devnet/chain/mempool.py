"""The mempool: accepted transactions in their order, and the ledger as it will be after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic

from milestone_devnet.chain.store import Included
from milestone_devnet.ledger import (
    Credential,
    Environment,
    LedgerState,
    Parameters,
    Refused,
    Transaction,
    TxIn,
    TxOut,
    validate,
)
from milestone_devnet.ledger.state import Change, Registered

# Two blocks' worth, as a node has by default; it is what sizeOfMempool tells, not enforced.
CAPACITY_IN_BLOCKS = 2

# A transaction that left the mempool without a block, and the rule that it broke.
Fallen = tuple[Transaction, str]


@dataclass(slots=True)
class _Overlay:
    """The unspent outputs of a state with the pending transactions applied."""

    state: LedgerState
    spent: set[TxIn]
    produced: dict[TxIn, TxOut]

    def get(self, reference: TxIn, /) -> TxOut | None:
        if reference in self.spent:
            return None
        return self.produced.get(reference) or self.state.utxo.get(reference)


class _Changed(Generic[Registered]):
    """Accounts or representatives of a state with the pending transactions applied."""

    def __init__(self, before: Mapping[Credential, Registered]) -> None:
        self._before: Mapping[Credential, Registered] = before
        self._after: dict[Credential, Registered | None] = {}

    def get(self, credential: Credential, /) -> Registered | None:
        if credential in self._after:
            return self._after[credential]
        return self._before.get(credential)

    def items(self) -> Iterable[tuple[Credential, Registered]]:
        merged = {**self._before, **self._after}
        return [(credential, value) for credential, value in merged.items() if value is not None]

    def apply(self, changes: Mapping[Credential, Change[Registered]]) -> None:
        self._after.update({credential: change.after for credential, change in changes.items()})


class Mempool:
    """Pending transactions over a state. It is itself the view that the next one is checked on."""

    def __init__(self, state: LedgerState) -> None:
        self._state = state
        self._pending: dict[bytes, Included] = {}
        self.utxo = _Overlay(state, set(), {})
        self.accounts = _Changed(state.accounts)
        self.representatives = _Changed(state.representatives)

    def __contains__(self, transaction_id: object) -> bool:
        return transaction_id in self._pending

    def __len__(self) -> int:
        return len(self._pending)

    def __iter__(self) -> Iterator[Included]:
        return iter(self._pending.values())

    def admit(self, transaction: Transaction, environment: Environment) -> Included:
        """Check a transaction on top of the pending ones and take it.

        :raises Refused: a rule says no; nothing has changed.
        """
        inputs = transaction.body.inputs
        if inputs and not any(self.utxo.get(reference) for reference in inputs):
            raise _all_inputs_spent()
        included = Included(transaction, validate(transaction, self, environment))
        self._add(included)
        return included

    def unspent_at(self, address: bytes) -> dict[TxIn, TxOut]:
        """What lies at an address once the pending transactions are in."""
        found = {
            reference: output
            for source in (self._state.utxo, self.utxo.produced)
            for reference, output in source.items()
            if output.address == address and reference not in self.utxo.spent
        }
        return dict(sorted(found.items()))

    def block_body(self, parameters: Parameters) -> list[Included]:
        """As many of the oldest transactions as one block may hold.

        Its bytes, execution units and reference scripts are bounded.
        """
        body: list[Included] = []
        size = memory = cpu = scripts = 0
        for included in self:
            units = [r.units for r in included.transaction.witnesses.redeemers.values()]
            size += included.transaction.size
            memory += sum(u.memory for u in units)
            cpu += sum(u.cpu for u in units)
            scripts += included.effect.reference_scripts_size
            limit = parameters.max_block_units
            if (
                size > parameters.max_block_body_size
                or memory > limit.memory
                or cpu > limit.cpu
                or scripts > parameters.max_reference_scripts_size_per_block
            ):
                break
            body.append(included)
        return body

    def over(
        self, state: LedgerState, environment: Environment, *, without: frozenset[bytes]
    ) -> tuple[Mempool, list[Fallen]]:
        """The mempool over another state or slot, and what fell out of it, with the reason.

        ``without`` are the ids that the state holds already. A transaction falls out when its
        validity has ended or when one that it builds on fell out. As long as none did, the rest
        is taken over unchecked: only slot and predecessors could change a verdict.
        """
        fresh = Mempool(state)
        fallen: list[Fallen] = []
        for included in self:
            if included.transaction.id in without:
                continue
            try:
                if fallen or _is_over(included.transaction, environment.slot):
                    fresh.admit(included.transaction, environment)
                else:
                    fresh._add(included)
            except Refused as refusal:
                fallen.append((included.transaction, refusal.rule))
        return fresh, fallen

    @classmethod
    def holding(
        cls, transactions: Iterable[Transaction], state: LedgerState, environment: Environment
    ) -> tuple[Mempool, list[Fallen]]:
        """A mempool of what a state still takes, all checked anew, and what it does not take."""
        mempool = cls(state)
        fallen: list[Fallen] = []
        for transaction in transactions:
            try:
                mempool.admit(transaction, environment)
            except Refused as refusal:
                fallen.append((transaction, refusal.rule))
        return mempool, fallen

    def _add(self, included: Included) -> None:
        effect = included.effect
        self._pending[included.transaction.id] = included
        self.utxo.spent.update(effect.spent)
        self.utxo.produced.update(effect.produced)
        self.accounts.apply(effect.accounts)
        self.representatives.apply(effect.representatives)


def _is_over(transaction: Transaction, slot: int) -> bool:
    end = transaction.body.invalid_after
    return end is not None and slot >= end


def _all_inputs_spent() -> Refused:
    """The mempool's own rule, which a node asks before the ledger's (Conway's MEMPOOL)."""
    return Refused(
        "AllInputsAreSpent",
        3997,
        "The transaction couldn't be added to the mempool. A justification is given as"
        " 'data.error'.",
        {"error": "All inputs are spent. Transaction has probably already been included"},
    )
