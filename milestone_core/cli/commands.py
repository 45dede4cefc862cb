"""The commands of ``milestone``: ours by a table, others by plugins, imported when they run."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import click

from milestone_core.app import App
from milestone_core.files.text import nearest

COMPLETION_VARIABLE = "_MILESTONE_COMPLETE"
"""Set by a shell's function when it asks the program what could come next."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A command of ours. It lies, under its own name, in the module of ``cli`` of that name.

    ``summary`` is what ``milestone --help`` prints, so that it need not import the module.
    ``needs`` names the command of a plugin without which it cannot work.
    """

    summary: str
    needs: str = ""


COMMANDS: dict[str, Listed] = {
    "init": Listed("Write milestone.toml and data/, then see whether everything is there."),
    "doctor": Listed(
        "Check node, Ogmios, Kupo, contract, storage and plugins; say how to mend what is wrong."
    ),
    "schedule": Listed("Write, check and show schedules."),
    "register": Listed("Validate a schedule, keep it, and say what deploying it takes."),
    "deploy": Listed("Start the programme, register the distribution and lock its tokens."),
    "verify": Listed(
        "Compare what is locked with the published schedule, and say what each could still do."
    ),
    "oracle": Listed("Make the message that oracles sign, and sign it with a key file."),
    "commit": Listed("Keep oracles' attestations, after checking their format."),
    "status": Listed("Show what is proven and claimable, and who must act next."),
    "calculate": Listed("Calculate what may be claimed, now or at another time."),
    "prove": Listed("Record a quorum's attestations on chain; claimants then need no files."),
    "release": Listed("Pay what is claimable: to everybody, or to whom and for what you say."),
    "reclaim": Listed(
        "Close what is paid or expired, and take back what nobody can claim any more."
    ),
    "cancel": Listed("Let nothing more be proven, with the owner's key and a quorum's signatures."),
    "rotate": Listed("Hand over to other oracles, with a quorum's signatures of the present ones."),
    "bundle": Listed("Hand on, in one file, all that a stranger needs to claim; take one over."),
    "resume": Listed("Find out what became of transactions that were sent."),
    "history": Listed("Show who was paid what, and everything else that happened."),
    "contract": Listed(
        "Show the compiled contract; find it on chain, or publish it as reference scripts."
    ),
    "demo": Listed("Run the whole flow on an embedded devnet.", needs="devnet"),
    "plugins": Listed("List the installed plugins and what they offer."),
    "config": Listed("Show what is configured, each value with where it came from."),
    "completion": Listed("Print what makes a shell complete the commands."),
}


class LazyGroup(click.Group):
    """A group that imports only the command that is run.

    The context's object is the :class:`~milestone_core.app.App`. Plugins are loaded where a name
    is not one of ours, and for ``--help``.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours in the order of their use, then those of plugins."""
        return [*COMMANDS, *_commands_of_plugins(_app(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, None where there is none of that name.

        :raises Misconfigured: it takes a plugin that is missing, broken or refused.
        """
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            plugins = _app(ctx).plugins
            return plugins.command(cmd_name) if plugins.knows("command", cmd_name) else None
        if listed.needs:
            _app(ctx).plugins.command(listed.needs)
        module = importlib.import_module(f"milestone_core.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` begin with.

        :raises click.UsageError: there is none; the nearest is named.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"there is no command {name!r}; {nearest(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in ``--help``, without importing ours."""
        rows = [(name, listed.summary) for name, listed in COMMANDS.items()]
        for name in _commands_of_plugins(_app(ctx)):
            command = _app(ctx).plugins.command(name)
            rows.append((name, command.get_short_help_str(formatter.width)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _app(ctx: click.Context) -> App:
    app = ctx.find_object(App)
    assert app is not None, "the command line runs within an App"
    return app


def _commands_of_plugins(app: App) -> list[str]:
    names = app.plugins.names("command")
    for name in names:
        if name in COMMANDS:
            app.warn(f"a plugin offers a command {name!r}, which is the program's own: ignored")
    return [name for name in names if name not in COMMANDS]
