"""Where Ogmios listens: one URL, checked once, for the WebSocket and for ``/health``."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from milestone_core.api import Misconfigured, ServiceUnavailable, without_secrets


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL as it was configured, and the ways it is used.

    ``network`` is the configured network's name; it decides what to advise.
    """

    url: str
    network: str
    user_agent: str
    parts: SplitResult

    @classmethod
    def parse(cls, url: str, network: str, user_agent: str) -> Endpoint:
        """Check the URL.

        :raises Misconfigured: it is not ws:// or wss:// with a host and, perhaps, a port, or it has
            a user without a password.
        """
        try:
            parts = urlsplit(url)
            usable = (
                parts.scheme in ("ws", "wss")
                and parts.hostname
                and parts.hostname.encode("idna")
                and parts.port != 0
            )
        except ValueError:
            usable = False
        if not usable or parts.fragment:
            raise Misconfigured(
                f"the url of [ogmios] is {without_secrets(url)!r}, "
                "which is not the address of a WebSocket",
                hint='Write it as in: url = "ws://127.0.0.1:1337"',
            )
        if parts.username and parts.password is None:
            raise Misconfigured(
                "the url of [ogmios] names a user and no password",
                hint='Write it as in: url = "ws://USER:PASSWORD@127.0.0.1:1337"',
            )
        return cls(url, network, user_agent, parts)

    @property
    def secure(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.parts.scheme == "wss"

    @property
    def host(self) -> str:
        """The host by name or number."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is given."""
        return self.parts.port or (443 if self.secure else 80)

    @property
    def health_path(self) -> str:
        """``/health`` beside the WebSocket, also where a proxy serves it under a path."""
        return self.parts.path.rstrip("/") + "/health"

    @property
    def shown(self) -> str:
        """The URL without a user, a password or a query, any of which may be a secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.parts.scheme}://{host}:{self.port}{self.parts.path}"

    def http_headers(self) -> dict[str, str]:
        """The headers of a plain request; a user in the URL becomes basic authentication."""
        headers = {"Accept": "application/json", "User-Agent": self.user_agent}
        if self.parts.username is not None:
            user = f"{unquote(self.parts.username)}:{unquote(self.parts.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
        return headers

    def unreachable(self, why: str) -> ServiceUnavailable:
        """The error for an Ogmios that we cannot talk to, with what to do about it."""
        if self.network == "devnet":
            return self.unavailable(why, "Start it with: milestone devnet run")
        return self.unavailable(why, "Check that Ogmios is running, and its url in milestone.toml.")

    def unavailable(self, why: str, hint: str) -> ServiceUnavailable:
        """The error for an Ogmios that does not serve us."""
        return ServiceUnavailable(
            f"Ogmios at {self.shown} {why}", hint=hint, details={"url": self.shown}
        )
