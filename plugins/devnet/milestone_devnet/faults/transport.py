"""A connection that misbehaves on purpose, between a server's protocol and the network.

Servers know nothing of it: they are real, and what is broken is what lies between them and their
client.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from milestone_devnet.faults.faults import Fault, Faults, Kind
from milestone_devnet.faults.garbage import Garbler, first_half, is_http_head


class Misbehaving(asyncio.Protocol):
    """Passes everything between a server's protocol and the network, but for the faults."""

    def __init__(self, inner: asyncio.Protocol, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults
        self._wire: _Wire | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._faults.strike(Kind.REFUSE):
            transport.abort()
            return
        self._wire = _Wire(transport)
        self._inner.connection_made(self._wire)

    def data_received(self, data: bytes) -> None:
        if self._wire is None:
            return
        fault = self._faults.strike(*Kind)
        if fault is not None and fault.kind is Kind.REFUSE:
            self._wire.abort()
            return
        self._wire.fault = fault
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._wire is None else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._wire is not None:
            self._wire.forget()
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


class _Wire(asyncio.Transport):
    """A transport that delays, cuts or garbles what is written, by the fault of the request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._garbler = Garbler()
        self._late: deque[Callable[[], None]] = deque()
        self.fault: Fault | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        kind = None if self.fault is None else self.fault.kind
        sent = self._garbler.garbled(bytes(data), active=kind is Kind.GARBAGE)
        if kind is Kind.DISCONNECT and not is_http_head(sent):
            self._transport.write(first_half(sent))
            self._transport.abort()
        else:
            self._in_turn(lambda: self._transport.write(sent))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        self._in_turn(self._transport.write_eof)

    def close(self) -> None:
        self._in_turn(self._transport.close)

    def abort(self) -> None:
        self.forget()
        self._transport.abort()

    def forget(self) -> None:
        """Drop what was to be sent late."""
        self._late.clear()

    def _in_turn(self, action: Callable[[], None]) -> None:
        """Do it now, or late where there is a lag; never before what was to be done earlier."""
        seconds = 0.0 if self.fault is None else self.fault.seconds
        if not seconds and not self._late:
            action()
            return
        self._late.append(action)
        asyncio.get_running_loop().call_later(seconds, self._next)

    def _next(self) -> None:
        if self._late:
            self._late.popleft()()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def can_write_eof(self) -> bool:
        return self._transport.can_write_eof()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()
