"""What chain, index and mempool say of a transaction in the journal."""

from __future__ import annotations

from milestone_core.domain.lifecycle import Facts, Verdict, judge
from milestone_core.files.records import JournalEntry
from milestone_core.services.context import Context


def find_out(context: Context, entry: JournalEntry) -> tuple[Facts, Verdict]:
    """Ask everybody, in the order in which a transaction cannot slip through between two answers.

    :raises ServiceUnavailable: one of them cannot be asked.
    """
    from milestone_core.transactions import raw  # the commands that only look need no codec

    tip = context.chain.tip().slot
    checkpoint = context.utxo.health().checkpoint
    in_mempool = context.chain.in_mempool(entry.transaction_id)
    slot, rival = slot_of(context, entry), None
    if slot is None:
        slot, rival = _spent(context, entry)
    facts = Facts(tip, checkpoint, in_mempool, slot, rival)
    return facts, judge(facts, raw.valid_from(entry.cbor), entry.invalid_after)


def slot_of(context: Context, entry: JournalEntry) -> int | None:
    """The slot of the block that holds the transaction, None where the index knows of none."""
    made = context.utxo.history(f"*@{entry.transaction_id.hex()}")
    return made[0].utxo.created_at if made else None


def is_rolled_back(context: Context, entry: JournalEntry) -> bool:
    """Whether a transaction that was in a block is in none any more.

    An index that does not watch the contract proves nothing, and it has to have read everything.
    """
    if slot_of(context, entry) is not None or _spent(context, entry)[0] is not None:
        return False
    return context.utxo.tracks(f"{context.contract.programme.hash.hex()}.*")


def _spent(context: Context, entry: JournalEntry) -> tuple[int | None, bytes | None]:
    """The slot in which it has spent an input itself; else who has spent what it needs."""
    from milestone_core.transactions import raw

    for reference in (*raw.inputs(entry.cbor), *raw.looked_at(entry.cbor)):
        pattern = f"{reference.index}@{reference.transaction_id.hex()}"
        for spending in context.utxo.history(pattern):
            if spending.spent_by == entry.transaction_id:
                return spending.spent_at, None
            if spending.spent_by is not None:
                return None, spending.spent_by
    return None, None
