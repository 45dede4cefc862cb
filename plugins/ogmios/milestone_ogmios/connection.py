"""One WebSocket to Ogmios: a request at a time, its answer known by the request's id."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.sync.client import connect

from milestone_core.api import BadAnswer, one_line
from milestone_ogmios.deadline import Deadline
from milestone_ogmios.endpoint import Endpoint
from milestone_ogmios.fields import Field

# Closing politely is not worth more: a process that ends must not wait for a server.
_CLOSE_SECONDS = 1.0
_NODE_LOST = "-32000"


class Lost(Exception):
    """The connection ended, or its time did. ``sent``: the request had left us as a whole."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


class RpcError(Exception):
    """An answer that is an error: the server's code, message and data."""

    def __init__(self, code: int, message: str, data: Field) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class Request:
    """A method and its parameters; none at all where ``params`` is None."""

    method: str
    params: Mapping[str, object] | None = None

    def json(self, identity: str) -> str:
        """The request as JSON-RPC 2.0."""
        message: dict[str, object] = {"jsonrpc": "2.0", "method": self.method, "id": identity}
        if self.params is not None:
            message["params"] = self.params
        return json.dumps(message)


class Connection:
    """An open connection. Whoever meets ``Lost`` or ``BadAnswer`` drops it: what is still under
    way on it is of no use to anybody."""

    def __init__(self, endpoint: Endpoint, seconds: float, max_frame: int) -> None:
        """Connect.

        :raises ServiceUnavailable: nobody listens there, or not for WebSockets, or not in time.
        """
        self._ids = itertools.count(1)
        self._stack = ExitStack()
        try:
            self._socket = self._stack.enter_context(
                connect(
                    endpoint.url,
                    open_timeout=seconds,
                    close_timeout=_CLOSE_SECONDS,
                    max_size=max_frame,
                    # One's own node is asked directly, and its answers are not worth packing.
                    compression=None,
                    proxy=None,
                    user_agent_header=endpoint.user_agent,
                )
            )
        except TimeoutError as error:
            raise endpoint.unreachable("did not accept a connection in time") from error
        except OSError as error:
            why = one_line(error.strerror or str(error))
            raise endpoint.unreachable(f"cannot be reached: {why}") from error
        except InvalidURI as error:  # its text repeats the URL, with the password
            raise endpoint.unreachable(f"cannot be asked: {one_line(error.msg)}") from None
        except WebSocketException as error:
            why = one_line(str(error))
            raise endpoint.unreachable(f"does not speak WebSocket: {why}") from error

    def ask(self, request: Request, deadline: Deadline) -> Field:
        """Send a request and wait for its result.

        :raises RpcError: the answer is an error.
        :raises Lost: the connection was lost, or the deadline passed.
        :raises BadAnswer: what came is no answer.
        """
        identity = f"milestone-{next(self._ids)}"
        self._send(request.json(identity), deadline)
        while True:
            answer = Field.parse(self._receive(deadline), f"the answer to {request.method}")
            # A server that cannot read a request cannot tell its id; we only ever ask one thing.
            nameless = answer.get("id") is None and answer.get("error") is not None
            if nameless or answer.raw("id") == identity:
                return read_result(answer, request.method)

    def close(self) -> None:
        """Say goodbye and close."""
        self._stack.close()

    def drop(self) -> None:
        """Close at once, whatever is under way."""
        self._break_off()
        self._stack.close()

    def _send(self, text: str, deadline: Deadline) -> None:
        # If this raises, the last bytes of the frame have not left: the server cannot act on it.
        with self._cut_at(deadline):
            try:
                self._socket.send(text)
            except ConnectionClosed as closed:
                raise Lost(_why(closed), sent=False) from closed

    def _receive(self, deadline: Deadline) -> str | bytes:
        left = deadline.left()
        try:
            if not left:  # or a server that sends without end would hold us for ever
                raise TimeoutError
            return self._socket.recv(timeout=left)
        except TimeoutError as error:
            raise Lost("did not answer in time", sent=True) from error
        except ConnectionClosed as closed:
            raise Lost(_why(closed), sent=True) from closed

    @contextmanager
    def _cut_at(self, deadline: Deadline) -> Iterator[None]:
        """Break the connection off when the deadline passes: sending knows no timeout."""
        watchdog = threading.Timer(deadline.left(), self._break_off)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _break_off(self) -> None:
        with suppress(OSError):
            self._socket.socket.shutdown(socket.SHUT_RDWR)


def read_result(answer: Field, method: str) -> Field:
    """The result in an answer.

    :raises RpcError: it is an error.
    :raises BadAnswer: it is neither.
    """
    error = answer.get("error")
    if error is not None:
        message = error["message"].text()
        data = Field(error.raw("data"), f"{method}.error.data")
        raise RpcError(error["code"].integer(), one_line(message), data)
    if "result" not in answer.members():
        raise BadAnswer(f"Ogmios answered {method} with neither a result nor an error")
    return Field(answer.raw("result"), method)


def _why(closed: ConnectionClosed) -> str:
    frame = closed.rcvd
    if frame is not None and _NODE_LOST in frame.reason:
        return "has lost its node"
    if closed.sent is not None and closed.rcvd is None and closed.sent.code == 1009:
        return "sent more than max_frame allows"
    reason = one_line(frame.reason, 150) if frame is not None and frame.reason else ""
    return f"closed the connection: {reason}" if reason else "closed the connection"
