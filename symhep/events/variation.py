"""The same events under a systematic variation: with other weights, with changed objects, or of other files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symhep.card.variations import Rule

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset

__all__ = ["Alternative", "Variation"]


@dataclass(frozen=True, eq=False)
class Alternative:
    """Events under one alternative of a variation.

    Attributes
    ----------
    name
        Inside the variation: 'up', 'down', or '1', '2', ...
    data
        The whole dataset, with the columns and the scaling of the nominal one, and without variations. A row has the
        same ``unit`` as the nominal row of the same source event.
    same_rows
        Does it differ from the nominal dataset by its weights alone, row by row?
    """

    name: str
    data: Dataset
    same_rows: bool


@dataclass(frozen=True, eq=False)
class Variation:
    """A systematic variation of some of the samples that a dataset is made of.

    Attributes
    ----------
    name
        In the card; the same name in several datasets is one variation, which moves them together.
    rule, confidence
        How its alternatives become an uncertainty, see `symhep.stats.variations`.
    alternatives
        In the order of the card.
    samples
        The label names that it changes.
    """

    name: str
    rule: Rule
    alternatives: tuple[Alternative, ...]
    samples: frozenset[str]
    confidence: float = 0.6827

    def apart(self, reference: frozenset[str]) -> tuple[Variation | None, Variation | None]:
        """That of the sample and that of the ``reference``; None for what it does not change."""
        pairs = [a.data.apart() for a in self.alternatives]
        found = []
        for side, samples in enumerate((self.samples - reference, self.samples & reference)):
            events = [pair[side] for pair in pairs]
            alternatives = tuple(
                replace(a, data=data)
                for a, data in zip(self.alternatives, events, strict=True)
                if data is not None
            )
            found.append(
                replace(self, alternatives=alternatives, samples=samples)
                if samples and alternatives
                else None
            )
        return found[0], found[1]
