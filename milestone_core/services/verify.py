"""Whether what is locked is what was published: every promise, recomputed from the chain.

Nothing of this project's store is believed: the ids and the published schedule are compared with
the outputs that hold the identity tokens. Where a promise rests on somebody, that is said too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from milestone_core.domain import distribution as layout
from milestone_core.domain.chain import AssetId
from milestone_core.domain.comparison import (
    Aspect,
    Difference,
    Entry,
    compare_rows,
    entries,
    unpaid,
)
from milestone_core.domain.distribution import Page, Programme
from milestone_core.domain.schedule import TIME_LIMIT, Schedule
from milestone_core.errors import BadInput
from milestone_core.files.times import iso
from milestone_core.services import checks, distributions, lookup, powers, scripts
from milestone_core.services.context import Context
from milestone_core.services.lookup import PageOnChain, ProgrammeOnChain
from milestone_core.services.powers import Power, amount_of

_SHOWN_DIFFERENCES = 5
_ROWS = {
    "amounts": (Aspect.AMOUNT, Aspect.MISSING, Aspect.EXTRA),
    "addresses": (Aspect.ADDRESS,),
    "vesting": (Aspect.VESTING,),
    "milestones of the rows": (Aspect.MILESTONE,),
}


class Verdict(Enum):
    """What became of a promise.

    CHANGED: otherwise than published, by those who were allowed to. NOTE: nothing is broken, and
    there is something to know.
    """

    HOLDS = "holds"
    NOTE = "note"
    CHANGED = "changed"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, whether it holds, and the figures."""

    promise: str
    verdict: Verdict
    said: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All of it. ``slot`` is how far the index had read, ``now`` the chain's time (POSIX ms)."""

    schedule: Schedule
    pages: tuple[AssetId, ...]
    findings: tuple[Finding, ...]
    powers: tuple[Power, ...]
    slot: int
    now: int

    @property
    def broken(self) -> tuple[str, ...]:
        """The promises that do not hold."""
        return tuple(f.promise for f in self.findings if f.verdict is Verdict.BROKEN)


def verify(context: Context, schedule: Schedule, ids: Sequence[AssetId]) -> Verification:
    """Compare the distributions of these ids with the published schedule.

    :raises NotFound: nothing is there, or it has been closed.
    :raises ServiceUnavailable: a service is missing, behind or on another network.
    """
    if len(set(ids)) != len(ids):
        raise BadInput("a distribution is named twice", hint="Name each once.")
    checks.require_network(context)
    tip = context.chain.tip()
    checks.require_fresh(context, tip)
    now = context.chain.clock().ms_at(tip.slot)
    foreign = _foreign(context, ids)
    if foreign is not None:
        return Verification(schedule, tuple(ids), (foreign,), (), tip.slot, now)
    pages = [lookup.find_page(context, page) for page in ids]
    programme = _programme(context, pages[0].page.programme)
    findings = [
        *_contract(context, pages, programme),
        *_schedule(context, schedule, pages),
        *_funding(schedule, pages),
        *_panel(schedule, programme),
    ]
    held = powers.powers(schedule, pages, programme, now)
    slot = min(page.slot for page in pages)
    return Verification(schedule, tuple(ids), tuple(findings), tuple(held), slot, now)


def _holds(promise: str, said: str) -> Finding:
    return Finding(promise, Verdict.HOLDS, said)


def _broken(promise: str, said: str) -> Finding:
    return Finding(promise, Verdict.BROKEN, said)


def _same(promise: str, wanted: object, found: object, said: str) -> Finding:
    if wanted == found:
        return _holds(promise, said)
    return _broken(promise, f"{_text(found)} on chain, published is {_text(wanted)}")


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _foreign(context: Context, ids: Sequence[AssetId]) -> Finding | None:
    ours = context.contract.registry.hash
    for page in ids:
        if page.policy != ours:
            return _broken(
                "contract",
                f"{page} is of another contract: this program's blueprint makes ids that begin "
                f"with {ours.hex()}; nothing else was checked",
            )
    return None


def _programme(context: Context, programme: AssetId) -> ProgrammeOnChain | None:
    if programme.policy != context.contract.programme.hash:
        return None
    try:
        return lookup.find_programme(context, programme)
    except lookup.Closed:
        return None


# The contract, and what it has registered ---------------------------------------------------------


def _contract(
    context: Context, pages: Sequence[PageOnChain], programme: ProgrammeOnChain | None
) -> Iterator[Finding]:
    contract = context.contract
    yield _holds(
        "contract",
        f"distribution {contract.distribution.hash.hex()}, registry and programme: the hashes of "
        "this program's blueprint, recomputed from its code",
    )
    named = {page.page.programme for page in pages}
    if len(named) > 1:
        yield _broken("programme", "the distributions belong to different programmes")
    elif programme is None:
        yield _broken(
            "programme",
            f"{pages[0].page.programme} is not on chain any more: nothing can be released",
        )
    else:
        yield _holds("programme", str(programme.id))
    missing = ", ".join(v.title for v in scripts.find(context).missing)
    if missing:
        yield Finding(
            "scripts",
            Verdict.NOTE,
            f"{missing} not on chain as reference scripts: anybody can publish them, with "
            "`milestone contract publish`",
        )
    else:
        yield _holds("scripts", "on chain as reference scripts, where nobody can spend them")


# The schedule, page by page -----------------------------------------------------------------------


def _schedule(
    context: Context, schedule: Schedule, pages: Sequence[PageOnChain]
) -> Iterator[Finding]:
    yield _same("network", schedule.network, context.network, schedule.network)
    hashes = {page.page.document for page in pages}
    wrong = hashes - {schedule.document_hash()}
    document = wrong.pop() if wrong else schedule.document_hash()
    yield _same("document", schedule.document_hash(), document, f"hash {_text(document)}")
    yield from _rows(schedule, pages)
    for page in pages[:1] if len({_terms(page.page) for page in pages}) == 1 else pages:
        yield from _page_terms(schedule, page.page)


def _terms(page: Page) -> tuple[object, ...]:
    return page.asset, page.owner, page.expiry, page.observer


def _page_terms(schedule: Schedule, page: Page) -> Iterator[Finding]:
    yield _same("asset", schedule.asset, page.asset, str(page.asset))
    yield _same("owner", schedule.owner.payment.hash, page.owner.hash, page.owner.hash.hex())
    yield _same("expiry", iso(schedule.expiry), iso(page.expiry), iso(page.expiry))
    observer = page.observer.hex() if page.observer else "none"
    wanted = schedule.policy.observer.hex() if schedule.policy.observer else "none"
    if wanted == observer and page.observer:
        observer = f"{schedule.policy.name}, kept by the script {observer}, on which it depends"
        yield _holds("policy", observer)
    elif wanted == observer and schedule.policy.advisory:
        yield _holds("policy", f"{schedule.policy.name}: advisory, not enforced on chain")
    else:
        yield _same("policy", wanted, observer, f"{schedule.policy.name}, by the contract itself")


def _rows(schedule: Schedule, pages: Sequence[PageOnChain]) -> Iterator[Finding]:
    """The rows of each page, compared with the page of the schedule that is nearest to it."""
    registry, programme = pages[0].page.registry, pages[0].page.programme
    left = [
        layout.lay_out(schedule, allocations, registry=registry, programme=programme)
        for allocations in distributions.pages_of(schedule)
    ]
    parts = len(left)
    found: list[Difference] = []
    rearranged: list[AssetId] = []
    for page in pages:
        if not left:
            found += [Difference(Aspect.EXTRA, None, entry) for entry in entries(page.page)]
            continue
        promised, differences = _nearest(left, page.page)
        found += differences
        if not differences and _tables(promised) != _tables(page.page):
            rearranged.append(page.id)
    number = sum(len(page.page.rows) for page in pages)
    for promise, aspects in _ROWS.items():
        different = [difference for difference in found if difference.aspect in aspects]
        if different:
            yield _broken(promise, _different(schedule, different))
        else:
            yield _holds(promise, f"all of {number} allocations" if number > 1 else "it is the one")
    if rearranged:
        yield _broken(
            "layout",
            f"{', '.join(map(str, rearranged))}: every allocation is there, but not in the order "
            "or with the tables that follow from the schedule; this program pays from no such page",
        )
    if left:
        yield Finding(
            "completeness",
            Verdict.NOTE,
            f"{len(pages)} of the {parts} distributions of this schedule were named: the others "
            "were not looked at",
        )


def _tables(page: Page) -> tuple[object, ...]:
    return page.rows, page.addresses, page.vestings


def _nearest(left: list[Page], page: Page) -> tuple[Page, tuple[Difference, ...]]:
    """Take the page that is most like ``page`` out of ``left``, and tell how they differ."""
    best: tuple[Difference, ...] | None = None
    place = 0
    for index, promised in enumerate(left):
        differences = compare_rows(promised, page)
        if best is None or len(differences) < len(best):
            best, place = differences, index
        if not best:
            break
    return left.pop(place), best or ()


def _different(schedule: Schedule, differences: Sequence[Difference]) -> str:
    said = [_difference(schedule, difference) for difference in differences[:_SHOWN_DIFFERENCES]]
    more = len(differences) - len(said)
    return "; ".join([*said, f"and {more} more"] if more else said)


def _difference(schedule: Schedule, difference: Difference) -> str:
    promised, found = difference.promised, difference.on_chain
    if promised is None or found is None:
        entry = promised or found
        assert entry is not None
        what = "is not on chain" if found is None else "was not published"
        amount = amount_of(schedule, entry.amount)
        return f"{amount} for {entry.beneficiary} ({_milestone(schedule, entry)}) {what}"
    parts = {
        Aspect.AMOUNT: (
            amount_of(schedule, promised.amount),
            amount_of(schedule, found.amount),
        ),
        Aspect.ADDRESS: (promised.beneficiary, found.beneficiary),
        Aspect.VESTING: (_vesting(promised), _vesting(found)),
        Aspect.MILESTONE: (_milestone(schedule, promised), _milestone(schedule, found)),
    }
    wanted, there = parts[difference.aspect]
    return f"for {promised.beneficiary}: {there} on chain, published is {wanted}"


def _milestone(schedule: Schedule, entry: Entry) -> str:
    known = schedule.milestones
    return known[entry.milestone].id if entry.milestone < len(known) else f"no. {entry.milestone}"


def _vesting(entry: Entry) -> str:
    vesting = entry.vesting
    # The contract asks nothing of a cliff's step, which may have more digits than can be written.
    step = f"{vesting.step} ms" if vesting.step < TIME_LIMIT else "278 years or more"
    return f"{vesting.count} instalments every {step} from {iso(vesting.start)}"


# The money ----------------------------------------------------------------------------------------


def _funding(schedule: Schedule, pages: Sequence[PageOnChain]) -> Iterator[Finding]:
    due = sum(unpaid(page.page, page.vault) for page in pages)
    paid = sum(page.page.total for page in pages) - due
    short = [page for page in pages if _held(page) < unpaid(page.page, page.vault)]
    held = sum(_held(page) for page in pages)
    said = (
        f"{amount_of(schedule, held)} are locked, {amount_of(schedule, due)} are still promised, "
        f"{amount_of(schedule, paid)} are paid"
    )
    yield _broken("funding", said) if short else _holds("funding", said)


def _held(page: PageOnChain) -> int:
    value = page.vault_utxo.output.value
    return value.lovelace if page.page.asset.is_ada else value.quantity(page.page.asset)


# Who decides --------------------------------------------------------------------------------------


def _panel(schedule: Schedule, found: ProgrammeOnChain | None) -> Iterator[Finding]:
    if found is None:
        return
    programme = found.programme
    ids = tuple(milestone.id for milestone in programme.milestones)
    wanted = tuple(milestone.key for milestone in schedule.milestones)
    proven = [m.id.decode(errors="replace") for m in programme.milestones if m.proven]
    said = f"{len(ids)}, proven: {', '.join(proven) or 'none'}"
    if ids == wanted:
        yield _holds("milestones", said)
    else:
        names = ", ".join(i.decode(errors="replace") for i in ids)
        published = ", ".join(i.decode() for i in wanted)
        yield _broken("milestones", f"{names} on chain, published are {published}")
    yield from _deciders(schedule, programme)
    if programme.until < schedule.until:
        yield _broken("until", f"oracles may attest until {iso(programme.until)} only")
    else:
        yield _holds("until", f"oracles may attest until {iso(programme.until)}")
    if programme.cancelled:
        yield Finding(
            "not cancelled",
            Verdict.CHANGED,
            "a quorum and the owner have cancelled it: what is unproven will never be paid",
        )
    else:
        yield _holds("not cancelled", "what is unproven can still be proven")


def _deciders(schedule: Schedule, programme: Programme) -> Iterator[Finding]:
    names = ", ".join(oracle.hex() for oracle in programme.oracles)
    of = f"{programme.quorum} of {len(programme.oracles)}"
    if programme.round:
        times = "once" if programme.round == 1 else f"{programme.round} times"
        said = f"handed over {times} by a quorum"
        yield Finding("oracles", Verdict.CHANGED, f"{said}; now {names}")
        yield Finding("quorum", Verdict.CHANGED, f"{said}; now {of}")
    else:
        if set(programme.oracles) == set(schedule.oracles):
            yield _holds("oracles", names)
        else:
            published = ", ".join(oracle.hex() for oracle in schedule.oracles)
            yield _broken("oracles", f"{names} on chain, published are {published}")
        yield _same("quorum", schedule.quorum, programme.quorum, of)
    if programme.owner != schedule.owner.payment:
        yield Finding(
            "programme's owner",
            Verdict.NOTE,
            f"{programme.owner.hash.hex()}, another than the schedule's: they may cancel with a "
            f"quorum, and end all releases after {iso(programme.until)}",
        )
