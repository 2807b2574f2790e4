"""Copies are told from events that agree by chance."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.copies import Copies, chance, content, independent, source_units, units_or_none

N = 4000
_RNG = np.random.default_rng(3)


def _unit_vectors() -> np.ndarray:
    p = _RNG.normal(size=(N, 3))
    return np.asarray(p / np.linalg.norm(p, axis=1, keepdims=True))


def _shells() -> np.ndarray:
    """Two massive bodies back to back: eight numbers of which five are constant or follow from the others."""
    p = 40 * _unit_vectors()
    e = np.sqrt((p**2).sum(axis=1) + 0.1)
    return np.c_[e, p, e, -p]


def _packed(x: np.ndarray, bits: int) -> np.ndarray:
    """With a mantissa of so many bits, as NanoAOD stores numbers."""
    mantissa, exponent = np.frexp(x)
    return np.asarray(np.ldexp(np.round(mantissa * 2**bits) / 2**bits, exponent))


FINE = {
    "normal": _RNG.normal(size=(N, 2)),
    "single precision": _RNG.normal(size=(N, 3)).astype(np.float32).astype(np.float64),
    "two bodies": _shells(),
    "with charges and counters": np.c_[_RNG.integers(2, size=(N, 2)), _RNG.poisson(3, N), _RNG.normal(size=(N, 2))],
    "with constants": np.c_[np.ones((N, 2)), _RNG.normal(size=(N, 2))],
    "packed, two muons": np.c_[
        _packed(_RNG.exponential(30, (N, 2)), 10), _packed(_RNG.normal(size=(N, 2)), 12),
        _packed(_RNG.uniform(-3, 3, (N, 2)), 12),
    ],
    "six numbers in whole GeV": np.round(25 * _RNG.normal(size=(N, 6))),
    "eleven digits": np.array([float(f"{v:.10e}") for v in _RNG.normal(size=3 * N)]).reshape(N, 3),
}  # fmt: skip
_WHOLE = np.round(25 * _RNG.normal(size=(N, 2)))
_ANGLE = np.round(_RNG.uniform(0, 2 * np.pi, N), 2)
COARSE = {
    "two numbers in whole GeV": _WHOLE,
    "pt and azimuth of them": np.c_[np.hypot(*_WHOLE.T), np.arctan2(_WHOLE[:, 1], _WHOLE[:, 0])],
    "a shell in whole GeV": np.round(40 * _unit_vectors()),
    "two of them, back to back": np.c_[p := np.round(20 * _unit_vectors()), -p],
    "counters": _RNG.poisson(2, size=(N, 4)).astype(float),
    "flags that are rare": (_RNG.random((N, 4)) < 0.02).astype(float),
    "a circle in steps of 0.01": np.c_[np.cos(_ANGLE), np.sin(_ANGLE)],
    "one number in steps of 0.01": np.round(_RNG.normal(size=(N, 1)), 2),
}


@pytest.mark.parametrize("name", FINE)
def test_copies_of_fine_numbers_are_found(name: str) -> None:
    x = FINE[name]
    for twice in (np.r_[x, x], x[_RNG.integers(N, size=N)]):  # each event twice; drawn with replacement
        unit = source_units([twice])
        assert len(np.unique(unit)) == len(np.unique(twice, axis=0))
        assert Copies.of([twice], unit) == Copies(len(twice) - len(np.unique(twice, axis=0)), 0)


@pytest.mark.parametrize("name", COARSE)
def test_equal_rows_of_coarse_numbers_are_no_copies(name: str) -> None:
    x = COARSE[name]
    same = content([x], N)
    assert len(np.unique(same)) < N
    assert chance(x, same)
    assert (source_units([x]) == np.arange(N)).all()
    assert Copies.of([x], np.arange(N)) == Copies(0, N - len(np.unique(x, axis=0)))


def test_without_equal_rows_every_row_is_an_event() -> None:
    assert (source_units([FINE["normal"]]) == np.arange(N)).all()
    assert source_units([np.zeros((0, 2))]).shape == (0,)


def test_one_number_of_an_event_makes_one_event_within_a_file_and_dataset() -> None:
    x = _RNG.normal(size=(6, 2))
    number = np.array([7, 8, 7, 8, 7, 9])
    file = np.array([0, 0, 0, 1, 1, 1])
    assert source_units([x], number, file).tolist() == [0, 1, 0, 3, 4, 5]
    assert source_units([x], number, None, file).tolist() == [0, 1, 0, 3, 4, 5]
    assert source_units([x], np.array([7, 0, 0, 8, 7, 9])).tolist() == [0, 1, 2, 3, 0, 5]  # 0: no number


def test_a_column_with_few_values_numbers_no_events() -> None:
    x = _RNG.normal(size=(100, 2))
    assert len(np.unique(source_units([x], np.ones(100, dtype=np.int64)))) == 100
    assert len(np.unique(source_units([x], 1 + np.arange(100) % 4))) == 100  # 25 rows each
    assert len(np.unique(source_units([x], 1 + np.arange(100) % 10))) == 10


def test_copies_join_what_numbers_leave_apart() -> None:
    x = _RNG.normal(size=(4, 3))
    rows = np.r_[x, x[2:3], x[:1] + 1.0]
    number = np.array([1, 2, 3, 4, 5, 4])  # row 4 is row 2 copied; rows 3 and 5 have one number
    assert source_units([rows], number).tolist() == [0, 1, 2, 3, 2, 3]


def test_weights_of_independent_events() -> None:
    assert independent([1.0, 2.0, 4.0], np.array([9, 3, 9])).tolist() == [5.0, 2.0]
    assert units_or_none(None) is None
