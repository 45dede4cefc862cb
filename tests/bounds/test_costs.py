"""The table of costs in the docs is of the contract and the builder as they are."""

from __future__ import annotations

from pathlib import Path

import contract_costs

TOLD = (Path(__file__).parents[2] / "docs" / "contract.md").read_text("utf-8").splitlines()
ONE = (1,)


def test_the_docs_tell_what_a_page_of_one_beneficiary_costs() -> None:
    found = {
        "start": contract_costs.starts(ONE),
        "register": contract_costs.registrations(ONE),
        "release": contract_costs.releases(ONE, 1),
        "close": contract_costs.closings(ONE),
    }
    for action, (entry,) in found.items():
        assert contract_costs.line(action, 1, entry) in TOLD


def test_a_release_is_as_cheap_as_was_promised() -> None:
    """At most so many times the fee of a transaction without a contract."""
    for beneficiaries, most in ((1, 1.24), (5, 1.26)):
        release = contract_costs.releases([beneficiaries], 1)[0]
        assert release["ratio"] <= most
        assert release.keys() == {
            "beneficiaries",
            "claims",
            "row",
            "size",
            "memory",
            "steps",
            "fee",
            "ratio",
        }
