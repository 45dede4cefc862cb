"""A transaction among its surroundings: what all rules look at, worked out once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .accounts import AccountBook
from .addresses import payment_credential, reward_credential
from .model import (
    Certificate,
    CertificateKind,
    Language,
    Pointer,
    Purpose,
    Script,
    Transaction,
    TxIn,
    TxOut,
    blake2b_224,
)
from .state import Environment, LedgerView, UtxoView


class ScriptNeed(NamedTuple):
    """A script that must agree to the transaction, and where its redeemer would point."""

    pointer: Pointer
    script_hash: bytes


@dataclass(frozen=True)
class Surroundings:
    """A transaction and the outputs that it names; what phase 2 needs, and a part of phase 1.

    Outputs that do not exist are left out: the rule about inputs reports them.
    """

    transaction: Transaction
    utxo: UtxoView
    environment: Environment

    @cached_property
    def spent(self) -> dict[TxIn, TxOut]:
        """The inputs in the ledger's order, with their outputs."""
        return self._resolve(sorted(self.transaction.body.inputs))

    @cached_property
    def collateral(self) -> dict[TxIn, TxOut]:
        """The collateral inputs with their outputs."""
        return self._resolve(self.transaction.body.collateral)

    @cached_property
    def referenced(self) -> dict[TxIn, TxOut]:
        """The reference inputs with their outputs."""
        return self._resolve(self.transaction.body.reference_inputs)

    def _resolve(self, references: Iterable[TxIn]) -> dict[TxIn, TxOut]:
        found = ((reference, self.utxo.get(reference)) for reference in references)
        return {reference: output for reference, output in found if output is not None}

    @cached_property
    def policies(self) -> list[bytes]:
        """The policies that mint or burn, in the ledger's order."""
        return sorted({asset.policy for asset in self.transaction.body.mint})

    @cached_property
    def withdrawing(self) -> list[bytes]:
        """The reward accounts in the ledger's order: by network, scripts before keys."""
        return sorted(
            self.transaction.body.withdrawals,
            key=lambda account: (account[0] & 0x0F, reward_credential(account)),
        )

    @cached_property
    def witness_scripts(self) -> dict[bytes, Script]:
        """Scripts among the witnesses, by hash."""
        return {script.hash: script for script in self.transaction.witnesses.scripts}

    @cached_property
    def reference_scripts(self) -> dict[bytes, Script]:
        """Scripts that inputs and reference inputs carry, by hash."""
        carriers = [*self.spent.values(), *self.referenced.values()]
        return {out.script.hash: out.script for out in carriers if out.script is not None}

    @cached_property
    def scripts(self) -> dict[bytes, Script]:
        """All scripts that the transaction provides, by hash."""
        return self.reference_scripts | self.witness_scripts

    @cached_property
    def needs(self) -> list[ScriptNeed]:
        """All scripts that must agree (``getConwayScriptsNeeded``)."""
        return [*self._spending(), *self._minting(), *self._publishing(), *self._withdrawals()]

    @cached_property
    def plutus_needs(self) -> list[ScriptNeed]:
        """The needs that a provided Plutus script answers."""
        scripts = self.scripts
        return [
            n for n in self.needs if n.script_hash in scripts and scripts[n.script_hash].is_plutus
        ]

    @cached_property
    def languages(self) -> set[Language]:
        """The languages of the Plutus scripts that run."""
        return {self.scripts[need.script_hash].language for need in self.plutus_needs}

    @cached_property
    def plutus_inputs(self) -> list[tuple[Pointer, TxIn, Language]]:
        """The inputs that a provided Plutus script locks, with its language."""
        references = sorted(self.transaction.body.inputs)
        return [
            (need.pointer, references[need.pointer.index], self.scripts[need.script_hash].language)
            for need in self.plutus_needs
            if need.pointer.purpose is Purpose.SPEND
        ]

    def _spending(self) -> Iterable[ScriptNeed]:
        for index, reference in enumerate(sorted(self.transaction.body.inputs)):
            output = self.spent.get(reference)
            credential = payment_credential(output.address) if output is not None else None
            if credential is not None and not credential.is_key:
                yield ScriptNeed(Pointer(Purpose.SPEND, index), credential.hash)

    def _minting(self) -> Iterable[ScriptNeed]:
        for index, policy in enumerate(self.policies):
            yield ScriptNeed(Pointer(Purpose.MINT, index), policy)

    def _publishing(self) -> Iterable[ScriptNeed]:
        for index, certificate in enumerate(self.transaction.body.certificates):
            credential = certificate.credential
            if credential is not None and not credential.is_key and needs_witness(certificate):
                yield ScriptNeed(Pointer(Purpose.PUBLISH, index), credential.hash)

    def _withdrawals(self) -> Iterable[ScriptNeed]:
        for index, account in enumerate(self.withdrawing):
            credential = reward_credential(account)
            if not credential.is_key:
                yield ScriptNeed(Pointer(Purpose.WITHDRAW, index), credential.hash)


@dataclass(frozen=True)
class Context(Surroundings):
    """The surroundings, with the state of the accounts: what the rules of phase 1 look at."""

    state: LedgerView

    @cached_property
    def signers(self) -> set[bytes]:
        """The hashes of the keys that signed."""
        return {blake2b_224(witness.key) for witness in self.transaction.witnesses.keys}

    @cached_property
    def book(self) -> AccountBook:
        """What the transaction does to the reward accounts."""
        book = AccountBook(self.state, self.environment)
        book.withdraw(self.transaction.body.withdrawals)
        book.follow(self.transaction.body.certificates)
        return book


def needs_witness(certificate: Certificate) -> bool:
    """Whether a certificate's credential must agree: not for the registration of Shelley."""
    return certificate.kind is not CertificateKind.STAKE_REGISTRATION
