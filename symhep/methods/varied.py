"""How the numbers of a result change under systematic variations: one record for every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.stats.variations import combined

if TYPE_CHECKING:
    from symhep.events.variation import Variation

__all__ = ["How", "ShiftRow", "Shifted", "VariationRow", "VariationsRecord", "VariedAnswer", "combine_shifts"]

#: fit: fitted again to the varied events; evaluation: what the nominal fit learned was evaluated on them.
How = Literal["fit", "evaluation"]


@dataclass(frozen=True)
class Shifted:
    """A number under one alternative of a variation.

    ``error`` is the standard error of its difference from the nominal number, paired where the events are the same;
    None: unknown.
    """

    value: float
    error: float | None = None


class VariationRow(Record):
    """A variation."""

    name: str = Field(description="name in the card")
    rule: str = Field(
        description="how the alternatives are combined: up_down, envelope, hessian, hessian_pairs or replicas"
    )
    confidence: float = Field(description="confidence level of the alternatives")
    alternatives: tuple[str, ...] = Field(description="names of its alternatives")
    samples: tuple[str, ...] = Field(description="datasets to which it applies")


class ShiftRow(Record):
    """What one variation does to one number."""

    variation: str = Field(description="the variation")
    down: float = Field(description="uncertainty downwards, in the unit of the number")
    up: float = Field(description="uncertainty upwards")
    values: tuple[float | None, ...] = Field(description="value under each alternative")
    errors: tuple[float | None, ...] = Field(
        description="standard error of the difference to the nominal value for each alternative, paired if the "
        "events are the same; null: unknown"
    )


class VariedAnswer(Record):
    """A number with its systematic uncertainties."""

    key: str = Field(description="path of the number in the summary, with rows by their names")
    nominal: Number = Field(description="nominal value with its statistical interval")
    shifts: tuple[ShiftRow, ...] = Field(description="uncertainties by variation, for those that change it")
    down: float = Field(description="all variations downwards, added in quadrature")
    up: float = Field(description="all variations upwards, added in quadrature")


class VariationsRecord(Record):
    """Numbers nominal and varied."""

    how: How = Field(
        description="fit: the method was fitted again to the varied events; evaluation: the networks of the nominal "
        "fit were evaluated on the varied events, without new training"
    )
    variations: tuple[VariationRow, ...] = Field(description="in the order of the card")
    answers: tuple[VariedAnswer, ...] = Field(description="numbers that change, in the order of the summary")


def combine_shifts(
    how: How,
    variations: Sequence[Variation],
    nominal: Mapping[str, Number],
    varied: Mapping[tuple[str, str], Mapping[str, Shifted]],
) -> VariationsRecord:
    """The record of numbers ``nominal`` by key and ``varied`` by (variation, alternative) and key.

    A number that some alternative of a variation does not have is not combined for it.
    """
    answers = []
    for key, number in nominal.items():
        shifts = [s for v in variations if (s := _shift(v, key, number, varied)) is not None]
        if shifts:
            down, up = (float(np.sqrt(sum(getattr(s, side) ** 2 for s in shifts))) for side in ("down", "up"))
            answers.append(
                VariedAnswer(key=key, nominal=_plain(number), shifts=tuple(shifts), down=down, up=up)
            )
    rows = tuple(
        VariationRow(
            name=v.name, rule=v.rule, confidence=v.confidence, alternatives=tuple(a.name for a in v.alternatives),
            samples=tuple(sorted(v.samples)),
        )
        for v in variations
    )  # fmt: skip
    return VariationsRecord(how=how, variations=rows, answers=tuple(answers))


def _plain(number: Number) -> Number:
    """Without the fields of its own kind."""
    return Number(**{name: getattr(number, name) for name in Number.model_fields})


def _shift(
    variation: Variation,
    key: str,
    number: Number,
    varied: Mapping[tuple[str, str], Mapping[str, Shifted]],
) -> ShiftRow | None:
    found = [varied.get((variation.name, a.name), {}).get(key) for a in variation.alternatives]
    known = [s for s in found if s is not None]
    if len(known) < len(found) or number.value is None:
        return None
    values = [s.value for s in known]
    down, up = combined(variation.rule, number.value, values, variation.confidence)
    return ShiftRow(
        variation=variation.name, down=float(down), up=float(up), values=tuple(values),
        errors=tuple(s.error for s in known),
    )  # fmt: skip
