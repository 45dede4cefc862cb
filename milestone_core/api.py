"""The one import of plugin authors: hooks, ports, values and errors.

Everything here is public and kept stable; nothing else of ``milestone_core`` is.
"""

from __future__ import annotations

from milestone_core.answers import AnswerField, one_line
from milestone_core.documents import check_name, plain_document
from milestone_core.domain.address import MAINNET, TESTNET, Address, Credential, CredentialKind
from milestone_core.domain.chain import (
    ADA,
    AssetId,
    BeyondHorizon,
    ChainHealth,
    Era,
    IndexHealth,
    Output,
    OutputReference,
    ProtocolParameters,
    RedeemerUnits,
    Script,
    SlotClock,
    Snapshot,
    Spending,
    Tip,
    Units,
    Utxo,
    Value,
)
from milestone_core.domain.release import Releasable, ReleaseContext
from milestone_core.domain.vesting import Vesting
from milestone_core.errors import (
    BadAnswer,
    BadInput,
    Busy,
    CorruptStore,
    InsufficientFunds,
    MilestoneError,
    Misconfigured,
    NotFound,
    NotYet,
    OutcomeUnknown,
    Refused,
    ScriptRefused,
    ServiceUnavailable,
    TransactionRefused,
)
from milestone_core.hookspecs import hookimpl
from milestone_core.locks import LOCK_WAIT_SECONDS, exclusive_lock, lock_is_busy
from milestone_core.ports import (
    ChainQuery,
    CompiledValidator,
    ContractLoader,
    Document,
    ObservedPolicy,
    Observer,
    ReleasePolicy,
    Storage,
    StorageTransaction,
    UtxoLookup,
)
from milestone_core.providers import NoSettings, Provider, Surroundings
from milestone_core.urls import without_secrets

__all__ = [
    "ADA",
    "LOCK_WAIT_SECONDS",
    "MAINNET",
    "TESTNET",
    "Address",
    "AnswerField",
    "AssetId",
    "BadAnswer",
    "BadInput",
    "BeyondHorizon",
    "Busy",
    "ChainHealth",
    "ChainQuery",
    "CompiledValidator",
    "ContractLoader",
    "CorruptStore",
    "Credential",
    "CredentialKind",
    "Document",
    "Era",
    "IndexHealth",
    "InsufficientFunds",
    "MilestoneError",
    "Misconfigured",
    "NoSettings",
    "NotFound",
    "NotYet",
    "ObservedPolicy",
    "Observer",
    "OutcomeUnknown",
    "Output",
    "OutputReference",
    "ProtocolParameters",
    "Provider",
    "RedeemerUnits",
    "Refused",
    "Releasable",
    "ReleaseContext",
    "ReleasePolicy",
    "Script",
    "ScriptRefused",
    "ServiceUnavailable",
    "SlotClock",
    "Snapshot",
    "Spending",
    "Storage",
    "StorageTransaction",
    "Surroundings",
    "Tip",
    "TransactionRefused",
    "Units",
    "Utxo",
    "UtxoLookup",
    "Value",
    "Vesting",
    "check_name",
    "exclusive_lock",
    "hookimpl",
    "lock_is_busy",
    "one_line",
    "plain_document",
    "without_secrets",
]
