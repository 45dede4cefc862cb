"""Every example that a ``--help`` gives is typed, in the order of a schedule's life."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from milestone_core.domain.vesting import Vesting
from milestone_devnet.node import Devnet, Settings

from .project import IN_THE_PAST, Person, Project, Row

pytestmark = pytest.mark.slow

REFERENCE = Path(__file__).parents[2] / "docs" / "cli.md"  # which is what every --help prints
ELSEWHERE = {
    "milestone demo --keep": "tests/demo",
    "milestone devnet run": "plugins/devnet/tests/devnet/test_cli.py",
    "milestone devnet run --state devnet.db": "plugins/devnet/tests/devnet/test_run_options.py",
    "milestone devnet judge transactions.json": "plugins/devnet/tests/ledger",
    "milestone devnet check-vectors vectors/ledger": "plugins/devnet/tests/ledger",
}


def examples() -> list[str]:
    """What the help of each command says to try."""
    text = REFERENCE.read_text("utf-8")
    found = re.findall(r"Example: (milestone [^\n]+?(?:\n +[^\n]+)*)\n(?:\n|Options|```)", text)
    found += re.findall(r"^ {4}(milestone devnet .*)$", text, re.M)
    return list(dict.fromkeys(" ".join(example.split()) for example in found))


@dataclass
class Shell:
    """An empty folder where the examples are typed; ``typed`` are those that were."""

    project: Project
    typed: set[str]
    people: dict[str, Person]

    def type(self, example: str) -> str:
        """Type it as it stands. Whoever is asked says yes."""
        self.typed.add(example)
        line, _, file = example.partition(" > ")
        words = line.split()[1:]
        if "--key" in words and words[0] != "oracle" and "--yes" not in words:
            words.append("--yes")
        out = self.project(*words).out
        if file:
            (self.project.folder / file).write_text(out)
        return out

    def sign(self, message: str, signer: Person, file: str) -> None:
        out = self.project("oracle", "sign", message, "--key", signer.file).out
        (self.project.folder / file).write_text(out)


@pytest.fixture
def shell(
    tmp_path: Path,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Iterator[Shell]:
    with Devnet(Settings(block_time=0)) as devnet, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILESTONE_OGMIOS_URL", devnet.ogmios_url)
        patch.setenv("MILESTONE_KUPO_URL", devnet.kupo_url)
        patch.setenv("MILESTONE_DEVNET_CONTROL_PORT", devnet.endpoints.control.rpartition(":")[2])
        yield Shell(Project(tmp_path, devnet), set(), {})


def test_every_example_does_what_it_says(shell: Shell) -> None:
    type_, project = shell.type, shell.project
    begin(shell)
    type_("milestone schedule check grants.toml --csv people.csv")
    type_("milestone register grants.toml --csv people.csv")
    type_("milestone schedule show grants --datum")
    type_("milestone contract show")
    type_("milestone contract show --json")
    type_("milestone contract publish --key owner.skey --yes")
    type_("milestone contract find")
    type_("milestone deploy grants --key owner.skey --yes")
    type_("milestone oracle message grants beta --evidence report.pdf")
    type_("milestone oracle message grants beta --evidence report.pdf > beta.json")
    type_("milestone oracle sign beta.json --key ann.skey > beta-ann.json")
    ann, ben = (shell.people[name] for name in ("ann", "ben"))
    shell.sign("beta.json", ben, "beta-ben.json")
    type_("milestone commit grants beta-ann.json beta-ben.json")
    type_("milestone bundle export grants > grants.bundle.json")
    type_("milestone bundle import grants.bundle.json")
    type_("milestone verify grants --schedule grants.toml --csv people.csv")
    type_("milestone prove grants beta --key any.skey --yes")
    type_("milestone status grants")
    type_("milestone calculate grants --at 2027-06-01")
    type_("milestone release grants --key any.skey --yes")
    (project.folder / "new.toml").write_text(
        f'oracles = ["{ben.text}", "{ann.text}"]\nquorum = 2\n'
    )
    message = project("oracle", "message", "grants", "--rotate", "new.toml").out
    (project.folder / "rotate.json").write_text(message)
    for person in (ann, ben):
        shell.sign("rotate.json", person, f"{person.file.stem}.json")
    type_("milestone rotate grants --oracles new.toml ann.json ben.json --key any.skey")
    (project.folder / "cancel.json").write_text(
        project("oracle", "message", "grants", "--cancel").out
    )
    for person in (ann, ben):
        shell.sign("cancel.json", person, f"cancel-{person.file.stem}.json")
    type_("milestone cancel grants cancel-ann.json cancel-ben.json --key owner.skey")
    type_("milestone reclaim grants --key owner.skey --yes")
    for quiet in (
        "history grants", "resume", "doctor", "config show", "completion bash",
        "plugins --json", "plugins list",
    ):  # fmt: skip
        type_(f"milestone {quiet}")
    of_devnet = [e for e in examples() if e.startswith("milestone devnet ") and e not in ELSEWHERE]
    for example in sorted(of_devnet, key=lambda e: ("reset" in e, "restore" in e)):
        type_(example)
    assert shell.typed | ELSEWHERE.keys() == set(examples())


def begin(shell: Shell) -> None:
    """A project, templates, and in their place a schedule; everybody's keys."""
    project = shell.project
    shell.type("milestone init . --network devnet")
    shell.type("milestone schedule template --toml > grants.toml")
    shell.type("milestone schedule template --csv > people.csv")
    owner = project.person("owner", ada=300, tokens=1000)
    shell.people |= {name: project.person(name) for name in ("ann", "ben")}
    oracles = [*shell.people.values()]
    project.person("any", ada=50)
    rows = [
        Row(oracles[0].address, 10, "alpha", IN_THE_PAST),
        Row(oracles[1].address, 20, "beta", Vesting(IN_THE_PAST.start, 1, 2)),
    ]
    project.write("grants", owner=owner, oracles=oracles, rows=rows, milestones=("alpha", "beta"))
    (project.folder / "grants.csv").rename(project.folder / "people.csv")
    (project.folder / "report.pdf").write_bytes(b"%PDF-")
