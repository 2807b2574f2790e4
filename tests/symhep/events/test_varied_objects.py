"""Changed objects, what follows of them, and what is left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
import pytest

from symhep.card.loader import load_card
from symhep.card.schema import ObjectChange, RunCard
from symhep.errors import CardError, InputError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch, event_records, momentum_records
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.events.varied_objects import LEAST_FACTOR, changed_order, normal_numbers

KINDS = {
    "met": "transverse",
    "jets": "full",
    "bjets": "full",
    "muons": "full",
    "z": "full",
    "w": "transverse",
}


def particles(rows: list[list[tuple[float, float, float]]], **more: Any) -> ak.Array:
    """(pt, eta, phi) of massless particles."""
    fields = {
        name: ak.Array([[float(p[i]) for p in event] for event in rows])
        for i, name in enumerate(("pt", "eta", "phi"))
    }
    fields["mass"] = fields["pt"] * 0.0
    return momentum_records(fields | {k: ak.Array(v) for k, v in more.items()})


JETS = particles(
    [
        [(50, 0.0, 0.0), (29.5, 1.0, np.pi / 2)],
        [(30.2, 0.0, np.pi)],
        [(10, 0.0, 0.3)],
        [],
    ],
    btag=[[1.0, 0.0], [1.0], [0.0], []],
)
MET = particles([[(20, 0, np.pi)], [(10, 0, 0)], [(5, 0, 1.0)], [(7, 0, 2.0)]])
MUONS = particles([[(25, 0.5, 2.0)], [(15, 0.1, 0.0)], [(40, 0, 0)], [(30, 1, 1)]])
OBJECTS: dict[str, Any] = {
    "jets": {"collection": "Jet", "where": "pt > 30", "sort": "pt", "take": {"up_to": 2}},
    "bjets": {"collection": "Jet", "where": "pt > 20 and btag > 0.5", "take": {"up_to": 2}},
    "met": {"collection": "MET", "take": 1},
    "muons": {"collection": "Muon", "take": 1},
    "w": {"pair": ["muons", "met"], "take": 1},
}
FEATURES: dict[str, Any] = {
    "jet": {"object": "jets", "vars": ["px", "py"]},
    "met": {"object": "met", "vars": ["px", "py"]},
    "muon": {"object": "muons", "vars": ["pt"]},
    "w": {"object": "w", "vars": ["px", "py"]},
    "n": {"selection": "one", "vars": ["count(jets)", "muons[0].pt"]},
}
SELECTIONS = {
    "one": [{"name": "muon", "cut": "muons[0].pt > 20"}, {"name": "jet", "cut": "count(jets) >= 1"}]
}


def card_of(objects: Any = OBJECTS, features: Any = FEATURES, selections: Any = SELECTIONS) -> RunCard:
    return load_card(
        {"symhep": 1, "datasets": {}, "objects": objects, "features": features, "selections": selections}
    ).card


def vary(changes: Mapping[str, Any], card: RunCard | None = None, **more: Any) -> tuple[Selector, Selector]:
    """A selector whose one alternative is 'v/up', fed the four events at once; and one fed in two pieces."""
    change = {name: ObjectChange.model_validate(c) for name, c in changes.items()}
    alternatives = Alternatives(objects={"v/up": change}, **more)
    events = event_records({"Jet": JETS, "MET": MET, "Muon": MUONS}, 4)
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    found = []
    for pieces in ([slice(0, 4)], [slice(0, 1), slice(1, 4)]):
        selector = Selector(card or card_of(), KINDS, alternatives=alternatives)
        for piece in pieces:
            selector.add(EventBatch(events[piece], weights[piece], "a.root", piece.start))
        found.append(selector)
    return found[0], found[1]


def tables(selector: Selector) -> dict[str, FeatureTable]:
    return selector.varied["v/up"].tables


def test_a_factor_moves_jets_into_and_out_of_the_object_and_the_missing_momentum() -> None:
    up = tables(vary({"jets": {"factor": "1.02"}})[0])
    # 29.5 becomes 30.09 > 30; 30.2 becomes 30.804.
    expected = np.array([[51, 0, 0, 1.02 * 29.5], [-1.02 * 30.2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(up["jet"].values, expected, atol=1e-12)
    # -20 - 1 along x, -0.59 along y; 10 + 0.604; the jet of 10 GeV passes neither before nor after.
    met = np.array(
        [[-21, -0.59], [10.604, 0], [5 * np.cos(1), 5 * np.sin(1)], [7 * np.cos(2), 7 * np.sin(2)]]
    )
    np.testing.assert_allclose(up["met"].values, met, atol=1e-12)


def test_a_jet_that_passed_before_still_moves_the_missing_momentum() -> None:
    down = tables(vary({"jets": {"factor": "0.98"}})[0])
    # 30.2 becomes 29.596 < 30, and the event has no jet; what it gave off is in the missing momentum.
    assert down["jet"].mask is not None
    assert down["jet"].mask.sum(axis=1).tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(down["met"].values[:2], [[-19.0, 0.0], [10 - 0.604, 0.0]], atol=1e-12)


def test_two_objects_of_one_collection_move_the_missing_momentum_once() -> None:
    change = {"jets": {"factor": "1.1"}, "bjets": {"factor": "1.1"}}
    both, one = (tables(vary(c)[0])["met"].values for c in (change, {"jets": {"factor": "1.1"}}))
    np.testing.assert_allclose(both, one)


def test_pairs_follow_the_missing_momentum() -> None:
    up = tables(vary({"jets": {"factor": "1.02"}})[0])
    muon = np.array([[25 * np.cos(2), 25 * np.sin(2)], [15, 0], [40, 0], [30 * np.cos(1), 30 * np.sin(1)]])
    np.testing.assert_allclose(up["w"].values, up["met"].values + muon, atol=1e-12)


def test_what_depends_on_no_change_is_left_to_the_nominal_selection() -> None:
    selector, _ = vary({"jets": {"factor": "1.02"}})
    assert set(tables(selector)) == {"jet", "met", "w", "n"}
    assert set(tables(vary({"met": {"factor": "1.02"}})[0])) == {"met", "w"}
    assert set(tables(vary({"muons": {"factor": "1.02"}})[0])) == {"muon", "met", "w", "n"}


def test_yields_and_rows_of_the_varied_selection() -> None:
    selector, pieces = vary({"jets": {"factor": "0.98"}})
    # Nominally events 0 and 1 have a jet, and 0, 2, 3 a muon; then event 0 alone has both, in either case.
    assert selector.table("n").source[:, 1].tolist() == [0]
    varied = selector.varied["v/up"]
    assert varied.yields() == {
        "one": {"jet": 1.0, "features n": 1.0},
        "all events": {"features jet": 10.0, "features met": 10.0, "features w": 10.0},
    }
    assert pieces.varied["v/up"].yields() == varied.yields()
    up = vary({"jets": {"factor": "0.5"}})[0].varied["v/up"]
    assert len(up.tables["n"]) == 0
    assert up.yields()["one"] == {"jet": 0.0, "features n": 0.0}


@pytest.mark.parametrize("change", [{"factor": "1.02"}, {"smear": "0.3"}, {"factor": "1 + 0.1*(btag > 0.5)"}])
def test_chunks_do_not_matter(change: dict[str, str]) -> None:
    one, two = (tables(s) for s in vary({"jets": change}, seed=1, content="x"))
    for name, table in one.items():
        assert {k: a.tolist() for k, a in table.arrays().items()} == {
            k: a.tolist() for k, a in two[name].arrays().items()
        }


def test_a_factor_of_fields_of_the_member() -> None:
    up = tables(vary({"jets": {"factor": "1 + 0.1*(btag > 0.5)"}})[0])
    np.testing.assert_allclose(up["jet"].values[0], [55, 0, 0, 0], atol=1e-12)


def test_smearing_by_the_hash_of_seed_file_collection_event_and_member() -> None:
    up = tables(vary({"muons": {"smear": "0.1"}}, seed=5, content="abc")[0])
    normal = normal_numbers(5, "abc", "Muon", np.arange(4), np.zeros(4, dtype=np.int64))
    pt = np.array([25, 15, 40, 30])
    np.testing.assert_allclose(up["muon"].values[:, 0], pt * (1 + 0.1 * normal), rtol=1e-12)
    gain = (pt * 0.1 * normal)[:, None]
    phi = np.array([2.0, 0.0, 0.0, 1.0])
    met = np.array([[-20, 0], [10, 0], [5 * np.cos(1), 5 * np.sin(1)], [7 * np.cos(2), 7 * np.sin(2)]])
    np.testing.assert_allclose(
        up["met"].values, met - gain * np.stack([np.cos(phi), np.sin(phi)], axis=1), atol=1e-9
    )
    other = tables(vary({"muons": {"smear": "0.1"}}, seed=6, content="abc")[0])
    assert not np.allclose(up["muon"].values, other["muon"].values)


def test_nothing_is_turned_round_by_a_fluctuation() -> None:
    up = tables(vary({"muons": {"factor": "-3"}})[0])
    np.testing.assert_allclose(up["muon"].values[:, 0], LEAST_FACTOR * np.array([25, 15, 40, 30]))


def test_a_factor_that_is_no_number() -> None:
    with pytest.raises(
        InputError, match="the change of 'muons' is not a finite number for one of its members"
    ) as raised:
        vary({"muons": {"factor": "1 / (pt - 15)"}})
    assert (raised.value.file, raised.value.event) == ("a.root", 1)


def test_masses_and_energies_are_scaled_and_angles_stay() -> None:
    card = card_of(
        {"muons": OBJECTS["muons"]}, {"f": {"object": "muons", "vars": ["E", "m", "eta", "phi"]}}, {}
    )
    fields = {"px": [[3.0]], "py": [[0.0]], "pz": [[4.0]], "E": [[13.0]]}
    events = event_records({"Muon": momentum_records({k: ak.Array(v) for k, v in fields.items()})}, 1)
    change = {"v/up": {"muons": ObjectChange(factor="2")}}
    selector = Selector(card, {"muons": "full"}, alternatives=Alternatives(objects=change))
    selector.add(EventBatch(events, np.ones(1)))
    np.testing.assert_allclose(tables(selector)["f"].values, [[26, 24, np.arcsinh(4 / 3), 0]])


def test_jets_cleaned_of_changed_electrons_follow() -> None:
    objects = OBJECTS | {
        "far": {"collection": "Jet", "where": "all(deltaR(self, muons) > 0.4)", "take": {"up_to": 2}}
    }
    objects["muons"] = OBJECTS["muons"] | {"where": "pt > 24"}
    card = card_of(objects, {"far": {"object": "far", "vars": ["px"]}}, {})
    assert changed_order(card.objects, KINDS, ["muons"]) == ["muons", "met", "w", "far"]
    # The muon of event 2 is near the jet of 10 GeV, and goes when its pt falls to 20.
    down = tables(vary({"muons": {"factor": "0.5"}}, card)[0])["far"]
    nominal = vary({"muons": {"factor": "0.5"}}, card)[0].table("far")
    assert down.mask is not None
    assert nominal.mask is not None
    assert (nominal.mask.sum(axis=1).tolist(), down.mask.sum(axis=1).tolist()) == ([2, 1, 0, 0], [2, 1, 1, 0])


def test_an_object_chosen_by_the_missing_momentum_that_it_moves() -> None:
    objects = OBJECTS | {
        "jets": {"collection": "Jet", "where": "abs(deltaphi(self, met[0])) > 0.5", "take": 1}
    }
    with pytest.raises(CardError, match=re.escape("circular definition of objects: jets -> met -> jets")):
        changed_order(card_of(objects).objects, KINDS, ["jets"])
