"""Kupo's patterns: from text, to text, to a condition in SQL, and which includes which.

Source: Kupo's manual, section "Patterns", and its parser.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Callable
from dataclasses import dataclass

from milestone_devnet.ledger.addresses import is_byron
from milestone_devnet.ledger.model import blake2b_224
from milestone_devnet.text import address_bytes, bech32_decode

Condition = tuple[str, tuple[bytes | int, ...]]

_KEY_PREFIXES = ("vk", "addr_vk", "stake_vk")
_HASH_PREFIXES = ("vkh", "addr_vkh", "stake_vkh", "script")
_HASH, _KEY, _TRANSACTION_ID = 28, 32, 32
_MAX_ASSET_NAME = 32
_LABEL = re.compile(r"\{(\d{1,20})\}", re.ASCII)
_INDEX = re.compile(r"\d{1,5}", re.ASCII)

# Columns are those of the table "outputs", named in full because it stands in joins. The first
# byte of an address tells its kind: Byron is 8, delegation by a credential 0 to 3.
_SHELLEY = "outputs.address < x'80'"
_PAYMENT = f"({_SHELLEY} AND substr(outputs.address, 2, 28) = ?)"
_DELEGATION = "(outputs.address < x'40' AND substr(outputs.address, 30, 28) = ?)"
_BY_ASSET = (
    "(outputs.transaction_id, outputs.output_index) IN"
    " (SELECT transaction_id, output_index FROM assets WHERE {})"
)


class InvalidPattern(ValueError):
    """The text is no pattern."""


@dataclass(frozen=True, slots=True)
class AnyOutput:
    """``*``, or ``*/*`` without Byron addresses."""

    byron: bool

    def __str__(self) -> str:
        return "*" if self.byron else "*/*"

    def condition(self) -> Condition:
        return ("TRUE" if self.byron else _SHELLEY), ()


@dataclass(frozen=True, slots=True)
class AtAddress:
    """A whole address."""

    address: bytes

    def __str__(self) -> str:
        return self.address.hex()

    def condition(self) -> Condition:
        return "outputs.address = ?", (self.address,)


@dataclass(frozen=True, slots=True)
class AtCredentials:
    """``payment/delegation``; None is a wildcard, and at least one is given."""

    payment: bytes | None
    delegation: bytes | None

    def __str__(self) -> str:
        parts = (self.payment, self.delegation)
        return "/".join("*" if part is None else part.hex() for part in parts)

    def condition(self) -> Condition:
        parts = ((_PAYMENT, self.payment), (_DELEGATION, self.delegation))
        given = [(sql, value) for sql, value in parts if value is not None]
        return " AND ".join(sql for sql, _ in given), tuple(value for _, value in given)


@dataclass(frozen=True, slots=True)
class WithAsset:
    """``policy.name``; a name of None is a wildcard."""

    policy: bytes
    name: bytes | None

    def __str__(self) -> str:
        return f"{self.policy.hex()}.{'*' if self.name is None else self.name.hex()}"

    def condition(self) -> Condition:
        if self.name is None:
            return _BY_ASSET.format("policy = ?"), (self.policy,)
        return _BY_ASSET.format("policy = ? AND name = ?"), (self.policy, self.name)


@dataclass(frozen=True, slots=True)
class OfTransaction:
    """``index@transaction``; an index of None is a wildcard."""

    transaction_id: bytes
    index: int | None

    def __str__(self) -> str:
        return f"{'*' if self.index is None else self.index}@{self.transaction_id.hex()}"

    def condition(self) -> Condition:
        if self.index is None:
            return "outputs.transaction_id = ?", (self.transaction_id,)
        return (
            "outputs.transaction_id = ? AND outputs.output_index = ?",
            (self.transaction_id, self.index),
        )


@dataclass(frozen=True, slots=True)
class WithLabel:
    """``{label}``: outputs of transactions whose metadata has a label. It only serves to index."""

    label: int

    def __str__(self) -> str:
        return f"{{{self.label}}}"

    def condition(self) -> Condition:
        return (
            "outputs.transaction_id IN (SELECT transaction_id FROM labels WHERE label = ?)",
            (self.label.to_bytes(8, "big"),),
        )


Pattern = AnyOutput | AtAddress | AtCredentials | WithAsset | OfTransaction | WithLabel
WILDCARD = AnyOutput(byron=True)


def parse(text: str) -> Pattern:
    """A pattern from its text.

    :raises InvalidPattern: it is none.
    """
    if text == "*":
        return WILDCARD
    if label := _LABEL.fullmatch(text):
        return _by_label(int(label[1]))
    for separator, read in _COMPOUNDS:
        if separator in text:
            left, _, right = text.partition(separator)
            try:
                return read(left, right)
            except ValueError:
                raise InvalidPattern(text) from None
    return _address(text)


def includes(wide: Pattern, narrow: Pattern) -> bool:
    """Whether all that ``narrow`` matches is matched by ``wide`` too, as Kupo answers it."""
    if wide in (WILDCARD, narrow):
        return True
    match wide, narrow:
        case AnyOutput(), AtAddress(address):
            return not is_byron(address)
        case AnyOutput(), _:
            return narrow != WILDCARD
        case AtCredentials(payment, delegation), AtAddress(address):
            own = AtCredentials(*_credentials(address))
            return _covers(payment, own.payment) and _covers(delegation, own.delegation)
        case AtCredentials(), AtCredentials():
            return _covers(wide.payment, narrow.payment) and _covers(
                wide.delegation, narrow.delegation
            )
        case WithAsset(policy, None), WithAsset(other, _):
            return policy == other
        case OfTransaction(transaction_id, None), OfTransaction(other, _):
            return transaction_id == other
    return False


def overlap(one: Pattern, other: Pattern) -> bool:
    """Whether an output may match both, as Kupo judges it before it deletes matches.

    Kupo only compares patterns of one kind, so not an address with an asset.
    """
    if isinstance(one, AnyOutput) or isinstance(other, AnyOutput):
        return True
    match one, other:
        case AtCredentials(), AtCredentials():
            pairs = ((one.payment, other.payment), (one.delegation, other.delegation))
            return any(a is not None and a == b for a, b in pairs)
    return includes(one, other) or includes(other, one)


def _covers(wide: bytes | None, narrow: bytes | None) -> bool:
    return wide is None or wide == narrow


def _credentials(address: bytes) -> tuple[bytes | None, bytes | None]:
    if is_byron(address):
        return None, None
    return address[1:29], address[29:57] if address[0] < 0x40 else None


def _address(text: str) -> Pattern:
    try:
        return AtAddress(address_bytes(text))
    except ValueError:
        pass
    try:
        prefix, account = bech32_decode(text)
    except ValueError:
        raise InvalidPattern(text) from None
    if prefix not in ("stake", "stake_test") or len(account) != 1 + _HASH:
        raise InvalidPattern(text)
    return AtCredentials(None, account[1:])


def _by_label(label: int) -> Pattern:
    if label >= 1 << 64:
        raise InvalidPattern(str(label))
    return WithLabel(label)


def _by_credentials(payment: str, delegation: str) -> Pattern:
    if payment == delegation == "*":
        return AnyOutput(byron=False)
    return AtCredentials(_credential(payment), _credential(delegation))


def _credential(text: str) -> bytes | None:
    """A key hash or script hash, or the hash of the key that is given; None for ``*``."""
    if text == "*":
        return None
    try:
        prefix, data = "", unhexlify(text)
    except ValueError:
        prefix, data = bech32_decode(text)
    if len(data) == _HASH and prefix in ("", *_HASH_PREFIXES):
        return data
    if len(data) == _KEY and prefix in ("", *_KEY_PREFIXES):
        return blake2b_224(data)
    raise InvalidPattern(text)


def _by_reference(index: str, transaction_id: str) -> Pattern:
    if index == "*":
        return OfTransaction(_hex(transaction_id, _TRANSACTION_ID), None)
    if not _INDEX.fullmatch(index) or int(index) > 65_535:
        raise InvalidPattern(index)
    return OfTransaction(_hex(transaction_id, _TRANSACTION_ID), int(index))


def _by_asset(policy: str, name: str) -> Pattern:
    policy_id = _hex(policy, _HASH)
    if name == "*":
        return WithAsset(policy_id, None)
    asset_name = unhexlify(name)
    if len(asset_name) > _MAX_ASSET_NAME:
        raise InvalidPattern(name)
    return WithAsset(policy_id, asset_name)


def _hex(text: str, length: int) -> bytes:
    data = unhexlify(text)
    if len(data) != length:
        raise InvalidPattern(text)
    return data


_COMPOUNDS: tuple[tuple[str, Callable[[str, str], Pattern]], ...] = (
    ("/", _by_credentials),
    ("@", _by_reference),
    (".", _by_asset),
)
