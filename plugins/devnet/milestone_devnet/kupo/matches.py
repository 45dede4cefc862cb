"""The record of outputs, asked by pattern, in Kupo's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from milestone_devnet.kupo import errors
from milestone_devnet.kupo.filters import Bound, Filter
from milestone_devnet.kupo.index import Index
from milestone_devnet.kupo.patterns import Pattern
from milestone_devnet.ledger import TxOut, decode_output
from milestone_devnet.ledger.addresses import address_text
from milestone_devnet.ledger.model import blake2b_256

Json = dict[str, Any]

_SELECT = """
SELECT outputs.transaction_id, outputs.output_index, position, raw, created.slot, created.hash,
       spent.slot, spent.hash, spent_by, spent_input, spent_redeemer
FROM outputs
CROSS JOIN temp.indexed USING (transaction_id, output_index)
JOIN blocks AS created ON created.height = outputs.height
LEFT JOIN blocks AS spent ON spent.height = outputs.spent_height AND spent.height <= ?
WHERE outputs.height <= ? AND {where}
ORDER BY outputs.height {direction}, position {direction}, outputs.output_index {direction}
"""


class Matches:
    """The matches of an index, read from the chain's record of outputs."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._connection = index.connection

    def find(self, pattern: Pattern, filters: Filter, *, as_text: bool = False) -> Iterator[Json]:
        """The matches of a pattern. ``as_text`` writes quantities as strings.

        All is read before the first is given, so that a chain that moves on while they are sent
        changes nothing.

        :raises KupoError: a point that bounds the range is not on the chain.
        """
        conditions = [pattern.condition(), *filters.conditions]
        for bound in filters.bounds:
            self._check_point(bound)
            conditions.append((f"{bound.column} {bound.operator} ?", (bound.slot,)))
        sql = _SELECT.format(
            where=" AND ".join(f"({condition})" for condition, _ in conditions),
            direction=filters.direction,
        )
        arguments = [argument for _, arguments in conditions for argument in arguments]
        height = self._index.height
        rows = self._connection.execute(sql, (height, height, *arguments)).fetchall()
        return (self._match(row, resolve=filters.resolve_hashes, as_text=as_text) for row in rows)

    def datum(self, datum_hash: bytes) -> bytes | None:
        """A datum's CBOR, if it was ever seen."""
        row = self._connection.execute(
            "SELECT cbor FROM datums WHERE hash = ?", (datum_hash,)
        ).fetchone()
        return bytes(row[0]) if row else None

    def script(self, script_hash: bytes) -> Json | None:
        """A script, if it was ever seen."""
        row = self._connection.execute(
            "SELECT language, code FROM scripts WHERE hash = ?", (script_hash,)
        ).fetchone()
        return {"language": row[0], "script": row[1].hex()} if row else None

    def _check_point(self, bound: Bound) -> None:
        if bound.hash is None:
            return
        found = self._index.checkpoint_before(bound.slot)
        if found is None:
            raise errors.unknown_point()
        if found != (bound.slot, bound.hash):
            raise errors.bad_request(
                f"There's no point {bound.slot}.{bound.hash.hex()}. The field 'details.ancestor'"
                " contains the closest ancestor: the chain may have been rolled back.",
                {"ancestor": point_json(*found)},
            )

    def _match(self, row: Sequence[Any], *, resolve: bool, as_text: bool) -> Json:
        transaction_id, index, position, raw, slot, header, *spending = row
        output = decode_output(raw)
        match: Json = {
            "transaction_index": position,
            "transaction_id": transaction_id.hex(),
            "output_index": index,
            "address": address_text(output.address),
            "value": _value_json(output, as_text=as_text),
        }
        match |= self._datum_json(output, resolve=resolve)
        match["script_hash"] = output.script.hash.hex() if output.script else None
        if resolve:
            match["script"] = self.script(output.script.hash) if output.script else None
        match["created_at"] = point_json(slot, header)
        match["spent_at"] = _spent_json(*spending)
        return match

    def _datum_json(self, output: TxOut, *, resolve: bool) -> Json:
        inline = output.datum is not None
        datum_hash = blake2b_256(output.datum) if output.datum is not None else output.datum_hash
        if datum_hash is None:
            return {"datum_hash": None} | ({"datum": None} if resolve else {})
        described: Json = {"datum_hash": datum_hash.hex()}
        if resolve:
            datum = self.datum(datum_hash)
            described["datum"] = None if datum is None else datum.hex()
        described["datum_type"] = "inline" if inline else "hash"
        return described


def point_json(slot: int, header: bytes) -> Json:
    """``Point``."""
    return {"slot_no": slot, "header_hash": header.hex()}


def _value_json(output: TxOut, *, as_text: bool) -> Json:
    quantity = str if as_text else int
    assets = {
        f"{policy.hex()}.{name.hex()}" if name else policy.hex(): quantity(amount)
        for (policy, name), amount in sorted(output.assets.items())
    }
    return {"coins": quantity(output.coin), "assets": assets}


def _spent_json(
    slot: int | None,
    header: bytes | None,
    transaction_id: bytes | None,
    input_index: int | None,
    redeemer: bytes | None,
) -> Json | None:
    if slot is None or header is None or transaction_id is None:
        return None
    return point_json(slot, header) | {
        "transaction_id": transaction_id.hex(),
        "input_index": input_index,
        "redeemer": None if redeemer is None else redeemer.hex(),
    }
