"""Somebody with a key who builds the project's transactions on a ledger in this process.

For benchmarks and tests that need many transactions fast: the real builder, the real contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from nacl.signing import SigningKey as Ed25519

from local_ledger import Ledger
from milestone_core.domain.address import TESTNET, Address, Credential
from milestone_core.domain.attestation import Attestation
from milestone_core.domain.chain import AssetId, Output, OutputReference, Script, Utxo, Value
from milestone_core.domain.distribution import Page, Programme, ProgrammeMilestone, Row, Vault
from milestone_core.domain.release import Claim
from milestone_core.domain.vesting import Vesting
from milestone_core.onchain import datums, plutus_data
from milestone_core.onchain.blueprint import load_blueprint
from milestone_core.onchain.contract import Contract, identity, load_contract, script_of
from milestone_core.onchain.redeemers import Proof
from milestone_core.onchain.sig_structure import (
    SHORTEST_HEADER,
    attestation_payload,
    sig_structure,
)
from milestone_core.transactions import builder, deploy, prove, reclaim, release
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.reclaim import Ground
from milestone_core.transactions.unsigned import Unsigned
from milestone_core.transactions.wallet import Wallet

DAY = 86_400_000
NOW = 20_000 * DAY
ADA = 1_000_000
EVIDENCE = blake2b(b"a report", digest_size=32).digest()
TOKEN = AssetId(b"\x77" * 28, b"MILESTONE")
EXPIRY = NOW + 30 * 365 * DAY
LIFETIME = 2 * 60 * 60 * 1000


def hash28(text: str) -> bytes:
    """Some hash of a key or a script."""
    return blake2b(text.encode(), digest_size=28).digest()


def base_address(number: int) -> Address:
    """An address with a stake part, as wallets have them."""
    payment, stake = (Credential.key(hash28(f"{part} {number}")) for part in ("payment", "stake"))
    return Address(TESTNET, payment, stake)


def signing_key(seed: int) -> SigningKey:
    """The key of a person; equal seeds make equal keys."""
    secret = Ed25519(blake2b(b"%d" % seed, digest_size=32).digest())
    return SigningKey(bytes(secret.verify_key), lambda message: secret.sign(message).signature)


@dataclass(frozen=True)
class Promise:
    """A page and its programme: what they say, and the outputs that say it."""

    programme: Programme
    page: Page
    vault: Vault
    programme_utxo: Utxo
    schedule_utxo: Utxo
    vault_utxo: Utxo

    @property
    def utxos(self) -> tuple[Utxo, Utxo, Utxo]:
        return self.programme_utxo, self.schedule_utxo, self.vault_utxo


class Workbench:
    """An owner with money, the published contract, and the project's transactions.

    :param contract: another one than the one that ships.
    """

    def __init__(self, contract: Contract | None = None) -> None:
        self.ledger = Ledger()
        self.contract = contract or load_contract(load_blueprint(), TESTNET)
        self.owner = signing_key(0)
        self.address = self.owner.address(TESTNET)
        self.scripts = {v.title: self.publish(script_of(v)) for v in self.contract.validators}
        self.purse = self.ledger.put(Output(self.address, Value(10**12)))

    def publish(self, script: Script) -> Utxo:
        """A reference script where nobody can spend it."""
        return self.ledger.put(
            Output(self.contract.distribution_address, Value(40 * ADA), script=script)
        )

    @property
    def wallet(self) -> Wallet:
        """The owner's outputs as they are now."""
        mine = tuple(u for u in self.ledger.utxos() if u.output.address == self.address)
        return Wallet((self.owner,), mine, self.address)

    def build(self, draft: Draft) -> Unsigned:
        """Balance a draft against the ledger.

        :raises ScriptRefused: the contract does not allow it.
        :raises milestone_core.errors.Refused: it exceeds the limits.
        """
        return builder.build(draft, self.wallet, self.ledger.parameters, self.ledger.evaluate)

    def send(self, unsigned: Unsigned) -> bytes:
        """Sign a transaction and put it on chain in the first slot that it allows; its id."""
        start = unsigned.draft.valid_from
        return self.ledger.submit(unsigned.sign(), NOW if start is None else start)

    def programme(self, milestones: Sequence[bytes], oracles: Sequence[bytes]) -> Programme:
        """An unproven programme of the owner's, whose quorum is all oracles."""
        return Programme(
            milestones=tuple(map(ProgrammeMilestone, milestones)),
            oracles=tuple(oracles),
            quorum=len(oracles),
            round=0,
            owner=self.owner.credential,
            until=EXPIRY + 90 * DAY,
            cancelled=False,
        )

    def page(
        self,
        rows: Iterable[Row],
        addresses: Iterable[Address],
        vestings: Iterable[Vesting],
        asset: AssetId = TOKEN,
    ) -> Page:
        """A page of the owner's; which programme it is of is still to come."""
        return Page(
            registry=self.contract.registry.hash,
            rows=tuple(rows),
            addresses=tuple(addresses),
            vestings=tuple(vestings),
            programme=AssetId(self.contract.programme.hash, bytes(32)),
            asset=asset,
            observer=None,
            owner=self.owner.credential,
            expiry=EXPIRY,
            document=bytes(range(32)),
        )

    def lay(
        self, programme: Programme, page: Page, claimed: Sequence[int] | None = None
    ) -> Promise:
        """Put a programme and its page on the ledger, as if long registered.

        :param claimed: the steps that each row has been paid, none if left out.
        """
        vault = Vault(page.registry, tuple(claimed or (0,) * len(page.rows)))
        name = bytes(range(32))
        page = replace(page, programme=AssetId(page.programme.policy, name))
        token = Value(0, {AssetId(page.registry, name): 1})
        left = sum(
            row.amount - page.vesting(index).paid_after(row.amount, vault.claimed[index])
            for index, row in enumerate(page.rows)
        )
        reserve = deploy.ADA_RESERVE + deploy.ADA_RESERVE_PER_ROW * len(page.rows)
        held = token + Value(reserve) + Value.of(page.asset, left)
        there, home = self.contract.programme_address, self.contract.distribution_address
        return Promise(
            programme,
            page,
            vault,
            self._lay(there, Value(0, {page.programme: 1}), datums.programme_data(programme)),
            self._lay(home, token, datums.schedule_data(page)),
            self._lay(home, held, datums.vault_data(vault)),
        )

    def _lay(self, address: Address, value: Value, datum: plutus_data.Data) -> Utxo:
        content = Output(address, value, datum=plutus_data.encode(datum))
        return self.ledger.put(builder.with_least_ada(content, self.ledger.parameters))

    def deploy(self, programme: Programme, page: Page) -> tuple[Unsigned, Promise]:
        """Start a programme with its page; what that makes, once it is sent."""
        funds = Value(10 * ADA) + Value.of(page.asset, page.total)
        seed = self.ledger.put(Output(self.address, funds))
        token = identity(self.contract.programme.hash, seed.reference)
        page = replace(page, programme=token)
        scripts = (self.scripts["programme"], self.scripts["registry"])
        started = deploy.start(self.contract, programme, page, seed, scripts, NOW + LIFETIME)
        unsigned = self.build(started.draft)
        made = [
            Utxo(OutputReference(unsigned.id, index), output)
            for index, output in enumerate(unsigned.draft.outputs)
        ]
        vault = Vault(page.registry, (0,) * len(page.rows))
        return unsigned, Promise(programme, page, vault, *made)

    def register(self, promise: Promise) -> Draft:
        """Register the page of ``promise`` once more, under the programme that is there."""
        page = promise.page
        funds = Value(10 * ADA) + Value.of(page.asset, page.total)
        seed = self.ledger.put(Output(self.address, funds))
        scripts = (self.scripts["registry"],)
        registered = deploy.register_page(
            self.contract, page, promise.programme_utxo, seed, scripts, NOW + LIFETIME
        )
        return registered.draft

    def attest(
        self,
        promise: Promise,
        milestones: Sequence[int],
        oracles: Sequence[SigningKey],
        header: bytes = SHORTEST_HEADER,
    ) -> Draft:
        """Prove milestones, each signed by the given oracles."""
        programme, token = promise.programme, promise.page.programme
        proofs = []
        for index in milestones:
            key = programme.milestones[index].id
            message = sig_structure(header, attestation_payload(token, 0, key, EVIDENCE))
            signed = sorted(
                (programme.oracles.index(o.hash), _attestation(key, o, header, message))
                for o in oracles
            )
            proofs.append(Proof(index, EVIDENCE, signed))
        script = self.scripts["programme"]
        return prove.prove(promise.programme_utxo, programme, proofs, script, NOW + LIFETIME)

    def release(self, promise: Promise, claims: Sequence[Claim], now: int = NOW) -> Draft:
        """Pay claims at ``now``, POSIX ms."""
        return release.release(
            schedule=promise.schedule_utxo,
            page=promise.page,
            vault_utxo=promise.vault_utxo,
            vault=promise.vault,
            programme=promise.programme_utxo,
            script=self.scripts["distribution"],
            claims=claims,
            valid_from=now,
            valid_until=now + LIFETIME,
        )

    def close(self, promise: Promise, ground: Ground, now: int) -> Draft:
        """Close the page at ``now``, POSIX ms."""
        token = next(iter(promise.schedule_utxo.output.value.assets))
        return reclaim.close_page(
            page=token,
            schedule=promise.schedule_utxo,
            vault=promise.vault_utxo,
            owner=self.purse,
            scripts=(self.scripts["distribution"], self.scripts["registry"]),
            ground=ground,
            programme=promise.programme_utxo,
            valid_from=now,
            valid_until=now + LIFETIME,
        )


def _attestation(
    milestone: bytes, oracle: SigningKey, header: bytes, message: bytes
) -> Attestation:
    signature = oracle.sign(message)
    key = oracle.verification_key
    return Attestation(
        milestone.decode(errors="replace"), EVIDENCE, oracle.hash, key, header, signature, 0
    )


def proven(programme: Programme, *indices: int) -> Programme:
    """The programme with these milestones proven, all if none is named."""
    return replace(
        programme,
        milestones=tuple(
            replace(m, evidence=EVIDENCE) if index in indices or not indices else m
            for index, m in enumerate(programme.milestones)
        ),
    )
