"""The gradient solver end to end, against the exact solver, the bias of eps, and the published losses."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.lie.spans import grassmann_distance
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.fit import exact
from symhep_oracle.fit.fields import LinearFields, PolynomialFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.gradient.families import MatrixFamily
from symhep_oracle.gradient.invariance import AnyInvariance, QuadraticInvariance, RootInvariance
from symhep_oracle.gradient.options import GradientOptions, LossWeights
from symhep_oracle.gradient.solve import build_invariance, scanned, solve
from symhep_oracle.gradient.training import recorded_epochs, train
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, Norm, QuadraticForm, Squeeze


def points(features: int, count: int = 300) -> Tensor:
    return torch.as_tensor(np.random.default_rng(1).normal(size=(count, features)))


def found(oracle: Norm | QuadraticForm | Squeeze, **options: object) -> Solution:
    x = points(oracle.layout.features)
    asked = GradientOptions(**({"seeds": 3} | options))
    return solve(oracle, x, np.ones(len(x)), LinearFields(oracle.layout), asked, np.random.SeedSequence(7))


def distance(oracle: Norm | QuadraticForm, first: Solution, second: Solution) -> float:
    fields = LinearFields(oracle.layout)
    return grassmann_distance(*(fields.matrices(s.coefficients) for s in (first, second)))


def test_so3_is_found_and_two_and_four_generators_are_wrong() -> None:
    """Forestano et al.: loss 1.0e-6 at N_g = 3, and 0.44, 1.3 at 2 and 4."""
    oracle = Norm(Layout(1, 3), 2)
    solution = found(oracle, generators=(1, 2, 3, 4), normalise=False)
    assert solution.dimension == 3
    assert solution.stability > 0.9
    loss = {s.asked: s.loss.best for s in solution.solver.gradient.scan}
    assert loss[3] < 1e-6
    assert 0.2 < loss[2] < 0.9
    assert 0.9 < loss[4] < 2.0
    x = points(3)
    truth = exact.solve(oracle, x, np.ones(300), LinearFields(oracle.layout), np.random.default_rng(1))
    # The step eps tilts every generator by about eps / 2.
    assert distance(oracle, solution, truth) < 3e-3
    np.testing.assert_allclose(solution.coefficients @ solution.coefficients.T, np.eye(3), atol=1e-12)
    assert solution.residuals.max() < 1e-3
    assert solution.errors.max() < 1e-3
    json.dumps(solution.solver.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("difference", "expected", "tolerance"), [("forward", -5e-4, 5e-6), ("central", 0, 5e-6)]
)
def test_forward_differences_bias_the_diagonal_by_half_eps(
    difference: str, expected: float, tolerance: float
) -> None:
    """|(1 + eps W) x| = |x| for W = (cos t - 1) / eps + J sin t / eps: the diagonal is -eps/2, as published."""
    solution = found(Norm(Layout(1, 2), 2), generators=(1,), difference=difference, normalise=False)
    matrix = LinearFields(Layout(1, 2)).matrices(solution.coefficients)[0] * np.sqrt(2)
    np.testing.assert_allclose(np.diagonal(matrix), expected, atol=tolerance)
    # The tilt, eps/2 of a generator of length sqrt 2, counts as an error of the entries beside the spread of seeds.
    tilt = np.sqrt(2) * LinearFields(Layout(1, 2)).matrices(solution.influences[-1])[0]
    np.testing.assert_allclose(np.diagonal(tilt), expected, atol=tolerance)
    assert (solution.errors >= np.abs(solution.influences[-1])).all()
    assert solution.solver.gradient.diagonal.measured == pytest.approx(abs(expected), abs=tolerance)
    assert solution.solver.gradient.diagonal.second_order == pytest.approx(abs(expected), abs=5e-6)


def test_lorentz_algebra_in_gev() -> None:
    """The scale makes GeV and unit numbers the same problem."""
    oracle = QuadraticForm(Layout(1, 4), LORENTZ)
    x = 50 * points(4)
    options = GradientOptions(generators=(6, 7), seeds=3, epochs=6000)
    solution = solve(
        oracle, x, np.ones(300), LinearFields(oracle.layout), options, np.random.SeedSequence(1), scale=50.0
    )
    truth = exact.solve(
        oracle, x, np.ones(300), LinearFields(oracle.layout), np.random.default_rng(1), scale=50.0
    )
    assert solution.dimension == truth.dimension == 6
    assert distance(oracle, solution, truth) < 3e-3


def test_unitary_families_give_u2_and_su2() -> None:
    oracle = Norm(Layout(1, 2, complex=True), 2)
    for family, dimension in (("unitary", 4), ("special", 3)):
        solution = found(oracle, family=family, generators=(dimension,), epochs=3000)
        assert solution.dimension == dimension
        matrices = LinearFields(oracle.layout).matrices(solution.coefficients)
        np.testing.assert_allclose(matrices, -matrices.conj().transpose(0, 2, 1), atol=1e-12)


def test_sparsity_finds_the_canonical_rotations() -> None:
    """(7) on generators with two entries of size one costs 2 h_sp each: nothing is sparser in so(3)."""
    solution = found(
        Norm(Layout(1, 3), 2), generators=(3,), weights=LossWeights(sparsity=0.05), seeds=8, normalise=False
    )
    assert solution.dimension == 3
    sizes = np.sort(np.abs(solution.coefficients), axis=1)
    np.testing.assert_allclose(sizes[:, -2:], np.sqrt(0.5), atol=1e-2)
    assert sizes[:, :-2].max() < 1e-2
    # Per generator 4 (u - 1)^2 + 2 h u^2 with u = <W, W> / 2, least at 4 c / (4 + c) with c = 2 h.
    best = solution.solver.gradient.scan[0].loss.best
    assert best == pytest.approx(3 * 4 * 0.1 / 4.1, rel=1e-3)


def test_an_oracle_without_symmetry_has_none() -> None:
    solution = found(Norm(Layout(1, 2), 1), generators=(1,), epochs=1500)
    assert solution.dimension == 0
    assert solution.coefficients.shape == (0, 4)
    assert solution.influences.shape[1:] == (0, 4)


def test_a_replica_does_not_depend_on_its_company() -> None:
    layout = Layout(1, 3)
    options = GradientOptions(epochs=800)
    invariance = build_invariance(Norm(layout, 2), points(3), np.ones(300), options)
    seeds = replica_seeds(np.random.SeedSequence(3), 4)
    family = MatrixFamily(layout)
    together = train([2, 3, 5, 2], seeds, family, invariance, options)
    alone = train([2], seeds[:1], family, invariance, options, groups=5)
    np.testing.assert_allclose(together.theta[:1], alone.theta, rtol=1e-9, atol=1e-9)
    # Padding is zero from the start to the end, not small.
    assert not together.theta[0, 2:].any()
    assert not together.theta[1, 3:].any()
    assert together.parts.shape == (len(recorded_epochs(800)), 4, 5)


def test_quadratic_oracles_and_norms_take_the_closed_forms() -> None:
    options = GradientOptions()
    shares = np.ones(300)
    one = build_invariance(Norm(Layout(1, 3), 2), points(3), shares, options)
    two = build_invariance(QuadraticForm(Layout(1, 4), LORENTZ), points(4), shares, options)
    other = build_invariance(Norm(Layout(1, 2), 1), points(2), shares, options)
    pair = build_invariance(QuadraticForm(Layout(2, 4), LORENTZ), points(8), shares, options)
    kinds = [type(i) for i in (one, two, other, pair)]
    assert kinds == [RootInvariance, QuadraticInvariance, AnyInvariance, AnyInvariance]


def test_weights_are_shares_of_the_loss() -> None:
    """Weight 2 on an event is the event twice."""
    options = GradientOptions()
    oracle, x = Norm(Layout(1, 3), 2), points(3, 20)
    weights = np.r_[np.full(10, 2.0), np.ones(10)]
    w = torch.as_tensor(np.random.default_rng(4).normal(size=(2, 3, 3)))
    weighted = build_invariance(oracle, x, weights, options).evaluate(w)
    doubled = build_invariance(oracle, torch.cat([x, x[:10]]), np.ones(30), options).evaluate(w)
    torch.testing.assert_close(weighted, doubled)


def test_fields_that_are_no_matrices_are_refused() -> None:
    layout, x = Layout(1, 2), points(2)
    for fields in (LinearFields(layout, affine=True), PolynomialFields(layout, 2)):
        with pytest.raises(CardError, match=r"the gradient solver trains matrices.*solver: exact"):
            solve(Norm(layout, 2), x, np.ones(300), fields, GradientOptions(), np.random.SeedSequence(1))


def test_the_scan_ends_at_the_unknowns_or_ten() -> None:
    assert scanned(GradientOptions(), 16) == tuple(range(1, 11))
    assert scanned(GradientOptions(generators=(3, 1, 3)), 16) == (1, 3)


def test_training_that_misses_generators_is_not_sure() -> None:
    """so(3) has no subalgebra of two generators: the scan ends at one, and the spectrum shows that there are three."""
    solution = found(Norm(Layout(1, 3), 2), generators=(1, 2), epochs=3000)
    assert solution.dimension == 1
    assert solution.stability == 0.0
    assert "but 3 fields are null within the resolution" in solution.reason


def test_null_values_are_known_to_rounding() -> None:
    """Not to its root, as the eigenvalues of a Gram matrix are; none is less sure than itself."""
    solution = found(Norm(Layout(1, 3), 2), generators=(3,), epochs=10)
    assert (solution.spectrum[:3] < 1e-14).all()
    assert (solution.spectrum[3:] > 0.1).all()
    assert (solution.noise <= solution.spectrum).all()
    assert (np.diff(solution.spectrum) >= 0).all()


def test_more_generators_than_the_family_has_unknowns_are_no_symmetries() -> None:
    """u(2) has four; five anti-Hermitian matrices all preserve |x|, but depend on each other."""
    oracle = Norm(Layout(1, 2, complex=True), 2)
    options = {"family": "unitary", "generators": (4, 5), "epochs": 3000, "weights": LossWeights(closure=0)}
    solution = found(oracle, **options)
    assert solution.dimension == 4
    assert solution.solver.gradient.scan[1].successes == 0
