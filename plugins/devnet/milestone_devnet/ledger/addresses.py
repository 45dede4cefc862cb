"""Shelley addresses and reward accounts (CIP-19), and how they are written (CIP-5)."""

from __future__ import annotations

from .byron import byron_address
from .cbor import Malformed
from .model import Credential

_BYRON = 0b1000_0010
# Of the header of a Shelley address or reward account, only these bits may be set.
_SHELLEY_HEADER = 0b0111_0001
_REWARD_HEADERS = (0b1110_0000, 0b1110_0001, 0b1111_0000, 0b1111_0001)
# Slot, index of the transaction and of the certificate: 32, 16 and 16 bits, 7 of them in a byte.
_POINTER_SIZES = ((5, 2**32), (3, 2**16), (3, 2**16))
_STAKE_KEY, _STAKE_SCRIPT = 0b1110, 0b1111
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def is_byron(address: bytes) -> bool:
    """Whether the address is of the Byron era (a bootstrap address)."""
    return len(address) > 0 and address[0] == _BYRON


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
    slot, transaction, certificate = (number for _, number in _numbers(data))
    return slot, transaction, certificate


def _numbers(data: bytes) -> list[tuple[int, int]]:
    """How many bytes each number takes, and the number; one that does not end is left out."""
    numbers, length, number = [], 0, 0
    for byte in data:
        length, number = length + 1, number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append((length, number))
            length, number = 0, 0
    return numbers


def reward_credential(account: bytes) -> Credential:
    """The stake credential of a reward account."""
    return Credential(is_key=account[0] >> 4 == _STAKE_KEY, hash=account[1:29])


def is_shelley_address(address: bytes) -> bool:
    """Whether the bytes are an address of the Shelley era that an output may have.

    Base addresses have 57 bytes, enterprise addresses 29; pointer addresses (types 4 and 5)
    end in three numbers.
    """
    if not address or address[0] & ~_SHELLEY_HEADER:
        return False
    kind = address[0] >> 4
    if kind < 4:
        return len(address) == 57
    if kind >= 6:
        return len(address) == 29
    numbers = _numbers(address[29:])
    return (
        len(numbers) == len(_POINTER_SIZES)
        and sum(length for length, _ in numbers) == len(address) - 29
        and all(
            length <= longest and number < limit
            for (length, number), (longest, limit) in zip(numbers, _POINTER_SIZES, strict=True)
        )
    )


def is_address(address: bytes) -> bool:
    """Whether the bytes are an address that an output may have, of any era."""
    if not is_byron(address):
        return is_shelley_address(address)
    try:
        byron_address(address)
    except Malformed:
        return False
    return True


def is_reward_account(account: bytes) -> bool:
    """Whether the bytes are a reward account."""
    return len(account) == 29 and account[0] in _REWARD_HEADERS


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
