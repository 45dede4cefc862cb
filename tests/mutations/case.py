"""A transaction as a value: what it spends, reads, makes and says, over outputs that exist.

Indices, fee, change, hashes and signatures are not part of it: ``repair`` adds them, so that a
case that was altered in one place still holds all rules of the ledger's first phase.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Output, OutputReference, Utxo, Value
from milestone_core.onchain import plutus_data
from milestone_core.onchain.contract import Contract
from milestone_core.onchain.plutus_data import Constr, Data
from milestone_core.transactions.draft import Draft, Layout

MakeRedeemer: TypeAlias = Callable[[Layout], Data]
Target: TypeAlias = tuple[str, Any]
"""What a redeemer is for: ("spend", reference), ("mint", policy), ("withdraw", reward account)
or ("publish", index of the certificate)."""


class Entries(dict[Data, Data]):
    """A plutus map whose keys come in any order, and may come twice."""

    def __init__(self, *pairs: tuple[Data, Data]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs

    def __len__(self) -> int:
        return len(self._pairs)


@dataclass(frozen=True)
class Out:
    """An output. ``datum`` lies inline; of ``hashed`` the output has the hash, and the
    transaction that spends it the datum itself. ``script`` is a Plutus V3 reference script."""

    address: bytes
    value: Value
    datum: Data | None = None
    hashed: Data | None = None
    script: bytes | None = None

    @classmethod
    def of(cls, output: Output) -> Out:
        """An output of the core's."""
        datum = None if output.datum is None else plutus_data.decode(output.datum)
        script = output.script.code if output.script else None
        return cls(bytes(output.address), output.value, datum, script=script)

    @property
    def fields(self) -> list[Any]:
        """The fields of the datum, of whatever types they are."""
        assert isinstance(self.datum, Constr)
        return self.datum.fields

    def holding(self, more: Value) -> Out:
        """The same with that much more."""
        return replace(self, value=self.value + more)

    def saying(self, index: int, value: Data) -> Out:
        """The same with another field in its datum."""
        return replace(self, datum=with_field(self.datum, index, value))


@dataclass(frozen=True)
class Case:
    """See above. ``lower`` and ``upper`` are POSIX ms, the latter the first ms that is too late.

    ``named`` says which reference is the vault, the owner's input and so on; ``facts`` is what
    the healthy transaction was made from. ``purse`` is where the money comes from that is missing.
    """

    contract: Contract
    utxos: Mapping[OutputReference, Out]
    inputs: tuple[OutputReference, ...]
    references: tuple[OutputReference, ...]
    outputs: tuple[Out, ...]
    minted: Mapping[AssetId, int]
    redeemers: Mapping[Target, MakeRedeemer]
    purse: OutputReference
    lower: int | None = None
    upper: int | None = None
    withdrawals: Mapping[bytes, int] = field(default_factory=dict)
    certificates: tuple[list[Any], ...] = ()
    accounts: frozenset[bytes] = frozenset()
    """The staking scripts that are registered."""
    named: Mapping[str, OutputReference] = field(default_factory=dict)
    facts: Any = None

    @classmethod
    def of(cls, contract: Contract, draft: Draft, purse: OutputReference, facts: Any) -> Case:
        """A draft of the core's builders. Its slots are milliseconds here."""
        spent = [item.utxo for item in draft.script_inputs] + list(draft.wallet_inputs)
        read = list(draft.reference_inputs)
        redeemers: dict[Target, MakeRedeemer] = {
            ("spend", item.utxo.reference): item.redeemer for item in draft.script_inputs
        }
        redeemers |= {("mint", minting.policy): minting.redeemer for minting in draft.minting}
        return cls(
            contract=contract,
            utxos={utxo.reference: Out.of(utxo.output) for utxo in spent + read},
            inputs=tuple(utxo.reference for utxo in spent),
            references=tuple(utxo.reference for utxo in read),
            outputs=tuple(Out.of(output) for output in draft.outputs),
            minted=dict(draft.minted.assets),
            redeemers=redeemers,
            purse=purse,
            lower=draft.valid_from,
            upper=draft.valid_until,
            facts=facts,
        )

    # What mutations are made of ------------------------------------------------------------------

    def utxo(self, name: str) -> Out:
        """The output that is known by a name."""
        return self.utxos[self.named[name]]

    def output(self, index: int, change: Callable[[Out], Out]) -> Case:
        """Another output at an index."""
        outputs = list(self.outputs)
        outputs[index] = change(outputs[index])
        return replace(self, outputs=tuple(outputs))

    def existing(self, name: str, change: Callable[[Out], Out]) -> Case:
        """Another output on chain before."""
        reference = self.named[name]
        return replace(self, utxos={**self.utxos, reference: change(self.utxos[reference])})

    def redeemer(self, target: Target, change: Callable[[Any], Data]) -> Case:
        """Another redeemer, made from the healthy one."""
        make = self.redeemers[target]
        redeemers = {**self.redeemers, target: lambda layout: change(make(layout))}
        return replace(self, redeemers=redeemers)

    def spending(
        self, reference: OutputReference, out: Out, redeemer: MakeRedeemer | None = None
    ) -> Case:
        """One more input."""
        redeemers = dict(self.redeemers)
        if redeemer is not None:
            redeemers["spend", reference] = redeemer
        return replace(
            self,
            utxos={**self.utxos, reference: out},
            inputs=(*self.inputs, reference),
            redeemers=redeemers,
        )

    def reading(self, reference: OutputReference, out: Out) -> Case:
        """One more reference input."""
        utxos = {**self.utxos, reference: out}
        return replace(self, utxos=utxos, references=(*self.references, reference))

    def without_input(self, name: str) -> Case:
        """One input less."""
        gone = self.named[name]
        return replace(self, inputs=tuple(r for r in self.inputs if r != gone))

    def minting(self, asset: AssetId, quantity: int, redeemer: MakeRedeemer | None = None) -> Case:
        """So much more minted; a policy that already mints keeps its redeemer."""
        policy = asset.policy
        minted = {**self.minted, asset: self.minted.get(asset, 0) + quantity}
        redeemers = dict(self.redeemers)
        if redeemer is not None:
            redeemers["mint", policy] = redeemer
        if not any(n for a, n in minted.items() if a.policy == policy):
            redeemers.pop(("mint", policy), None)
        return replace(self, minted={a: n for a, n in minted.items() if n}, redeemers=redeemers)

    def withdrawing(self, script_hash: bytes, redeemer: Data = 0) -> Case:
        """A staking script that is registered withdraws nothing, and so runs."""
        account = b"\xf0" + script_hash
        return replace(
            self,
            withdrawals={**self.withdrawals, account: 0},
            accounts=self.accounts | {script_hash},
            redeemers={**self.redeemers, ("withdraw", account): lambda _: redeemer},
        )


def telling(target: Callable[[Case], Target], index: int, value: Data) -> Any:
    """A change of one field of a redeemer."""
    return lambda case, _: case.redeemer(target(case), lambda data: with_field(data, index, value))


def utxo_of(reference: OutputReference, address: Address, value: Value, datum: Data) -> Utxo:
    """An output on chain with an inline datum, as the core's builders want it."""
    return Utxo(reference, Output(address, value, datum=plutus_data.encode(datum)))


def with_field(data: Any, index: int, value: Data) -> Constr:
    """A constructor with another field at an index."""
    fields = list(data.fields)
    fields[index] = value
    return Constr(data.index, fields)
