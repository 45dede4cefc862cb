"""Breaking answers without harm to the head of an HTTP answer or of a WebSocket frame."""

from __future__ import annotations

# Without these characters there is no object, array, string, true, false or null.
_TABLE = bytes.maketrans(b'"[]{}ntl', b"'<>()~~~")
_END_OF_HEADERS = b"\r\n\r\n"
_HTTP = b"HTTP/"
_UPGRADED = b"HTTP/1.1 101 "
_TEXT_OR_CONTINUATION = (0, 1)


def is_http_head(data: bytes) -> bool:
    """Whether this is the head of an HTTP answer, whose body is written later."""
    return data.startswith(_HTTP) and data.endswith(_END_OF_HEADERS)


def first_half(data: bytes) -> bytes:
    """The first half of an answer; of HTTP, its head and the first half of its body.

    A head that breaks off is no failure to some clients, which take it for a whole answer.
    """
    head, separator, body = data.partition(_END_OF_HEADERS)
    if not data.startswith(_HTTP):
        head, separator, body = b"", b"", data
    return head + separator + body[: len(body) // 2]


class Garbler:
    """Follows what one connection sends, so that it knows bodies from headers and frame heads."""

    def __init__(self) -> None:
        self._upgraded = False
        self._payload_left = 0
        self._payload_is_text = False

    def garbled(self, data: bytes, *, active: bool) -> bytes:
        """The bytes to send instead, the same number; unchanged where not ``active``."""
        if self._upgraded:
            return self._frames(data, active=active)
        self._upgraded = data.startswith(_UPGRADED)
        if self._upgraded or not active:
            return data
        if not data.startswith(_HTTP):
            return data.translate(_TABLE)
        headers, separator, body = data.partition(_END_OF_HEADERS)
        return headers + separator + body.translate(_TABLE)

    def _frames(self, data: bytes, *, active: bool) -> bytes:
        """WebSocket frames (RFC 6455, 5.2). Those of a server have no mask."""
        sent, position = bytearray(), 0
        while position < len(data):
            if not self._payload_left:
                end = self._head(data, position)
                sent += data[position:end]
                position = end
            part = data[position : position + self._payload_left]
            sent += part.translate(_TABLE) if active and self._payload_is_text else part
            position += len(part)
            self._payload_left -= len(part)
        return bytes(sent)

    def _head(self, data: bytes, position: int) -> int:
        """Note the payload that follows the head of a frame; returns where the head ends."""
        self._payload_is_text = data[position] & 0x0F in _TEXT_OR_CONTINUATION
        length, position = data[position + 1] & 0x7F, position + 2
        wide = {126: 2, 127: 8}.get(length, 0)
        if wide:
            length = int.from_bytes(data[position : position + wide], "big")
        self._payload_left = length
        return position + wide
