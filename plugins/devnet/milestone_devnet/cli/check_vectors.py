"""``milestone devnet check-vectors``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from milestone_devnet.cli.options import json_option, print_result

_DISAGREE = 7


@click.command("check-vectors")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False))
@json_option
@click.pass_context
def check_vectors(context: click.Context, folder: str, as_json: bool) -> None:
    """Compare the devnet's ledger with recorded verdicts of the real one.

    DIR holds eras/<era>/<name>/0 and pparams/, as dumped from cardano-ledger's own tests. Vectors
    with votes, proposals, or certificates of pools, representatives and the committee are outside
    of what a devnet is for; they are listed and not run. Exit code 7 where anything disagrees.

    \b
    Example:
      milestone devnet check-vectors vectors/ledger
    """
    from milestone_devnet.judging.conformance import check_folder

    found = check_folder(Path(folder), _progress(as_json=as_json))
    lines = [f"{found.agree} of {found.core} vectors agree; {len(found.outside)} are outside"]
    lines += [f"outside    {name}: {reason}" for name, reason in found.outside.items()]
    for disagreement in found.disagreements:
        lines += [f"disagrees  {disagreement.vector}: {text}" for text in disagreement.problems]
    print_result(
        {
            "agree": found.agree,
            "core": found.core,
            "outside": len(found.outside),
            "disagreements": [
                {"vector": disagreement.vector, "problems": disagreement.problems}
                for disagreement in found.disagreements
            ],
            "reasons_outside": found.outside,
        },
        lines,
        as_json=as_json,
    )
    if found.disagreements:
        context.exit(_DISAGREE)


def _progress(*, as_json: bool) -> Callable[[int, int], None]:
    watched = sys.stderr.isatty() and not as_json

    def tell(done: int, total: int) -> None:
        if watched:
            click.echo(f"\r{done} of {total} vectors", nl=done == total, err=True)

    return tell
