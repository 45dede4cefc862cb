"""The whole flow over the services in containers, with restarts in the middle."""

from __future__ import annotations

from milestone_core.domain.chain import Value
from milestone_core.domain.vesting import Vesting
from tests.flow.project import DAY, Project, Row

from .stack import Stack

ADA = 1_000_000


def test_from_init_to_reclaim(project: Project, stack: Stack) -> None:
    owner = project.person("owner", ada=500, tokens=10_000)
    payer = project.person("payer", ada=100)
    ann, ben = project.person("ann"), project.person("ben")
    alice, bob = project.person("alice"), project.person("bob")
    now = project.now // 1000 * 1000
    gone_by = Vesting(now - 4 * DAY, DAY, 4)
    to_come = Vesting(now + DAY, 1, 1) if stack.can_wait else gone_by

    document = project.deploy(
        "grants",
        owner=owner,
        oracles=[ann, ben],
        quorum=2,
        rows=[Row(alice.address, 600), Row(bob.with_stake, 400, "beta", to_come)],
        milestones=("alpha", "beta"),
        asset=stack.token,
    )
    assert document["transactions"]
    stack.restart()

    project.attest("grants", [ann])
    refused = project.pay("release", "grants", key=payer, exits=5)
    assert "1 of 2" in refused["message"]
    project.attest("grants", [ben])
    project.pay("release", "grants", key=payer)
    assert project.held(alice.address).quantity(stack.token) == 600
    assert project.held(bob.with_stake) == Value()
    stack.restart()

    project.attest("grants", [ann, ben], "beta")
    project.pay("prove", "grants", "beta", key=payer)
    if stack.can_wait:
        project.pay("release", "grants", key=payer, exits=5)
        stack.container.advance(seconds=DAY // 1000 + 60)  # type: ignore[attr-defined]
    project.pay("release", "grants", key=payer)
    assert project.held(bob.with_stake).quantity(stack.token) == 400

    before = project.held(owner.address)
    project.pay("reclaim", "grants", key=owner)
    back = project.held(owner.address)
    assert back.lovelace > before.lovelace, "what lay on the vault is the owner's again"
    assert back.quantity(stack.token) == 9_000, "all that was promised was paid, nothing else"
    found = project.json("status", "grants", exits=0)
    assert found["state"] in {"complete", "closed"}
