"""GET from Kupo: bounded in time and size, and repeated where a fault may pass."""

from __future__ import annotations

import time
from dataclasses import dataclass

import requests
from requests import exceptions
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from milestone_core.api import BadAnswer, BadInput, MilestoneError, one_line
from milestone_kupo.deadline import Deadline
from milestone_kupo.endpoint import Endpoint
from milestone_kupo.fields import Field
from milestone_kupo.settings import KupoSettings

_CHUNK = 64 * 1024
# What to wait before each repetition, seconds.
_PAUSES = (0.1, 0.3, 0.9)
_OK, _BAD_REQUEST, _BUSY = 200, 400, 503


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its body, and the header that says up to which slot it is true."""

    status: int
    body: Field
    checkpoint: str


class _Passing(Exception):
    """A fault that may be gone at the next attempt, and the error if it is not."""

    def __init__(self, error: MilestoneError) -> None:
        super().__init__(error.message)
        self.error = error


class Http:
    """A session with Kupo."""

    def __init__(self, endpoint: Endpoint, settings: KupoSettings, user_agent: str) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._user_agent = user_agent
        self._session = self._new_session()

    def get(self, path: str, statuses: tuple[int, ...] = (_OK,)) -> Reply:
        """The answer to ``GET path``, one of the ``statuses``.

        :raises ServiceUnavailable: there is none in time, or Kupo is busy.
        :raises BadAnswer: it is not JSON, is cut off, too long, or has another status.
        :raises BadInput: Kupo does not accept what was asked; its hint is in the message.
        """
        deadline = Deadline.after(self._settings.timeout)
        pauses = iter(_PAUSES)
        while True:
            try:
                return self._attempt(path, statuses, deadline)
            except _Passing as passing:
                pause = next(pauses, None)
                if pause is None or deadline.left() <= pause:
                    raise passing.error from passing
                time.sleep(pause)

    def close(self) -> None:
        """Let go of the connections; the next request opens another."""
        self._session.close()

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # One's own index is asked directly: no proxy, no .netrc from the environment.
        session.trust_env = False
        session.headers.update(
            {
                # For */* Kupo's /health answers Prometheus text.
                "Accept": "application/json",
                # The bound is on what is sent; a packed answer could unpack to anything.
                "Accept-Encoding": "identity",
                "User-Agent": self._user_agent,
            }
        )
        return session

    def _attempt(self, path: str, statuses: tuple[int, ...], deadline: Deadline) -> Reply:
        session = self._session
        try:
            status, checkpoint, body = deadline.bound(lambda: self._fetch(session, path, deadline))
        except (TimeoutError, exceptions.Timeout, ReadTimeoutError) as error:
            # A thread may still be using the old session.
            self._session = self._new_session()
            raise self._endpoint.unreachable("did not answer in time") from error
        except exceptions.ConnectionError as error:
            raise self._connection_error(error) from error
        except HTTPError as error:
            raise _Passing(BadAnswer(f"Kupo's answer was cut off: {_short(error)}")) from error
        except exceptions.RequestException as error:
            raise self._endpoint.unreachable(f"does not speak HTTP: {_short(error)}") from error
        if status not in statuses:
            raise self._refusal(status, body)
        try:
            return Reply(status, Field.parse(body, path.partition("?")[0]), checkpoint)
        except BadAnswer as bad:  # cut off, and yet ended properly
            raise _Passing(bad) from bad

    def _fetch(
        self, session: requests.Session, path: str, deadline: Deadline
    ) -> tuple[int, str, bytes]:
        left = max(deadline.left(), 0.001)
        connect = min(left, self._settings.connect_timeout)
        with session.get(
            f"{self._endpoint.url}/{path}",
            stream=True,
            timeout=(connect, left),
            allow_redirects=False,
        ) as response:
            body = bytearray()
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                body += chunk
                if len(body) > self._settings.max_answer:
                    raise BadAnswer(
                        f"Kupo at {self._endpoint.shown} sent more than max_answer allows",
                        hint=f"Raise max_answer of [kupo] above {self._settings.max_answer}.",
                    )
            checkpoint = response.headers.get("X-Most-Recent-Checkpoint", "")
            return response.status_code, checkpoint, bytes(body)

    def _connection_error(self, error: exceptions.ConnectionError) -> MilestoneError | _Passing:
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(reason, NewConnectionError):
            why = getattr(reason.__cause__, "strerror", None) or _short(reason)
            return self._endpoint.unreachable(f"cannot be reached: {one_line(why)}")
        if isinstance(error, exceptions.SSLError):
            return self._endpoint.unreachable(f"does not speak TLS: {_short(error)}")
        return _Passing(self._endpoint.unreachable("closed the connection"))

    def _refusal(self, status: int, body: bytes) -> MilestoneError | _Passing:
        said = _hint(body)
        if status == _BAD_REQUEST:
            return BadInput("Kupo does not accept what was asked", hint=said)
        if status == _BUSY:
            return _Passing(
                self._endpoint.unavailable(f"is busy: {said}", "Try again in a minute.")
            )
        return BadAnswer(f"Kupo at {self._endpoint.shown} answered with status {status}: {said}")


def _hint(body: bytes) -> str:
    """What Kupo says of an error: ``{hint, details}``."""
    try:
        return one_line(Field.parse(body, "the error")["hint"].text())
    except BadAnswer:
        return "it gives no reason"


def _short(error: Exception) -> str:
    return one_line(str(error), 150) or type(error).__name__
