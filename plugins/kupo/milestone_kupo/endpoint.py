"""Where Kupo listens: one URL, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from milestone_core.api import Misconfigured, ServiceUnavailable, without_secrets


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL as it was configured; ``network`` decides what to advise."""

    url: str
    network: str
    parts: SplitResult

    @classmethod
    def parse(cls, url: str, network: str) -> Endpoint:
        """Check the URL.

        :raises Misconfigured: it is not http:// or https:// with a host and, perhaps, a port.
        """
        try:
            parts = urlsplit(url)
            usable = (
                parts.scheme in ("http", "https")
                and parts.hostname
                and parts.hostname.encode("idna")
                and parts.port != 0
            )
        except ValueError:
            usable = False
        if not usable or parts.query or parts.fragment:
            raise Misconfigured(
                f"the url of [kupo] is {without_secrets(url)!r}, "
                "which is not the address of an HTTP server",
                hint='Write it as in: url = "http://127.0.0.1:1442"',
            )
        return cls(url.rstrip("/"), network, parts)

    @property
    def shown(self) -> str:
        """The URL without a user and a password."""
        host = self.parts.hostname or ""
        port = self.parts.port or (443 if self.parts.scheme == "https" else 80)
        path = self.parts.path.rstrip("/")
        return f"{self.parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"

    def unreachable(self, why: str) -> ServiceUnavailable:
        """The error for a Kupo that we cannot talk to, with what to do about it."""
        if self.network == "devnet":
            return self.unavailable(why, "Start it with: milestone devnet run")
        return self.unavailable(why, "Check that Kupo is running, and its url in milestone.toml.")

    def unavailable(self, why: str, hint: str) -> ServiceUnavailable:
        """The error for a Kupo that does not serve us."""
        return ServiceUnavailable(
            f"Kupo at {self.shown} {why}", hint=hint, details={"url": self.shown}
        )
