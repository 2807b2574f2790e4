"""What a file offers: its collections, fields, weights and beams, found without reading its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from symhep.events.generator_cut import GeneratorCut
from symhep.events.kinds import VectorKind

__all__ = ["CollectionSchema", "FieldSchema", "Role", "Schema"]


#: What a number is for. Only a 'number' is a quantity whose distribution may have a symmetry: a 'weight' says how much
#: an event counts, a 'counter' how many objects there are, a 'flag' is a decision, an 'id' a name written as a number.
Role = Literal["number", "weight", "counter", "flag", "id"]


@dataclass(frozen=True)
class FieldSchema:
    """A column: its type as numpy would name it, its unit inside symhep ('' if none), its meaning, its role.

    ``stored`` is False where the file has no such column and a constant stands for it.
    """

    type: str
    unit: str = ""
    doc: str = ""
    role: Role = "number"
    stored: bool = True


@dataclass(frozen=True)
class CollectionSchema:
    """A list of objects per event. ``kind`` is the class in the format's own words, e.g. 'Jet'.

    ``singleton``: every event has one such object, since the file stores a number per event. ``vector``: what the file
    knows of the four-momenta; 'transverse' of missing momentum, 'massless' where a mass is not stored.
    """

    name: str
    kind: str
    fields: Mapping[str, FieldSchema]
    singleton: bool = False
    vector: VectorKind = "full"


@dataclass(frozen=True)
class Schema:
    """What a file offers, found without reading its events."""

    collections: Mapping[str, CollectionSchema] = field(default_factory=dict)
    event_fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    #: Trees, groups or blocks the file has, with the one that is read first.
    containers: tuple[str, ...] = ()
    #: (pdgId, energy in GeV) of the two beams, where the format knows.
    beams: tuple[tuple[int, float], ...] = ()
    #: (value, error) in pb as the file's header states it.
    cross_section_pb: tuple[float, float] | None = None
    #: What was generated, in the generator's own words, e.g. 'p p > t t~'.
    process: str | None = None
    #: Cuts that the generator applied.
    cuts: tuple[GeneratorCut, ...] = ()
    #: Group of alternative weights -> their names, e.g. scales and parton densities.
    weight_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Sentences a person should read before trusting the numbers.
    notes: tuple[str, ...] = ()
    #: The one of ``weights`` that "auto" stands for; None: every event weighs 1.
    auto_weight: str | None = None

    @property
    def sqrt_s_gev(self) -> float | None:
        """sqrt(4 E1 E2) of the two beams, whose masses do not count; None where they are not known.

        >>> Schema(beams=((2212, 6500.0), (2212, 6500.0))).sqrt_s_gev
        13000.0
        """
        if len(self.beams) != 2:
            return None
        s = 4 * self.beams[0][1] * self.beams[1][1]
        return s**0.5 if s > 0 else None
