"""Amounts as the command line prints them."""

from __future__ import annotations

from milestone_core.domain.chain import ADA, AssetId, Value
from milestone_core.domain.schedule import Schedule
from milestone_core.files.amounts import format_amount

ADA_DECIMALS = 6


class Denomination:
    """How to write assets: ADA, the schedule's own by its ticker, others by their id."""

    def __init__(self, schedule: Schedule | None = None) -> None:
        self._known = {ADA: (ADA_DECIMALS, "ADA")}
        if schedule is not None and not schedule.asset.is_ada:
            ticker = schedule.ticker or _name_of(schedule.asset)
            self._known[schedule.asset] = (schedule.decimals, ticker)

    def write(self, asset: AssetId, quantity: int) -> str:
        """``quantity`` base units for people: ``1.5 ADA``."""
        decimals, unit = self._known.get(asset, (0, _name_of(asset)))
        return f"{format_amount(quantity, decimals)} {unit}"

    def value(self, value: Value) -> str:
        """Everything in a value, ADA last: ``10 TEST + 1.2 ADA``."""
        parts = [self.write(asset, quantity) for asset, quantity in value.assets.items()]
        if value.lovelace or not parts:
            parts.append(self.write(ADA, value.lovelace))
        return " + ".join(parts)


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: ``1 page``, ``2 pages``; ``many`` where that is not ``one`` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def lovelace(quantity: int) -> str:
    """``quantity`` lovelace for people."""
    return Denomination().write(ADA, quantity)


def _name_of(asset: AssetId) -> str:
    text = asset.name.decode("ascii", errors="replace")
    if text.isprintable() and text.isascii() and text:
        return f"{text} ({asset.policy.hex()[:8]}...)"
    return f"{asset.policy.hex()[:8]}...{asset.name.hex()[:16]}"


def document(value: Value) -> dict[str, object]:
    """A value for programs: strings of base units."""
    return {
        "lovelace": str(value.lovelace),
        "assets": {str(asset): str(quantity) for asset, quantity in value.assets.items()},
    }
