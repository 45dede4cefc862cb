"""What the commands that take oracles' signatures share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from milestone_core.domain.decisions import OracleMessage
from milestone_core.files.attestation import read_message
from milestone_core.files.signatures import SignatureFile, read_signature

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class SignatureFiles:
    """Signatures by the names of their files, and messages that they may be of."""

    signed: tuple[tuple[str, SignatureFile], ...]
    asked: tuple[OracleMessage, ...]


def signature_files(command: CommandT) -> CommandT:
    """Give a command the arguments SIG.json...; they arrive as one parameter ``signatures``."""

    @click.argument(
        "signatures",
        nargs=-1,
        required=True,
        metavar="SIG.json...",
        type=click.Path(path_type=Path),
    )
    @click.option(
        "--message",
        "messages",
        multiple=True,
        metavar="MSG.json",
        type=click.Path(path_type=Path),
        help="A message that wallets signed, if it was made on another machine; repeatable.",
    )
    @functools.wraps(command)
    def wrapper(
        *args: Any, signatures: tuple[Path, ...], messages: tuple[Path, ...], **kwargs: Any
    ) -> Any:
        files = SignatureFiles(
            tuple((str(path), read_signature(path)) for path in signatures),
            tuple(read_message(path) for path in messages),
        )
        return command(*args, signatures=files, **kwargs)

    # Click fills in what the command's own type does not have.
    return wrapper  # type: ignore[return-value]
