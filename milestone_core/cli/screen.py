"""How ``status`` and ``calculate`` look on a terminal: who must act, what is due, and what when.

Only for a person's eyes: a pipe gets plain lines, a program ``--json``. Everything is measured by
the terminal's width, and drawn in ASCII where it knows no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from milestone_core.cli.amounts import Denomination
from milestone_core.domain.release import AllocationState, RowState
from milestone_core.domain.vesting import Vesting
from milestone_core.files.records import DistributionState
from milestone_core.files.times import iso
from milestone_core.services.calculate import Calculation
from milestone_core.services.status import MilestoneState, Status
from milestone_core.services.view import View

_MOST_ROWS, _MOST_BARS, _MOST_EVENTS = 40, 10, 5
_NARROW, _WIDE = 76, 100
_WIDEST_BAR, _APART = 72, 3
_DAY = 86_400_000

_STATES = {
    DistributionState.DRAFT: "dim",
    DistributionState.SUBMITTED: "yellow",
    DistributionState.ACTIVE: "green",
    DistributionState.COMPLETE: "cyan",
    DistributionState.CLOSED: "dim",
}
_ROWS = {
    AllocationState.LOCKED: "dim",
    AllocationState.VESTING: "blue",
    AllocationState.CLAIMABLE: "bold yellow",
    AllocationState.CLAIMED: "green",
    AllocationState.EXPIRED: "red",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What bars are drawn with."""

    paid: str
    due: str
    left: str
    vested: str
    coming: str
    run: str
    road: str
    idle: str
    now: str
    proven: str
    partly: str
    open: str


UNICODE = Marks("█", "▓", "░", "◆", "◇", "━", "─", "·", "│", "✔", "◐", "○")
ASCII = Marks("#", "+", ".", "X", "o", "=", "-", ".", "|", "x", "~", "-")


class Screen:
    """Draws for one terminal."""

    def __init__(self, console: Console) -> None:
        self._width = console.width
        self._marks = UNICODE if console.encoding.lower().startswith("utf") else ASCII

    def status(self, found: Status) -> Iterator[RenderableType]:
        """A schedule's standing."""
        schedule = found.view.record.schedule
        units = Denomination(schedule)
        title = Text(schedule.name, "bold")
        title.append(f"  {found.state.value}", _STATES[found.state])
        title.append(f"  {_day(found.view.now)}", "dim")
        if found.view.programme is not None and found.view.programme.cancelled:
            title.append("  cancelled", "red")
        yield title
        yield self._source(found.view)
        for correction in found.view.corrections:
            yield Text(f"corrected from chain: {correction}", "yellow")
        yield Text()
        if found.state is DistributionState.CLOSED:
            promised = units.write(schedule.asset, found.total)
            yield Text(f"{promised} were promised; nothing is locked any more")
            return
        if found.rows:
            yield self._progress(found)
            yield Text()
        yield from self._amounts(found, units)
        yield from self._next(found.next)
        yield from self._milestones(found)
        yield from self._allocations(found.rows, found.view, units)
        yield from self._timeline(found.rows, found.view, units)

    def calculation(self, found: Calculation) -> Iterator[RenderableType]:
        """What may be claimed."""
        schedule = found.view.record.schedule
        units = Denomination(schedule)
        title = Text("claimable ", "")
        title.append(units.write(schedule.asset, found.claimable), "bold yellow")
        title.append(f" at {_day(found.view.now)}")
        yield title
        policy = f"policy {found.policy}"
        if found.advisory:
            policy += ": advisory, not enforced on chain"
        yield Text(policy, "yellow" if found.advisory else "dim")
        yield self._source(found.view)
        yield from self._allocations(found.rows, found.view, units)
        yield from self._timeline(found.rows, found.view, units)

    def _source(self, view: View) -> Text:
        if view.verified:
            return Text(f"as on chain at slot {view.slot}", "dim")
        if view.record.programme is None:
            return Text("not deployed", "dim")
        return Text(f"NOT verified on chain: as last seen, at slot {view.slot}", "bold red")

    def _progress(self, found: Status) -> Text:
        """One bar for all of the money."""
        width = min(self._width, _WIDEST_BAR)
        paid, due = _parts(width, found.total, found.paid, found.claimable)
        bar = Text(self._marks.paid * paid, "green")
        bar.append(self._marks.due * due, "bold yellow")
        bar.append(self._marks.left * (width - paid - due), "dim")
        return bar

    def _amounts(self, found: Status, units: Denomination) -> Iterator[RenderableType]:
        asset = found.view.record.schedule.asset
        rest = found.total - found.paid - found.claimable
        table = _table("")
        table.add_column(justify="right")
        table.show_header = False
        for label, amount, style in (
            ("paid", found.paid, "green"),
            ("claimable now", found.claimable, "bold yellow"),
            ("not yet", rest, "dim"),
            ("in all", found.total, ""),
        ):
            table.add_row(label, Text(units.write(asset, amount), style if amount else "dim"))
        yield table

    def _next(self, steps: Sequence[str]) -> Iterator[RenderableType]:
        if not steps:
            return
        yield from _heading("NEXT")
        for step in steps:
            who, colon, command = step.partition(": milestone ")
            yield Text(f"{who}{':' if colon else ''}")
            if colon:
                yield Text(f"  milestone {command}", "bold cyan")

    def _milestones(self, found: Status) -> Iterator[RenderableType]:
        yield from _heading("MILESTONES")
        marks = {
            MilestoneState.PROVEN: (self._marks.proven, "green"),
            MilestoneState.VERIFIED: (self._marks.partly, "yellow"),
            MilestoneState.UNVERIFIED: (self._marks.open, "dim"),
        }
        table = _table("", "", "")
        for milestone in found.milestones:
            mark, style = marks[milestone.state]
            table.add_row(
                Text(f"{mark} {milestone.id}", style),
                Text(str(milestone)),
                Text(milestone.title, "dim"),
            )
        table.show_header = False
        yield table

    def _allocations(
        self, rows: Sequence[RowState], view: View, units: Denomination
    ) -> Iterator[RenderableType]:
        if not rows:
            return
        yield from _heading("ALLOCATIONS")
        asset = view.record.schedule.asset
        narrow, wide = self._width < _NARROW, self._width >= _WIDE
        table = _table("to", "for")
        table.add_column("amount", justify="right")
        if not narrow:
            table.add_column("paid", justify="right")
        table.add_column("claimable", justify="right")
        table.add_column("state")
        if wide:
            table.add_column("next", no_wrap=True)
        for row in rows[:_MOST_ROWS]:
            style = _ROWS[row.state]
            cells = [
                Text(_address(row.beneficiary, narrow=narrow), no_wrap=True),
                Text(row.milestone),
                Text(units.write(asset, row.amount)),
            ]
            if not narrow:
                cells.append(Text(f"{row.paid_steps}/{row.vesting.count}"))
            cells += [
                Text(units.write(asset, row.claimable), style if row.claimable else "dim"),
                Text(row.state.value, style, no_wrap=True),
            ]
            if wide:
                cells.append(Text("-" if row.next_step_at is None else _day(row.next_step_at)))
            table.add_row(*cells)
        yield table
        if len(rows) > _MOST_ROWS:
            yield Text(
                f"and {len(rows) - _MOST_ROWS} more; all of them: pipe this, or --json", "dim"
            )

    def _timeline(
        self, rows: Sequence[RowState], view: View, units: Denomination
    ) -> Iterator[RenderableType]:
        """A bar for each milestone and vesting, from the first start to the expiry."""
        if not rows:
            return
        yield from _heading("TIMELINE")
        expiry = view.record.schedule.expiry
        first = min(view.now, *(row.vesting.start for row in rows))
        last = max(view.now, expiry, *(row.vesting.end for row in rows))
        lanes = list(dict.fromkeys((row.milestone, row.vesting) for row in rows))
        labels = max(len(milestone) for milestone, _ in lanes[:_MOST_BARS])
        labels = min(labels, self._width // 4)
        road = Road(first, last, min(_WIDEST_BAR, self._width) - labels - 1, view.now, self._marks)
        for milestone, vesting in lanes[:_MOST_BARS]:
            label = milestone if len(milestone) <= labels else f"{milestone[: labels - 1]}~"
            yield Text(f"{label:<{labels}} ").append_text(road.lane(vesting))
        if len(lanes) > _MOST_BARS:
            yield Text(f"and {len(lanes) - _MOST_BARS} more", "dim")
        yield Text(" " * (labels + 1)).append_text(road.axis())
        marks = self._marks
        legend = f"{marks.vested} vested  {marks.coming} to come  {marks.now} now"
        yield Text(f"{legend}  (expires {_day(expiry)})", "dim")
        yield from self._coming(rows, view, units)

    def _coming(
        self, rows: Sequence[RowState], view: View, units: Denomination
    ) -> Iterator[RenderableType]:
        """The next things that vest: when, how much, and what they wait for besides."""
        coming: dict[tuple[int, str, bool], int] = defaultdict(int)
        for row in rows:
            if row.next_step_at is not None:
                step, vesting = row.vested_steps + 1, row.vesting
                more = vesting.paid_after(row.amount, step) - vesting.paid_after(
                    row.amount, step - 1
                )
                coming[row.next_step_at, row.milestone, row.proven] += more
        if not coming:
            return
        yield from _heading("COMING")
        table = _table("", "", "")
        table.show_header = False
        asset = view.record.schedule.asset
        for (at, milestone, proven), amount in sorted(coming.items())[:_MOST_EVENTS]:
            table.add_row(
                Text(_day(at), no_wrap=True),
                Text(f"+{units.write(asset, amount)}"),
                Text(milestone if proven else f"{milestone}, once proven", "" if proven else "dim"),
            )
        yield table


class Road:
    """The columns of a timeline: from ``first`` to ``last``, POSIX ms."""

    def __init__(self, first: int, last: int, width: int, now: int, marks: Marks) -> None:
        self._first, self._last, self._now = first, max(last, first + 1), now
        self._width, self._marks = max(width, 10), marks

    def column(self, at: int) -> int:
        """Where a time lies."""
        return (at - self._first) * (self._width - 1) // (self._last - self._first)

    def lane(self, vesting: Vesting) -> Text:
        """One vesting on the road."""
        marks = self._marks
        start, end, now = (self.column(at) for at in (vesting.start, vesting.end, self._now))
        cells = [(marks.idle, "dim")] * self._width
        for place in range(start, end + 1):
            cells[place] = (marks.run, "green") if place <= now else (marks.road, "blue")
        # Where they are too many to be told apart, the first and the last stand for all.
        every = vesting.count if (end - start) // _APART < vesting.count else 1
        for number in {1, *range(1, vesting.count + 1, every), vesting.count}:
            at = vesting.step_at(number)
            cells[self.column(at)] = (
                (marks.vested, "green") if at <= self._now else (marks.coming, "blue")
            )
        if cells[now][0] not in (marks.vested, marks.coming):
            cells[now] = (marks.now, "bold")
        return Text.assemble(*cells)

    def axis(self) -> Text:
        """The dates at both ends, and where now is between them."""
        begin, end = _date(self._first), _date(self._last)
        middle = self._width - len(begin) - len(end)
        if middle < 1:
            return Text(begin, "dim")
        line = list(begin + " " * middle + end)
        now = self.column(self._now)
        if len(begin) + 1 < now < self._width - len(end) - 4:
            line[now - 1 : now + 2] = "now"
        return Text("".join(line), "dim")


def _heading(text: str) -> Iterator[Text]:
    yield Text()
    yield Text(text, "bold")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column)
    return table


def _parts(width: int, total: int, paid: int, due: int) -> tuple[int, int]:
    """How many columns are paid, and how many due: at least one where anything is due."""
    first = paid * width // total
    both = (paid + due) * width // total
    if due and both == first:
        both = min(width, first + 1)
        first = both - 1
    return first, both - first


def _address(address: object, *, narrow: bool) -> str:
    text = str(address)
    return f"{text[:10]}..{text[-4:]}" if narrow else f"{text[:14]}...{text[-6:]}"


def _day(ms: int) -> str:
    """A time for people: to the minute, and a date alone at midnight."""
    text = iso(ms - ms % 60_000)
    return text[:10] if ms % _DAY == 0 else f"{text[:10]} {text[11:16]} UTC"


def _date(ms: int) -> str:
    return iso(ms)[:10]
