"""Kupo's patterns, and which of them covers which.

Source: Kupo's manual, "Patterns", and the definition of inclusion under ``GET /patterns``: x
includes y if all that y matches is matched by x too. Kupo lists patterns in hex, addresses too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from milestone_core.api import Address

_CREDENTIALS = re.compile(r"(\*|[0-9a-f]{56})/(\*|[0-9a-f]{56})")
_ASSETS = re.compile(r"([0-9a-f]{56})\.(\*|(?:[0-9a-f]{2}){0,32})")
_OUTPUTS = re.compile(r"(\*|\d{1,5})@([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Everything:
    """``*``: any output."""


@dataclass(frozen=True, slots=True)
class AtAddress:
    """An address that can be paid to today."""

    address: Address


@dataclass(frozen=True, slots=True)
class AtCredentials:
    """``payment/stake``, hashes in hex; None stands for ``*``. Byron addresses have neither."""

    payment: str | None
    stake: str | None

    @classmethod
    def of(cls, address: Address) -> AtCredentials:
        """The credentials of an address."""
        stake = None if address.stake is None else address.stake.hash.hex()
        return cls(address.payment.hash.hex(), stake)


@dataclass(frozen=True, slots=True)
class WithAsset:
    """``policy.name`` in hex; a name of None stands for ``*``."""

    policy: str
    name: str | None


@dataclass(frozen=True, slots=True)
class OfTransaction:
    """``index@transaction``; an index of None stands for ``*``."""

    transaction: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A pattern that is not looked into (Byron, stake, metadata): it covers its like only."""

    text: str


Pattern = Everything | AtAddress | AtCredentials | WithAsset | OfTransaction | Unread


def parse_pattern(text: str) -> Pattern:
    """A pattern from its text, as it is written by us or listed by Kupo."""
    if text == "*":
        return Everything()
    lowered = text.lower()
    if found := _CREDENTIALS.fullmatch(lowered):
        return AtCredentials(_unless_any(found[1]), _unless_any(found[2]))
    if found := _ASSETS.fullmatch(lowered):
        return WithAsset(found[1], _unless_any(found[2]))
    if found := _OUTPUTS.fullmatch(lowered):
        return OfTransaction(found[2], None if found[1] == "*" else int(found[1]))
    address = _address(text)
    return Unread(text) if address is None else AtAddress(address)


def covers(wide: Pattern, narrow: Pattern) -> bool:
    """Whether all that ``narrow`` matches is matched by ``wide`` too.

    As in Kupo, ``*/*`` counts as covering every asset and output: what it misses lies at Byron
    addresses, where no contract's output can lie.
    """
    match wide, narrow:
        case Everything(), _:
            return True
        case AtCredentials(None, None), _:
            return not isinstance(narrow, Everything | Unread)
        case AtCredentials(), AtCredentials(payment, stake):
            return wide.payment in (None, payment) and wide.stake in (None, stake)
        case AtCredentials(), AtAddress(address):
            return covers(wide, AtCredentials.of(address))
        case WithAsset(policy, None), WithAsset():
            return policy == narrow.policy
        case OfTransaction(transaction, None), OfTransaction():
            return transaction == narrow.transaction
    return wide == narrow


def _unless_any(part: str) -> str | None:
    return None if part == "*" else part


def _address(text: str) -> Address | None:
    try:
        return Address.from_bytes(bytes.fromhex(text))
    except ValueError:
        pass
    try:
        return Address.parse(text)
    except ValueError:
        return None
