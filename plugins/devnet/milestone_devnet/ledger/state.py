"""What the ledger knows before a transaction, and what the transaction changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .model import Credential, TxIn, TxOut
from .parameters import Parameters, SlotConfig


class UtxoView(Protocol):
    """The unspent outputs; a ``dict`` is one."""

    def get(self, reference: TxIn, /) -> TxOut | None:
        """The output, or ``None`` if it does not exist or is spent."""
        ...


class Account(NamedTuple):
    """A registered stake credential: the deposit it paid and its rewards, in lovelace."""

    deposit: int
    rewards: int = 0


class AccountView(Protocol):
    """The registered stake credentials; a ``dict`` is one."""

    def get(self, credential: Credential, /) -> Account | None:
        """The account, or ``None`` if the credential is not registered."""
        ...


class LedgerView(Protocol):
    """What a validation reads. ``LedgerState`` is one; so is an overlay of a mempool."""

    @property
    def utxo(self) -> UtxoView: ...

    @property
    def accounts(self) -> AccountView: ...


class AccountChange(NamedTuple):
    """An account before and after a transaction (``None``: not registered)."""

    before: Account | None
    after: Account | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a valid transaction does to the state.

    ``valid`` is the script-validity flag: if false, ``spent`` is the collateral and
    ``produced`` at most the collateral return. ``fee`` is what was taken, in lovelace.
    """

    transaction_id: bytes
    valid: bool
    spent: Mapping[TxIn, TxOut]
    produced: Mapping[TxIn, TxOut]
    fee: int
    accounts: Mapping[Credential, AccountChange] = field(default_factory=dict)


@dataclass(slots=True)
class LedgerState:
    """The state of the chain's ledger, changed by effects only."""

    utxo: dict[TxIn, TxOut] = field(default_factory=dict)
    accounts: dict[Credential, Account] = field(default_factory=dict)

    def apply(self, effect: Effect) -> None:
        """Do what a validated transaction does."""
        for reference in effect.spent:
            del self.utxo[reference]
        self.utxo.update(effect.produced)
        for credential, change in effect.accounts.items():
            self._set_account(credential, change.after)

    def undo(self, effect: Effect) -> None:
        """Undo ``apply``; effects are undone last first (a rollback)."""
        for reference in effect.produced:
            del self.utxo[reference]
        self.utxo.update(effect.spent)
        for credential, change in effect.accounts.items():
            self._set_account(credential, change.before)

    def _set_account(self, credential: Credential, account: Account | None) -> None:
        if account is None:
            self.accounts.pop(credential, None)
        else:
            self.accounts[credential] = account


@dataclass(frozen=True, slots=True)
class Environment:
    """What a validation is done in: ``slot`` is the current one; ``network_id`` 0 is a testnet."""

    parameters: Parameters
    slot: int
    slot_config: SlotConfig
    network_id: int = 0
