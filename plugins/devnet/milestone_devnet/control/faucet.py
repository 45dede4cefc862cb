"""The control API's faucet: pays, and waits for the block."""

from __future__ import annotations

from aiohttp import web

from milestone_core.api import BadInput, TransactionRefused
from milestone_devnet.amounts import recipient
from milestone_devnet.chain.chain import Chain
from milestone_devnet.changes import Changes
from milestone_devnet.control.http import Json, amount, answer, body_of, member
from milestone_devnet.faucet import FAUCET, TOKEN, payment
from milestone_devnet.ledger import Refused
from milestone_devnet.ledger.addresses import address_text


class Faucet:
    """Pays from the faucet's address, by transactions like any other."""

    def __init__(self, chain: Chain, changes: Changes) -> None:
        self._chain = chain
        self._changes = changes

    def stock(self) -> Json:
        """What it has, once the pending transactions are in."""
        unspent = self._chain.mempool.unspent_at(FAUCET.address).values()
        return {
            "address": address_text(FAUCET.address),
            "lovelace": str(sum(output.coin for output in unspent)),
            "tokens": str(sum(output.assets.get(TOKEN, 0) for output in unspent)),
        }

    async def fund(self, request: web.Request) -> web.Response:
        """``POST /fund``."""
        body = await body_of(request)
        to = recipient(member(body, "address", str))
        lovelace, tokens = amount(body, "lovelace"), amount(body, "tokens")
        if lovelace is None and tokens is None:
            raise BadInput("neither ADA nor tokens are asked for")
        unspent = self._chain.mempool.unspent_at(FAUCET.address)
        cbor, paid = payment(unspent, to, lovelace, tokens or 0, self._chain.parameters)
        try:
            transaction_id = self._chain.submit(cbor)
        except Refused as refusal:
            raise TransactionRefused(
                refusal.message, ledger_code=refusal.code, data=refusal.data
            ) from refusal
        height = await self._included(transaction_id)
        return answer(
            {
                "transaction": transaction_id.hex(),
                "address": address_text(to),
                "lovelace": str(paid),
                "tokens": str(tokens or 0),
                "token": token(),
                "block": height,
            }
        )

    async def _included(self, transaction_id: bytes) -> int:
        while (height := self._chain.store.height_of(transaction_id)) is None:
            if transaction_id not in self._chain.mempool:
                raise TransactionRefused("the payment fell out of the mempool", ledger_code=3997)
            await self._changes.wait()
        return height


def token() -> Json:
    """The test token's ids."""
    return {"policy": TOKEN.policy.hex(), "name": TOKEN.name.hex()}
