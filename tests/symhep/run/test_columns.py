"""What a card reads, and what it asks of vectors that cannot have it."""

from __future__ import annotations

from typing import Any

import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.events.functions import CardFunction
from symhep.readers.interface import CollectionSchema, FieldSchema, ReadRequest, Schema
from symhep.run.columns import wanted_columns


def _collection(name: str, *fields: str, vector: Any = "full") -> CollectionSchema:
    known = {field: FieldSchema("float64") for field in ("pt", "eta", "phi", "mass", *fields)}
    return CollectionSchema(name, name, known, vector=vector)


SCHEMA = Schema(
    {
        "Electron": _collection("Electron", "charge", "pdgId", "iso", vector="massless"),
        "Muon": _collection("Muon", "charge", "pdgId"),
        "Jet": _collection("Jet", "btag", "theta"),
        "MET": _collection("MET", "sumEt", vector="transverse"),
        "Gen": _collection("Gen", "status", vector="three"),
    },
    {"nPV": FieldSchema("int32"), "run": FieldSchema("int32")},
)
OBJECTS = {
    "el": {"collection": "Electron", "take": 2},
    "mu": {"collection": "Muon", "take": 2},
    "jets": {"collection": "Jet", "take": {"up_to": 4}},
    "met": {"collection": "MET", "take": 1},
    "z": {"pair": "el", "take": 1},
    "z_mu": {"pair": ["mu", "jets"]},
    "fat": {"cluster": "Jet", "R": 0.8, "take": 2},
    "inside": {"constituents": "fat", "take": "all"},
    "event": {"system": ["el", "met", "jets"]},
    "gen": {"collection": "Gen"},
}


def _wanted(
    objects: dict[str, Any] | None = None,
    cut: str = "1 > 0",
    functions: dict[str, CardFunction] | None = None,
    **feature: Any,
) -> ReadRequest:
    card = load_card(
        {
            "symhep": 1,
            "datasets": {"d": {"files": ["f"]}},
            "objects": OBJECTS | (objects or {}),
            "selections": {"s": [{"name": "c", "cut": cut}]},
            "features": {"f": {"vars": ["nPV"]} | feature},
        }
    )
    return wanted_columns(card, SCHEMA, functions)


def test_only_what_is_asked_for_is_read() -> None:
    request = _wanted()
    assert request.fields == {
        "Electron": {"pdgId"}, "Muon": {"pdgId"}, "Jet": set(), "MET": set(), "Gen": set()
    }  # fmt: skip
    assert request.event_fields == {"nPV"}


@pytest.mark.parametrize(
    ("changes", "collection", "fields"),
    [
        ({"cut": "any(jets.btag > 0.5)"}, "Jet", {"btag"}),
        ({"cut": "any(z.charge == 0)"}, "Electron", {"charge", "pdgId"}),
        ({"object": "el", "vars": ["px"], "tags": ["charge"]}, "Electron", {"charge", "pdgId"}),
        ({"object": "event", "vars": ["px"], "tags": ["charge"]}, "Electron", {"charge", "pdgId"}),
        ({"object": "event", "vars": ["px"], "tags": ["btag"]}, "Jet", {"btag"}),
        ({"spectators": ["max(jets.btag)"]}, "Jet", {"btag"}),
        ({"object": "inside", "vars": ["px", "btag", "jet"]}, "Jet", {"btag"}),
        ({"objects": {"mu": {"collection": "Muon", "where": "any(jets.btag > 0)"}}}, "Jet", {"btag"}),
        (
            {"objects": {"jets": {"collection": "Jet", "where": "all(jets.btag <= self.btag)"}}},
            "Jet",
            {"btag"},
        ),
        (
            {"objects": {"jets": {"collection": "Jet", "sort": "btag * el[0].iso"}}},
            "Electron",
            {"iso", "pdgId"},
        ),
        ({"objects": {"fat": {"cluster": "Jet", "R": 1, "where": "btag > 0"}}}, "Jet", {"btag"}),
        ({"cut": "met[0].sumEt > 3"}, "MET", {"sumEt"}),
        # A stored theta is not read: that of the four-vector is what is meant.
        ({"cut": "any(jets.theta > 1)"}, "Jet", set()),
    ],
)
def test_fields_lead_to_their_collections(changes: dict[str, Any], collection: str, fields: set[str]) -> None:
    request = _wanted(**changes)
    assert request.fields is not None
    assert request.fields[collection] == fields


def test_numbers_of_the_event_in_conditions_of_objects() -> None:
    objects = {"jets": {"collection": "Jet", "where": "pt > 20 + run and weight > 0"}}
    assert _wanted(objects).event_fields == {"nPV", "run"}


@pytest.mark.parametrize(
    "cut",
    [
        "met[0].pt > 20 and met[0].phi < 1 and met[0].px < met[0].py",
        "(met[0] + jets[0]).pt > 3",
        "deltaphi(jets[0], met[0]) < 3",
        "MT(el[0], met[0]) > 50",
        "MT2(el[0], el[1], met[0]) > 50",
        "HT(event) > 100 and transverse_thrust(event) < 1 and transverse_sphericity(jets, met) > 0",
        "thrust(gen) < 0.9 and gen[0].eta < 3",
        "sum(event.pt) > 3 and count(event) > 2",
        "fox_wolfram(2, jets, el) > 0.1",
        "z[0].deltaR < 3 and count(z_mu) > 1",
        "fat[0].constituents > 10",
        "cos_theta_CS(el[0], el[1]) > 0",
    ],
)
def test_what_is_known(cut: str) -> None:
    _wanted(cut=cut)


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("met[0].eta > 0", r"'met' has no 'eta' \(its vectors are transverse\); known of 'met': px, py, "
                           r"pt, phi$"),
        ("met[0].pz > 0", "'met' has no 'pz'"),
        ("met[0].E > 0", "'met' has no 'E'"),
        ("mass(jets[0], met[0]) > 0", "mass needs 'mass', but 'met' has no 'mass'"),
        ("(met[0] + jets[0]).mass > 0", "a sum with 'met' has no 'mass'"),
        ("deltaR(jets[0], met[0]) > 0", "deltaR needs 'eta', but 'met' has no 'eta'"),
        ("any(deltaeta(met, jets) > 0)", "deltaeta needs 'eta', but 'met' has no 'eta'"),
        ("thrust(jets, met) > 0", "thrust cannot be used with 'met', whose vectors are transverse; it needs full, "
                                  "massless"),
        ("sphericity(event) > 0", "sphericity cannot be used with 'event', whose vectors are transverse"),
        ("MT2(el[0], met[0], met[0]) > 0", "MT2 cannot be used with 'met'"),
        ("cos_theta_CS(gen[0], gen[1]) > 0", "cos_theta_CS cannot be used with 'gen', whose vectors are "
                                             "three"),
        ("gen[0].E > 0", r"'gen' has no 'E' \(its vectors are three\)"),
        ("sum(event.eta) > 0", r"'event' has no 'eta' \(its vectors are massless and transverse and full\)"),
        ("sum(event.charge) > 0", "'event' has no field 'charge'"),
        ("(el[0] + el[1]).charge == 0", "a sum with 'el' has no field 'charge'"),
        ("z_mu[0].charge == 0", "'z_mu' has no field 'charge'"),
        ("fat[0].btag > 0", "'fat' has no field 'btag'"),
        ("self.pt > 3", "unknown name 'self'; 'self' is only for expressions of an object"),
        ("any(jts.pt > 3)", "unknown name 'jts'; did you mean 'jets'"),
        ("nPv > 3", "unknown name 'nPv'; did you mean 'nPV'"),
    ],
)  # fmt: skip
def test_what_vectors_do_not_have(cut: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        _wanted(cut=cut)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ({"jets": {"collection": "Jet", "where": "deltaR(self, met[0]) > 1"}}, "'met' has no 'eta'"),
        ({"met": {"collection": "MET", "where": "self.eta > 1"}}, "'met' has no 'eta'"),
        ({"met": {"collection": "MET", "where": "eta > 1"}}, "'met' has no 'eta'"),
        ({"met": {"collection": "MET", "sort": "deltaR(self, jets[0])"}}, "'met' has no 'eta'"),
        (
            {"jets": {"collection": "Jet", "where": "btg > 1"}},
            "'jets' has no field 'btg'; did you mean 'btag'",
        ),
        ({"jets": {"collection": "Jet", "where": "self.btg > 1"}}, "'jets' has no field 'btg'"),
        ({"jets": {"collection": "Jet", "where": "Jet_pt > 30"}}, "no field 'Jet_pt'; did you mean 'pt'"),
        ({"fat": {"cluster": "Jet", "R": 1, "keep": "btag > 1"}}, "'fat' has no field 'btag'"),
        ({"fat": {"cluster": "Jest", "R": 1}}, "the file has no collection 'Jest'; did you mean 'Jet'"),
        ({"fat": {"cluster": "MET", "R": 1}}, "'MET' cannot be clustered: the energies are not known"),
        ({"fat": {"cluster": "gen", "R": 1}}, "'gen' cannot be clustered"),
        ({"w": {"pair": ["el", "met"], "where": "mass > 3"}}, "'w' has no 'mass'"),
        ({"w": {"pair": ["el", "met"], "where": "deltaR > 3"}}, "'w' has no field 'deltaR'"),
    ],
)
def test_conditions_of_objects(objects: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        _wanted(objects)


def test_a_massless_kind_can_be_clustered() -> None:
    _wanted({"gen": {"collection": "Gen", "kind": "massless"}, "fat": {"cluster": "gen", "R": 1}})


def test_variables_of_a_system() -> None:
    """Some of its kinds may lack a variable, not all; fields are those that all parts have, tags may be of some."""
    _wanted(object="event", vars=["px", "pz", "deltaR(self, jets[0])", "thrust(self)"])
    two = {
        "pair_of_met": {"system": ["met", "m2"]},
        "m2": {"collection": "MET", "where": "pt > 3", "take": 1},
    }
    with pytest.raises(CardError, match="no part of 'pair_of_met' has pz"):
        _wanted(two, object="pair_of_met", vars=["pz"])
    with pytest.raises(CardError, match="'el' has no field 'btag'"):
        _wanted(object="event", vars=["px", "btag"])
    with pytest.raises(CardError, match="'el' has no field 'btg'"):
        _wanted(object="event", vars=["px"], tags=["btg"])


@pytest.mark.parametrize("text", ["deltaR(self, jets[0])", "max(jets.pt)", "self.eta"])
def test_in_a_frame_of_its_own_there_are_no_others(text: str) -> None:
    for changes in ({"vars": ["px", text]}, {"vars": ["px"], "tags": [text]}):
        with pytest.raises(CardError, match="is not defined in the frame of 'canonicalise'; use fields"):
            _wanted(object="el", canonicalise="so(2)", **changes)
    _wanted(object="el", canonicalise="so(2)", vars=["px", "2 * pz"], tags=["charge"])


def test_functions_say_which_vectors_and_fields_they_take() -> None:
    flat = CardFunction(len, kinds=("full",), fields=("btag",))
    request = _wanted(cut="my:f(jets) > 1", functions={"my:f": flat})
    assert request.fields is not None
    assert request.fields["Jet"] == {"btag"}
    with pytest.raises(
        CardError, match="my:f cannot be used with 'el', whose vectors are massless; it needs full vectors"
    ):
        _wanted(cut="my:f(el) > 1", functions={"my:f": flat})
    with pytest.raises(CardError, match="my:f needs the field 'btag' of 'mu'"):
        _wanted(cut="my:f(mu) > 1", functions={"my:f": flat})
    with pytest.raises(CardError, match="my:f cannot be used with 'met'"):
        _wanted({"met": {"collection": "MET", "where": "my:f(self) > 1"}}, functions={"my:f": flat})
