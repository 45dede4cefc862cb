"""What can be wrong with node, Ogmios and Kupo: each told apart, each with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from milestone_devnet.node import Devnet, Settings

from .project import Person, Project, Row

NOWHERE = "127.0.0.1:1"


@dataclass
class Grants:
    """A deployed distribution, one that is not deployed, and how both are seen now."""

    project: Project
    owner: Person

    def status(self, name: str = "grants") -> dict[str, Any]:
        """The cached view and why it is no better."""
        result = self.project("status", name, "--json", exits=3)
        assert result.document["verified"] is False
        assert result.document["source"] == "cache"
        assert result.document["total"] == "10"
        return result.error

    def finding(self, part: str) -> dict[str, Any]:
        """What the doctor says of the part that is wrong."""
        document = self.project("doctor", "--json", exits=3).document
        (found,) = [f for f in document["findings"] if f["part"] == part]
        assert found["ok"] is False
        return dict(found)


@pytest.fixture(scope="module")
def grants(
    tmp_path_factory: pytest.TempPathFactory,
    clean_environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> Iterator[Grants]:
    with Devnet(Settings(block_time=0)) as devnet:
        project = Project.begin(tmp_path_factory.mktemp("project"), devnet)
        owner = project.person("owner", ada=300, tokens=1000)
        project.deploy("grants", owner=owner, oracles=[owner], rows=[Row(owner.address, 10)])
        project.json("status", "grants")
        yield Grants(project, owner)


@contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        yield


def ogmios_gone(_: Grants) -> AbstractContextManager[None]:
    return variable("MILESTONE_OGMIOS_URL", f"ws://{NOWHERE}")


def kupo_gone(_: Grants) -> AbstractContextManager[None]:
    return variable("MILESTONE_KUPO_URL", f"http://{NOWHERE}")


def another_network(_: Grants) -> AbstractContextManager[None]:
    return variable("MILESTONE_NETWORK", "preview")


@contextmanager
def ogmios_talks_nonsense(grants: Grants) -> Iterator[None]:
    grants.project.devnet.fault("garbage", server="ogmios")
    try:
        yield
    finally:
        grants.project.devnet.fault("clear")


@contextmanager
def kupo_behind(grants: Grants) -> Iterator[None]:
    devnet = grants.project.devnet
    devnet.fault("stale", server="kupo")
    devnet.advance(seconds=3600)
    try:
        yield
    finally:
        devnet.fault("clear")


@contextmanager
def kupo_not_indexing(grants: Grants) -> Iterator[None]:
    """Another Kupo of the same network, just as far, that was started for other people."""
    with Devnet(Settings(block_time=0, match=(f"{'00' * 28}/*",))) as blind:
        blind.advance(to_ms=grants.project.now + 1000)
        with variable("MILESTONE_KUPO_URL", blind.kupo_url):
            yield


def node_behind(_: Grants) -> AbstractContextManager[None]:
    """Ogmios says how far its node is; a node at half of the chain is played by the health."""
    patch = pytest.MonkeyPatch()
    patch.setattr("milestone_devnet.ogmios.health.synchronization", lambda _: 0.5)
    return _undone(patch)


@contextmanager
def _undone(patch: pytest.MonkeyPatch) -> Iterator[None]:
    try:
        yield
    finally:
        patch.undo()


Trouble = Callable[[Grants], AbstractContextManager[None]]
TROUBLES: dict[str, tuple[Trouble, str, str, str, str]] = {
    # what is wrong, the doctor's part, what is said of it, what status says, the remedy
    "Ogmios is gone": (
        ogmios_gone, "Ogmios", "cannot be reached", "Ogmios at", "milestone devnet run"),
    "Ogmios talks nonsense": (
        ogmios_talks_nonsense, "Ogmios", "not whole JSON", "Ogmios", ""),
    "Kupo is gone": (kupo_gone, "Kupo", "cannot be reached", "Kupo at", "milestone devnet run"),
    "Kupo is behind": (
        kupo_behind, "Kupo", "behind the node", "slots behind the node", "Wait until it has"),
    "Kupo does not index the contract": (
        kupo_not_indexing, "Kupo", "does not watch the contract", "does not watch", "--match"),
    "another network": (
        another_network, "node", "this project is for preview", "this project is for preview",
        "node of the right network"),
    "the node is not synchronised": (
        node_behind, "node", "50.00 % synchronised", "50.00 % synchronised", "Wait until it has"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("trouble", "part", "detail", "message", "remedy"), TROUBLES.values(), ids=TROUBLES.keys()
)
def test_each_trouble_is_told_apart_with_its_remedy_and_nothing_is_sent(
    grants: Grants, trouble: Trouble, part: str, detail: str, message: str, remedy: str
) -> None:
    with trouble(grants):
        finding = grants.finding(part)
        error = grants.status()
        refused = grants.project.pay("reclaim", "grants", key=grants.owner, exits=3)
    assert detail in finding["detail"]
    assert remedy in finding["remedy"]
    assert message in error["message"]
    assert remedy in error["hint"]
    assert message in refused["message"]
    assert grants.project.json("status", "grants")["verified"], "and all is well again"


def test_a_contract_that_nobody_deployed_is_not_taken_for_one_that_is_not_indexed(
    grants: Grants,
) -> None:
    owner = grants.owner
    grants.project.register("draft", owner=owner, oracles=[owner], rows=[Row(owner.address, 1)])
    error = grants.project.json("calculate", "draft", exits=4)
    assert "is not deployed" in error["message"]


def test_a_wrong_choice_of_backend_is_a_matter_of_configuration(grants: Grants) -> None:
    document = grants.project("--use", "chain=nonsense", "doctor", "--json", exits=9).document
    (found,) = [f for f in document["findings"] if f["part"] == "Ogmios"]
    assert "there is no chain 'nonsense'; installed: ogmios" in found["detail"]
