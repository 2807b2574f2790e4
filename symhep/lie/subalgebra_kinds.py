"""Kinds of subalgebras that a search found, and what tells those of one name apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Matrices

__all__ = ["Subalgebra", "SubalgebraSearch"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Subalgebra:
    """One kind of subalgebra that was found, by a representative, and invariants under conjugation.

    Attributes
    ----------
    name
        As `identify` gives it.
    matrices
        (dim, d, d) a representative.
    coefficients
        (dim, G) of it, in the given basis.
    residual
        Of its closure.
    hits, limits
        Random starts that ended in this kind, and other starts that did.
    inertia
        Positive, negative and null directions of the whole algebra's Killing form.
    normaliser, centraliser
        Their dimensions.
    ideals
        Rank of the projection on each simple ideal of the whole algebra (empty unless it is semisimple).

    Examples
    --------
    >>> from symhep.lie.bases import so
    >>> from symhep.lie.subalgebras import subalgebras
    >>> line = subalgebras(so(3), 1, starts=4).found[0]
    >>> line.name, line.inertia, line.matrices.shape
    ('so(2)', (0, 1, 0), (1, 3, 3))
    """

    name: str
    matrices: Matrices
    coefficients: FloatArray
    residual: float
    hits: int
    limits: int
    inertia: tuple[int, int, int]
    normaliser: int
    centraliser: int
    ideals: tuple[int, ...]

    def __str__(self) -> str:
        where = f"{_in_ideals(self.ideals)}; " if self.ideals else ""
        killing = "Killing form of the whole algebra {} +, {} -, {} null on it".format(*self.inertia)
        return (
            f"{self.name}: found from {self.hits} random starts and {self.limits} others\n"
            f"{where}{killing}; normaliser of dimension {self.normaliser}, centraliser of {self.centraliser}"
        )


@dataclass(frozen=True, eq=False)
class SubalgebraSearch:
    """What a search in one dimension found.

    Attributes
    ----------
    dimension
        Of the subalgebras that were sought.
    found
        Kinds, most frequent first.
    starts
        Random starts.
    best
        Smallest closure residual of all starts.

    Examples
    --------
    >>> from symhep.lie.bases import so
    >>> from symhep.lie.subalgebras import subalgebras
    >>> print(subalgebras(so(3), 2, starts=4))
    dim 2: none (4 starts, closure residual at least 1)
    """

    dimension: int
    found: tuple[Subalgebra, ...]
    starts: int
    best: float

    def __str__(self) -> str:
        if not self.found:
            return f"dim {self.dimension}: none ({self.starts} starts, closure residual at least {self.best:.2g})"
        kinds = ", ".join(f"{s.name} ({self._apart(s)}found from {self._starts(s)})" for s in self.found)
        return f"dim {self.dimension}: {kinds}"

    def _starts(self, kind: Subalgebra) -> str:
        return f"{kind.hits} of {self.starts} starts" if kind.hits else f"{kind.limits} special starts only"

    def _apart(self, kind: Subalgebra) -> str:
        """What tells a kind from others of its name: invariants, so that no conjugation joins them."""
        same = [s for s in self.found if s.name == kind.name]
        if len(same) == 1:
            return ""
        told = [_invariants(s) for s in same]
        differing = [i for i in range(len(told[0])) if len({t[i] for t in told}) > 1]
        mine = _invariants(kind)
        return "; ".join([mine[i] for i in differing] or [f"kind {same.index(kind) + 1}"]) + "; "


def _invariants(kind: Subalgebra) -> tuple[str, ...]:
    """What conjugation does not change, in words."""
    return (
        _in_ideals(kind.ideals),
        "Killing form {} +, {} -, {} null".format(*kind.inertia),
        f"normaliser dim {kind.normaliser}",
        f"centraliser dim {kind.centraliser}",
    )


def _in_ideals(ranks: Sequence[int]) -> str:
    """Where a subalgebra lies by its ranks on the simple ideals, numbered from 1.

    >>> _in_ideals((0, 3)), _in_ideals((1, 3))
    ('in simple ideal 2', 'ranks 1, 3 on the simple ideals')
    """
    touched = [i for i, rank in enumerate(ranks, start=1) if rank]
    if len(touched) == 1 and len(ranks) > 1:
        return f"in simple ideal {touched[0]}"
    return f"ranks {', '.join(map(str, ranks))} on the simple ideals"
