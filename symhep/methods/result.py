"""What a method gives back: a typed record, arrays, histograms; and what is said of it. No pickle anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
import numpy.typing as npt
from typing_extensions import TypeVar

from symhep.methods.record import Record
from symhep.methods.table import Table

if TYPE_CHECKING:
    import hist

__all__ = ["Arrays", "Part", "Result", "Statement"]

Arrays = dict[str, npt.NDArray[Any]]
RecordT = TypeVar("RecordT", bound=Record, default=Record, covariant=True)


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


@dataclass
class Part:
    """What one shard produced: enough for `Method.combine`, and storable for resume."""

    values: dict[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@dataclass
class Result(Generic[RecordT]):
    """The outcome of a method on a dataset.

    Attributes
    ----------
    record
        All numbers, typed, each with its uncertainty. Its JSON is ``summary`` in results.json.
    arrays
        Whatever the figures need, stored in arrays.npz. Numeric or string arrays.
    histograms
        `hist.Hist` objects, stored as UHI JSON.
    checkpoint
        file stem -> named arrays, stored as NAME/checkpoint/STEM.safetensors.
    statements, tables
        For people; made from the record alone by `Method.statements` and `Method.tables`.
    """

    record: RecordT
    arrays: Arrays = field(default_factory=dict)
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)
    checkpoint: dict[str, dict[str, npt.NDArray[np.float32]]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The record as JSON."""
        return self.record.to_json()

    def __repr__(self) -> str:
        first = self.statements[0].text if self.statements else "no statement"
        return f"<Result {type(self.record).__name__}: {first}>"

    def _repr_html_(self) -> str:
        """Statements and tables, for notebooks."""
        from symhep.methods.html import result_html

        return result_html(self)
