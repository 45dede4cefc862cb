"""Nobody is paid, and nobody owns anything, at the contract's own scripts."""

from __future__ import annotations

import pytest

from milestone_core.domain.address import Address, Credential

from .project import Project, Row

OWN = ("programme", "registry", "distribution")


def own_address(project: Project, title: str) -> Address:
    with project.app() as app:
        (found,) = [v for v in app.contract.validators if v.title == title]
    return Address(0, Credential.script(found.hash))


@pytest.mark.parametrize("title", OWN)
def test_a_beneficiary_at_a_script_of_the_contract_is_refused(project: Project, title: str) -> None:
    owner = project.person("owner")
    lost = Row(own_address(project, title), 10)
    path = project.write("lost", owner=owner, oracles=[owner], rows=[Row(owner.address, 1), lost])
    files = (path, "--csv", path.with_suffix(".csv"), "--allow-script-address")
    for command in (("register",), ("schedule", "check")):
        (problem,) = project.json(*command, *files, exits=2)["details"]["problems"]
        assert problem["where"] == "allocations[1]"
        assert f"the contract's own script '{title}'" in problem["what"]
    project.json("schedule", "show", "lost", exits=4)


@pytest.mark.parametrize("title", OWN)
def test_a_script_of_the_contract_owns_nothing(project: Project, title: str) -> None:
    owner = project.person("owner")
    path = project.write("lost", owner=owner, oracles=[owner], rows=[Row(owner.address, 1)])
    path.write_text(
        path.read_text().replace(
            f'owner = "{owner.text}"', f'owner = "{own_address(project, title)}"'
        )
    )
    error = project.json(
        "register", path, "--csv", path.with_suffix(".csv"), "--allow-script-owner", exits=2
    )
    assert [problem["where"] for problem in error["details"]["problems"]] == ["owner"]


def test_a_script_of_the_contract_is_no_observer(project: Project) -> None:
    owner = project.person("owner")
    observer = own_address(project, "registry").payment.hash.hex()
    policy = ('name = "quorum-vesting"', f'observer = "{observer}"')
    path = project.write(
        "lost", owner=owner, oracles=[owner], rows=[Row(owner.address, 1)], policy=policy
    )
    error = project.json("register", path, "--csv", path.with_suffix(".csv"), exits=2)
    assert [problem["where"] for problem in error["details"]["problems"]] == ["policy.observer"]
