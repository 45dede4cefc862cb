"""What the ledger knows before a transaction, and what the transaction changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

from .model import Anchor, Credential, Representative, TxIn, TxOut
from .parameters import Parameters, SlotConfig


class UtxoView(Protocol):
    """The unspent outputs; a ``dict`` is one."""

    def get(self, reference: TxIn, /) -> TxOut | None:
        """The output, or ``None`` if it does not exist or is spent."""
        ...


class Account(NamedTuple):
    """A registered stake credential: the deposit it paid and its rewards, in lovelace.

    ``pool`` and ``representative`` are what it delegates its stake and its vote to.
    """

    deposit: int
    rewards: int = 0
    pool: bytes | None = None
    representative: Representative | None = None


class Mandate(NamedTuple):
    """A registered delegate representative: the deposit it paid, and what it says of itself."""

    deposit: int
    anchor: Anchor | None = None


class AccountView(Protocol):
    """The registered stake credentials; a ``dict`` is one."""

    def get(self, credential: Credential, /) -> Account | None:
        """The account, or ``None`` if the credential is not registered."""
        ...

    def items(self) -> Iterable[tuple[Credential, Account]]:
        """All of them."""
        ...


class RepresentativeView(Protocol):
    """The registered delegate representatives; a ``dict`` is one."""

    def get(self, credential: Credential, /) -> Mandate | None:
        """The mandate, or ``None`` if the representative is not registered."""
        ...


class LedgerView(Protocol):
    """What a validation reads. ``LedgerState`` is one; so is an overlay of a mempool."""

    @property
    def utxo(self) -> UtxoView: ...

    @property
    def accounts(self) -> AccountView: ...

    @property
    def representatives(self) -> RepresentativeView: ...


Registered = TypeVar("Registered", Account, Mandate)


class Change(NamedTuple, Generic[Registered]):
    """An account or mandate before and after a transaction (``None``: not registered)."""

    before: Registered | None
    after: Registered | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a valid transaction does to the state.

    ``valid`` is the script-validity flag: if false, ``spent`` is the collateral and
    ``produced`` at most the collateral return. ``fee`` is what was taken, in lovelace.
    ``reference_scripts_size`` are the bytes of reference scripts, of which a block bears so many.
    """

    transaction_id: bytes
    valid: bool
    spent: Mapping[TxIn, TxOut]
    produced: Mapping[TxIn, TxOut]
    fee: int
    accounts: Mapping[Credential, Change[Account]] = field(default_factory=dict)
    representatives: Mapping[Credential, Change[Mandate]] = field(default_factory=dict)
    reference_scripts_size: int = 0


@dataclass(slots=True)
class LedgerState:
    """The state of the chain's ledger, changed by effects only."""

    utxo: dict[TxIn, TxOut] = field(default_factory=dict)
    accounts: dict[Credential, Account] = field(default_factory=dict)
    representatives: dict[Credential, Mandate] = field(default_factory=dict)

    def apply(self, effect: Effect) -> None:
        """Do what a validated transaction does."""
        for reference in effect.spent:
            del self.utxo[reference]
        self.utxo.update(effect.produced)
        for credential, change in effect.accounts.items():
            set_or_remove(self.accounts, credential, change.after)
        for credential, mandate in effect.representatives.items():
            set_or_remove(self.representatives, credential, mandate.after)

    def undo(self, effect: Effect) -> None:
        """Undo ``apply``; effects are undone last first (a rollback)."""
        for reference in effect.produced:
            del self.utxo[reference]
        self.utxo.update(effect.spent)
        for credential, change in effect.accounts.items():
            set_or_remove(self.accounts, credential, change.before)
        for credential, mandate in effect.representatives.items():
            set_or_remove(self.representatives, credential, mandate.before)


def set_or_remove(
    registered: dict[Credential, Registered], credential: Credential, value: Registered | None
) -> None:
    """Set what is registered under a credential; ``None`` removes it."""
    if value is None:
        registered.pop(credential, None)
    else:
        registered[credential] = value


@dataclass(frozen=True, slots=True)
class Environment:
    """What a validation is done in: ``slot`` is the current one; ``network_id`` 0 is a testnet.

    ``pools`` are the stake pools that exist, ``treasury`` (lovelace) is what has been collected
    for all; no transaction of this ledger changes them. Beyond the slot ``horizon`` nobody knows
    what time a slot has.
    """

    parameters: Parameters
    slot: int
    slot_config: SlotConfig
    network_id: int = 0
    pools: frozenset[bytes] = frozenset()
    treasury: int = 0
    horizon: int | None = None
