"""The versions of Ogmios whose protocol is spoken, and where they differ."""

from __future__ import annotations

from enum import Enum


class Version(Enum):
    """A version of Ogmios, by the number that people choose it with.

    Differences that a client of our transactions can see (from upstream's schemas): the name of
    the limit on reference scripts, whether a transaction tells its empty fields, the eras that
    have a genesis, and the eras in the hints about a transaction that cannot be decoded.
    """

    V6_14 = "6.14"
    V7_0 = "7.0"

    @property
    def full(self) -> str:
        """As ``/health`` tells it; clients choose their codecs by it."""
        return f"v{self.value}.0"

    @property
    def max_reference_scripts_field(self) -> str:
        """The protocol parameter for the size of reference scripts in a transaction."""
        if self is Version.V6_14:
            return "maxReferenceScriptsSize"
        return "maxReferenceScriptsSizePerTransaction"

    @property
    def tells_empty_fields(self) -> bool:
        """Whether transactions have ``outputs`` and ``validityInterval`` when there are none."""
        return self is Version.V6_14

    @property
    def eras_with_genesis(self) -> tuple[str, ...]:
        """What ``queryNetwork/genesisConfiguration`` can be asked for."""
        eras = ("byron", "shelley", "alonzo", "conway")
        return eras if self is Version.V6_14 else (*eras, "dijkstra")

    @property
    def eras_of_hints(self) -> tuple[str, ...]:
        """The eras in which the server tries to decode a transaction."""
        if self is Version.V6_14:
            return ("shelley", "allegra", "mary", "alonzo", "babbage", "conway")
        return ("alonzo", "babbage", "conway", "dijkstra")
