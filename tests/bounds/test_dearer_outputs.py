"""What lies on chain goes on when the ledger asks for more ADA in every output than it did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milestone_core.domain.chain import ADA, AssetId, OutputReference, Utxo
from milestone_core.domain.distribution import Page, Programme, Row, Vault
from milestone_core.domain.release import Claim, pay
from milestone_core.domain.vesting import Vesting
from milestone_core.transactions.draft import Draft
from workbench import NOW, TOKEN, Promise, Workbench, base_address, proven, signing_key

ORACLE = signing_key(1)
ROWS, STEPS, TODAY = 8, 2, 4_310
PROGRAMME, SCHEDULE, VAULT = 0, 1, 2


def sent(bench: Workbench, draft: Draft) -> list[Utxo]:
    """The outputs of a transaction, on chain."""
    identifier = bench.send(bench.build(draft))
    there = {utxo.reference: utxo for utxo in bench.ledger.utxos()}
    references = (OutputReference(identifier, index) for index in range(len(draft.outputs)))
    return [there[reference] for reference in references]


def deployed(bench: Workbench, programme: Programme, page: Page) -> Promise:
    """A programme and its page, with just the ADA that a deployment gives them."""
    draft = bench.start(programme, page)
    (token,) = (a for a in draft.minted.assets if a.policy == bench.contract.programme.hash)
    vault = Vault(page.registry, (0,) * len(page.rows))
    outputs = sent(bench, draft)
    return Promise(programme, replace(page, programme=token), vault, *outputs[: VAULT + 1])


def released(bench: Workbench, promise: Promise, claims: list[Claim]) -> Promise:
    outputs = sent(bench, bench.release(promise, claims))
    return replace(promise, vault=pay(promise.vault, claims), vault_utxo=outputs[0])


@pytest.mark.parametrize("asset", [TOKEN, ADA], ids=["a token", "ADA"])
def test_proofs_and_releases_go_on_when_outputs_cost_twice_as_much(asset: AssetId) -> None:
    bench = Workbench()
    rows = [Row(number, 0, 0, 2 * 1_100_000) for number in range(ROWS)]
    page = bench.page(rows, map(base_address, range(ROWS)), [Vesting(NOW - 10, 1, STEPS)], asset)
    programme = bench.programme([b"alpha", b"beta"], [ORACLE.hash])
    promise = deployed(bench, programme, page)

    bench.ledger.make_outputs_cost(2 * TODAY)
    attested = sent(bench, bench.attest(promise, [0], [ORACLE]))
    promise = replace(promise, programme=proven(programme, 0), programme_utxo=attested[PROGRAMME])
    promise = released(bench, promise, [Claim(0, 1)])
    promise = released(bench, promise, [Claim(row, STEPS) for row in range(ROWS - 1)])
    promise = released(bench, promise, [Claim(ROWS - 1, STEPS)])
    assert promise.vault.claimed == (STEPS,) * ROWS
