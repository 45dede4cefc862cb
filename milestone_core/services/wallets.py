"""What the user's keys can spend, as the index shows it."""

from __future__ import annotations

from collections.abc import Sequence

from milestone_core.domain.address import Credential
from milestone_core.domain.chain import Utxo
from milestone_core.errors import BadAnswer, BadInput, InsufficientFunds, ServiceUnavailable
from milestone_core.services.checks import watch_hint
from milestone_core.services.context import Context
from milestone_core.transactions.keys import SigningKey
from milestone_core.transactions.wallet import Wallet


def open_wallet(context: Context, keys: Sequence[SigningKey]) -> Wallet:
    """The outputs locked by ``keys``, whatever stake part their addresses have.

    Change goes to the address that holds the most lovelace, for that is the one in use.

    :raises InsufficientFunds: there is nothing there.
    :raises ServiceUnavailable: the index does not watch the keys.
    :raises BadAnswer: it shows somebody else's output as one of theirs.
    """
    if not keys:
        raise BadInput("no key was given", hint="Name one with --key FILE or MILESTONE_KEY_FILE.")
    distinct = {key.hash: key for key in keys}
    utxos: list[Utxo] = []
    for key in distinct.values():
        found = context.utxo.unspent(f"{key.hash.hex()}/*").utxos
        # Change goes to an address that the index names: it has to be one of the key's.
        strange = [u for u in found if not _is_of(key, u, context.network_id)]
        if strange:
            raise BadAnswer(
                f"Kupo shows an output at {strange[0].output.address} as one of the key "
                f"{key.hash.hex()}, which it is not: nothing is signed",
                hint="Ask another Kupo; this one is faulty or hostile.",
            )
        utxos += found
    if not utxos:
        raise _empty(context, keys[0])
    richest = max(utxos, key=lambda utxo: utxo.output.value.lovelace)
    return Wallet(tuple(distinct.values()), tuple(utxos), richest.output.address)


def _is_of(key: SigningKey, utxo: Utxo, network_id: int) -> bool:
    address = utxo.output.address
    return address.payment == key.credential and address.network == network_id


def _empty(context: Context, key: SigningKey) -> InsufficientFunds | ServiceUnavailable:
    address = key.address(context.network_id)
    if not context.utxo.tracks(f"{key.hash.hex()}/*"):
        return ServiceUnavailable(
            f"the index does not watch the wallet {address}",
            hint=watch_hint(f"{key.hash.hex()}/*"),
        )
    return InsufficientFunds(
        f"the wallet {address} is empty",
        hint=_funding_hint(context, str(address)),
        details={"address": str(address)},
    )


def _funding_hint(context: Context, address: str) -> str:
    if context.network == "devnet":
        return f"Fund it with: milestone devnet fund {address} --ada 100"
    return f"Send some ADA to {address}."


def owned_output(wallet: Wallet, owner: Credential) -> Utxo:
    """An output of the wallet that shows, when it is spent, that ``owner`` agrees.

    :raises BadInput: none of the keys is the owner's.
    :raises InsufficientFunds: the owner's key has no output.
    """
    if all(key.credential != owner for key in wallet.keys):
        raise BadInput(
            f"this needs the owner, whose {owner.kind.value} hash is {owner.hash.hex()}",
            hint="Give the owner's key with --key FILE.",
        )
    theirs = [u for u in wallet.spendable if u.output.address.payment == owner]
    if not theirs:
        raise InsufficientFunds(
            f"the owner, whose key hash is {owner.hash.hex()}, has no output to spend",
            hint="Send the owner some ADA: spending it is how the contract sees that they agree.",
        )
    return max(theirs, key=lambda utxo: (utxo.output.value.lovelace, utxo.reference))
