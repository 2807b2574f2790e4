"""Systematic variations of a dataset, as a card describes them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from symhep.card.base import LIST, Name, Strict

__all__ = ["AlternativeCard", "Combine", "ObjectChange", "Rule", "VariationCard"]

#: How the alternatives of a variation become an uncertainty, see `symhep.stats.variations`.
Combine = Literal["envelope", "hessian", "hessian_pairs", "replicas"]
#: The same, and that of 'up' and 'down'.
Rule = Literal["up_down", "envelope", "hessian", "hessian_pairs", "replicas"]
#: 'LHEPdfWeight[1..100]'
_RANGE = re.compile(r"(?P<name>[^\[\]]+)\[(?P<first>\d+)\.\.(?P<last>\d+)\]")
#: More alternatives than this are a mistake in a range.
_MOST = 10_000


def spread_names(entries: tuple[str, ...]) -> tuple[str, ...]:
    """The weights that entries name, 'w[1..3]' as w[1], w[2], w[3].

    >>> spread_names(("a", "w[1..3]"))
    ('a', 'w[1]', 'w[2]', 'w[3]')
    """
    found: list[str] = []
    for entry in entries:
        numbers = _RANGE.fullmatch(entry.strip())
        if numbers is None:
            found.append(entry)
            continue
        first, last = int(numbers["first"]), int(numbers["last"])
        if not first <= last < first + _MOST:
            raise ValueError(f"'{entry}' is not a range such as LHEPdfWeight[1..100]")
        found += [f"{numbers['name']}[{number}]" for number in range(first, last + 1)]
    return tuple(found)


def _as_change(value: Any) -> Any:
    """1.02 and "1.02" as a factor."""
    return {"factor": str(value)} if isinstance(value, str | int | float) else value


class ObjectChange(Strict):
    """How the members of an object are changed, before anything is selected."""

    factor: str | None = Field(
        None,
        description="factor applied to the four-momentum: an expression in the fields of the member, e.g. 1.02",
        examples=["1.02"],
    )
    smear: str | None = Field(
        None,
        description="relative Gaussian smearing of the four-momentum: an expression for its standard deviation, "
        "e.g. 0.1; the random numbers depend only on the seed, the file and the event",
        examples=["0.1"],
    )

    @model_validator(mode="after")
    def _does_something(self) -> ObjectChange:
        if self.factor is None and self.smear is None:
            raise ValueError("give a 'factor', a 'smear', or both")
        return self


Change = Annotated[
    ObjectChange, BeforeValidator(_as_change, json_schema_input_type=str | float | ObjectChange)
]


class AlternativeCard(Strict):
    """One other way of the same events: another weight, changed objects, or other files."""

    weights: str | None = Field(
        None, description="another event weight of the file", examples=["PSWeight[0]"]
    )
    objects: dict[Name, Change] = Field(
        {},
        description="object -> change of its members; propagated to the missing transverse momentum",
        examples=[{"jets": "1.02"}],
    )
    files: Annotated[tuple[str, ...], LIST] = Field(
        (), description="other files, with the same reader, objects and cuts", examples=[["tune_up.root"]]
    )

    @model_validator(mode="after")
    def _one_way(self) -> AlternativeCard:
        given = [
            name
            for name, there in (("weights", self.weights), ("objects", self.objects), ("files", self.files))
            if there
        ]
        if len(given) != 1:
            raise ValueError(
                "give one of weights, objects, files" + (f", not {' and '.join(given)}" if given else "")
            )
        return self


class VariationCard(Strict):
    """A systematic variation: ``up`` and ``down`` of a nuisance parameter, or a list of weights and how they combine.

    >>> VariationCard(weights="LHEPdfWeight[1..2]", combine="hessian").names
    ('1', '2')
    >>> VariationCard(up={"objects": {"jets": 1.02}}).names
    ('up',)
    """

    weights: Annotated[tuple[str, ...], LIST] = Field(
        (),
        description="weights by name, index or range, as in LHEPdfWeight[1..100], or the name of a group of weights",
        examples=[["LHEPdfWeight[1..100]"]],
    )
    combine: Combine | None = Field(
        None,
        description="how 'weights' are combined: envelope (alternatives, such as scales), hessian (one weight per "
        "eigenvector), hessian_pairs (a plus and a minus weight per eigenvector) or replicas (standard "
        "deviation)",
        examples=["hessian"],
    )
    confidence: float = Field(
        0.6827,
        gt=0.5,
        lt=1,
        description="for hessian and hessian_pairs: confidence level of the set (0.9: uncertainties are "
        "scaled to 68 %)",
    )
    up: AlternativeCard | None = Field(
        None, description="variation by +1 standard deviation", examples=[{"weights": "up"}]
    )
    down: AlternativeCard | None = Field(
        None,
        description="variation by -1 standard deviation; if not given, the shift of 'up' is symmetrised",
        examples=[{"weights": "down"}],
    )

    @field_validator("weights")
    @classmethod
    def _spread(cls, weights: tuple[str, ...]) -> tuple[str, ...]:
        return spread_names(weights)

    @model_validator(mode="after")
    def _one_kind(self) -> VariationCard:
        if bool(self.weights) == (self.up is not None):
            raise ValueError("give 'weights' with 'combine', or 'up' (and 'down')")
        if self.weights and self.combine is None:
            raise ValueError("'weights' need 'combine': envelope, hessian, hessian_pairs or replicas")
        if not self.weights and self.combine is not None:
            raise ValueError("'combine' is only for 'weights'; 'up' and 'down' are one nuisance parameter")
        if self.down is not None and self.up is None:
            raise ValueError("'down' needs 'up'")
        return self

    @property
    def alternatives(self) -> dict[str, AlternativeCard]:
        """By their names inside the variation: 'up', 'down', or '1', '2', ... of the weights."""
        if self.up is not None:
            return {"up": self.up} | ({"down": self.down} if self.down is not None else {})
        return {str(i): AlternativeCard(weights=w) for i, w in enumerate(self.weights, start=1)}

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the alternatives."""
        return tuple(self.alternatives)
