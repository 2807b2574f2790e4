"""Which sample, and where on the orbit, given the orbit: level with hard edges, size, weights, copies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binom

from symhep.errors import MethodError
from symhep.lie.bases import so
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.moments import conditional_moments
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.points import Points

TURN = so(2).homogeneous()
ORBIT = ClosedOrbit(TURN.matrices[0])
FUNCTIONS = Squashed(Polynomials(2, 2), 1.5)


def _pairs(
    rng: np.random.Generator, n: int, width: float, cut: bool = True, modulation: float = 0.0
) -> Points:
    """Two vectors of the plane, the second against the first but for a recoil of this ``width``; of those in the sector
    0.2 < phi < 1 none is seen."""
    parts, have = [], 0
    while have < n:
        phi = rng.uniform(-np.pi, np.pi, size=2 * n)
        phi = phi[rng.random(2 * n) * (1 + modulation) < 1 + modulation * np.cos(2 * phi)]
        first = np.stack([np.cos(phi), np.sin(phi)], axis=1) * rng.gamma(5.0, 0.2, size=(len(phi), 1))
        x = np.stack(
            [first, -first + width * rng.exponential(size=(len(phi), 1)) * rng.normal(size=(len(phi), 2))], 1
        )
        azimuth = np.arctan2(x[..., 1], x[..., 0])
        lost = ((azimuth > 0.2) & (azimuth < 1.0)).any(axis=1)
        parts.append(x[~lost] if cut else x)
        have += len(parts[-1])
    return Points(torch.from_numpy(np.concatenate(parts)[:n]), torch.ones(n, dtype=torch.float64))


def _found(data: Points, reference: Points, seed: int = 1) -> Moments:
    return conditional_moments(data, reference, FUNCTIONS, TURN, ORBIT, np.random.default_rng(seed))


def _p(moments: Moments) -> float:
    return float(np.exp(given_test(moments, [1.0]).log_p))


@pytest.mark.parametrize("toys", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_level_with_a_dead_sector_in_both(toys: int) -> None:
    """1000 and 2000 events."""
    p = []
    for toy in range(toys):
        rng = np.random.default_rng([1, toy])
        p.append(_p(_found(_pairs(rng, 1000, 0.2), _pairs(rng, 2000, 0.1), toy)))
    low, high = binom(toys, [0.2, 0.5]).ppf([[1e-6], [1 - 1e-6]])
    assert (low <= [np.sum(np.array(p) < level) for level in (0.2, 0.5)]).all()
    assert (high >= [np.sum(np.array(p) < level) for level in (0.2, 0.5)]).all()
    assert np.sum(np.array(p) < 0.01) <= binom(toys, 0.01).ppf(1 - 1e-6)


def test_the_covariance_is_that_of_repeated_samples() -> None:
    means, variances = [], []
    for toy in range(60):
        rng = np.random.default_rng([2, toy])
        m = _found(_pairs(rng, 600, 0.2), _pairs(rng, 1200, 0.1), toy)
        means.append(m.mean[:, 0])
        variances.append(np.einsum("kaka->k", m.covariance))
    ratio = np.var(means, axis=0) / np.mean(variances, axis=0)
    # A variance of 60 draws is known to 18 %, the mean of five of them better.
    assert 0.7 < ratio.mean() < 1.35


def test_a_modulation_has_the_size_that_it_should() -> None:
    """E[(y - e) cos phi] = (E_p[cos phi] - E_q[cos phi]) / 4 = epsilon / 8, e = 1/2, p = q (1 + epsilon cos phi)."""
    rng = np.random.default_rng(3)
    n = 20_000
    phi = rng.uniform(-np.pi, np.pi, size=4 * n)
    kept = phi[rng.random(4 * n) * 1.3 < 1 + 0.3 * np.cos(phi)][:n]
    points = [
        Points(torch.from_numpy(np.stack([np.cos(a), np.sin(a)], 1)[:, None] * rng.gamma(9.0, 1 / 9, (n, 1, 1))),
               torch.ones(n, dtype=torch.float64))
        for a in (kept, phi[:n])
    ]  # fmt: skip
    length = float(torch.linalg.vector_norm(torch.cat([p.x for p in points]), dim=2).mean())
    m = conditional_moments(*points, Polynomials(2, 1), TURN, ORBIT, rng)
    expected = 0.3 / 8 * length
    assert m.mean[0, 0] == pytest.approx(expected, abs=4 * np.sqrt(m.covariance[0, 0, 0, 0]))
    assert np.sqrt(m.covariance[0, 0, 0, 0]) < 0.06 * expected
    assert abs(m.mean[1, 0]) < 4 * np.sqrt(m.covariance[1, 0, 1, 0])


def test_what_only_the_data_break_is_seen_behind_the_edges() -> None:
    rng = np.random.default_rng(4)
    assert _p(_found(_pairs(rng, 4000, 0.2, modulation=0.3), _pairs(rng, 4000, 0.1))) < 1e-6


def test_another_acceptance_is_rejected() -> None:
    rng = np.random.default_rng(5)
    assert _p(_found(_pairs(rng, 2000, 0.2), _pairs(rng, 2000, 0.2, cut=False))) < 1e-6


def test_units_of_weights_drop_out() -> None:
    rng = np.random.default_rng(6)
    data, reference = _pairs(rng, 800, 0.2), _pairs(rng, 900, 0.1)
    one = _found(data, reference)
    two = _found(replace(data, weights=3 * data.weights), replace(reference, weights=0.1 * reference.weights))
    # Weights of another unit are rounded in another way: by eps of the summands, of which little is left in the sum,
    # times the condition of the regressions. How many threads BLAS has decides the last digits.
    summand = np.sqrt(one.nu * np.einsum("kaka->k", one.covariance)).max()
    np.testing.assert_allclose(one.mean, two.mean, rtol=0, atol=1e-10 * summand)
    np.testing.assert_allclose(one.covariance, two.covariance, rtol=0, atol=1e-10 * one.covariance.max())


@pytest.mark.parametrize("toys", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_signed_weights_are_right(toys: int) -> None:
    """Half of the data twice, and other events of that half with the weight -1: the signed density is the same."""
    small = 0
    for toy in range(toys):
        rng = np.random.default_rng([7, toy])
        data, reference = _pairs(rng, 1500, 0.2), _pairs(rng, 1500, 0.1)
        others = [_pairs(rng, 1500, 0.2).x for _ in range(2)]
        half = [x[x[:, 0, 0] > 0] for x in others]
        signs = [
            torch.full((len(x),), sign, dtype=torch.float64)
            for x, sign in zip(half, (1.0, -1.0), strict=True)
        ]
        signed = Points(torch.cat([data.x, *half]), torch.cat([data.weights, *signs]))
        weights = torch.from_numpy(np.where(rng.random(1500) < 0.2, -1.0, 1.0))
        small += _p(_found(signed, replace(reference, weights=weights), toy)) < 0.2
    assert small <= binom(toys, 0.2).ppf(1 - 1e-6)


def test_copies_of_events_count_once() -> None:
    rng = np.random.default_rng(8)
    data, reference = _pairs(rng, 2500, 0.2), _pairs(rng, 2500, 0.1)
    twice = [
        Points(torch.cat([p.x, p.x]), torch.cat([p.weights, p.weights]), np.tile(np.arange(2500), 2))
        for p in (data, reference)
    ]
    one, known = _found(data, reference), _found(twice[0], twice[1])
    unknown = _found(*(replace(p, unit=None) for p in twice))
    sizes = [np.einsum("kaka->k", m.covariance) for m in (one, known, unknown)]
    np.testing.assert_allclose(sizes[1], sizes[0], rtol=0.1)
    np.testing.assert_allclose(sizes[2], sizes[0] / 2, rtol=0.1)
    assert known.nu < 0.6 * unknown.nu


@pytest.mark.parametrize(("counts", "who"), [((50, 500), "data"), ((500, 50), "reference")])
def test_too_few_events_are_refused(counts: tuple[int, int], who: str) -> None:
    rng = np.random.default_rng(9)
    message = f"of the {who} = 50 < 100: too few for a comparison along orbits; use more events"
    with pytest.raises(MethodError, match=message):
        _found(*(_pairs(rng, n, 0.2) for n in counts))


def test_blocks_of_events_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(10)
    data, reference = _pairs(rng, 700, 0.2), _pairs(rng, 800, 0.1)
    one = _found(data, reference)
    monkeypatch.setattr("symhep_moments.fit.conditional.partialling.BLOCK", 97)
    monkeypatch.setattr("symhep_moments.fit.conditional.partialling.HELD", 0)
    two = _found(data, reference)
    np.testing.assert_allclose(one.mean, two.mean, rtol=1e-6, atol=1e-12)
