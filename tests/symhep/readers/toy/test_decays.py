"""Decays: what the resonance is, which way its products go, and pseudoscalars."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from symhep.readers.toy.decays import Decay, FourBody, ThreeBody, TwoBody, beam_handedness, polar_sine

N = 40_000
METRIC = np.array([1.0, -1, -1, -1])
KINDS = [TwoBody, ThreeBody, FourBody]
FloatArray = npt.NDArray[np.float64]


def draw(decay: Decay, seed: int = 1, n: int = N) -> FloatArray:
    return decay.draw(np.random.default_rng(seed), n)


@pytest.mark.parametrize("kind", KINDS)
def test_momentum_is_conserved(kind: type[Decay]) -> None:
    p = draw(kind(mass=80.0))
    assert p.shape == (N, kind.particles, 4)
    assert p.flags.c_contiguous
    assert np.abs(p.sum(axis=1) - [80.0, 0, 0, 0]).max() < 1e-11
    assert np.abs(p**2 @ METRIC).max() < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_resonances_are_as_asked_for(kind: type[Decay]) -> None:
    total = draw(kind(mass=80.0, width=0.03, rapidity=0.5, pt=12.0)).sum(axis=1)
    mass = np.sqrt(total**2 @ METRIC)
    assert stats.kstest((mass / 80 - 1) / 0.03, stats.norm.cdf).pvalue > 1e-3
    assert stats.kstest(np.arctanh(total[:, 3] / total[:, 0]), stats.norm(0, 0.5).cdf).pvalue > 1e-3
    assert stats.kstest(np.hypot(total[:, 1], total[:, 2]), stats.gamma(2, scale=6.0).cdf).pvalue > 1e-3
    # The three are independent of each other.
    y = np.abs(np.arctanh(total[:, 3] / total[:, 0]))
    assert stats.spearmanr(mass, y).pvalue > 1e-3
    assert stats.spearmanr(np.hypot(total[:, 1], total[:, 2]), y).pvalue > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_at_rest_every_direction_is_alike_and_moving_only_the_azimuth(kind: type[Decay]) -> None:
    for decay, isotropic in ((kind(), True), (kind(rapidity=1.0), False), (kind(pt=60.0), False)):
        p = draw(decay)
        for i in range(kind.particles):
            azimuth = np.arctan2(p[:, i, 2], p[:, i, 1])
            assert stats.kstest(azimuth, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
            rejected = stats.kstest(p[:, i, 3] / p[:, i, 0], stats.uniform(-1, 2).cdf).pvalue < 1e-9
            assert rejected != isotropic
        assert decay.symmetry.startswith("so(3)" if isotropic else "so(2) about z")


@pytest.mark.parametrize("a_fb", [-0.75, 0.0, 0.3, 0.75])
def test_the_forward_backward_asymmetry(a_fb: float) -> None:
    p = draw(TwoBody(a_fb=a_fb))
    c = p[:, 0, 3] / p[:, 0, 0]
    forward = np.count_nonzero(c > 0) / N
    assert 2 * forward - 1 == pytest.approx(a_fb, abs=4 * np.sqrt((1 - a_fb**2) / N))

    def cdf(c: FloatArray) -> FloatArray:
        # The integral of 3 / 8 (1 + c^2) + a_fb c from -1.
        return 3 / 8 * (c + c**3 / 3 + 4 / 3) + a_fb * (c**2 - 1) / 2

    assert stats.kstest(c, cdf).pvalue > 1e-3
    assert (
        stats.kstest(np.arctan2(p[:, 0, 2], p[:, 0, 1]), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    )
    assert np.abs(p[:, 0, 1:] + p[:, 1, 1:]).max() < 1e-12
    assert np.abs(p**2 @ METRIC).max() < 1e-10


def test_the_product_of_parity_and_exchange_survives_the_asymmetry() -> None:
    decay = TwoBody(a_fb=0.4, rapidity=0.5, pt=10.0)
    first, mirrored = draw(decay, 1), draw(decay, 2) * METRIC
    for p, same in ((mirrored, False), (mirrored[:, ::-1], True)):
        different = min(stats.ks_2samp(first[:, i, 3], p[:, i, 3]).pvalue for i in (0, 1))
        assert (different > 1e-3) == same
    assert decay.symmetry == "so(2) about z, P with exchange"


def test_pseudoscalars_are_what_they_are_called() -> None:
    p = draw(FourBody(), n=200).transpose(2, 1, 0)
    axis = np.array([2.0, -1.0, 0.5]) / np.sqrt(5.25)
    a, b = np.cos(0.8), np.sin(0.8)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(4)
    rotation[1:, 1:] = a * np.eye(3) + b * cross + (1 - a) * np.outer(axis, axis)
    turned = np.einsum("ij,jpn->ipn", rotation, p)
    assert polar_sine(turned) == pytest.approx(polar_sine(p))
    assert np.abs(beam_handedness(turned) - beam_handedness(p)).max() > 0.1
    about_z, flip = np.eye(4), np.diag([1.0, 1, -1, -1])
    about_z[1:3, 1:3] = [[a, -b], [b, a]]
    for symmetry in (about_z, flip):
        assert beam_handedness(np.einsum("ij,jpn->ipn", symmetry, p)) == pytest.approx(beam_handedness(p))
    for odd in (np.diag([1.0, -1, 1, 1]), np.diag([1.0, 1, 1, -1]), np.diag([1.0, -1, -1, -1])):
        mirrored = np.einsum("ij,jpn->ipn", odd, p)
        assert polar_sine(mirrored) == pytest.approx(-polar_sine(p))
        assert beam_handedness(mirrored) == pytest.approx(-beam_handedness(p))
    for s in (polar_sine(p), beam_handedness(p)):
        assert 0.5 < np.abs(s).max() <= 1
    orthogonal = np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]).reshape(4, 3, 1)
    assert polar_sine(orthogonal).tolist() == [1.0]


@pytest.mark.parametrize("epsilon", [-1.0, 0.0, 0.25, 1.0])
@pytest.mark.parametrize(("kind", "pseudoscalar"), [(ThreeBody, beam_handedness), (FourBody, polar_sine)])
def test_handedness(kind: type, pseudoscalar: object, epsilon: float) -> None:
    """A density p (1 + epsilon s) with s odd has E[s] = epsilon E[s^2], and all that is even is as it was."""
    assert callable(pseudoscalar)
    p, flat = draw(kind(handedness=epsilon)), draw(kind(), 2)
    s, without = pseudoscalar(p.transpose(2, 1, 0)), pseudoscalar(flat.transpose(2, 1, 0))
    excess = s - epsilon * s**2
    assert excess.mean() == pytest.approx(0, abs=4 * excess.std() / np.sqrt(N))
    assert stats.ks_2samp(np.abs(s), np.abs(without)).pvalue > 1e-3
    assert stats.ks_2samp(p[:, 0, 0], flat[:, 0, 0]).pvalue > 1e-3
    if kind is ThreeBody:
        # z seen from the orthonormal frame of p1 and n: E[(2 a b)^2] = 4 / 15 on the sphere.
        assert (s**2).mean() == pytest.approx(4 / 15, abs=4 * (s**2).std() / np.sqrt(N))


def test_four_bodies_break_parity_and_keep_rotations() -> None:
    p = draw(FourBody(handedness=1.0))
    for i in range(4):
        for k in (1, 2, 3):
            assert stats.kstest(p[:, i, k] / p[:, i, 0], stats.uniform(-1, 2).cdf).pvalue > 1e-3
    s = polar_sine(p.transpose(2, 1, 0))
    for quantity in (p[:, 0, 3], p[:, 1, 1] * p[:, 2, 2], p[:, 0, 1] * p[:, 1, 2] - p[:, 0, 2] * p[:, 1, 1]):
        assert stats.spearmanr(s, quantity).pvalue > 1e-3
    assert s.mean() > 50 * s.std() / np.sqrt(N)


@pytest.mark.parametrize(
    ("decay", "dimension"),
    [
        (TwoBody(), 2),
        (TwoBody(width=0.01), 3),
        # Two massless momenta have six components, and all are free.
        (TwoBody(width=0.01, rapidity=1, pt=3), 6),
        (ThreeBody(), 5),
        (FourBody(rapidity=0.1), 9),
    ],
)
def test_the_intrinsic_dimension_is_that_of_the_momenta_less_the_constraints(
    decay: Decay, dimension: int
) -> None:
    assert decay.intrinsic == dimension


@pytest.mark.parametrize("decay", [TwoBody(), TwoBody(width=0.01)])
def test_the_nearest_events_span_the_tangent_space(decay: Decay) -> None:
    values = draw(decay, n=200_000).reshape(200_000, -1)
    near = values[np.argsort(((values - values[0]) ** 2).sum(axis=1))[1:100]] - values[0]
    singular = np.linalg.svd(near, compute_uv=False)
    assert singular[decay.intrinsic - 1] > 10 * singular[decay.intrinsic]
