"""The exact solver: known algebras, weights, streams, errors against brute force."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.lie.bases import lorentz, poincare
from symhep.lie.spans import grassmann_distance
from symhep_oracle.fit import conditions as streaming
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.exact import influences, solve
from symhep_oracle.fit.fields import LinearFields, PolynomialFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.oracles.function import TorchFunction
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, Norm, QuadraticForm

FOUR = Layout(1, 4)


def points(n: int, d: int, seed: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, d)))


def found(oracle, x, fields, weights=None, scale=1.0) -> Solution:
    w = np.ones(len(x)) if weights is None else weights
    return solve(oracle, x, w, fields, np.random.default_rng(1), scale)


def test_the_lorentz_algebra() -> None:
    fields = LinearFields(FOUR)
    s = found(QuadraticForm(FOUR, LORENTZ), points(300, 4), fields)
    assert (s.dimension, s.stability) == (6, 1.0)
    assert grassmann_distance(fields.matrices(s.coefficients), lorentz().matrices) < 1e-13
    assert s.residuals.max() < 1e-14
    assert np.allclose(s.coefficients @ s.coefficients.T, np.eye(6), atol=1e-13)
    assert s.spectrum[6] > 0.1


def test_momenta_in_whole_gev_have_the_lorentz_algebra() -> None:
    # Light particles lie near the light cone, blurred by whole GeV: the gap is small, the null space exact.
    fields, answers = LinearFields(Layout(2, 4)), []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        p = 30 * rng.normal(size=(rng.integers(20, 300), 2, 3))
        energy = np.sqrt((p**2).sum(-1, keepdims=True) + 0.01)
        x = np.round(np.concatenate([energy, p], axis=-1)).reshape(len(p), -1)
        s = found(QuadraticForm(Layout(2, 4), LORENTZ), torch.from_numpy(x / np.sqrt((x**2).mean())), fields)
        answers.append((s.dimension, grassmann_distance(fields.matrices(s.coefficients), lorentz().matrices)))
    assert {dimension for dimension, _ in answers} == {6}
    assert max(distance for _, distance in answers) < 1e-11


def test_differences_of_events_have_the_poincare_algebra() -> None:
    layout = Layout(2, 4)
    fields = LinearFields(layout, affine=True)
    metric = torch.tensor(LORENTZ, dtype=torch.float64)

    def interval(x: torch.Tensor) -> torch.Tensor:
        d = x[:, :4] - x[:, 4:]
        return ((d @ metric) * d).sum(dim=1, keepdim=True)

    s = found(TorchFunction(layout, interval, 1), points(400, 8), fields)
    assert s.dimension == 10
    assert grassmann_distance(fields.matrices(s.coefficients), poincare().matrices) < 1e-13


def test_translations_come_in_the_unit_that_is_given() -> None:
    # phi = |x - a|: rotations about a, v = W (x - a), so b = -W a in the data's units
    layout, centre = Layout(1, 2), torch.tensor([300.0, -100.0], dtype=torch.float64)
    oracle = TorchFunction(layout, lambda x: (x - centre).norm(dim=-1), 1)
    fields = LinearFields(layout, affine=True)
    s = found(oracle, 200 * points(300, 2), fields, scale=200.0)
    assert s.dimension == 1
    matrix = fields.matrices(s.coefficients)[0]
    assert np.allclose(-matrix[:2, :2] @ centre.numpy() / 200.0, matrix[:2, 2], atol=1e-12)


def test_polynomial_fields_of_the_squeeze() -> None:
    # f (x1 d1 - x2 d2) keeps x1 x2 for every polynomial f: 1 + 2 + 3 fields up to degree three
    layout = Layout(1, 2)
    oracle = TorchFunction(layout, lambda x: x[:, 0] * x[:, 1], 1)
    assert found(oracle, points(500, 2), PolynomialFields(layout, 3)).dimension == 6


def test_momenta_from_gev_to_tev_are_limited_by_rounding_over_the_gap_alone() -> None:
    rng = np.random.default_rng(4)
    pt, angle, eta = rng.exponential(20, 3000) + 5, rng.uniform(-np.pi, np.pi, 3000), rng.normal(0, 2.5, 3000)
    p = np.stack([pt * np.cos(angle), pt * np.sin(angle), pt * np.sinh(eta)], axis=1)
    x = torch.from_numpy(np.c_[np.sqrt((p**2).sum(axis=1) + 0.1056**2), p])
    scale = float(x.square().mean().sqrt())
    s = found(QuadraticForm(FOUR, LORENTZ), x, LinearFields(FOUR), scale=scale)
    assert s.dimension == 6
    # the muon's mass is all that tells the dilatation from a symmetry: (m / p)^2 of the hardest events
    assert 0 < s.spectrum[6] < 1e-6
    assert s.residuals.max() < 1e-14
    # the Gram matrix alone, with 1 / gap^2 = 1e23, would say nothing at all
    distance = grassmann_distance(LinearFields(FOUR).matrices(s.coefficients), lorentz().matrices)
    assert distance < np.finfo(float).eps / s.spectrum[6]


def test_weights_weigh() -> None:
    # x1 alone matters where x2 > 0, x2 alone elsewhere: without the second half its rotation-free fields come back
    layout = Layout(1, 2)
    oracle = TorchFunction(layout, lambda x: torch.where(x[:, 1] > 0, x[:, 0], x[:, 1]), 1)
    x = points(400, 2)
    assert found(oracle, x, LinearFields(layout)).dimension == 0
    weights = np.where(x[:, 1].numpy() > 0, 1.0, 0.0)
    assert found(oracle, x, LinearFields(layout), weights).dimension == 2  # x1 does not move: W_11 = W_12 = 0


def test_the_stream_does_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(3, 4)
    c = Conditions(
        QuadraticForm(layout, LORENTZ, "pairs"), LinearFields(layout), points(1003, 12), np.ones(1003), 1.0
    )
    whole = c.rows(slice(0, 1003))[0].numpy()
    direct = whole.T @ whole / 1003
    for chunk in (10_000_000, 5000, 100):
        monkeypatch.setattr(streaming, "CHUNK", chunk)
        fresh = Conditions(c.oracle, c.fields, c.x, c.weights, 1.0)
        grams = fresh.grams()
        assert np.allclose(grams.mean, direct, rtol=1e-12)
        assert grams.weights.sum() == 1003
        squares, products = fresh.along(np.eye(16)[:, :5], 2)
        assert np.allclose(squares.sum(axis=0), (whole[:, :5] ** 2).sum(axis=0))
        assert np.allclose(products.sum(axis=0), whole[:, :5].T @ whole[:, :2])


def test_errors_agree_with_a_bootstrap_that_diagonalises_again() -> None:
    # a gradient with noise: phi = |x| learned badly, so the null vector moves from sample to sample
    layout, rng = Layout(1, 2), np.random.default_rng(3)
    x = points(4000, 2)
    noise = torch.from_numpy(0.3 * rng.normal(size=(4000, 1, 2)))

    class Noisy(Norm):
        def gradient(self, points: torch.Tensor) -> torch.Tensor:
            rows = (
                [int((x == p).all(dim=1).nonzero()[0]) for p in points] if len(points) < 4000 else slice(None)
            )
            return super().gradient(points) + noise[rows]

    c = Conditions(Noisy(layout, 2), LinearFields(layout), x, np.ones(4000), 1.0)
    grams = c.grams()
    values, vectors = np.linalg.eigh(grams.mean)
    moved = vectors.T @ grams.pieces(vectors[:, :1])
    first_order = np.sqrt((influences(moved, vectors, values) ** 2).sum(axis=0))[0]
    drawn = []
    for _ in range(400):
        again = np.linalg.eigh(grams.resampled(rng))[1][:, 0]
        drawn.append(again * np.sign(again @ vectors[:, 0]))
    assert np.allclose(first_order, np.std(drawn, axis=0), rtol=0.2, atol=1e-5)


def test_what_cannot_be_solved() -> None:
    with pytest.raises(MethodError, match="3 events give 3 conditions on 16 unknowns: at least 16 events"):
        found(QuadraticForm(FOUR, LORENTZ), points(3, 4), LinearFields(FOUR))
    constant = TorchFunction(FOUR, lambda x: 0.0 * x[:, 0], 1)
    with pytest.raises(MethodError, match="constant on these events"):
        found(constant, points(30, 4), LinearFields(FOUR))
    root = TorchFunction(FOUR, lambda x: x[:, 0].sqrt(), 1)
    with pytest.raises(MethodError, match="gradient of the oracle is not finite"):
        found(root, points(30, 4), LinearFields(FOUR))
