"""What a method gives back: a typed record, arrays, histograms; and what is said of it. No pickle anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, overload

import numpy as np
import numpy.typing as npt
from typing_extensions import TypeVar

from symhep.errors import StoreError, nearest
from symhep.methods.record import Record
from symhep.methods.table import Table
from symhep.methods.varied import VariationsRecord
from symhep.methods.verdict import Verdict

if TYPE_CHECKING:
    import hist
    import pandas as pd

    from symhep.methods.symmetry import MeasuredGenerators

__all__ = ["Arrays", "Part", "Result", "Statement"]

Arrays = dict[str, npt.NDArray[Any]]
RecordT = TypeVar("RecordT", bound=Record, default=Record, covariant=True)


@dataclass(frozen=True)
class Statement:
    """A sentence for people, with what it rests on.

    Attributes
    ----------
    text
        One sentence, with its full stop.
    evidence
        The numbers behind it, as JSON.
    figure
        Name of the figure that shows it; None: none does.
    kind
        'finding', or 'warning' for what a reader must know before believing the findings.

    Examples
    --------
    >>> Statement("J_z is compatible with zero.", {"p_value": 0.31}, figure="p_values").kind
    'finding'
    """

    text: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    figure: str | None = None
    kind: str = "finding"


@dataclass
class Part:
    """What one shard produced: enough for `Method.combine`, and storable, so that a run can resume.

    Attributes
    ----------
    values
        JSON: numbers, texts, lists, mappings.
    arrays
        Numeric or string arrays by name.

    Examples
    --------
    >>> Part({"steps": 300}, {"loss": np.linspace(1.0, 0.1, 300)}).arrays["loss"].shape
    (300,)
    """

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
    statements, verdicts, tables
        For people; made from the record alone by `Method.statements`, `Method.verdicts` and `Method.tables`.
    variations
        Its numbers under systematic variations; None without any.

    Examples
    --------
    >>> from symhep.methods.number import Number
    >>> class Spread(Record):
    ...     spread: Number
    >>> table = Table.of(("n", "pt"), [[2, 45.2]])
    >>> result = Result(Spread(spread=Number(value=1.5)), statements=[Statement("It spreads.")], tables={"jets": table})
    >>> result
    <Result Spread: It spreads.>
    >>> result.summary["spread"]["value"], result.generators
    (1.5, None)
    """

    record: RecordT
    arrays: Arrays = field(default_factory=dict)
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)
    checkpoint: dict[str, dict[str, npt.NDArray[np.float32]]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    variations: VariationsRecord | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The record as JSON, as results.json holds it."""
        return self.record.to_json()

    @cached_property
    def generators(self) -> MeasuredGenerators | None:
        """The generators of the symmetry that the result states, as matrices with a standard error for every entry.

        None where the method states no symmetry, such as `vae`.

        Raises
        ------
        StoreError
            For arrays that do not fit it.

        Examples
        --------
        >>> from symhep.methods.symmetry import Symmetry, SymmetryRecord, homogeneous
        >>> class Found(Record):
        ...     symmetry: SymmetryRecord
        >>> turn = homogeneous([[[0.0, -1.0], [1.0, 0.0]]])
        >>> found = Symmetry("features", 1, ("x", "y"), turn, ("J",), errors=0.01 * abs(turn))
        >>> result = Result(Found(symmetry=found.to_record()), found.to_arrays())
        >>> result.generators
        <MeasuredGenerators J: 3x3 matrices on (x, y)>
        >>> result.generators.linear.tolist(), result.generators.errors[0, 0].tolist()
        ([[[0.0, -1.0], [1.0, 0.0]]], [0.0, 0.01, 0.0])
        """
        from symhep.methods.symmetry import Symmetry

        found = Symmetry.of(self)
        return None if found is None else found.to_generators()

    @overload
    def to_pandas(self, table: str) -> pd.DataFrame: ...

    @overload
    def to_pandas(self, table: None = None) -> dict[str, pd.DataFrame]: ...

    def to_pandas(self, table: str | None = None) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """A table as a data frame of plain numbers, or all of them by name.

        Parameters
        ----------
        table
            Name, as in ``tables``; None: all.

        Returns
        -------
        pandas.DataFrame or dict
            A number with its interval becomes three columns, NAME, NAME low and NAME high; a p-value two, NAME and
            NAME log10.

        Raises
        ------
        StoreError
            For a table that is not there.
        ImportError
            Where pandas is not installed.

        Examples
        --------
        >>> result = Result(Record(), tables={"jets": Table.of(("n", "pt"), [[2, 45.2]])})
        >>> result.to_pandas("jets").to_dict("records")
        [{'n': 2, 'pt': 45.2}]
        """
        if table is None:
            return {name: one.to_pandas() for name, one in self.tables.items()}
        if table not in self.tables:
            raise StoreError(f"the result has no table '{table}'; {nearest(table, self.tables)}")
        return self.tables[table].to_pandas()

    def __repr__(self) -> str:
        first = self.statements[0].text if self.statements else "no statement"
        return f"<Result {type(self.record).__name__}: {first}>"

    def _repr_html_(self) -> str:
        """Statements and tables, for notebooks."""
        from symhep.methods.html import result_html

        return result_html(self)
