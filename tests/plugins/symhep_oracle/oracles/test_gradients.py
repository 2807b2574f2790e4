"""Gradients that are written out, against automatic differentiation of the value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.lie.exceptional import three_form
from symhep.plugin.manager import Registry
from symhep_oracle.fit.breaking import Broken
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.build import build_oracle, vectors_needed
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.mask import Mask
from symhep_oracle.oracles.norms import LORENTZ, Norm, Piecewise, QuadraticForm, Squeeze
from symhep_oracle.oracles.polynomials import Determinant, Joined, Polynomial

PAIR, PLANE = Layout(3, 4), Layout(2, 2)
SKEW = ((0.0, 1.0), (-1.0, 0.0))
ORACLES = {
    "masses": QuadraticForm(PAIR, LORENTZ),
    "pairs": QuadraticForm(PAIR, LORENTZ, "pairs"),
    "total": QuadraticForm(PAIR, LORENTZ, "total"),
    "symplectic": QuadraticForm(Layout(3, 2), SKEW, "pairs"),
    "hermitian": QuadraticForm(Layout(2, 2, complex=True), ((1, 0), (0, -1))),
    "l1": Norm(PLANE, 1),
    "l2": Norm(Layout(2, 2, complex=True), 2),
    "squeeze": Squeeze(PLANE),
    "piecewise": Piecewise(PLANE),
    "g2": Polynomial.of_form(Layout(3, 7), three_form()),
    "det": Determinant(Layout(3, 3)),
    "complex det": Determinant(Layout(3, 3, complex=True)),
    "joined": Joined(Determinant(Layout(2, 2)), Norm(Layout(2, 2), 2)),
    "broken": Broken(QuadraticForm(PAIR, LORENTZ), QuadraticForm(PAIR, LORENTZ, "total"), 0.3),
    "mask": Mask(PAIR, (0.5, 1.5), (-1.0, 2.0), 0.3),
    **{
        k: build_oracle(OracleMethodOptions(oracle=k).oracle, Layout(1, 27), torch.zeros(1, 27))
        for k in ("f4", "e6")
    },
}


@pytest.mark.parametrize("name", ORACLES)
def test_gradient(name: str) -> None:
    oracle = ORACLES[name]
    x = torch.from_numpy(np.random.default_rng(5).normal(size=(6, oracle.layout.features)))
    assert oracle(x).shape == (6, oracle.outputs)
    assert torch.allclose(oracle.gradient(x), Oracle.gradient(oracle, x), rtol=1e-10, atol=1e-11)


def test_three_form_is_the_volume_of_a_quaternion_triple() -> None:
    form = three_form()
    i, j, k = next(tuple(t) for t in np.argwhere(form) if tuple(t) == tuple(sorted(t)))
    x = torch.zeros(1, 21, dtype=torch.float64)
    for slot, axis in enumerate((i, j, k)):
        x[0, 7 * slot + axis] = 2.0
    assert Polynomial.of_form(Layout(3, 7), form)(x).item() == 8 * form[i, j, k]


def test_the_mask_knows_that_azimuth_is_periodic() -> None:
    mask = Mask(Layout(1, 4), (-1.0, 1.0), (np.pi - 0.5, np.pi + 0.5), 0.01)
    angles = np.array([np.pi - 0.4, -np.pi + 0.4, 0.0])
    x = torch.from_numpy(np.c_[np.full(3, 2.0), np.cos(angles), np.sin(angles), np.zeros(3)])
    assert np.allclose(mask(x)[:, 0], [-4.0, -4.0, 0.0], atol=1e-3)


@pytest.mark.parametrize(
    ("options", "layout", "message"),
    [
        ({"oracle": "lorentz"}, Layout(1, 3), "the form is 4 x 4, but the vectors have 3 components"),
        ({"oracle": {"kind": "lorentz", "of": "pairs"}}, Layout(1, 4), "pairs need at least two vectors"),
        ({"oracle": "lorentz"}, Layout(1, 4, complex=True), "needs real four-momenta"),
        ({"oracle": "squeeze"}, Layout(1, 3), "needs real vectors of 2 components, not 3"),
        ({"oracle": "g2"}, Layout(1, 21), "needs 3 vectors"),
        ({"oracle": "determinant"}, Layout(2, 3), "as many vectors as components, not 2 of 3"),
        ({"oracle": {"kind": "mask", "eta": [0, 1]}}, Layout(1, 3), "the mask needs four-momenta"),
    ],
)
def test_an_oracle_that_does_not_fit(options: dict[str, object], layout: Layout, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        build_oracle(
            OracleMethodOptions.model_validate(options).oracle, layout, torch.ones(1, layout.features)
        )


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced("def square(x): return (x**2).sum(1)")
    card = {"oracle": {"kind": "function", "function": "mine:square"}}
    options = OracleMethodOptions.model_validate(card, context={"registry": registry})
    x = torch.eye(3, dtype=torch.float64)
    assert build_oracle(options.oracle, Layout(1, 3), 2 * x)(3 * x).tolist() == [[9.0]] * 3


def test_vectors_that_make_no_determinant() -> None:
    with pytest.raises(MethodError, match="but there are 10"):
        vectors_needed(OracleMethodOptions(oracle="determinant").oracle, 10, False)


def test_breaking_terms_must_have_as_many_outputs() -> None:
    with pytest.raises(MethodError, match="the breaking term has 3 outputs, the oracle 1"):
        Broken(QuadraticForm(PAIR, LORENTZ, "total"), QuadraticForm(PAIR, LORENTZ), 1.0)
