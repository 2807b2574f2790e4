"""Names: of exact algebras, in any basis, with errors; not closed and ambiguous."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symhep.errors import LieError, MethodError
from symhep.lie import bases, exceptional
from symhep.lie.identify import identify

_spec = importlib.util.spec_from_file_location("lie_examples", Path(__file__).with_name("examples.py"))
assert _spec is not None
assert _spec.loader is not None
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)
EXAMPLES, noisy, disguised = examples.EXAMPLES, examples.noisy, examples.disguised
#: Parts with entries of order 1, errors absolute: all below are recognised in 3 of 3 spans at this error.
ERRORS = {
    "so(3)": 0.1, "so(1,3)": 0.05, "so(4) = so(3) + so(3)": 0.05, "e(2)": 0.05, "su(3)": 0.02, "iso(1,3)": 0.02,
    "so(1,3) + R": 0.02, "u(2) = su(2) + u(1)": 0.05,
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_exact(name: str) -> None:
    found = identify(EXAMPLES[name])
    assert (found.name, found.closed, found.stability) == (name, True, 1.0)
    assert found.dimension == len(EXAMPLES[name])
    assert found.margin > 1e6


@given(name=st.sampled_from(sorted(EXAMPLES)), seed=st.integers(0, 10**6))
def test_name_does_not_depend_on_bases(name: str, seed: int) -> None:
    # A boost, a dilatation and the like are distinguished by eigenvalues: conjugation keeps them, any basis does.
    assert identify(disguised(EXAMPLES[name], seed)).name == name


@pytest.mark.parametrize("name", ERRORS)
def test_recognised_with_errors(name: str) -> None:
    for seed, error in ((0, 1e-3), (0, ERRORS[name]), (1, ERRORS[name]), (2, ERRORS[name])):
        found = identify(noisy(EXAMPLES[name], error, seed), error)
        assert found.name == name
        assert found.stability >= 0.7


@pytest.mark.parametrize(
    "name", ["so(3)", "so(1,3)", "e(2)", "u(2) = su(2) + u(1)", "so(2)", "heisenberg h3"]
)
def test_another_seed_of_the_copies_gives_the_same_name(name: str) -> None:
    for error in (1e-3, min(ERRORS.get(name, 0.02), 0.03)):
        x = noisy(EXAMPLES[name], error, 11)
        one, other = identify(x, error, seed=0), identify(x, error, seed=1)
        assert one.name == other.name == name
        assert abs(one.stability - other.stability) <= 0.2


#: Algebras with decisions 'zero' that errors can hide: named below, not named above.
SMALL, LARGE = 0.01, 0.15


@pytest.mark.parametrize(
    "name",
    ["abelian R^3", "R (nilpotent)", "heisenberg h3", "e(2)", "iso(1,1)", "affine line + R (nilpotent)"],
)
def test_zero_counts_only_where_errors_would_show_something_else(name: str) -> None:
    for seed in range(2):
        found = identify(noisy(EXAMPLES[name], SMALL, seed), SMALL)
        assert (found.name, found.resolution < 0.5) == (name, True)
        try:
            found = identify(noisy(EXAMPLES[name], LARGE, seed), LARGE)
        except MethodError as error:
            assert "linearly dependent within their errors" in str(error)  # noqa: PT017
        else:
            assert found.name in ("ambiguous", name)
            assert found.name == "ambiguous" or found.resolution < 0.5


def test_errors_that_are_too_large_are_the_reason() -> None:
    """The border of a bracket is then 0.7 of what two 4 x 4 matrices that do not commute would have."""
    found = identify(EXAMPLES["abelian R^3"], 0.12)
    assert (found.name, found.how) == ("ambiguous", "the errors are too large to identify the algebra")
    assert str(found) == "ambiguous: the errors are too large to identify the algebra"


@settings(max_examples=8)
@given(name=st.sampled_from(sorted(ERRORS)), seed=st.integers(0, 10**6))
def test_name_with_errors_does_not_depend_on_bases(name: str, seed: int) -> None:
    x = disguised(EXAMPLES[name], seed, strength=0.3)
    assert identify(noisy(x, 1e-3, seed), 1e-3).name == name


@pytest.mark.parametrize(
    ("name", "rank", "signature"),
    [
        ("so(1,3)", 2, (3, 3, 0)),
        ("su(3)", 2, (0, 8, 0)),
        ("iso(1,3)", 2, (3, 3, 4)),
        ("so(2,4)", 3, (8, 7, 0)),
    ],
)
def test_rank_and_signature(name: str, rank: int, signature: tuple[int, int, int]) -> None:
    found = identify(EXAMPLES[name])
    assert (found.rank, found.signature) == (rank, signature)


def test_isomorphic_names() -> None:
    assert "sl(2,C)" in identify(EXAMPLES["so(1,3)"]).isomorphic
    assert "so(5)" in identify(EXAMPLES["usp(4)"]).isomorphic
    assert identify(EXAMPLES["so(4) = so(3) + so(3)"]).parts == ("so(3)", "so(3)")


@pytest.mark.parametrize(
    ("name", "abstract"),
    [
        ("so(2)", "R"),
        ("R (mixed)", "R"),
        ("so(2) + so(1,1)", "R^2"),
        ("abelian R^3", "R^3"),
        ("so(3)", "so(3)"),
        ("so(3) + R", "so(3) + R"),
        ("u(2) = su(2) + u(1)", "u(2)"),
        ("affine line + R (nilpotent)", "affine line + R"),
        ("solvable, dim 2, affine line", "solvable, dim 2, affine line"),
        ("sim(2) = e(2) |x R", "sim(2)"),
    ],
)
def test_what_of_a_name_is_the_algebra(name: str, abstract: str) -> None:
    assert identify(EXAMPLES[name]).abstract == abstract


def test_two_particles_keep_the_name() -> None:
    assert identify(bases.diagonal(bases.lorentz(), 2).matrices).name == "so(1,3)"
    assert identify(bases.realify(bases.su(2).matrices)).name == "su(2)"


@pytest.mark.parametrize(
    ("name", "matrices"),
    [
        ("g2", lambda: exceptional.g2().matrices),
        ("f4", lambda: exceptional.f4().matrices),
        ("e6(-26)", lambda: exceptional.e6().matrices),
        ("so(10)", lambda: bases.so(10).matrices),
        ("so(3,7)", lambda: bases.so(3, 7).matrices),
        ("su(6)", lambda: bases.su(6).matrices),
        ("usp(6)", lambda: bases.usp(3).matrices),
        ("sp(6,R)", lambda: bases.sp(3).matrices),
    ],
)
def test_large(name: str, matrices: object) -> None:
    assert callable(matrices)
    assert identify(matrices()).name == name


def test_e6_with_copies() -> None:
    x = exceptional.e6().matrices
    found = identify(noisy(x, 1e-3, 0), 1e-3)
    assert found.name == "e6(-26)"
    assert "20 perturbed copies" in found.how


@pytest.mark.parametrize(("sign", "h"), [(examples.TURN, 0.25), (examples.BOOST, -0.25)])
def test_parameter_of_bianchi_types(sign: np.ndarray, h: float) -> None:
    """A = 1/2 + B with det B = +-1: a = 1/2, n1 n2 = +-1, h = +-1/4."""
    error = 5e-3
    pulls = []
    for seed in range(8):
        found = identify(noisy(examples.with_translations(sign + 0.5 * np.eye(2)), error, seed), error)
        value, spread = found.parameters["h"]
        pulls.append((value - h) / spread)
    assert 0.3 < np.sqrt(np.mean(np.square(pulls))) < 2  # the error is neither far too small nor too large


def test_random_span_is_not_closed() -> None:
    x = np.random.default_rng(3).normal(size=(4, 4, 4))
    found = identify(x, 1e-2)
    assert (found.name, found.closed) == ("not closed", False)
    assert found.closure_excess > 20
    assert found.closure > 0.5
    assert "times what errors explain" in str(found)


def test_closed_within_errors() -> None:
    """Excess is residual over its expectation from errors: 1 for a true algebra."""
    excess = [identify(noisy(EXAMPLES["so(1,3)"], 1e-2, seed), 1e-2).closure_excess for seed in range(10)]
    assert np.mean(excess) == pytest.approx(1, abs=0.15)


def contracted(parameter: float) -> np.ndarray:
    """so(3) for parameter > 0, e(2) at 0: [P_x, P_y] = parameter J."""
    x = examples.with_translations(examples.TURN)
    x[1, 2, 0] = x[2, 2, 1] = -parameter
    return x


def test_contraction() -> None:
    """Far above the errors so(3), far below e(2), in between ambiguous for some parameter."""
    error = 1e-3
    assert identify(contracted(0), error).name == "e(2)"
    assert identify(contracted(0.1 * error), error).name == "e(2)"
    assert identify(contracted(30 * error), error).name == "so(3)"
    between = [identify(contracted(k * error), error) for k in np.arange(1, 8, 0.5)]
    unsure = [found for found in between if found.name == "ambiguous"]
    assert unsure
    candidates = dict(unsure[0].alternatives)
    assert {"e(2)", "so(3)"} <= set(candidates)
    assert sum(candidates.values()) == pytest.approx(1)
    assert max(candidates.values()) < 2 / 3
    assert "e(2)" in str(unsure[0])


def test_exact_contraction_is_so3() -> None:
    assert identify(contracted(1e-6)).name == "so(3)"


def test_same_seed_same_answer() -> None:
    x = noisy(EXAMPLES["e(2)"], 1e-2, 0)
    assert identify(x, 1e-2, seed=4) == identify(x, 1e-2, seed=4)


def test_errors_of_each_entry() -> None:
    """An entry known to be exact keeps its meaning beside one that is not."""
    errors = np.zeros((3, 3, 3))
    errors[:, 0, 2] = 0.05
    x = EXAMPLES["e(2)"].copy()
    x[:, 0, 2] += 0.03
    assert identify(x, errors).name == "e(2)"
    assert identify(x, np.full(x.shape, 1e-4)).name in ("e(2)", "not closed")


def test_dependent_matrices() -> None:
    x = np.stack([examples.TURN, 2 * examples.TURN])
    with pytest.raises(MethodError, match="linearly dependent within their errors: rank 1"):
        identify(x + 1e-3 * np.eye(2), 0.1)


@pytest.mark.parametrize(
    ("x", "errors", "message"),
    [
        (np.eye(3), None, r"shape \(G, d, d\), not \(3, 3\)"),
        (np.full((1, 2, 2), np.nan), None, "not finite"),
        (np.eye(2)[None], np.ones(3), r"errors have the shape \(3,\)"),
        (np.eye(2)[None], -1.0, "must be finite and positive"),
    ],
)
def test_wrong_input(x: np.ndarray, errors: object, message: str) -> None:
    with pytest.raises(LieError, match=message):
        identify(x, errors)  # type: ignore[arg-type]


def test_noisy_matrices_without_errors() -> None:
    lorentz = bases.lorentz().matrices
    measured = lorentz + np.random.default_rng(0).normal(scale=1e-3, size=lorentz.shape)
    assert "no errors were given: if the matrices have errors, pass errors=" in str(identify(measured))
    assert "no errors were given" in identify(measured).how
    wrong = str(identify(measured, errors=1e-8))
    assert wrong.startswith("not closed")
    assert "errors explain" in wrong
    assert "no errors" not in wrong


def test_a_sum_with_a_name_that_has_an_alias() -> None:
    """'sim(2) = e(2) |x R + R' would leave open what is added to what."""
    plane = EXAMPLES["sim(2) = e(2) |x R"]
    wide = np.pad(plane, ((0, 1), (0, 1), (0, 1)))
    wide[-1, -1, -1] = 1.0
    found = identify(wide)
    assert (found.name, found.abstract) == ("sim(2) + R = (e(2) |x R) + R", "sim(2) + R")
