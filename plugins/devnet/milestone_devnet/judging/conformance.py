"""A folder of ledger vectors against this ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milestone_core.api import BadInput
from milestone_devnet.judging.vectors import Vector, load, name_of, reasons_outside, vector_paths
from milestone_devnet.judging.verdict import Verdict, judge
from milestone_devnet.ledger import TxIn, TxOut


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A vector of the core that this ledger judges otherwise than the real one, or cannot read."""

    vector: str
    problems: tuple[str, ...]


@dataclass(slots=True)
class Conformance:
    """What a folder of vectors shows. ``outside`` maps a vector's name to why it is left out."""

    core: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)
    outside: dict[str, str] = field(default_factory=dict)

    @property
    def agree(self) -> int:
        """How many vectors of the core agree, in all verdicts and in what remains."""
        return self.core - len(self.disagreements)


def check_folder(folder: Path, progress: Callable[[int, int], None]) -> Conformance:
    """Run all vectors of a folder; ``progress`` is told how many of how many are done.

    One that cannot be read, or that this ledger fails on, is a disagreement: the others are run.

    :raises BadInput: there are no vectors.
    """
    found = Conformance()
    paths = vector_paths(folder)
    for done, path in enumerate(paths, start=1):
        try:
            reasons = reasons_outside(path)
            problems = [] if reasons else differences(load(path))
        except BadInput as error:
            reasons, problems = [], [error.message]
        except Exception as error:  # noqa: BLE001 - a defect of ours is to be told with the rest
            reasons, problems = [], [f"the devnet fails: {type(error).__name__}: {error}"]
        if reasons:
            found.outside[name_of(path)] = reasons[0]
        else:
            found.core += 1
        if problems:
            found.disagreements.append(Disagreement(name_of(path), tuple(problems)))
        progress(done, len(paths))
    return found


def differences(vector: Vector) -> list[str]:
    """Where this ledger's verdicts, or the outputs that remain, differ; empty if nowhere."""
    problems = []
    for number, (event, verdict) in enumerate(zip(vector.events, run(vector), strict=True)):
        if verdict.accepted != event.accepted:
            ours = "accepted" if verdict.accepted else f"refused ({verdict.rule})"
            theirs = "accepts" if event.accepted else "refuses"
            problems.append(f"transaction {number} is {ours}, and the real ledger {theirs} it")
    return problems + utxo_differences(vector.state.utxo, vector.remaining)


def run(vector: Vector) -> list[Verdict]:
    """Judge a vector's transactions in their order; ``vector.state`` becomes what remains."""
    verdicts = []
    for event in vector.events:
        verdict = judge(event.transaction, vector.state, vector.environment_at(event))
        if verdict.effect is not None:
            vector.state.apply(verdict.effect)
        verdicts.append(verdict)
    return verdicts


def utxo_differences(ours: Mapping[TxIn, TxOut], theirs: Mapping[TxIn, TxOut]) -> list[str]:
    """How two UTxO sets differ in content, however it is encoded."""
    missing = [f"{reference} is missing" for reference in sorted(theirs.keys() - ours.keys())]
    surplus = [f"{reference} should be spent" for reference in sorted(ours.keys() - theirs.keys())]
    changed = [
        f"{reference} holds something else"
        for reference in sorted(ours.keys() & theirs.keys())
        if _content(ours[reference]) != _content(theirs[reference])
    ]
    return missing + surplus + changed


def _content(output: TxOut) -> tuple[object, ...]:
    """What an output says, however it is encoded."""
    script = None if output.script is None else output.script.hash
    return output.address, output.coin, output.assets, output.datum_hash, output.datum, script
