#!/usr/bin/env python3
"""What each transaction costs: size, units and fee, measured on a devnet of its own.

For a release, every beneficiary of a page is tried alone and the dearest is shown. Fees are
lovelace at mainnet's parameters of protocol version 10.

    python benchmarks/release_costs.py --json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from milestone_core.app import App
from milestone_core.config import Flags, new_project_text, write_new
from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId
from milestone_core.domain.release import Claim, Selection
from milestone_core.domain.schedule import (
    CONTRACTS_OWN_POLICY,
    DAY,
    PROGRAMME_OUTLIVES_EXPIRY,
    Allocation,
    Milestone,
    PolicyChoice,
    Schedule,
)
from milestone_core.domain.vesting import Vesting
from milestone_core.networks import NETWORKS
from milestone_core.services import (
    building,
    commit,
    deploy,
    distributions,
    oracle,
    prove,
    reclaim,
    register,
    release,
)
from milestone_core.services.sending import Operator, Patience
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.unsigned import Unsigned
from milestone_devnet.faucet import TOKEN
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet, Settings

BENEFICIARIES = (1, 5, 50, 100)
MILESTONE = "done"
EVIDENCE = blake2b(b"a report", digest_size=32).digest()
AMOUNT = 1_000_000_000


@dataclass(frozen=True)
class Cost:
    """What one transaction takes. ``fee`` is in lovelace, ``size`` in bytes."""

    transaction: str
    beneficiaries: int
    size: int
    memory: int
    steps: int
    fee: int

    @classmethod
    def of(cls, name: str, beneficiaries: int, unsigned: Unsigned) -> Cost:
        units = unsigned.units
        size, fee = unsigned.signed_size, unsigned.fee
        return cls(name, beneficiaries, size, units.memory, units.steps, fee)


class Bench:
    """A funded owner who is also the only oracle, on a running devnet."""

    def __init__(self, app: App, devnet: Devnet) -> None:
        self.app, self.devnet = app, devnet
        owner = PaymentKey.random()
        self.key = SigningKey(owner.public, owner.sign)
        address = self.key.address(app.network_id)
        devnet.fund(str(address), lovelace=10_000_000_000, tokens=AMOUNT * sum(BENEFICIARIES))
        self.built: list[Unsigned] = []
        self.operator = Operator((self.key,), self._approve, Patience())

    def _approve(self, unsigned: Unsigned) -> bool:
        self.built.append(unsigned)
        return True

    def costs(self, beneficiaries: int) -> list[Cost]:
        """A distribution from its deployment to its end."""
        app, name = self.app, f"bench-{beneficiaries}"
        register.register(app, self._schedule(name, beneficiaries))
        deploy.deploy_schedule(app, name, self.operator)
        found = [Cost.of("deploy", beneficiaries, self.built[-1])]
        asked = oracle.message(app, name, MILESTONE, EVIDENCE)
        commit.commit(app, name, [("the benchmark", oracle.sign(asked, self.key))])
        prove.prove_milestone(app, name, MILESTONE, self.operator)
        found.append(Cost.of("attest", beneficiaries, self.built[-1]))
        found.append(self._dearest_release(name, beneficiaries))
        before = len(self.built)
        release.release(app, name, Selection(), self.operator)
        batches = self.built[before:]
        found.append(Cost.of("release, full batch", beneficiaries, batches[0]))
        reclaim.reclaim(app, name, self.operator)
        return [*found, Cost.of("reclaim", beneficiaries, self.built[-1])]

    def _dearest_release(self, name: str, beneficiaries: int) -> Cost:
        loaded = distributions.load(self.app, name)
        (page,) = loaded.open_pages
        at = building.moment(self.app)
        releases = (
            release.build_release(
                self.app, loaded.programme, page, [Claim(row, 1)], (self.key,), at
            )
            for row in range(beneficiaries)
        )
        return max(
            (Cost.of("release, worst row", beneficiaries, unsigned) for unsigned in releases),
            key=lambda cost: cost.fee,
        )

    def _schedule(self, name: str, beneficiaries: int) -> Schedule:
        now = building.moment(self.app).now
        expiry = now + 31 * DAY
        owner = self.key.address(self.app.network_id)
        return Schedule(
            name=name,
            network=self.app.network,
            asset=AssetId(TOKEN.policy, TOKEN.name),
            decimals=0,
            ticker="TEST",
            owner=owner,
            oracles=(self.key.hash,),
            quorum=1,
            milestones=(Milestone(MILESTONE),),
            allocations=tuple(
                Allocation(_beneficiary(number), MILESTONE, Vesting(now - DAY, 1, 1), AMOUNT)
                for number in range(beneficiaries)
            ),
            expiry=expiry,
            until=expiry + PROGRAMME_OUTLIVES_EXPIRY,
            policy=PolicyChoice(CONTRACTS_OWN_POLICY),
        )


def _beneficiary(number: int) -> Address:
    """An address with a stake part, as wallets have them."""
    payment, stake = (_hash(f"{part} {number}") for part in ("payment", "stake"))
    return Address(0, Credential.key(payment), Credential.key(stake))


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=28).digest()


def measure(pages: Sequence[int]) -> dict[str, object]:
    """All costs for distributions of so many beneficiaries, and the sizes of the scripts."""
    with tempfile.TemporaryDirectory() as folder, Devnet(Settings(block_time=0)) as devnet:
        project = Path(folder) / "milestone.toml"
        urls = {"ogmios": {"url": devnet.ogmios_url}, "kupo": {"url": devnet.kupo_url}}
        write_new(project, new_project_text(NETWORKS["devnet"], urls))
        with App(os.environ, project.parent, tell=_quiet, warn=_warn, flags=Flags(project)) as app:
            bench = Bench(app, devnet)
            costs = [cost for count in pages for cost in bench.costs(count)]
            scripts = {v.title: len(v.code) for v in app.contract.validators}
    return {"schema": 1, "script_bytes": scripts, "costs": [asdict(cost) for cost in costs]}


def _quiet(_line: str) -> None:
    pass


def _warn(line: str) -> None:
    print(line, file=sys.stderr)


def table(found: dict[str, object]) -> list[str]:
    """The measurement for people; the ratio is to the same transaction for one beneficiary."""
    scripts, costs = found["script_bytes"], found["costs"]
    assert isinstance(scripts, dict)
    assert isinstance(costs, list)
    lines = [f"{title:<14} {size:>6} bytes" for title, size in scripts.items()]
    lines += [
        "",
        f"{'':<24} {'N':>4} {'size':>6} {'memory':>9} {'steps':>13} {'fee':>9} {'ratio':>6}",
    ]
    least: dict[str, int] = {}
    for cost in costs:
        ratio = cost["fee"] / least.setdefault(cost["transaction"], cost["fee"])
        lines.append(
            f"{cost['transaction']:<24} {cost['beneficiaries']:>4} {cost['size']:>6} "
            f"{cost['memory']:>9} {cost['steps']:>13} {cost['fee']:>9} {ratio:>6.3f}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--beneficiaries",
        type=int,
        nargs="+",
        default=BENEFICIARIES,
        metavar="N",
        help="beneficiaries of each distribution",
    )
    options = parser.parse_args()
    found = measure(options.beneficiaries)
    print(json.dumps(found, indent=2) if options.json else "\n".join(table(found)))


if __name__ == "__main__":
    main()
