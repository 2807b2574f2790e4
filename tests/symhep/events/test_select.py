"""Objects, cuts and features on a handful of events whose numbers are known."""

from __future__ import annotations

import re
from typing import Any

import awkward as ak
import numpy as np
import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError, InputError
from symhep.events.batch import EventBatch, momentum_records
from symhep.events.objects import build_objects, object_order
from symhep.events.select import FeatureTable, Selector


def _batch(weights: list[float] | None = None) -> EventBatch:
    """Four events with 2, 3, 1 and 0 muons along x, of px as listed."""
    px = ak.Array([[10.0, -20.0], [5.0, 50.0, -30.0], [7.0], []])
    zero = px * 0
    muons = momentum_records(
        {
            "px": px,
            "py": zero,
            "pz": zero,
            "E": abs(px),
            "charge": ak.Array([[-1, 1], [1, -1, 1], [-1], []]),
            "pdgId": ak.Array([[13, -13], [-13, 13, -13], [13], []]),
        }
    )
    events = ak.zip({"Muon": muons, "HT": ak.Array([30.0, 85.0, 7.0, np.nan])}, depth_limit=1)
    return EventBatch(events, np.array(weights or [1.0, 2.0, -1.0, 1.0]), "f", 100)


def _card(**changes: Any) -> Any:
    base: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"d": {"files": ["f"]}},
        "objects": {"mu": {"collection": "Muon", "sort": "pt", "take": 2}},
        "selections": {"two": [{"name": "two_muons", "cut": "count(mu) >= 2"}]},
        "features": {"p": {"selection": "two", "object": "mu", "vars": ["px", "pt"], "scaling": "none"}},
    }
    return load_card(base | changes).card


def _select(card: Any, *batches: EventBatch) -> Selector:
    selector = Selector(card)
    for batch in batches:
        selector.add(batch)
    return selector


def test_features_are_sorted_and_particle_major() -> None:
    table = _select(_card(), _batch()).table("p")
    assert table.values.tolist() == [[-20.0, 20.0, 10.0, 10.0], [50.0, 50.0, -30.0, 30.0]]
    assert table.weights.tolist() == [1.0, 2.0]
    assert table.momenta is not None
    assert table.momenta[0].tolist() == [[20.0, -20.0, 0.0, 0.0], [10.0, 10.0, 0.0, 0.0]]
    # Sorted by pt the charges change places from event to event, so no position has one name.
    assert table.pdg_ids == (None, None)


def test_sorting_by_pdg_number_names_the_positions() -> None:
    objects = {"mu": {"collection": "Muon", "sort": "pdgId", "take": 2}}
    assert _select(_card(objects=objects), _batch()).table("p").pdg_ids == (13, -13)


def test_ascending_sort_by_an_expression() -> None:
    objects = {"mu": {"collection": "Muon", "sort": {"by": "abs(px - 6)", "order": "ascending"}, "take": 2}}
    assert _select(_card(objects=objects), _batch()).table("p").values[:, 0].tolist() == [10.0, 5.0]


def test_count_sees_all_objects_not_only_those_taken() -> None:
    exactly_two = {"two": [{"name": "two", "cut": "count(mu) == 2"}]}
    assert len(_select(_card(selections=exactly_two), _batch()).table("p")) == 1


def test_cutflow_adds_up() -> None:
    selector = _select(_card(), _batch(), _batch())
    rows = [(r.name, r.events, r.sum_w, r.sum_w2) for r in selector.cutflows["two"].rows]
    assert rows == [("all", 8, 6.0, 14.0), ("two_muons", 4, 6.0, 10.0), ("features p", 4, 6.0, 10.0)]


def test_chunks_change_nothing() -> None:
    batch = _batch()
    halves = [
        EventBatch(batch.events[:2], batch.weights[:2], "f", 0),
        EventBatch(batch.events[2:], batch.weights[2:], "f", 2),
    ]
    whole, parts = _select(_card(), batch), _select(_card(), *halves)
    assert whole.table("p").values.tolist() == parts.table("p").values.tolist()
    assert whole.cutflows["two"].to_json() == parts.cutflows["two"].to_json()


def test_events_without_finite_features_are_a_row_of_the_cutflow() -> None:
    card = _card(features={"h": {"vars": ["HT", "mu[0].pt"]}})
    selector = _select(card, _batch())
    assert selector.table("h").values.tolist() == [[30.0, 20.0], [85.0, 50.0], [7.0, 7.0]]
    assert selector.cutflows["all events"].rows[-1].events == 3


@pytest.mark.parametrize(
    ("policy", "events", "weights"),
    [("keep", 4, [1.0, 2.0, -1.0]), ("drop", 3, [1.0, 2.0]), ("abs", 4, [1.0, 2.0, 1.0])],
)
def test_negative_weights(policy: str, events: int, weights: list[float]) -> None:
    card = _card(weights={"negative": policy}, features={"h": {"vars": ["HT"]}})
    selector = _select(card, _batch())
    assert selector.table("h").weights.tolist() == weights
    rows = {r.name: r.events for r in selector.cutflows["all events"].rows}
    assert rows["all"] == 4, "the first row counts what was read, whatever the policy"
    assert rows.get("weights", 4) == events


def test_negative_weights_may_be_refused() -> None:
    with pytest.raises(InputError, match=r"f, event 102: weight -1 is negative.*negative: fail"):
        _select(_card(weights={"negative": "fail"}), _batch())


def test_pairs_know_mass_charge_and_angle() -> None:
    objects = {
        "mu": {"collection": "Muon"},
        "z": {"pair": "mu", "where": "charge == 0 and mass > 50", "sort": "mass", "take": 1},
    }
    built = build_objects(_card(objects=objects, selections={}, features={}).objects, _batch().events)
    # Collinear opposite momenta: m^2 = 4 |p1| |p2|; 2*sqrt(5*50) has p parallel and is massless.
    assert ak.to_list(built["z"].mass) == [[], [pytest.approx(2 * np.sqrt(50 * 30))], [], []]
    assert ak.to_list(built["z"]["deltaphi"])[1] == [pytest.approx(-np.pi)]


def test_pairs_of_two_objects() -> None:
    objects = {
        "plus": {"collection": "Muon", "where": "charge > 0"},
        "minus": {"collection": "Muon", "where": "charge < 0"},
        "z": {"pair": ["plus", "minus"]},
    }
    built = build_objects(_card(objects=objects, selections={}, features={}).objects, _batch().events)
    assert ak.to_list(ak.num(built["z"])) == [1, 2, 0, 0]


def test_objects_made_of_each_other() -> None:
    objects = {"a": {"pair": "b"}, "b": {"pair": "a"}}
    with pytest.raises(CardError, match="a -> b -> a"):
        object_order(_card(objects=objects, selections={}, features={}).objects)


def test_a_cut_must_give_one_answer_per_event() -> None:
    card = _card(selections={"two": [{"name": "pt", "cut": "mu.pt > 3"}]})
    with pytest.raises(CardError, match=r"several values per event.*any\("):
        _select(card, _batch())


@pytest.mark.parametrize("cut", ["mu[0].pt", "HT", "1", "count(mu)", "HT - HT"])
def test_a_cut_is_a_condition(cut: str) -> None:
    card = _card(selections={"two": [{"name": "c", "cut": cut}]})
    with pytest.raises(CardError, match=r"is a number, not a condition; compare it with something"):
        _select(card, _batch())


def test_a_constant_cut_holds_for_every_event() -> None:
    for cut, events in (("True", 2), ("1 > 2", 0)):
        card = _card(selections={"two": [{"name": "c", "cut": cut}]})
        assert len(_select(card, _batch()).table("p")) == events


def _objects(**objects: Any) -> dict[str, ak.Array]:
    return build_objects(_card(objects=objects, selections={}, features={}).objects, _batch().events)


def test_where_may_look_at_the_whole_event() -> None:
    """Events without a muon above 9.5 GeV lose their muons, the others keep all."""
    found = _objects(
        some={"collection": "Muon", "where": "max(pt) > 9.5"},
        hard={"collection": "Muon", "where": "pt > 0.5 * max(pt)"},
        all={"collection": "Muon", "where": "True"},
    )
    assert ak.to_list(found["some"].px) == [[10.0, -20.0], [5.0, 50.0, -30.0], [], []]
    assert ak.to_list(found["hard"].px) == [[-20.0], [50.0, -30.0], [7.0], []]
    assert ak.to_list(found["all"].px) == [[10.0, -20.0], [5.0, 50.0, -30.0], [7.0], []]


@pytest.mark.parametrize("where", ["pt", "max(pt)", "1"])
def test_where_is_a_condition(where: str) -> None:
    with pytest.raises(CardError, match=f'^"{re.escape(where)}" is a number, not a condition'):
        _objects(mu={"collection": "Muon", "where": where})


@pytest.mark.parametrize("sort", ["1", "sum(pt)"])
def test_a_key_that_all_members_share_keeps_their_order(sort: str) -> None:
    assert ak.to_list(_objects(mu={"collection": "Muon", "sort": sort})["mu"].px)[1] == [5.0, 50.0, -30.0]


def test_features_of_the_whole_event_are_repeated() -> None:
    features = {"p": {"object": "mu", "vars": ["px", "1", "max(pt)"], "scaling": "none"}}
    assert _select(_card(features=features), _batch()).table("p").values.tolist() == [
        [-20.0, 1.0, 20.0, 10.0, 1.0, 20.0],
        [50.0, 1.0, 50.0, -30.0, 1.0, 50.0],
    ]


def test_an_object_named_twice_is_not_its_own_partner() -> None:
    found = _objects(mu={"collection": "Muon"}, once={"pair": "mu"}, twice={"pair": ["mu", "mu"]})
    assert ak.to_list(ak.num(found["twice"])) == [1, 3, 0, 0]
    assert ak.to_list(found["twice"].mass) == ak.to_list(found["once"].mass)


def test_complete_events_have_finite_momenta() -> None:
    batch = _batch()
    muons = ak.with_field(batch.events["Muon"], ak.Array([[10.0, np.nan], [5.0, 50.0, 30.0], [7.0], []]), "E")
    events = ak.zip({"Muon": muons, "HT": batch.events["HT"]}, depth_limit=1)
    features = {"p": {"object": "mu", "vars": ["px"]}}
    selector = _select(_card(features=features), EventBatch(events, batch.weights, "f", 100))
    table = selector.table("p")
    assert table.values.tolist() == [[50.0, -30.0]]
    assert table.momenta is not None
    assert np.isfinite(table.momenta).all()
    assert "finite momenta" in selector.cutflows["all events"].rows[-1].cut


def test_no_events_at_all() -> None:
    table = Selector(_card()).table("p")
    assert table.values.shape == (0, 4)


def test_joining_files_keeps_names_only_where_they_agree() -> None:
    def table(ids: tuple[int, int]) -> FeatureTable:
        return FeatureTable(np.zeros((1, 2)), np.ones(1), np.zeros((1, 2, 4)), ids)

    empty = FeatureTable(np.zeros((0, 2)), np.zeros(0))
    assert FeatureTable.join([empty, table((13, -13)), table((13, 13))]).pdg_ids == (13, None)


def test_the_same_number_of_members_in_every_event_is_still_a_list() -> None:
    """numpy columns of shape (N, 1) make rectangular arrays, which a condition on members would flatten."""
    one = ak.Array(np.array([[3.0], [30.0]]))
    muons = momentum_records({"px": one, "py": one * 0, "pz": one * 0, "E": one})
    batch = EventBatch(ak.zip({"Muon": muons}, depth_limit=1), np.ones(2), "f")
    objects = {"mu": {"collection": "Muon", "where": "pt > 10", "take": 1}}
    assert _select(_card(objects=objects, selections={"two": []}), batch).table("p").values.tolist() == [
        [30.0, 30.0]
    ]


def test_events_know_where_they_come_from() -> None:
    card = _card(weights={"negative": "drop"})
    later = EventBatch(_batch().events, np.array([-1.0, 1.0, 1.0, 1.0]), "f", 104)
    source = _select(card, _batch(), later).table("p").source
    # Events 0 and 1 of four have two muons; the batches begin with events 100 and 104 of the file.
    assert source.tolist() == [[0, 100], [0, 101], [0, 105]]
