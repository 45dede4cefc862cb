"""Healthy transactions of every action, by the core's own builders where it has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from milestone_core.domain.address import Address
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId, Output, Utxo, Value
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Vault
from milestone_core.domain.release import Claim
from milestone_core.onchain import datums, plutus_data, sig_structure
from milestone_core.onchain.contract import Contract, identity, script_of
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.onchain.redeemers import Proof
from milestone_core.ports import CompiledValidator
from milestone_core.transactions import deploy, prove, reclaim
from milestone_core.transactions import release as releasing
from milestone_core.transactions.draft import Draft, Layout, Minting, ScriptInput
from milestone_core.transactions.reclaim import Ground

from .case import Case, utxo_of
from .plans import DAY, Payment, Plan, Proving
from .scripts import OBSERVER, ORACLES, OWNER, OWNERS_SCRIPT, Key

ADA = 1_000_000
_EVIDENCE = bytes(range(32))
_SPARE = Value(20 * ADA)
"""On top of what has to be there: so that one lovelace less is not too little for the ledger."""


@dataclass(frozen=True)
class World:
    """A plan under a contract: its outputs as they lie on chain."""

    plan: Plan
    contract: Contract

    @property
    def programme_token(self) -> AssetId:
        return identity(self.contract.programme.hash, self.plan.reference("programme's seed"))

    @property
    def page_token(self) -> AssetId:
        return identity(self.contract.registry.hash, self.plan.reference("page's seed"))

    def programme(self, proven: frozenset[int] = frozenset(), round_: int = 0) -> Programme:
        return Programme(
            tuple(
                ProgrammeMilestone(name, _EVIDENCE if index in proven else None)
                for index, name in enumerate(self.plan.milestones)
            ),
            tuple(ORACLES[number].hash for number in self.plan.oracles),
            self.plan.quorum,
            round_,
            self.plan.owner,
            self.plan.until,
            cancelled=False,
        )

    def page(self, programme: AssetId | None = None) -> Page:
        return Page(
            registry=self.contract.registry.hash,
            rows=self.plan.rows,
            addresses=self.plan.addresses,
            vestings=self.plan.vestings,
            programme=programme or self.programme_token,
            asset=self.plan.asset,
            observer=OBSERVER.hash if self.plan.observed else None,
            owner=self.plan.owner,
            expiry=self.plan.expiry,
            document=_EVIDENCE,
        )

    def at(self, validator: CompiledValidator) -> Address:
        """Where our outputs lie: with the plan's stake part."""
        address = self.contract.distribution_address
        if validator is self.contract.programme:
            address = self.contract.programme_address
        return replace(address, stake=self.plan.stake)

    def programme_utxo(self, programme: Programme) -> Utxo:
        return utxo_of(
            self.plan.reference("programme"),
            self.at(self.contract.programme),
            _SPARE + Value(0, {self.programme_token: 1}),
            datums.programme_data(programme),
        )

    def schedule_utxo(self) -> Utxo:
        return utxo_of(
            self.plan.reference("schedule"),
            self.at(self.contract.distribution),
            _SPARE + Value(0, {self.page_token: 1}),
            datums.schedule_data(self.page()),
        )

    def vault_utxo(self, claimed: tuple[int, ...]) -> Utxo:
        paid = sum(
            self.plan.vesting(index).paid_after(row.amount, steps)
            for index, (row, steps) in enumerate(zip(self.plan.rows, claimed, strict=True))
        )
        left = Value.of(self.plan.asset, self.plan.total - paid)
        return utxo_of(
            self.plan.reference("vault"),
            self.at(self.contract.distribution),
            _SPARE + left + Value(0, {self.page_token: 1}),
            datums.vault_data(Vault(self.contract.registry.hash, claimed)),
        )

    def owner_utxo(self, name: str) -> Utxo:
        """Something of the owner's: a key's or a native script's, as the plan has it."""
        address = (OWNERS_SCRIPT if self.plan.owner.is_script else OWNER).address
        return Utxo(self.plan.reference(name), Output(address, Value(50 * ADA)))

    def script_utxo(self, validator: CompiledValidator) -> Utxo:
        """The reference script, at the address that nobody can spend."""
        output = Output(
            self.contract.distribution_address, Value(60 * ADA), script=script_of(validator)
        )
        return Utxo(self.plan.reference(f"script of {validator.title}"), output)

    def case(self, draft: Draft, facts: object, **named: Utxo) -> Case:
        names = {name: utxo.reference for name, utxo in named.items()}
        case = Case.of(self.contract, draft, self.plan.reference("purse"), facts)
        return replace(case, named=names)


def released(payment: Payment, contract: Contract) -> Case:
    """A release."""
    world = World(payment.plan, contract)
    page, vault = world.page(), world.vault_utxo(payment.claimed)
    schedule, programme = (
        world.schedule_utxo(),
        world.programme_utxo(world.programme(payment.proven)),
    )
    draft = releasing.release(
        schedule=schedule,
        page=page,
        vault_utxo=vault,
        vault=Vault(page.registry, payment.claimed),
        programme=programme,
        script=world.script_utxo(contract.distribution),
        claims=[Claim(row, steps) for row, steps in payment.claims],
        valid_from=payment.now,
        valid_until=payment.now + 3_600_000,
    )
    case = world.case(draft, payment, vault=vault, schedule=schedule, programme=programme)
    return case.withdrawing(OBSERVER.hash) if payment.plan.observed else case


def signature(key: Key, header: bytes, payload: bytes) -> Attestation:
    """An oracle's signature as the core knows it."""
    signed = key.sign(sig_structure.sig_structure(header, payload))
    return Attestation("", b"", key.hash, key.public, header, signed, 0)


def signatures(
    proving: Proving, payload: bytes, signers: Sequence[int] | None = None
) -> list[tuple[int, Attestation]]:
    """The signatures of the signers, with their positions in the panel."""
    return [
        (position, signature(ORACLES[proving.plan.oracles[position]], header, payload))
        for position, header in zip(signers or proving.signers, proving.headers, strict=True)
    ]


def attested(proving: Proving, contract: Contract) -> Case:
    """Milestones proven by a quorum."""
    plan = proving.plan
    world = World(plan, contract)
    programme = world.programme(proving.proven, plan.round)
    utxo = world.programme_utxo(programme)
    proofs = []
    for index, evidence in proving.attested:
        payload = sig_structure.attestation_payload(
            world.programme_token, plan.round, plan.milestones[index], evidence
        )
        proofs.append(Proof(index, evidence, signatures(proving, payload)))
    script = world.script_utxo(contract.programme)
    draft = prove.prove(utxo, programme, proofs, script, proving.now + 1)
    return world.case(draft, proving, programme=utxo)


def rotated(proving: Proving, contract: Contract) -> Case:
    """A panel that hands over to three others."""
    plan = proving.plan
    world = World(plan, contract)
    programme = world.programme(proving.proven, plan.round)
    successors = tuple(ORACLES[number].hash for number in (17, 3, 11))
    payload = sig_structure.rotate_payload(world.programme_token, plan.round, 2, successors)
    after = replace(programme, oracles=successors, quorum=2, round=plan.round + 1)
    signed = _signature_data(proving, payload)
    redeemer = Constr(1, [list(successors), 2, signed])
    return _continued(world, programme, after, redeemer, proving)


def cancelled(proving: Proving, contract: Contract) -> Case:
    """A programme that its owner and a quorum end."""
    world = World(proving.plan, contract)
    programme = world.programme(proving.proven, proving.plan.round)
    payload = sig_structure.cancel_payload(world.programme_token, proving.plan.round)
    redeemer = Constr(2, [_signature_data(proving, payload)])
    after = replace(programme, cancelled=True)
    return _continued(world, programme, after, redeemer, proving, world.owner_utxo("owner"))


def _signature_data(proving: Proving, payload: bytes) -> Data:
    return [
        Constr(0, [position, signed.verification_key, signed.header, signed.signature])
        for position, signed in signatures(proving, payload)
    ]


def _continued(
    world: World,
    before: Programme,
    after: Programme,
    redeemer: Data,
    proving: Proving,
    *owner: Utxo,
) -> Case:
    utxo = world.programme_utxo(before)
    output = replace(utxo.output, datum=plutus_data.encode(datums.programme_data(after)))
    draft = Draft(
        outputs=(output,),
        script_inputs=(ScriptInput(utxo, lambda _: redeemer, ""),),
        wallet_inputs=owner,
        reference_inputs=(world.script_utxo(world.contract.programme),),
        valid_until=proving.now + 1,
    )
    return world.case(draft, proving, programme=utxo, **({"owner": owner[0]} if owner else {}))


def deployed(plan: Plan, contract: Contract) -> Case:
    """A programme started with its first page, in one transaction."""
    world = World(plan, contract)
    seed = world.owner_utxo("seed")
    token = identity(contract.programme.hash, seed.reference)
    started = deploy.start(
        contract,
        world.programme(),
        world.page(token),
        seed,
        [world.script_utxo(contract.programme), world.script_utxo(contract.registry)],
        plan.expiry,
    )
    return world.case(started.draft, plan, owner=seed)


def started(plan: Plan, contract: Contract) -> Case:
    """A programme started alone."""
    case = deployed(plan, contract)
    minted = {asset: n for asset, n in case.minted.items() if asset.policy == case_policy(case)}
    mint = ("mint", contract.programme.hash)
    return replace(
        case, outputs=case.outputs[:1], minted=minted, redeemers={mint: case.redeemers[mint]}
    )


def case_policy(case: Case) -> bytes:
    return case.contract.programme.hash


def registered(plan: Plan, contract: Contract) -> Case:
    """A page registered under a programme that is on chain."""
    world = World(plan, contract)
    seed, programme = world.owner_utxo("seed"), world.programme_utxo(world.programme())
    draft = deploy.register_page(
        contract,
        world.page(),
        programme,
        seed,
        [world.script_utxo(contract.registry)],
        plan.expiry,
    ).draft
    return world.case(draft, plan, owner=seed, programme=programme)


def closed(ground: Ground) -> Callable[[Payment, Contract], Case]:
    """A page closed on that ground, at the first millisecond that allows it."""

    def close(payment: Payment, contract: Contract) -> Case:
        plan = payment.plan
        world = World(plan, contract)
        counts = tuple(plan.vesting(row).count for row in range(len(plan.rows)))
        unproven = {plan.rows[row].milestone for row, _ in payment.claims}
        proven = payment.proven - unproven
        claimed = {
            Ground.FULLY_CLAIMED: counts,
            Ground.LONG_EXPIRED: payment.claimed,
            # Whatever is proven is paid; the rest never was proven.
            Ground.NOTHING_OWED: tuple(
                counts[index] if row.milestone in proven else payment.claimed[index]
                for index, row in enumerate(plan.rows)
            ),
        }[ground]
        since = {
            Ground.FULLY_CLAIMED: payment.now,
            Ground.NOTHING_OWED: plan.expiry + 1,
            Ground.LONG_EXPIRED: plan.expiry + 90 * DAY + 1,
        }[ground]
        named = {
            "schedule": world.schedule_utxo(),
            "vault": world.vault_utxo(claimed),
            "owner": world.owner_utxo("owner"),
        }
        programme = world.programme_utxo(world.programme(proven))
        scripts = (world.script_utxo(contract.distribution), world.script_utxo(contract.registry))
        draft = reclaim.close_page(
            page=world.page_token,
            scripts=scripts,
            ground=ground,
            programme=programme if ground is Ground.NOTHING_OWED else None,
            valid_from=None if ground is Ground.FULLY_CLAIMED else since,
            valid_until=since + 1000,
            **named,
        )
        return world.case(draft, payment, programme=programme, **named)

    return close


def closed_programme(plan: Plan, contract: Contract) -> Case:
    """A programme closed at the first millisecond that allows it."""
    world = World(plan, contract)
    utxo, owner = world.programme_utxo(world.programme()), world.owner_utxo("owner")
    draft = reclaim.close_programme(
        programme=world.programme_token,
        utxo=utxo,
        owner=owner,
        script=world.script_utxo(contract.programme),
        valid_from=plan.until + 1,
        valid_until=plan.until + 1000,
    )
    return world.case(draft, plan, programme=utxo, owner=owner)


__all__ = ["Layout", "Minting", "World"]
