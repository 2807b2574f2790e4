"""LHC Olympics HDF5 files: pandas tables in the 'fixed' layout, read block by block without pandas.

Source: the LHC Olympics 2020 data sets (Zenodo 4536377, 6466204) and pandas' fixed format, in which a
group holds ``axis0`` (column names), ``axis1`` (row numbers) and pairs ``blockN_items``,
``blockN_values``. GeV, as here. Two layouts of the columns are known:

- *raw*: 700 times (pt, eta, phi), padded with zeros, and in the R&D file a label in column 2100:
  collection ``particles`` (massless) and event field ``label``;
- *features*: ``pxj1 pyj1 pzj1 mj1 tau1j1 tau2j1 ...`` for jets 1, 2, ...: collection ``jets``
  (px, py, pz, mass and the rest as fields) in the file's order, which is not always that of pt, and
  other columns, such as ``label``, as event fields.

There are no weights.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import awkward as ak
import fsspec
import h5py
import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.errors import InputError, nearest
from symhep.readers.interface import FieldSchema, ReaderOptions
from symhep.readers.layout import CollectionLayout, Layout, Leaf, event_field_name
from symhep.readers.table import TableReader

__all__ = ["LhcoOptions", "LhcoReader"]

# Blosc and other compressions that pandas offers are filters outside HDF5; this package brings them.
if importlib.util.find_spec("hdf5plugin"):
    importlib.import_module("hdf5plugin")

_MAGIC = b"\x89HDF\r\n\x1a\n"
_DAMAGE = (OSError, KeyError, ValueError, RuntimeError, EOFError, TypeError)
_PARTICLE = ("pt", "eta", "phi")
_JET_COLUMN = re.compile(r"^(?P<leaf>.*?)_?j(?P<jet>\d+)$")
_JET_MOMENTUM = {"px": "px", "py": "py", "pz": "pz", "m": "mass"}


class LhcoOptions(ReaderOptions):
    """``group``: the group that holds the table; the only one if not given."""

    group: str | None = Field(
        None, description="the HDF5 group that holds the table; the only one if not given"
    )


class LhcoReader(TableReader):
    """LHC Olympics HDF5 files, raw particles or jet features; GeV."""

    name: ClassVar[str] = "lhco"
    summary: ClassVar[str] = "LHC Olympics HDF5 file, raw particles or jet features, GeV"
    Options: ClassVar[type[ReaderOptions]] = LhcoOptions

    def confidence(self, path: str, head: bytes) -> int:
        """1 for the magic bytes of HDF5."""
        return int(head.startswith(_MAGIC) or (not head and path.endswith((".h5", ".hdf5"))))

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[LhcoTable, Layout]]:
        """The table, and what its columns mean."""
        assert isinstance(options, LhcoOptions)
        with ExitStack() as stack:
            try:
                file = stack.enter_context(h5py.File(stack.enter_context(fsspec.open(path, "rb")), "r"))
                name = _group_name(file, options.group, path)
                table = LhcoTable(path, file[name])
            except FileNotFoundError:
                raise InputError("there is no such file", file=path) from None
            except InputError:
                raise
            except _DAMAGE as error:
                raise InputError(
                    f"the HDF5 file cannot be read: cut short, damaged or of another layout ({error})",
                    file=path,
                    hint="copy or produce it again",
                ) from None
            yield table, _layout(table, name)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """Which of the two layouts it is."""
        return {"layout": "raw" if table.raw else "features", "columns": len(table.names)}


class LhcoTable:
    """Columns of a pandas table. A raw table offers pt, eta, phi as lists without the padding."""

    def __init__(self, path: str, group: Any) -> None:
        if "axis0" not in group or "block0_values" not in group:
            raise InputError(
                "the HDF5 group is not a pandas table in 'fixed' format",
                file=path,
                hint="write it with pandas: frame.to_hdf(file, key='df', format='fixed')",
            )
        for dataset in group.values():
            _check_filters(dataset, path)
        self.path = path
        self.damage: str | None = None
        self.names = _labels(group["axis0"])
        #: By column: its block and the place in it.
        self.places: dict[str, tuple[Any, int]] = {}
        for key in (k for k in group if re.fullmatch(r"block\d+_values", k)):
            for i, name in enumerate(_labels(group[key.replace("values", "items")])):
                self.places[name] = (group[key], i)
        self.entries = int(group["axis1"].shape[0])
        # A table without columns of its own names has the numbers 0, 1, 2, ...
        self.raw = len(self.names) >= 3 and all(name.isdigit() for name in self.names)
        short = [block.shape[0] for block, _ in self.places.values() if block.shape[0] != self.entries]
        if short or set(self.names) != set(self.places):
            raise InputError("the blocks of the pandas table do not fit together", file=path)

    def chunks(
        self, columns: Sequence[str], stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events 0 to ``stop``, at most ``step`` at a time."""
        # A raw event has 2100 numbers: what is read at once stays below some 200 MB.
        step = min(step, 5_000) if self.raw else step
        for start in range(0, stop, step):
            end = min(start + step, stop)
            try:
                yield end - start, self._read(columns, start, end)
            except _DAMAGE as error:
                raise InputError(
                    f"the file is damaged after {start} of {self.entries} events ({error})",
                    file=self.path,
                    event=start,
                    hint="copy or produce it again",
                ) from None

    def _read(self, columns: Sequence[str], start: int, end: int) -> dict[str, ak.Array]:
        blocks: dict[str, npt.NDArray[np.generic]] = {}

        def values(name: str) -> npt.NDArray[np.generic]:
            block, i = self.places[name]
            if block.name not in blocks:
                blocks[block.name] = block[start:end]
            return blocks[block.name][:, i]

        found: dict[str, ak.Array] = {}
        if self.raw and any(name in _PARTICLE for name in columns):
            count = len(self.names) // 3
            table = np.stack([values(name) for name in self.names[: 3 * count]], axis=1).reshape(-1, count, 3)
            real = table[:, :, 0] > 0
            offsets = ak.index.Index64(np.concatenate([[0], np.cumsum(real.sum(axis=1))]))
            for k, leaf in enumerate(_PARTICLE):
                numbers = ak.contents.NumpyArray(table[:, :, k][real])
                found[leaf] = ak.Array(ak.contents.ListOffsetArray(offsets, numbers))
        for name in columns:
            if name.startswith("jets:"):
                jets = [values(n) for n in name.removeprefix("jets:").split(",")]
                found[name] = ak.from_regular(ak.Array(np.stack(jets, axis=1)), axis=1)
            elif name not in found:
                found[name] = ak.Array(values(name))
        return {name: found[name] for name in columns}


def _check_filters(dataset: Any, path: str) -> None:
    """Raise `InputError` where the numbers are compressed in a way that HDF5 does not know here."""
    properties = dataset.id.get_create_plist()
    for i in range(properties.get_nfilters()):
        code, _, _, name = properties.get_filter(i)
        if not h5py.h5z.filter_avail(code):
            raise InputError(
                f"the table is compressed by '{name.decode(errors='replace')}', which HDF5 does not know here",
                file=path,
                hint="pip install hdf5plugin, or write the file again with complib='zlib'",
            )


def _labels(axis: Any) -> list[str]:
    """Column names as pandas stores them: bytes or integers."""
    values = axis[:]
    return [v.decode("utf-8") if isinstance(v, bytes) else str(v) for v in values.tolist()]


def _group_name(file: Any, asked: str | None, path: str) -> str:
    groups = [name for name in file if isinstance(file[name], h5py.Group)]
    if asked is not None:
        if asked not in groups:
            raise InputError(f"there is no group '{asked}'", file=path, hint=nearest(asked, groups))
        return asked
    if len(groups) != 1:
        raise InputError(
            f"the file has {len(groups)} groups, not one",
            file=path,
            hint=f"choose one with options: {{group: NAME}}; {nearest('', groups)}",
        )
    if "table" in file[groups[0]]:
        raise InputError(
            "the file is in pandas' 'table' format, which is not read",
            file=path,
            hint="write it again with pandas: frame.to_hdf(file, key='df', format='fixed')",
        )
    return groups[0]


def _layout(table: LhcoTable, group: str) -> Layout:
    notes = ["The format has no event weights: every event weighs 1."]
    if table.raw:
        count = len(table.names) // 3
        momentum = {
            leaf: Leaf(leaf, FieldSchema("float64", "GeV" if leaf == "pt" else "")) for leaf in _PARTICLE
        }
        momentum["mass"] = Leaf(None, FieldSchema("float64", "GeV", "massless"))
        collections = {"particles": CollectionLayout("particles", "particle", momentum)}
        labels = ("label", *(f"label{i}" for i in range(2, 10)))
        fields = {
            label: Leaf(name, FieldSchema("float64", "", "1 signal, 0 background"))
            for label, name in zip(labels, table.names[3 * count :], strict=False)
        }
        return Layout(
            collections, fields, containers=(group,), notes=(*notes, "Particles are taken as massless.")
        )
    jets: dict[str, dict[int, str]] = {}
    for name in table.names:
        match = _JET_COLUMN.match(name)
        if match and match["leaf"]:
            jets.setdefault(match["leaf"], {})[int(match["jet"])] = name
    if not set(_JET_MOMENTUM) <= jets.keys():
        missing = sorted(set(_JET_MOMENTUM) - jets.keys())
        raise InputError(
            f"no columns such as {missing[0]}j1, and not the raw layout",
            file=table.path,
            hint=nearest("", table.names),
        )
    numbers = sorted(jets["px"])
    complete = {leaf: by_jet for leaf, by_jet in jets.items() if sorted(by_jet) == numbers}
    columns = {leaf: "jets:" + ",".join(by_jet[j] for j in numbers) for leaf, by_jet in complete.items()}
    momentum = {
        field: Leaf(columns[leaf], FieldSchema("float64", "GeV", f"{leaf}j1, ..."))
        for leaf, field in _JET_MOMENTUM.items()
    }
    extras = {
        event_field_name(leaf): Leaf(column, FieldSchema("float64", "", f"{leaf}j1, ..."))
        for leaf, column in columns.items()
        if leaf not in _JET_MOMENTUM
    }
    used = {name for by_jet in complete.values() for name in by_jet.values()}
    fields = {name: Leaf(name, FieldSchema("float64")) for name in table.names if name not in used}
    notes.append("Jets come in the file's order, which is not always that of their pt.")
    collections = {"jets": CollectionLayout("jets", "Jet", momentum, extras)}
    return Layout(collections, fields, containers=(group,), notes=tuple(notes))
