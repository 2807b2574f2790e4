"""Search spaces by name: what they act on, what their tangents are, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.linalg import expm

import symhep
from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.lie.groups import AffineLine, PlaneRotations
from symhep.plugin.manager import Registry, build_registry
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.sample import Events, Rows, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.options import SearchOptions
from symhep_symmetrygan.spaces.space import Space

JETS = tuple(f"{c}{p}" for p in (1, 2) for c in ("E", "px", "py", "pz"))


def momenta(count: int = 60) -> Events:
    rng = np.random.default_rng(1)
    p = rng.normal(size=(count, 2, 3))
    x = np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], axis=2).reshape(count, 8)
    weights = torch.ones(count // 2, dtype=torch.float64)
    parts = [Sample(torch.from_numpy(x[k::2]), weights) for k in (0, 1)]
    return Events(*parts, 2, 4, JETS, ("E", "px", "py", "pz"), ("jet[0]", "jet[1]"), "GeV", 1.0)


def features(size: int, vectors: int = 1) -> Events:
    rng = np.random.default_rng(2)
    data = Dataset.from_array(rng.normal(size=(60, size)), scaling="isotropic")
    return Rows.of(data, vectors=vectors).split(rng)


def on_plane(group: str, **more: Any) -> dict[str, Any]:
    """Of two vectors in their transverse plane."""
    return {"group": group, "on": ["px1", "py1", "px2", "py2"], "marginal": True, **more}


def searched(search: Any, events: Events) -> Space:
    """The space of ``search`` as a card has it."""
    return read_space(SearchOptions.model_validate(search), events)


def elements(space: Space, count: int = 40) -> np.ndarray:
    """Random elements of a space as homogeneous matrices."""
    family = space.family
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(3), count))
    parameters = family.initial(streams).double()
    d = family.vector
    whole = torch.zeros(count, d + 1, d + 1, dtype=torch.float64)
    whole[:, :d, :d], whole[:, :d, d] = family.matrices(parameters), family.translations(parameters)
    whole[:, d, d] = 1.0
    return whole.numpy()


@pytest.mark.parametrize(
    ("text", "events", "parameters", "tangents"),
    [
        (on_plane("so(4)"), momenta(), 6, 6),
        (on_plane("so(2)xso(2)"), momenta(), 2, 2),
        (on_plane("so(2)"), momenta(), 1, 1),
        ("lorentz", momenta(), 6, 6),
        ("poincare", momenta(), 10, 10),
        ("so(3)", momenta(), 3, 3),
        ("so(1,3)+D", momenta(), 7, 7),
        ("so(8)", momenta(), 28, 28),
        ("SIM(2)", momenta(), 4, 4),
        ({"group": ["J_z", "K_z + 0.5*J_x"]}, momenta(), 2, 2),
        ({"group": ["J_z", "P_x"]}, momenta(), 2, 2),
        ("so(3)", features(3), 3, 3),
        ("o(3)", features(3), 4, 3),
        ("sl(2)+T", features(4, 2), 5, 5),
        ("similarity", features(2), 2, 2),
        ("similarity", features(4, 2), 2, 2),
        ("agl(2)", features(2), 6, 6),
        ("asl(3)", features(3), 12, 11),  # the sign of the determinant is a parameter, and no tangent
        ("line", features(1), 2, 2),
        ("line(1)", features(1), 1, 1),
        ({"group": "line", "on": ["pz2"], "marginal": True}, momenta(), 2, 2),
    ],
)
def test_a_space_has_the_right_size(text: Any, events: Events, parameters: int, tangents: int) -> None:
    space = searched(text, events)
    size = space.of(events).size
    assert (len(space.family), space.family.vector) == (parameters, size)
    assert space.generators is not None
    assert space.generators.affine
    assert space.generators.matrices.shape == (tangents, size + 1, size + 1)
    assert np.linalg.matrix_rank(space.generators.matrices.reshape(tangents, -1)) == tangents


@pytest.mark.parametrize(
    ("text", "events", "still"),
    [
        (on_plane("so(4)"), momenta(), lambda g: g[:, :4, :4] @ g[:, :4, :4].swapaxes(1, 2)),
        ("asl(2)", features(2), lambda g: np.abs(np.linalg.det(g[:, :2, :2]))),
        (
            "lorentz",
            momenta(),
            lambda g: g[:, :4, :4].swapaxes(1, 2) @ np.diag([1, -1, -1, -1]) @ g[:, :4, :4],
        ),
        ("line(1)", features(1), lambda g: g[:, 0, 1]),
        ("similarity", features(2), lambda g: np.stack([g[:, 0, 0] - g[:, 1, 1], g[:, 0, 1] + g[:, 1, 0]])),
        (on_plane("so(2)xso(2)"), momenta(), lambda g: g[:, 0:2, 2:4]),
        ("so(3)", momenta(), lambda g: np.stack([g[:, 0, 1:4], g[:, 1:4, 0]])),
    ],
)
def test_tangents_stay_in_the_space(text: Any, events: Events, still: object) -> None:
    """What is fixed on all of the space, by a formula of its own, is fixed by exp(delta T) g too."""
    space = searched(text, events)
    assert space.generators is not None
    assert callable(still)
    delta = np.random.default_rng(4).normal(size=len(space.generators))
    g = elements(space)
    np.testing.assert_allclose(still(expm(space.generators.combination(delta)) @ g), still(g), atol=1e-10)


def test_one_matrix_moves_both_vectors_alike() -> None:
    g = elements(searched("lorentz", momenta()))
    np.testing.assert_allclose(g[:, :4, :4], g[:, 4:8, 4:8])
    assert not g[:, :4, 4:8].any()


def test_coordinates_by_name() -> None:
    events = momenta()
    space = searched(on_plane("so(4)"), events)
    seen = space.of(events)
    assert (seen.names, seen.components, seen.particles) == (("px1", "py1", "px2", "py2"), ("px", "py"), 2)
    both = torch.cat([seen.train.x, seen.held.x])
    assert float((both**2).mean()) == pytest.approx(1.0)
    np.testing.assert_allclose(seen.held.x * seen.scale, events.held.x[:, [1, 2, 5, 6]] * events.scale)
    assert (
        searched({"group": "so(3)", "on": ["pz1", "px2", "E1"], "marginal": True}, events)
        .of(events)
        .particles
        == 1
    )
    assert searched("lorentz", events).of(events) is events


def test_discrete_elements_multiply_the_connected_part() -> None:
    events = momenta()
    space = searched(on_plane("so(2)xso(2)", components=["reflection(py)", "exchange"]), events)
    # mirror and exchange commute: four elements
    assert space.components == ("1", "reflection(py)", "exchange(1,2)", "exchange(1,2)*reflection(py)")
    assert space.discrete == ("component",)
    assert space.family.labels[-1] == "component"
    parameters = torch.zeros(4, 3, dtype=torch.float64)
    parameters[:, -1] = torch.arange(4)
    moved = space.family.transform(parameters, torch.tensor([[1.0, 2.0, 3.0, 4.0]], dtype=torch.float64))
    assert moved[:, 0].tolist() == [[1, 2, 3, 4], [1, -2, 3, -4], [3, 4, 1, 2], [3, -4, 1, -2]]


def test_inversions_are_those_of_the_lorentz_group() -> None:
    space = searched({"group": "lorentz", "components": ["P", "T"]}, momenta())
    parameters = torch.zeros(4, 7, dtype=torch.float64)
    parameters[:, -1] = torch.arange(4)
    diagonals = space.family.matrices(parameters).diagonal(dim1=1, dim2=2)[:, :4].tolist()
    assert diagonals == [[1, 1, 1, 1], [1, -1, -1, -1], [-1, 1, 1, 1], [-1, -1, -1, -1]]


def test_o_n_has_both_determinants() -> None:
    determinants = np.linalg.det(elements(searched("o(3)", features(3)))[:, :3, :3])
    np.testing.assert_allclose(np.abs(determinants), 1.0, atol=1e-5)
    assert {1, -1} == {round(d) for d in determinants}


def test_o_n_of_each_vector_alike() -> None:
    space = searched("o(2)", features(4, 2))
    assert space.components == ("1", "reflection")
    mirror = space.family.matrices(torch.tensor([[0.0, 1.0]]))[0].diagonal().tolist()
    assert mirror == [1.0, -1.0, 1.0, -1.0]


def test_functions_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_family_of_maps.py").write_text(
        "from symhep.lie.groups import AffineLine, PlaneRotations\n"
        "def line(): return AffineLine()\n"
        "def turns(events): return PlaneRotations(events.vector)\n"
        "def five(): return PlaneRotations(5)\n"
        "def nothing(): return None\n"
        "def broken(): raise RuntimeError('no luck')\n"
    )
    monkeypatch.setenv("SYMHEP_CODE", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    space = searched("my_family_of_maps:line", features(1))
    assert isinstance(space.family, AffineLine)
    assert space.generators is None
    assert searched("my_family_of_maps:turns", features(4, 2)).family.vector == 4
    for name, message in (
        ("five", "acts on 5 components"),
        ("nothing", "returns NoneType, not a Family"),
        ("broken", "raised an error: RuntimeError: no luck"),
    ):
        with pytest.raises(CardError, match=message):
            searched(f"my_family_of_maps:{name}", features(3))
    with pytest.raises(ValidationError, match="has no function 'absent'"):
        SearchOptions(group="my_family_of_maps:absent")
    # other code is other work
    assert len(SearchOptions(group="my_family_of_maps:line").sha256) == 64
    assert SearchOptions(group="so(4)").sha256 == ""


class Mine:
    """A plugin that brings families."""

    @staticmethod
    @symhep.hookimpl
    def symhep_register_families() -> dict[str, Any]:
        return {"mine": AffineLine, "absent": "symhep_no_such:Family"}


def test_families_of_the_registry_that_is_handed_down() -> None:
    registry = build_registry({"mine": Mine}, points=())
    search = SearchOptions.model_validate("mine", context={"registry": registry})
    assert isinstance(read_space(search, features(1)).family, AffineLine)
    with pytest.raises(CardError, match="unknown search space 'mine'"):
        searched("mine", features(1))
    broken = SearchOptions.model_validate("absent", context={"registry": registry})
    with pytest.raises(CardError, match="'absent' cannot be loaded"):
        read_space(broken, features(1))


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced(
        "from symhep.lie.groups import PlaneRotations\ndef turns(): return PlaneRotations(2)"
    )
    search = SearchOptions.model_validate("mine:turns", context={"registry": registry})
    assert read_space(search, features(2)).family.labels == PlaneRotations(2).labels


@pytest.mark.parametrize(
    ("search", "events", "message"),
    [
        ("lorenz", momenta(), "unknown search space 'lorenz'; did you mean 'lorentz'"),
        ("so(5)", momenta(), r"acts on 5 components, but events have 8: 2 vectors of 4; choose coordinates"),
        (
            {"group": "so(4)", "on": ["px1", "py1", "px2", "qy2"], "marginal": True},
            momenta(),
            "no coordinate 'qy2'; did you mean 'py2'",
        ),
        ({"group": "so(2)", "on": ["px1", "px1"], "marginal": True}, momenta(), "'px1' is named twice"),
        (
            {"group": "so(3)", "on": ["x3", "x1", "x2"], "marginal": True},
            features(3),
            "'on' names all coordinates; remove it",
        ),
        ({"group": ["J_z", "K_w"]}, momenta(), "unknown generator 'K_w'"),
        ({"group": ["J_z", "J_z"]}, momenta(), "'J_z' labels two generators"),
        ({"group": ["J_z", "2*J_z"]}, momenta(), "are linearly dependent"),
        ("lorentz", features(3), "acts on 4 components, but events have 3: one vector"),
        ("so(3)+DD", features(3), "unknown algebra 'DD'"),
        ("u(2)", features(4), "acts on 2 components, but events have 4"),
        ("u(4)", features(4), "acts on complex vectors"),
        ("so(2)xso(3)", features(4), "acts on 5 components, but events have 4"),
        ("line", features(2), "'line' acts on 1 components, but events have 2"),
        ("line(..)", features(1), "needs a number"),
        ("agl(1)", features(1), "have the name 'line'"),
        (
            {"group": ["J_z", "K_x"], "components": ["Z_4(z)"]},
            momenta(),
            "'Z_4\\(z\\)' does not map J_z, K_x to itself",
        ),
        ({"group": "lorentz", "components": ["exchange(1,3)"]}, momenta(), "unknown particle '3'"),
        ({"group": "so(3)", "components": ["exchange"]}, features(3), "needs at least two vectors"),
        (
            {"group": "lorentz", "components": ["Z_24(z)", "Z_5(z)"]},
            momenta(),
            "generate more than 48 elements",
        ),
    ],
)
def test_what_is_refused(search: Any, events: Events, message: str) -> None:
    with pytest.raises(CardError, match=message):
        searched(search, events)


def test_by_default_the_largest_group_of_isometries() -> None:
    for events, name in ((momenta(), "lorentz"), (features(3), "so(3)"), (features(1), "line")):
        assert searched({}, events).name == name


def test_a_marginal_space_is_called_so() -> None:
    assert searched(on_plane("so(4)"), momenta()).marginal
    assert searched(on_plane("so(4)"), momenta()).name == "so(4) on px1 py1 px2 py2"
    assert not searched("lorentz", momenta()).marginal
