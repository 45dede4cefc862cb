"""A Kupo that lies about whose outputs are whose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from milestone_core.app import App
from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import Snapshot
from milestone_core.errors import BadAnswer
from milestone_core.ports import UtxoLookup
from milestone_core.services import building, wallets
from milestone_core.transactions.draft import Draft
from milestone_core.transactions.review import review

from .project import Person, Project, key_of

STRANGER = Credential.key(b"\x66" * 28)


@dataclass
class Lying:
    """An index that tells other addresses; everything else is the real one's."""

    honest: UtxoLookup
    told: Callable[[Address], Address]

    def unspent(self, pattern: str) -> Snapshot:
        snapshot = self.honest.unspent(pattern)
        utxos = (
            replace(u, output=replace(u.output, address=self.told(u.output.address)))
            for u in snapshot.utxos
        )
        return replace(snapshot, utxos=tuple(utxos))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)


@pytest.fixture
def owner(project: Project) -> Person:
    return project.person("owner", ada=20)


def change_address(app: App, owner: Person) -> Address:
    """Where the change of a transaction goes, read from the bytes that are signed."""
    wallet = wallets.open_wallet(app, (key_of(owner),))
    unsigned = building.build(app, Draft(()), wallet, building.moment(app))
    (change,) = review(unsigned.cbor(), unsigned.inputs).outputs
    return change.address


@pytest.mark.parametrize(
    "told",
    [
        lambda address: replace(address, payment=STRANGER),
        lambda address: replace(address, payment=Credential.script(address.payment.hash)),
        lambda address: replace(address, network=1),
    ],
    ids=["another key's", "a script's of the same hash", "on another network"],
)
def test_change_never_goes_to_an_address_that_the_keys_do_not_own(
    project: Project, owner: Person, told: Callable[[Address], Address]
) -> None:
    with project.app() as app:
        app.utxo = Lying(app.utxo, told)
        with pytest.raises(BadAnswer, match="nothing is signed"):
            wallets.open_wallet(app, (key_of(owner),))


def test_a_made_up_stake_part_leaves_the_change_to_the_key(project: Project, owner: Person) -> None:
    """Whose rewards it earns may be a lie, which docs/TRUST.md says; whose it is may not."""
    with project.app() as app:
        app.utxo = Lying(app.utxo, lambda address: replace(address, stake=STRANGER))
        assert change_address(app, owner) == replace(owner.address, stake=STRANGER)
