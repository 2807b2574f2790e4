"""What every family keeps, and what each of them is."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from symhep.lie.bases import diagonal, dilatation, lorentz, poincare, so, su, translations
from symhep.lie.generators import Generators
from symhep.lie.groups import (
    AffineLine,
    Components,
    Exponential,
    Family,
    Iwasawa,
    Nonlinear,
    Particles,
    PlaneRotations,
    Similarity,
    Streams,
    reflections,
    space_and_time_inversions,
)
from symhep.torchkit.streams import ReplicaStreams, replica_seeds

SCREW = Generators("screw", (poincare()["J_z"] + poincare()["P_z"])[None], ("S",), affine=True)
EXCHANGES = [(0, 1, 2), (1, 2, 0)]
FAMILIES: list[Family] = [
    AffineLine(),
    AffineLine(intercept=1.0),
    Similarity(),
    Components(Similarity(), reflections(2)),
    Iwasawa(2),
    Iwasawa(3),
    Iwasawa(2, unimodular=True),
    Iwasawa(4, unimodular=True),
    PlaneRotations(2),
    PlaneRotations(4, [(0, 1), (2, 3)]),
    PlaneRotations(4),
    PlaneRotations(5),
    Exponential(so(4)),
    Exponential(lorentz()),
    Exponential(poincare()),
    Exponential(poincare().subset(["J_z", "P_t", "P_z"])),
    Exponential(SCREW),
    Components(Exponential(poincare()), space_and_time_inversions()),
    Particles(Exponential(poincare()), 2),
    Particles(Components(Exponential(lorentz()), space_and_time_inversions()), 3, EXCHANGES),
]
EVERY = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)


def _streams(replicas: int, seed: int = 0) -> ReplicaStreams:
    return ReplicaStreams(replica_seeds(np.random.SeedSequence(seed), replicas))


def _start(family: Family, replicas: int = 6) -> torch.Tensor:
    return family.initial(_streams(replicas)).double()


@EVERY
def test_shapes_and_labels(family: Family) -> None:
    start = family.initial(_streams(6))
    assert start.shape == (6, len(family)) == (6, len(set(family.labels)))
    d = family.vector
    assert family.matrices(start).shape == (6, d, d)
    assert family.translations(start).shape == (6, d)
    assert family.transform(start, torch.zeros(11, d)).shape == (6, 11, d)
    assert family.transform(start, torch.zeros(6, 11, d)).dtype == torch.float32
    assert family.matrices(start.double().reshape(2, 3, -1)).dtype == torch.float64


@EVERY
def test_transform_is_matrix_and_translation(family: Family) -> None:
    start = _start(family)
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 9, family.vector)))
    expected = torch.einsum("rij,rnj->rni", family.matrices(start), x) + family.translations(start)[:, None]
    torch.testing.assert_close(family.transform(start, x), expected, rtol=1e-12, atol=1e-11)


@EVERY
def test_a_replica_does_not_feel_its_neighbours(family: Family) -> None:
    start = _start(family)
    torch.testing.assert_close(start[:2], _start(family, 2), rtol=1e-6, atol=1e-6)
    alone = torch.stack([family.matrices(row) for row in start])
    torch.testing.assert_close(family.matrices(start), alone, rtol=1e-14, atol=1e-13)
    assert len({tuple(row) for row in start.tolist()}) == 6


@EVERY
def test_gradients(family: Family) -> None:
    discrete = [label in ("component", "exchange", "delta") for label in family.labels]
    start = _start(family, 2)
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(3, family.vector)))
    weights = torch.from_numpy(np.random.default_rng(2).normal(size=(3, family.vector)))
    fixed = start.masked_fill(~torch.tensor(discrete), 0.0)

    def moved(continuous: torch.Tensor) -> torch.Tensor:
        parameters = torch.where(torch.tensor(discrete), fixed, continuous)
        return family.transform(parameters, x)

    assert torch.autograd.gradcheck(moved, (start.requires_grad_(),))
    (gradient,) = torch.autograd.grad((family.transform(start, x) * weights).sum(), start)
    moving = gradient.ne(0).any(0)
    assert moving.tolist() == [not choice for choice in discrete]


@EVERY
def test_products_of_homogeneous_matrices_compose_the_maps(family: Family) -> None:
    one, two = _start(family), _start(family).flip(0)
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 9, family.vector)))
    product = family.homogeneous(one) @ family.homogeneous(two)
    expected = family.transform(one, family.transform(two, x))
    moved = x @ product[:, :-1, :-1].mT + product[:, None, :-1, -1]
    torch.testing.assert_close(moved, expected, rtol=1e-10, atol=1e-9)
    assert torch.equal(product[:, -1], torch.eye(family.vector + 1)[-1].double().expand(6, -1))


@EVERY
def test_pull_is_the_chain_rule(family: Family) -> None:
    """sum_n w_n . (A x_n + b) has d/dA = sum_n w_n x_n^T and d/db = sum_n w_n."""
    rng, start = np.random.default_rng(3), _start(family).requires_grad_()
    x, weights = (torch.from_numpy(rng.normal(size=(6, 5, family.vector))) for _ in range(2))
    (expected,) = torch.autograd.grad((family.transform(start, x) * weights).sum(), start)
    pulled = family.pull(start.detach(), weights.mT @ x, weights.sum(1))
    torch.testing.assert_close(pulled, expected, rtol=1e-10, atol=1e-10)
    (linear,) = torch.autograd.grad(
        (family.matrices(start) * (weights.mT @ x)).sum(), start, allow_unused=True
    )
    torch.testing.assert_close(family.pull(start.detach(), weights.mT @ x), linear, rtol=1e-10, atol=1e-10)


def test_pull_inside_of_inference_mode() -> None:
    family = Exponential(lorentz())
    with torch.inference_mode():
        pulled = family.pull(torch.zeros(1, 6), torch.ones(1, 4, 4))
    # exp(theta T) has the slope T at 0; a rotation is antisymmetric, a boost has two ones
    assert pulled.round(decimals=5).tolist() == [[0.0, 0.0, 0.0, 2.0, 2.0, 2.0]]


class _Squeeze(Nonlinear):
    """x -> x + a x^3."""

    name, labels, vector = "cubic", ("a",), 1

    def transform(self, parameters: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return x + parameters[..., None] * x**3

    def initial(self, streams: Streams) -> torch.Tensor:
        return streams.normal(1)


def test_maps_without_a_matrix() -> None:
    cubic = _Squeeze()
    assert not cubic.affine
    assert Similarity().affine
    assert cubic.transform(torch.tensor([[2.0]]), torch.tensor([[3.0]])).tolist() == [[[57.0]]]
    with pytest.raises(TypeError, match="the maps of cubic are not linear and have no matrix"):
        cubic.matrices(torch.zeros(1, 1))


def test_inference_first_and_training_after() -> None:
    family = Exponential(lorentz())
    with torch.inference_mode():
        family.matrices(torch.zeros(2, 6))
    parameters = torch.zeros(2, 6, requires_grad=True)
    family.matrices(parameters)[:, 0, 1].sum().backward()
    assert parameters.grad is not None
    assert parameters.grad[0].tolist() == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]  # K_x mixes E and px


@EVERY
def test_runs_where_no_value_can_be_read(family: Family) -> None:
    parameters = torch.zeros(5, len(family), device="meta")
    assert family.transform(parameters, torch.zeros(3, family.vector, device="meta")).device.type == "meta"


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_rotations_are_rotations(n: int) -> None:
    for family in (PlaneRotations(n), Exponential(so(n))):
        m = family.matrices(_start(family, 20))
        torch.testing.assert_close(m @ m.mT, torch.eye(n).double().expand(20, n, n), atol=1e-13, rtol=0)
        torch.testing.assert_close(m.det(), torch.ones(20).double())


def _plane_turn(a: int, b: int, theta: float) -> np.ndarray:
    """R(a) = a cos + b sin, R(b) = b cos - a sin: SymmetryGAN (35), (36)."""
    turn = np.eye(4)
    turn[a, a] = turn[b, b] = np.cos(theta)
    turn[a, b], turn[b, a] = np.sin(theta), -np.sin(theta)
    return turn


def test_so4_is_equation_37() -> None:
    """R1: p1x-p1y, R2: p1x-p2x, R3: p1x-p2y, R4: p1y-p2x, R5: p1y-p2y, R6: p2x-p2y on (p1x, p1y, p2x, p2y)."""
    theta = np.random.default_rng(2).uniform(0, 6, size=6)
    planes = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    product = np.eye(4)
    for plane, angle in zip(planes, theta, strict=True):
        product = product @ _plane_turn(*plane, angle)
    np.testing.assert_allclose(PlaneRotations(4).matrices(torch.from_numpy(theta)), product, atol=1e-14)


def test_so2_x_so2_is_equation_30() -> None:
    family = PlaneRotations(4, [(0, 1), (2, 3)])
    product = _plane_turn(0, 1, 0.3) @ _plane_turn(2, 3, -1.1)
    np.testing.assert_allclose(family.matrices(torch.tensor([0.3, -1.1]).double()), product, atol=1e-7)


def _iwasawa(d: float, theta: float, r: float, u: float) -> np.ndarray:
    """SymmetryGAN (24)."""
    c, s = np.cos(theta), np.sin(theta)
    mirror = np.diag([1.0, 1.0 if d > 0 else -1.0])
    return np.sqrt(abs(d)) * mirror @ [[c, s], [-s, c]] @ np.diag([r, 1 / r]) @ [[1.0, u], [0.0, 1.0]]


@pytest.mark.parametrize("d", [2.5, -0.4, 1.0, -1.0])
def test_the_affine_plane_is_equation_24(d: float) -> None:
    theta, r, u = 0.7, 1.8, -0.6
    parameters = torch.tensor([d, theta, math.log(r), u, 3.0, -2.0], dtype=torch.float64)
    np.testing.assert_allclose(Iwasawa(2).matrices(parameters), _iwasawa(d, theta, r, u), atol=1e-14)
    assert Iwasawa(2).translations(parameters).tolist() == [3.0, -2.0]
    if abs(d) == 1:
        parameters[0] = float(d < 0)
        found = Iwasawa(2, unimodular=True).matrices(parameters)
        np.testing.assert_allclose(found, _iwasawa(d, theta, r, u), atol=1e-14)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_determinants_of_the_affine_groups(n: int) -> None:
    general, special = Iwasawa(n), Iwasawa(n, unimodular=True)
    start = _start(general, 30)
    torch.testing.assert_close(general.matrices(start).det(), start[:, 0], rtol=1e-12, atol=1e-12)
    start = _start(special, 30)
    torch.testing.assert_close(special.matrices(start).det(), 1 - 2 * start[:, 0], rtol=1e-12, atol=1e-12)
    assert set(start[:, 0].tolist()) == {0.0, 1.0}
    assert len(special) == n * n - 1 + n + 1  # dimension of SL(n), translations, the bit


def test_every_affine_map_is_reached() -> None:
    """Iwasawa's theorem: the QR decomposition of any regular matrix gives its parameters."""
    target = np.random.default_rng(4).normal(size=(2, 2))
    q, upper = np.linalg.qr(target)
    q, upper = q * np.sign(np.diag(upper)), upper * np.sign(np.diag(upper))[:, None]
    d = np.linalg.det(target)
    turn = np.diag([1.0, np.sign(d)]) @ q
    r = upper[0, 0] / np.sqrt(abs(d))
    values = [d, np.arctan2(turn[0, 1], turn[0, 0]), np.log(r), upper[0, 1] / upper[0, 0], 0.0, 0.0]
    np.testing.assert_allclose(Iwasawa(2).matrices(torch.tensor(values).double()), target, atol=1e-14)


def test_reflections_make_o2() -> None:
    angle = torch.tensor(0.4, dtype=torch.float64)
    flipped = torch.stack([angle.cos(), angle.sin(), torch.tensor(1.0).double()])
    m = Components(Similarity(), reflections(2)).matrices(flipped)
    torch.testing.assert_close(m @ m.mT, torch.eye(2).double())
    assert m.det().item() == pytest.approx(-1)
    expected = [[math.cos(0.4), math.sin(0.4)], [math.sin(0.4), -math.cos(0.4)]]
    np.testing.assert_allclose(m, expected, atol=1e-15)


def test_poincare_is_a_lorentz_transformation_then_a_translation() -> None:
    theta = np.random.default_rng(5).normal(size=10)
    family = Exponential(poincare())
    parameters = torch.from_numpy(theta)
    np.testing.assert_allclose(
        family.matrices(parameters), expm(lorentz().combination(theta[:6])), rtol=1e-12, atol=1e-12
    )
    assert family.translations(parameters).tolist() == theta[6:].tolist()


def test_a_screw_turns_and_advances() -> None:
    quarter, along_x = (
        torch.tensor([[math.pi / 2]], dtype=torch.float64),
        torch.tensor([[1.0, 1.0, 0.0, 0.0]]),
    )
    moved = Exponential(SCREW).transform(quarter, along_x.double())
    np.testing.assert_allclose(moved[0, 0], [1.0, 0.0, 1.0, math.pi / 2], atol=1e-14)


def test_lorentz_components_keep_the_metric() -> None:
    family = Components(Exponential(lorentz()), space_and_time_inversions())
    start = _start(family, 40)
    m, metric = family.matrices(start), torch.diag(torch.tensor([1.0, -1, -1, -1])).double()
    torch.testing.assert_close(m.mT @ metric @ m, metric.expand(40, 4, 4), atol=1e-11, rtol=0)
    signs = {(round(e.det().item()), e[0, 0].item() > 0) for e in m}
    assert signs == {(1, True), (-1, True), (-1, False), (1, False)}


def test_all_particles_move_alike() -> None:
    theta = torch.from_numpy(np.random.default_rng(6).normal(size=10) / 2)
    large = expm(diagonal(poincare().subset(lorentz().labels), 2).combination(theta[:6].numpy()))[:8, :8]
    np.testing.assert_allclose(Particles(Exponential(poincare()), 2).matrices(theta), large, atol=1e-12)


def test_exchanged_particles_arrive_in_their_places() -> None:
    family = Particles(Exponential(dilatation(1)), 3, EXCHANGES)
    cyclic = torch.tensor([[math.log(2.0), 1.0]]).double()
    moved = family.transform(cyclic, torch.tensor([[10.0, 20.0, 30.0]]).double())
    np.testing.assert_allclose(moved[0, 0], [60.0, 20.0, 40.0])  # particle i to place (1, 2, 0)[i], doubled


def test_starts() -> None:
    many = _streams(400, 7)
    assert AffineLine().initial(many).abs().max() <= 5
    assert Similarity().initial(many).abs().max() <= 1
    angles = PlaneRotations(4).initial(many)
    assert (angles.min() >= 0, angles.max() < 2 * math.pi) == (True, True)
    both = Exponential(lorentz()).initial(many)
    turns, rapidities = both[:, :3], both[:, 3:]
    # uniform over [-pi, pi], and normal of width 1/2; 1200 numbers, five standard errors
    assert turns.abs().max() <= math.pi
    assert turns.std().item() == pytest.approx(math.pi / 3**0.5, abs=5 * 1.81 / (5 * 1200) ** 0.5)
    assert rapidities.std().item() == pytest.approx(0.5, abs=5 * 0.5 / (2 * 1200) ** 0.5)
    components = Components(Exponential(lorentz()), space_and_time_inversions()).initial(many)[:, -1]
    assert components.unique(return_counts=True)[1].min() > 100 - 5 * 75**0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Exponential(su(2)), r"su\(2\) is complex; use realify"),
        (lambda: Exponential(translations(2).subset([])), "contains no generator"),
        (lambda: PlaneRotations(1), "at least two dimensions, not 1"),
        (lambda: PlaneRotations(3, [(0, 3)]), r"\(0, 3\) is not a plane in 3 dimensions"),
        (lambda: PlaneRotations(3, []), "at least one plane"),
        (
            lambda: Components(Similarity(), np.eye(3)[None]),
            r"must have the shape \(M, 2, 2\), not \(1, 3, 3\)",
        ),
        (lambda: Particles(Similarity(), 2, [(0, 1, 2)]), "permutations of 2 particles"),
        (lambda: Particles(Similarity(), 2, [(0, 0)]), r"\(0, 0\) is not a permutation"),
    ],
)
def test_families_that_make_no_sense(wrong: Callable[[], Family], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()
