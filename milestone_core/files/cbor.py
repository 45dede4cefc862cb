"""The little CBOR (RFC 8949) that signatures are made of, read strictly.

A general decoder makes dates, fractions and patterns of tags, and trusts lengths; what strangers
hand in is read by this one, which knows integers, bytes, text, lists, maps, and the simple values.
"""

from __future__ import annotations

from dataclasses import dataclass

_DEEPEST = 8
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_BREAK = 0xFF
_INDEFINITE = 31

Item = int | bytes | str | bool | None | list["Item"] | dict["Item", "Item"]


class NotCbor(ValueError):
    """The bytes are no such CBOR; the message says why."""


@dataclass(slots=True)
class _Reader:
    raw: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        if count > len(self.raw) - self.at:
            raise NotCbor("it ends too early")
        self.at += count
        return self.raw[self.at - count : self.at]

    def item(self, depth: int = 0) -> Item:
        if depth > _DEEPEST:
            raise NotCbor("it is nested too deeply")
        (first,) = self.take(1)
        major, info = first >> 5, first & 31
        if major == 7:
            if info not in _SIMPLE:
                raise NotCbor("it holds a number that is not whole, or an unknown value")
            return _SIMPLE[info]
        if info == _INDEFINITE:
            return self._indefinite(major, depth)
        argument = self._argument(info)
        match major:
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self.take(argument)
            case 3:
                return self._text(self.take(argument))
            case 4:
                self._plausible(argument)
                return [self.item(depth + 1) for _ in range(argument)]
            case 5:
                self._plausible(argument)
                return self._map([self._pair(depth) for _ in range(argument)])
        raise NotCbor(f"it holds the tag {argument}")

    def _argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise NotCbor("a length is malformed")
        return int.from_bytes(self.take(1 << info - 24), "big")

    def _plausible(self, count: int) -> None:
        if count > len(self.raw) - self.at:  # every item takes a byte at least
            raise NotCbor("it ends too early")

    def _indefinite(self, major: int, depth: int) -> Item:
        if major in (2, 3):
            chunks = b""
            while not self._ended():
                (first,) = self.take(1)
                if first >> 5 != major or first & 31 == _INDEFINITE:
                    raise NotCbor("a text in pieces is malformed")
                chunks += self.take(self._argument(first & 31))
            return chunks if major == 2 else self._text(chunks)
        if major == 4:
            items: list[Item] = []
            while not self._ended():
                items.append(self.item(depth + 1))
            return items
        if major == 5:
            pairs: list[tuple[Item, Item]] = []
            while not self._ended():
                pairs.append(self._pair(depth))
            return self._map(pairs)
        raise NotCbor("a length is malformed")

    def _ended(self) -> bool:
        if self.at < len(self.raw) and self.raw[self.at] == _BREAK:
            self.at += 1
            return True
        return False

    def _pair(self, depth: int) -> tuple[Item, Item]:
        key = self.item(depth + 1)
        return key, self.item(depth + 1)

    @staticmethod
    def _map(pairs: list[tuple[Item, Item]]) -> Item:
        made: dict[Item, Item] = {}
        for key, value in pairs:
            if isinstance(key, list | dict):
                raise NotCbor("a map has a list or a map as a key")
            if key in made:
                raise NotCbor("a map has a key twice")
            made[key] = value
        return made

    @staticmethod
    def _text(raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise NotCbor("a text is not UTF-8") from error


def decode(raw: bytes) -> Item:
    """The one item that ``raw`` is.

    :raises NotCbor: it is something else, or something more.
    """
    reader = _Reader(raw)
    item = reader.item()
    if reader.at != len(raw):
        raise NotCbor("bytes are left over")
    return item
