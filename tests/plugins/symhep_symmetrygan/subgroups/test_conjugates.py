"""Subalgebras anywhere: positions against matrix exponentials of scipy, and elements drawn from them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import expm
from scipy.stats import kstest

from symhep.lie.subgroups import lorentz_subgroups, poincare_subgroups
from symhep_symmetrygan.subgroups.conjugates import RAPIDITY, Conjugated, at_lab, members
from symhep_symmetrygan.subgroups.images import images
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements

POINCARE = poincare_subgroups()
BASIS = POINCARE.group.matrices


def random(name: str, seed: int = 1) -> tuple[Conjugated, torch.Tensor]:
    subgroups = Conjugated(POINCARE, members(POINCARE[name]))
    parameters = np.random.default_rng(seed).normal(size=(len(subgroups.members), subgroups.size))
    return subgroups, torch.from_numpy(parameters)


@pytest.mark.parametrize("name", ["SO(2)", "Lorentz", "J_z + a P_z", "SIM(2)"])
def test_positions_are_turns_then_boosts_then_shifts(name: str) -> None:
    subgroups, parameters = random(name)
    found = subgroups.generators(parameters).numpy()
    for r, (member, theta) in enumerate(zip(subgroups.members, parameters.numpy(), strict=True)):
        turn = expm(np.tensordot(theta[:3], BASIS[:3], 1))
        boost = expm(np.tensordot(RAPIDITY * np.tanh(theta[3:6] / RAPIDITY), BASIS[3:6], 1))
        shift = np.eye(5) + np.tensordot(theta[6:10], BASIS[6:10], 1)
        c = shift @ boost @ turn
        values = dict(
            zip((p.name for p in member.of.parameters), member.turned * np.exp(theta[10:]), strict=False)
        )
        rows = np.tensordot(member.of.coefficients(**values), BASIS, 1)
        np.testing.assert_allclose(found[r, : len(rows)], c @ rows @ np.linalg.inv(c), atol=1e-9)


def test_parameters_stay_within_their_range() -> None:
    subgroups, parameters = random("J_z + a P_z")
    for given, wanted in ((-9.0, 0.1), (0.0, 1.0), (9.0, 10.0)):
        parameters[:, -1] = given
        assert subgroups.values(parameters, 0) == {"a": pytest.approx(wanted)}


def test_gradients_against_differences() -> None:
    subgroups, parameters = random("four-screw")
    assert torch.autograd.gradcheck(subgroups.generators, parameters.requires_grad_())
    at_zero = torch.zeros_like(parameters).requires_grad_()
    slopes = torch.autograd.functional.jacobian(lambda t: subgroups.generators(t)[0], at_zero)
    # d/d omega_x of c J c^-1 at c = 1 is [J_x, J], J = J_z + p K_z with p = exp(0) and the sign of the member
    wanted = BASIS[0] @ (BASIS[2] + BASIS[5]) - (BASIS[2] + BASIS[5]) @ BASIS[0]
    np.testing.assert_allclose(slopes[0, :, :, 0, 0].numpy(), wanted, atol=1e-12)


def test_which_generators_are_turns() -> None:
    subgroups = Conjugated(
        POINCARE, [members(POINCARE[name])[0] for name in ("SIM(2)", "J_z + a P_z", "SO(3)")]
    )
    assert subgroups.compact.tolist() == [[True, False, False, False], [False] * 4, [True, True, True, False]]


def draws(shape: tuple[int, ...], seed: int = 2) -> Draws:
    rng = np.random.default_rng(seed)
    return Draws.of(torch.from_numpy(rng.uniform(size=shape)), torch.from_numpy(rng.normal(size=shape)))


def test_random_elements_are_in_the_group() -> None:
    subgroups, parameters = random("Lorentz")
    h = random_elements(subgroups.generators(parameters)[0], subgroups.compact[0], draws((50, 6))).numpy()
    metric = np.diag([1.0, -1, -1, -1])
    linear = h[:, :4, :4]
    np.testing.assert_allclose(
        linear.swapaxes(1, 2) @ metric @ linear, np.tile(metric, (50, 1, 1)), atol=1e-8
    )


def test_turns_are_uniform_and_boosts_have_the_width_of_one_half() -> None:
    numbers = draws((4000, 1))
    for label, compact in (("J_z", True), ("K_z", False)):
        x = torch.from_numpy(at_lab(lorentz_subgroups(), label))
        h = random_elements(x, torch.tensor([compact]), numbers).numpy()
        if compact:
            angles = np.arctan2(h[:, 2, 1], h[:, 1, 1])
            assert kstest(angles, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3
        else:
            rapidity = np.arcsinh(h[:, 3, 0])
            # clipped at 2.5 standard deviations: variance 1/4 of that of the clipped normal, 0.9668...
            assert rapidity.std() == pytest.approx(0.5 * 0.983, rel=0.05)
            assert np.abs(rapidity).max() == pytest.approx(1.25)


def test_a_boost_shrinks_a_null_rotation_but_not_its_elements() -> None:
    """K_x - J_y is multiplied by exp(eta) by a boost along z; without a rescaling the game would be won by that."""
    null = lorentz_subgroups()["null rotation"]
    pair = Conjugated(lorentz_subgroups(), [members(null)[0]] * 2)
    parameters = torch.zeros(2, 6, dtype=torch.float64)
    parameters[1, 5] = -1.0
    x = pair.generators(parameters)
    # [K_z, K_x - J_y] = K_x - J_y
    assert float((x[1] / x[0])[0, 0, 1]) == pytest.approx(np.exp(-RAPIDITY * np.tanh(1 / RAPIDITY)))
    h = random_elements(x, pair.compact, draws((2, 100, 1)))
    same = random_elements(x[:1].expand(2, -1, -1, -1), pair.compact, draws((2, 100, 1)))
    np.testing.assert_allclose(h, same, atol=1e-12)


def test_images_move_each_vector_alike() -> None:
    rng = np.random.default_rng(3)
    h = torch.from_numpy(rng.normal(size=(3, 5, 5)))
    x = rng.normal(size=(6, 8))
    moved = images(h, torch.from_numpy(x)).numpy()
    for n in range(6):
        g = h[n // 2].numpy()
        for p in range(2):
            wanted = g[:4, :4] @ x[n, 4 * p : 4 * p + 4] + g[:4, 4]
            np.testing.assert_allclose(moved[n, 4 * p : 4 * p + 4], wanted)
