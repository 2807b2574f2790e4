"""The kind of each object's vectors, from the file or the card."""

from __future__ import annotations

import pytest

from symhep.card.schema import ObjectCard
from symhep.readers.interface import CollectionSchema, Schema
from symhep.run.kinds import object_kinds

SCHEMA = Schema(
    {
        "Jet": CollectionSchema("Jet", "Jet", {}),
        "Electron": CollectionSchema("Electron", "Electron", {}, vector="massless"),
        "MET": CollectionSchema("MET", "MissingET", {}, True, "transverse"),
        "particles": CollectionSchema("particles", "particle", {}),
    }
)


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        (ObjectCard(collection="Electron"), "massless"),
        (ObjectCard(collection="Electron", kind="three"), "three"),
        (ObjectCard(pair=("jets",)), "full"),
        (ObjectCard(pair=("electrons",)), "full"),  # two massless ones have a mass together
        (ObjectCard(pair=("electrons", "met")), "transverse"),
        (ObjectCard(cluster="particles", R=0.4), "full"),
        (ObjectCard(cluster="jets", R=0.4), "full"),
        (ObjectCard(constituents="fat"), "full"),
    ],
)
def test_kinds(card: ObjectCard, kind: str) -> None:
    objects = {
        "x": card,
        "jets": ObjectCard(collection="Jet"),
        "electrons": ObjectCard(collection="Electron"),
        "met": ObjectCard(collection="MET"),
        "fat": ObjectCard(cluster="particles", R=0.8),
        "event": ObjectCard(system=("jets", "met")),
    }
    found = object_kinds(objects, SCHEMA)
    assert found["x"] == kind
    assert found["met"] == "transverse"
    assert "event" not in found
