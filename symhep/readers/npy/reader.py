"""Arrays of numpy: .npy and .npz files (plain or compressed), read in pieces and never unpickled.

- (N, P, C): N events of P particles with C numbers each, padded with zeros, such as EnergyFlow's jets
  (arXiv:1810.05165): ``X`` with pt, rapidity, phi and PDG number. ``components`` says what the numbers are;
  where it does not, E, px, py, pz and EnergyFlow's are told apart by their sizes, and a note says what was taken.
- (N, F): F numbers per event, called x1, ..., xF or by ``components``.
- (N,) and (N, P) arrays with names in a .npz file: ``pt``, ``jet_eta``, ``weight``; ``y`` of shape (N,) is the label.
- structured arrays: their fields.

What names mean is said by a map or guessed, see `symhep.readers.columns`. GeV, or MeV by ``units: MeV``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import awkward as ak
import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.errors import InputError
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.npy.arrays import arrays_of
from symhep.readers.npy.components import lists_of
from symhep.readers.npy.meaning import Meaning, meaning_of
from symhep.readers.table import STRIDE, TableReader

__all__ = ["NumpyOptions", "NumpyReader"]

_PIECE_BYTES = 1 << 26


class NumpyOptions(ColumnMapOptions):
    """Those of a column map, and ``array``, ``components``."""

    array: str | None = Field(
        None, description="name of the array of a .npz file with the particles or numbers"
    )
    components: tuple[str, ...] | None = Field(
        None,
        description="meaning of its last axis, such as [pt, eta, phi, mass]; default: from the values",
    )


class NumpyReader(TableReader):
    """Arrays of numpy by what they hold, or by a column map; GeV or MeV."""

    name: ClassVar[str] = "numpy"
    summary: ClassVar[str] = (
        "numpy arrays (.npy, .npz): particles (N, P, C), numbers (N, F), named arrays; GeV or MeV"
    )
    Options: ClassVar[type[ReaderOptions]] = NumpyOptions

    def confidence(self, path: str, head: bytes) -> int:
        """2 for numpy's magic bytes, or a zip archive whose first member is an array."""
        if head.startswith(b"\x93NUMPY"):
            return 2
        return 2 if head.startswith(b"PK\x03\x04") and b".npy" in head[30:400] else 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[NumpyTable, Layout]]:
        """The arrays, and what they mean."""
        assert isinstance(options, NumpyOptions)
        meaning = meaning_of(arrays_of(path), options.array, options.components, path)
        table = NumpyTable(path, meaning, 1000.0 if options.units == "MeV" else 1.0)
        yield table, layout_of(meaning.columns, options, path, (), meaning.notes)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """Shapes and types of the arrays."""
        members = {part.member.name: part.member for part in table.meaning.parts.values()}
        return {"arrays": {name: [*m.shape, str(m.dtype)[:200]] for name, m in members.items()}}


class NumpyTable:
    """Arrays of N events, seen as columns."""

    def __init__(self, path: str, meaning: Meaning, gev: float) -> None:
        self.path, self.meaning, self.gev = path, meaning, gev
        self.damage: str | None = None

    @property
    def entries(self) -> int:
        """N."""
        return self.meaning.events

    @property
    def starts(self) -> Sequence[int]:
        """Every so many events of a .npy file; an archive, whose checksum is that of the whole, has one beginning."""
        members = [part.member for part in self.meaning.parts.values()]
        if any(member.name or member.by_column for member in members):
            return (0,)
        return range(0, max(self._there, 1), STRIDE)

    @property
    def _there(self) -> int:
        """What a cut file lacks it lacks whatever is asked for."""
        return min((p.member.whole_rows for p in self.meaning.parts.values()), default=self.entries)

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time."""
        parts = {name: self.meaning.parts[name] for name in columns}
        members = {part.member.name: part.member for part in parts.values()}
        longest = max((member.row_bytes for member in members.values()), default=1)
        step = max(1, min(step, _PIECE_BYTES // max(longest, 1)))
        end = min(stop, self._there)
        with ExitStack() as stack:
            pieces = {name: stack.enter_context(m.pieces(start, end, step)) for name, m in members.items()}
            for first in range(start, end, step):
                try:
                    found = {name: next(piece) for name, piece in pieces.items()}
                except InputError as error:
                    raise InputError(error.message, file=self.path, event=first, hint=error.hint) from None
                yield min(step, end - first), self._arrays(columns, found)
        if self._there < stop:
            raise InputError(
                f"the file is truncated: it should have {self.entries} events and has {self._there}",
                file=self.path,
                event=max(start, self._there),
                hint="copy or create it again",
            )

    def _arrays(self, columns: Sequence[str], pieces: Mapping[str, npt.NDArray[Any]]) -> dict[str, ak.Array]:
        found: dict[str, ak.Array] = {}
        lists: dict[str, Mapping[str, ak.Array]] = {}
        for name in columns:
            part = self.meaning.parts[name]
            piece = pieces[part.member.name]
            if part.component is not None:
                if part.member.name not in lists:
                    lists[part.member.name] = lists_of(piece, part.components, self.gev)
                found[name] = lists[part.member.name][part.component]
                continue
            values = piece[part.field] if part.field is not None else piece
            values = values[:, part.place] if part.place is not None else values
            with np.errstate(invalid="ignore"):  # damage may leave patterns that are no number of any kind
                native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))
            found[name] = ak.from_regular(ak.Array(native), axis=1) if native.ndim == 2 else ak.Array(native)
        return found
