"""Mutations 1 to 30: the vault that goes on, and the payouts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from milestone_core.domain.address import Address, Credential
from milestone_core.domain.chain import AssetId, Value
from milestone_core.onchain.plutus_data import Constr

from .actions import RELEASE, RELEASE_ADA, RELEASE_TOKEN
from .case import Case, Out
from .mutation import Change, mutation
from .scripts import STRANGER, always_true

JUNK = AssetId(b"\x77" * 28, b"junk")
ANOTHER_SCRIPT = always_true(9)
ONE_LESS, ONE_MORE = -1, 1


def vault(change: Callable[[Out, Case, Random], Out | None]) -> Change:
    """A change of the output that the vault goes on in."""

    def apply(case: Case, rng: Random) -> Case | None:
        changed = change(case.outputs[0], case, rng)
        return None if changed is None else case.output(0, lambda _: changed)

    return apply


def payout(change: Callable[[Out, Case], Out]) -> Change:
    """A change of one of the payouts."""

    def apply(case: Case, rng: Random) -> Case:
        return case.output(1 + rng.randrange(len(case.facts.payees)), lambda o: change(o, case))

    return apply


def junk(out: Out) -> Out:
    return out.holding(Value(0, {JUNK: 1}))


def redirected(out: Out) -> Out:
    """To somebody else, with the same stake part."""
    address = Address.from_bytes(out.address)
    return replace(out, address=bytes(replace(address, payment=STRANGER.credential)))


def restaked(out: Out) -> Out:
    """The stake part swapped, or there where there was none."""
    address = Address.from_bytes(out.address)
    other = Credential.key(b"\x55" * 28)
    return replace(out, address=bytes(replace(address, stake=other)))


def unstaked(out: Out) -> Out | None:
    address = Address.from_bytes(out.address)
    bare = replace(out, address=bytes(replace(address, stake=None)))
    return None if address.stake is None else bare


def scripted(out: Out) -> Out:
    return replace(out, script=ANOTHER_SCRIPT.code)


def _byte(out: Out, row: int, more: int) -> Out | None:
    claimed: bytes = out.fields[1]
    if not 0 <= claimed[row] + more <= 255:
        return None
    changed = bytearray(claimed)
    changed[row] += more
    return out.saying(1, bytes(changed))


def _own_row(case: Case, rng: Random) -> int:
    row: int = rng.choice(case.facts.claims)[0]
    return row


def _other_row(case: Case, rng: Random) -> int | None:
    claimed = {row for row, _ in case.facts.claims}
    others = [row for row in range(len(case.facts.claimed)) if row not in claimed]
    return rng.choice(others) if others else None


def _others_byte(more: int) -> Change:
    def change(out: Out, case: Case, rng: Random) -> Out | None:
        row = _other_row(case, rng)
        return None if row is None else _byte(out, row, more)

    return vault(change)


def _claimed(change: Callable[[bytes], bytes]) -> Change:
    return vault(lambda out, *_: out.saying(1, change(out.fields[1])))


def _swapped_token(out: Out, case: Case, _: Random) -> Out:
    [token] = [a for a in out.value.assets if a.policy == case.contract.registry.hash]
    counterfeit = AssetId(JUNK.policy, token.name)
    return out.holding(Value(0, {token: -1, counterfeit: 1}))


def _without_token(out: Out, case: Case, _: Random) -> Out:
    [token] = [a for a in out.value.assets if a.policy == case.contract.registry.hash]
    return out.holding(Value(0, {token: -1}))


def _asset(more: int) -> Change:
    def change(out: Out, case: Case, _: Random) -> Out | None:
        asset = case.facts.plan.asset
        enough = out.value.quantity(asset) + more >= 0
        return out.holding(Value.of(asset, more)) if enough else None

    return vault(change)


AS_LEFT = "vault_as_left"
mutation(RELEASE, "1 own byte too low", AS_LEFT)(
    vault(lambda out, case, rng: _byte(out, _own_row(case, rng), -1))
)
mutation(RELEASE, "2 own byte too high", AS_LEFT)(
    vault(lambda out, case, rng: _byte(out, _own_row(case, rng), 1))
)
mutation(RELEASE, "3 another row raised", AS_LEFT)(_others_byte(1))
mutation(RELEASE, "4 another row lowered", AS_LEFT)(_others_byte(-1))
mutation(RELEASE, "5 bytes cut", AS_LEFT)(_claimed(lambda claimed: claimed[:-1]))
mutation(RELEASE, "6 bytes appended", AS_LEFT)(_claimed(lambda claimed: claimed + b"\0"))
mutation(RELEASE, "7 registry changed", AS_LEFT)(vault(lambda out, *_: out.saying(0, b"\x11" * 28)))
mutation(RELEASE, "8 datum by hash", AS_LEFT)(
    vault(lambda out, *_: replace(out, datum=None, hashed=out.datum))
)
mutation(RELEASE, "8 no datum", AS_LEFT)(vault(lambda out, *_: replace(out, datum=None)))
mutation(RELEASE, "9 extra field", AS_LEFT)(
    vault(lambda out, *_: replace(out, datum=Constr(1, [*out.fields, 0])))
)
mutation(RELEASE, "9 other constructor", AS_LEFT)(
    vault(lambda out, *_: replace(out, datum=Constr(0, out.fields)))
)
mutation(RELEASE, "10 token missing", AS_LEFT)(vault(_without_token))
mutation(RELEASE, "11 counterfeit token", AS_LEFT)(vault(_swapped_token))
mutation(RELEASE_TOKEN, "12 asset one less", AS_LEFT)(_asset(ONE_LESS))
mutation(RELEASE_ADA, "12 asset one less", "lovelace_not_less")(
    # The spare lovelace is the vault's as well: what is left includes it.
    _asset(ONE_LESS)
)
mutation(RELEASE_TOKEN, "13 asset one more", AS_LEFT)(_asset(ONE_MORE))
mutation(RELEASE, "14 junk token", AS_LEFT)(vault(lambda out, *_: junk(out)))
mutation(RELEASE, "15 lovelace one less", "lovelace_not_less")(
    vault(lambda out, *_: out.holding(Value(-1)))
)
mutation(RELEASE, "16 vault redirected", AS_LEFT)(vault(lambda out, *_: redirected(out)))
mutation(RELEASE, "17 vault's stake part swapped", AS_LEFT)(vault(lambda out, *_: restaked(out)))
mutation(RELEASE, "17 vault's stake part dropped", AS_LEFT)(vault(lambda out, *_: unstaked(out)))
mutation(RELEASE, "19 vault with a reference script", AS_LEFT)(vault(lambda out, *_: scripted(out)))


@mutation(RELEASE_TOKEN, "18 vault split in two", AS_LEFT)
@mutation(RELEASE_ADA, "18 vault split in two", "lovelace_not_less")
def _split(case: Case, _: Random) -> Case | None:
    asset, out = case.facts.plan.asset, case.outputs[0]
    some = out.value.quantity(asset) // 2
    if not some:
        return None
    part = Value.of(asset, some)
    split = case.output(0, lambda o: o.holding(-part))
    return replace(split, outputs=(*split.outputs, replace(out, value=part)))


AS_DUE = "payout_as_due"


def _holding_asset(more: int) -> Change:
    return payout(lambda out, case: out.holding(Value.of(case.facts.plan.asset, more)))


def _another_asset(out: Out, case: Case) -> Out:
    due = AssetId(case.facts.plan.asset.policy, case.facts.plan.asset.name)
    quantity = out.value.quantity(due)
    other = AssetId(due.policy, b"not " + due.name[:28])
    return out.holding(Value.of(due, -quantity) + Value(0, {other: quantity}))


mutation(RELEASE, "20 payout one less", AS_DUE)(_holding_asset(ONE_LESS))
mutation(RELEASE_TOKEN, "21 payout one more", AS_DUE)(_holding_asset(ONE_MORE))
mutation(RELEASE_TOKEN, "22 payout of another asset", AS_DUE)(payout(_another_asset))
mutation(RELEASE, "23 payout redirected", AS_DUE)(payout(lambda out, _: redirected(out)))
mutation(RELEASE, "24 payout's stake part swapped", AS_DUE)(payout(lambda out, _: restaked(out)))
mutation(RELEASE, "25 datum on a payout", AS_DUE)(
    payout(lambda out, _: replace(out, datum=STRANGER.hash))
)
mutation(RELEASE, "25 datum hash on a payout", AS_DUE)(
    payout(lambda out, _: replace(out, hashed=STRANGER.hash))
)
mutation(RELEASE, "26 reference script on a payout", AS_DUE)(payout(lambda out, _: scripted(out)))
mutation(RELEASE, "30 junk token in a payout", AS_DUE)(payout(lambda out, _: junk(out)))


@mutation(RELEASE, "24 payout's stake part dropped", AS_DUE)
def _payout_unstaked(case: Case, _: Random) -> Case | None:
    for index in range(1, 1 + len(case.facts.payees)):
        changed = unstaked(case.outputs[index])
        if changed is not None:
            return replace(
                case, outputs=(*case.outputs[:index], changed, *case.outputs[index + 1 :])
            )
    return None


@mutation(RELEASE, "27 payout removed", AS_DUE)
def _removed(case: Case, rng: Random) -> Case:
    index = 1 + rng.randrange(len(case.facts.payees))
    return replace(case, outputs=(*case.outputs[:index], *case.outputs[index + 1 :]))


@mutation(RELEASE, "28 two payouts merged into one", AS_DUE)
def _merged(case: Case, _: Random) -> Case | None:
    if len(case.facts.payees) < 2:
        return None
    kept, first, second, *rest = case.outputs
    return replace(case, outputs=(kept, first.holding(second.value), *rest))


@mutation(RELEASE, "29 payouts swapped", AS_DUE)
def _swapped(case: Case, _: Random) -> Case | None:
    if len(case.facts.payees) < 2 or case.outputs[1].address == case.outputs[2].address:
        return None
    kept, first, second, *rest = case.outputs
    return replace(case, outputs=(kept, second, first, *rest))


@mutation(RELEASE, "16 vault not in the first output", (AS_LEFT, AS_DUE, "lovelace_not_less"))
def _second(case: Case, _: Random) -> Case:
    kept, first, *rest = case.outputs
    return replace(case, outputs=(first, kept, *rest))
