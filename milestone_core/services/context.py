"""What every use case is given: the ports of this project, made when first asked for."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from milestone_core.domain.schedule import PolicyChoice
from milestone_core.onchain.contract import Contract
from milestone_core.ports import ChainQuery, ReleasePolicy, Storage, UtxoLookup


class Waiting(Protocol):
    """Shows a person who waits that something is going on. Entered while it is, left at its end."""

    def update(self, text: str) -> None:
        """Say what is going on now; call it as often as you like."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Context(Protocol):
    """The parts that services work with. Each is made on first use, so reading a local file
    needs no server, and asking the chain needs no store."""

    @property
    def network(self) -> str:
        """The name of the configured network."""

    @property
    def network_id(self) -> int:
        """0 on every testnet, 1 on mainnet."""

    @property
    def chain(self) -> ChainQuery: ...

    @property
    def utxo(self) -> UtxoLookup: ...

    @property
    def contract(self) -> Contract: ...

    @property
    def storage(self) -> Storage: ...

    def policy(self, choice: PolicyChoice) -> ReleasePolicy:
        """The release policy that a schedule names, with its settings."""

    def now(self) -> int:
        """The wall clock, POSIX ms: for notes to people, never for rules."""

    def tell(self, line: str) -> None:
        """Say what is going on, to a person who waits."""

    def waiting(self, text: str) -> Waiting:
        """Show that something takes its time."""

    def log(self, event: str, **facts: object) -> None:
        """Note a step for programs that watch: no secrets, and what JSON can say."""

    def warn(self, line: str) -> None:
        """Say what a person should look at."""
