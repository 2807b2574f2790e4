"""Systems of several objects, of any number of members and of several kinds, on events whose numbers are known."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.events.assemble import assemble
from symhep.events.batch import EventBatch, momentum_records
from symhep.events.kinds import VectorKind
from symhep.events.select import Selector

KINDS: dict[str, VectorKind] = {"e": "massless", "jets": "full", "met": "transverse"}


def _jagged(rng: np.random.Generator, counts: np.ndarray[Any, Any], scale: float) -> dict[str, ak.Array]:
    p = rng.normal(size=(int(counts.sum()), 3)) * scale
    energy = np.sqrt((p**2).sum(axis=1) + rng.uniform(0, 100, size=len(p)))
    columns = dict(zip(("px", "py", "pz", "E"), (*p.T, energy), strict=True))
    return {name: ak.unflatten(values, counts) for name, values in columns.items()}


def _batch(events: int = 40, seed: int = 1) -> EventBatch:
    rng = np.random.default_rng(seed)
    e = _jagged(rng, rng.integers(0, 3, size=events), 30.0)
    e["charge"] = ak.unflatten(rng.choice([-1, 1], size=int(ak.sum(ak.num(e["px"])))), ak.num(e["px"]))
    jets = _jagged(rng, rng.integers(0, 6, size=events), 50.0)
    pt, phi = rng.exponential(20.0, size=events), rng.uniform(-np.pi, np.pi, size=events)
    met = {"pt": pt, "eta": np.zeros(events), "phi": phi, "mass": np.zeros(events)}
    records = {
        "Electron": momentum_records(e),
        "Jet": momentum_records(jets),
        "MET": momentum_records(
            {name: ak.unflatten(v, np.ones(events, dtype=int)) for name, v in met.items()}
        ),
    }
    return EventBatch(ak.zip(records, depth_limit=1), rng.normal(1.0, 0.3, size=events), "f", 0)


def _card(**changes: Any) -> Any:
    base: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"d": {"files": ["f"]}},
        "objects": {
            "e": {"collection": "Electron", "sort": "pt", "take": 1},
            "jets": {"collection": "Jet", "where": "pt > 20", "sort": "pt", "take": {"up_to": 3}},
            "met": {"collection": "MET", "take": 1},
            "event": {"system": ["e", "met", "jets"]},
        },
        "features": {
            "p": {"object": "event", "vars": ["px", "py", "pz"], "tags": ["charge"], "spectators": ["count(jets)"],
                  "scaling": "isotropic"}
        },
    }  # fmt: skip
    return load_card(base | changes).card


def _selected(card: Any, *batches: EventBatch, kinds: dict[str, VectorKind] = KINDS) -> Selector:
    selector = Selector(card, kinds)
    for batch in batches:
        selector.add(batch)
    return selector


def test_a_system_holds_what_a_loop_over_the_events_finds() -> None:
    batch = _batch()
    table = _selected(_card(), batch).table("p")
    rows = []
    for event in batch.events:
        electrons = sorted(event.Electron, key=lambda v: -np.hypot(v.px, v.py))
        jets = sorted(
            (j for j in event.Jet if np.hypot(j.px, j.py) > 20), key=lambda v: -np.hypot(v.px, v.py)
        )
        if electrons:
            m = event.MET[0]
            lone, lead = electrons[0], jets[:3]
            places = [[lone.E, lone.px, lone.py, lone.pz], [0, m.pt * np.cos(m.phi), m.pt * np.sin(m.phi), 0]]
            places += [[j.E, j.px, j.py, j.pz] for j in lead] + [[0.0] * 4] * (3 - len(lead))
            rows.append((places, len(lead), lone.charge, len(jets)))
    assert len(rows) > 20
    assert table.momenta is not None
    assert table.mask is not None
    assert table.tags is not None
    assert_allclose(table.momenta, [row[0] for row in rows], atol=1e-12)
    assert table.mask.sum(axis=1).tolist() == [2 + row[1] for row in rows]
    assert table.tags[:, 0, 0].tolist() == [row[2] for row in rows]
    assert not table.tags[:, 1:].any(), "met and jets have no charge"
    assert table.spectators[:, 0].tolist() == [row[3] for row in rows]


def test_a_component_that_a_kind_lacks_is_no_feature() -> None:
    card = _card()
    data = assemble(card, "p", {"d": _selected(card, _batch()).table("p")})
    assert [c.name for c in data.columns if c.particle == "met"] == ["px(met)", "py(met)"]
    assert data.particles == ("e", "met", "jets[0]", "jets[1]", "jets[2]")
    assert data.kinds == ("massless", "transverse", "full", "full", "full")
    assert data.objects == ("e", "met", "jets", "jets", "jets")
    assert data.sets == {"jets"}
    assert data.needs == {"mask", "kinds", "tags", "spectators"}
    assert [t.text for t in data.thresholds] == ["pt > 20 of jets"]
    present = data.present
    assert present is not None
    rms = np.sqrt((np.abs(data.weights)[:, None] * present * data.values**2).sum() / (
        np.abs(data.weights)[:, None] * present
    ).sum())  # fmt: skip
    assert_allclose(data.scaler.scale, rms)


def test_chunks_change_nothing_also_where_all_are_taken() -> None:
    batch = _batch(60)
    parts = [EventBatch(batch.events[i : i + 7], batch.weights[i : i + 7], "f", i) for i in range(0, 60, 7)]
    objects = _card().model_dump(mode="json")["objects"]
    card = _card(objects=objects | {"jets": objects["jets"] | {"take": "all"}})
    whole, pieces = _selected(card, batch), _selected(card, *parts)
    for name, values in whole.table("p").arrays().items():
        assert_array_equal(getattr(pieces.table("p"), name), values)
    assert whole.cutflows["all events"].to_json() == pieces.cutflows["all events"].to_json()
    counts = ak.num(batch.events.Jet[batch.events.Jet.pt > 20])
    with_electron = ak.num(batch.events.Electron) > 0
    assert whole.table("p").places[2].width == ak.max(counts[with_electron])


def test_members_that_up_to_leaves_out_are_counted() -> None:
    batch = _batch(60)
    selector = _selected(_card(), batch)
    more = (ak.num(batch.events.Jet[batch.events.Jet.pt > 20]) > 3) & (ak.num(batch.events.Electron) > 0)
    assert selector.truncated["p"] == {"jets": int(ak.sum(more))}
    assert selector.truncated["p"]["jets"] > 0


def test_no_event_is_a_table_of_the_same_places() -> None:
    table = _selected(_card(), _batch(0)).table("p")
    assert table.momenta is not None
    assert table.momenta.shape == (0, 5, 4)
    assert table.values.shape == (0, 14)
    assert Selector(_card(), KINDS).table("p").values.shape == (0, 14)


def test_datasets_must_know_the_same_components() -> None:
    card = _card(datasets={"a": {"files": ["a"]}, "b": {"files": ["b"]}})
    tables = {
        "a": _selected(card, _batch()).table("p"),
        "b": _selected(card, _batch(), kinds=KINDS | {"met": "full"}).table("p"),
    }
    message = (
        r"'met' of 'p' are transverse vectors in dataset 'a' and full ones in 'b'; choose .*kind: transverse"
    )
    with pytest.raises(CardError, match=message):
        assemble(card, "p", tables)


def test_an_event_with_a_number_that_is_none_is_a_row_of_the_cutflow() -> None:
    card = _card(features={"p": {"object": "event", "vars": ["px"], "spectators": ["jets[0].pt"]}})
    selector = _selected(card, _batch())
    table = selector.table("p")
    assert table.mask is not None
    assert table.mask[:, 2].all(), "without a jet there is no spectator"
    last = selector.cutflows["all events"].rows[-1]
    assert last.cut == "1 e, 1 met, up to 3 jets, finite momenta, finite px, jets[0].pt"
    assert last.events == len(table)
