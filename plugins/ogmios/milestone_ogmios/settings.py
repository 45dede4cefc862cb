"""What a user may set about Ogmios."""

from __future__ import annotations

from dataclasses import dataclass, field

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OgmiosSettings:
    """The table ``[ogmios]`` of milestone.toml. Times are seconds, sizes bytes."""

    url: str = field(
        default="ws://127.0.0.1:1337", metadata={"help": "where Ogmios listens, ws:// or wss://"}
    )
    timeout: int = field(default=20, metadata={"help": "seconds that a query may take in all"})
    connect_timeout: int = field(
        default=5, metadata={"help": "seconds that opening the connection may take"}
    )
    submit_timeout: int = field(
        default=60, metadata={"help": "seconds that submitting a transaction may take"}
    )
    max_frame: int = field(
        default=32 * MEBIBYTE, metadata={"help": "bytes of the longest answer that is accepted"}
    )
