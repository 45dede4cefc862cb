"""Every bound at its last good value is accepted; one beyond is among the mutations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from milestone_core.domain.chain import Value
from milestone_core.onchain.plutus_data import Constr

from .actions import (
    ATTEST,
    BY_QUORUM,
    CANCEL,
    CLOSE_PAID,
    CLOSE_UNOWED,
    DEPLOY,
    REGISTER,
    REGISTER_ADA,
    REGISTER_TOKEN,
    RELEASE,
    RELEASE_ADA,
    ROTATE,
    START,
)
from .case import Case
from .conftest import Builds
from .continuing import panel
from .mutation import Action, Group
from .plans import DAY
from .release_claims import everything_due
from .starting import LAST_GOOD, SOUND_PANELS, programme, with_panel
from .terms import VESTINGS, ending, least, many_steps, schedule, summing, vesting
from .test_mutations import POOL, SAMPLES
from .verdict import judge

pytestmark = pytest.mark.timeout(0)  # with as many samples as one likes
Change = Callable[[Case, Random], Case | None]


def check(group: Action | Group, change: Change, builds: Builds) -> None:
    """The contract accepts the changed transaction."""
    accepted = 0
    for sample in islice(POOL.samples(group), 200 + 40 * SAMPLES):
        case = change(sample.build(builds.silent), Random(sample.action.salt(sample.facts)))
        if case is None:
            continue
        verdict = judge(case)
        assert verdict.accepted, (verdict, sample)
        accepted += 1
        if accepted == SAMPLES:
            return
    pytest.fail(f"only {accepted} samples have what is to be changed")


@pytest.mark.parametrize(("what", "index", "change"), LAST_GOOD, ids=[row[0] for row in LAST_GOOD])
def test_a_programme_starts_with(
    what: str,  # noqa: ARG001
    index: int,
    change: Callable[[object], Constr],
    builds: Builds,
) -> None:
    check(START, programme(index, change), builds)


@pytest.mark.parametrize(
    ("what", "oracles", "quorum"), SOUND_PANELS, ids=[row[0] for row in SOUND_PANELS]
)
def test_a_sound_panel_starts_and_takes_over(
    what: str,  # noqa: ARG001
    oracles: list[bytes],
    quorum: int,
    builds: Builds,
) -> None:
    check(START, with_panel(oracles, quorum), builds)
    check(ROTATE, panel(oracles, quorum), builds)


def test_a_programme_starts_with_its_first_page_in_one_transaction(builds: Builds) -> None:
    check(DEPLOY, lambda case, _: case, builds)


def test_16_vestings_are_registered(builds: Builds) -> None:
    check(REGISTER, schedule(VESTINGS, lambda table, _: [*table, *[table[0]] * 16][:16]), builds)


def test_a_vesting_ends_30_days_before_the_expiry(builds: Builds) -> None:
    """Without its rows minding: 2 steps need 2 units, or 2.2 ADA."""

    def change(case: Case, rng: Random) -> Case | None:
        if any(row.amount < 2_200_000 for row in case.facts.rows):
            return None
        return vesting(lambda _, plan: ending(plan, 0))(case, rng)

    check(REGISTER, change, builds)


def test_255_steps_from_1970_are_registered(builds: Builds) -> None:
    check(REGISTER, many_steps(255), builds)


def test_each_step_may_pay_the_least(builds: Builds) -> None:
    check(Group("", (REGISTER_TOKEN, REGISTER_ADA)), lambda case, _: least(case, 0), builds)


def test_a_sum_just_below_2_to_the_63_is_registered(builds: Builds) -> None:
    check(REGISTER_TOKEN, lambda case, _: summing(case, 2**63 - 1), builds)


def test_more_lovelace_than_the_reserve_is_registered(builds: Builds) -> None:
    check(REGISTER, lambda case, _: case.output(1, lambda o: o.holding(Value(1))), builds)


def test_a_programme_may_end_90_days_after_the_expiry(builds: Builds) -> None:
    def change(case: Case, _: Random) -> Case:
        last = case.facts.expiry + 90 * DAY
        return case.existing("programme", lambda out: out.saying(5, last))

    check(REGISTER, change, builds)


def test_oracles_act_until_the_end(builds: Builds) -> None:
    check(BY_QUORUM, lambda case, _: replace(case, upper=case.facts.plan.until), builds)


def test_a_programme_may_gain_lovelace(builds: Builds) -> None:
    check(BY_QUORUM, lambda case, _: case.output(0, lambda o: o.holding(Value(1))), builds)


def test_a_release_may_wait_until_everything_is_vested(builds: Builds) -> None:
    check(RELEASE, lambda case, _: everything_due(case), builds)


def test_a_vault_and_a_payout_may_gain_lovelace(builds: Builds) -> None:
    check(RELEASE, lambda case, _: case.output(0, lambda o: o.holding(Value(1))), builds)
    check(RELEASE_ADA, lambda case, _: case.output(1, lambda o: o.holding(Value(1))), builds)


def test_a_cancelled_programme_is_released_from(builds: Builds) -> None:
    def change(case: Case, _: Random) -> Case:
        return case.existing("programme", lambda out: out.saying(6, Constr(1)))

    check(RELEASE, change, builds)


def test_what_is_not_owed_is_closed_at_once_after_a_cancellation(builds: Builds) -> None:
    def change(case: Case, _: Random) -> Case:
        case = replace(case, lower=None, upper=case.facts.now + 1)
        return case.existing("programme", lambda out: out.saying(6, Constr(1)))

    check(CLOSE_UNOWED, change, builds)


def test_what_is_paid_is_closed_without_a_programme_and_at_any_time(builds: Builds) -> None:
    check(CLOSE_PAID, lambda case, _: replace(case, upper=None), builds)


def test_every_oracle_may_sign_and_nobody_else_need_agree(builds: Builds) -> None:
    check(ATTEST, lambda case, _: case, builds)
    check(CANCEL, lambda case, _: case, builds)
