"""Shelley addresses and reward accounts (CIP-19), and how they are written (CIP-5)."""

from __future__ import annotations

from .model import Credential

_BYRON = 0b1000
_STAKE_KEY, _STAKE_SCRIPT = 0b1110, 0b1111
_PAYMENT_TYPES = range(0b1000)
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def is_byron(address: bytes) -> bool:
    """Whether the address is of the Byron era (a bootstrap address)."""
    return len(address) > 0 and address[0] >> 4 == _BYRON


def network_of(address: bytes) -> int:
    """The network id of a Shelley address or reward account."""
    return address[0] & 0x0F


def payment_credential(address: bytes) -> Credential | None:
    """Who may spend an output at the address; ``None`` for a Byron address."""
    if is_byron(address):
        return None
    return Credential(is_key=not address[0] >> 4 & 1, hash=address[1:29])


def stake_part(address: bytes) -> Credential | tuple[int, int, int] | None:
    """The stake part of a Shelley address: a credential, a pointer or nothing."""
    kind = address[0] >> 4
    if kind < 4:
        return Credential(is_key=not kind >> 1 & 1, hash=address[29:57])
    return _pointer(address[29:]) if kind < 6 else None


def _pointer(data: bytes) -> tuple[int, int, int]:
    """Slot, transaction index and certificate index, each in groups of seven bits."""
    numbers = [0]
    for byte in data:
        numbers[-1] = numbers[-1] << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(0)
    slot, transaction, certificate, *_ = numbers
    return slot, transaction, certificate


def reward_credential(account: bytes) -> Credential:
    """The stake credential of a reward account."""
    return Credential(is_key=account[0] >> 4 == _STAKE_KEY, hash=account[1:29])


def is_shelley_address(address: bytes) -> bool:
    """Whether the bytes are an address of the Shelley era that an output may have.

    Base addresses have 57 bytes, enterprise addresses 29; pointer addresses (types 4 and 5)
    end in three numbers.
    """
    if not address:
        return False
    kind = address[0] >> 4
    if kind not in _PAYMENT_TYPES:
        return False
    if kind < 4:
        return len(address) == 57
    if kind >= 6:
        return len(address) == 29
    pointer = address[29:]
    return sum(byte < 0x80 for byte in pointer) == 3 and pointer[-1] < 0x80


def is_reward_account(account: bytes) -> bool:
    """Whether the bytes are a reward account."""
    return len(account) == 29 and account[0] >> 4 in (_STAKE_KEY, _STAKE_SCRIPT)


def address_text(address: bytes) -> str:
    """An address or reward account as people write it: bech32, or base58 for Byron."""
    if is_byron(address):
        return _base58(address)
    prefix = "stake" if address[0] >> 4 in (_STAKE_KEY, _STAKE_SCRIPT) else "addr"
    return bech32(prefix if network_of(address) == 1 else prefix + "_test", address)


def bech32(prefix: str, payload: bytes) -> str:
    """Encode by BIP-173, without its limit of 90 characters (CIP-5)."""
    words = _five_bit_words(payload)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod([*expanded, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(_CHARSET[word] for word in words)


def _five_bit_words(payload: bytes) -> list[int]:
    bits = len(payload) * 8
    count = -(-bits // 5)
    number = int.from_bytes(payload, "big") << count * 5 - bits
    return [number >> 5 * (count - 1 - i) & 31 for i in range(count)]


def _polymod(words: list[int]) -> int:
    checksum = 1
    for word in words:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ word
        for i, generator in enumerate(_GENERATOR):
            if top >> i & 1:
                checksum ^= generator
    return checksum


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text
