"""The timeline's bar is as wide as it should be, whatever is drawn on it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milestone_core.cli.screen import ASCII, UNICODE, Marks, Road
from milestone_core.domain.schedule import TIME_LIMIT
from milestone_core.domain.vesting import Vesting

times = st.integers(0, TIME_LIMIT - 1)
vestings = st.builds(Vesting, times, st.integers(1, 10**10), st.integers(1, 255))


@given(vestings, times, times, st.integers(-5, 200), st.sampled_from([UNICODE, ASCII]))
def test_every_vesting_fits_on_the_road(
    vesting: Vesting, now: int, expiry: int, width: int, marks: Marks
) -> None:
    road = Road(min(now, vesting.start), max(now, expiry, vesting.end), width, now, marks)
    lane = road.lane(vesting).plain
    assert len(lane) == max(width, 10)
    assert len(road.axis().plain) <= len(lane)
    vested = vesting.vested(now)
    if vested == 0:
        assert marks.vested not in lane
        assert marks.coming in lane
    if vested == vesting.count:
        assert marks.vested in lane
        assert marks.coming not in lane
