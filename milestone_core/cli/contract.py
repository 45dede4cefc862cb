"""``milestone contract``: the compiled contract and its reference scripts."""

from __future__ import annotations

import click

from milestone_core.app import App
from milestone_core.cli.context import pass_app
from milestone_core.cli.money import Spending, sent_lines, spending_options
from milestone_core.cli.output import emit, json_option, table
from milestone_core.errors import NotFound
from milestone_core.services import publish as service
from milestone_core.services import scripts


@click.group()
def contract() -> None:
    """Show the compiled contract; find it on chain, or publish it as reference scripts.

    Example: milestone contract show
    """


@contract.command()
@json_option
@pass_app
def show(app: App) -> None:
    """Show the validators, their hashes and sizes, after checking that these agree.

    Example: milestone contract show --json
    """
    loaded = app.contract
    emit(
        {
            "source": app.contracts.source(),
            "validators": [
                {"title": v.title, "hash": v.hash.hex(), "size": len(v.code)}
                for v in loaded.validators
            ],
            "programme_address": str(loaded.programme_address),
            "distribution_address": str(loaded.distribution_address),
        },
        [
            *table(
                ("VALIDATOR", "HASH", "BYTES"),
                [(v.title, v.hash.hex(), str(len(v.code))) for v in loaded.validators],
            ),
            f"from {app.contracts.source()}; the hashes agree with the code",
            f"programmes at     {loaded.programme_address}",
            f"distributions at  {loaded.distribution_address}",
        ],
    )


@contract.command()
@json_option
@pass_app
def find(app: App) -> None:
    """Find the reference scripts on chain: in which output each validator lies.

    Example: milestone contract find
    """
    published = scripts.find(app)
    lying = {title: str(utxo.reference) for title, utxo in published.found.items()}
    if published.missing:
        missing = ", ".join(validator.title for validator in published.missing)
        raise NotFound(
            f"not on chain as a reference script: {missing}",
            hint="`milestone deploy` publishes them, or: milestone contract publish --key FILE",
            details={"found": lying, "missing": [v.title for v in published.missing]},
        )
    hashes = {validator.title: validator.hash.hex() for validator in app.contract.validators}
    emit(
        {
            "scripts": [
                {"title": title, "hash": hashes[title], "output": output}
                for title, output in lying.items()
            ],
            "address": str(app.contract.distribution_address),
        },
        [
            *table(("VALIDATOR", "OUTPUT"), list(lying.items())),
            f"at {app.contract.distribution_address}, where nobody can spend them",
        ],
    )


@contract.command()
@spending_options
@json_option
@pass_app
def publish(app: App, spending: Spending) -> None:
    """Put the validators on chain as reference scripts, where nobody can ever spend them.

    Their ADA, about 4.4 for each kilobyte, stays there for good.

    Example: milestone contract publish --key owner.skey --yes
    """
    done = service.publish(app, spending.operator(app, None, "publish"))
    lines = sent_lines([done.sent] if done.sent else [])
    if not done.published:
        lines.append("All validators are on chain already.")
    emit(
        {
            "published": [v.title for v in done.published],
            **spending.document([done.sent] if done.sent else []),
        },
        lines,
    )
