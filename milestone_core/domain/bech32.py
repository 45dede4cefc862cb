"""Bech32 (BIP-173) without its length limit, as Cardano uses it (CIP-5, CIP-19)."""

from __future__ import annotations

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _regroup(values: list[int], width: int, into: int, *, pad: bool) -> list[int]:
    accumulator = bits = 0
    groups: list[int] = []
    for value in values:
        accumulator = accumulator << width | value
        bits += width
        while bits >= into:
            bits -= into
            groups.append(accumulator >> bits & (1 << into) - 1)
    rest = accumulator & (1 << bits) - 1
    if pad and bits:
        groups.append(rest << into - bits)
    elif not pad and (bits >= width or rest):
        raise ValueError("the padding is not zero")
    return groups


def encode(prefix: str, payload: bytes) -> str:
    """The bech32 text of ``payload`` under the human-readable ``prefix``."""
    data = _regroup(list(payload), 8, 5, pad=True)
    checksum = _polymod(_expand(prefix) + data + [0] * _CHECKSUM_LENGTH) ^ 1
    data += [checksum >> 5 * (5 - i) & 31 for i in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in data)


def decode(text: str) -> tuple[str, bytes]:
    """Prefix and payload of a bech32 text.

    :raises ValueError: mixed case, a foreign character, a wrong checksum or padding.
    """
    if text.lower() != text and text.upper() != text:
        raise ValueError("it mixes upper and lower case")
    prefix, separator, body = text.lower().rpartition("1")
    if not separator or not prefix or len(body) < _CHECKSUM_LENGTH:
        raise ValueError("it is not bech32")
    if any(not 33 <= ord(c) <= 126 for c in prefix):
        raise ValueError("its prefix has a character that bech32 does not allow")
    foreign = [c for c in body if c not in _VALUES]
    if foreign:
        raise ValueError(f"{foreign[0]!r} is not a bech32 character")
    data = [_VALUES[c] for c in body]
    if _polymod(_expand(prefix) + data) != 1:
        raise ValueError("its checksum is wrong: a character was mistyped or lost")
    return prefix, bytes(_regroup(data[:-_CHECKSUM_LENGTH], 5, 8, pad=False))
