"""What plugin authors rely on: the names of the one import, and hooks that explain themselves."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from milestone_core import api, hookspecs
from milestone_core.hookspecs import hookimpl
from milestone_core.plugin_manager import HOOKS
from milestone_core.providers import Provider

EXPORTED = """
ADA MAINNET TESTNET Address AssetId BadAnswer BadInput BeyondHorizon Busy ChainHealth ChainQuery
CompiledValidator ContractLoader CorruptStore Credential CredentialKind Document Era IndexHealth
InsufficientFunds MilestoneError Misconfigured NoSettings NotFound NotYet OutcomeUnknown Output
OutputReference ProtocolParameters Provider RedeemerUnits Refused Releasable ReleaseContext
ReleasePolicy Script ScriptRefused ServiceUnavailable SlotClock Snapshot Spending Storage
StorageTransaction Surroundings Tip TransactionRefused Units Utxo UtxoLookup Value Vesting hookimpl
AnswerField LOCK_WAIT_SECONDS check_name exclusive_lock lock_is_busy one_line plain_document
ObservedPolicy Observer without_secrets
"""


def test_the_public_names_are_these() -> None:
    """Taking one away breaks plugins; adding one is a promise. Change this list on purpose."""
    assert sorted(api.__all__) == sorted(EXPORTED.split())
    assert all(hasattr(api, name) for name in api.__all__)


def specifications() -> dict[str, Callable[..., object]]:
    return {
        name: value
        for name, value in vars(hookspecs).items()
        if name.startswith("milestone_") and inspect.isfunction(value)
    }


def test_the_plugin_manager_calls_every_hook() -> None:
    assert sorted(HOOKS.values()) == sorted(specifications())


@pytest.mark.parametrize("name", specifications())
def test_every_hook_is_documented_with_an_example_that_runs(name: str) -> None:
    documentation = inspect.getdoc(specifications()[name]) or ""
    prose, marker, example = documentation.partition("Example::")
    assert ":return:" in prose
    assert marker
    known = {"hookimpl": hookimpl, "Provider": Provider, "devnet": object()}
    source = textwrap.dedent(example)
    # The example names a factory and a settings class, which are its author's own.
    free = {n: type(n, (), {}) for n in _names(source) if n not in known and n != name}
    namespace: dict[str, Any] = {**known, **free}
    exec(source, namespace)
    [offered] = namespace[name]()
    assert offered is known["devnet"] or isinstance(offered, Provider)


def _names(source: str) -> set[str]:
    return {
        constant
        for code in compile(source, "example", "exec").co_consts
        if inspect.iscode(code)
        for constant in code.co_names
    }
