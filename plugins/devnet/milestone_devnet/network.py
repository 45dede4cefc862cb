"""What is fixed about the devnet's network: its magic, its clock's anchor, its epochs."""

from __future__ import annotations

from milestone_devnet.ledger import SlotConfig

NETWORK_MAGIC = 42
NETWORK_ID = 0

# The anchor and epochs of the public network "preview" (2022-10-25T00:00:00Z, one slot a second):
# clients that have a slot configuration for preview built in can use the devnet unchanged, and the
# epoch is never 0, on which some clients fail.
SYSTEM_START_MS = 1_666_656_000_000
SLOT_LENGTH_MS = 1000
EPOCH_LENGTH = 86_400
SECURITY_PARAMETER = 432

# 3k/f slots (f = 1/20): how far ahead the ledger vouches for the length of a slot.
SAFE_ZONE = 60 * SECURITY_PARAMETER


def slots_of(slot_length_ms: int) -> SlotConfig:
    """The clock of slots of a devnet, whose slot 0 began at the system's start."""
    return SlotConfig(SYSTEM_START_MS, zero_slot=0, slot_length_ms=slot_length_ms)


def horizon_after(slot: int) -> int:
    """How far the ledger vouches for the clock: the first epoch boundary beyond the safe zone."""
    return (epoch_of(slot + SAFE_ZONE) + 1) * EPOCH_LENGTH


def epoch_of(slot: int) -> int:
    """The epoch that a slot belongs to."""
    return slot // EPOCH_LENGTH
