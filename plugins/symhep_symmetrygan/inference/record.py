"""The group that the kept elements form."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.algebra.record import NamedAlgebra
from symhep.hypotheses.bounds.record import Limits
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record

__all__ = ["AlgebraRecord", "ComponentRecord", "CompositionRecord", "FiniteGroupRecord"]


class AlgebraRecord(NamedAlgebra):
    """Lie algebra of the identity component."""

    kind: Literal["continuous", "finite", "not determined"] = Field(
        description="whether the elements form a continuous or a finite group, or do not tell"
    )
    why: str = Field(description="the reason, in words")
    fit: PValue = Field(
        PValue(), description="the hypothesis that the kept elements lie in cosets of this algebra"
    )
    chance: float | None = Field(
        None, description="probability that so few cosets are a coincidence; null: unknown"
    )
    excluded_order: int | None = Field(
        None, description="of a single rotation: finite orders up to this one are excluded; null: not asked"
    )
    fewest: int | None = Field(
        None, description="a finite group would have at least so many elements; null: not asked"
    )

    unseen: tuple[str, ...] = Field(
        (),
        description="generators along which the events do not see where a kept element is: any element along them "
        "would do as well",
    )


class ComponentRecord(Adjusted, Limits):
    """A component that found elements fall into; p-values are those of its representative."""

    name: str = Field(description="name of its simplest element")
    elements: int = Field(description="found elements in it, or near it where it is approximate")
    kept: int = Field(description="number of them that are kept")
    verdict: Literal["kept", "approximate"] = Field(
        description="approximate: only rejected elements come near to it"
    )
    action: Literal["commutes", "anticommutes", "mixes"] | None = Field(
        description="what it does to the generators; null: there are none"
    )
    action_error: float | None = Field(description="standard error of that action, relative; null: unknown")
    distance_from_name: float | None = Field(
        description="from the element with that name (Frobenius); null: it has no name"
    )
    order: int | None = Field(description="smallest q with g^q = 1 for all its elements; null: none")
    matrix: tuple[tuple[float, ...], ...] = Field(
        description="the representative, homogeneous, on coordinates divided by ``scale``"
    )
    excess: tuple[Bounded, ...] | None = Field(
        None,
        description="excess KL divergence of each projection over the noise of split samples, mean over its refined "
        "elements, in nats; null: unknown",
    )
    posthoc_loss: Number | None = Field(
        None,
        description="loss of a classifier trained afterwards, mean over its refined elements; null: unknown",
    )


class FiniteGroupRecord(Record):
    """A finite group, of elements or of components."""

    name: str = Field(description="name, such as Z_7 or D_4; 'not closed': it is none")
    order: int | None = Field(description="number of its elements; null: not closed")
    found: int = Field(description="number of them that were found; the others are products of these")
    elements: int = Field(description="kept elements that fell into them")
    orders: dict[str, int] = Field(description="order of an element -> number of elements of that order")
    closed: bool = Field(description="closed under composition within errors")
    points_left_out: int = Field(
        0,
        description="further components of kept elements that are rejected as such, and left out of the group",
    )
    rotations: int = Field(description="elements of positive determinant")
    reflections: int = Field(description="elements of negative determinant")


class CompositionRecord(Record):
    """Kept elements composed k times with themselves, beside the exact ones that they stand for."""

    how: str = Field(description="powers: of single elements")
    exponent: Number = Field(
        description="of the growth k^exponent of the distance from the exact power; null: they are exact"
    )
    usable: int | None = Field(
        description="largest k up to which no projection has an excess KL divergence of more than two errors; 0: none"
    )
