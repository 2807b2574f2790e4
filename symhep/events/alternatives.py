"""In which other ways the events of a file are looked at while they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.card.variations import ObjectChange, VariationCard
from symhep.events.batch import EventBatch

__all__ = ["Alternatives", "alternative_key"]

FloatArray = npt.NDArray[np.float64]


def alternative_key(variation: str, alternative: str) -> str:
    """What an alternative is called beside those of other variations.

    >>> alternative_key("jes", "up")
    'jes/up'
    """
    return f"{variation}/{alternative}"


@dataclass(frozen=True)
class Alternatives:
    """Alternatives of a dataset by weight and by object.

    Attributes
    ----------
    weights
        Names of the A other weights of the file, each once.
    objects
        `alternative_key` -> object -> how its members are changed.
    seed, content
        What the random numbers of smearing depend on besides the event: the seed of the run, and the content of the
        file.
    """

    weights: tuple[str, ...] = ()
    objects: Mapping[str, Mapping[str, ObjectChange]] = field(default_factory=dict)
    seed: int = 0
    content: str = ""

    @classmethod
    def of(cls, variations: Mapping[str, VariationCard], seed: int = 0, content: str = "") -> Alternatives:
        """Those of a dataset's ``variations`` that need no other files.

        >>> scale = VariationCard(weights=["up", "down"], combine="envelope")
        >>> jes = VariationCard(up={"objects": {"jets": 1.02}})
        >>> found = Alternatives.of({"scale": scale, "jes": jes})
        >>> found.weights, list(found.objects)
        (('up', 'down'), ['jes/up'])
        """
        asked = [
            (alternative_key(v, name), a)
            for v, card in variations.items()
            for name, a in card.alternatives.items()
        ]
        return cls(
            tuple(dict.fromkeys(a.weights for _, a in asked if a.weights is not None)),
            {key: a.objects for key, a in asked if a.objects},
            seed,
            content,
        )

    def __bool__(self) -> bool:
        return bool(self.weights or self.objects)

    def of_batch(self, batch: EventBatch) -> FloatArray:
        """(N, A) the other weights of N events."""
        if not self.weights:
            return np.zeros((len(batch), 0))
        # Column by column in memory, as they are read and as methods get them.
        return np.stack([batch.variations[name] for name in self.weights]).T

    def to_json(self) -> dict[str, Any]:
        """What the tables of a file depend on; the file itself is known by its own key."""
        changes = {
            key: {name: change.model_dump(mode="json") for name, change in objects.items()}
            for key, objects in self.objects.items()
        }
        smeared = any(c.smear is not None for objects in self.objects.values() for c in objects.values())
        return {"weights": list(self.weights), "objects": changes, "seed": self.seed if smeared else None}
