"""Random promises, before anybody knows under which contract they will lie."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from hypothesis import strategies as st

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import ADA, AssetId, OutputReference
from milestone_core.domain.distribution import Row
from milestone_core.domain.vesting import Vesting

from .scripts import OWNER, OWNERS_SCRIPT

DAY = 86_400_000
_BEGIN = 1_800_000_000_000
_LEAST_STEP = {True: 1_100_000, False: 1}
"""Of ADA and of a token: what a step pays at least."""


@dataclass(frozen=True)
class Plan:
    """A schedule and who decides about it. Times are POSIX ms, amounts base units.

    ``oracles`` are numbers of test keys; ``stake`` is the stake part of our own addresses.
    """

    salt: int
    asset: AssetId
    milestones: tuple[bytes, ...]
    oracles: tuple[int, ...]
    quorum: int
    round: int
    owner: Credential
    expiry: int
    until: int
    stake: Credential | None
    addresses: tuple[Address, ...]
    vestings: tuple[Vesting, ...]
    rows: tuple[Row, ...]
    observed: bool

    def reference(self, name: str) -> OutputReference:
        """An output reference that is random, so that inputs come in any order."""
        digest = blake2b(f"{self.salt} {name}".encode(), digest_size=33).digest()
        return OutputReference(digest[:32], digest[32] % 30)

    def vesting(self, row: int) -> Vesting:
        return self.vestings[self.rows[row].vesting]

    @property
    def total(self) -> int:
        return sum(row.amount for row in self.rows)


def hashes(size: int = 28) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def credentials() -> st.SearchStrategy[Credential]:
    return st.builds(
        lambda raw, script: Credential.script(raw) if script else Credential.key(raw),
        hashes(),
        st.booleans(),
    )


def addresses() -> st.SearchStrategy[Address]:
    return st.builds(Address, st.just(0), credentials(), st.none() | credentials())


def vestings() -> st.SearchStrategy[Vesting]:
    """Cliffs and instalments within four years."""
    start = st.integers(_BEGIN, _BEGIN + 365 * DAY)
    cliffs = st.builds(lambda at: Vesting(at, 1, 1), start)
    step = st.sampled_from([1, 7, 1000, DAY, 3 * DAY + 1])
    return cliffs | st.builds(Vesting, start, step, st.integers(2, 255))


@st.composite
def plans(draw: st.DrawFn, *, ada: bool | None = None, observed: bool | None = None) -> Plan:
    """A plan within all bounds."""
    is_ada = draw(st.booleans()) if ada is None else ada
    asset = ADA if is_ada else AssetId(draw(hashes()), draw(st.binary(max_size=32)))
    ids = st.binary(min_size=1, max_size=32)
    milestones = tuple(draw(st.lists(ids, min_size=1, max_size=5, unique=True)))
    oracles = tuple(draw(st.permutations(range(8)))[: draw(st.integers(1, 5))])
    table = tuple(draw(st.lists(vestings(), min_size=1, max_size=4)))
    payees = tuple(draw(st.lists(addresses(), min_size=1, max_size=5)))
    expiry = max(v.end for v in table) + 30 * DAY + draw(st.sampled_from([0, 1, DAY]))
    return Plan(
        salt=draw(st.integers(0, 2**40)),
        asset=asset,
        milestones=milestones,
        oracles=oracles,
        quorum=draw(st.integers(1, len(oracles))),
        round=draw(st.sampled_from([0, 1, 255, 256, 70_000])),
        owner=draw(st.sampled_from([*[OWNER.credential] * 6, OWNERS_SCRIPT.credential])),
        expiry=expiry,
        until=expiry + 90 * DAY + draw(st.sampled_from([0, 1, DAY])),
        stake=draw(st.none() | credentials()),
        addresses=payees,
        vestings=table,
        rows=_rows(draw, is_ada, len(payees), len(milestones), table),
        observed=draw(st.booleans()) if observed is None else observed,
    )


def _rows(
    draw: st.DrawFn, is_ada: bool, payees: int, milestones: int, table: tuple[Vesting, ...]
) -> tuple[Row, ...]:
    """Rows by ascending address, so that one release can pay any of them."""
    rows = []
    for address in sorted(draw(st.lists(st.integers(0, payees - 1), min_size=1, max_size=7))):
        vesting = draw(st.integers(0, len(table) - 1))
        least = table[vesting].count * _LEAST_STEP[is_ada]
        more = draw(st.integers(0, 10) | st.integers(0, 10**13))
        rows.append(Row(address, draw(st.integers(0, milestones - 1)), vesting, least + more))
    return tuple(rows)


@dataclass(frozen=True)
class Payment:
    """A release of a plan: rows with the steps paid before and after, ascending.

    ``claimed`` are the steps paid before of every row; ``proven`` the milestones with evidence.
    """

    plan: Plan
    claims: tuple[tuple[int, int], ...]
    claimed: tuple[int, ...]
    proven: frozenset[int]
    now: int

    @property
    def payees(self) -> list[int]:
        """The index of the address of each payout."""
        return sorted({self.plan.rows[row].address for row, _ in self.claims})


@st.composite
def payments(draw: st.DrawFn, *, ada: bool | None = None, observed: bool | None = None) -> Payment:
    """What is proven and vested, paid in part or, now and then, as the very last."""
    plan = draw(plans(ada=ada, observed=observed))
    number = len(plan.rows)
    last = draw(st.integers(0, 7)) == 0
    chosen = draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=number, unique=True))
    claimed = [
        plan.vesting(row).count if last else draw(st.integers(0, plan.vesting(row).count))
        for row in range(number)
    ]
    claims = []
    for row in sorted(chosen):
        count = plan.vesting(row).count
        claimed[row] = draw(st.integers(0, count - 1))
        claims.append((row, count if last else draw(st.integers(claimed[row] + 1, count))))
    now = max(plan.vesting(row).step_at(steps) for row, steps in claims)
    milestones = st.integers(0, len(plan.milestones) - 1)
    proven = {plan.rows[row].milestone for row, _ in claims} | draw(st.sets(milestones))
    delay = draw(st.sampled_from([0, 0, 1, 999, 40 * DAY]))
    return Payment(plan, tuple(claims), tuple(claimed), frozenset(proven), now + delay)


@dataclass(frozen=True)
class Proving:
    """What a quorum says of milestones that are not proven; ``signers`` are positions in the
    panel. ``proven`` are those that are proven already."""

    plan: Plan
    proven: frozenset[int]
    attested: tuple[tuple[int, bytes], ...]
    signers: tuple[int, ...]
    headers: tuple[bytes, ...]
    now: int


@st.composite
def provings(draw: st.DrawFn) -> Proving:
    """One to all milestones, signed by a quorum or more."""
    plan = draw(plans())
    count = len(plan.milestones)
    attested = sorted(draw(st.sets(st.integers(0, count - 1), min_size=1)))
    others = [index for index in range(count) if index not in attested]
    proven = frozenset(draw(st.sets(st.sampled_from(others)))) if others else frozenset()
    evidence = hashes(32).filter(any)
    most = len(plan.oracles)
    number = draw(st.integers(plan.quorum, most))
    signers = sorted(draw(st.permutations(range(most)))[:number])
    headers = st.just(bytes.fromhex("a10127")) | st.sampled_from([0, 23, 24, 255]).flatmap(hashes)
    return Proving(
        plan,
        proven,
        tuple((index, draw(evidence)) for index in attested),
        tuple(signers),
        tuple(draw(headers) for _ in signers),
        draw(st.integers(_BEGIN, plan.until - 1)),
    )
