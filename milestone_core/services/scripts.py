"""The reference scripts: which of them lie on chain."""

from __future__ import annotations

from dataclasses import dataclass

from milestone_core.domain.chain import Utxo
from milestone_core.errors import NotFound
from milestone_core.ports import CompiledValidator
from milestone_core.services.context import Context


@dataclass(frozen=True, slots=True)
class Published:
    """Which validators lie on chain as reference scripts, by title, and which do not."""

    found: dict[str, Utxo]
    missing: tuple[CompiledValidator, ...]

    def __getitem__(self, title: str) -> Utxo:
        if title not in self.found:
            raise NotFound(
                f"the validator {title!r} is not on chain as a reference script",
                hint="Publish it with: milestone contract publish --key FILE",
            )
        return self.found[title]


def find(context: Context) -> Published:
    """Look at the one place where reference scripts can never be spent.

    Only outputs without a datum count there: one with a datum is somebody's vault or schedule.
    """
    contract, lying = context.contract, _lying(context)
    found = {
        validator.title: utxo
        for validator in contract.validators
        if (utxo := next((u for u in lying if u.script_hash == validator.hash), None))
    }
    missing = tuple(v for v in contract.validators if v.title not in found)
    return Published(found, missing)


def carrying(context: Context, script_hash: bytes) -> Utxo | None:
    """An output at the same place that carries that script, None where there is none."""
    return next((utxo for utxo in _lying(context) if utxo.script_hash == script_hash), None)


def _lying(context: Context) -> tuple[Utxo, ...]:
    found = context.utxo.unspent(str(context.contract.distribution_address)).utxos
    return tuple(
        utxo
        for utxo in found
        if utxo.output.datum is None
        and utxo.output.datum_hash is None
        and utxo.output.script is not None
    )
