"""Opening a chain: a new one, one from a state file, or one that begins with a snapshot."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from milestone_core.api import BadInput
from milestone_devnet.chain.chain import Chain
from milestone_devnet.chain.genesis import genesis
from milestone_devnet.chain.state_file import create_state_file, open_state_file
from milestone_devnet.chain.store import Store
from milestone_devnet.clock import Clock
from milestone_devnet.ledger import Parameters, default_parameters
from milestone_devnet.network import SLOT_LENGTH_MS, slots_of


def open_chain(
    state: Path | None,
    *,
    instant: bool = False,
    slot_length_ms: int | None = None,
    snapshot: Path | None = None,
    parameters: Parameters | None = None,
    horizon: bool = True,
) -> Chain:
    """The chain of a state file, or a new one.

    :param state: its file; None for memory.
    :param slot_length_ms: None for that of the file, which is one second for a new chain.
    :param snapshot: what a new chain begins with.
    :param horizon: whether scripts know no time beyond the safe zone.
    :raises CorruptStore: a file is there and is not a devnet's; it is left as it is.
    :raises Busy: another devnet runs on it.
    :raises BadInput: the file cannot be made, or is there and a snapshot was to begin it, or the
        chain's slots have another length.
    """
    if snapshot is not None and state is not None and state.exists():
        raise BadInput(
            f"{state} exists already, and a snapshot only begins a new chain",
            hint="leave the snapshot out to continue the file, or give another --state",
        )
    store = _store(state, slot_length_ms or SLOT_LENGTH_MS)
    try:
        if snapshot is not None:
            store.adopt(snapshot)
        _check_slot_length(store, slot_length_ms)
        clock = Clock(slots_of(store.slot_length_ms()), store.clock_offset_ms())
        return Chain(
            store, clock, parameters or default_parameters(), instant=instant, horizon=horizon
        )
    except BaseException:
        store.close()
        raise


def _store(state: Path | None, slot_length_ms: int) -> Store:
    first, outputs = genesis(Clock(slots_of(slot_length_ms)).slot())
    if state is None:
        return Store.in_memory(first, outputs, slot_length_ms)
    if not state.exists():
        with suppress(FileExistsError):
            create_state_file(state, first, outputs, slot_length_ms)
    return open_state_file(state)


def _check_slot_length(store: Store, wanted_ms: int | None) -> None:
    has_ms = store.slot_length_ms()
    if wanted_ms not in (None, has_ms):
        raise BadInput(
            f"the slots of this chain have {has_ms} ms, not {wanted_ms}",
            hint="leave --slot-length out, or begin another chain",
        )
