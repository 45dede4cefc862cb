"""Which faults are in force at a server, and how often they still strike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What goes wrong.

    A fault strikes when a client sends something (``REFUSE`` also when it connects):

    - ``LAG``: the answer comes late;
    - ``DISCONNECT``: the request is served, and the connection breaks in the middle of the answer;
    - ``REFUSE``: the connection is closed before anything is served;
    - ``GARBAGE``: the answer is as long as it should be, and not JSON.
    """

    LAG = "lag"
    DISCONNECT = "disconnect"
    REFUSE = "refuse"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in force. ``times`` is how often it still strikes, None for until it is cleared."""

    kind: Kind
    times: int | None = None
    seconds: float = 0.0


class Faults:
    """The faults of one server. At most one is in force."""

    def __init__(self) -> None:
        self.current: Fault | None = None

    def set(self, fault: Fault | None) -> None:
        """Put a fault in force instead of what was; None for none."""
        self.current = fault

    def strike(self, *kinds: Kind) -> Fault | None:
        """The fault in force, if it is of one of these kinds; that is one time less."""
        fault = self.current
        if fault is None or fault.kind not in kinds:
            return None
        if fault.times is not None:
            left = fault.times - 1
            self.current = replace(fault, times=left) if left else None
        return fault
