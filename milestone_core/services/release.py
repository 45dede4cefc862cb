"""Release what is claimable: prove first where a quorum is at hand, then pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from milestone_core.domain import release as rules
from milestone_core.domain.release import AllocationState, Claim, Payout, RowState, Selection
from milestone_core.errors import NotFound, NotYet
from milestone_core.files.amounts import format_amount
from milestone_core.files.records import JournalEntry, TransactionState
from milestone_core.files.times import iso
from milestone_core.services import (
    building,
    distributions,
    observers,
    prove,
    scripts,
    sending,
    settling,
    wallets,
)
from milestone_core.services.building import Moment
from milestone_core.services.context import Context
from milestone_core.services.distributions import Distribution
from milestone_core.services.lookup import PageOnChain
from milestone_core.services.sending import Operator, Sent
from milestone_core.transactions import release as paying
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.unsigned import Unsigned

MAX_CLAIMS = 80
"""Claims in one transaction: with the longest addresses, asset names and amounts they take 80 % of
the largest transaction. (Of the shortest, twice as many would fit.)"""


@dataclass(frozen=True, slots=True)
class Paid:
    """One release: whom it pays, and how it was sent (None where it was only shown)."""

    payouts: tuple[Payout, ...]
    sent: Sent | None


@dataclass(frozen=True, slots=True)
class Released:
    """What ``release`` did: proofs that it sent first, and the releases."""

    proofs: tuple[Sent, ...]
    releases: tuple[Paid, ...]


def release(
    context: Context,
    name: str,
    selection: Selection,
    operator: Operator,
    *,
    limit: int | None = None,
) -> Released:
    """Pay what is claimable of the selection. Anyone may do it for anyone.

    :param limit: pay at most that much, base units: the largest whole instalments within it.
    :raises NotFound: not deployed, or nobody and nothing of that name in the schedule.
    :raises NotYet: nothing of the selection is claimable; says what is missing.
    """
    settled = settling.settle(context, name, operator.patience)
    if limit is not None:
        _refuse_a_second_helping(name, settled)
    loaded = distributions.load(context, name)
    _require_known(loaded, selection)
    now = building.moment(context).now
    proofs: list[Sent] = []
    with sending.after(proofs):
        for milestone in _worth_proving(context, name, loaded, selection, now):
            try:
                proven = prove.prove_milestone(context, name, milestone, operator, must_wait=True)
            except NotYet as trouble:  # a signature was bad, and there is no other: pay the rest
                context.warn(f"not proven: {trouble.message}")
                continue
            if proven.sent is None and not proven.already:
                return Released(tuple(proofs), ())  # not approved: nothing can be paid from it
            proofs += [proven.sent] if proven.sent else []
        if proofs:
            loaded = distributions.load(context, name)
            now = building.moment(context).now
        if not claimable(context, loaded, selection, now):
            raise _nothing(context, name, loaded, selection, now)
        return Released(tuple(proofs), _pay(context, loaded, selection, operator, limit))


def _refuse_a_second_helping(name: str, settled: Sequence[JournalEntry]) -> None:
    """A release of some amount, lost and run again, must not pay that amount twice."""
    for entry in settled:
        if entry.state is TransactionState.CONFIRMED and entry.purpose == paying.PURPOSE:
            raise NotYet(
                f"an earlier release, {entry.key}, has just been found in a block; to be sure that "
                "nothing is paid twice, no other was sent",
                hint=f"See what it paid with: milestone history {name}. If more is due, run the "
                "command again.",
                details={"transaction": entry.key},
            )


def _pay(
    context: Context,
    loaded: Distribution,
    selection: Selection,
    operator: Operator,
    limit: int | None,
) -> tuple[Paid, ...]:
    """One release after the other, each built on what is there then.

    Others may release from the same vault: what they pay meanwhile is not due any more.
    """
    releases: list[Paid] = []
    sent: list[Sent] = []
    name = loaded.schedule.name
    paid_before = _paid(loaded, selection)

    def next_release() -> bool:
        """Whether there may be another one to send."""
        fresh = distributions.load(context, name)
        at = building.moment(context)
        ours = sum(payout.amount for paid in releases for payout in paid.payouts)
        if limit is not None and _paid(fresh, selection) != paid_before + ours:
            raise _paid_by_others(name)
        rest = None if limit is None else limit - ours
        due = claimable(context, fresh, selection, at.now, rest)
        if not due:
            if not releases:
                raise _nothing(context, name, fresh, selection, at.now, limit)
            return False
        if len(due) > 1 and not releases:
            context.tell(f"{len(due)} releases are to be sent, each built on what the last left")
        number, claims = due[0]
        page = fresh.pages[number]
        assert page is not None, "there are no claims on a closed page"
        unsigned = build_release(context, fresh, page, claims, operator.keys, at)
        paid = rules.payouts(page.page, page.vault, claims)
        done = sending.send(
            context,
            unsigned,
            operator,
            schedule=name,
            details={"paid": ", ".join(f"{p.address}={p.amount}" for p in paid)},
            must_wait=len(due) > 1,
        )
        releases.append(Paid(paid, done))
        sent.extend([done] if done else [])
        return done is not None and len(due) > 1

    with sending.after(sent):
        while sending.on_what_is_there(context, operator.patience, next_release):
            pass
    return tuple(releases)


def assess(context: Context, loaded: Distribution, now: int) -> tuple[tuple[RowState, ...], ...]:
    """Every row of every page at ``now`` (POSIX ms); an empty tuple for a closed page."""
    policy = context.policy(loaded.schedule.policy)
    return tuple(
        ()
        if page is None
        else rules.assess(page.page, page.vault, loaded.programme.programme, now, policy.releasable)
        for page in loaded.pages
    )


def claimable(
    context: Context,
    loaded: Distribution,
    selection: Selection,
    now: int,
    limit: int | None = None,
) -> list[tuple[int, tuple[Claim, ...]]]:
    """The claims that pay the selection: pairs of a page's number and claims for one release.

    :param limit: what they may pay in all, base units.
    """
    due: list[tuple[int, tuple[Claim, ...]]] = []
    rest = limit
    for number, rows in enumerate(assess(context, loaded, now)):
        page = loaded.pages[number]
        if page is None:
            continue
        selected = [row for row in rows if selection.includes(row)]
        if rest is None:
            claims = rules.claims(selected)
        else:
            claims = rules.claims_within(selected, rest)
            rest -= sum(p.amount for p in rules.payouts(page.page, page.vault, claims))
        due += [(number, batch) for batch in _batches(page, claims)]
    return due


def _paid(loaded: Distribution, selection: Selection) -> int:
    """What the selected allocations have been paid so far, base units."""
    milestones = loaded.programme.programme.milestones
    return sum(
        page.page.vesting(index).paid_after(row.amount, page.vault.claimed[index])
        for page in loaded.open_pages
        for index, row in enumerate(page.page.rows)
        if selection.covers(
            page.page.beneficiary(index), milestones[row.milestone].id.decode(errors="replace")
        )
    )


def _batches(page: PageOnChain, claims: Sequence[Claim]) -> Iterable[tuple[Claim, ...]]:
    """Claims by transaction; one beneficiary's stay together as far as they fit."""
    batch: list[Claim] = []
    for _, group in groupby(claims, key=lambda claim: page.page.rows[claim.row].address):
        theirs = list(group)
        if batch and len(batch) + len(theirs) > MAX_CLAIMS:
            yield tuple(batch)
            batch = []
        batch += theirs
        while len(batch) > MAX_CLAIMS:
            yield tuple(batch[:MAX_CLAIMS])
            batch = batch[MAX_CLAIMS:]
    if batch:
        yield tuple(batch)


def build_release(
    context: Context,
    loaded: Distribution,
    page: PageOnChain,
    claims: Sequence[Claim],
    keys: tuple[SigningKey, ...],
    at: Moment,
) -> Unsigned:
    """The transaction that pays ``claims`` out of a page's vault, evaluated by the chain.

    :raises ScriptRefused: the contract, or the observer of the schedule's policy, does not allow
        these claims at this time.
    :raises NotYet: the observer is not registered.
    """
    draft = paying.release(
        schedule=page.schedule_utxo,
        page=page.page,
        vault_utxo=page.vault_utxo,
        vault=page.vault,
        programme=loaded.programme.utxo,
        script=scripts.find(context)["distribution"],
        claims=claims,
        valid_from=at.tip.slot,
        valid_until=at.deadline(),
    )
    observation = observers.observe(context, loaded.schedule.policy)
    if observation is not None:
        draft = observation.join(draft)
    return building.build(context, draft, wallets.open_wallet(context, keys), at)


def _require_known(loaded: Distribution, selection: Selection) -> None:
    schedule = loaded.schedule
    if selection.beneficiary is not None and selection.beneficiary not in schedule.beneficiaries:
        raise NotFound(
            f"{selection.beneficiary} is no beneficiary of {schedule.name!r}",
            hint=f"See who is with: milestone schedule show {schedule.name}",
        )
    if selection.milestone is not None:
        distributions.require_milestone(loaded.programme.programme, selection.milestone)


def _worth_proving(
    context: Context, name: str, loaded: Distribution, selection: Selection, now: int
) -> tuple[str, ...]:
    """The milestones with a quorum here that are not on chain yet and would pay something."""
    programme = loaded.programme.programme
    if programme.cancelled:
        return ()
    attested = {
        best.milestone: best.evidence
        for milestone in programme.milestones
        if not milestone.proven
        and (best := distributions.best_tally(context, name, programme, milestone.id.decode()))
        and best.complete
    }
    milestones = tuple(
        replace(m, evidence=m.evidence or attested.get(m.id.decode())) for m in programme.milestones
    )
    proven = replace(programme, milestones=milestones)
    supposed = replace(loaded, programme=replace(loaded.programme, programme=proven))
    paying = {
        row.milestone
        for rows in assess(context, supposed, now)
        for row in rows
        if row.claimable and selection.includes(row)
    }
    return tuple(milestone for milestone in attested if milestone in paying)


def _paid_by_others(name: str) -> NotYet:
    return NotYet(
        "somebody else has just released to the same allocations; to be sure that nothing is paid "
        "twice, this release was left out",
        hint=f"See who was paid what with: milestone history {name}. If more is due, run the "
        "command again.",
    )


def _nothing(
    context: Context,
    name: str,
    loaded: Distribution,
    selection: Selection,
    now: int,
    limit: int | None = None,
) -> NotYet:
    """Why nothing is claimable: the quorum first, then the vesting, then the limit."""
    rows = [row for page in assess(context, loaded, now) for row in page if selection.includes(row)]
    if limit is not None and any(row.claimable for row in rows):
        return _below_an_instalment(name, loaded, rows, limit)
    unproven = sorted({row.milestone for row in rows if not row.proven and row.vested_steps})
    if unproven:
        prove.require_quorum(context, name, loaded.programme, unproven[0])
    if all(row.state is AllocationState.CLAIMED for row in rows):
        return NotYet("nothing is left to claim: all of it has been paid")
    coming = [row.next_step_at for row in rows if row.next_step_at is not None]
    when = iso(min(coming)) if coming else None
    return NotYet(
        f"nothing is claimable before {when}" if when else "nothing is claimable",
        hint=f"See what comes when: milestone calculate {name}",
        details={"next_at": when, "reasons": sorted({row.reason for row in rows})},
    )


def _below_an_instalment(
    name: str, loaded: Distribution, rows: Sequence[RowState], limit: int
) -> NotYet:
    least = min(_next_instalment(row) for row in rows if row.claimable)
    decimals = loaded.schedule.decimals
    return NotYet(
        f"the contract pays whole instalments, and the smallest that is due is "
        f"{format_amount(least, decimals)}, not {format_amount(limit, decimals)} or less",
        hint=f"See what is due with: milestone calculate {name}",
        details={"asked": str(limit), "smallest": str(least)},
    )


def _next_instalment(row: RowState) -> int:
    """The least that can be paid of a row of which something is claimable, base units."""
    steps = range(row.paid_steps + 1, row.allowed_steps + 1)
    due = (row.vesting.paid_after(row.amount, step) - row.paid for step in steps)
    return next(amount for amount in due if amount)
