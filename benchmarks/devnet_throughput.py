#!/usr/bin/env python3
"""How many transactions a second the devnet accepts over one WebSocket.

Simple payments, and releases: transactions that spend what a Plutus V3 script locks, with a
reference script of the contract's size, whose script uses the units of a release (see
``contract_costs.py``). The devnet runs in a process of its own. A profile then shows where the time
of the same transactions goes.

    python benchmarks/devnet_throughput.py --json
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import cbor2
from websockets.sync.client import connect

from milestone_devnet.chain.opening import open_chain
from milestone_devnet.control.client import ControlClient
from milestone_devnet.faucet import FAUCET, payment
from milestone_devnet.keys import PaymentKey
from milestone_devnet.ledger import ExUnits, Language, Script, default_parameters
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256

AIM = {"simple": 200, "release": 50}
DEADLINE = 30.0
WINDOW = 32  # requests under way at once

ADA = 1_000_000
FEE = ADA
FUNDS = 100_000 * ADA
PER_FAN_OUT = 100
SPLIT = 5 * ADA

CONTRACT_SIZE = 4_000  # bytes of the reference script
DECLARED = ExUnits(400_000, 150_000_000)
ROUNDS = 150  # of the loop, which then uses 349,000 memory units and 90 million steps

Reference = tuple[bytes, int]
RUN = "from milestone_devnet.cli import devnet; devnet()"


@dataclass(frozen=True)
class Rate:
    """Transactions a second: one after another, and with some under way at once."""

    kind: str
    transactions: int
    one_by_one: float
    pipelined: float
    aim: int
    profile: list[tuple[str, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description="How fast the devnet accepts transactions.")
    parser.add_argument("--count", type=int, default=400, help="transactions of each kind (400)")
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()
    rates = [measure(kind, arguments.count) for kind in AIM]
    if arguments.as_json:
        print(json.dumps({"schema": 1, "rates": [asdict(rate) for rate in rates]}, indent=2))
    else:
        print("\n\n".join(map(told, rates)))
    return 0 if all(rate.pipelined >= rate.aim for rate in rates) else 1


def told(rate: Rate) -> str:
    lines = [
        f"{rate.kind}: {rate.pipelined:.0f} a second with {WINDOW} under way,"
        f" {rate.one_by_one:.0f} one after another (aim {rate.aim})"
    ]
    lines += [f"  {share:5.1%}  {function}" for function, share in rate.profile]
    return "\n".join(lines)


def measure(kind: str, count: int) -> Rate:
    """Measure one kind, half of the transactions in each way."""
    wallet = Wallet(kind, count)
    with devnet() as endpoints:
        control = ControlClient(endpoints["control"])
        funding = control.fund(address_text(wallet.key.address), lovelace=FUNDS)
        setup, transactions = wallet.transactions((bytes.fromhex(funding.transaction), 0))
        with connect(endpoints["ogmios"], compression=None, max_size=2**24) as socket:
            submit(socket, setup, window=1)
            control.advance(seconds=1)
            half = count // 2
            one_by_one = half / submit(socket, transactions[:half], window=1)
            pipelined = (count - half) / submit(socket, transactions[half:], window=WINDOW)
    return Rate(kind, count, one_by_one, pipelined, AIM[kind], profile(wallet))


@contextmanager
def devnet() -> Iterator[Mapping[str, str]]:
    """A devnet in another process, with a block a second."""
    ports = ["--ogmios-port", "0", "--kupo-port", "0", "--control-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "run", "--json", *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def submit(socket: Any, transactions: Sequence[bytes], *, window: int) -> float:
    """Submit all, and return the seconds until the last one is accepted."""
    requests = [
        json.dumps(
            {
                "jsonrpc": "2.0",
                "method": "submitTransaction",
                "params": {"transaction": {"cbor": transaction.hex()}},
            }
        )
        for transaction in transactions
    ]
    started = time.perf_counter()
    for position in range(len(requests) + window):
        if position < len(requests):
            socket.send(requests[position])
        if position >= window:
            answer = json.loads(socket.recv(DEADLINE))
            if "result" not in answer:
                raise SystemExit(f"refused: {json.dumps(answer)[:2000]}")
    return time.perf_counter() - started


def profile(wallet: Wallet, lines: int = 12) -> list[tuple[str, float]]:
    """Where the ledger's time goes: functions by their own time, as shares of the whole."""
    chain = open_chain(None)
    unspent = chain.mempool.unspent_at(FAUCET.address)
    funding, _ = payment(unspent, wallet.key.address, FUNDS, 0, chain.parameters)
    setup, transactions = wallet.transactions((chain.submit(funding), 0))
    for transaction in setup:
        chain.submit(transaction)
    chain.make_block()
    profiler = cProfile.Profile()
    with profiler:
        for transaction in transactions:
            chain.submit(transaction)
        chain.make_block()
    # What pstats documents of these two is not in its type stubs.
    stats = pstats.Stats(profiler)
    total = stats.total_tt  # type: ignore[attr-defined]
    own = [
        (f"{os.path.basename(file)}:{name}" if line else name, timing[2] / total)
        for (file, line, name), timing in stats.stats.items()  # type: ignore[attr-defined]
    ]
    return sorted(own, key=lambda entry: -entry[1])[:lines]


class Wallet:
    """Builds the transactions of a run, all of which can be submitted in any order."""

    def __init__(self, kind: str, count: int) -> None:
        self.key = PaymentKey.random()
        self._kind = kind
        self._count = count
        self._script = Script(Language.PLUTUS_V3, cbor2.dumps(busy_program()))

    def transactions(self, funds: Reference) -> tuple[list[bytes], list[bytes]]:
        """What is to be submitted before, and what is measured, from an output of ``FUNDS``."""
        return self._simple(funds) if self._kind == "simple" else self._releases(funds)

    def _simple(self, funds: Reference) -> tuple[list[bytes], list[bytes]]:
        setup, outputs = self._fan_out(funds, FUNDS, [{0: self.key.address, 1: SPLIT}])
        to, change = PaymentKey.random().address, SPLIT - 2 * ADA - FEE
        paid = [{0: to, 1: 2 * ADA}, {0: self.key.address, 1: change}]
        return setup, [self._signed([output], paid) for (output,) in outputs]

    def _releases(self, funds: Reference) -> tuple[list[bytes], list[bytes]]:
        left = FUNDS - 100 * ADA - FEE
        script = cbor2.CBORTag(24, cbor2.dumps([3, self._script.raw]))
        library = {0: self.key.address, 1: 100 * ADA, 3: script}
        publish = self._signed([funds], [library, {0: self.key.address, 1: left}])
        locked = {0: b"\x70" + self._script.hash, 1: SPLIT, 2: [1, cbor2.CBORTag(24, b"\x05")]}
        own = {0: self.key.address, 1: SPLIT}
        setup, outputs = self._fan_out((id_of(publish), 1), left, [locked, own])
        releases = [
            self._release(vault, own, library=(id_of(publish), 0), locked=locked)
            for vault, own in outputs
        ]
        return [publish, *setup], releases

    def _release(
        self, vault: Reference, own: Reference, *, library: Reference, locked: Mapping[int, Any]
    ) -> bytes:
        to = PaymentKey.random().address
        outputs = [{**locked, 1: SPLIT}, {0: to, 1: 2 * ADA}]
        outputs.append({0: self.key.address, 1: SPLIT - 2 * ADA - FEE})
        redeemers = {(0, sorted([vault, own]).index(vault)): [0, list(DECLARED)]}
        model = default_parameters().cost_models[Language.PLUTUS_V3]
        integrity = cbor2.dumps(redeemers) + cbor2.dumps({2: list(model)})
        more = {11: blake2b_256(integrity), 13: [list(own)], 18: [list(library)]}
        return self._signed([vault, own], outputs, more, {5: redeemers})

    def _fan_out(
        self, funds: Reference, held: int, outputs: Sequence[Mapping[int, Any]]
    ) -> tuple[list[bytes], list[list[Reference]]]:
        """Make the given outputs as often as the run needs; each list in the result is one set."""
        transactions: list[bytes] = []
        made: list[list[Reference]] = []
        per_transaction = PER_FAN_OUT // len(outputs)
        while len(made) < self._count:
            held -= per_transaction * sum(output[1] for output in outputs) + FEE
            change = {0: self.key.address, 1: held}
            everything = [*outputs] * per_transaction
            transactions.append(self._signed([funds], [*everything, change]))
            identity = id_of(transactions[-1])
            for start in range(0, len(everything), len(outputs)):
                made.append([(identity, start + i) for i in range(len(outputs))])
            funds = (identity, len(everything))
        return transactions, made[: self._count]

    def _signed(
        self,
        inputs: Sequence[Reference],
        outputs: Sequence[Mapping[int, Any]],
        more: Mapping[int, Any] | None = None,
        witnesses: Mapping[int, Any] | None = None,
    ) -> bytes:
        body = {0: [list(i) for i in sorted(inputs)], 1: outputs, 2: FEE, **(more or {})}
        signature = self.key.sign(blake2b_256(cbor2.dumps(body)))
        signed = {0: [[self.key.public, signature]], **(witnesses or {})}
        return cbor2.dumps([body, signed, True, None])


def id_of(transaction: bytes) -> bytes:
    """The id of one of our transactions."""
    return blake2b_256(cbor2.dumps(cbor2.loads(transaction)[0]))


def busy_program() -> bytes:
    """Plutus Core 1.1.0 in flat: counts down, and carries a constant to be of a contract's size.

    ``λcontext. (λfiller. (λf. f f rounds) (λf n. if n = 0 then () else f f (n - 1))) filler``
    """
    lam, apply, delay, force, unit = "0010", "0011", "0001", "0101", "0100" + "1" + "0011" + "0"
    equals, subtract, choose = (f"0111{builtin:07b}" for builtin in (7, 1, 26))

    def variable(index: int) -> str:
        return f"0000{index:08b}"

    def integer(value: int) -> str:
        zigzag = 2 * value
        groups = [zigzag >> shift & 0x7F for shift in range(0, max(1, zigzag.bit_length()), 7)]
        more = ["1"] * (len(groups) - 1) + ["0"]
        return (
            "0100"
            + "1"
            + "0000"
            + "0"
            + "".join(f"{flag}{group:07b}" for flag, group in zip(more, groups, strict=True))
        )

    f, n = variable(2), variable(1)
    again = apply + apply + f + f + apply + apply + subtract + n + integer(1)
    test = apply + apply + equals + n + integer(0)
    body = force + apply * 3 + force + choose + test + delay + unit + delay + again
    loop = lam + apply + apply + variable(1) + variable(1) + integer(ROUNDS)
    counting = apply + loop + lam + lam + body
    return program(lam + apply + lam + counting, CONTRACT_SIZE)


def program(term: str, filler: int) -> bytes:
    """A program of version 1.1.0 whose last term is a byte string of ``filler`` bytes."""
    bits = term + "0100" + "1" + "0001" + "0"
    bits += "1".rjust(8 - len(bits) % 8, "0")
    code = int(bits, 2).to_bytes(len(bits) // 8, "big")
    chunks = b"".join(
        bytes([min(255, filler - start)]) + bytes(min(255, filler - start))
        for start in range(0, filler, 255)
    )
    return b"\x01\x01\x00" + code + chunks + b"\x00" + b"\x01"


if __name__ == "__main__":
    sys.exit(main())
