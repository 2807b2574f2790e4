"""How arrays are to be read: the keywords of `dataset_of` that objects and features need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from symhep.card.problems import validation_error
from symhep.card.schema import RunCard
from symhep.events.dataset import Scaling
from symhep.events.kinds import VectorKind

__all__ = ["Given", "checked_card"]


@dataclass(frozen=True)
class Given:
    """Keywords of `symhep.arrays.dataset.dataset_of`."""

    units: str | Sequence[str] | None
    names: Sequence[str | int] | None
    kinds: VectorKind | Mapping[str, VectorKind] | None
    mask: Any
    sets: Collection[str] | bool | None
    tags: Sequence[str] | Mapping[str, Any] | None
    vars: tuple[str, ...]
    scaling: Scaling
    name: str


def checked_card(name: str, feature: Mapping[str, Any], objects: Mapping[str, Any] | None = None) -> RunCard:
    """The card of one feature set. Raises `CardError` as a card would."""
    parts = {"datasets": {name: {}}, "objects": objects or {}, "features": {name: feature}}
    try:
        return RunCard.model_validate({"symhep": 1, **parts})
    except ValidationError as error:
        raise validation_error(error, RunCard, "the arguments", {}) from error
