"""A Lie algebra with its name, and the names that the errors allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.record import Record

__all__ = ["Alternative", "NamedAlgebra"]


class Alternative(Record):
    """An alternative name within the errors."""

    name: str = Field(description="name of the algebra")
    share: float = Field(
        description="fraction of the resampled generators (within their errors) that have this algebra"
    )

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, float]]) -> tuple[Self, ...]:
        """From names and their shares.

        >>> Alternative.of([("so(2)", 0.9)])[0].share
        0.9
        """
        return tuple(cls(name=name, share=share) for name, share in pairs)


class NamedAlgebra(Limits):
    """Dimension and name of the Lie algebra found."""

    dimension: int | None = Field(description="number of generators; null: not determined")
    name: str = Field(
        description="name of the algebra, with an isomorphic form after '=' if there is one; '0': none"
    )
    stability: float | None = Field(
        None,
        description="fraction of the resampled generators (within their errors) that have this name, at "
        "fixed dimension: the stability of the name, not its probability; null: not named",
    )
    alternatives: tuple[Alternative, ...] = Field(
        (), description="names found for the resampled generators (within their errors), most frequent first"
    )

    @property
    def conclusion(self) -> str | None:
        """The name."""
        return self.name

    @property
    def rivals(self) -> list[str]:
        """Other names with their shares, for a sentence.

        >>> names = Alternative.of([("so(2)", 0.6), ("R", 0.4)])
        >>> NamedAlgebra(dimension=1, name="so(2)", alternatives=names).rivals
        ['R (40 %)']
        """
        return [f"{a.name} ({100 * a.share:.0f} %)" for a in self.alternatives if a.name != self.name]
