"""A small good file of every format, and how many events a file holds as somebody else counts them."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import awkward as ak
import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import uproot

__all__ = ["Sample", "samples"]

Count = Callable[[Path], int | None]


@dataclass(frozen=True)
class Sample:
    """A good file: its name and bytes, the reader that reads it, and how its events are counted without symhep."""

    name: str
    format: str
    file: str
    data: bytes
    count: Count
    options: Mapping[str, Any] = field(default_factory=dict)
    events: int = 0
    total: float = 0.0

    def read(self, events: int, total: float) -> Sample:
        """With what a reader finds in the file before anything happened to it."""
        return replace(self, events=events, total=total)


def samples() -> Iterator[Sample]:
    """All of them, made anew: the same bytes each time but for dates in ROOT files."""
    yield Sample("lhe", "lhe", "a.lhe", _lhe(), _tags)
    yield Sample("lhe.gz", "lhe", "a.lhe.gz", gzip.compress(_lhe(), mtime=0), _tags)
    yield Sample("hepmc3", "hepmc", "a.hepmc", _hepmc3(), _lines(rb"^E "))
    yield Sample("hepmc2", "hepmc", "b.hepmc", _hepmc2(), _lines(rb"^E "))
    yield Sample("csv", "csv", "a.csv", _csv(), _rows)
    yield Sample("npy", "numpy", "a.npy", _npy(), _numpy)
    yield Sample("npz", "numpy", "a.npz", _npz(), lambda path: None)
    yield Sample("parquet", "parquet", "a.parquet", _parquet(), _parquet_rows)
    yield Sample("ttree", "tree", "a.root", _root(_jagged), _entries)
    yield Sample("nanoaod", "nanoaod", "b.root", _root(_nanoaod), _entries)
    yield Sample("rntuple", "tree", "c.root", _root(_rntuple), _entries)
    yield Sample("flat ttree", "tree", "d.root", _root(_numbered), _entries)
    yield Sample("lhco", "lhco", "a.h5", _hdf5(_lhco), _first_dimension("df/block0_values"))
    yield Sample("lhco features", "lhco", "b.h5", _hdf5(_features), _first_dimension("df/block0_values"))
    yield Sample("top tagging", "hdf5", "c.h5", _hdf5(_table), _first_dimension("table/table"))
    yield Sample("lhef hdf5", "lhehdf5", "d.h5", _hdf5(_lhe_hdf5), _first_dimension("event/weight"))
    yield Sample("yaml card", "card", "card.yaml", _card(), lambda path: None)
    yield Sample("json card", "card", "card.json", json.dumps(_CARD).encode(), lambda path: None)


_N = 6
_P = np.random.default_rng(7).normal(size=(_N, 2, 3)).round(3) * 30
_E = np.sqrt((_P**2).sum(-1)).round(6)
_COUNTS = np.array([2, 1, 0, 2, 2, 1])


def _lhe() -> bytes:
    rows = [
        '<LesHouchesEvents version="3.0">\n<header>\n<MGRunCard>\n 10 = ptj ! minimum\n</MGRunCard>\n<initrwgt>\n'
        '<weightgroup name="scale" combine="envelope">\n<weight id="1" MUR="2.0">muR=2</weight>\n</weightgroup>\n'
        "</initrwgt>\n</header>\n<init>\n2212 2212 6500 6500 0 0 247000 247000 -4 1\n10.0 0.1 1.0 1\n</init>\n"
    ]
    for event in range(_N):
        rows.append("<event>\n 2 1 1.5 91.2 0.0075 0.118\n")
        for p, (charge, row) in enumerate(zip((13, -13), _P[event], strict=True)):
            px, py, pz = row
            rows.append(f" {charge} 1 0 0 0 0 {px} {py} {pz} {_E[event, p]} 0.0 0.0 9.0\n")
        rows.append('<rwgt>\n<wgt id="1"> 1.25 </wgt>\n</rwgt>\n</event>\n')
    return "".join([*rows, "</LesHouchesEvents>\n"]).encode()


def _hepmc3() -> bytes:
    rows = ["HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW nominal\\|up\n"]
    for event in range(_N):
        rows.append(f"E {event} 1 4\nU GEV MM\nW 1.5 1.25\nA 0 GenCrossSection 10.0 0.1 -1 -1\n")
        for number, beam in enumerate((6500.0, -6500.0), start=1):
            rows.append(f"P {number} 0 2212 0.0 0.0 {beam} 6500.0 0.938 4\n")
        rows.append("V -1 0 [1,2]\n")
        for p, (kind, row) in enumerate(zip((13, -13), _P[event], strict=True)):
            rows.append(f"P {3 + p} -1 {kind} {' '.join(map(str, row))} {_E[event, p]} 0.0 1\n")
    return "".join([*rows, "HepMC::Asciiv3-END_EVENT_LISTING\n"]).encode()


def _hepmc2() -> bytes:
    rows = ["\nHepMC::Version 2.06.09\nHepMC::IO_GenEvent-START_EVENT_LISTING\n"]
    for event in range(_N):
        rows.append(f"E {event} -1 91.2 0.118 0.0075 0 -1 1 1 2 0 2 1.5 1.25\n")
        rows.append('N 2 "0" "up"\nU GEV MM\nC 10.0 0.1\nV -1 0 0 0 0 0 2 2 0\n')
        for number, beam in enumerate((6500.0, -6500.0), start=1):
            rows.append(f"P {number} 2212 0 0 {beam} 6500.0 0.938 4 0 0 -1 0\n")
        for p, (kind, row) in enumerate(zip((13, -13), _P[event], strict=True)):
            rows.append(f"P {3 + p} {kind} {' '.join(map(str, row))} {_E[event, p]} 0.0 1 0 0 0 0\n")
    return "".join([*rows, "HepMC::IO_GenEvent-END_EVENT_LISTING\n"]).encode()


def _numbered() -> dict[str, Any]:
    columns: dict[str, Any] = {"weight": np.full(_N, 1.5)}
    for p in range(2):
        columns |= {f"E{p + 1}": _E[:, p]}
        columns |= {f"p{axis}{p + 1}": _P[:, p, i] for i, axis in enumerate("xyz")}
    return columns


def _csv() -> bytes:
    columns = _numbered()
    rows = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return ("\n".join(rows) + "\n").encode()


def _npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.concatenate([_E[..., None], _P], axis=-1))
    return stream.getvalue()


def _npz() -> bytes:
    x = np.zeros((_N, 3, 4))
    x[:, :2, 0], x[:, :2, 2] = np.hypot(_P[..., 0], _P[..., 1]), np.arctan2(_P[..., 1], _P[..., 0])
    stream = io.BytesIO()
    np.savez(stream, X=x, y=np.arange(_N) % 2)
    return stream.getvalue()


def _lists(values: np.ndarray) -> ak.Array:
    return ak.unflatten(values[np.arange(2) < _COUNTS[:, None]], _COUNTS)


def _jagged() -> dict[str, Any]:
    return {
        "jet_pt": _lists(np.hypot(_P[..., 0], _P[..., 1])),
        "jet_eta": _lists(np.arcsinh(_P[..., 2] / 30)),
        "jet_phi": _lists(np.arctan2(_P[..., 1], _P[..., 0])),
        "jet_m": _lists(np.ones((_N, 2))),
        "weight": np.full(_N, 1.5),
    }


def _nanoaod() -> dict[str, Any]:
    jagged = _jagged()
    names = {"jet_pt": "Jet_pt", "jet_eta": "Jet_eta", "jet_phi": "Jet_phi", "jet_m": "Jet_mass"}
    marks = {name: np.arange(_N, dtype=np.uint32) for name in ("run", "luminosityBlock", "event")}
    return {names[k]: v for k, v in jagged.items() if k in names} | marks | {"genWeight": np.full(_N, 1.5)}


def _rntuple() -> dict[str, Any]:
    jets = {k.removeprefix("jet_"): v for k, v in _jagged().items() if k.startswith("jet_")}
    return {"Jet": ak.zip(jets), "weight": np.full(_N, 1.5)}


def _root(columns: Callable[[], dict[str, Any]]) -> bytes:
    made = columns()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.root"
        with uproot.recreate(path) as file:
            if columns is _rntuple:
                file.mkrntuple("Events", made)
            else:
                types = {k: v.type.content if isinstance(v, ak.Array) else v.dtype for k, v in made.items()}
                file.mktree("Events", types).extend(made)
        return path.read_bytes()


def _parquet() -> bytes:
    jets = ak.zip({k.removeprefix("jet_"): v for k, v in _jagged().items() if k.startswith("jet_")})
    table = ak.to_arrow_table(ak.Array({"Jet": jets, "weight": np.full(_N, 1.5)}), extensionarray=False)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=4, write_page_checksum=True)
    return bytes(sink.getvalue())


def _hdf5(fill: Callable[[h5py.File], None]) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def _pandas(file: h5py.File, names: list[str], values: np.ndarray) -> None:
    """The layout of a pandas frame of the format 'fixed'."""
    group = file.create_group("df")
    group.attrs.update(pandas_type="frame", pandas_version="0.15.2", encoding="UTF-8", nblocks=1, ndim=2)
    group.attrs.update(axis0_variety="regular", axis1_variety="regular", block0_items_variety="regular")
    for axis in ("axis0", "block0_items"):
        group.create_dataset(axis, data=np.array(names, dtype="S"))
    group.create_dataset("axis1", data=np.arange(len(values)))
    group.create_dataset("block0_values", data=values)


def _lhco(file: h5py.File) -> None:
    values = np.zeros((_N, 2101))
    values[:, 0:6] = np.column_stack(
        [_E[:, 0], _P[:, 0, 1] / 30, _P[:, 0, 2] / 30, _E[:, 1], _P[:, 1, 1:] / 30]
    )
    _pandas(file, [str(i) for i in range(2101)], values)


def _features(file: h5py.File) -> None:
    names = [f"{v}j{j}" for j in (1, 2) for v in ("px", "py", "pz", "m", "tau1", "tau2", "tau3")] + ["label"]
    values = np.zeros((_N, len(names)))
    values[:, 0:3], values[:, 7:10] = _P[:, 0], _P[:, 1]
    _pandas(file, names, values)


def _table(file: h5py.File) -> None:
    names = [f"{c}_{i}" for i in range(2) for c in ("E", "PX", "PY", "PZ")]
    numbers = np.concatenate([_E[..., None], _P], axis=-1).reshape(_N, 8).astype(np.float32)
    rows = np.zeros(_N, dtype=[("index", "i8"), ("values_block_0", "f4", 8), ("values_block_1", "i8", 1)])
    rows["values_block_0"], rows["values_block_1"] = numbers, np.arange(_N)[:, None] % 2
    group = file.create_group("table")
    group.attrs.update(
        pandas_type="frame_table", pandas_version="0.15.2", encoding="UTF-8", table_type="appendable_frame"
    )
    made = group.create_dataset("table", data=rows, chunks=(4,))
    made.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(names, protocol=0))
    made.attrs["values_block_1_kind"] = np.bytes_(pickle.dumps(["is_signal_new"], protocol=0))


def _lhe_hdf5(file: h5py.File) -> None:
    n, particles = _N, 2 * _N
    event = {
        "nparticles": np.full(n, 2),
        "start": 2 * np.arange(n),
        "pid": np.ones(n, int),
        "weight": np.full(n, 1.5),
    }
    event |= {name: np.ones(n) for name in ("scale", "fscale", "rscale", "aqed", "aqcd")}
    particle = {
        "id": np.tile([13, -13], n),
        "status": np.ones(particles, int),
        "e": _E.ravel(),
        "m": np.zeros(particles),
    }
    particle |= {f"p{axis}": _P[..., i].ravel() for i, axis in enumerate("xyz")}
    particle |= {name: np.zeros(particles, int) for name in ("mother1", "mother2", "color1", "color2")}
    particle |= {name: np.zeros(particles) for name in ("m", "lifetime", "spin")}
    init = {
        "beamA": 2212,
        "beamB": 2212,
        "energyA": 6500.0,
        "energyB": 6500.0,
        "weightingStrategy": 3,
        "numProcesses": 1,
    }
    process = {
        "procId": [1],
        "npLO": [1],
        "npNLO": [0],
        "xSection": [10.0],
        "error": [0.1],
        "unitWeight": [1.0],
    }
    for name, columns in (("event", event), ("particle", particle), ("init", init), ("procInfo", process)):
        for key, values in columns.items():
            file.create_dataset(f"{name}/{key}", data=np.atleast_1d(values))


_CARD = {
    "symhep": 1,
    "datasets": {"a": {"files": ["a.lhe"], "format": "lhe"}},
    "objects": {"muons": {"collection": "particles", "where": "abs(pdgId) == 13", "sort": "pt", "take": 2}},
    "features": {"p4": {"object": "muons", "vars": ["E", "px", "py", "pz"], "scaling": "isotropic"}},
    "methods": {"m": {"use": "moments", "features": "p4", "options": {"subgroups": False}}},
}


def _card() -> bytes:
    return b"""symhep: 1
# a comment
datasets:
  a: &a {files: ["a.lhe"], format: lhe}
  b: *a
objects:
  muons:
    collection: particles
    where: "abs(pdgId) == 13"
    sort: {by: pt, order: ascending}
    take: 2
features:
  p4: {object: muons, vars: [E, px, py, pz], scaling: isotropic}
methods:
  m: {use: moments, features: p4, options: {level: 0.01}}
run: {seed: 1}
output: {label: Private work}
"""


def _tags(path: Path) -> int | None:
    """Tags that begin an event: not those that a header quotes, or somebody has pasted there."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except Exception:
            return None
    data = re.sub(rb"<(header|init)\b.*?</\1>", b"", data, flags=re.DOTALL)
    return len(re.findall(rb"<event[\s>]", data))


def _lines(pattern: bytes) -> Count:
    return lambda path: len(re.findall(pattern, path.read_bytes(), re.MULTILINE))


def _rows(path: Path) -> int | None:
    """Lines with a number, without the header; a quote may make several lines one."""
    data = path.read_bytes()
    if b'"' in data or b"\r" in data:
        return None
    return sum(1 for line in data.split(b"\n")[1:] if line.strip() and not line.startswith(b"#"))


def _numpy(path: Path) -> int | None:
    try:
        return len(np.load(path, mmap_mode="r"))
    except Exception:
        return None


def _parquet_rows(path: Path) -> int | None:
    try:
        return int(pq.ParquetFile(path).metadata.num_rows)
    except Exception:
        return None


def _entries(path: Path) -> int | None:
    try:
        with uproot.open({str(path): None}) as file:
            return int(file["Events"].num_entries)
    except Exception:
        return None


def _first_dimension(name: str) -> Count:
    def count(path: Path) -> int | None:
        try:
            with h5py.File(path) as file:
                return int(file[name].shape[0])
        except Exception:
            return None

    return count
