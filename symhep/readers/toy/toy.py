"""What the reader needs of a toy, whatever it is: the columns it offers, and how to draw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.readers.layout import Layout

__all__ = ["Columns", "Family", "Toy"]

#: Numbers per event, (n,), or per particle, (n, P), by name.
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Toy:
    """How to draw the columns of n events; at most ``limit`` events.

    ``intrinsic`` is the dimension of the space that the events fill (None if nobody knows), ``embedding`` the
    number of coordinates they are given in.
    """

    layout: Layout
    embedding: int
    intrinsic: int | None
    symmetry: str
    draw: Callable[[np.random.Generator, int], Columns]
    limit: int | None = None


@dataclass(frozen=True)
class Family:
    """Toys that share their options: which they know, and how name and given options make one.

    ``build`` raises ValueError, with a sentence, for options that do not fit together.
    """

    options: tuple[str, ...]
    build: Callable[[str, Mapping[str, Any]], Toy]
