"""The independent pieces of a fit: blocks of restarts, the subgroups, the learned map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.spaces.options import asked_subgroups

__all__ = ["Piece", "pieces"]


@dataclass(frozen=True)
class Piece:
    """``kind`` of work; for restarts the numbers ``first`` to ``last`` - 1."""

    kind: Literal["restarts", "subgroups", "map"]
    label: str
    first: int = 0
    last: int = 0


def pieces(options: SymmetryGanOptions, *, momenta: bool) -> tuple[Piece, ...]:
    """All of them, in order; the same for any number of workers.

    >>> options = SymmetryGanOptions(search="so(4)", training={"restarts": 30, "replicas_per_batch": 20})
    >>> [piece.label for piece in pieces(options, momenta=False)]
    ['restarts 0-19', 'restarts 20-29']
    """
    asked = asked_subgroups(options.search, momenta=momenta)
    found: list[Piece] = []
    total, block = options.training.restarts, options.training.replicas_per_batch
    if asked is None or not asked.alone:
        for first in range(0, total, block):
            last = min(first + block, total)
            found.append(Piece("restarts", f"restarts {first}-{last - 1}", first, last))
    if asked is not None:
        found.append(Piece("subgroups", "subgroups"))
    if options.map is not None and options.map.learn is not None:
        found.append(Piece("map", "map"))
    return tuple(found)
