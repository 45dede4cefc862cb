"""``milestone devnet snapshot`` and ``milestone devnet restore``."""

from __future__ import annotations

from pathlib import Path

import click

from milestone_core.api import BadInput
from milestone_devnet.cli.options import (
    control_port_option,
    control_url,
    json_option,
    print_now,
    print_result,
)


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@control_port_option
@json_option
def snapshot(file: Path, force: bool, control_port: int, as_json: bool) -> None:
    """Save the chain into a file, for restore or run --snapshot. What is pending is not in it.

    \b
    Example:
      milestone devnet snapshot devnet.snapshot
    """
    from milestone_devnet.control.client import ControlClient

    if file.exists() and not force:
        raise BadInput(f"{file} is there already", hint="give --force to overwrite it")
    content = ControlClient(control_url(control_port)).snapshot()
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from error
    print_result(
        {"path": str(file), "bytes": len(content)},
        [f"saved {file}, {len(content)} bytes"],
        as_json=as_json,
    )


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@control_port_option
@json_option
def restore(file: Path, control_port: int, as_json: bool) -> None:
    """Become the chain of a snapshot; the chain of now is lost.

    \b
    Example:
      milestone devnet restore devnet.snapshot
    """
    from milestone_devnet.control.client import ControlClient

    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    print_now(ControlClient(control_url(control_port)).restore(content), as_json=as_json)
