"""Distributions as the chain shows them, whoever registered them."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.cli.amounts import Denomination
from milestone_core.cli.output import table
from milestone_core.cli.rows import row_document, row_table
from milestone_core.files.times import iso
from milestone_core.services.survey import FoundPage


def document(found: Sequence[FoundPage]) -> dict[str, object]:
    """For programs."""
    return {
        "source": "chain",
        "verified": True,
        "slot": min(page.slot for page in found),
        "time": iso(found[0].now),
        "claimable": str(sum(page.claimable for page in found)) if _one_asset(found) else None,
        "distributions": [
            {
                "id": str(page.id),
                "name": page.record.key if page.record else None,
                "programme": str(page.page.programme),
                "asset": str(page.page.asset),
                "expiry": iso(page.page.expiry),
                "owner": page.page.owner.hash.hex(),
                "document": page.page.document.hex(),
                "programme_open": page.programme is not None,
                "cancelled": page.programme.cancelled if page.programme else None,
                "milestones": _milestones(page),
                "total": str(page.page.total),
                "claimable": str(page.claimable),
                "allocations": [row_document(row) for row in page.rows],
            }
            for page in found
        ],
    }


def lines(found: Sequence[FoundPage]) -> list[str]:
    """For people."""
    parts: list[str] = []
    for page in found:
        units = Denomination(page.record.schedule if page.record else None)
        asset = page.page.asset
        name = page.record.key if page.record else "a distribution that is not registered here"
        parts += [
            *([""] if parts else []),
            f"{name} (chain, slot {page.slot}, {iso(page.now)})",
            f"  id         {page.id}",
            f"  programme  {page.page.programme}",
            f"  expiry     {iso(page.page.expiry)}",
            f"  claimable  {units.write(asset, page.claimable)}",
        ]
        if page.record is None:
            parts += [
                f"  document   {page.page.document.hex()}",
                "  is it the schedule that was published? milestone verify ID --schedule FILE",
            ]
        if page.programme is None:
            parts.append("  its programme is closed: nothing more is released")
            continue
        states = [
            (m.id.decode(errors="replace"), "proven (chain)" if m.proven else "not proven")
            for m in page.programme.milestones
        ]
        parts += ["", *table(("MILESTONE", "STATE"), states)]
        parts += ["", *row_table(page.rows, asset, units)]
    return parts


def _milestones(page: FoundPage) -> list[dict[str, object]]:
    programme = page.programme
    return [
        {
            "id": m.id.decode(errors="replace"),
            "state": "proven" if m.proven else "unverified",
            "evidence": m.evidence.hex() if m.evidence else None,
        }
        for m in (programme.milestones if programme else ())
    ]


def _one_asset(found: Sequence[FoundPage]) -> bool:
    return len({page.page.asset for page in found}) == 1
