"""``milestone doctor``: is everything there, on the right network, and up to date?"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace

import click

from milestone_core.app import App
from milestone_core.cli.output import emit, json_option
from milestone_core.config import compose
from milestone_core.errors import ServiceUnavailable
from milestone_core.networks import NETWORKS
from milestone_core.plugin import PluginState
from milestone_core.services.doctor import UNWATCHED, Finding, examine
from milestone_core.urls import without_secrets

_STARTED = frozenset({"Ogmios", "node", "Kupo"})


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
    findings = (*(_here(app, finding) for finding in examine(app)), _plugins(app))
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


def _here(app: App, finding: Finding) -> Finding:
    """The finding with a remedy that can be typed, where this project's own files give one."""
    unwatched = finding.figures.get(UNWATCHED)
    since = NETWORKS[app.network].before_conway
    if isinstance(unwatched, list) and since and app.config.use("utxo") == "kupo":
        return replace(finding, remedy=f"{finding.remedy}: {_tell_kupo(app, unwatched, since)}")
    unreachable = not finding.ok and finding.part in _STARTED and not finding.figures
    project = app.config.project_file
    if unreachable and project is not None and (file := compose.of_project(project)):
        return replace(finding, remedy=f"{finding.remedy} Or: {compose.command(file)}")
    return finding


def _tell_kupo(app: App, patterns: list[str], since: str) -> str:
    """The command that makes a running Kupo watch patterns, from a block ``slot.hash`` on.

    A password in Kupo's URL is left out: whoever runs it puts it in again.
    """
    slot, _, header = since.partition(".")
    body = {
        "patterns": patterns,
        "rollback_to": {"slot_no": int(slot), "header_hash": header},
        "limit": "unsafe_allow_beyond_safe_zone",
    }
    url = without_secrets(str(app.config.entries["kupo.url"].value)).rstrip("/")
    return (
        "curl -X PUT -H 'Content-Type: application/json' "
        f"-d {shlex.quote(json.dumps(body))} " + shlex.quote(f"{url}/patterns")
    )


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
    failed = {finding.exit for finding in findings if not finding.ok and finding.fatal}
    if ServiceUnavailable.exit in failed:
        return ServiceUnavailable.exit
    return max(failed, default=0)
