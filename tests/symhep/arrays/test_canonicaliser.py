"""Representatives of orbits: the same for all events of an orbit, found once, and nothing lost that the group keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from symhep.arrays.canonicaliser import Canonicaliser
from symhep.card.schema import CanonicalCard
from symhep.errors import CardError, MethodError
from symhep.events.canonical import canonicalise
from symhep.lie.bases import lorentz, poincare, so
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry, homogeneous

MOMENTUM = ("E", "px", "py", "pz")
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
EXCHANGE = np.kron([[0.0, 1.0], [1.0, 0.0]], np.eye(4))
PARITY = np.diag([1.0, -1.0, -1.0, -1.0])
MIRROR = np.diag([1.0, 1.0, -1.0, 1.0])


def _lorentz(*labels: str, elements: dict[str, Any] | None = None, matrices: Any = None) -> Symmetry:
    named = elements or {}
    found = [lorentz()[label] for label in labels] if matrices is None else matrices
    made = homogeneous(np.array(list(named.values())), element=True) if named else np.zeros((0, 5, 5))
    generators = homogeneous(np.array(found)) if len(found) else np.zeros((0, 5, 5))
    return Symmetry("momenta", 2, MOMENTUM, generators, labels, made, tuple(named))


def _features(generators: Any, labels: tuple[str, ...], count: int, vectors: int = 1) -> Symmetry:
    names = tuple(f"x{i + 1}" for i in range(count // vectors))
    return Symmetry("features", vectors, names, homogeneous(np.array(generators)), labels)


BOOST = expm(0.4 * lorentz()["K_x"] + 0.2 * lorentz()["K_y"])
#: A rotation about z as seen from a moving frame, and all rotations there.
MOVING = [BOOST @ lorentz()[label] @ np.linalg.inv(BOOST) for label in ("J_x", "J_y", "J_z")]
TURN = np.array([[0.0, -1.0], [1.0, 0.0]])
SYMMETRIES = {
    "J_z": _lorentz("J_z"),
    "J_y": _lorentz("J_y"),
    "SO(3)": _lorentz("J_x", "J_y", "J_z"),
    "K_z": _lorentz("K_z"),
    "J_z and K_z": _lorentz("J_z", "K_z"),
    "moving J_z": _lorentz("J", matrices=[MOVING[2]]),
    "moving SO(3)": _lorentz("J_1", "J_2", "J_3", matrices=MOVING),
    "parity": _lorentz(elements={"P": PARITY}),
    "J_z and a mirror": _lorentz("J_z", elements={"mirror": MIRROR}),
    "SO(3) and parity": _lorentz("J_x", "J_y", "J_z", elements={"P": PARITY}),
    "exchange": Symmetry(
        "momenta", 2, MOMENTUM, homogeneous(lorentz()["J_z"][None]), ("J_z",),
        homogeneous(EXCHANGE[None], element=True), ("exchange(1,2)",),
    ),
    "SO(4)": _features(list(so(4).matrices), tuple(so(4).labels), 8, 2),
    "one angle, two planes": _features([np.kron(np.diag([1.0, 2.0]), TURN)], ("J",), 8, 2),
    "equal planes": _features([np.kron(np.eye(4), TURN)], ("J",), 8, 1),
    "two angles": _features(
        [np.kron(np.diag([1.0, 0.0]), TURN), np.kron(np.diag([0.0, 1.0]), TURN)], ("J_12", "J_34"), 8, 2
    ),
}  # fmt: skip


def _events(seed: int, d: int = 4) -> np.ndarray[Any, Any]:
    """Six events of two time-like vectors."""
    x = np.random.default_rng(seed).normal(size=(6, 2, d)) * 20
    x[..., 0] = np.sqrt((x[..., 1:] ** 2).sum(axis=2) + 1.0)
    return x


def _element(symmetry: Symmetry, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """A random element: discrete ones and finite turns and boosts, one after the other."""
    sizes = [m.shape[1] for m in (symmetry.generators, symmetry.elements) if len(m)]
    big = max(sizes)

    def on_all(m: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        linear = np.kron(np.eye((big - 1) // (len(m) - 1)), m[:-1, :-1])
        return homogeneous(linear[None], element=True)[0]

    g = np.eye(big)
    for _ in range(3):
        if len(symmetry.generators):
            step = np.einsum("a,aij->ij", rng.normal(size=len(symmetry.labels)), symmetry.generators)
            g = on_all(expm(step)) @ g
        if len(symmetry.elements) and rng.random() < 0.5:
            g = on_all(symmetry.elements[rng.integers(len(symmetry.names))]) @ g
    return g


@pytest.mark.parametrize("name", SYMMETRIES)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_events_of_an_orbit_become_one(name: str, seed: int) -> None:
    symmetry, x = SYMMETRIES[name], _events(seed)
    x = x.reshape(6, symmetry.vectors, -1)
    g = _element(symmetry, np.random.default_rng(seed))
    moved = symmetry.act(np.repeat(g[None], len(x), axis=0), x)
    frame = Canonicaliser(symmetry).fit(x)
    one, two = frame.transform(x), frame.transform(moved)
    size = np.abs(moved).max()
    np.testing.assert_allclose(two, one, atol=1e-7 * size)
    np.testing.assert_allclose(frame.transform(one), one, atol=1e-9 * size)


@pytest.mark.parametrize("name", [n for n, s in SYMMETRIES.items() if s.acts_on == "momenta"])
def test_masses_and_products_stay(name: str) -> None:
    x = _events(3)
    y = Canonicaliser(SYMMETRIES[name]).fit_transform(x)
    products = [np.sort((v @ METRIC @ v.swapaxes(1, 2)).reshape(6, -1)) for v in (x, y)]
    np.testing.assert_allclose(products[1], products[0], rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("group", ["so(2)", "so(3)"])
@pytest.mark.parametrize("reference", [0, 1])
def test_the_frame_is_that_of_a_card(group: Any, reference: int) -> None:
    x = _events(5)
    symmetry = SYMMETRIES["J_z" if group == "so(2)" else "SO(3)"]
    expected = canonicalise(x, CanonicalCard(group=group, reference=reference + 1))
    found = Canonicaliser(symmetry, reference=reference).fit_transform(x)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_rapidity_of_the_event_becomes_zero() -> None:
    y = Canonicaliser(SYMMETRIES["K_z"]).fit_transform(_events(8))
    total = y.sum(axis=1)
    np.testing.assert_allclose(total[:, 3], 0.0, atol=1e-9)
    with pytest.raises(MethodError, match="event 0 has no rapidity"):
        Canonicaliser(SYMMETRIES["K_z"]).fit_transform([[[5.0, 0.0, 0.0, 5.0], [1.0, 0.0, 0.0, 1.0]]])


def test_vectors_without_a_direction_decide_nothing() -> None:
    """The first vector is padding, or lies along the axis: the next one is the reference."""
    x = _events(2)
    x[0, 0] = 0.0
    x[1, 0, 1:3] = 0.0
    y = Canonicaliser(SYMMETRIES["J_z"]).fit_transform(x)
    np.testing.assert_allclose(y[:2, 1, 2], 0.0, atol=1e-12)
    assert (y[:2, 1, 1] > 0).all()
    assert (y[0, 0] == 0).all()
    still = np.zeros((1, 2, 4))
    assert (Canonicaliser(SYMMETRIES["SO(3)"]).fit(x).transform(still) == 0).all()


def test_three_momenta_and_transverse_momenta() -> None:
    x = _events(1)
    whole = Canonicaliser(SYMMETRIES["J_z"]).fit_transform(x)
    for places in ([1, 2, 3], [1, 2]):
        part = Canonicaliser(SYMMETRIES["J_z"]).fit_transform(x[..., places])
        np.testing.assert_allclose(part, whole[..., places], atol=1e-9)
    for symmetry, places in (("SO(3)", [1, 2]), ("K_z", [1, 2, 3])):
        with pytest.raises(CardError, match="lack components that the symmetry mixes with them"):
            Canonicaliser(SYMMETRIES[symmetry]).fit(x[..., places])


def test_shapes_come_back() -> None:
    x = _events(1)
    frame = Canonicaliser(SYMMETRIES["J_z"])
    flat = frame.fit_transform(x.reshape(6, 8))
    assert flat.shape == (6, 8)
    np.testing.assert_array_equal(flat.reshape(6, 2, 4), Canonicaliser(SYMMETRIES["J_z"]).fit_transform(x))


@pytest.mark.parametrize(
    ("symmetry", "keywords", "message"),
    [
        (_lorentz("K_x", "K_y", "J_z"), {}, "K_x, K_y and J_z generate a non-compact group"),
        (_lorentz("K_x"), {"generators": ["K_y"]}, "the result has no generator 'K_y'"),
        (_lorentz("J_z"), {"generators": []}, "the symmetry is empty"),
        (_lorentz("J_z"), {"reference": 2}, "reference 2 is not one of the 2 vectors"),
        (
            Symmetry("momenta", 2, MOMENTUM, np.asarray(poincare().subset(["P_x"]).matrices.real), ("P_x",)), {},
            "P_x: no canonical frame for translations",
        ),
        (
            _features([np.kron(np.diag([1.0, np.sqrt(2)]), TURN)], ("J",), 8, 2), {},
            "J turns planes at frequencies that are not multiples of the lowest one",
        ),
        (_lorentz("J_z", elements={"P": MIRROR @ expm(0.1 * lorentz()["J_x"])}), {}, "elements"),
        (
            _lorentz("J_z", elements={"quarter": expm(np.pi / 2 * lorentz()["J_x"])}), {},
            "quarter does not map the group",
        ),
        (None, {}, "NoneType is not a Result or a Symmetry"),
        (Result(Record()), {}, "the result contains no symmetry"),
    ],
)  # fmt: skip
def test_what_has_no_frame_is_refused_by_name(symmetry: Any, keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        Canonicaliser(symmetry, **keywords).fit(_events(1))


def test_events_of_another_shape_are_refused() -> None:
    frame = Canonicaliser(SYMMETRIES["J_z"]).fit(_events(1))
    with pytest.raises(CardError, match=r"events of shape \(2, 5\) are not vectors of \(E, px, py, pz\)"):
        Canonicaliser(SYMMETRIES["J_z"]).fit(np.ones((5, 2, 5)))
    with pytest.raises(CardError, match=r"7 features are not vectors of \(E, px, py, pz\)"):
        Canonicaliser(SYMMETRIES["J_z"]).fit(np.ones((5, 7)))
    with pytest.raises(ValueError, match="X has 12 features, but Canonicaliser is expecting 8"):
        frame.transform(np.ones((5, 3, 4)))
    with pytest.raises(NotFittedError):
        Canonicaliser(SYMMETRIES["J_z"]).transform(np.ones((5, 8)))


class ForAnyWidth(Canonicaliser):
    """With all rotations of as many features as there are: what scikit-learn's own checks can be run on."""

    def fit(self, X: Any, y: Any = None) -> ForAnyWidth:
        shape = getattr(X, "shape", None) or np.asarray(X).shape
        self.count_ = shape[1] if len(shape) == 2 and shape[1] > 1 else 2
        super().fit(X, y)
        return self

    def _stated(self) -> Symmetry:
        return _features(list(so(self.count_).matrices), tuple(so(self.count_).labels), self.count_)


def test_scikit_learn_accepts_it() -> None:
    expected = {"check_fit2d_1feature": "one feature is no vector of two: a CardError of our own words"}
    outcomes = check_estimator(ForAnyWidth(), expected_failed_checks=expected, on_fail=None, on_skip=None)
    failed = [o["check_name"] for o in outcomes if o["status"] == "failed"]
    assert failed == []
    assert len([o for o in outcomes if o["status"] == "passed"]) > 40


def test_in_a_pipeline() -> None:
    """Labels that depend on an invariant alone: with frames a linear classifier finds it, without it cannot."""
    x = np.random.default_rng(4).normal(size=(2000, 3))
    y = ((x**2).sum(axis=1) > 2.4).astype(int)
    symmetry = _features(list(so(3).matrices), tuple(so(3).labels), 3)
    plain = LogisticRegression().fit(x[:1000], y[:1000]).score(x[1000:], y[1000:])
    framed = make_pipeline(Canonicaliser(symmetry), LogisticRegression())
    assert framed.fit(x[:1000], y[:1000]).score(x[1000:], y[1000:]) > 0.95
    assert plain < 0.65


def test_parameters_names_and_frames() -> None:
    frame = Canonicaliser(SYMMETRIES["J_z"], reference=1)
    assert clone(frame).get_params()["reference"] == 1
    table = pd.DataFrame(_events(1).reshape(6, 8), columns=[f"{c}{i}" for i in "12" for c in MOMENTUM])
    out = frame.set_output(transform="pandas").fit_transform(table)
    assert list(out.columns) == list(table.columns)
