"""Generators on several particles and on complex vectors."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from symhep.lie.bases import diagonal, lorentz, poincare, realify, su


def test_each_particle_is_transformed_alike() -> None:
    rng = np.random.default_rng(0)
    coefficients, event = rng.normal(size=6), rng.normal(size=(3, 4))
    together = expm(diagonal(lorentz(), 3).combination(coefficients)) @ event.ravel()
    alone = event @ expm(lorentz().combination(coefficients)).T
    np.testing.assert_allclose(together.reshape(3, 4), alone, atol=1e-12)


def test_a_translation_is_common_to_all_particles() -> None:
    event = np.arange(8.0)
    g = diagonal(poincare(), 2)
    moved = expm(0.5 * g["P_x"]) @ np.append(event, 1.0)
    assert moved.tolist() == [0.0, 1.5, 2.0, 3.0, 4.0, 5.5, 6.0, 7.0, 1.0]
    assert (g.affine, g.vector) == (True, 8)


def test_realify_is_the_complex_action_on_real_and_imaginary_parts() -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=3) + 1j * rng.normal(size=3)
    for matrix in su(3).matrices:
        acted = matrix @ z
        np.testing.assert_allclose(
            realify(matrix) @ np.r_[z.real, z.imag], np.r_[acted.real, acted.imag], atol=1e-15
        )
    assert realify(su(3).matrices).shape == (8, 6, 6)
