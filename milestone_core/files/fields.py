"""Fields of stored documents: domain values in their one JSON form.

Every value has exactly one spelling (lower-case hex, amounts as strings of base units, times as
POSIX ms), so that a document that is read and written again is the same document.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, TypeVar

from marshmallow import fields

from milestone_core.domain.address import HASH_LENGTH, Address
from milestone_core.domain.chain import ADA, AssetId
from milestone_core.domain.schedule import MAX_ID_BYTES, MAX_QUANTITY, TIME_LIMIT
from milestone_core.files.strict import Fixed, Invalid, required
from milestone_core.files.text import is_plain, is_slug, shown

MAX_ASSET_NAME_LENGTH = 32
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_QUANTITY = re.compile(r"0|[1-9][0-9]{0,18}")
_SAFE_INTEGER = 2**53 - 1
_DEEPEST_SETTING = 8

EnumT = TypeVar("EnumT", bound=Enum)


def _expect_text(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid("it is not a text", "write it in quotes")
    return value


class Version(Fixed):
    """The version of a document's form."""

    def __init__(self, number: int = 1) -> None:
        super().__init__(number)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if value is True or value != self.constant:
            raise Invalid(
                f"the form is version {shown(value)}, this program reads version {self.constant}",
                "a later version of this program may have written it",
            )
        return self.constant


class Kind(Fixed):
    """What a file says that it is."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if value != self.constant:
            raise Invalid(f"it is {shown(value)}", f"a file of kind {self.constant!r} is expected")
        return self.constant


class Hex(fields.Field[bytes]):
    """Bytes as lower-case hex, of one of the given lengths."""

    def __init__(self, lengths: range | tuple[int, ...], **options: Any) -> None:
        super().__init__(**required(**options))
        self.lengths = lengths

    def _serialize(self, value: bytes | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else value.hex()

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bytes:
        text = _expect_text(value)
        if not _HEX.fullmatch(text):
            raise Invalid("it is not lower-case hex", "two of 0-9 and a-f for each byte")
        if len(text) // 2 not in self.lengths:
            raise Invalid(f"it has {len(text) // 2} bytes", f"{self._wanted()} are expected")
        return bytes.fromhex(text)

    def _wanted(self) -> str:
        if isinstance(self.lengths, range):
            return f"{self.lengths[0]} to {self.lengths[-1]}"
        return " or ".join(str(length) for length in self.lengths)


class Whole(fields.Field[int]):
    """An integer between two bounds, both included. Booleans, floats and texts are none."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**required(**options))
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid("it is not a whole number", "write it without quotes and decimals")
        if not self.least <= value <= self.most:
            raise Invalid(
                f"it is not between {self.least} and {self.most}",
                f"write a number from {self.least} to {self.most}",
            )
        return value


class Flag(fields.Field[bool]):
    """A boolean, and nothing that could be taken for one."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise Invalid("it is neither true nor false", "write one of the two, without quotes")
        return value


def posix_ms(**options: Any) -> Whole:
    """A time as POSIX milliseconds, within what the contract takes."""
    return Whole(0, TIME_LIMIT - 1, **options)


class Quantity(fields.Field[int]):
    """An amount as a string of base units, at most 2^63-1; JSON numbers lose such digits."""

    def __init__(self, least: int = 0, **options: Any) -> None:
        super().__init__(**required(**options))
        self.least = least

    def _serialize(self, value: int | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        text = _expect_text(value)
        if not _QUANTITY.fullmatch(text) or not self.least <= int(text) <= MAX_QUANTITY:
            raise Invalid(
                f"{shown(text)} is not an amount in base units",
                f"a string of digits, {self.least} to 2^63-1",
            )
        return int(text)


class AddressText(fields.Field[Address]):
    """A base or enterprise address in bech32."""

    def _serialize(self, value: Address | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Address:
        text = _expect_text(value)
        try:
            address = Address.parse(text)
        except ValueError as error:
            raise Invalid(f"{shown(text)} is no address: {error}") from error
        if text != text.lower():  # bech32 leaves no other choice of spelling
            raise Invalid("the address is not in lower case")
        return address


class AssetText(fields.Field[AssetId]):
    """An asset as ``policy.name`` in hex, or ``lovelace`` where ADA is allowed."""

    def __init__(self, *, ada: bool = False, **options: Any) -> None:
        super().__init__(**required(**options))
        self.ada = ada

    def _serialize(self, value: AssetId | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> AssetId:
        text = _expect_text(value)
        if self.ada and text == str(ADA):
            return ADA
        policy, dot, name = text.partition(".")
        if not dot or not _HEX.fullmatch(policy) or not _HEX.fullmatch(name):
            raise Invalid(f"{shown(text)} is no id", "policy and name in hex, a dot between them")
        asset = AssetId(bytes.fromhex(policy), bytes.fromhex(name))
        if len(asset.policy) != HASH_LENGTH or len(asset.name) > MAX_ASSET_NAME_LENGTH:
            raise Invalid(f"{shown(text)} has a policy or a name of a wrong length")
        return asset


class Choice(fields.Field[EnumT]):
    """A member of an enumeration by its value."""

    def __init__(self, members: type[EnumT], **options: Any) -> None:
        super().__init__(**required(**options))
        self.members = members

    def _serialize(self, value: EnumT | None, *_args: Any, **_kwargs: Any) -> Any:
        return None if value is None else value.value

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> EnumT:
        for member in self.members:
            if member.value == value:
                return member
        known = ", ".join(str(member.value) for member in self.members)
        raise Invalid(f"{shown(value)} is not known here", f"known: {known}")


class Plain(fields.Field[str]):
    """A text of bounded length that can be shown in a terminal as it is."""

    def __init__(self, most: int, least: int = 0, **options: Any) -> None:
        super().__init__(**required(**options))
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        text = _expect_text(value)
        if not self.least <= len(text) <= self.most:
            raise Invalid(f"it has {len(text)} characters", f"{self.least} to {self.most} fit")
        if not is_plain(text):
            raise Invalid("it holds a character that cannot be printed", "remove it")
        return text


class Slug(fields.Field[str]):
    """A name: 1 to 64 letters, digits, ``-``, ``_`` and ``.``."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        text = _expect_text(value)
        if not is_slug(text):
            raise Invalid(
                f"{shown(text)} is not a name",
                "1 to 64 letters, digits, '-', '_' or '.', beginning with a letter or a digit",
            )
        return text


class MilestoneId(Plain):
    """A milestone's id: 1 to 32 bytes of UTF-8, without space at its ends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(MAX_ID_BYTES, 1, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        identifier = super()._deserialize(value, *args, **kwargs)
        size = len(identifier.encode())
        if size > MAX_ID_BYTES:
            raise Invalid(f"it has {size} bytes in UTF-8", f"use 1 to {MAX_ID_BYTES} bytes")
        if identifier != identifier.strip():
            raise Invalid("it begins or ends with a space", "remove the space")
        return identifier


class Settings(fields.Field[dict[str, Any]]):
    """A policy's settings: texts, booleans, whole numbers, lists and tables of these.

    Floats, dates and numbers above 2^53 have no one spelling in canonical JSON (RFC 8785), and
    the settings are bound by the hash of that.
    """

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(
                "it is not a table of keys and values", "write its keys, each with a value"
            )
        _check_setting(value, "", _DEEPEST_SETTING)
        return value


def _check_setting(value: object, place: str, depth: int) -> None:
    if depth == 0:
        raise Invalid(f"{place} is nested too deeply", f"{_DEEPEST_SETTING} levels are read")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii() or not is_plain(key):
                raise Invalid(f"the key {shown(key)} is not plain ASCII", "rename it")
            _check_setting(inner, f"{place}.{key}".lstrip("."), depth - 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_setting(inner, f"{place}[{index}]", depth - 1)
    elif isinstance(value, str):
        if not is_plain(value):
            raise Invalid(f"{place} holds a character that cannot be printed", "remove it")
    elif not isinstance(value, int):
        raise Invalid(f"{place} is neither text, boolean nor whole number", "write it as a text")
    elif abs(value) > _SAFE_INTEGER:
        raise Invalid(f"{place} is a number beyond 2^53", "write it as a text")
