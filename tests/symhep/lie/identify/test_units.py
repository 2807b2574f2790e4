"""What must not matter to a name: the size of generators, units, number types. What is no input is an error."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from symhep.errors import LieError, MethodError
from symhep.lie import bases
from symhep.lie.closing import nearest_closed
from symhep.lie.identify import identify
from symhep.lie.identify.units import balanced
from symhep.lie.spans import grassmann_distance
from symhep.lie.structure import structure_constants
from symhep.lie.subalgebras import subalgebras

_spec = importlib.util.spec_from_file_location("lie_examples", Path(__file__).with_name("examples.py"))
assert _spec is not None
assert _spec.loader is not None
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)
EXAMPLES, noisy, disguised = examples.EXAMPLES, examples.noisy, examples.disguised


@pytest.mark.parametrize("name", EXAMPLES)
def test_size_of_each_generator(name: str) -> None:
    x = EXAMPLES[name]
    sizes = 10.0 ** np.random.default_rng(len(x)).uniform(-6, 6, size=(len(x), 1, 1))
    assert identify(x * sizes).name == name


@pytest.mark.parametrize("name", EXAMPLES)
def test_units_of_each_coordinate(name: str) -> None:
    """x -> D x: GeV beside mm and ns."""
    x = EXAMPLES[name]
    units = 10.0 ** np.random.default_rng(len(x)).uniform(-4, 4, size=x.shape[1])
    assert identify(x * units[:, None] / units).name == name


@pytest.mark.parametrize("name", ["so(3)", "e(2)", "so(1,3)"])
@pytest.mark.parametrize("scale", [1e6, 1e-6])
def test_size_with_errors(name: str, scale: float) -> None:
    x = noisy(EXAMPLES[name], 1e-3, 0)
    one = identify(x, 1e-3)
    other = identify(scale * x, scale * 1e-3)
    assert one.name == other.name == name
    assert one.stability == other.stability
    sizes = 10.0 ** np.random.default_rng(0).uniform(-6, 6, size=(len(x), 1, 1))
    assert identify(sizes * x, np.broadcast_to(sizes * 1e-3, x.shape)).name == name


@pytest.mark.parametrize("name", ["so(3)", "e(2)", "so(1,3)", "su(3)"])
def test_single_precision(name: str) -> None:
    """Rounded to 6e-8 and not 1e-16: the same algebra as far as that tells."""
    x = disguised(EXAMPLES[name], 0, strength=0.3)
    found = identify(x.astype(np.complex64 if np.iscomplexobj(x) else np.float32))
    assert (found.name, found.closed) == (name, True)


def test_a_large_algebra_that_is_not_exact_to_double_precision() -> None:
    """Fewer copies than of a small one, and no more are asked for."""
    found = identify(disguised(bases.so(12).matrices, 0).astype(np.float32))
    assert (found.name, found.stability) == ("so(12)", 1.0)


def test_whole_numbers_and_complex_ones_without_imaginary_part() -> None:
    assert identify(EXAMPLES["so(1,3)"].astype(int)).name == "so(1,3)"
    assert identify(EXAMPLES["e(2)"].astype(complex)).name == "e(2)"
    assert identify(np.array([[[2]]])).name == "R"
    assert identify(np.array([[[2j]]])).name == "u(1)"


def test_generators_are_an_array() -> None:
    assert identify(bases.lorentz()).name == "so(1,3)"
    assert structure_constants(bases.so(3)).residual < 1e-15


def test_balanced_keeps_what_is_rounding() -> None:
    """The 1e-17 is no entry: balanced against 1, it would be as large as everything else."""
    x = np.array([[[0.0, 1.0], [1e-17, 0.0]]])
    y, errors = balanced(x, np.full((1, 4), 1e-15))
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(errors, np.full((1, 4), 1e-15))
    big, _ = balanced(np.array([[[0.0, 2.0**20], [2.0**-20, 0.0]]]), np.full((1, 4), 1e-12))
    np.testing.assert_array_equal(big, [[[0.0, 1.0], [1.0, 0.0]]])


def test_constants_of_generators_of_any_size() -> None:
    """[s_a X_a, s_b X_b] = s_a s_b / s_c f_abc (s_c X_c)."""
    x = bases.lorentz().matrices
    sizes = 10.0 ** np.linspace(-6, 6, 6)
    expected = structure_constants(x).constants * (sizes[:, None, None] * sizes[:, None] / sizes)
    found = structure_constants(x * sizes[:, None, None])
    np.testing.assert_allclose(found.constants, expected, rtol=1e-12, atol=0)
    assert found.residual < 1e-14
    assert grassmann_distance(x, x * sizes[:, None, None]) < 1e-14


DEPENDENT = np.concatenate([bases.so(3).matrices, np.zeros((1, 3, 3))])


@pytest.mark.parametrize("function", [structure_constants, nearest_closed, lambda x: subalgebras(x, 1)])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (DEPENDENT, "the 4 matrices are linearly dependent"),
        (np.zeros((2, 3, 3)), "the 2 matrices are linearly dependent"),
        (np.random.default_rng(0).normal(size=(5, 2, 2)), "the 5 matrices are linearly dependent"),
        (np.zeros((0, 3, 3)), r"shape \(G, d, d\), not \(0, 3, 3\)"),
        ([[[1, 2], [3]]], "a basis is not an array"),
        ([[["a"]]], "contains <U1 instead of numbers"),
        (np.ones((1, 2, 2), dtype=bool), "contains bool instead of numbers"),
        (np.ma.masked_less(bases.so(3).matrices, 0), "masked entries"),
        (1e200 * bases.so(3).matrices, "the largest entry of the basis is 1e\\+200"),
        (1e-200 * bases.so(3).matrices, "the largest entry of the basis is 1e-200"),
    ],
)
def test_no_basis(function: object, x: object, message: str) -> None:
    assert callable(function)
    with pytest.raises(LieError, match=message):
        function(x)


def test_zero_is_no_generator() -> None:
    for x in (DEPENDENT, np.zeros((1, 3, 3))):
        for errors in (None, 0.01):
            with pytest.raises(MethodError, match="linearly dependent within their errors"):
                identify(x, errors)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (np.nan, "must be finite and positive"),
        (np.where(EXAMPLES["so(3)"] > 0, -1.0, 1.0), "must be finite and positive"),
        (1e-3 + 1e-3j, "errors are complex, but the matrices are real"),
        ("1e-3", "errors contains <U4 instead of numbers"),
        (True, "errors contains bool"),
        (np.full((3, 3), 1e-3), r"errors have the shape \(3, 3\), but the matrices have \(3, 3, 3\)"),
    ],
)
def test_wrong_errors(errors: object, message: str) -> None:
    with pytest.raises(LieError, match=message):
        identify(EXAMPLES["so(3)"], errors)  # type: ignore[arg-type]


def test_no_errors_and_errors_zero_are_rounding() -> None:
    assert (
        identify(EXAMPLES["so(3)"], 0).name
        == identify(EXAMPLES["so(3)"], np.zeros((3, 3, 3))).name
        == "so(3)"
    )
    assert identify(noisy(EXAMPLES["so(3)"], 1e-3, 0), 0).name == "not closed"


def test_errors_given_entry_by_entry_change_with_the_units() -> None:
    """Rounding far below an entry of each size: a rotation in units of 1 and 10^6 is no nilpotent matrix."""
    x = np.array([[[0.0, -1e-6, 0.0], [1e6, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    errors = np.array([[[1e-9, 1e-15, 1e-12], [1e-3, 1e-9, 1e-6], [1e-6, 1e-12, 1e-9]]])
    assert identify(x, errors, rounding=True).name == "so(2)"
    y, moved = balanced(x, errors.reshape(1, -1), entrywise=True)
    assert 0.2 < abs(y[0, 0, 1] / y[0, 1, 0]) < 5
    # the share of an entry that is error stays what it was
    assert moved[0, 1] / abs(y[0, 0, 1]) == pytest.approx(1e-9)
    assert moved[0, 3] / abs(y[0, 1, 0]) == pytest.approx(1e-9)


def test_rounding_that_is_given_decides_without_copies() -> None:
    x = EXAMPLES["so(3)"]
    found = identify(x, 1e-9, rounding=True)
    assert (found.name, found.stability, found.rounding_only) == ("so(3)", 1.0, True)
    assert found.how.startswith("exact input: each quantity is at least")
    moved = x + 1e-9 * np.random.default_rng(1).normal(size=x.shape)
    assert identify(moved, 1e-9, rounding=True).name == "so(3)"
    assert identify(moved).name == "not closed"
