"""Excess divergences: against known ones, their errors against their spread, and their limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from symhep.stats.divergence import BLOCKS, HALVES, PRIOR, Excess, block_of, divergence, excess

COUNTS = st.lists(st.floats(-2, 1e6), min_size=4, max_size=4).map(np.array)
FloatArray = npt.NDArray[np.float64]


@given(COUNTS, COUNTS)
def test_is_the_relative_entropy_of_the_counts_and_a_prior(after: FloatArray, before: FloatArray) -> None:
    expected = entropy(np.maximum(after, 0) + PRIOR, np.maximum(before, 0) + PRIOR)
    assert divergence(after, before) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_halves_are_balanced() -> None:
    """Every half has half of the blocks, every two blocks are apart in as many halves as any other two."""
    assert (HALVES.sum(axis=1) == BLOCKS / 2).all()
    apart = (HALVES[:, :, None] != HALVES[:, None, :]).sum(axis=0)
    assert set(apart[~np.eye(BLOCKS, dtype=bool)].tolist()) == {BLOCKS}


def test_events_of_a_unit_share_a_block() -> None:
    unit = np.repeat(np.arange(320) * 7, 3)
    block = block_of(unit, np.random.default_rng(1)).reshape(320, 3)
    assert (block == block[:, :1]).all()
    assert np.bincount(block[:, 0]).tolist() == [10] * BLOCKS


def counted(
    bins: npt.NDArray[np.int64], block: npt.NDArray[np.int64], weights: FloatArray, width: int
) -> FloatArray:
    made = np.bincount(block * width + bins, weights, BLOCKS * width).reshape(BLOCKS, width)
    return made * float(weights.sum() / (weights**2).sum())


def turned(
    rng: np.random.Generator, size: float, angle: float, events: int, weights: FloatArray | None = None
) -> Excess:
    """Azimuths with the density 1 + size cos phi, turned, in 60 bins."""
    phi = rng.uniform(-np.pi, np.pi, 4 * events)
    phi = phi[rng.uniform(0, 1 + size, len(phi)) < 1 + size * np.cos(phi)][:events]
    w = np.ones(events) if weights is None else weights
    block = block_of(np.arange(events), rng)
    bins = [
        np.floor((x + np.pi) % (2 * np.pi) / (2 * np.pi) * 60).astype(np.int64) % 60
        for x in (phi + angle, phi)
    ]
    return excess(*(counted(b, block, w, 60) for b in bins))


def of(size: float, angle: float) -> float:
    """KL of 1 + size cos(phi - angle) against 1 + size cos(phi), by the bins."""
    phi = (np.arange(60_000) + 0.5) / 60_000 * 2 * np.pi
    p, q = ((1 + size * np.cos(phi - a)).reshape(60, -1).sum(axis=1) for a in (0.0, angle))
    return float(entropy(q, p))


@pytest.mark.parametrize("kind", ["plain", "negative", "lognormal"])
@pytest.mark.parametrize(("size", "angle"), [(0.0, 2.0), (0.0, 0.05), (0.2, 2.0), (0.5, 1.0)])
def test_excess_is_the_divergence_within_its_error(size: float, angle: float, kind: str) -> None:
    """60 toys of 4000 events: the mean within 3.5 errors of the mean, the spread of pulls, and the limits."""
    rng = np.random.default_rng(5)
    made = []
    for _ in range(60):
        w = {"plain": np.ones(4000), "negative": rng.choice([-1.0, 1.0], 4000, p=[0.1, 0.9]),
             "lognormal": rng.lognormal(0, 0.7, 4000)}[kind]  # fmt: skip
        e = turned(rng, size, angle, 4000, w)
        made.append([e.value, e.error, e.upper_95])
    value, error, limit = np.array(made, dtype=np.float64).T
    truth = of(size, angle)
    assert abs(value.mean() - truth) < 3.5 * value.std() / np.sqrt(60)
    pull = (value - truth) / error
    assert 0.65 < pull.std() < 1.35
    # 5 % of 60 is 3 +- 1.7
    assert (limit < truth).sum() <= 8
    if truth == 0:
        assert (limit >= 0).all()


def test_an_element_that_moves_nothing_has_no_excess_and_no_error() -> None:
    e = turned(np.random.default_rng(1), 0.3, 0.0, 1000)
    assert (float(e.value), float(e.error), float(e.upper_95), float(e.expected_95)) == (0.0, 0.0, 0.0, 0.0)
    assert e.kl > 0  # the noise of the halves


def test_the_limit_never_lies_below_what_a_symmetry_gives() -> None:
    rng = np.random.default_rng(2)
    made = [turned(rng, 0.0, 2.0, 2000) for _ in range(30)]
    low = [e for e in made if e.value < 0]
    assert low
    assert all(e.upper_95 >= 0.9 * e.expected_95 > 0 for e in low)


def test_a_mean_over_elements_knows_that_they_share_events() -> None:
    """The same element twice is no better known than once; the numbers of one do not depend on others."""
    rng = np.random.default_rng(3)
    v = rng.poisson(20.0, (BLOCKS, 30)).astype(np.float64)
    u = rng.permuted(v, axis=1)
    one, both = excess(u[None], v), excess(np.stack([u, u]), v)
    assert both.mean().value == pytest.approx(one.value[0])
    assert both.mean().error == pytest.approx(one.error[0], rel=0.05)
    assert both[np.array([True, False])].value == pytest.approx(one.value)
    assert Excess.joined([one, one]).error == pytest.approx(both.error)


def test_wrong_by_a_twentieth_of_a_radian_is_seen_where_a_ratio_to_the_noise_was_small() -> None:
    """The narrow difference of two azimuths, 0.1 wide, shifted by 0.05: KL of two normal laws, 0.125, in wide bins."""
    rng = np.random.default_rng(4)
    x = rng.normal(0, 0.1, 10_000)
    block = block_of(np.arange(len(x)), rng)
    bins = [np.clip(np.floor((y + 0.5) * 60), 0, 59).astype(np.int64) for y in (x + 0.05, x)]
    e = excess(*(counted(b, block, np.ones(len(x)), 60) for b in bins))
    assert e.value == pytest.approx(0.125, abs=3 * float(e.error))
    assert e.value > 10 * e.error
