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
    """A column that a file offers.

    Attributes
    ----------
    type
        As numpy would name it: 'float32', 'int64', 'bool'.
    unit
        Inside symhep, after the reader's conversion: 'GeV', 'mm', 'pb'; '' for a pure number.
    doc
        What it is, in a line; `symhep inspect` prints it.
    role
        What the number is for, see `Role`: only a 'number' is proposed as a feature.
    stored
        False where the file has no such column and a constant stands for it, such as a mass of 0.

    Examples
    --------
    >>> FieldSchema("float32", "GeV", doc="transverse momentum").role
    'number'
    """

    type: str
    unit: str = ""
    doc: str = ""
    role: Role = "number"
    stored: bool = True


@dataclass(frozen=True)
class CollectionSchema:
    """A list of objects per event.

    Attributes
    ----------
    name
        What a card calls it: ``collection: Jet``.
    kind
        Its class in the format's own words, e.g. 'Jet'; the name where the format has none.
    fields
        Field -> its column: the momentum's and any others.
    singleton
        Every event has one such object, since the file stores a number per event (missing momentum).
    vector
        What the file knows of the four-momenta: 'full'; 'massless' where a mass is not stored; 'three'; 'transverse'
        of missing momentum.

    Examples
    --------
    >>> fields = {name: FieldSchema("float32", "GeV") for name in ("pt", "phi")}
    >>> met = CollectionSchema("met", "MissingET", fields, singleton=True, vector="transverse")
    >>> sorted(met.fields), met.vector
    (['phi', 'pt'], 'transverse')
    """

    name: str
    kind: str
    fields: Mapping[str, FieldSchema]
    singleton: bool = False
    vector: VectorKind = "full"


@dataclass(frozen=True)
class Schema:
    """What a file offers, found without reading its events.

    Attributes
    ----------
    collections
        Name -> lists of objects: jets, muons, missing momentum.
    event_fields
        Name -> numbers per event.
    weights
        Names of the weights that ``weights.branch`` of a card may say.
    containers
        Trees, groups or blocks the file has, with the one that is read first.
    beams
        (PDG number, energy in GeV) of the two beams, where the format knows; () if not.
    cross_section_pb
        (value, error) in pb as the file's header states it.
    process
        What was generated, in the generator's own words, e.g. 'p p > t t~'.
    cuts
        Cuts that the generator applied.
    weight_groups
        Group of alternative weights -> their names, e.g. scales and parton densities.
    notes
        Sentences a person should read before trusting the numbers.
    auto_weight
        The one of ``weights`` that 'auto' stands for; None: all events have weight 1.

    Examples
    --------
    >>> schema = Schema(event_fields={"x": FieldSchema("float64")}, beams=((2212, 6500.0), (2212, 6500.0)))
    >>> list(schema.event_fields), schema.sqrt_s_gev
    (['x'], 13000.0)
    """

    collections: Mapping[str, CollectionSchema] = field(default_factory=dict)
    event_fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    beams: tuple[tuple[int, float], ...] = ()
    cross_section_pb: tuple[float, float] | None = None
    process: str | None = None
    cuts: tuple[GeneratorCut, ...] = ()
    weight_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    auto_weight: str | None = None

    @property
    def sqrt_s_gev(self) -> float | None:
        """Centre-of-mass energy in GeV, sqrt(4 E1 E2) of two massless beams; None where they are not known.

        Examples
        --------
        >>> Schema(beams=((2212, 6500.0), (2212, 6500.0))).sqrt_s_gev
        13000.0
        """
        if len(self.beams) != 2:
            return None
        s = 4 * self.beams[0][1] * self.beams[1][1]
        return s**0.5 if s > 0 else None
