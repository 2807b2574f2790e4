"""Groups are named from their elements, or nothing is claimed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.lie.bases import dilatation, gl, lorentz, so
from symhep.lie.generators import Generators
from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.infer import infer, without
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.inference.span import span_of
from symhep_symmetrygan.inference.tangents import Tangents

Build = Callable[..., np.ndarray]
Measure = Callable[..., tuple[np.ndarray, np.ndarray]]

FLIP = np.diag([1.0, -1.0])
#: Of two vectors in the plane: common rotation, reflection of both, exchange.
COMMON = np.kron(np.eye(2), [[0.0, -1.0], [1.0, 0.0]])
BOTH, EXCHANGE = np.kron(np.eye(2), FLIP), np.kron([[0.0, 1.0], [1.0, 0.0]], np.eye(2))
JETS = ("px1", "py1", "px2", "py2")


def told(found: tuple[np.ndarray, np.ndarray], generators: Generators, names: tuple[str, ...]) -> Inference:
    """All elements kept, independent errors."""
    kept = np.ones(len(found[0]), dtype=bool)
    return infer(*found, kept, generators, names=names, independent=True)


def rows(found: Inference) -> dict[str, ComponentRecord]:
    return {row.name: row for row in found.components}


def test_reflections_have_no_logarithm_and_are_not_the_identity(homogeneous: Build, turns: Build) -> None:
    """All directions of the space are flat, so that no error tells the cosets apart."""
    rng = np.random.default_rng(1)
    mirrored = rng.random(40) < 0.5
    exact = turns(rng.uniform(0, 2 * np.pi, 40)) @ np.where(mirrored[:, None, None], FLIP, np.eye(2))
    found = told((homogeneous(exact), np.zeros((40, 1, 1))), so(2), ("x1", "x2"))
    assert set(rows(found)) == {"identity", "reflection(x2)"}
    assert np.array_equal(found.component, mirrored.astype(int))
    assert found.component_group is not None
    assert found.component_group.orders == {"1": 1, "2": 1}


def test_an_error_that_all_elements_share_is_no_direction(homogeneous: Build, turns: Build) -> None:
    """All scales are off by two standard errors: for 40 independent ones impossible, for one error usual."""
    rng = np.random.default_rng(2)
    scaled = np.exp(-0.02) * turns(rng.uniform(0, 2 * np.pi, 40))
    information = np.tile(np.diag([0.0, 1e4]), (40, 1, 1))
    similar = so(2) + dilatation(2)
    for independent, dimension in ((False, 1), (True, 2)):
        kept = np.ones(40, dtype=bool)
        found = infer(homogeneous(scaled), information, kept, similar, independent=independent)
        assert found.algebra.dimension == dimension
    assert found.notes == ()


def test_o2_is_a_circle_with_reflections(homogeneous: Build, turns: Build, measure: Measure) -> None:
    rng = np.random.default_rng(1)
    mirrored = rng.random(40) < 0.5
    exact = turns(rng.uniform(0, 2 * np.pi, 40)) @ np.where(mirrored[:, None, None], FLIP, np.eye(2))
    found = told(measure(rng, homogeneous(exact), gl(2), 0.01), gl(2), ("x", "y"))
    assert (found.algebra.kind, found.algebra.name, found.algebra.dimension) == ("continuous", "so(2)", 1)
    direction = np.tensordot(found.generators[0], np.asarray(gl(2).matrices), 1)
    assert np.abs(direction / direction[1, 0] - [[0, -1], [1, 0]]).max() < 0.02
    assert set(rows(found)) == {"identity", "reflection(y)"}
    reflection = rows(found)["reflection(y)"]
    assert (reflection.action, reflection.order, reflection.kept) == (
        "anticommutes",
        2,
        int(mirrored.sum()),
    )
    assert found.component_group is not None
    assert found.component_group.name == "Z_2"
    assert np.array_equal(found.component, mirrored.astype(int))


def test_products_that_do_not_close_are_given_up(homogeneous: Build, turns: Build, measure: Measure) -> None:
    """Few elements of D_8: a product that misses its coset by chance must not be multiplied on for ever."""
    rng = np.random.default_rng(8)
    mirrored = rng.random(40) < 0.5
    exact = turns(2 * np.pi * rng.integers(0, 8, 40) / 8) @ np.where(mirrored[:, None, None], FLIP, np.eye(2))
    found = told(measure(rng, homogeneous(exact), gl(2), 0.01), gl(2), ("x", "y"))
    assert found.algebra.kind == "finite"
    assert found.finite is not None
    assert found.finite.name == ("D_8" if found.finite.closed else "not closed")


@pytest.mark.parametrize(("q", "sigma"), [(4, 0.02), (8, 0.01)])
def test_dihedral_elements_are_not_a_circle(
    q: int, sigma: float, homogeneous: Build, turns: Build, measure: Measure
) -> None:
    rng = np.random.default_rng(q)
    mirrored = rng.random(60) < 0.5
    exact = turns(2 * np.pi * rng.integers(0, q, 60) / q)
    exact = exact @ np.where(mirrored[:, None, None], FLIP, np.eye(2))
    found = told(measure(rng, homogeneous(exact), gl(2), sigma), gl(2), ("x", "y"))
    assert (found.algebra.kind, found.algebra.dimension) == ("finite", 0)
    assert found.finite is not None
    assert (found.finite.name, found.finite.order, found.finite.closed) == (f"D_{q}", 2 * q, True)
    # of D_q: the turns have the orders of Z_q, and there are q reflections
    orders = [q // np.gcd(k, q) for k in range(q)] + [2] * q
    assert found.finite.orders == {str(n): orders.count(n) for n in sorted(set(orders))}
    assert (found.finite.rotations, found.finite.reflections) == (q, q)


def test_two_clusters_on_the_line(
    homogeneous: Build, measure: Measure, affine: Callable[[int], Generators]
) -> None:
    rng = np.random.default_rng(4)
    back = rng.random(30) < 0.5
    exact = homogeneous(
        np.where(back, -1.0, 1.0)[:, None, None], np.where(back, 1.0, 0.0)[:, None]
    )  # x, 1 - x
    found = told(measure(rng, exact, affine(1), 0.01), affine(1), ("x",))
    assert found.algebra.kind == "finite"
    assert found.finite is not None
    assert found.finite.name == "Z_2"
    name = next(n for n in rows(found) if n != "identity")
    assert name.startswith("reflection(x) about 0.5") or name.startswith("reflection(x) about 0.49")
    assert rows(found)[name].order == 2


def test_isotropy(homogeneous: Build, measure: Measure) -> None:
    rng = np.random.default_rng(5)
    q = np.linalg.qr(rng.normal(size=(14, 3, 3)))[0]
    q *= np.linalg.det(q)[:, None, None]
    found = told(measure(rng, homogeneous(q), gl(3), 0.01), gl(3), ("x", "y", "z"))
    assert (found.algebra.kind, found.algebra.name, found.algebra.dimension) == ("continuous", "so(3)", 3)
    assert [row.name for row in found.components] == ["identity"]


def test_boosts_and_rotations_about_one_axis(homogeneous: Build, measure: Measure) -> None:
    rng = np.random.default_rng(6)
    group = lorentz()
    turn, boost = np.asarray(group["J_z"]), np.asarray(group["K_z"])
    exact = np.array(
        [expm(a * turn + y * boost) for a, y in zip(rng.uniform(-3, 3, 12), rng.normal(size=12), strict=True)]
    )
    found = told(measure(rng, homogeneous(exact), group, 0.005), group, ("E", "px", "py", "pz"))
    assert (found.algebra.kind, found.algebra.name) == ("continuous", "so(2) + so(1,1)")
    assert {label.strip("-") for label in found.labels} == {"J_z", "K_z"}
    assert (found.action == "commutes").all()
    assert (found.action_p > 1e-4).all()


@pytest.fixture(scope="module")
def dijets(homogeneous: Build, turns: Build, measure: Measure) -> tuple[np.ndarray, Inference]:
    """Of SO(4): turns of both jets with {1, F, S, SF}, flat along the turns; S and SF are off by 0.05 and rejected."""
    rng = np.random.default_rng(7)
    both = np.kron(np.eye(2), np.ones((2, 2))) * np.tile(turns(rng.uniform(0, 2 * np.pi, 32)), (1, 2, 2))
    coset = rng.integers(0, 4, 32)
    exact = np.array([np.eye(4), BOTH, EXCHANGE, EXCHANGE @ BOTH])[coset] @ both
    flat = np.array([np.sum(COMMON * t) for t in np.asarray(so(4).matrices)])
    elements, information = measure(rng, homogeneous(exact), so(4), 0.01, flat)
    moved, _ = measure(rng, elements, so(4), 0.05)
    kept = coset < 2
    elements = np.where(kept[:, None, None], elements, moved)
    return coset, infer(elements, information, kept, so(4), names=JETS)


def test_dijets_have_a_common_rotation(dijets: tuple[np.ndarray, Inference]) -> None:
    _, found = dijets
    assert (found.algebra.kind, found.algebra.name, found.labels[0].strip("-")) == (
        "continuous",
        "so(2)",
        "J_12 + J_34",
    )
    away = np.abs(np.abs(found.generators[0]) - np.array([1, 0, 0, 0, 0, 1]) / np.sqrt(2))
    assert (away < 4 * found.errors[0] + 1e-9).all()


def test_dijets_have_a_kept_reflection_and_approximate_exchanges(
    dijets: tuple[np.ndarray, Inference],
) -> None:
    coset, found = dijets
    table = rows(found)
    assert [row.verdict for row in found.components] == ["kept", "kept", "approximate", "approximate"]
    expected = {"identity": 0, "reflection(py)": 1, "exchange(1,2)": 2, "exchange(1,2) x reflection(py)": 3}
    actions = ["commutes", "anticommutes", "commutes", "anticommutes"]
    for name, number in expected.items():
        assert table[name].elements == (coset == number).sum()
        assert table[name].action == actions[number]
    assert table["reflection(py)"].order == 2  # a continuous family of Z_2
    assert table["identity"].order is None
    kept = coset < 2
    assert (found.action_p[kept] > 1e-3).all()
    assert (found.action[kept] == np.array(actions)[coset[kept]]).all()


def test_too_few_elements_claim_nothing(homogeneous: Build, turns: Build, measure: Measure) -> None:
    rng = np.random.default_rng(8)
    elements, information = measure(rng, homogeneous(turns(rng.uniform(0, 6, 5))), gl(2), 0.05)
    found = infer(elements, information, np.ones(5, dtype=bool), gl(2))
    assert (found.algebra.kind, found.algebra.dimension, list(found.components)) == (
        "not determined",
        None,
        [],
    )
    none = infer(elements, information, np.zeros(5, dtype=bool), gl(2))
    assert none.algebra.why == "0 of 5 elements are accepted, at least 3 are needed"


def test_large_errors_claim_nothing(homogeneous: Build, turns: Build, measure: Measure) -> None:
    """Eight points on a circle with errors as large as their distance could be a circle."""
    rng = np.random.default_rng(9)
    exact = homogeneous(turns(2 * np.pi * rng.integers(0, 8, 40) / 8))
    found = told(measure(rng, exact, so(2), 0.5), so(2), ("x", "y"))
    assert found.algebra.kind == "not determined"


def test_points_and_circles_are_seldom_confused(homogeneous: Build, turns: Build, measure: Measure) -> None:
    """Toys with 4 to 30 elements and errors of 0.003 to 0.3: wrong claims in either direction, of 15 each."""
    rng = np.random.default_rng(10)
    tangents = Tangents.of(so(2))
    wrong, right = {"continuous": 0, "finite": 0}, {"continuous": 0, "finite": 0}
    for k in range(30):
        count, sigma = int(rng.integers(4, 31)), float(np.exp(rng.uniform(np.log(0.003), np.log(0.3))))
        order = int(rng.integers(2, 13))
        angles = (
            2 * np.pi * rng.integers(0, order, count) / order if k % 2 else rng.uniform(0, 2 * np.pi, count)
        )
        elements, information = measure(rng, homogeneous(turns(angles)), so(2), sigma)
        kind = span_of(Measured.of(elements, information, tangents).with_identity()).kind
        if kind != "not determined":
            (right if kind == ("finite" if k % 2 else "continuous") else wrong)[kind] += 1
    assert wrong["finite"] <= 1  # level 0.01 of 15: more than 1 with a probability of 1e-2
    assert wrong["continuous"] <= 3  # level 0.05 of 15: more than 3 with 5e-3
    assert min(right.values()) > 4


def test_points_of_a_term_along_a_flat_direction_are_a_finite_group(turns: Any, homogeneous: Any) -> None:
    """Seventh roots of unity, scattered by 1e-4 rad along the angle, which the events do not see: Z_7 and no so(2)."""
    rng = np.random.default_rng(21)
    angles = 2 * np.pi * rng.integers(0, 7, 60) / 7 + 1e-4 * rng.normal(size=60)
    lengths = np.repeat(1 + 1e-3 * rng.normal(size=60), 1)
    elements = homogeneous(turns(angles) * lengths[:, None, None])
    both = (so(2) + dilatation(2)).homogeneous()
    information = np.tile(np.diag([0.0, 1e6]), (60, 1, 1))
    found = infer(elements, information, np.ones(60, dtype=bool), both, drawn=True)
    assert found.algebra.kind == "finite"
    assert found.finite is not None
    assert (found.finite.name, found.finite.order, found.finite.found) == ("Z_7", 7, 7)
    assert found.algebra.unseen == ("J_12",)
    assert len(found.basis) == 0


def test_a_term_that_leaves_elements_spread_evenly_makes_no_finite_group(
    turns: Any, homogeneous: Any
) -> None:
    angles = np.random.default_rng(22).uniform(0, 2 * np.pi, 60)
    both = (so(2) + dilatation(2)).homogeneous()
    information = np.tile(np.diag([0.0, 1e6]), (60, 1, 1))
    found = infer(homogeneous(turns(angles)), information, np.ones(60, dtype=bool), both, drawn=True)
    assert (found.algebra.kind, found.algebra.name) == ("continuous", "so(2)")


def _octagon(
    turns: Any, homogeneous: Any, rng: np.random.Generator, error: float, stray: float | None
) -> Any:
    """Elements of D_8, those of a coset moved alike by the fluctuations of the sample; one more at a wrong angle."""
    rotations = turns(np.pi / 4 * np.arange(8))
    group = np.concatenate([rotations, rotations @ np.diag([1.0, -1.0])])
    moved = turns(error * rng.normal(size=16) * (np.arange(16) > 0)) @ group
    coset = np.concatenate([np.arange(16), rng.integers(0, 16, 60)])
    elements = turns(0.02 * error * rng.normal(size=76)) @ moved[coset]
    if stray is not None:
        elements = np.concatenate([elements, turns(np.array([stray]))])
    information = np.tile([[1 / error**2]], (len(elements), 1, 1))
    return infer(homogeneous(elements), information, np.ones(len(elements), dtype=bool), so(2))


@pytest.mark.parametrize("seed", range(4))
def test_an_octagon_is_the_dihedral_group_of_sixteen_elements(
    turns: Any, homogeneous: Any, seed: int
) -> None:
    found = _octagon(turns, homogeneous, np.random.default_rng(seed), 0.03, None)
    assert found.algebra.kind == "finite"
    assert (found.finite.name, found.finite.order, found.finite.closed) == ("D_8", 16, True)


def test_a_component_that_held_out_events_reject_is_no_part_of_the_group(
    turns: Any, homogeneous: Any
) -> None:
    """One element between two corners: the products do not close with it, and do without."""
    found = _octagon(turns, homogeneous, np.random.default_rng(1), 0.03, stray=np.radians(115.0))
    assert found.finite is not None
    assert found.finite.name != "D_8"
    (wrong,) = [c for c, row in enumerate(found.components) if row.kept == 1]
    left = without(found, [wrong], np.ones(77, dtype=bool))
    assert left.finite is not None
    assert (left.finite.name, left.finite.points_left_out) == ("D_8", 1)
    assert found.representatives_covariance[wrong].any()
    assert not found.representatives_covariance[0].any()
