"""``ChainQuery`` on Ogmios, versions 6 and 7."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.api import (
    BadAnswer,
    ChainHealth,
    Credential,
    Misconfigured,
    OutcomeUnknown,
    ProtocolParameters,
    RedeemerUnits,
    ServiceUnavailable,
    SlotClock,
    Surroundings,
    Tip,
    Utxo,
)
from milestone_ogmios.connection import Lost, Request, RpcError
from milestone_ogmios.endpoint import Endpoint
from milestone_ogmios.fields import Field
from milestone_ogmios.health import ask_health
from milestone_ogmios.link import Link
from milestone_ogmios.outputs import utxo_json
from milestone_ogmios.parameters import read_parameters, read_units
from milestone_ogmios.refusals import evaluation_refusal, is_refusal, refusal
from milestone_ogmios.rules import pointer
from milestone_ogmios.settings import OgmiosSettings
from milestone_ogmios.slots import read_clock
from milestone_ogmios.tip import read_tip

_ID_BYTES, _HASH_BYTES = 32, 28
# The server never looked at the request: it is no JSON-RPC, or a method it does not have.
_NOT_LOOKED_AT = (-32700, -32600, -32601)


class OgmiosClient:
    """A client that connects when it is first asked. Threads may share it."""

    def __init__(self, settings: OgmiosSettings, surroundings: Surroundings) -> None:
        """
        :raises Misconfigured: the URL is not one of a WebSocket, or a limit is not above zero.
        """
        for name in ("timeout", "connect_timeout", "submit_timeout", "max_frame"):
            if getattr(settings, name) < 1:
                raise Misconfigured(f"{name} of [ogmios] must be at least 1")
        self._settings = settings
        self._endpoint = Endpoint.parse(settings.url, surroundings.network, surroundings.user_agent)
        self._link = Link(self._endpoint, settings)

    def health(self) -> ChainHealth:
        """How Ogmios sees itself and its node, from ``GET /health``."""
        return ask_health(self._endpoint, self._settings.timeout)

    def network_magic(self) -> int:
        """The network's magic number, from Shelley's genesis."""
        request = Request("queryNetwork/genesisConfiguration", {"era": "shelley"})
        return self._query(request)[0]["networkMagic"].integer(0)

    def tip(self) -> Tip:
        """The newest block of the ledger state."""
        return read_tip(self._query(Request("queryLedgerState/tip"))[0])

    def height(self) -> int:
        """The height of the newest block, 0 for a chain without one."""
        answer = self._query(Request("queryNetwork/blockHeight"))[0]
        return 0 if answer.value == "origin" else answer.integer(0)

    def clock(self) -> SlotClock:
        """The chain's clock, from its start time and era summaries."""
        start, summaries = self._query(
            Request("queryNetwork/startTime"), Request("queryLedgerState/eraSummaries")
        )
        return read_clock(start, summaries)

    def parameters(self) -> ProtocolParameters:
        """The protocol parameters in force."""
        return read_parameters(self._query(Request("queryLedgerState/protocolParameters"))[0])

    def evaluate(
        self, transaction: bytes, additional: Sequence[Utxo] = ()
    ) -> tuple[RedeemerUnits, ...]:
        """Run the scripts of a transaction, beside the ledger also with ``additional`` outputs."""
        params: dict[str, object] = {"transaction": {"cbor": transaction.hex()}}
        if additional:
            params["additionalUtxo"] = [utxo_json(utxo) for utxo in additional]
        try:
            result = self._link.query(Request("evaluateTransaction", params))[0]
        except RpcError as error:
            if is_refusal(error):
                raise evaluation_refusal(error) from error
            raise self._trouble("evaluateTransaction", error) from error
        return read_evaluation(result)

    def submit(self, transaction: bytes) -> bytes:
        """Send a signed transaction, once; the errors promise what ``ChainQuery`` says of them."""
        request = Request("submitTransaction", {"transaction": {"cbor": transaction.hex()}})
        try:
            result = self._link.send(request, self._settings.submit_timeout)
            return result["transaction"]["id"].hex(_ID_BYTES)
        except RpcError as error:
            if is_refusal(error):
                raise refusal(error) from error
            if error.code in _NOT_LOOKED_AT:
                raise self._trouble("submitTransaction", error) from error
            raise self._unknown(f"answered: {error.message}") from error
        except Lost as lost:
            if lost.sent:
                raise self._unknown(lost.why) from lost
            raise self._link.unavailable(lost) from lost
        except BadAnswer as bad:  # whatever it means, the transaction had left us
            raise self._unknown(f"answered oddly: {bad.message}") from bad

    def rewards(self, credential: Credential) -> int | None:
        """The balance (lovelace) of a stake credential's account, None if it is not registered."""
        asked = {"scripts" if credential.is_script else "keys": [credential.hash.hex()]}
        request = Request("queryLedgerState/rewardAccountSummaries", asked)
        for account in self._query(request)[0].items():
            if account["credential"].hex(_HASH_BYTES) == credential.hash:
                return account["rewards"]["ada"]["lovelace"].integer(0)
        return None

    def in_mempool(self, transaction_id: bytes) -> bool:
        """Whether the node's mempool holds the transaction now."""
        # Released again, for a second acquisition on one connection waits for a change.
        _, held, _ = self._query(
            Request("acquireMempool"),
            Request("hasTransaction", {"id": transaction_id.hex()}),
            Request("releaseMempool"),
        )
        return held.boolean()

    def close(self) -> None:
        """Let go of the connection; a later call opens another."""
        self._link.close()

    def _query(self, *requests: Request) -> list[Field]:
        try:
            return self._link.query(*requests)
        except RpcError as error:
            raise self._trouble(requests[-1].method, error) from error

    def _trouble(self, method: str, error: RpcError) -> ServiceUnavailable:
        return self._endpoint.unavailable(
            f"does not answer {method}: {error.message} (error {error.code})",
            "See whether the node is in sync: milestone doctor",
        )

    def _unknown(self, why: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"the transaction was sent, and Ogmios at {self._endpoint.shown} {why}: "
            "whether it reached the chain is not known",
            hint="Settle it with: milestone resume",
            details={"url": self._endpoint.shown, "reason": why},
        )


def read_evaluation(result: Field) -> tuple[RedeemerUnits, ...]:
    """``[{validator: {purpose, index}, budget: {memory, cpu}}]``."""
    return tuple(
        RedeemerUnits(*pointer(entry["validator"]), read_units(entry["budget"]))
        for entry in result.items()
    )
