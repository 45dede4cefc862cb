"""``UtxoLookup`` on Kupo, versions 2.11 and 2.12."""

from __future__ import annotations

from urllib.parse import quote

from milestone_core.api import (
    BadAnswer,
    IndexHealth,
    Misconfigured,
    Script,
    Snapshot,
    Spending,
    Surroundings,
    one_line,
)
from milestone_kupo.endpoint import Endpoint
from milestone_kupo.http import Http, Reply
from milestone_kupo.matches import Match, read_datum, read_matches, read_script
from milestone_kupo.patterns import covers, parse_pattern
from milestone_kupo.settings import KupoSettings

_UNAVAILABLE = 503
# In sync, behind, without a node: each comes with the same body.
_HEALTH_STATUSES = (200, 202, _UNAVAILABLE)


class KupoClient:
    """A client that connects when it is first asked."""

    def __init__(self, settings: KupoSettings, surroundings: Surroundings) -> None:
        """
        :raises Misconfigured: the URL is not one of an HTTP server, or a limit is not above zero.
        """
        for name in ("timeout", "connect_timeout", "max_answer"):
            if getattr(settings, name) < 1:
                raise Misconfigured(f"{name} of [kupo] must be at least 1")
        endpoint = Endpoint.parse(settings.url, surroundings.network)
        self._endpoint = endpoint
        self._http = Http(endpoint, settings, surroundings.user_agent)

    def health(self) -> IndexHealth:
        """How Kupo sees itself, and up to which slot it has indexed."""
        reply = self._http.get("health", _HEALTH_STATUSES)
        if reply.status == _UNAVAILABLE and reply.body.get("connection_status") is None:
            raise self._endpoint.unavailable("is busy", "Try again in a minute.")
        checkpoint = reply.body.get("most_recent_checkpoint")
        return IndexHealth(
            version=one_line(reply.body["version"].text()),
            connected=reply.body["connection_status"].text() == "connected",
            checkpoint=0 if checkpoint is None else checkpoint.natural(),
        )

    def tracks(self, pattern: str) -> bool:
        """Whether one of the patterns that Kupo watches covers ``pattern``."""
        wanted = parse_pattern(pattern)
        listed = (item.text() for item in self._http.get("patterns").body.items())
        return any(covers(parse_pattern(text), wanted) for text in listed)

    def unspent(self, pattern: str) -> Snapshot:
        """The unspent outputs that match, oldest first, and the slot as of which they are."""
        # The flags are bare: Kupo refuses "?unspent=true".
        reply, matches = self._matches(pattern, "unspent&resolve_hashes")
        for match in matches:
            if match.spending.spent_at is not None:
                raise BadAnswer(
                    f"Kupo lists {match.spending.utxo.reference} as unspent and as spent at once"
                )
        return Snapshot(tuple(match.spending.utxo for match in matches), _checkpoint(reply))

    def history(self, pattern: str) -> tuple[Spending, ...]:
        """Every output that ever matched, oldest first, with how it was spent."""
        _, matches = self._matches(pattern, "resolve_hashes")
        return tuple(match.spending for match in matches)

    def datum(self, datum_hash: bytes) -> bytes | None:
        """The CBOR of a datum, None where Kupo does not know it."""
        body = self._http.get(f"datums/{datum_hash.hex()}").body
        return None if body.value is None else read_datum(body["datum"], datum_hash)

    def script(self, script_hash: bytes) -> Script | None:
        """A script by its hash, None where Kupo does not know it."""
        body = self._http.get(f"scripts/{script_hash.hex()}").body
        return None if body.value is None else read_script(body, script_hash)

    def close(self) -> None:
        """Let go of the connections; a later call opens others."""
        self._http.close()

    def _matches(self, pattern: str, flags: str) -> tuple[Reply, list[Match]]:
        """The matches, oldest first."""
        reply = self._http.get(f"matches/{quote(pattern, safe='*/@.')}?{flags}")
        return reply, sorted(read_matches(reply.body), key=lambda match: match.position)


def _checkpoint(reply: Reply) -> int:
    if not (reply.checkpoint.isascii() and reply.checkpoint.isdigit()):
        raise BadAnswer("Kupo's answer lacks the header X-Most-Recent-Checkpoint")
    return int(reply.checkpoint)
