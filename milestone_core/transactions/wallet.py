"""What a key can spend, and which of it a transaction takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milestone_core.domain.address import Address
from milestone_core.domain.chain import Output, ProtocolParameters, Utxo, Value
from milestone_core.errors import InsufficientFunds
from milestone_core.transactions import encoding, fees
from milestone_core.transactions.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Wallet:
    """Keys, the outputs that they can spend, and the address that change goes to."""

    keys: tuple[SigningKey, ...]
    utxos: tuple[Utxo, ...]
    change: Address

    @property
    def spendable(self) -> tuple[Utxo, ...]:
        """What may be spent without harm: outputs that carry a script or a datum stay."""
        return tuple(
            utxo for utxo in self.utxos if utxo.script_hash is None and utxo.output.datum is None
        )

    @property
    def balance(self) -> Value:
        return sum((utxo.output.value for utxo in self.spendable), Value())


def cover(wallet: Wallet, needed: Value, taken: Sequence[Utxo]) -> tuple[Utxo, ...]:
    """The wallet's outputs that pay for ``needed``, ``taken`` ones first, the largest next.

    :raises InsufficientFunds: the wallet does not have it; names what is missing.
    """
    chosen = list(taken)
    missing = (needed - _sum(chosen)).positive
    rest = sorted(
        (utxo for utxo in wallet.spendable if utxo not in chosen),
        key=lambda utxo: (-utxo.output.value.lovelace, utxo.reference),
    )
    for asset in list(missing.assets):
        for utxo in sorted(rest, key=lambda u: -u.output.value.quantity(asset)):
            if (needed - _sum(chosen)).quantity(asset) <= 0:
                break
            if utxo.output.value.quantity(asset):
                chosen.append(utxo)
                rest.remove(utxo)
    while (needed - _sum(chosen)).lovelace > 0 and rest:
        chosen.append(rest.pop(0))
    missing = (needed - _sum(chosen)).positive
    if missing.lovelace or missing.assets:
        raise _lacking(wallet, missing)
    return tuple(chosen)


def _sum(utxos: Iterable[Utxo]) -> Value:
    return sum((utxo.output.value for utxo in utxos), Value())


def _lacking(wallet: Wallet, missing: Value) -> InsufficientFunds:
    parts = [f"{missing.lovelace} lovelace"] if missing.lovelace else []
    parts += [f"{quantity} of {asset}" for asset, quantity in missing.assets.items()]
    return InsufficientFunds(
        f"the wallet {wallet.change} lacks {' and '.join(parts)}",
        hint=f"Send at least that to {wallet.change} and run the command again.",
        details={
            "lovelace": str(missing.lovelace),
            "assets": {str(asset): str(n) for asset, n in missing.assets.items()},
            "address": str(wallet.change),
        },
    )


@dataclass(frozen=True, slots=True)
class Collateral:
    """What is lost if a script fails after all: the inputs, less what comes back."""

    inputs: tuple[Utxo, ...]
    returned: Output
    total: int


def collateral(wallet: Wallet, parameters: ProtocolParameters, fee: int) -> Collateral:
    """The collateral for a transaction with ``fee``: the smallest single output that will do,
    else the largest few together.

    :raises InsufficientFunds: no choice of the wallet's outputs reaches the amount.
    """
    needed = fees.collateral_for(parameters, fee)
    smallest_first = sorted(
        wallet.spendable, key=lambda utxo: (utxo.output.value.lovelace, utxo.reference)
    )
    for utxo in smallest_first:
        if choice := _try_collateral(wallet, parameters, (utxo,), needed):
            return choice
    largest = tuple(reversed(smallest_first[-parameters.max_collateral_inputs :]))
    if choice := _try_collateral(wallet, parameters, largest, needed):
        return choice
    available = sum(utxo.output.value.lovelace for utxo in largest)
    raise InsufficientFunds(
        f"collateral of {needed} lovelace plus its change is needed, the largest "
        f"{parameters.max_collateral_inputs} outputs of the wallet hold {available}",
        hint=f"Send 5 ADA in one piece to {wallet.change} and run the command again.",
        details={"needed": str(needed), "available": str(available)},
    )


def _try_collateral(
    wallet: Wallet, parameters: ProtocolParameters, utxos: tuple[Utxo, ...], needed: int
) -> Collateral | None:
    returned = Output(wallet.change, _sum(utxos) - Value(needed))
    if not utxos or returned.value.lovelace < 0:
        return None
    least = fees.least_lovelace(parameters, encoding.output_size(returned))
    return Collateral(utxos, returned, needed) if returned.value.lovelace >= least else None
