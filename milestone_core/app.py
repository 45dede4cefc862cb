"""The only place where configuration and plugins become ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from milestone_core import __version__
from milestone_core.config import Config, Flags, load_config
from milestone_core.domain.schedule import PolicyChoice
from milestone_core.errors import BadInput
from milestone_core.plugin_manager import PluginManager
from milestone_core.ports import ChainQuery, ContractLoader, ReleasePolicy, Storage, UtxoLookup
from milestone_core.providers import Provider, Surroundings
from milestone_core.settings import settings_from_document

if TYPE_CHECKING:
    from milestone_core.onchain.contract import Contract
    from milestone_core.services.context import Waiting
    from milestone_core.services.lasting import Rebuilt

USER_AGENT = f"milestone/{__version__}"


def _unheard(_event: str, **_facts: object) -> None:
    """Where nobody listens to the steps."""


class _Unseen:
    """Where nobody waits."""

    def __init__(self, text: str) -> None: ...

    def update(self, text: str) -> None:
        """Show nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class App:
    """What one run of the program works with; every part is made when it is first asked for.

    It is the :class:`~milestone_core.services.context.Context` of every use case.

    :param environ: the environment, for configuration and for limiting plugins.
    :param cwd: where relative paths and the search for milestone.toml begin.
    :param tell: takes a line about what is going on, for a person who waits.
    :param warn: takes a line that a person should look at.
    :param log: takes each step, as the name of an event and its facts.
    :param waiting: makes what shows a person that something takes its time.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        cwd: Path,
        *,
        tell: Callable[[str], None],
        warn: Callable[[str], None],
        flags: Flags | None = None,
        log: Callable[..., None] = _unheard,
        waiting: Callable[[str], Waiting] = _Unseen,
    ) -> None:
        self.flags = flags or Flags()
        self.tell, self.warn, self.log, self.waiting = tell, warn, log, waiting
        self.rebuilt = False
        """Whether the store was damaged and has been rebuilt in this run."""
        self._environ, self._cwd = environ, cwd
        self._open = ExitStack()

    @cached_property
    def plugins(self) -> PluginManager:
        """The installed plugins. What is broken or refused is warned about, once."""
        manager = PluginManager.installed(self._environ)
        for plugin in manager.broken:
            self.warn(
                f"the plugin {plugin.name!r} of {plugin.origin} is broken and left out: "
                f"{plugin.cause}"
            )
        for conflict in manager.conflicts:
            self.warn(conflict)
        return manager

    @cached_property
    def config(self) -> Config:
        """The configuration in force.

        :raises Misconfigured: as :func:`~milestone_core.config.load_config`.
        """
        plugins = self.plugins
        return load_config(
            self.flags, self._environ, self._cwd, plugins.tables(), plugins.unloaded_tables()
        )

    @property
    def network(self) -> str:
        """The name of the configured network."""
        return self.config.network.name

    @property
    def network_id(self) -> int:
        """0 on every testnet, 1 on mainnet."""
        return self.config.network.address_network

    @cached_property
    def chain(self) -> ChainQuery:
        chain: ChainQuery = self._create("chain")
        self._open.callback(chain.close)
        return chain

    @cached_property
    def utxo(self) -> UtxoLookup:
        utxo: UtxoLookup = self._create("utxo")
        self._open.callback(utxo.close)
        return utxo

    @cached_property
    def contracts(self) -> ContractLoader:
        loader: ContractLoader = self._create("contract")
        return loader

    @cached_property
    def contract(self) -> Contract:
        """The compiled contract on the configured network."""
        from milestone_core.onchain.contract import load_contract

        return load_contract(self.contracts, self.network_id)

    @cached_property
    def storage(self) -> Storage:
        """The project's data. A store that cannot be read is kept aside, and rebuilt."""
        from milestone_core.services.lasting import LastingStorage

        storage = LastingStorage(
            lambda: self._create("storage"),
            self.config.data_dir / "copies" / self.config.use("storage"),
            _set_aside,
            self._tell_of_rebuilding,
        )
        self._open.callback(storage.close)
        self.__dict__["storage"] = storage  # telling of a rebuilding reads what was restored
        storage.open()
        return storage

    def policy(self, choice: PolicyChoice) -> ReleasePolicy:
        """The release policy that a schedule names, with the settings that it gives.

        :raises Misconfigured: no such policy is installed, or its plugin is broken.
        :raises BadInput: the settings are not what the policy takes.
        """
        provider = self.plugins.provider("policy", choice.name)
        try:
            settings = settings_from_document(provider.settings, choice.settings, self._cwd)
        except ValueError as error:
            raise BadInput(f"the settings of the policy {choice.name!r}: {error}") from error
        policy: ReleasePolicy = provider.create(settings, self._surroundings)
        return policy

    def try_out(
        self, provider: Provider[Any], settings: Mapping[str, object], network: str
    ) -> None:
        """Make what a provider makes, with settings that are not in force yet; it is asked nothing.

        :raises Misconfigured: it refuses them.
        """
        surroundings = Surroundings(self._cwd, network, USER_AGENT)
        provider.create(provider.settings(**settings), surroundings).close()

    def now(self) -> int:
        """The wall clock, POSIX ms: for notes to people, never for rules."""
        return time.time_ns() // 1_000_000

    def close(self) -> None:
        """Let go of connections and files; what was not made is not touched."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _surroundings(self) -> Surroundings:
        return Surroundings(self.config.data_dir, self.network, USER_AGENT)

    def _create(self, port: str) -> Any:
        provider = self.plugins.provider(port, self.config.use(port))
        return provider.create(self.config.settings(provider), self._surroundings)

    def _tell_of_rebuilding(self, rebuilt: Rebuilt) -> None:
        from milestone_core.services import recovery

        self.rebuilt = True
        self.warn(recovery.account(self, rebuilt))


def _set_aside(path: Path) -> Path:
    """Rename a file, and those that a database keeps beside it (``-wal``, ``-journal``)."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in ("", "-wal", "-shm", "-journal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    return aside
