"""``milestone doctor``: is everything there, on the right network, and up to date?"""

from __future__ import annotations

from dataclasses import dataclass

import click

from milestone_core.app import App
from milestone_core.cli.output import emit, json_option
from milestone_core.errors import Misconfigured, ServiceUnavailable
from milestone_core.plugin import PluginState
from milestone_core.services.doctor import Finding, examine

_SERVICES = frozenset({"Ogmios", "node", "Kupo", "reference scripts"})


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor found, in both forms, and the exit code that follows from it."""

    document: dict[str, object]
    lines: list[str]
    exit: int


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check node, Ogmios, Kupo, contract, storage and plugins; say how to mend what is wrong.

    Example: milestone doctor
    """
    app = context.find_object(App)
    assert app is not None, "the command line runs within an App"
    found = report(app)
    emit(found.document, found.lines)
    context.exit(found.exit)


def report(app: App) -> Report:
    """Examine everything that the project uses."""
    findings = (*examine(app), _plugins(app))
    healthy = all(finding.ok or not finding.fatal for finding in findings)
    document: dict[str, object] = {
        "network": app.network,
        "healthy": healthy,
        "findings": [
            {
                "part": f.part,
                "ok": f.ok,
                "fatal": f.fatal,
                "detail": f.detail,
                "remedy": f.remedy,
                **f.figures,
            }
            for f in findings
        ],
    }
    return Report(document, [line for f in findings for line in _lines(f)], _exit(findings))


def _plugins(app: App) -> Finding:
    found = app.plugins.plugins
    loaded = [plugin for plugin in found if plugin.state is PluginState.LOADED]
    broken = [plugin for plugin in found if plugin.state is PluginState.BROKEN]
    if broken:
        names = ", ".join(f"{plugin.name} ({plugin.cause})" for plugin in broken)
        remedy = "Reinstall them, or leave them out with MILESTONE_BLOCK_PLUGINS."
        return Finding("plugins", False, f"broken: {names}", remedy, fatal=False)
    return Finding("plugins", True, f"{len(loaded)} loaded")


def _lines(finding: Finding) -> list[str]:
    mark = "ok" if finding.ok else ("FAILED" if finding.fatal else "note")
    lines = [f"{mark:<7} {finding.part:<18} {finding.detail}"]
    if finding.remedy:
        lines.append(f"{'':<7} {'':<18} -> {finding.remedy}")
    return lines


def _exit(findings: tuple[Finding, ...]) -> int:
    """0 where all is well; that of a missing service before that of a wrong configuration."""
    failed = {finding.part for finding in findings if not finding.ok and finding.fatal}
    if failed & _SERVICES:
        return ServiceUnavailable.exit
    return Misconfigured.exit if failed else 0
