"""``milestone plugins``: what is installed, and what each plugin offers."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.output import emit, json_option, table
from milestone_core.plugin import Plugin, PluginState


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def plugins(context: click.Context) -> None:
    """List the installed plugins and what they offer.

    Example: milestone plugins --json
    """
    if context.invoked_subcommand is None:
        context.invoke(list_plugins)


@plugins.command("list")
@json_option
@pass_app
def list_plugins(app: App) -> None:
    """List the installed plugins: name, distribution, version, state, hooks.

    Example: milestone plugins list
    """
    found = app.plugins.plugins
    document = {
        "plugins": [_as_document(plugin) for plugin in found],
        "conflicts": list(app.plugins.conflicts),
    }
    rows = [(p.name, p.distribution, p.version, p.state.value, _remark(p)) for p in found]
    emit(document, table(("NAME", "DISTRIBUTION", "VERSION", "STATE", "HOOKS"), rows))


def _as_document(plugin: Plugin) -> dict[str, object]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.state.value,
        "hooks": list(plugin.hooks),
        "cause": plugin.cause,
    }


def _remark(plugin: Plugin) -> str:
    return plugin.cause if plugin.state is PluginState.BROKEN else ", ".join(plugin.hooks)
