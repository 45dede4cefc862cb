"""Outputs as values, and their CBOR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

import cbor2

from milestone_core.domain.chain import AssetId, Output, Value
from milestone_core.onchain import plutus_data
from milestone_core.onchain.plutus_data import Constr, Data

_PLUTUS_V3 = 3


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

    @cached_property
    def raw(self) -> bytes:
        """Its CBOR."""
        item: dict[int, Any] = {0: self.address, 1: _value(self.value)}
        if self.datum is not None:
            item[2] = [1, cbor2.CBORTag(24, plutus_data.encode(self.datum))]
        elif self.hashed is not None:
            item[2] = [0, blake2b(plutus_data.encode(self.hashed), digest_size=32).digest()]
        if self.script is not None:
            item[3] = cbor2.CBORTag(24, cbor2.dumps([_PLUTUS_V3, self.script]))
        return cbor2.dumps(item)

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


def with_field(data: Any, index: int, value: Data) -> Constr:
    """A constructor with another field at an index."""
    fields = list(data.fields)
    fields[index] = value
    return Constr(data.index, fields)


def _value(value: Value) -> Any:
    return [value.lovelace, nested(value.assets)] if value.assets else value.lovelace


def nested(assets: Mapping[AssetId, int]) -> dict[bytes, dict[bytes, int]]:
    """Assets by policy and name."""
    policies: dict[bytes, dict[bytes, int]] = {}
    for asset, quantity in assets.items():
        policies.setdefault(asset.policy, {})[asset.name] = quantity
    return policies
