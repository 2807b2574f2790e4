"""Moments and their covariance: against loops over the equations, with signed weights, over many toys."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.bases import poincare, so, translations
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.edges import Edge
from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.union import Joined
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.sums import moments_of

GENERATORS = poincare()


def functions(waves: int = 3) -> TestFunctions:
    return Squashed(Joined(Polynomials(4, 1), Fourier.draw(np.random.default_rng(5), waves, 2, 4, 1.0)), 2.0)


def sample(seed: int, n: int) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(size=(n, 2, 4)) + 0.3), torch.from_numpy(rng.normal(1.0, 0.8, size=n))


def pulls_of(m: Moments) -> np.ndarray:
    """A / error, of the moments that are not zero for every event: y_1 does not move under a turn of y_2 and y_3."""
    variance = np.einsum("kaka->ka", m.covariance)
    return m.mean[variance > 0] / np.sqrt(variance[variance > 0])


def by_event(x: Tensor, f: TestFunctions) -> np.ndarray:
    """m_nka = sum_p grad_p f_k . (W_a x_p + b_a), event by event, gradients by automatic differentiation."""
    gradient = torch.func.vmap(torch.func.jacrev(lambda e: _value(f, e)))(x).numpy()  # (n, K, P, d)
    w, b = GENERATORS.matrices[:, :4, :4], GENERATORS.matrices[:, :4, 4]
    m = np.zeros((len(x), f.count, len(GENERATORS)))
    for n, event in enumerate(x.numpy()):
        for a in range(len(GENERATORS)):
            for vector, slope in zip(event, gradient[n].transpose(1, 0, 2), strict=True):
                m[n, :, a] += slope @ (w[a] @ vector + b[a])
    return m


def _value(f: TestFunctions, event: Tensor) -> Tensor:
    # written out, since torch.func does not see through in-place operations
    assert isinstance(f, Squashed)
    assert isinstance(f.inner, Joined)
    y = event / torch.sqrt(f.size**2 + (event**2).sum(dim=1, keepdim=True))
    wave = f.inner.parts[1]
    assert isinstance(wave, Fourier)
    return torch.cat([y.sum(dim=0), torch.cos(torch.einsum("kpi,pi->k", wave.waves, y) + wave.phases)])


def same(one: Moments, other: Moments, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(one.mean, other.mean, rtol=rtol, atol=1e-13)
    size = float(np.abs(other.covariance).max())
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=rtol, atol=rtol * size)
    assert one.nu == pytest.approx(other.nu, rel=rtol)


def test_signed_weights_against_the_equations() -> None:
    (x, w), f = sample(1, 60), functions()
    found, m, signed = moments_of(x, w, f, GENERATORS), by_event(x, f), w.numpy()
    mean = np.einsum("n,nka->ka", signed, m) / signed.sum()
    np.testing.assert_allclose(found.mean, mean, rtol=1e-10, atol=1e-13)
    effective = (signed**2).sum() ** 2 / (signed**4).sum()
    centred = (m - mean) * signed[:, None, None]
    expected = np.einsum("nka,nlb->kalb", centred, centred) / signed.sum() ** 2 * effective / (effective - 1)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9, atol=1e-15)
    assert found.nu == pytest.approx(effective - 1)


def test_equal_weights_give_the_usual_covariance_of_a_mean() -> None:
    (x, _), f = sample(1, 60), functions()
    m = by_event(x, f).reshape(60, -1)
    found = moments_of(x, torch.full((60,), 3.0, dtype=torch.float64), f, GENERATORS)
    np.testing.assert_allclose(
        found.covariance.reshape(m.shape[1], -1), np.cov(m.T) / 60, rtol=1e-9, atol=1e-15
    )
    assert found.nu == pytest.approx(59)


def test_events_of_the_covariance_are_evenly_spaced() -> None:
    (x, w), f = sample(2, 500), functions()
    rows = np.arange(40) * 499 // 39
    found = moments_of(x, w, f, GENERATORS, 40)
    m = by_event(x, f)[rows].reshape(40, -1)
    centred = (m - found.mean.reshape(-1)) * w.numpy()[rows, None]
    squares = (w.numpy()[rows] ** 2).sum()
    effective = squares**2 / (w.numpy()[rows] ** 4).sum()
    one_event = centred.T @ centred / squares * effective / (effective - 1)
    expected = one_event * (w.numpy() ** 2).sum() / w.numpy().sum() ** 2
    size = np.abs(expected).max()
    np.testing.assert_allclose(found.covariance.reshape(70, 70), expected, rtol=1e-8, atol=1e-10 * size)


def test_the_covariance_from_some_events_is_that_of_all_events_within_its_error() -> None:
    # relative variance of a variance: (kurtosis - 1) / events
    (x, _), f = sample(3, 20_000), functions()
    w = torch.ones(len(x), dtype=torch.float64)
    all_of_them, some = (moments_of(x, w, f, GENERATORS, kept) for kept in (20_000, 2_000))
    np.testing.assert_array_equal(all_of_them.mean, some.mean)
    assert (all_of_them.nu, some.nu) == (pytest.approx(19_999), pytest.approx(1_999))
    m = f.along(x, LinearFields(GENERATORS)(x)).numpy()
    centred = m - m.mean(axis=0)
    variance = (centred**2).mean(axis=0)
    varies = variance > 0
    kurtosis = (centred**4).mean(axis=0)[varies] / variance[varies] ** 2
    few, many = (np.einsum("kaka->ka", m.covariance)[varies] for m in (some, all_of_them))
    pulls = (few / many - 1) / np.sqrt((kurtosis - 1) / 2_000)
    assert np.abs(pulls).max() < 4.5
    assert 0.6 < pulls.std() < 1.4


@pytest.mark.parametrize("toys", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_moments_scatter_as_their_covariance_says_with_negative_weights(toys: int) -> None:
    # rotations of a Gaussian: the mean is zero; signs are drawn independently, 20 % of them negative
    f, rng = functions(2), np.random.default_rng(4)
    pulls = []
    for _ in range(toys):
        x = torch.from_numpy(rng.normal(size=(400, 2, 4)))
        w = torch.from_numpy(rng.choice([1.0, -1.0], p=[0.8, 0.2], size=400))
        found = moments_of(x, w, f, so(4))
        pulls.append(pulls_of(found))
    spread = np.std(pulls, axis=0)
    # chi^2 with as many degrees of freedom as toys: a relative error of 1 / sqrt(2 toys) of each of 36 spreads
    error = (2 * toys) ** -0.5
    assert np.abs(spread - 1).max() < 5.5 * error
    assert np.abs(spread.mean() - 1) < 2 * error  # they share some of their noise
    assert np.abs(np.mean(pulls, axis=0)).max() < 5.5 / np.sqrt(toys)


def test_negative_weights_cancel_what_they_are_meant_to_cancel() -> None:
    # a Gaussian and a shifted one, which a second draw of it takes away: rotations survive on the whole only
    f, rng, n = functions(), np.random.default_rng(5), 20_000
    x = rng.normal(size=(n, 2, 4))
    shift = np.array([2.0, 0, 0, 0])
    extra, minus = (rng.normal(size=(n // 4, 2, 4)) + shift for _ in range(2))
    rotations = so(4)
    w = np.r_[np.ones(n + n // 4), -np.ones(n // 4)]
    whole = moments_of(torch.from_numpy(np.r_[x, extra, minus]), torch.from_numpy(w), f, rotations)
    wrong = moments_of(
        torch.from_numpy(np.r_[x, extra]), torch.ones(n + n // 4, dtype=torch.float64), f, rotations
    )
    pulls = [np.abs(pulls_of(m)).max() for m in (whole, wrong)]
    assert pulls[0] < 4.5
    assert pulls[1] > 20


def test_weights_without_a_sum_are_refused() -> None:
    (x, w), f = sample(6, 10), functions()
    with pytest.raises(MethodError, match=r"the weights of 10 events sum to -\d.*; the sum must be positive"):
        moments_of(x, -w.abs(), f, GENERATORS)
    alone = torch.zeros_like(w)
    alone[3] = 1.0
    with pytest.raises(
        MethodError, match=r"the covariance of 10 events .effective number 1\.0. cannot be estimated"
    ):
        moments_of(x, alone, f, GENERATORS)
    with pytest.raises(MethodError, match="there are no events"):
        moments_of(x[:0], w[:0], f, GENERATORS)


def test_moments_are_named_and_in_blocks() -> None:
    (x, w), f = sample(1, 60), functions()
    found = moments_of(x, w.abs(), f, GENERATORS)
    assert found.labels == ("y1", "y2", "y3", "y4", "wave 1", "wave 2", "wave 3")
    assert found.blocks == {"low": slice(0, 4), "fourier": slice(4, 7)}
    assert found.generators.labels == GENERATORS.labels


@pytest.mark.gpu
def test_a_gpu_gives_the_same_moments(cuda: str) -> None:
    x, w = sample(7, 5000)
    made = [
        Squashed(Joined(Polynomials(4, 2), Fourier.draw(np.random.default_rng(5), 8, 2, 4, 1.0, device)), 2.0)
        for device in ("cpu", cuda)
    ]
    same(
        moments_of(x.to(cuda), w.to(cuda), made[1], GENERATORS),
        moments_of(x, w, made[0], GENERATORS),
        1e-9,
    )


def test_events_beyond_an_edge_add_no_degrees_of_freedom() -> None:
    """Half of the events are cut away by b, of which those far inside have b = 1: as many as if these were all."""
    rng = np.random.default_rng(8)
    x = torch.from_numpy(rng.choice([-1.0, 1.0], size=(400, 1, 1)) * rng.uniform(2, 3, size=(400, 1, 1)))
    inside = int((x > 0).sum())
    within = edged(Polynomials(1, 2), [Edge(variable="x", above=0.5, width=0.5)], 1.0, ("x",), 1)
    moments = moments_of(x, torch.ones(400, dtype=torch.float64), within, translations(1))
    assert moments.nu == pytest.approx(inside - 1)


def test_the_covariance_is_that_of_sums_over_the_rows_of_an_event() -> None:
    x, w = sample(9, 300)
    unit = np.random.default_rng(9).integers(100, size=300)
    f = functions()
    found, m = moments_of(x, w, f, GENERATORS, unit=unit), by_event(x, f)
    mean = np.einsum("n,nkg->kg", w.numpy(), m) / w.numpy().sum()
    units = np.unique(unit)
    sums = np.array([np.einsum("n,nkg->kg", w.numpy()[unit == u], (m - mean)[unit == u]) for u in units])
    weights = np.array([w.numpy()[unit == u].sum() for u in units])
    effective = (weights**2).sum() ** 2 / (weights**4).sum()
    expected = np.einsum("nkg,nlh->kglh", sums, sums) / weights.sum() ** 2 / (1 - 1 / effective)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-8, atol=1e-12)
    assert found.nu == pytest.approx(effective - 1)


def test_events_twice_are_as_good_as_once() -> None:
    x, w = sample(10, 400)
    f, unit = functions(), np.r_[np.arange(400), np.arange(400)]
    once = moments_of(x, w, f, GENERATORS)
    twice = moments_of(torch.cat([x, x]), torch.cat([w, w]), f, GENERATORS, unit=unit)
    alone = moments_of(torch.cat([x, x]), torch.cat([w, w]), f, GENERATORS)
    np.testing.assert_allclose(twice.covariance, once.covariance, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(alone.covariance, once.covariance / 2, rtol=1e-2, atol=1e-8)
    assert twice.nu == pytest.approx(once.nu)


def test_a_covariance_from_some_events_takes_all_rows_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    import symhep_moments.fit.sums as module
    import symhep_moments.stream as streams

    x, w = sample(11, 900)
    f, unit = functions(), np.arange(900) % 300
    monkeypatch.setattr(streams, "BLOCK_EVENTS", 64)
    monkeypatch.setattr(module, "NUMBERS", 50 * f.count * len(GENERATORS))
    some = moments_of(x, w, f, GENERATORS, 300, unit=unit)
    m = by_event(x, f)
    mean = np.einsum("n,nkg->kg", w.numpy(), m) / w.numpy().sum()
    kept = np.arange(100) * 299 // 99
    sums = np.array([np.einsum("n,nkg->kg", w.numpy()[unit == u], (m - mean)[unit == u]) for u in range(300)])
    own = np.array([w.numpy()[unit == u].sum() for u in range(300)])
    gram = np.einsum("nkg,nlh->kglh", sums[kept], sums[kept])
    squares, fourth = (own[kept] ** 2).sum(), (own[kept] ** 4).sum()
    expected = gram / (squares * (1 - fourth / squares**2)) * (own**2).sum() / own.sum() ** 2
    np.testing.assert_allclose(some.covariance, expected, rtol=1e-8, atol=1e-12)
