"""What the validators are told: one function for each action.

The shapes are those of ``validators/lib/milestone/types.ak``. Indices are those of the finished
transaction: inputs and reference inputs in the ledger's order, outputs as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from milestone_core.domain.release import Claim
from milestone_core.onchain.plutus_data import Constr, Data


class Signed(Protocol):
    """A COSE signature, wherever it is kept."""

    @property
    def verification_key(self) -> bytes: ...

    @property
    def header(self) -> bytes: ...

    @property
    def signature(self) -> bytes: ...


Signatures = Sequence[tuple[int, Signed]]
"""Signatures with the index of each oracle, ascending."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A milestone by its index, its evidence, and a quorum's signatures."""

    milestone: int
    evidence: bytes
    signatures: Signatures


def start_programme(seed: int, output: int) -> Data:
    """Mint a programme's token: ``seed`` is the input that names it, ``output`` the programme."""
    return Constr(0, [seed, output])


def burn_programme() -> Data:
    """Burn a programme's token while it is closed."""
    return Constr(1)


def attest(proofs: Sequence[Proof]) -> Data:
    """Prove milestones, in ascending order of their index."""
    return Constr(0, [[_proof(proof) for proof in proofs]])


def rotate(oracles: Sequence[bytes], quorum: int, signatures: Signatures) -> Data:
    """Hand over to other oracles."""
    return Constr(1, [list(oracles), quorum, _signatures(signatures)])


def cancel(signatures: Signatures) -> Data:
    """Let nothing more be proven."""
    return Constr(2, [_signatures(signatures)])


def close_programme() -> Data:
    """Close a programme after its end."""
    return Constr(3)


def register(
    seed: int, schedule: int, vault: int, programme: int, *, programme_is_output: bool
) -> Data:
    """Mint a page's two tokens, named by input ``seed``: schedule and vault are outputs, the
    programme is an output of the same transaction or a reference input."""
    whereabouts = Constr(1 if programme_is_output else 0, [programme])
    return Constr(0, [seed, schedule, vault, whereabouts])


def burn_page(schedule: int, vault: int, ground: Data) -> Data:
    """Burn a page's two tokens: schedule and vault are inputs."""
    return Constr(1, [schedule, vault, ground])


def fully_claimed() -> Data:
    """Ground for closing: every instalment of every row is paid."""
    return Constr(0)


def nothing_owed(programme: int) -> Data:
    """Ground for closing: expired or cancelled, and nothing is left to pay of any proven
    milestone; the programme is a reference input."""
    return Constr(1, [programme])


def long_expired() -> Data:
    """Ground for closing: 90 days have passed since the expiry."""
    return Constr(2)


def release(schedule: int, programme: int, claims: Sequence[Claim]) -> Data:
    """Pay claims out of a vault; schedule and programme are reference inputs."""
    return Constr(0, [schedule, programme, {claim.row: claim.steps for claim in claims}])


def close_page() -> Data:
    """Spend a schedule or a vault while its tokens are burned."""
    return Constr(1)


def _proof(proof: Proof) -> Data:
    return Constr(0, [proof.milestone, proof.evidence, _signatures(proof.signatures)])


def _signatures(signatures: Signatures) -> list[Data]:
    return [
        Constr(0, [index, signed.verification_key, signed.header, signed.signature])
        for index, signed in signatures
    ]
