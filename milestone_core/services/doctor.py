"""Is everything there, on the right network, and up to date? One finding for each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from milestone_core.domain.chain import Tip
from milestone_core.errors import MilestoneError, ServiceUnavailable
from milestone_core.files.times import format_duration
from milestone_core.networks import NETWORKS, network_name
from milestone_core.services import scripts
from milestone_core.services.checks import MAX_LAG_SLOTS, far_behind, watch_hint
from milestone_core.services.context import Context

_FULLY_SYNCHRONISED = 1
UNWATCHED = "unwatched"
"""The figure of a finding that lists the patterns an index should watch and does not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part is. ``remedy`` is what to do where it is not ``ok``.

    ``fatal`` is whether commands that need the part must fail; what is not fatal is a warning.
    ``exit`` is the code with which they do.
    """

    part: str
    ok: bool
    detail: str
    remedy: str = ""
    fatal: bool = True
    exit: int = ServiceUnavailable.exit
    figures: dict[str, object] = field(default_factory=dict)


def examine(context: Context) -> tuple[Finding, ...]:
    """Look at every part, whatever is wrong with the others."""
    findings: list[Finding] = []
    tip = _look(findings, "Ogmios", lambda: _ogmios(context))
    _look(findings, "node", lambda: _node(context))
    _look(findings, "Kupo", lambda: _kupo(context, tip))
    _look(findings, "contract", lambda: _contract(context))
    if tip is not None and all(f.ok for f in findings if f.part == "Kupo"):
        _look(findings, "reference scripts", lambda: _published(context))
    _look(findings, "storage", lambda: _storage(context))
    return tuple(findings)


Look = Callable[[], tuple[Finding, Tip | None]]


def _look(findings: list[Finding], part: str, look: Look) -> Tip | None:
    try:
        finding, tip = look()
    except MilestoneError as error:
        finding, tip = Finding(part, False, error.message, error.hint, exit=error.exit), None
    findings.append(finding)
    return tip


def _ogmios(context: Context) -> tuple[Finding, Tip | None]:
    health = context.chain.health()
    detail = f"version {health.version}"
    if not health.connected:
        remedy = "Start cardano-node, and give Ogmios the path of its socket."
        return Finding("Ogmios", False, f"{detail}, not connected to a node", remedy), None
    return Finding("Ogmios", True, detail), context.chain.tip()


def _node(context: Context) -> tuple[Finding, None]:
    expected = NETWORKS[context.network].magic
    magic = context.chain.network_magic()
    tip = context.chain.tip()
    figures: dict[str, object] = {"magic": magic, "slot": tip.slot}
    if magic != expected:
        return Finding(
            "node",
            False,
            f"it follows {network_name(magic)}, this project is for {context.network}",
            "Point [ogmios] url at a node of the right network, or use another project folder.",
            figures=figures,
        ), None
    health = context.chain.health()
    synchronisation = health.synchronisation
    if synchronisation is not None and synchronisation < _FULLY_SYNCHRONISED:
        behind = max(0, context.now() - context.chain.clock().ms_at(tip.slot))
        done = f"{float(100 * synchronisation):.2f} % synchronised"
        return Finding(
            "node",
            False,
            f"{context.network}, {done}, at slot {tip.slot}, {_about(behind)} behind",
            "Wait until it has caught up; a node that stays behind has no peers, or no room.",
            fatal=far_behind(health),
            figures=figures | {"lag_seconds": behind // 1000},
        ), None
    return Finding("node", True, f"{context.network}, at slot {tip.slot}", figures=figures), None


def _kupo(context: Context, tip: Tip | None) -> tuple[Finding, None]:
    health = context.utxo.health()
    detail = f"version {health.version}, at slot {health.checkpoint}"
    figures: dict[str, object] = {"checkpoint": health.checkpoint}
    lag = tip.slot - health.checkpoint if tip else 0
    if lag > MAX_LAG_SLOTS:
        assert tip is not None, "a lag is behind a tip"
        clock = context.chain.clock()
        behind = clock.ms_at(tip.slot) - clock.ms_at(health.checkpoint)
        return Finding(
            "Kupo",
            False,
            f"{detail}, {lag} slots ({_about(behind)}) behind the node",
            "Wait until it has caught up.",
            figures=figures | {"lag_slots": lag, "lag_seconds": behind // 1000},
        ), None
    if lag < -MAX_LAG_SLOTS:
        return Finding(
            "Kupo",
            False,
            f"{detail}, {-lag} slots ahead of the node: it follows another network",
            "Point [kupo] url at an index of the network that Ogmios' node follows.",
            figures=figures | {"lag_slots": lag},
        ), None
    unwatched = list(_unwatched(context))
    if unwatched:
        return Finding(
            "Kupo",
            False,
            f"{detail}, does not watch the contract",
            watch_hint(*unwatched),
            figures=figures | {UNWATCHED: unwatched},
        ), None
    return Finding("Kupo", True, detail, figures=figures), None


def _unwatched(context: Context) -> Iterator[str]:
    contract = context.contract
    for pattern in (
        f"{contract.programme.hash.hex()}.*",
        f"{contract.registry.hash.hex()}.*",
        str(contract.distribution_address),
    ):
        if not context.utxo.tracks(pattern):
            yield pattern


def _contract(context: Context) -> tuple[Finding, None]:
    contract = context.contract
    figures: dict[str, object] = {v.title: v.hash.hex() for v in contract.validators}
    detail = f"distribution {contract.distribution.hash.hex()[:16]}..., hashes agree with the code"
    return Finding("contract", True, detail, figures=figures), None


def _published(context: Context) -> tuple[Finding, None]:
    missing = [validator.title for validator in scripts.find(context).missing]
    if missing:
        return Finding(
            "reference scripts",
            False,
            f"not on chain: {', '.join(missing)}",
            "Nothing to do: deploy publishes them, or: milestone contract publish --key FILE",
            fatal=False,
        ), None
    return Finding("reference scripts", True, "on chain"), None


def _storage(context: Context) -> tuple[Finding, None]:
    with context.storage.transaction():
        # Taking the lock and letting go of it shows that the store can be written.
        pass
    return Finding("storage", True, context.storage.location()), None


def _about(ms: int) -> str:
    """A length of time, to its largest unit, for people."""
    units = (86_400_000, 3_600_000, 60_000, 1_000)
    unit = next((unit for unit in units if ms >= unit), 1_000)
    return format_duration(ms // unit * unit)
