"""``milestone completion``: what makes a shell complete commands and options."""

from __future__ import annotations

from collections.abc import Mapping

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from milestone_core.app import App
from milestone_core.cli.commands import COMPLETION_VARIABLE

_SHELLS: Mapping[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}
_NAME = "milestone"


@click.command()
@click.argument("shell", type=click.Choice([*_SHELLS]))
def completion(shell: str) -> None:
    """Print what makes a shell complete the commands.

    For bash, in ~/.bashrc: eval "$(milestone completion bash)". For zsh the same in ~/.zshrc. For
    fish: milestone completion fish > ~/.config/fish/completions/milestone.fish

    Example: milestone completion bash
    """
    root = click.get_current_context().find_root().command
    complete = _SHELLS[shell](root, {}, _NAME, COMPLETION_VARIABLE)
    click.echo(complete.source_template % complete.source_vars())


def answer(app: App, root: click.Command, environ: Mapping[str, str]) -> None:
    """Print what could come next, for a shell that asks by :data:`COMPLETION_VARIABLE`.

    A word that is not one, such as an open quote, completes to nothing.
    """
    shell = environ[COMPLETION_VARIABLE].partition("_")[0]
    if shell not in _SHELLS:
        return
    complete = _SHELLS[shell](root, {"obj": app}, _NAME, COMPLETION_VARIABLE)
    try:
        click.echo(complete.complete())
    except (ValueError, KeyError):  # asked by hand, without the words
        return
