"""The connection as the client sees it: opened when needed, reopened after a loss, locked."""

from __future__ import annotations

import threading

from milestone_core.api import ServiceUnavailable
from milestone_ogmios.connection import Connection, Lost, Request, RpcError
from milestone_ogmios.deadline import Deadline
from milestone_ogmios.endpoint import Endpoint
from milestone_ogmios.fields import Field
from milestone_ogmios.settings import OgmiosSettings


class Link:
    """One connection at a time, shared by the threads of a process; each waits for its turn."""

    def __init__(self, endpoint: Endpoint, settings: OgmiosSettings) -> None:
        self.endpoint = endpoint
        self._settings = settings
        self._connection: Connection | None = None
        self._turn = threading.Lock()

    def query(self, *requests: Request) -> list[Field]:
        """Ask what may be asked twice, one after the other on the same connection.

        :raises RpcError: an answer is an error.
        :raises ServiceUnavailable: there was no answer in time.
        :raises BadAnswer: what came is no answer.
        """
        try:
            return self._converse(requests, self._settings.timeout, repeatable=True)
        except Lost as lost:
            raise self.unavailable(lost) from lost

    def send(self, request: Request, seconds: float) -> Field:
        """Ask what must not be asked twice.

        :raises RpcError: the answer is an error.
        :raises Lost: the connection was lost; ``sent`` tells whether the request had left.
        :raises ServiceUnavailable: no connection could be opened: it was not sent.
        :raises BadAnswer: it was sent, and what came is no answer.
        """
        return self._converse((request,), seconds, repeatable=False)[0]

    def unavailable(self, lost: Lost) -> ServiceUnavailable:
        """The error for a connection that was lost."""
        return self.endpoint.unreachable(lost.why)

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""
        with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _converse(
        self, requests: tuple[Request, ...], seconds: float, *, repeatable: bool
    ) -> list[Field]:
        with self._turn:
            deadline = Deadline.after(seconds)
            was_open = self._connection is not None
            try:
                return self._ask_all(requests, deadline)
            except Lost as lost:
                # An idle connection may have died long ago, and only now we see it.
                again = was_open and deadline.left() and (repeatable or not lost.sent)
                if not again:
                    raise
            return self._ask_all(requests, deadline)

    def _ask_all(self, requests: tuple[Request, ...], deadline: Deadline) -> list[Field]:
        if self._connection is None:
            seconds = min(deadline.left(), self._settings.connect_timeout)
            self._connection = Connection(self.endpoint, seconds, self._settings.max_frame)
        connection = self._connection
        try:
            return [connection.ask(request, deadline) for request in requests]
        except RpcError:
            raise
        except BaseException:  # also an interrupt: its answer may still come
            self._connection = None
            connection.drop()
            raise
