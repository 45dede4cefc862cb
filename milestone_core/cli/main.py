"""``milestone``: finds the command, runs it, and turns what goes wrong into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from milestone_core import __version__
from milestone_core.app import App
from milestone_core.cli import output
from milestone_core.cli.commands import COMPLETION_VARIABLE, LazyGroup
from milestone_core.cli.progress import Progress
from milestone_core.config import Flags
from milestone_core.errors import Interrupted, MilestoneError

PIPE_CLOSED = 141  # 128 + SIGPIPE, as a shell reports a program that the signal ended
_IF_SENT = "If a transaction was sent, `milestone resume` finds out what became of it."


class Defect(MilestoneError):
    """An exception that nobody meant."""

    code = "defect"
    exit = 1


class UsageFault(MilestoneError):
    """Arguments that Click refuses."""

    code = "usage"
    exit = 2


def _chosen(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    choices = {}
    for value in values:
        port, equals, name = value.partition("=")
        if not (port and equals and name):
            raise click.BadParameter(f"{value!r} is not PORT=NAME, such as storage=tinydb")
        choices[port] = name
    return choices


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The milestone.toml to use.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="The folder of the data.")
@click.option(
    "--use",
    multiple=True,
    metavar="PORT=NAME",
    callback=_chosen,
    help="Swap a backend for this call: chain, utxo, contract or storage. Repeatable.",
)
@click.option("--verbose", is_flag=True, expose_value=False, help="Show where an error arose.")
@click.option(
    "--log-json", is_flag=True, expose_value=False, help="Log each step, as JSON on stderr."
)
@click.option("--no-color", is_flag=True, expose_value=False, help="Print without colour.")
@click.version_option(__version__, prog_name="milestone", message="%(prog)s %(version)s")
@click.pass_obj
def milestone(app: App, config: Path | None, data_dir: Path | None, use: dict[str, str]) -> None:
    """Release tokens on Cardano when milestones are proven done.

    To see it all work on this machine: milestone demo
    """
    app.flags = Flags(config, data_dir, use)
    app.log("command", command=click.get_current_context().invoked_subcommand, version=__version__)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and answer its exit code.

    :param arguments: without the program's name.
    """
    mode = output.Mode.of(arguments, os.environ)
    with output.printing(mode):
        code = _run(arguments, mode)
        output.log("exit", code=code)
        return code


def _run(arguments: Sequence[str], mode: output.Mode) -> int:
    try:
        with App(
            os.environ,
            Path.cwd(),
            tell=output.note,
            warn=output.warn,
            log=output.log,
            waiting=Progress,
        ) as app:
            code = _invoke(arguments or ["--help"], app, mode)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read our output has seen enough. Nothing more may be written to it, not even
        # by the interpreter when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except MilestoneError as error:
        failure = error
    except (KeyboardInterrupt, EOFError, click.Abort):
        failure = Interrupted("interrupted", hint=_IF_SENT)
    except Exception as error:  # noqa: BLE001 the last resort: whatever it is, it is a defect
        failure = _defect(error)
    output.show_error(failure)
    return failure.exit


def _invoke(arguments: Sequence[str], app: App, mode: output.Mode) -> int:
    if COMPLETION_VARIABLE in os.environ:
        return _complete(app)
    try:
        context = milestone.make_context("milestone", [*arguments], obj=app, color=mode.color)
        with context:
            milestone.invoke(context)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        raise _usage_fault(error) from error
    return 0


def _complete(app: App) -> int:
    """Answer a shell that asks what could come next."""
    from milestone_core.cli import completion

    completion.answer(app, milestone, os.environ)
    return 0


def _usage_fault(error: click.ClickException) -> UsageFault:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageFault(f"{error.ctx.command_path} needs a command", hint=error.ctx.get_help())
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"{context.command_path} --help shows how." if context else ""
    return UsageFault(error.format_message(), hint=hint)


def _defect(error: Exception) -> Defect:
    defect = Defect(
        f"a defect of ours, not a mistake of yours: {type(error).__name__}: {error}",
        hint="Please report it with the command that you typed, the output of `milestone plugins`, "
        f"and what `milestone --verbose ...` adds. {_IF_SENT}",
    )
    defect.__cause__ = error
    return defect


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
