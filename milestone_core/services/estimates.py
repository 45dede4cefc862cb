"""What a schedule will cost, before any server is asked.

Fees follow from the size of the datums: straight lines through what the transactions of our builder
cost at the public networks' parameters (docs/contract.md, "What it costs"). A test deploys and
compares. What will be paid is on the screen before each transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milestone_core.domain.schedule import Schedule
from milestone_core.ports import CompiledValidator
from milestone_core.services.planning import PlannedDatums
from milestone_core.transactions.deploy import ADA_RESERVE, ADA_RESERVE_PER_ROW

_START, _REGISTER = 340_700, 277_800
_BYTE, _CHECKED_ROW, _STAKED = 44, 4_900, 1_270  # a longer address takes more to compare
_PROOF, _FURTHER_SIGNATURE = 268_700, 14_400
_RELEASE, _ROW, _FURTHER_CLAIM = 230_600, 145, 10_000

_PER_OUTPUT_BYTE, _OUTPUT = 4_310, 160  # the ledger's price, and what it adds to an output's size
_ABOUT_THE_DATUM, _ONE_MORE_TOKEN = 115, 33  # address, identity token, and the tags around them


@dataclass(frozen=True, slots=True)
class Estimate:
    """Lovelace, about.

    ``deposit`` lies with the tokens until they are closed; ``release`` pays one claim of the
    largest page, ``further_claim`` is for each one more in the same transaction; ``publication``
    is spent once for a network, by whoever deploys there first.
    """

    transactions: int
    deployment: int
    deposit: int
    proof: int
    release: int
    further_claim: int
    publication: int


def estimate(
    schedule: Schedule,
    planned: PlannedDatums,
    rows_per_page: Sequence[int],
    validators: Sequence[CompiledValidator],
) -> Estimate:
    """What deploying a schedule takes, and what claiming from it will."""
    programme, further = len(planned.programme), len(planned.schedules) - 1
    pages = [
        (len(page), len(vault))
        for page, vault in zip(planned.schedules, planned.vaults, strict=True)
    ]
    staked = sum(1 for address in schedule.beneficiaries if address.stake is not None)
    fees = _BYTE * (programme + sum(map(sum, pages)))
    fees += _CHECKED_ROW * sum(rows_per_page) + _STAKED * staked
    vaults = sum(
        _vault(schedule, vault, rows) for (_, vault), rows in zip(pages, rows_per_page, strict=True)
    )
    return Estimate(
        transactions=len(pages),
        deployment=_START + _REGISTER * further + fees,
        deposit=_least(programme) + sum(_least(page) for page, _ in pages) + vaults,
        proof=_PROOF + _FURTHER_SIGNATURE * (schedule.quorum - 1),
        release=_RELEASE + _ROW * max(rows_per_page),
        further_claim=_FURTHER_CLAIM,
        publication=sum(_least(len(validator.code)) for validator in validators),
    )


def _vault(schedule: Schedule, datum: int, rows: int) -> int:
    """The ADA of a vault besides what it promises."""
    if schedule.asset.is_ada:
        return ADA_RESERVE + ADA_RESERVE_PER_ROW * rows
    return _least(datum + _ONE_MORE_TOKEN + len(schedule.asset.name))


def _least(datum: int) -> int:
    return _PER_OUTPUT_BYTE * (_OUTPUT + _ABOUT_THE_DATUM + datum)
