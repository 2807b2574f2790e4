"""How the D numbers of an event fall into vectors on which one matrix acts."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """P vectors of d components; x is (N, D) with D = P d, or 2 P d real numbers if the vectors are complex.

    The vectors follow each other; a complex one is stored as (Re z_1 .. Re z_d, Im z_1 .. Im z_d).
    A generator W (d x d) acts on every one of them alike. With ``masked`` the places whose numbers are all 0 are empty:
    the number of vectors differs from event to event, and linear maps leave empty places empty. A point may have
    more numbers behind these D, which no generator changes: ``tags`` of each vector, then ``spectators`` of the event.

    >>> Layout(2, 4).features, Layout(1, 3, complex=True).features
    (8, 6)
    """

    vectors: int
    dimension: int
    complex: bool = False
    masked: bool = False
    tags: int = 0
    spectators: int = 0

    @property
    def width(self) -> int:
        """Real numbers per vector."""
        return self.dimension * (2 if self.complex else 1)

    @property
    def features(self) -> int:
        """D, the real numbers per event."""
        return self.vectors * self.width

    @property
    def beside(self) -> int:
        """Numbers behind the D that generators change."""
        return self.vectors * self.tags + self.spectators

    @property
    def total(self) -> int:
        """All numbers of a point."""
        return self.features + self.beside

    def present(self, vectors: Tensor) -> Tensor:
        """(..., P) 1 where a vector (..., P, width) is there, else 0."""
        return (vectors != 0).any(-1).to(vectors.dtype)

    def split(self, x: Tensor) -> Tensor:
        """(..., D) as (..., P, width).

        >>> import torch
        >>> Layout(2, 3).split(torch.arange(6.0)).tolist()
        [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
        """
        return x.reshape(*x.shape[:-1], self.vectors, self.width)
