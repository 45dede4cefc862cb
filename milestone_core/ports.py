"""The ports: what the core asks of a chain, an index, a contract, a store and a policy.

Each is a Protocol that plugins implement and services use. All calls are synchronous, every call
to a server has a deadline, and failures are the typed errors of :mod:`milestone_core.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from milestone_core.domain.address import Credential
from milestone_core.domain.chain import (
    ChainHealth,
    IndexHealth,
    ProtocolParameters,
    RedeemerUnits,
    Script,
    SlotClock,
    Snapshot,
    Spending,
    Tip,
    Utxo,
)
from milestone_core.domain.release import Releasable, ReleaseContext

Document = Mapping[str, object]
"""A JSON object: strings, integers, booleans, None, lists and objects of these; no floats."""


class ChainQuery(Protocol):
    """The ledger, through the user's own node."""

    def health(self) -> ChainHealth:
        """How the server sees itself and its node.

        :raises ServiceUnavailable: it cannot be reached.
        """

    def network_magic(self) -> int:
        """The magic number of the network that the node follows (1 preprod, 764824073 mainnet)."""

    def tip(self) -> Tip:
        """The newest block of the ledger state."""

    def height(self) -> int:
        """How many blocks the chain has: the height of its newest, 0 for none."""

    def clock(self) -> SlotClock:
        """The chain's own clock, from its start time and era summaries."""

    def parameters(self) -> ProtocolParameters:
        """The protocol parameters in force."""

    def evaluate(
        self, transaction: bytes, additional: Sequence[Utxo] = ()
    ) -> tuple[RedeemerUnits, ...]:
        """Run the scripts of a transaction (CBOR, signed or not) and tell the units of each.

        :param additional: outputs to take as given although the ledger does not have them.
        :raises ScriptRefused: a validator said no.
        :raises TransactionRefused: the transaction is built wrongly.
        """

    def submit(self, transaction: bytes) -> bytes:
        """Send a signed transaction (CBOR); the answer is its id.

        :raises TransactionRefused: the ledger refused it.
        :raises ServiceUnavailable: it was certainly not sent.
        :raises OutcomeUnknown: the connection was lost after it was sent.
        """

    def rewards(self, credential: Credential) -> int | None:
        """The balance (lovelace) of a stake credential's account, None if it is not registered."""

    def in_mempool(self, transaction_id: bytes) -> bool:
        """Whether the node's mempool holds the transaction now."""

    def close(self) -> None:
        """Let go of the connection."""


class UtxoLookup(Protocol):
    """An index of outputs, by pattern.

    A pattern is Kupo's: an address, ``policy.name`` (hex), ``policy.*``, ``index@transaction``.
    """

    def health(self) -> IndexHealth:
        """How the index sees itself, and up to which slot it has indexed.

        :raises ServiceUnavailable: it cannot be reached.
        """

    def tracks(self, pattern: str) -> bool:
        """Whether the index watches everything that ``pattern`` names."""

    def unspent(self, pattern: str) -> Snapshot:
        """The unspent outputs that match, with inline datums and reference scripts resolved."""

    def history(self, pattern: str) -> tuple[Spending, ...]:
        """Every output that ever matched, oldest first, with how it was spent."""

    def datum(self, datum_hash: bytes) -> bytes | None:
        """The CBOR of a datum by its hash, None where it is unknown."""

    def script(self, script_hash: bytes) -> Script | None:
        """A script by its hash, None where it is unknown."""

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(frozen=True, slots=True)
class CompiledValidator:
    """A compiled validator: its title, the Plutus script (CBOR-wrapped flat) and its hash.

    ``language`` is ``plutus:v3``; the hash is blake2b-224 over the language tag and the script.
    """

    title: str
    language: str
    code: bytes
    hash: bytes


class ContractLoader(Protocol):
    """A source of compiled validators with their hashes checked."""

    def load(self, title: str) -> CompiledValidator:
        """The validator of that title (``programme``, ``registry``, ``distribution``).

        :raises Misconfigured: the source is missing, broken, or holds a foreign contract.
        """

    def source(self) -> str:
        """Where the contract comes from, for people."""


class StorageTransaction(Protocol):
    """Reads and writes that happen together or not at all."""

    def read(self, collection: str, key: str) -> Document | None:
        """The document as this transaction sees it, its own writes included."""

    def put(self, collection: str, key: str, document: Document) -> None:
        """Write a document, replacing the one under that key."""

    def delete(self, collection: str, key: str) -> None:
        """Remove a document; one that is not there is no error."""


class Storage(Protocol):
    """A dumb, transactional document store. Typed codecs stay in the core."""

    def read(self, collection: str, key: str) -> Document | None:
        """One document, None where there is none. Takes no lock."""

    def scan(self, collection: str) -> Sequence[tuple[str, Document]]:
        """All documents of a collection with their keys, by key. Takes no lock."""

    def transaction(self) -> AbstractContextManager[StorageTransaction]:
        """Write under an exclusive lock; durable when the block ends, undone when it raises.

        :raises Busy: another process has held the lock for more than five seconds.
        """

    def location(self) -> str:
        """Where the data lies, for people."""

    def close(self) -> None:
        """Let go of the files."""


class ReleasePolicy(Protocol):
    """How much of an allocation may be released, and why.

    A policy is pure: the same context gives the same answer. It never exceeds ``vested``, is
    never negative, and never takes back what it allowed as time goes on.
    """

    def releasable(self, context: ReleaseContext) -> Releasable:
        """What may be paid of this allocation **in all** by ``context.now``, base units."""


NOTHING_SAID = bytes.fromhex("d87980")
"""The CBOR of constructor 0 without fields."""


@dataclass(frozen=True, slots=True)
class Observer:
    """The half of a policy that lies on chain: a staking script that every release must withdraw
    from, if only nothing, and which may refuse by failing.

    It must allow registration only, find the vault by its identity token, keep its parameters in
    its code, and never earn rewards. ``redeemer`` is the CBOR of what a release gives it.
    """

    script: Script
    redeemer: bytes = NOTHING_SAID


@runtime_checkable
class ObservedPolicy(Protocol):
    """A policy that knows its observer. Schedules name the observer's hash in ``[policy]``."""

    def observer(self) -> Observer:
        """The script whose hash a schedule of this policy and these settings names."""
