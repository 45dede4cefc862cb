"""What ``register`` says that it will cost, against what it then costs."""

from __future__ import annotations

import re

import pytest

from milestone_core.domain.chain import ADA as ADA_ASSET
from milestone_core.domain.chain import AssetId

from .project import ADA, TOKEN, Project, Row


@pytest.mark.parametrize(
    ("people", "asset", "amount"),
    [(1, TOKEN, 100), (40, TOKEN, 100), (3, ADA_ASSET, 5 * ADA)],
    ids=["one", "forty", "ada"],
)
def test_an_estimate_is_within_a_twentieth_of_what_is_paid(
    project: Project, people: int, asset: AssetId, amount: int
) -> None:
    owner = project.person("owner", ada=500, tokens=100_000)
    oracles = [project.person("ann"), project.person("ben")]
    to = [project.person(f"one{number}").with_stake for number in range(people)]
    rows = [Row(one, amount) for one in to]
    project.pay("contract", "publish", key=owner)
    said = project.register("grants", owner=owner, oracles=oracles, rows=rows, asset=asset)
    cost = {name: int(value) for name, value in said["estimate"].items()}
    deployed = project.pay("deploy", "grants", key=owner)["transactions"]
    assert len(deployed) == cost["transactions"]
    assert sum(int(t["fee"]) for t in deployed) == pytest.approx(cost["deployment_fees"], rel=0.05)
    loaded = project.load("grants")
    (page,) = loaded.open_pages
    outputs = (loaded.programme.utxo, page.schedule_utxo, page.vault_utxo)
    held = sum(utxo.output.value.lovelace for utxo in outputs)
    if asset.is_ada:
        held -= amount * people
    assert held == pytest.approx(cost["deposit"], rel=0.05)
    project.attest("grants", oracles)
    (proof,) = project.pay("prove", "grants", "alpha", key=owner)["transactions"]
    assert int(proof["fee"]) == pytest.approx(cost["proof_fee"], rel=0.05)
    (release,) = project.pay("release", "grants", key=owner)["transactions"]
    expected = cost["release_fee"] + cost["further_claim_fee"] * (people - 1)
    assert int(release["fee"]) == pytest.approx(expected, rel=0.1)


def test_people_read_it_in_ada(project: Project) -> None:
    owner = project.person("owner")
    path = project.write("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 5)])
    out = project("register", path, "--csv", path.with_suffix(".csv")).out
    assert re.search(r"deploying 0\.3\d ADA in 1 transaction, a proof 0\.27 ADA", out)
    assert "which comes back when it is closed" in out
