"""Pays out of a key through Ogmios: what the private testnet has in place of a faucet.

Its money is in the genesis file, in no block, so Kupo never sees the first output: the ledger is
asked. The token is minted by the same key, with every payment anew.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from pycardano import (
    Address,
    Asset,
    AssetName,
    MultiAsset,
    NativeScript,
    Network,
    PaymentSigningKey,
    PaymentVerificationKey,
    ScriptHash,
    ScriptPubkey,
    Transaction,
    TransactionBody,
    TransactionId,
    TransactionInput,
    TransactionOutput,
    TransactionWitnessSet,
    Value,
    VerificationKeyWitness,
)

from milestone_core.domain.chain import AssetId

NAME = b"TEST"
# More than the largest of these transactions costs, by the prices of mainnet.
_FEE = 400_000
_LEAST_WITH_TOKENS = 2_000_000
_SECONDS = 60.0


@dataclass(frozen=True)
class Paid:
    """A payment in a block."""

    transaction: str


class Faucet:
    """Pays from one key, one payment after the other: each spends the change of the last."""

    def __init__(self, ogmios_url: str, key_file: Path) -> None:
        self._url = f"http://{urlsplit(ogmios_url).netloc}/"
        # A genesis key is an ordinary one under another name, which the library refuses.
        self._key = PaymentSigningKey.from_cbor(json.loads(key_file.read_text())["cborHex"])
        self._public = PaymentVerificationKey.from_signing_key(self._key)
        self.address = Address(self._public.hash(), network=Network.TESTNET)
        self._script: NativeScript = ScriptPubkey(self._public.hash())
        self.token = AssetId(self._script.hash().payload, NAME)

    def pay(self, address: str, *, lovelace: int | None = None, tokens: int = 0) -> Paid:
        """Pay into one output, and return when it is in a block."""
        minted = _tokens(self.token, tokens) if tokens else MultiAsset()
        amount = Value(lovelace or _LEAST_WITH_TOKENS, minted)
        source, held = self._richest()
        change = held - Value(amount.coin + _FEE)
        body = TransactionBody(
            inputs=[source],
            outputs=[
                TransactionOutput(Address.from_primitive(address), amount),
                TransactionOutput(self.address, change),
            ],
            fee=_FEE,
            mint=minted if tokens else None,
        )
        signature = VerificationKeyWitness(self._public, self._key.sign(body.hash()))
        witnesses = TransactionWitnessSet(
            vkey_witnesses=[signature], native_scripts=[self._script] if tokens else None
        )
        cbor = Transaction(body, witnesses).to_cbor_hex()
        answer = self._ask("submitTransaction", {"transaction": {"cbor": cbor}})
        transaction: str = answer["transaction"]["id"]
        self._wait_for(transaction)
        return Paid(transaction)

    def _richest(self) -> tuple[TransactionInput, Value]:
        found = self._ask("queryLedgerState/utxo", {"addresses": [str(self.address)]})
        assert found, f"{self.address} is empty"
        best = max(found, key=lambda utxo: utxo["value"]["ada"]["lovelace"])
        value = dict(best["value"])
        coin = value.pop("ada")["lovelace"]
        held = sum(
            (
                _tokens(AssetId(bytes.fromhex(policy), bytes.fromhex(name)), quantity)
                for policy, assets in value.items()
                for name, quantity in assets.items()
            ),
            MultiAsset(),
        )
        identity = TransactionId(bytes.fromhex(best["transaction"]["id"]))
        return TransactionInput(identity, best["index"]), Value(coin, held)

    def _wait_for(self, transaction: str) -> None:
        reference = {"transaction": {"id": transaction}, "index": 0}
        end = time.monotonic() + _SECONDS
        while not self._ask("queryLedgerState/utxo", {"outputReferences": [reference]}):
            assert time.monotonic() < end, f"{transaction} is in no block after {_SECONDS} s"
            time.sleep(0.2)

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        request = {"jsonrpc": "2.0", "method": method, "params": params}
        answer = requests.post(self._url, json=request, timeout=30).json()
        assert "result" in answer, f"{method}: {answer.get('error')}"
        return answer["result"]


def _tokens(asset: AssetId, quantity: int) -> MultiAsset:
    return MultiAsset({ScriptHash(asset.policy): Asset({AssetName(asset.name): quantity})})
