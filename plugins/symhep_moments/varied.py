"""Events under systematic variations, in the units of the nominal ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from symhep.errors import MethodError
from symhep.events.copies import merged
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.stats.variations import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from symhep_moments.sample import Events

__all__ = ["VariedEvents", "varied_events"]


@dataclass(frozen=True, eq=False)
class VariedEvents:
    """A systematic variation of a sample.

    Attributes
    ----------
    name, rule, confidence
        As of `symhep.events.variation.Variation`.
    names
        Of its A alternatives.
    alternatives
        The events of each, scaled as the nominal ones are. Those with rows of their own have a ``stream`` of their own,
        or None where they are read with the blocks of the nominal ones.
    same_rows
        Which of them differ from the nominal events by their weights alone, row by row.
    """

    name: str
    rule: Rule
    confidence: float
    names: tuple[str, ...]
    alternatives: tuple[Events, ...]
    same_rows: tuple[bool, ...]

    @property
    def parametric(self) -> bool:
        """Has it a parameter? An envelope's alternatives have none."""
        return self.rule != "envelope"

    def read_with(self, nominal: Events) -> tuple[bool, ...]:
        """Which alternatives are read with the blocks of the ``nominal`` events; others are events of their own."""
        # Of few events all rows are in memory.
        return tuple(
            same or (events.stream is None if nominal.subsampled else not events.subsampled)
            for events, same in zip(self.alternatives, self.same_rows, strict=True)
        )

    def on(self, nominal: Events) -> VariedEvents:
        """On the device of the ``nominal`` events, whose rows are not held twice."""
        device = str(nominal.x.device)
        moved = tuple(
            replace(nominal, weights=events.weights.to(device)) if same else events.on(device)
            for events, same in zip(self.alternatives, self.same_rows, strict=True)
        )
        return replace(self, alternatives=moved)


def varied_events(
    data: Dataset, nominal: Events, build: Callable[[Dataset], Events]
) -> tuple[VariedEvents, ...]:
    """The variations of ``data``, which the ``nominal`` events were made of; ``build`` makes events of other rows.

    Raises `MethodError` for weights that are not finite or do not sum to a positive number, and as ``build`` does.
    """
    return tuple(
        VariedEvents(
            v.name, v.rule, v.confidence, tuple(a.name for a in v.alternatives),
            tuple(_events(v.name, a, data, nominal, build) for a in v.alternatives),
            tuple(a.same_rows for a in v.alternatives),
        )
        for v in data.variations
    )  # fmt: skip


def _events(
    name: str, alternative: Alternative, data: Dataset, nominal: Events, build: Callable[[Dataset], Events]
) -> Events:
    weights = alternative.data.weights
    if not np.isfinite(weights).all() or not weights.sum() > 0:
        raise MethodError(
            f"the weights of variation '{name}', alternative '{alternative.name}', are not finite or sum to "
            f"{weights.sum():.4g}; the sum must be positive"
        )
    if not alternative.same_rows:
        found = build(alternative.data)
        with_blocks = data.stream is not None and alternative.data.stream is None
        scaled = found.scaled_as(nominal)
        return replace(scaled, stream=None) if with_blocks else scaled
    import torch

    kept = merged(replace(data, weights=weights, variations=())).weights
    return replace(nominal, weights=torch.from_numpy(kept))
