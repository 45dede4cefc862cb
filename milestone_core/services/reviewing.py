"""What a transaction does, in the words of a distribution, read from the bytes to be signed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

from milestone_core.domain.address import Address, Credential, RewardAccount
from milestone_core.domain.chain import Output, OutputReference, SlotClock, Value
from milestone_core.domain.distribution import Programme
from milestone_core.onchain import datums
from milestone_core.onchain.contract import Contract
from milestone_core.transactions.review import Review, review
from milestone_core.transactions.unsigned import Unsigned


@dataclass(frozen=True, slots=True)
class Movement:
    """An output: who gets it, what, and what it is: a payment, locked funds, a script, change.

    ``datum_hash`` is the blake2b-256 of what lies with it, ``script_hash`` of a script that does.
    """

    kind: str
    address: Address
    value: Value
    datum_hash: bytes | None = None
    script_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """Everything that a person must see before they sign. Amounts in base units, times in ms.

    ``withdrawn`` is what reward accounts give, and whose scripts must therefore agree;
    ``collateral`` is what is lost if a script fails after all, ``collateral_return`` where the rest
    of it goes; ``spent`` is what the wallet's own outputs among the inputs hold together, ``taken``
    what the others do; ``read`` are outputs that are only looked at, and ``integrity_hash`` binds
    what the scripts are given. ``programmes`` is what programmes say from then on.
    """

    transaction_id: bytes
    purpose: str
    movements: tuple[Movement, ...]
    spent: Value
    taken: Value
    read: tuple[OutputReference, ...]
    minted: Value
    withdrawn: Mapping[RewardAccount, int]
    fee: int
    collateral: Value | None
    collateral_return: Movement | None
    integrity_hash: bytes | None
    signers: tuple[bytes, ...]
    valid_from: int | None
    valid_until: int | None
    contract: str
    size: int
    programmes: tuple[Programme, ...] = ()


def screen(unsigned: Unsigned, contract: Contract, clock: SlotClock) -> ReviewScreen:
    """Read the unsigned transaction's bytes and say what they do.

    :raises BadInput: the bytes are not a transaction over the outputs that were looked up.
    """
    cbor = unsigned.cbor()
    read = review(cbor, unsigned.resolved)
    own = {key.credential for key in unsigned.signers}
    spent = sum((u.output.value for u in read.spent if u.output.address.payment in own), Value())
    returned = read.collateral_return
    return ReviewScreen(
        transaction_id=read.id,
        purpose=unsigned.draft.purpose,
        movements=tuple(_movement(output, contract, own) for output in read.outputs),
        spent=spent,
        taken=sum((u.output.value for u in read.spent), Value()) - spent,
        read=read.read,
        minted=read.minted,
        withdrawn=read.withdrawn,
        fee=read.fee,
        collateral=read.at_risk if read.collateral else None,
        collateral_return=_movement(returned, contract, own) if returned else None,
        integrity_hash=read.integrity_hash,
        signers=tuple(key.hash for key in unsigned.signers),
        valid_from=None if read.valid_from is None else clock.ms_at(read.valid_from),
        valid_until=None if read.valid_until is None else clock.ms_at(read.valid_until),
        contract=contract.distribution.hash.hex(),
        size=unsigned.signed_size,
        programmes=tuple(_programmes(read, contract)),
    )


def _programmes(read: Review, contract: Contract) -> Iterable[Programme]:
    """What is written at the programme's script: a datum that is none is refused on chain."""
    for output in read.outputs:
        if output.address.payment == contract.programme_address.payment and output.datum:
            with suppress(datums.ForeignDatum):
                yield datums.read_programme(output.datum)


def _movement(output: Output, contract: Contract, own: Collection[Credential]) -> Movement:
    places = {
        contract.distribution_address.payment: "locked in the distribution",
        contract.programme_address.payment: "locked in the programme",
    }
    kind = places.get(output.address.payment)
    if kind is None:
        kind = "back to your wallet" if output.address.payment in own else "paid"
    elif output.script is not None:
        kind = "reference script, stays for good"
    datum = output.datum
    return Movement(
        kind=kind,
        address=output.address,
        value=output.value,
        datum_hash=output.datum_hash if datum is None else blake2b(datum, digest_size=32).digest(),
        script_hash=output.script.hash if output.script is not None else None,
    )
