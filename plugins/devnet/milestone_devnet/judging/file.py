"""A file of transactions to judge: JSON with a UTxO set, a slot, a clock and transactions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from milestone_core.api import BadInput
from milestone_devnet.judging.registered import accounts_of, pools_of, representatives_of
from milestone_devnet.judging.vectors import utxo_of
from milestone_devnet.judging.verdict import Verdict, judge
from milestone_devnet.ledger import (
    DeserialisationFailure,
    Environment,
    LedgerState,
    SlotConfig,
    default_parameters,
)
from milestone_devnet.ledger.cbor import Malformed, one_item
from milestone_devnet.network import NETWORK_ID
from milestone_devnet.producer import POOLS

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MAX_SLOT = 2**63 - 1
_REQUIRED = frozenset({"utxo", "slot", "slot_config", "transactions"})
_OPTIONAL = frozenset({"accounts", "representatives", "pools", "treasury"})


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """Transactions by name, with the state and environment that each is judged in alone."""

    state: LedgerState
    environment: Environment
    transactions: Mapping[str, bytes]

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each transaction; none has an effect on another."""
        return {
            name: judge(transaction, self.state, self.environment)
            for name, transaction in self.transactions.items()
        }


def read_file(path: Path) -> JudgedFile:
    """Read a file to judge, in the devnet's protocol parameters and network.

    :raises BadInput: it cannot be read, or something in it is missing or wrong.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not JSON: {error}") from error
    try:
        return _judged(content)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise BadInput(
            f"{path} cannot be judged: {reason}",
            hint="it wants utxo (hex), slot, slot_config {zero_slot, zero_time, slot_length}"
            " and transactions {name: hex}",
        ) from error


def _judged(content: Any) -> JudgedFile:
    if not isinstance(content, dict):
        raise TypeError("it is not a JSON object")
    if unknown := sorted(content.keys() - _REQUIRED - _OPTIONAL):
        raise ValueError(f"it has members of no meaning here: {', '.join(unknown)}")
    transactions = content["transactions"]
    if not isinstance(transactions, dict):
        raise TypeError("'transactions' is not an object")
    return JudgedFile(
        LedgerState(
            _utxo(content["utxo"]),
            _registered("accounts", content, accounts_of),
            _registered("representatives", content, representatives_of),
        ),
        Environment(
            default_parameters(),
            _integer("slot", content["slot"]),
            _slot_config(content["slot_config"]),
            NETWORK_ID,
            POOLS | _registered("pools", content, pools_of).keys(),
            _integer("treasury", content.get("treasury", 0)),
        ),
        {name: _hex(f"transactions[{name!r}]", text) for name, text in transactions.items()},
    )


def _registered(
    name: str, content: Mapping[str, Any], read: Callable[[Any], dict[_Key, _Value]]
) -> dict[_Key, _Value]:
    try:
        return read(content.get(name, []))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is wrong: {error}"
        raise ValueError(f"an entry of {name!r} {reason}") from None


def _utxo(text: Any) -> dict[Any, Any]:
    try:
        return utxo_of(one_item(_hex("utxo", text)))
    except (Malformed, DeserialisationFailure) as error:
        raise ValueError(f"'utxo' is not the CBOR of a map from input to output: {error}") from None


def _slot_config(content: Any) -> SlotConfig:
    if not isinstance(content, dict):
        raise TypeError("'slot_config' is not an object")
    length = _integer("slot_length", content["slot_length"])
    if length == 0:
        raise ValueError("'slot_length' is zero")
    return SlotConfig(
        zero_time_ms=_integer("zero_time", content["zero_time"]),
        zero_slot=_integer("zero_slot", content["zero_slot"]),
        slot_length_ms=length,
    )


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_SLOT:
        raise ValueError(f"{name!r} is not an integer between 0 and {_MAX_SLOT}")
    return value


def _hex(name: str, text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"{name} is not a string")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{name} is not hex") from None
