"""Events in a frame of their own: where the reference ends up, what stays, and what is refused."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from symhep.card.loader import load_card
from symhep.card.schema import CanonicalCard
from symhep.errors import CardError
from symhep.events.batch import EventBatch, momentum_records
from symhep.events.canonical import canonicalise, check_canonical
from symhep.events.select import FeatureTable, Selector

CARDS = [
    CanonicalCard(group="so(2)"),
    CanonicalCard(group="so(2)", axis="x", reference=2),
    CanonicalCard(group="so(2)", reflection=("py", "pz")),
    CanonicalCard(group="so(3)"),
    CanonicalCard(group="so(3)", reference=3, reflection=("py",)),
    CanonicalCard(reflection=("px", "py", "pz")),
]
#: Components in steps of a tenth: zeros, equal and opposite momenta are common, rounding is not near any border.
THREE = arrays(np.float64, (4, 3, 3), elements=st.integers(-30, 30).map(lambda i: i / 10))


def _massive(p: np.ndarray) -> np.ndarray:
    return np.concatenate([np.sqrt(1 + (p**2).sum(-1, keepdims=True)), p], axis=-1)


@pytest.mark.parametrize("card", CARDS, ids=repr)
@given(p=THREE)
def test_twice_is_once_and_all_scalar_products_stay(card: CanonicalCard, p: np.ndarray) -> None:
    event = _massive(p)
    once = canonicalise(event, card)
    assert (canonicalise(once, card) == once).all()
    assert (once[..., 0] == event[..., 0]).all()
    gram = np.einsum("npi,nqi->npq", p, p)
    assert np.allclose(np.einsum("npi,nqi->npq", once[..., 1:], once[..., 1:]), gram, atol=1e-12)


@pytest.mark.parametrize(("card", "turns"), [(CARDS[0], "z"), (CARDS[1], "x"), (CARDS[3], "xyz")], ids=repr)
def test_turned_events_have_one_frame(card: CanonicalCard, turns: str) -> None:
    rng = np.random.default_rng(1)
    event = _massive(rng.normal(size=(1, 4, 3)))
    angles = rng.uniform(-3, 3, size=(50, len(turns)))
    turned = np.stack([Rotation.from_euler(turns, a).apply(event[0, :, 1:]) for a in angles])
    frames = canonicalise(_massive(turned), card)
    assert np.ptp(frames, axis=0).max() < 1e-12
    assert np.linalg.det(frames[0, :3, 1:]) == pytest.approx(np.linalg.det(event[0, :3, 1:]))  # no mirror


def test_where_the_reference_ends_up() -> None:
    event = _massive(np.random.default_rng(2).normal(size=(100, 3, 3)))
    about_z, about_x, _, frame, mirrored, signs = (canonicalise(event, card)[..., 1:] for card in CARDS)
    assert (about_z[:, 0, 1] == 0).all()
    assert (about_z[:, 0, 0] > 0).all()
    assert np.allclose(np.hypot(*about_z[..., :2].T), np.hypot(*event[..., 1:3].T))
    assert (about_z[..., 2] == event[..., 3]).all()
    assert (about_x[:, 1, 2] == 0).all()
    assert (about_x[:, 1, 1] > 0).all()
    assert (frame[:, 0, :2] == 0).all()
    assert (frame[:, 0, 2] > 0).all()
    assert (frame[:, 1, 1] == 0).all()
    assert (frame[:, 1, 0] > 0).all()
    assert (mirrored[:, 2, :2] == 0).all()
    assert (mirrored[:, 0, 1] == 0).all()
    assert (mirrored[:, 1, 1] > 0).all()
    assert (signs[:, 0] > 0).all()
    assert (np.abs(signs) == np.abs(event[..., 1:])).all()


def test_objects_without_a_direction_turn_nothing() -> None:
    rest, beam, aside = [1.0, 0, 0, 0], [2.0, 0, 0, 2.0], [3.0, 0.0, 3.0, 0.0]
    event = np.array([[rest, aside, beam], [beam, beam, aside]])
    assert canonicalise(event[:1], CARDS[0]).tolist() == event[:1].tolist()
    # The reference is along z already; the second is, too: the third is the first with an azimuth.
    assert np.allclose(canonicalise(event[1:], CARDS[3])[0, 2], [3.0, 3.0, 0.0, 0.0])


def _table(canonical: object, variables: list[str]) -> FeatureTable:
    px, py = ak.Array([[0.0, 3.0], [np.nan, 1.0]]), ak.Array([[2.0, 4.0], [1.0, 1.0]])
    fields = {
        "px": px,
        "py": py,
        "pz": py * 0,
        "mass": py * 0 + 1,
        "btag": ak.Array([[7.0, 8.0], [9.0, 9.0]]),
    }
    batch = EventBatch(ak.zip({"Jet": momentum_records(fields)}, depth_limit=1), np.array([2.0, -1.0]))
    card = load_card(
        {
            "symhep": 1,
            "datasets": {"d": {"files": ["f"]}},
            "objects": {"jets": {"collection": "Jet", "take": 2}},
            "features": {"p": {"object": "jets", "vars": variables, "canonicalise": canonical}},
        }
    ).card
    selector = Selector(card)
    selector.add(batch)
    return selector.table("p")


def test_features_and_momenta_are_those_of_the_frame() -> None:
    table = _table("so(2)", ["px", "py", "pt", "m", "btag"])
    assert np.allclose(table.values, [[2.0, 0.0, 2.0, 1.0, 7.0, 4.0, -3.0, 5.0, 1.0, 8.0]])
    assert table.momenta is not None
    assert np.allclose(table.momenta[0, 1], [np.sqrt(26), 4.0, -3.0, 0.0])
    assert table.weights.tolist() == [2.0]  # the event with NaN is left out, as without a frame


@pytest.mark.parametrize(
    ("canonical", "message"),
    [
        ({}, "give a 'group', a 'reflection', or both"),
        ({"group": "so(3)", "axis": "z"}, r"'axis' is only for group: so\(2\)"),
        ({"group": "so(2)", "reflection": "px"}, "already fixes the sign of px"),
        ({"group": "so(3)", "reflection": ["py", "pz"]}, "already fixes the sign of pz"),
        ({"group": "so(4)"}, "so\\(2\\)"),
        ({"group": "so(2)", "reference": 0}, "reference"),
    ],
)
def test_cards_that_make_no_sense(canonical: object, message: str) -> None:
    with pytest.raises(CardError, match=message):
        _table(canonical, ["px"])


@pytest.mark.parametrize(
    ("card", "names", "message"),
    [
        (CanonicalCard(group="so(3)"), {"px", "eta"}, "'eta' is not defined in the frame"),
        (CanonicalCard(group="so(2)", axis="x"), {"pt"}, "'pt' is not defined in the frame"),
        (CanonicalCard(reflection=("py",)), {"deltaphi"}, "'deltaphi' is not defined in the frame"),
        (
            CanonicalCard(group="so(2)", reference=3),
            {"px"},
            "object 3 cannot be the reference: only 2 are used",
        ),
    ],
)
def test_variables_that_lose_their_meaning(card: CanonicalCard, names: set[str], message: str) -> None:
    with pytest.raises(CardError, match=message):
        check_canonical(card, 2, names)


def test_variables_that_keep_their_meaning() -> None:
    check_canonical(CanonicalCard(group="so(2)"), 2, {"pt", "eta", "deltaphi", "btag"})
    check_canonical(CanonicalCard(group="so(3)"), 2, {"px", "m", "E", "costheta"})
    check_canonical(CanonicalCard(reflection=("pz",)), 2, {"deltaphi", "pt"})
