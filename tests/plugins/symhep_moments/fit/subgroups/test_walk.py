"""The lattice of subgroups: what survives is what the events respect, wherever its axis points."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import CardError, MethodError
from symhep.hypotheses.subgroups.options import SubgroupOptions
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Walked
from symhep.lie.bases import dilatation, lorentz, poincare, so
from symhep.lie.generators import Generators
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups import lattice, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.conjugation import adjoint_exponential
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.candidates import candidate_tests
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import chain
from symhep_moments.fit.subgroups.coordinates import catalogue_of, coordinates, within
from symhep_moments.fit.subgroups.walk import lattice_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.support import support_of
from symhep_moments.sample import Events

CATALOGUE = poincare_subgroups()
CONSTANTS = structure_constants(poincare().matrices).constants
FUNCTIONS = 20


def respecting(rows: np.ndarray, seed: int = 1, noise: float = 0.01) -> Moments:
    """Moments that vanish along the rows (r, 10) and nowhere else, but for noise."""
    rng = np.random.default_rng(seed)
    q = np.linalg.qr(rows.T)[0]
    mean = rng.normal(size=(FUNCTIONS, 10)) @ (np.eye(10) - q @ q.T) + noise * rng.normal(
        size=(FUNCTIONS, 10)
    )
    covariance = noise**2 * np.eye(10 * FUNCTIONS).reshape(FUNCTIONS, 10, FUNCTIONS, 10)
    blocks = {"low": slice(0, 14), "fourier": slice(14, FUNCTIONS)}
    return Moments(mean, covariance, 1e6, poincare(), tuple(f"f{k}" for k in range(FUNCTIONS)), blocks)


def of_moments(moments: Moments, candidates: Generators | None = None) -> Walked[SubgroupRow]:
    return lattice_test(moments, chain(moments), candidates=candidates)


def of_events(momenta: np.ndarray) -> Walked[SubgroupRow]:
    scale = float(np.sqrt((momenta**2).mean()))
    x = torch.from_numpy(momenta / scale)
    events = Events(
        x, torch.ones(len(x), dtype=torch.float64), scale, ("E", "px", "py", "pz"), "GeV", True, poincare()
    )
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(1))
    moments = moments_of(x, events.weights, functions, poincare()).restricted(support_of(events).tangent)
    return lattice_test(moments, chain(moments), candidates=poincare(), scale=scale)


def test_dijets_respect_turns_about_the_beam() -> None:
    found = of_events(Dijets().draw(np.random.default_rng(4), 2000))
    assert found.maximal == ("SO(2)",)
    turn = found["SO(2)"]
    assert turn.how == "tested"
    assert turn.free == 0
    assert turn.generators is not None
    axis = np.array(turn.generators)[0, :3] / np.linalg.norm(np.array(turn.generators)[0, :3])
    assert abs(axis[2]) > 0.999
    assert turn.at_lab
    assert found["SO(3)"].how == "rank"
    assert found["SO(3)"].rejected
    boost = found["SO(1,1)"].log10_p
    assert boost is not None
    assert boost < -100


def test_axis_that_is_not_z_is_found() -> None:
    """Dijets turned by 0.7 about y: the axis of symmetry is (sin 0.7, 0, cos 0.7); at the lab's z there is none."""
    momenta = Dijets().draw(np.random.default_rng(4), 2000)
    turned = momenta.copy()
    turned[..., 1] = np.cos(0.7) * momenta[..., 1] + np.sin(0.7) * momenta[..., 3]
    turned[..., 3] = -np.sin(0.7) * momenta[..., 1] + np.cos(0.7) * momenta[..., 3]
    found = of_events(turned)
    assert found.maximal == ("SO(2)",)
    turn = found["SO(2)"]
    assert turn.generators is not None
    assert turn.element is not None
    axis = np.array(turn.generators)[0, :3] / np.linalg.norm(np.array(turn.generators)[0, :3])
    assert abs(axis @ [np.sin(0.7), 0.0, np.cos(0.7)]) > 0.999
    assert turn.at_lab is False
    assert turn.lab is not None
    assert turn.lab.rejected
    # the element moves the catalogue's J_z there, in the events' unit
    element = np.array(turn.element)
    moved = element @ CATALOGUE.matrices("SO(2)")[0] @ np.linalg.inv(element)
    np.testing.assert_allclose(
        moved, poincare().combination(np.array(turn.generators))[0], atol=1e-6 * np.abs(moved).max()
    )


def test_decays_at_rest_respect_all_turns_and_nothing_leaves_their_surface() -> None:
    found = of_events(TwoBody(mass=91).draw(np.random.default_rng(2), 2000))
    assert found.maximal == ("SO(3)",)
    assert found["SO(2)"].free == 2
    boost = found["SO(1,1)"]
    assert (boost.how, boost.log10_p, boost.rejected, boost.survives) == ("support", None, None, False)
    assert {test.how for test in found.rows} == {"tested", "support"}


@pytest.mark.parametrize("name", ["SO(2)", "four-screw", "SO(2) x SO(1,1)", "SO(2), P_z", "SO(3)"])
def test_moved_group_survives_with_all_below_it(name: str) -> None:
    direction = 0.3 * np.random.default_rng(7).normal(size=10)
    rows = CATALOGUE[name].coefficients() @ adjoint_exponential(direction, CONSTANTS).T
    found = of_moments(respecting(rows))
    below = {name, *lattice(CATALOGUE).below[name]}
    assert name in found.maximal
    assert not [test.name for test in found.rows if test.name in below and test.rejected]
    above = [test for test in found.rows if name in lattice(CATALOGUE).below[test.name]]
    assert all(test.rejected for test in above)
    q, wanted = (np.linalg.qr(r.T)[0] for r in (np.array(found[name].generators), rows))
    assert np.linalg.norm(q - wanted @ wanted.T @ q, ord=2) < 0.05


def test_families_that_only_touch_a_special_class_do_not_survive_beside_it() -> None:
    found = of_moments(respecting(np.eye(10)[2:3]))
    assert found.maximal == ("SO(2)",)
    assert found["four-screw"].limit_of == ("SO(2)",)
    assert found["J_z + a P_z"].limit_of == ("SO(2)",)
    screw = np.zeros((1, 10))
    screw[0, 2], screw[0, 5] = 1.0, 0.5
    found = of_moments(respecting(screw))
    assert found.maximal == ("four-screw",)
    assert found["SO(2)"].rejected
    assert found["four-screw"].parameters["c"] == pytest.approx(0.5, abs=0.05)


def test_no_symmetry_leaves_nothing() -> None:
    found = of_moments(respecting(np.zeros((0, 10))))
    assert found.maximal == ()
    assert all(test.rejected and test.how == "rank" for test in found.rows)


def test_every_class_and_every_position_is_a_hypothesis() -> None:
    found = of_moments(respecting(np.eye(10)[2:3]))
    assert found.hypotheses == 141 + sum(not c.continuous for c in CATALOGUE.classes)


def test_only_the_classes_that_are_asked_for() -> None:
    moments = respecting(np.eye(10)[:3])
    some = lattice_test(moments, chain(moments), options=SubgroupOptions(classes=("SO(3)",)))
    assert {row.name for row in some.rows if row.how != "candidates"} == {"SO(3)", "SO(2)"}
    assert some.maximal == ("SO(3)",)
    small = lattice_test(moments, chain(moments), options=SubgroupOptions(catalogue="lorentz"))
    assert (small.order.catalogue.key, small.maximal) == ("lorentz", ("SO(3)",))


def test_the_position_of_one_generator_has_the_p_of_that_candidate() -> None:
    """'SO(2) about z' and 'J_z' are one hypothesis, with one p-value."""
    moments = respecting(np.eye(10)[2:3])
    lab = of_moments(moments)["SO(2)"].lab
    j_z = next(test for test in candidate_tests(moments) if test.label == "J_z")
    assert lab is not None
    assert lab.log10_p == pytest.approx(j_z.p.log10_p, rel=1e-9)


def test_classes_outside_the_candidates_are_not_tested() -> None:
    turns = respecting(np.eye(10)[:3]).restricted(np.eye(10)[:, :3])
    found = of_moments(turns)
    assert found.order.catalogue.key == "lorentz"
    assert found.maximal == ("SO(3)",)
    boost = found["SO(1,1)"]
    assert (boost.how, boost.rejected, boost.log10_p) == ("candidates", None, None)
    assert of_moments(turns, lorentz())["SO(1,1)"].how == "support"


def test_candidates_beyond_the_group_are_left_out() -> None:
    both = poincare() + dilatation(4)
    moments = respecting(np.eye(10)[2:3])
    wide = Moments(
        np.c_[moments.mean, np.ones(FUNCTIONS)],
        1e-4 * np.eye(11 * FUNCTIONS).reshape(FUNCTIONS, 11, FUNCTIONS, 11),
        1e6, both, moments.labels, moments.blocks,
    )  # fmt: skip
    assert of_moments(wide).maximal == ("SO(2)",)


def test_coordinates_and_catalogues() -> None:
    inside, rows = coordinates(lorentz().subset(["K_z", "J_x"]), lorentz_subgroups())
    np.testing.assert_allclose(inside, np.eye(2))
    np.testing.assert_allclose(rows, np.eye(6)[:, [5, 0]], atol=1e-12)
    assert catalogue_of(poincare().subset(["J_z", "P_z"])).key == "poincare"
    assert catalogue_of(lorentz()).key == "lorentz"
    constants = structure_constants(lorentz().matrices).constants
    assert set(within(lorentz_subgroups().classes, np.eye(6)[:, :3], constants)) == {"SO(3)", "SO(2)"}


def test_generators_of_other_vectors_are_refused() -> None:
    moments = Moments(
        np.zeros((9, 3)),
        np.eye(27).reshape(9, 3, 9, 3),
        99.0,
        so(3),
        tuple("abcdefghi"),
        {"low": slice(0, 9)},
    )
    with pytest.raises(
        CardError, match=r"acts on 3 components, but Poincare transformations act on \(E, px, py, pz\)"
    ):
        of_moments(moments)


def test_candidates_without_any_of_the_group_are_refused() -> None:
    scaling = respecting(np.eye(10)[2:3]).restricted(np.eye(10)[:, :1])
    moments = Moments(
        scaling.mean, scaling.covariance, scaling.nu, dilatation(4), scaling.labels, scaling.blocks
    )
    with pytest.raises(MethodError, match="no candidate is a generator of"):
        of_moments(moments)
