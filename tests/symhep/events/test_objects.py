"""Objects of files, against awkward and vector written out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from symhep.card.expressions import parse_expression
from symhep.card.schema import ObjectCard
from symhep.events.batch import EventBatch, event_records, momentum_records
from symhep.events.evaluate import Scope, per_event, per_member
from symhep.events.objects import build_objects
from symhep.plugin.manager import build_registry
from symhep.readers.interface import LossLog, ReadRequest

#: File, format, its name of the missing momentum, and what jets are cleaned of: no electron of the ten events passes.
FILES = [
    ("nanoaod_dy_40events.root", "nanoaod", "PuppiMET", "Electron"),
    ("delphes_10events.root", "delphes", "MissingET", "Track"),
]


def _read(path: Path, fmt: str) -> EventBatch:
    reader = build_registry().reader(fmt)
    wanted = ReadRequest(
        {name: frozenset({"charge"}) for name in ("Electron", "Muon")}
        | {name: frozenset() for name in ("Jet", "MET" if fmt == "nanoaod" else "MissingET")}
        | ({"PuppiMET": frozenset()} if fmt == "nanoaod" else {"Track": frozenset({"charge"})}),
        frozenset(),
        "none",
    )
    (batch,) = reader.read(str(path), reader.Options(), wanted, LossLog("fail"))
    return batch


@pytest.fixture(params=FILES, ids=[f[1] for f in FILES])
def file(request: pytest.FixtureRequest, shared_data: Path) -> tuple[EventBatch, str, str]:
    name, fmt, met, electrons = request.param
    return _read(shared_data / name, fmt), met, electrons


JETS = "pt > 30 and abs(eta) < 2.5 and all(deltaR(self, electrons) > 0.4)"


def _cards(file: tuple[EventBatch, str, str]) -> dict[str, ObjectCard]:
    return {
        "electrons": ObjectCard(collection=file[2], where="pt > 20 and abs(eta) < 2.5", sort="pt"),
        "jets": ObjectCard(collection="Jet", where=JETS),
        "met": ObjectCard(collection=file[1], take=1),
    }


def _by_hand(file: tuple[EventBatch, str, str]) -> tuple[ak.Array, ak.Array]:
    """Electrons and jets of the cards above."""
    events = file[0].events
    electrons = events[file[2]]
    electrons = electrons[(electrons.pt > 20) & (abs(electrons.eta) < 2.5)]
    electrons = electrons[ak.argsort(electrons.pt, axis=1, ascending=False, stable=True)]
    jets = events["Jet"]
    jets = jets[(jets.pt > 30) & (abs(jets.eta) < 2.5)]
    jet, electron = ak.unzip(ak.cartesian([jets, electrons], axis=1, nested=True))
    return electrons, jets[ak.all(jet.deltaR(electron) > 0.4, axis=2)]


def test_jets_clean_of_electrons(file: tuple[EventBatch, str, str]) -> None:
    jets_of_file = file[0].events["Jet"]
    built = build_objects(_cards(file), file[0].events)
    electrons, jets = _by_hand(file)
    assert ak.to_list(built["electrons"].pt) == ak.to_list(electrons.pt)
    assert ak.to_list(built["jets"].pt) == ak.to_list(jets.pt)
    assert ak.to_list(built["jets"].phi) == ak.to_list(jets.phi)
    lonely = ak.num(electrons) == 0
    every = jets_of_file[(jets_of_file.pt > 30) & (abs(jets_of_file.eta) < 2.5)]
    assert ak.to_list(ak.num(built["jets"])[lonely]) == ak.to_list(ak.num(every)[lonely])
    assert int(ak.sum(ak.num(built["jets"]))) < int(ak.sum(ak.num(every)))


def test_an_electron_is_a_jet_unless_jets_are_cleaned(file: tuple[EventBatch, str, str]) -> None:
    events, n = file[0].events, len(file[0].events)
    plain = _cards(file) | {"jets": ObjectCard(collection="Jet", sort="pt")}
    clean = _cards(file) | {
        "jets": ObjectCard(collection="Jet", where="all(deltaR(self, electrons) > 0.4)", sort="pt")
    }
    electrons, _ = _by_hand(file)
    leading = events["Jet"][:, :1]
    expected = [ak.to_list(_near(jets, electrons)) for jets in (leading, events["Jet"])]
    assert any(expected[0]), "the leading jet is one"
    for cards, wanted in ((plain, expected), (clean, [[False] * n] * 2)):
        scope = Scope(build_objects(cards, events))
        texts = ("any(deltaR(jets[0], electrons) < 0.4)", "any(any(deltaR(jets, electrons) < 0.4))")
        found = [per_event(parse_expression(text), scope, n, condition=True).tolist() for text in texts]
        assert found == wanted


def _near(jets: ak.Array, electrons: ak.Array) -> ak.Array:
    jet, electron = ak.unzip(ak.cartesian([jets, electrons], axis=1))
    return ak.any(jet.deltaR(electron) < 0.4, axis=1)


def test_missing_momentum_and_other_members(file: tuple[EventBatch, str, str]) -> None:
    events, met = file[0].events, file[1]
    objects = build_objects({"jets": ObjectCard(collection="Jet"), "met": ObjectCard(collection=met)}, events)
    jets, missing = events["Jet"], events[met][:, 0]

    def found(text: str) -> list[Any]:
        return list(ak.to_list(per_member(parse_expression(text), objects["jets"], Scope(objects))))

    assert found("deltaphi(self, met[0])") == ak.to_list(jets.deltaphi(missing))
    assert found("pt > 0.3 * jets[0].pt") == ak.to_list(
        ak.values_astype(jets.pt > 0.3 * ak.max(jets.pt, axis=1), float)
    )
    a, b = ak.unzip(ak.cartesian([jets, jets], axis=1, nested=True))
    other = ak.local_index(a, axis=2) != ak.local_index(a, axis=1)
    nearest = ak.fill_none(ak.min(ak.mask(a.deltaR(b), other), axis=2), np.inf)
    assert ak.to_list(
        ak.flatten(per_member(parse_expression("min(deltaR(self, jets))"), objects["jets"], Scope(objects)))
    ) == (pytest.approx(ak.to_list(ak.flatten(nearest))))


def test_a_system_is_all_its_members(file: tuple[EventBatch, str, str]) -> None:
    events, met = file[0].events, file[1]
    objects = build_objects(_cards(file) | {"event": ObjectCard(system=("electrons", "met", "jets"))}, events)
    electrons, jets = _by_hand(file)
    n = len(events)

    def found(text: str) -> list[float]:
        return [float(v) for v in per_event(parse_expression(text), Scope(objects), n)]

    assert found("count(event)") == ak.to_list(ak.num(electrons) + ak.num(jets) + 1)
    sums = ak.sum(electrons.pt, axis=1) + ak.sum(jets.pt, axis=1) + events[met].pt[:, 0]
    assert found("sum(event.pt)") == pytest.approx(ak.to_list(sums))
    assert found("HT(event)") == pytest.approx(ak.to_list(sums))
    # A member of a part is not compared with itself in the system.
    nearest = per_member(parse_expression("min(abs(deltaphi(self, event)))"), objects["met"], Scope(objects))
    assert all(value > 0 for value in ak.flatten(nearest))


def test_pairs_know_their_charge_where_it_is_read(file: tuple[EventBatch, str, str]) -> None:
    events = file[0].events
    cards = {
        "mu": ObjectCard(collection="Muon"),
        "z": ObjectCard(pair=("mu",), where="count(mu) == 2", sort="mass"),
    }
    built = build_objects(cards, events)
    a, b = ak.unzip(ak.combinations(events["Muon"], 2))
    two = ak.num(events["Muon"]) == 2
    assert ak.to_list(built["z"]["charge"][two]) == ak.to_list((a.charge + b.charge)[two])
    assert not ak.any(ak.num(built["z"][~two]))


# Two jets: 60 GeV of two particles at phi = 0, 50 GeV of one particle at phi = 2; a soft one apart at phi = -2.
PT = [[40.0, 50.0, 20.0, 3.0], [], [10.0]]
PHI = [[0.0, 2.0, 0.1, -2.0], [], [1.0]]
ZERO = ak.Array(PT) * 0
PARTICLES = event_records(
    {
        "P": momentum_records(
            {
                "pt": ak.Array(PT),
                "eta": ZERO,
                "phi": ak.Array(PHI),
                "mass": ZERO,
                "q": ak.Array([[1, -1, 0, 0], [], [1]]),
            }
        )
    },
    3,
)


def _clustered(**cards: dict[str, Any]) -> dict[str, ak.Array]:
    pytest.importorskip("fastjet")
    return build_objects({name: ObjectCard(**card) for name, card in cards.items()}, PARTICLES)


def test_jets_and_their_constituents() -> None:
    built = _clustered(
        fat={"cluster": "P", "R": 0.4, "pt_min": 5},
        inside={"constituents": "fat"},
    )
    assert ak.to_list(built["fat"]["constituents"]) == [[2, 1], [], [1]]
    assert ak.to_list(built["fat"].pt)[0] == pytest.approx(
        [np.hypot(40 + 20 * np.cos(0.1), 20 * np.sin(0.1)), 50]
    )
    assert ak.to_list(built["inside"].pt) == [[40, 20, 50], [], [10]]
    assert ak.to_list(built["inside"]["jet"]) == [[0, 0, 1], [], [0]]
    assert ak.to_list(built["inside"]["q"]) == [[1, 0, -1], [], [1]]


def test_conditions_of_jets_and_of_constituents() -> None:
    built = _clustered(
        fat={
            "cluster": "P",
            "R": 0.4,
            "where": "q >= 0",
            "keep": "pt > 5 and all(deltaR(self, fat) > 1)",
            "sort": {"by": "pt", "order": "ascending"},
        },
        inside={"constituents": "fat", "where": "pt > 0.5 * fat[0].pt", "sort": "jet"},
        others={"collection": "P", "where": "all(deltaR(self, inside) > 0)"},
    )
    assert ak.to_list(built["fat"]["constituents"]) == [[2], [], [1]], "without the second particle"
    assert ak.to_list(built["inside"].pt) == [[40], [], [10]]
    assert ak.to_list(built["others"].pt) == [[40, 50, 20, 3], [], [10]], (
        "a particle is not compared with itself"
    )


def test_the_order_of_jets_is_that_of_sort() -> None:
    built = _clustered(
        fat={"cluster": "P", "R": 0.4, "sort": {"by": "pt", "order": "ascending"}},
        inside={"constituents": "fat"},
    )
    assert ak.to_list(built["fat"]["constituents"]) == [[1, 1, 2], [], [1]]
    assert ak.to_list(built["inside"].pt) == [[3, 50, 40, 20], [], [10]]
    assert ak.to_list(built["inside"]["jet"]) == [[0, 1, 2, 2], [], [0]]


def test_an_object_is_clustered_before_a_collection_of_its_name() -> None:
    built = _clustered(P={"collection": "P", "where": "pt > 30"}, fat={"cluster": "P", "R": 0.4})
    assert ak.to_list(built["fat"].pt)[0] == pytest.approx([50, 40])
    assert ak.to_list(_clustered(P={"cluster": "P", "R": 0.4})["P"]["constituents"])[0] == [2, 1, 1]
