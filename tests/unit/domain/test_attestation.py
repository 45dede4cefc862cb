"""Keys with which anybody can sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.domain.attestation import is_small_order

PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
"""The curve is -x² + y² = 1 + D x² y²."""
_HALF = pow(2, (PRIME - 1) // 4, PRIME)


def root(square: int) -> int | None:
    """A square root modulo the prime."""
    found = pow(square, (PRIME + 3) // 8, PRIME)
    for candidate in (found, found * _HALF % PRIME):
        if candidate * candidate % PRIME == square % PRIME:
            return candidate
    return None


Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def times_8(point: Point) -> Point:
    for _ in range(3):
        point = add(point, point)
    return point


def decoded(key: bytes) -> Point | None:
    """The point of a key, its y reduced; None where there is none."""
    number = int.from_bytes(key, "little")
    y = number % 2**255 % PRIME
    x = root((y * y - 1) * pow(D * y * y + 1, -1, PRIME))
    if x is None:
        return None
    return (x if x % 2 == number >> 255 else -x % PRIME), y


def multiples(point: Point) -> list[Point]:
    found = [point]
    while len(found) < 8:
        found.append(add(found[-1], point))
    return found


def torsion() -> list[Point]:
    """The eight points whose order divides 8, by the group law."""
    order = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 100):
        point = decoded(y.to_bytes(32, "little"))
        if point is None:
            continue
        result, power, left = (0, 1), point, order
        while left:
            if left % 2:
                result = add(result, power)
            power, left = add(power, power), left // 2
        points = multiples(result)
        if len(set(points)) == 8:
            return points
    raise AssertionError("no generator")


def encodings() -> list[bytes]:
    """Every way to write them, those that are not canonical too."""
    return [
        (number | sign << 255).to_bytes(32, "little")
        for y in sorted({y for _, y in torsion()})
        for number in (y, y + PRIME)
        if number < 2**255
        for sign in (0, 1)
    ]


def test_every_encoding_of_a_point_of_small_order_is_recognised() -> None:
    keys = encodings()
    assert len(keys) == 14
    assert all(map(is_small_order, keys))


@given(st.binary(min_size=32, max_size=32))
def test_other_keys_are_not(key: bytes) -> None:
    point = decoded(key)
    if point is not None:
        assert is_small_order(key) == (times_8(point) == (0, 1))


@pytest.mark.parametrize("y", [2, 3, 4, PRIME - 2])
def test_neighbours_are_not(y: int) -> None:
    assert not is_small_order(y.to_bytes(32, "little"))
