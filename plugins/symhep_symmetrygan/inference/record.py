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
        description="whether the elements form a continuous or a finite group, or not determined"
    )
    why: str = Field(description="reason, in words")
    fit: PValue = Field(
        PValue(),
        description="test of the hypothesis that the accepted elements lie in cosets of the "
        "group of this algebra",
    )
    chance: float | None = Field(
        None, description="probability of so few cosets by coincidence; null: unknown"
    )
    excluded_order: int | None = Field(
        None, description="for a single rotation: finite orders up to this one are excluded; null: not tested"
    )
    fewest: int | None = Field(
        None, description="lower limit on the number of elements of a finite group; null: not tested"
    )

    unseen: tuple[str, ...] = Field(
        (),
        description="generators along which the position of an accepted element is not constrained by the "
        "events (a continuous symmetry)",
    )


class ComponentRecord(Adjusted, Limits):
    """A connected component of the elements found; p-values are those of its representative."""

    name: str = Field(description="name of its simplest element")
    elements: int = Field(description="number of elements found in it, or near it if it is approximate")
    kept: int = Field(description="number of accepted elements")
    verdict: Literal["kept", "approximate"] = Field(
        description="whether it is approximate: only rejected elements are near it"
    )
    action: Literal["commutes", "anticommutes", "mixes"] | None = Field(
        description="its action on the generators by conjugation; null: no generators"
    )
    action_error: float | None = Field(description="relative standard error of that action; null: unknown")
    distance_from_name: float | None = Field(
        description="distance (Frobenius) from the element with that name; null: it has no name"
    )
    order: int | None = Field(description="smallest q with g^q = 1 for all its elements; null: none")
    matrix: tuple[tuple[float, ...], ...] = Field(
        description="representative matrix, homogeneous, for coordinates divided by ``scale``"
    )
    excess: tuple[Bounded, ...] | None = Field(
        None,
        description="excess KL divergence of each projection (noise of split samples subtracted), mean "
        "over its refined elements, in nats; null: unknown",
    )
    posthoc_loss: Number | None = Field(
        None,
        description="post-hoc loss: loss of a newly trained classifier, mean over its refined elements; "
        "null: unknown",
    )


class FiniteGroupRecord(Record):
    """A finite group, of elements or of components."""

    name: str = Field(description="name, such as Z_7 or D_4; 'not closed': the elements form no group")
    order: int | None = Field(description="order (number of elements); null: not closed")
    found: int = Field(description="number of its elements that were found; the others are products of these")
    elements: int = Field(description="number of accepted elements in them")
    orders: dict[str, int] = Field(description="order of an element -> number of elements of that order")
    closed: bool = Field(description="closed under composition within errors")
    points_left_out: int = Field(
        0,
        description="number of further components of accepted elements that are rejected as components and "
        "not part of the group",
    )
    rotations: int = Field(description="number of elements with positive determinant")
    reflections: int = Field(description="number of elements with negative determinant")


class CompositionRecord(Record):
    """Accepted elements composed k times with themselves, compared with exact powers."""

    how: str = Field(description="powers: of individual elements")
    exponent: Number = Field(
        description="exponent of the growth k^exponent of the distance from the exact power; null: exact"
    )
    usable: int | None = Field(
        description="largest k up to which no projection has an excess KL divergence above two standard "
        "errors; 0: none"
    )
