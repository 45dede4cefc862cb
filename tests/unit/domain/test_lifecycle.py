"""The states of a transaction: what may follow what, and what is done on which facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.lifecycle import (
    AFTER_THE_END,
    ENDED,
    FINAL_AFTER,
    OPEN,
    UNSENT,
    Facts,
    TransactionState,
    Verdict,
    WrongTurn,
    advance,
    is_final,
    judge,
)

SLOTS = st.integers(0, 2_000)
MAYBE = st.one_of(st.none(), SLOTS)
FACTS = st.builds(
    Facts,
    tip=SLOTS,
    checkpoint=SLOTS,
    in_mempool=st.booleans(),
    slot=MAYBE,
    rival=st.one_of(st.none(), st.just(b"rival")),
)


def follows(state: TransactionState) -> set[TransactionState]:
    found = set()
    for to in TransactionState:
        try:
            found.add(advance(state, to))
        except WrongTurn:
            continue
    return found


def test_every_state_is_unsent_open_confirmed_or_ended() -> None:
    groups = [*UNSENT, *OPEN, *ENDED, TransactionState.CONFIRMED]
    assert sorted(groups, key=str) == sorted(TransactionState, key=str)


def test_nothing_is_sent_that_was_not_written_down_as_signed() -> None:
    before_sent = {state for state in UNSENT if TransactionState.SENT in follows(state)}
    assert before_sent == {TransactionState.SIGNED}
    assert not follows(TransactionState.BUILT) & OPEN


@pytest.mark.parametrize("state", sorted(OPEN, key=str))
def test_whatever_is_open_can_be_sent_again_land_or_end(state: TransactionState) -> None:
    assert follows(state) >= {*ENDED, TransactionState.CONFIRMED, TransactionState.SENT}


@pytest.mark.parametrize("state", sorted(ENDED, key=str))
def test_what_ended_is_never_sent_again_and_may_be_found_in_a_block(
    state: TransactionState,
) -> None:
    assert TransactionState.SENT not in follows(state)
    assert TransactionState.SEEN in follows(state)


def test_of_a_block_only_a_rollback_takes_a_transaction_out() -> None:
    assert follows(TransactionState.CONFIRMED) == {TransactionState.ROLLED_BACK}


def test_a_wrong_turn_names_both_states() -> None:
    with pytest.raises(WrongTurn, match="expired cannot become signed"):
        advance(TransactionState.EXPIRED, TransactionState.SIGNED)


@given(FACTS, MAYBE, MAYBE)
def test_it_is_sent_only_where_it_is_nowhere_and_could_land(
    facts: Facts, valid_from: int | None, invalid_after: int | None
) -> None:
    verdict = judge(facts, valid_from, invalid_after)
    if verdict is Verdict.SEND:
        assert facts.slot is None
        assert facts.rival is None
        assert not facts.in_mempool
        assert facts.checkpoint >= facts.tip, "what the index has not read may hold it"
        assert (valid_from or 0) <= facts.tip
        assert invalid_after is None or facts.tip < invalid_after


@given(FACTS, MAYBE, MAYBE)
def test_it_is_given_up_only_where_it_can_never_land(
    facts: Facts, valid_from: int | None, invalid_after: int | None
) -> None:
    verdict = judge(facts, valid_from, invalid_after)
    if verdict is Verdict.LANDED:
        assert facts.slot is not None
    if verdict is Verdict.SUPERSEDED:
        assert (facts.slot, facts.rival) == (None, b"rival")
    if verdict is Verdict.EXPIRED:
        assert facts.slot is None
        assert invalid_after is not None
        assert facts.checkpoint >= invalid_after + AFTER_THE_END


@given(FACTS)
def test_without_an_end_it_never_expires(facts: Facts) -> None:
    assert judge(facts, None, None) is not Verdict.EXPIRED
    assert not is_final(None, facts.checkpoint)


def test_what_a_rollback_can_reach_is_not_final() -> None:
    assert not is_final(100, 100 + FINAL_AFTER - 1)
    assert is_final(100, 100 + FINAL_AFTER)
