"""Addresses from text, in every form that Ogmios and Kupo accept."""

from __future__ import annotations

from binascii import unhexlify

from milestone_devnet.ledger.addresses import bech32, is_address

_BECH32 = {character: i for i, character in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_BASE58 = {
    character: i
    for i, character in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_CHECKSUM = 6
_LONGEST = 512


def bech32_decode(text: str) -> tuple[str, bytes]:
    """Prefix and payload (CIP-5).

    :raises ValueError: it is not the bech32 text of anything.
    """
    lower = text.lower()
    prefix, _, body = lower.rpartition("1")
    if text not in (lower, text.upper()) or len(body) < _CHECKSUM or len(text) > _LONGEST:
        raise ValueError("not bech32")
    number = 0
    for character in body[:-_CHECKSUM]:
        if character not in _BECH32:
            raise ValueError("not bech32")
        number = number << 5 | _BECH32[character]
    bits = 5 * (len(body) - _CHECKSUM)
    payload = (number >> bits % 8).to_bytes(bits // 8, "big")
    # Encoding again checks checksum, padding and prefix at once.
    if bech32(prefix, payload) != lower:
        raise ValueError("not bech32")
    return prefix, payload


def base58_decode(text: str) -> bytes:
    """The bytes of a base58 text, as Byron addresses are written.

    :raises ValueError: a foreign character, or too long to be an address.
    """
    if not text or len(text) > _LONGEST or any(c not in _BASE58 for c in text):
        raise ValueError("not base58")
    number = 0
    for character in text:
        number = number * 58 + _BASE58[character]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def address_bytes(text: str) -> bytes:
    """A payment address from bech32, base58 (Byron) or hex.

    :raises ValueError: it is none of them.
    """
    for decode in (_from_bech32, unhexlify, _from_base58):
        try:
            address = decode(text)
        except ValueError:
            continue
        if is_address(address):
            return address
    raise ValueError("not an address")


def _from_bech32(text: str) -> bytes:
    prefix, payload = bech32_decode(text)
    if prefix not in ("addr", "addr_test"):
        raise ValueError("not a payment address")
    return payload


def _from_base58(text: str) -> bytes:
    address = base58_decode(text)
    # Only Byron addresses are written so: [#6.24(payload), CRC-32].
    if address[:4] != b"\x82\xd8\x18\x58":
        raise ValueError("not a Byron address")
    return address
