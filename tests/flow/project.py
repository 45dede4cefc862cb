"""A project in a folder of its own, driven as its users would drive it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from milestone_core.app import App
from milestone_core.cli.main import run
from milestone_core.config import Flags
from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId, Value
from milestone_core.domain.vesting import Vesting
from milestone_core.files.times import iso
from milestone_core.services import distributions
from milestone_core.services.distributions import Distribution
from milestone_core.services.following import Patience
from milestone_core.services.sending import Operator
from milestone_core.transactions.keys import SigningKey, read_key
from milestone_core.transactions.unsigned import Unsigned
from milestone_devnet.faucet import TOKEN as _FAUCET_TOKEN
from milestone_devnet.keys import PaymentKey
from milestone_devnet.node import Devnet

TOKEN = AssetId(_FAUCET_TOKEN.policy, _FAUCET_TOKEN.name)
ADA = 1_000_000
"""Lovelace in one ADA."""
DAY = 24 * 60 * 60 * 1000
IN_THE_PAST = Vesting(1_577_836_800_000, 1, 1)
"""A cliff that passed in 2020."""


@dataclass(frozen=True)
class Result:
    """What a command line did."""

    exit: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def error(self) -> dict[str, Any]:
        """The error object, the last line on stderr."""
        error: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return error


@dataclass(frozen=True)
class Person:
    """Somebody with a key file."""

    key: PaymentKey = field(repr=False)
    file: Path
    address: Address

    @property
    def text(self) -> str:
        return str(self.address)

    @property
    def with_stake(self) -> Address:
        """The same payment key with a stake part."""
        return replace(self.address, stake=Credential.key(blake2b(self.key.public).digest()[:28]))


@dataclass(frozen=True)
class Row:
    """One allocation of a schedule to be written."""

    to: Address
    amount: int
    milestone: str = "alpha"
    vesting: Vesting = IN_THE_PAST


@dataclass
class Project:
    """A folder with a milestone.toml, on a running devnet."""

    folder: Path
    devnet: Devnet

    @classmethod
    def begin(cls, folder: Path, devnet: Devnet) -> Project:
        """Begin a project in a folder that is there, on a running devnet."""
        project = cls(folder, devnet)
        urls = ("--ogmios", devnet.ogmios_url, "--kupo", devnet.kupo_url)
        project("init", ".", "--network", "devnet", *urls)
        return project

    def copy(self, folder: Path, devnet: Devnet | None = None) -> Project:
        """The same project in another folder, as somebody else would have it."""
        shutil.copytree(self.folder, folder)
        return Project(folder, devnet or self.devnet)

    def person(self, name: str, *, ada: int = 0, tokens: int = 0) -> Person:
        """Somebody new, whose address holds ``ada`` and ``tokens`` in one output."""
        key = PaymentKey.random()
        file = self.folder / f"{name}.skey"
        key.save(file)
        person = Person(key, file, Address.from_bytes(key.address))
        if ada or tokens:
            self.fund(person.address, ada=ada, tokens=tokens)
        return person

    def fund(self, address: Address, *, ada: int = 0, tokens: int = 0) -> None:
        self.devnet.fund(str(address), lovelace=ada * ADA if ada else None, tokens=tokens)

    @property
    def now(self) -> int:
        """When the newest block was made, POSIX ms."""
        with self.app() as app:
            return app.chain.clock().ms_at(app.chain.tip().slot)

    def __call__(self, *arguments: object, exits: int = 0) -> Result:
        """Run a command line in the folder and expect an exit code."""
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run([str(argument) for argument in arguments])
        result = Result(code, out.getvalue(), err.getvalue())
        assert code == exits, f"exit {code}, not {exits}: {arguments}\n{result.out}{result.err}"
        return result

    def json(self, *arguments: object, exits: int = 0) -> dict[str, Any]:
        """Run it with ``--json``: the document, or the error where it must fail."""
        result = self(*arguments, "--json", exits=exits)
        if exits:
            assert result.out == ""
            return result.error
        assert result.document["schema"] == 1
        return result.document

    def pay(self, *arguments: object, key: Person, exits: int = 0) -> dict[str, Any]:
        """Run a command that moves money, without questions."""
        return self.json(*arguments, "--key", key.file, "--yes", exits=exits)

    def write(
        self,
        name: str,
        *,
        owner: Person,
        oracles: Sequence[Person],
        rows: Iterable[Row],
        quorum: int | None = None,
        asset: AssetId = TOKEN,
        milestones: Sequence[str] = ("alpha",),
        expiry: int | None = None,
        policy: Sequence[str] = (),
    ) -> Path:
        """Write the files of a schedule; amounts are base units, the quorum is all of them.

        ``policy`` are the lines of the table of that name.
        """
        rows = list(rows)
        vestings = list(dict.fromkeys(row.vesting for row in rows))
        latest = max([self.now, *(vesting.end for vesting in vestings)])
        head = [
            f'name = "{name}"',
            f'owner = "{owner.address}"',
            f'expiry = "{iso(expiry or latest + 31 * DAY)}"',
            f"quorum = {quorum or len(oracles)}",
            f"oracles = {[oracle.text for oracle in oracles]}",
            "[asset]",
            *_asset(asset),
            *(["[policy]", *policy] if policy else []),
        ]
        for milestone in milestones:
            head += ["[[milestones]]", f'id = "{milestone}"']
        for number, vesting in enumerate(vestings):
            head += [
                f"[vestings.v{number}]",
                f'start = "{iso(vesting.start)}"',
                f'every = "{vesting.step}ms"',
                f"instalments = {vesting.count}",
            ]
        lines = ["beneficiary,amount,milestone,vesting"]
        for row in rows:
            place = vestings.index(row.vesting)
            lines.append(f"{row.to},{_human(row.amount, asset)},{row.milestone},v{place}")
        (self.folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
        path = self.folder / f"{name}.toml"
        path.write_text("\n".join(head) + "\n")
        return path

    def register(self, name: str, **schedule: Any) -> dict[str, Any]:
        """Write a schedule and register it."""
        path = self.write(name, **schedule)
        return self.json("register", path, "--csv", path.with_suffix(".csv"))

    def deploy(self, name: str, *, owner: Person, **schedule: Any) -> dict[str, Any]:
        """Write a schedule, register it and put it on chain."""
        self.register(name, owner=owner, **schedule)
        return self.pay("deploy", name, key=owner)

    def signature(
        self, name: str, oracle: Person, milestone: str = "alpha", evidence: str = "done"
    ) -> Path:
        """The file with which an oracle attests."""
        proof = self.folder / "evidence.txt"
        proof.write_text(evidence)
        message = self.folder / "message.json"
        message.write_text(self("oracle", "message", name, milestone, "--evidence", proof).out)
        signed = self.folder / f"{name}-{milestone}-{oracle.file.stem}-{evidence}.json"
        signed.write_text(self("oracle", "sign", message, "--key", oracle.file).out)
        return signed

    def attest(
        self, name: str, oracles: Iterable[Person], milestone: str = "alpha", evidence: str = "done"
    ) -> dict[str, Any]:
        """Let oracles sign and commit what they signed."""
        signed = [self.signature(name, oracle, milestone, evidence) for oracle in oracles]
        return self.json("commit", name, *signed)

    @contextlib.contextmanager
    def app(self) -> Iterator[App]:
        """The services' context in this folder."""
        told: list[str] = []
        flags = Flags(self.folder / "milestone.toml")
        with App(os.environ, self.folder, tell=told.append, warn=told.append, flags=flags) as app:
            yield app

    def load(self, name: str) -> Distribution:
        """What lies on chain of a schedule."""
        with self.app() as app:
            return distributions.load(app, name)

    def held(self, address: Address) -> Value:
        """What an address holds."""
        return self.holdings([address])[0]

    def holdings(self, addresses: Iterable[Address]) -> list[Value]:
        """What each address holds."""
        with self.app() as app:
            found = [app.utxo.unspent(str(address)).utxos for address in addresses]
        return [sum((utxo.output.value for utxo in utxos), Value()) for utxos in found]


def key_of(person: Person) -> SigningKey:
    """The signing key in somebody's file."""
    return read_key(str(person.file), warn=print)


def operator(*people: Person, timeout: int = 20) -> Operator:
    """Somebody who agrees to everything."""
    return Operator(tuple(map(key_of, people)), agree, Patience(timeout_seconds=timeout))


def agree(_transaction: Unsigned) -> bool:
    return True


def _asset(asset: AssetId) -> list[str]:
    if asset.is_ada:
        return ['unit = "ada"']
    return [
        f'policy = "{asset.policy.hex()}"',
        f'name_hex = "{asset.name.hex()}"',
        "decimals = 0",
    ]


def _human(amount: int, asset: AssetId) -> str:
    return f"{amount // ADA}.{amount % ADA:06}" if asset.is_ada else str(amount)
