"""Families of vector fields: rows against finite motions, complex and affine ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep_oracle.fit.fields import Fields, LinearFields, PolynomialFields
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import Norm

FAMILIES = [
    LinearFields(Layout(1, 3)),
    LinearFields(Layout(2, 3)),
    LinearFields(Layout(2, 2, complex=True)),
    LinearFields(Layout(2, 3), affine=True),
    LinearFields(Layout(1, 2, complex=True), affine=True),
    PolynomialFields(Layout(2, 2), 3),
]
COUNTS = [9, 9, 8, 12, 12, 20]  # d^2; 2 d^2; + d or 2 d translations; 2 components x 10 monomials


@pytest.mark.parametrize(("fields", "count"), list(zip(FAMILIES, COUNTS, strict=True)))
def test_rows_are_the_slope_along_the_motion(fields: Fields, count: int) -> None:
    rng = np.random.default_rng(1)
    assert fields.unknowns == count
    x = torch.from_numpy(rng.normal(size=(7, fields.layout.features)))
    c = torch.from_numpy(rng.normal(size=(1, count)))
    oracle = Norm(fields.layout, 2)
    slope = fields.rows(x, oracle.gradient(x)) @ c[0]
    step = 1e-6
    motion = fields.evaluate(c, x)[0]
    numeric = (oracle(x + step * motion) - oracle(x - step * motion)) / (2 * step)
    assert np.allclose(slope, numeric.flatten(), rtol=1e-7, atol=1e-8)


def test_complex_matrices_act_as_complex_numbers_do() -> None:
    rng = np.random.default_rng(2)
    fields = LinearFields(Layout(1, 3, complex=True), affine=True)
    c = rng.normal(size=(1, fields.unknowns))
    z = rng.normal(size=3) + 1j * rng.normal(size=3)
    moved = fields.evaluate(torch.from_numpy(c), torch.from_numpy(np.r_[z.real, z.imag][None]))[0, 0].numpy()
    expected = fields.matrices(c)[0] @ np.r_[z, 1.0]
    assert np.allclose(moved, np.r_[expected[:3].real, expected[:3].imag])


@pytest.mark.parametrize("fields", FAMILIES[:5])
def test_matrices_and_coefficients_are_inverse(fields: LinearFields) -> None:
    c = np.random.default_rng(3).normal(size=(4, fields.unknowns))
    assert np.allclose(fields.coefficients(fields.matrices(c)), c)
    assert fields.matrices(c[:0]).shape[0] == 0
    if not fields.affine:
        norms = np.linalg.norm(fields.matrices(c), axis=(1, 2))
        assert np.allclose(norms, np.linalg.norm(c, axis=1))
