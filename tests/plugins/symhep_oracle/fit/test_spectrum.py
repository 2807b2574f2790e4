"""How many generators: exact and noisy functions, with and without symmetry."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binom
from torch import Tensor

from symhep.lie.bases import lorentz
from symhep_oracle.fit.exact import solve
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, QuadraticForm

LAYOUT = Layout(1, 4)


class Estimate(Oracle):
    """A quadratic form known up to smooth errors: ``strength`` times random waves."""

    approximate = True
    outputs = 1

    def __init__(self, form: tuple[tuple[float, ...], ...], strength: float, seed: int) -> None:
        super().__init__(LAYOUT)
        rng = np.random.default_rng(seed)
        self.exact, self.strength = QuadraticForm(LAYOUT, form), strength
        self.waves = torch.from_numpy(rng.normal(size=(4, 40)))
        self.phases = torch.from_numpy(rng.uniform(0, 2 * np.pi, 40))

    def __call__(self, x: Tensor) -> Tensor:
        noise = torch.cos(x @ self.waves + self.phases).sum(dim=-1, keepdim=True) / 40**0.5
        return self.exact(x) + self.strength * noise


def estimate(form: tuple[tuple[float, ...], ...], strength: float, seed: int) -> Solution:
    x = torch.from_numpy(np.random.default_rng(seed).normal(size=(2000, 4)))
    fields, rng = LinearFields(LAYOUT), np.random.default_rng(seed)
    return solve(Estimate(form, strength, seed), x, np.ones(2000), fields, rng)


@pytest.mark.parametrize("seed", range(3))
def test_an_estimate_of_the_lorentz_norm_has_six_generators(seed: int) -> None:
    found = estimate(LORENTZ, 0.05, seed)
    assert found.dimension == 6
    assert found.stability == 1.0
    gap = found.solver.exact.gap
    assert gap.gap_after == 6
    # none of 200 surrogates of either kind reaches it: (1 + 0) / (1 + 200), the larger of two
    assert (gap.p_value, gap.p_permuted, gap.p_kind) == (
        pytest.approx(1 / 201),
        pytest.approx(1 / 201),
        "bound",
    )
    assert found.errors.max() > 1e-6


def test_what_is_left_tells_how_far_the_span_is_off() -> None:
    """Waves of random phases break the invariance: their size is what moves the span, and the residuals show it."""
    inside = np.linalg.qr(LinearFields(LAYOUT).coefficients(np.asarray(lorentz().matrices)).T)[0]
    ratios = []
    for seed in range(6):
        found = estimate(LORENTZ, 0.3, seed)
        assert found.dimension == 6
        off = found.coefficients - (found.coefficients @ inside) @ inside.T
        ratios.append(np.linalg.norm(off) / np.linalg.norm(found.leftover()))
    assert 0.2 < np.mean(ratios) < 1.5


def test_replicas_of_other_trainings_count() -> None:
    """Half of the replicas come from a function that has no symmetry, and find none."""
    x = torch.from_numpy(np.random.default_rng(3).normal(size=(2000, 4)))
    fields, other = LinearFields(LAYOUT), Estimate(((0,) * 4,) * 4, 1.0, 3)
    found = solve(
        Estimate(LORENTZ, 0.05, 3), x, np.ones(2000), fields, np.random.default_rng(3), 1.0, [other]
    )
    gap = found.solver.exact.gap
    assert (gap.trainings, gap.replicas) == (2, 200)
    assert found.stability == 0.5


@pytest.mark.parametrize("count", [8, pytest.param(300, marks=pytest.mark.slow)])
def test_functions_without_symmetry_have_no_generator(count: int) -> None:
    wrong = [seed for seed in range(count) if estimate(((0,) * 4,) * 4, 1.0, seed).dimension]
    # one in a hundred by construction
    assert len(wrong) <= binom(count, 0.01).ppf(1 - 1e-6)


def test_an_exact_function_that_is_all_but_symmetric_is_not_symmetric() -> None:
    tilted = tuple(tuple(1.0 + 1e-9 if i == j == 3 else float(i == j) for j in range(4)) for i in range(4))
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(500, 4)))
    # x^2 + y^2 + z^2 + (1 + 1e-9) t^2 has a deformed so(4): six generators again, none the worse
    found = solve(
        QuadraticForm(LAYOUT, tilted), x, np.ones(500), LinearFields(LAYOUT), np.random.default_rng(1)
    )
    assert found.dimension == 6

    class Dented(QuadraticForm):
        def __call__(self, x: Tensor) -> Tensor:
            return super().__call__(x) + 1e-9 * x[..., :1] ** 3

        gradient = Oracle.gradient

    dented = solve(
        Dented(LAYOUT, np.eye(4).tolist()), x, np.ones(500), LinearFields(LAYOUT), np.random.default_rng(1)
    )
    assert dented.dimension == 3  # the rotations of the other three
    assert 1e-10 < dented.spectrum[3] < 1e-8
