"""What became of the money, read from the chain, and whether all of it is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cbor2

from milestone_core.demo.stage import Surprise
from milestone_core.domain.address import Address
from milestone_core.domain.chain import AssetId, Spending, Value
from milestone_core.files.records import JOURNAL, JournalEntry, decode_journal_entry
from milestone_core.services import distributions
from milestone_core.services.context import Context

_BODY, _FEE = 0, 2  # where a transaction's fee lies: Conway CDDL, transaction_body


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction of the demonstration. The fee is in lovelace, the size in bytes."""

    id: str
    purpose: str
    fee: int
    size: int
    slot: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Where everything went: tokens in base units, the rest in lovelace.

    ``received`` is by beneficiary. ``deposit`` is the ADA that lay with the tokens and came back;
    ``wallets`` is what everybody has now, ``scripts`` what stays with the reference scripts.
    """

    asset: AssetId
    decimals: int
    transactions: tuple[Transaction, ...]
    locked: int
    received: Mapping[str, int]
    returned: int
    deposit: int
    funded: int
    wallets: int
    scripts: int

    @property
    def paid(self) -> int:
        return sum(self.received.values())

    @property
    def fees(self) -> int:
        return sum(transaction.fee for transaction in self.transactions)


def reckon(
    context: Context,
    name: str,
    people: Mapping[str, Address],
    beneficiaries: Iterable[str],
    funded: int,
) -> Reckoning:
    """Add up what the chain shows, and compare it with the promise.

    :param people: everybody's address by name.
    :param funded: what the faucet gave them, lovelace.
    :raises Surprise: something is missing, or too much; says all of it.
    """
    schedule = distributions.record_of(context, name).schedule
    asset = schedule.asset
    entries = _entries(context)
    at_contract = [
        spending
        for address in (context.contract.distribution_address, context.contract.programme_address)
        for spending in context.utxo.history(str(address))
    ]
    deployed = {e.transaction_id for e in entries if e.purpose == "deployment"}
    closed = {e.transaction_id for e in entries if e.purpose.startswith("closing")}
    locked = _sum(s for s in at_contract if s.utxo.reference.transaction_id in deployed)
    returned = _sum(s for s in at_contract if s.spent_by in closed)
    left = [s for s in at_contract if s.spent_at is None]
    wallets = {who: _unspent(context, address) for who, address in people.items()}
    found = Reckoning(
        asset=asset,
        decimals=schedule.decimals,
        transactions=tuple(_transaction(context, entry) for entry in entries),
        locked=locked.quantity(asset),
        received={who: wallets[who].quantity(asset) for who in beneficiaries},
        returned=returned.quantity(asset),
        deposit=returned.lovelace,
        funded=funded,
        wallets=sum(value.lovelace for value in wallets.values()),
        scripts=_sum(s for s in left if s.utxo.script_hash is not None).lovelace,
    )
    stray = _sum(s for s in left if s.utxo.script_hash is None)
    promised = {
        who: sum(a.amount for a in schedule.allocations if a.beneficiary == people[who])
        for who in found.received
    }
    _compare(
        {
            "locked, of what was promised": (schedule.total, found.locked),
            "paid, of what was promised": (promised, found.received),
            "paid and returned, of what was locked": (found.locked, found.paid + found.returned),
            "ADA returned, of what was locked with the tokens": (locked.lovelace, found.deposit),
            "left at the contract": (Value(), stray),
            "ADA in wallets, scripts and fees, of what the faucet gave": (
                funded,
                found.wallets + found.scripts + found.fees,
            ),
        }
    )
    return found


def _compare(pairs: Mapping[str, tuple[object, object]]) -> None:
    wrong = [f"{what}: {a} expected, {b} found" for what, (a, b) in pairs.items() if a != b]
    if wrong:
        raise Surprise("the accounts do not balance: " + "; ".join(wrong))


def _entries(context: Context) -> list[JournalEntry]:
    documents = context.storage.scan(JOURNAL)
    entries = [decode_journal_entry(document, key) for key, document in documents]
    return sorted(entries, key=lambda entry: entry.recorded_at)


def _transaction(context: Context, entry: JournalEntry) -> Transaction:
    """A transaction as it was signed, and the slot of the block that holds it."""
    made = context.utxo.history(f"*@{entry.key}")
    if not made:
        raise Surprise(f"the transaction {entry.key} ({entry.purpose}) is in no block")
    fee = cbor2.loads(entry.cbor)[_BODY][_FEE]
    return Transaction(entry.key, entry.purpose, fee, len(entry.cbor), made[0].utxo.created_at)


def _sum(spendings: Iterable[Spending]) -> Value:
    return sum((spending.utxo.output.value for spending in spendings), Value())


def _unspent(context: Context, address: Address) -> Value:
    utxos = context.utxo.unspent(str(address)).utxos
    return sum((utxo.output.value for utxo in utxos), Value())
