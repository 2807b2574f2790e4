"""What a method gives back: numbers, arrays, histograms, tables and sentences. No pickle anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import hist

__all__ = ["Part", "Result", "Statement", "Table"]

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Statement:
    """A sentence for people, with what it rests on.

    ``evidence`` holds the numbers behind it (JSON), ``figure`` names the figure
    that shows it. ``kind`` is 'finding', or 'warning' for what a reader must
    know before believing the findings.
    """

    text: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    figure: str | None = None
    kind: str = "finding"


@dataclass(frozen=True)
class Table:
    """Rows under column heads; cells are JSON scalars. ``caption`` is a sentence."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    caption: str = ""


@dataclass
class Part:
    """What one shard produced: enough for `Method.combine`, and storable for resume."""

    values: dict[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@dataclass
class Result:
    """The outcome of a method on a dataset.

    Attributes
    ----------
    summary
        JSON; every number with its uncertainty. Becomes ``summary`` in results.json.
    arrays
        Whatever the figures need, stored in arrays.npz. Numeric or string arrays.
    histograms
        `hist.Hist` objects, stored as UHI JSON.
    tables, statements
        For the report.
    checkpoint
        file stem -> named arrays, stored as NAME/checkpoint/STEM.safetensors.
    """

    summary: dict[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    checkpoint: dict[str, dict[str, npt.NDArray[np.float32]]] = field(default_factory=dict)
