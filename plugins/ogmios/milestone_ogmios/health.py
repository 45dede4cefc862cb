"""``GET /health``, on the WebSocket's own host and port."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from milestone_core.api import BadAnswer, ChainHealth, one_line
from milestone_ogmios.deadline import Deadline
from milestone_ogmios.endpoint import Endpoint
from milestone_ogmios.fields import Field
from milestone_ogmios.tip import read_tip

_MAX_BYTES = 1024 * 1024
# In sync, behind, without a node: each comes with the same body.
_STATUSES = (200, 202, 500)
_MAGICS = {"mainnet": 764824073, "preprod": 1, "preview": 2, "sanchonet": 4}
_PRIVATE = re.compile(r"unknown \((\d{1,10})\)")


def ask_health(endpoint: Endpoint, seconds: float) -> ChainHealth:
    """Ask, and read the answer.

    :raises ServiceUnavailable: there is no answer in time.
    :raises BadAnswer: the answer is not Ogmios's.
    """
    try:
        status, body = _get(endpoint, Deadline.after(seconds))
    except TimeoutError as error:
        raise endpoint.unreachable("did not answer in time") from error
    except OSError as error:
        why = one_line(error.strerror or str(error))
        raise endpoint.unreachable(f"cannot be reached: {why}") from error
    except HTTPException as error:
        why = one_line(str(error)) or type(error).__name__
        raise endpoint.unreachable(f"does not speak HTTP: {why}") from error
    if status not in _STATUSES:
        raise BadAnswer(f"Ogmios at {endpoint.shown} answered {endpoint.health_path} with {status}")
    return read_health(Field.parse(body, "health"))


def read_health(body: Field) -> ChainHealth:
    """The body of ``/health``, whatever its status."""
    tip, synchronisation = body.get("lastKnownTip"), body.get("networkSynchronization")
    network = body.get("network")
    return ChainHealth(
        version=one_line(body["version"].text()),
        connected=body["connectionStatus"].text() == "connected",
        synchronisation=None if synchronisation is None else synchronisation.number(),
        tip=None if tip is None else read_tip(tip),
        network_magic=None if network is None else _magic(network.text()),
    )


def _magic(network: str) -> int | None:
    private = _PRIVATE.fullmatch(network)
    return int(private[1]) if private else _MAGICS.get(network)


def _get(endpoint: Endpoint, deadline: Deadline) -> tuple[int, bytes]:
    kind = HTTPSConnection if endpoint.secure else HTTPConnection
    connection = kind(endpoint.host, endpoint.port, timeout=max(deadline.left(), 0.001))
    try:
        connection.connect()
        # A socket's timeout begins anew with every byte; this one does not.
        watchdog = threading.Timer(deadline.left(), _break_off, [connection.sock])
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request("GET", endpoint.health_path, headers=endpoint.http_headers())
            response = connection.getresponse()
            body = response.read(_MAX_BYTES + 1)
        finally:
            watchdog.cancel()
    except (OSError, HTTPException):
        if not deadline.left():
            raise TimeoutError from None
        raise
    finally:
        connection.close()
    if not deadline.left():
        raise TimeoutError
    if len(body) > _MAX_BYTES:
        raise BadAnswer(f"Ogmios at {endpoint.shown} answered /health with more than a mebibyte")
    return response.status, body


def _break_off(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
