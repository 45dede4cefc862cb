"""The calculator and the contract agree at every edge: one step, one millisecond, one signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone_core.app import App
from milestone_core.domain import release as rules
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import Tip
from milestone_core.domain.release import Claim
from milestone_core.domain.schedule import PROGRAMME_OUTLIVES_EXPIRY
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import ScriptRefused
from milestone_core.onchain.redeemers import Proof
from milestone_core.services import building, distributions, publish, release, scripts, wallets
from milestone_core.services.building import Moment
from milestone_core.services.distributions import Distribution
from milestone_core.services.following import Patience
from milestone_core.services.lookup import PageOnChain
from milestone_core.services.publish import Publication
from milestone_core.services.sending import Operator
from milestone_core.transactions import prove, reclaim
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.reclaim import Ground
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet
from milestone_devnet.node import Devnet, Settings

from .project import Person, Project, Row, key_of

RELEASE, PROOF = "the release from the vault", "the proof of a milestone"


@dataclass
class Deployed:
    """A distribution on chain: ``alpha`` is proven, ``beta`` is not. No two rows vest alike."""

    app: App
    owner: Person
    oracles: list[Person]
    start: int
    at: Moment
    loaded: Distribution
    attestations: tuple[Attestation, ...]

    @property
    def page(self) -> PageOnChain:
        return self.loaded.open_pages[0]

    @property
    def wallet(self) -> Wallet:
        return wallets.open_wallet(self.app, (key_of(self.owner),))

    def build(self, draft: Draft) -> Unsigned:
        return building.build(self.app, draft, self.wallet, self.at)

    def pay(self, claims: list[Claim], now: int) -> Unsigned:
        """A release whose validity begins with the slot of ``now`` (POSIX ms)."""
        at = replace(self.at, tip=Tip(self.at.clock.slot_at(now), b""))
        keys = (key_of(self.owner),)
        return release.build_release(self.app, self.loaded, self.page, claims, keys, at)


@pytest.fixture(scope="module")
def far_sighted() -> Iterator[Devnet]:
    """A devnet that evaluates at any time, so that years need not pass to look at their edges."""
    with Devnet(Settings(block_time=0, horizon=False)) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(
    tmp_path_factory: pytest.TempPathFactory,
    far_sighted: Devnet,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Iterator[Deployed]:
    project = Project.begin(tmp_path_factory.mktemp("edges"), far_sighted)
    owner = project.person("owner", ada=500, tokens=1_000_000)
    oracles = [project.person(name) for name in ("ann", "ben", "cyd")]
    start = (project.now // 1000 + 100_000) * 1000
    # Slots begin at whole seconds: some of these vest with one, some a millisecond off.
    vestings = [
        Vesting(start, 1, 1),
        Vesting(start + 1, 1, 1),
        Vesting(start - 1, 1000, 255),
        Vesting(start, 86_400_001, 12),
        Vesting(start - 5000, 999, 7),
    ]
    rows = [Row(owner.address, 300 + n, vesting=vesting) for n, vesting in enumerate(vestings)]
    rows.append(Row(owner.with_stake, 300, "beta"))
    project.deploy(
        "edges",
        owner=owner,
        oracles=oracles,
        quorum=2,
        rows=rows,
        milestones=("alpha", "beta"),
        expiry=start + 400 * 86_400_000,
    )
    project.attest("edges", oracles[:2])
    project.attest("edges", oracles, "beta")
    project.pay("prove", "edges", "alpha", key=owner)
    with project.app() as app:
        yield Deployed(
            app,
            owner,
            oracles,
            start,
            building.moment(app),
            distributions.load(app, "edges"),
            distributions.attestations_of(app, "edges"),
        )


def refused_by(label: str, act: Callable[[], object]) -> None:
    """Act, and expect that the contract, and not our own checks, says no."""
    with pytest.raises(ScriptRefused) as refusal:
        act()
    assert label in refusal.value.message


def vested(deployed: Deployed, row: int, now: int) -> int:
    now = deployed.at.clock.ms_at(deployed.at.clock.slot_at(now))
    programme = deployed.loaded.programme.programme
    return rules.contract_steps(deployed.page.page, programme, row, now)


def check_at(deployed: Deployed, now: int) -> None:
    """All that is calculated is paid, in one transaction; one more step of any row is not."""
    page = deployed.page.page
    steps = [vested(deployed, row, now) for row in range(len(page.rows))]
    due = [Claim(row, count) for row, count in enumerate(steps) if count]
    if due:
        assert deployed.pay(due, now).redeemers
    for row, count in enumerate(steps):
        if count < page.vesting(row).count:
            refused_by(RELEASE, partial(deployed.pay, [Claim(row, count + 1)], now))


@pytest.mark.parametrize("ms", [-5000, -1000, 0, 252_999, 86_401_000])
def test_the_contract_pays_what_is_calculated_and_not_one_step_more(
    deployed: Deployed, ms: int
) -> None:
    check_at(deployed, deployed.start + ms)


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ms=st.integers(-10_000, 13 * 86_400_000))
def test_calculator_and_contract_agree_at_any_time(deployed: Deployed, ms: int) -> None:
    check_at(deployed, deployed.start + ms)


def test_one_millisecond_before_an_instalment_is_too_early(deployed: Deployed) -> None:
    """Row 1 vests a millisecond after a slot begins: the slot is too early, the next is not."""
    assert vested(deployed, 1, deployed.start) == 0
    refused_by(RELEASE, lambda: deployed.pay([Claim(1, 1)], deployed.start))
    assert deployed.pay([Claim(1, 1)], deployed.start + 1000)


def test_an_unproven_milestone_pays_nothing_however_late(deployed: Deployed) -> None:
    late = deployed.start + 300 * 86_400_000
    assert vested(deployed, 5, late) == 0
    refused_by(RELEASE, lambda: deployed.pay([Claim(5, 1)], late))


def proof_of_beta(
    deployed: Deployed, signed: list[Attestation], evidence: bytes | None = None
) -> Draft:
    found = deployed.loaded.programme
    oracles = found.programme.oracles
    pairs = [(oracles.index(attestation.oracle), attestation) for attestation in signed]
    return prove.prove(
        found.utxo,
        found.programme,
        [Proof(1, evidence or signed[0].evidence, pairs)],
        scripts.find(deployed.app)["programme"],
        deployed.at.deadline(found.programme.until),
    )


@pytest.fixture
def signatures(deployed: Deployed) -> list[Attestation]:
    """The three signatures for ``beta``, in the order of the oracles on chain."""
    oracles = deployed.loaded.programme.programme.oracles
    found = [a for a in deployed.attestations if a.milestone == "beta"]
    return sorted(found, key=lambda attestation: oracles.index(attestation.oracle))


def test_any_two_of_three_signatures_prove_a_milestone(
    deployed: Deployed, signatures: list[Attestation]
) -> None:
    for chosen in (signatures[:2], signatures[1:], [signatures[0], signatures[2]], signatures):
        assert deployed.build(proof_of_beta(deployed, chosen)).redeemers


def test_one_signature_below_the_quorum_proves_nothing(
    deployed: Deployed, signatures: list[Attestation]
) -> None:
    refused_by(PROOF, lambda: deployed.build(proof_of_beta(deployed, signatures[:1])))


def test_one_oracle_twice_is_no_quorum(deployed: Deployed, signatures: list[Attestation]) -> None:
    twice = [signatures[0], signatures[0]]
    refused_by(PROOF, lambda: deployed.build(proof_of_beta(deployed, twice)))


def test_signatures_over_another_evidence_prove_nothing(
    deployed: Deployed, signatures: list[Attestation]
) -> None:
    other = bytes([signatures[0].evidence[0] ^ 1]) + signatures[0].evidence[1:]
    refused_by(PROOF, lambda: deployed.build(proof_of_beta(deployed, signatures, other)))


@pytest.mark.parametrize("position", [0, 31, 32, 63])
def test_a_signature_with_one_bit_flipped_proves_nothing(
    deployed: Deployed, signatures: list[Attestation], position: int
) -> None:
    flipped = bytearray(signatures[0].signature)
    flipped[position] ^= 1
    bad = [replace(signatures[0], signature=bytes(flipped)), signatures[1]]
    refused_by(PROOF, lambda: deployed.build(proof_of_beta(deployed, bad)))


def test_signatures_for_another_milestone_prove_nothing(deployed: Deployed) -> None:
    oracles = deployed.loaded.programme.programme.oracles
    alpha = [a for a in deployed.attestations if a.milestone == "alpha"]
    alpha.sort(key=lambda attestation: oracles.index(attestation.oracle))
    refused_by(PROOF, lambda: deployed.build(proof_of_beta(deployed, alpha)))


def closing(deployed: Deployed, ground: Ground, after: int) -> Draft:
    page, published = deployed.page, scripts.find(deployed.app)
    slot = deployed.at.clock.slot_at(after)
    return reclaim.close_page(
        page=page.id,
        schedule=page.schedule_utxo,
        vault=page.vault_utxo,
        owner=wallets.owned_output(deployed.wallet, page.page.owner),
        scripts=(published["distribution"], published["registry"]),
        ground=ground,
        programme=deployed.loaded.programme.utxo,
        valid_from=slot,
        valid_until=slot + 7200,
    )


BURN = "burning the distribution's tokens"


def test_only_after_the_expiry_and_90_days_the_owner_sweeps_what_is_owed(
    deployed: Deployed,
) -> None:
    end = deployed.page.page.expiry + PROGRAMME_OUTLIVES_EXPIRY
    refused_by(BURN, lambda: deployed.build(closing(deployed, Ground.LONG_EXPIRED, end)))
    assert deployed.build(closing(deployed, Ground.LONG_EXPIRED, end + 1000)).redeemers


@pytest.mark.parametrize("ground", [Ground.FULLY_CLAIMED, Ground.NOTHING_OWED])
def test_owed_rows_stand_against_every_other_ground(deployed: Deployed, ground: Ground) -> None:
    late = deployed.page.page.expiry + 30 * 86_400_000
    refused_by(BURN, lambda: deployed.build(closing(deployed, ground, late)))


def test_the_programme_outlives_its_last_moment_by_nothing(deployed: Deployed) -> None:
    found = deployed.loaded.programme
    wallet = deployed.wallet

    def draft(after: int) -> Draft:
        slot = deployed.at.clock.slot_at(after)
        return reclaim.close_programme(
            programme=found.id,
            utxo=found.utxo,
            owner=wallets.owned_output(wallet, found.programme.owner),
            script=scripts.find(deployed.app)["programme"],
            valid_from=slot,
            valid_until=slot + 7200,
        )

    until = found.programme.until
    refused_by("closing the programme", lambda: deployed.build(draft(until)))
    assert deployed.build(draft(until + 1000)).redeemers


def test_contract_find_names_the_outputs_or_what_is_missing(
    tmp_path: Path,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> None:
    with Devnet(Settings(block_time=0)) as fresh:
        project = Project.begin(tmp_path, fresh)
        error = project.json("contract", "find", exits=4)
        assert error["details"] == {
            "found": {},
            "missing": ["programme", "registry", "distribution"],
        }
        payer = project.person("payer", ada=200)
        sent = project.pay("contract", "publish", key=payer)["transactions"]
        found = project.json("contract", "find")["scripts"]
        assert [script["title"] for script in found] == error["details"]["missing"]
        assert {script["output"].partition("#")[0] for script in found} <= {
            transaction["transaction"] for transaction in sent
        }


def test_two_who_publish_at_once_with_one_wallet_pay_once(
    tmp_path: Path,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> None:
    """Who is overtaken looks again, and finds the scripts where the other has put them."""
    with Devnet(Settings(block_time=0)) as fresh:
        (tmp_path / "here").mkdir()
        project = Project.begin(tmp_path / "here", fresh)
        payer = project.person("payer", ada=200)
        elsewhere = project.copy(tmp_path / "elsewhere")
        published: list[object] = []

        def overtaken(_shown: Unsigned) -> bool:
            fresh.advance(seconds=60)  # or it would be the very same transaction
            published.append(elsewhere.pay("contract", "publish", key=payer))
            return True

        with project.app() as app:
            late = Operator((key_of(payer),), overtaken, Patience(timeout_seconds=20))
            assert publish.publish(app, late) == Publication((), None)
        assert len(published) == 1
