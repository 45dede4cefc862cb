"""What a user may set about Kupo."""

from __future__ import annotations

from dataclasses import dataclass, field

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KupoSettings:
    """The table ``[kupo]`` of milestone.toml. Times are seconds, sizes bytes."""

    url: str = field(
        default="http://127.0.0.1:1442",
        metadata={"help": "where Kupo listens, http:// or https://"},
    )
    timeout: int = field(
        default=20, metadata={"help": "seconds that a look-up may take in all, retries included"}
    )
    connect_timeout: int = field(
        default=5, metadata={"help": "seconds that opening a connection may take"}
    )
    max_answer: int = field(
        default=64 * MEBIBYTE, metadata={"help": "bytes of the longest answer that is accepted"}
    )
