"""What a card says of systems, sets and kinds is checked against the file before anything is read."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError
from symhep.plugin.manager import build_registry
from symhep.run.plan import make_plan
from symhep.run.planned import Plan


def _plan(shared_data: Path, **changes: Any) -> Plan:
    """The plan of a card of electrons, jets and missing momentum; ``changes``: 'objects__jets' and the like."""
    card: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"d": {"files": [str(shared_data / "delphes_10events.root")], "format": "delphes"}},
        "weights": {"branch": "none"},
        "objects": {
            "electrons": {"collection": "Electron", "take": {"up_to": 2}},
            "jets": {"collection": "Jet", "where": "pt > 20", "sort": "pt", "take": {"up_to": 3}},
            "two": {"collection": "Jet", "sort": "pt", "take": 2},
            "met": {"collection": "MissingET", "take": 1},
            "event": {"system": ["electrons", "met", "jets"]},
        },
        "features": {"f": {"object": "event", "vars": ["px", "py", "pz"], "scaling": "isotropic"}},
        "methods": {"m": {"use": "moments", "features": "f"}},
    }
    card = copy.deepcopy(card)
    for path, value in changes.items():
        *folders, last = path.split("__")
        here = card
        for name in folders:
            here = here.setdefault(name, {})
        here[last] = value
    return make_plan(load_card(card), build_registry())


def test_kinds_come_from_the_file(shared_data: Path) -> None:
    kinds = _plan(shared_data).agreements["d"].kinds
    assert kinds == {"electrons": "massless", "jets": "full", "two": "full", "met": "transverse"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objects__jets__take": {"up_to": 0}}, r"jets.take: expected a number from 1 to 1000, \{up_to: "
                                                r"8\} or all"),
        ({"objects__jets__take": "8"}, r"jets.take: expected a number from 1 to 1000, \{up_to: 8\} or all"),
        ({"objects__jets__take": None}, r"features of 'jets' need the number of objects.*take: all"),
        ({"objects__more": {"system": ["event", "two"]}}, "'event' is a system and cannot be part of 'more'"),
        ({"objects__more": {"system": ["jet", "two"]}}, "unknown object 'jet'; did you mean 'jets'"),
        ({"objects__more": {"system": ["two"], "take": 1}}, "'take' is not for a system: set it for the objects"),
        (
            {"objects__jets__where": "deltaR(self, electrons) > 0.4"},
            r'^<card>: "deltaR\(self, electrons\) > 0\.4" gives several values per member of the object; reduce',
        ),
        ({"objects__c": {"constituents": "jets"}}, "'jets' is not clustered, so it has no constituents"),
        ({"objects__fat": {"cluster": "Particle"}}, "'cluster' needs the radius parameter R"),
        ({"objects__two__keep": "pt > 1"}, "'keep' is only for objects with 'cluster'"),
        ({"features__f__canonicalise": "so(2)"}, "'canonicalise' needs one object with a fixed number"),
        (
            {"objects__electrons__where": "all(deltaR(self, jets) > 1)",
             "objects__jets__where": "all(deltaR(self, electrons) > 1)"},
            "<card>.*circular definition of objects: electrons -> jets -> electrons",
        ),
        ({"methods__m__use": "vae"}, "method 'vae' does not support a number of objects that varies between "
                                     "events"),
        ({"methods__m__options": {"discrete": ["Z_3(x)"]}}, r"Z_3\(x\).*pz of met"),
        (
            {"methods__m__options": {"edges": [{"variable": "pt", "above": 20, "particle": "jet"}]}},
            "an edge names 'jet', which is not a particle; did you mean 'jets'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_fails_before_the_run(
    shared_data: Path, changes: dict[str, Any], message: str
) -> None:
    if changes.get("methods__m__use") == "vae":
        changes = {**changes, "features__f__object": "jets"}
    with pytest.raises(CardError, match=message):
        _plan(shared_data, **changes)


def test_a_method_of_which_some_candidates_are_left_is_planned(shared_data: Path) -> None:
    _plan(shared_data, methods__m__options={"generators": "rotations"})
