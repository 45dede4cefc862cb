"""``milestone init``: begin a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from milestone_core.app import App
from milestone_core.cli import doctor as examination
from milestone_core.cli.output import emit, json_option
from milestone_core.config import compose, new_project_text, write_new
from milestone_core.errors import BadInput, Misconfigured
from milestone_core.networks import NETWORKS
from milestone_core.urls import without_secrets

PROJECT_FILE, DATA_DIR = "milestone.toml", "data"
_PORTS = {"ogmios": "chain", "kupo": "utxo"}


@click.command()
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--network", required=True, type=click.Choice([*NETWORKS]), help="The network to work on."
)
@click.option("--ogmios", metavar="URL", help="Where Ogmios listens, ws://HOST:PORT.")
@click.option("--kupo", metavar="URL", help="Where Kupo listens, http://HOST:PORT.")
@json_option
@click.pass_context
def init(
    context: click.Context, directory: Path, network: str, ogmios: str | None, kupo: str | None
) -> None:
    """Write milestone.toml and data/, then see whether everything is there.

    For preview, preprod and mainnet it also writes infra/, with which docker compose starts
    cardano-node, Ogmios and Kupo, unless they are said to be on another machine.

    Example: milestone init . --network devnet
    """
    app = context.find_object(App)
    assert app is not None, "the command line runs within an App"
    urls = {"ogmios": ogmios, "kupo": kupo}
    tables = {name: {"url": url} for name, url in urls.items() if url is not None}
    for name, settings in tables.items():
        _try_out(app, name, settings, network)
    project = directory / PROJECT_FILE
    try:
        (directory / DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{directory} cannot be made: {error.strerror}") from error
    secret = any(
        without_secrets(settings["url"]) != settings["url"] for settings in tables.values()
    )
    text = new_project_text(NETWORKS[network], tables)
    write_new(project, text, mode=0o600 if secret else 0o644)
    app.flags = replace(app.flags, config=project)
    services = compose.write(directory, network, ogmios, kupo)
    start = None if services is None else compose.command(services)
    report = examination.report(app)
    document = {
        "project": str(project),
        "network": network,
        "compose": start,
        **report.document,
    }
    lines = [f"wrote {project} and {directory / DATA_DIR}"]
    if services is not None:
        lines += [f"wrote {services} and its .env; start the services with:", f"  {start}"]
    emit(document, [*lines, *report.lines])
    context.exit(report.exit)


def _try_out(app: App, name: str, settings: dict[str, str], network: str) -> None:
    """See whether an address can be one, before anything is written."""
    provider = app.plugins.provider(_PORTS[name], name)
    try:
        app.try_out(provider, settings, network)
    except Misconfigured as error:
        # What the plugin advises is for milestone.toml.
        hint = error.hint.replace("url = ", f"--{name} ")
        raise BadInput(f"--{name}: {error.message}", hint=hint) from error
