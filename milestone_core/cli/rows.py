"""Allocations as tables and as documents."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.cli.amounts import Denomination
from milestone_core.cli.output import table
from milestone_core.domain.chain import AssetId
from milestone_core.domain.release import RowState
from milestone_core.files.times import iso

_HEAD, _TAIL = 14, 6


def short(address: object) -> str:
    """An address that fits a table, still told apart from its neighbours."""
    text = str(address)
    return f"{text[:_HEAD]}...{text[-_TAIL:]}"


def row_table(rows: Sequence[RowState], asset: AssetId, units: Denomination) -> list[str]:
    """Allocations for people."""
    headings = ("BENEFICIARY", "MILESTONE", "AMOUNT", "PAID", "CLAIMABLE", "STATE", "NEXT")
    return table(
        headings,
        [
            (
                short(row.beneficiary),
                row.milestone,
                units.write(asset, row.amount),
                f"{row.paid_steps}/{row.vesting.count}",
                units.write(asset, row.claimable),
                row.state.value,
                iso(row.next_step_at) if row.next_step_at is not None else "-",
            )
            for row in rows
        ],
    )


def row_document(row: RowState) -> dict[str, object]:
    """One allocation for programs."""
    return {
        "row": row.row,
        "beneficiary": str(row.beneficiary),
        "milestone": row.milestone,
        "amount": str(row.amount),
        "proven": row.proven,
        "instalments": {
            "paid": row.paid_steps,
            "vested": row.vested_steps,
            "allowed": row.allowed_steps,
            "count": row.vesting.count,
        },
        "paid": str(row.paid),
        "claimable": str(row.claimable),
        "state": row.state.value,
        "next_at": iso(row.next_step_at) if row.next_step_at is not None else None,
        "reason": row.reason,
    }
