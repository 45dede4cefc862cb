"""The attacks that are known of contracts like ours, each as somebody would try it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.contract import Contract
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.ports import CompiledValidator
from milestone_core.transactions.draft import Layout

from . import release_claims, terms
from .actions import (
    CLOSE_LATE,
    CLOSE_PROGRAMME,
    REGISTER,
    RELEASE,
    RELEASE_ADA,
)
from .case import Case
from .conftest import Builds
from .every import MUTATIONS
from .mutation import NO_ELEMENT, NOT_SUCH_DATA, Action, Change, Group, Mutation, Reason, Sample
from .output import Out, with_field
from .plans import DAY
from .scripts import FOREIGN, STRANGER
from .test_bounds import check
from .test_mutations import POOL, SAMPLES, is_refused
from .verdict import judge

pytestmark = pytest.mark.timeout(0)  # with as many samples as one likes


def refused(
    builds: Builds,
    group: Action | Group,
    change: Change,
    *because: Reason,
    samples: int = SAMPLES,
) -> None:
    """Both builds refuse it, for one of these reasons."""
    attack = Mutation(group, "scenario", because, change)
    tried = islice(POOL.samples(group), 400 + 40 * samples)
    hits = islice((s for s in tried if is_refused(attack, s, builds)), samples)
    assert len(list(hits)) == samples


def as_in(builds: Builds, *names: str) -> None:
    """It is what these mutations do, by their names without the action's.

    Once is enough here: each is tried many times for itself.
    """
    known = [m for m in MUTATIONS if m.name in names]
    assert {m.name for m in known} == set(names)
    for attack in known:
        refused(builds, attack.group, attack.change, *attack.because, samples=1)


# Paying once for two ------------------------------------------------------------------------------


def test_double_satisfaction_of_two_distributions(builds: Builds) -> None:
    as_in(builds, "48 second vault")


def test_double_satisfaction_of_another_protocol(builds: Builds) -> None:
    as_in(builds, "49 foreign Plutus input", "49 foreign withdrawal", "49 foreign certificate")


def test_double_satisfaction_of_a_minting_policy(builds: Builds) -> None:
    as_in(builds, "50 Plutus mint", "50 Plutus burn")


def test_double_satisfaction_of_a_registration_by_a_release(builds: Builds) -> None:
    """The vault that goes on must not fund a new distribution too."""

    def change(case: Case, _: Random) -> Case:
        policy = case.contract.registry.hash
        script = case.facts.plan.reference("script of registry")
        carrier = Out(
            bytes(case.contract.distribution_address),
            Value(60_000_000),
            script=case.contract.registry.code,
        )
        register = Constr(0, [0, 0, 0, Constr(0, [0])])
        case = case.reading(script, carrier)
        return case.minting(AssetId(policy, b"\1" * 32), 2, lambda _: register)

    refused(builds, RELEASE, change, *release_claims.ALONE, NO_ELEMENT)


# Look-alikes --------------------------------------------------------------------------------------


def _reading_forged(case: Case, name: str, place: int, forged: Out) -> Case:
    reference = case.facts.plan.reference("forged " + name)
    case = case.reading(reference, forged)
    spend = release_claims.spend(case)
    make = case.redeemers[spend]

    def pointing(layout: Layout) -> Data:
        return with_field(make(layout), place, layout.reference_index(reference))

    return replace(case, redeemers={**case.redeemers, spend: pointing})


def test_forged_schedule_that_pays_the_forger(builds: Builds) -> None:
    def change(case: Case, _: Random) -> Case:
        schedule = case.utxo("schedule")
        forger = Constr(0, [Constr(0, [STRANGER.hash]), Constr(1)])
        addresses: list[Data] = [forger for _ in schedule.fields[2]]
        forged = Out(bytes(STRANGER.address), Value(9_000_000), schedule.datum)
        case = _reading_forged(case, "schedule", 0, forged.saying(2, addresses))
        for index in range(1, 1 + len(case.facts.payees)):
            case = case.output(index, lambda out: replace(out, address=bytes(STRANGER.address)))
        return case

    refused(builds, RELEASE, change, NO_ELEMENT)


def test_forged_programme_in_which_everything_is_proven(builds: Builds) -> None:
    """Once without any token, and once with that of a programme which the forger started."""

    def unproven(case: Case, forged: Out) -> Case:
        milestones: list[Data] = [with_field(m, 1, bytes(32)) for m in forged.fields[0]]
        case = case.existing("programme", lambda out: out.saying(0, milestones))
        return _reading_forged(case, "programme", 1, forged)

    def bare(case: Case, _: Random) -> Case:
        programme = case.utxo("programme")
        return unproven(case, replace(programme, value=Value(9_000_000)))

    def own(case: Case, rng: Random) -> Case:
        token = AssetId(case.contract.programme.hash, rng.randbytes(32))
        programme = case.utxo("programme")
        return unproven(case, replace(programme, value=Value(9_000_000, {token: 1})))

    refused(builds, RELEASE, bare, NO_ELEMENT)
    refused(builds, RELEASE, own, "programme_of_the_schedule")


def _with_own_registry(contract: Contract) -> Contract:
    own = CompiledValidator("registry", "plutus:v3", FOREIGN.code, FOREIGN.hash)
    return replace(contract, registry=own)


def test_forged_vault_with_a_registry_of_its_own_harms_only_its_maker(builds: Builds) -> None:
    """It pays out what its maker put in, and never beside a vault of ours."""
    for sample in islice(POOL.samples(RELEASE), SAMPLES):
        for contract in (builds.silent, builds.traced):
            assert judge(sample.build(_with_own_registry(contract))).accepted

    def beside(case: Case, _: Random) -> Case:
        forged = Sample(RELEASE, case.facts).build(_with_own_registry(case.contract))
        vault = case.facts.plan.reference("forged vault")
        schedule = case.facts.plan.reference("forged schedule")
        case = case.reading(schedule, forged.utxo("schedule"))
        make = case.redeemers[release_claims.spend(case)]

        def pointing(layout: Layout) -> Data:
            return with_field(make(layout), 0, layout.reference_index(schedule))

        return case.spending(vault, forged.utxo("vault"), pointing)

    refused(builds, RELEASE, beside, *release_claims.ALONE)


def test_identity_tokens_merged_moved_or_half_burned(builds: Builds) -> None:
    as_in(
        builds,
        "79 both tokens with the schedule",
        "79 vault's token elsewhere",
        "10 token missing",
        "90 one token burned",
    )


def test_identity_token_as_the_asset(builds: Builds) -> None:
    as_in(builds, "76 the asset is the registry's", "76 the asset is the programme's")


def test_another_name_minted_beside(builds: Builds) -> None:
    as_in(builds, "79 a second name minted", "79 a second name burned", "91 two names burned")


def test_vault_used_as_schedule(builds: Builds) -> None:
    """The schedule is spent as if it were a vault, and the vault read as its schedule."""

    def change(case: Case, _: Random) -> Case:
        schedule, vault = case.named["schedule"], case.named["vault"]
        spend = release_claims.spend(case)
        make = case.redeemers[spend]
        redeemers = {t: m for t, m in case.redeemers.items() if t != spend}
        case = replace(
            case,
            inputs=tuple(schedule if r == vault else r for r in case.inputs),
            references=tuple(vault if r == schedule else r for r in case.references),
        )

        def swapped(layout: Layout) -> Data:
            swap = {schedule: vault, vault: schedule}
            before = Layout(layout.inputs, tuple(swap.get(r, r) for r in layout.reference_inputs))
            return make(before)

        return replace(case, redeemers={**redeemers, ("spend", schedule): swapped})

    refused(builds, RELEASE, change, NO_ELEMENT, NOT_SUCH_DATA)


# Paying otherwise ---------------------------------------------------------------------------------


def test_payout_whose_datum_names_the_submitter(builds: Builds) -> None:
    as_in(builds, "25 datum on a payout", "25 datum hash on a payout")


def test_dust_tokens_in_the_vault(builds: Builds) -> None:
    as_in(builds, "14 junk token", "79 junk in the vault", "79 junk with the schedule")


def test_stake_credential_swapped(builds: Builds) -> None:
    as_in(
        builds,
        "17 vault's stake part swapped",
        "24 payout's stake part swapped",
        "72 stake part swapped",
        "78 vault with another stake part",
    )


def test_reference_script_on_an_output(builds: Builds) -> None:
    as_in(
        builds,
        "19 vault with a reference script",
        "26 reference script on a payout",
        "73 reference script",
        "78 reference script",
        "78 schedule with a script",
        "78 vault with a script",
    )


def test_ada_deadlock_by_min_ada(builds: Builds) -> None:
    """No reserve, no registration; with it, the very last release leaves a vault that may be."""
    as_in(builds, "79 funded with one less")

    def last(case: Case, _: Random) -> Case | None:
        counts = bytes(case.facts.plan.vesting(r).count for r in range(len(case.facts.plan.rows)))
        if case.outputs[0].fields[1] != counts:
            return None
        reserve = 3_000_000 + 5_000 * len(counts)
        lovelace = case.outputs[0].value.lovelace
        spare = Value(lovelace - reserve)
        case = case.existing("vault", lambda out: out.holding(-spare))
        case = case.output(0, lambda out: out.holding(-spare))
        # The ledger asks for no more: repairing it raises nothing.
        assert case.outputs[0].value.lovelace == reserve
        return case

    check(RELEASE_ADA, last, builds)


def test_trickling_a_beneficiary(builds: Builds) -> None:
    as_in(
        builds,
        "76 256 steps",
        "76 a step that pays too little",
        "33 row twice with the same count",
        "35 count unchanged",
        "39 no claims",
    )


# Time ---------------------------------------------------------------------------------------------


def test_vesting_bypass_by_infinite_ranges(builds: Builds) -> None:
    as_in(builds, "40 lower bound infinite", "41 one millisecond before the step")

    def always(case: Case, _: Random) -> Case:
        early = min(v.start for v in case.facts.plan.vestings) - 1
        return replace(case, lower=early, upper=None)

    refused(builds, RELEASE, always, "vested")


# Oracles ------------------------------------------------------------------------------------------


def test_duplicate_oracles_and_impossible_quorums(builds: Builds) -> None:
    as_in(
        builds,
        "56 oracle twice",
        "76 an oracle twice",
        "76 a quorum of 0",
        "76 a quorum above the oracles",
    )


def test_replay_of_signatures(builds: Builds) -> None:
    as_in(
        builds,
        "61 other milestone",
        "62 other programme",
        "62 former round",
        "63 other evidence",
        "64 other purpose",
        "68 already proven",
    )


def test_login_nonce_that_equals_the_hash_of_an_attestation(builds: Builds) -> None:
    as_in(builds, "65 hashed payload")


# Locked for ever ----------------------------------------------------------------------------------


def test_hashes_of_27_or_29_bytes(builds: Builds) -> None:
    as_in(
        builds,
        "76 a payee of 27 bytes",
        "76 a payee of 29 bytes",
        "76 a payee's stake part of 27 bytes",
        "76 an observer of 29 bytes",
        "76 an owner of 27 bytes",
        "76 an oracle of 27 bytes",
    )


def test_underfunded_distribution(builds: Builds) -> None:
    as_in(builds, "79 funded with one less")


def test_unbounded_datum(builds: Builds) -> None:
    as_in(builds, "76 17 vestings", "76 33 milestones", "76 17 oracles", "76 an id of 33 bytes")


def test_observer_that_blocks_for_ever(builds: Builds) -> None:
    """90 days after the expiry the owner closes without it."""
    as_in(builds, "51 observer missing")

    def observed(case: Case, _: Random) -> Case | None:
        return case if case.facts.plan.observed and not case.withdrawals else None

    check(CLOSE_LATE, observed, builds)


def test_programme_closed_under_its_distributions(builds: Builds) -> None:
    as_in(builds, "81 programme ends a millisecond early", "90 at its end, to the millisecond")

    def too_soon(case: Case, _: Random) -> Case:
        return replace(case, lower=case.facts.expiry + 90 * DAY)

    refused(builds, CLOSE_PROGRAMME, too_soon, "programme_is_over")


# Owners -------------------------------------------------------------------------------------------


def test_owner_sweeps_what_is_proven(builds: Builds) -> None:
    as_in(
        builds,
        "97 a row is owed",
        "97 a row is owed, and the programme cancelled",
        "97 says that all is paid",
        "97 says that 90 days are over",
        "96 90 days after the expiry, to the millisecond",
    )


def test_stranger_registers_in_the_owners_name(builds: Builds) -> None:
    as_in(builds, "82 without the owner", "82 in another's name")


def test_owner_is_one_of_our_own_scripts(builds: Builds) -> None:
    as_in(builds, "76 our programme as owner", "76 owned by its own script")

    def distribution(case: Case, _: Random) -> Case:
        """Authorised by an output there without a datum, which nobody can spend."""
        hash_ = case.contract.distribution.hash
        owner = Constr(1, [hash_])
        case = case.output(0, lambda out: out.saying(terms.OWNER, owner))
        loose = case.facts.reference("script of distribution")
        carrier = Out(
            bytes(case.contract.distribution_address),
            Value(60_000_000),
            script=case.contract.distribution.code,
        )
        return case.spending(loose, carrier, lambda _: Constr(1))

    refused(builds, REGISTER, distribution, NO_ELEMENT)
