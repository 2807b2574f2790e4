"""Any format, read in pieces from start to start: events, weights, notes and losses are those of one reading."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot
from hypothesis import given
from hypothesis import strategies as st

from symhep.events.batch import EventBatch
from symhep.plugin.manager import build_registry
from symhep.readers.interface import LossLog, Reader, ReadRequest, Start
from symhep.readers.lhe import LheReader
from symhep.readers.lhe.index import starts as lhe_starts

RNG = np.random.default_rng(11)
READERS = build_registry()

#: (reader, path, options, events that it announces, pieces that it has at least)
Case = tuple[Reader, str, Any, int, int]


def spoil(path: Path, at: int, size: int = 40) -> None:
    """Other bytes from ``at`` on."""
    data = bytearray(path.read_bytes())
    data[at : at + size] = bytes(byte ^ 0xA5 for byte in data[at : at + size])
    path.write_bytes(data)


def jagged(events: int) -> ak.Array:
    """Jets and an event weight."""
    counts = RNG.integers(0, 4, events)
    jets = {name: ak.unflatten(RNG.uniform(1, 3, counts.sum()), counts) for name in ("pt", "eta", "phi", "m")}
    return ak.zip({"jet": ak.zip(jets), "weight": RNG.uniform(0.5, 1.5, events)}, depth_limit=1)


def branches(events: ak.Array) -> dict[str, Any]:
    columns = {f"jet_{name}": events.jet[name] for name in events.jet.fields}
    return columns | {"weight": events.weight}


def write_ttree(path: Path, sizes: Sequence[int], tree: str = "t", more: str = "") -> None:
    parts = [{f"{name}{more}": v for name, v in branches(jagged(n)).items()} for n in sizes]
    types = {k: v.type.content if v.ndim == 2 else v.type.content.primitive for k, v in parts[0].items()}
    with uproot.recreate(path) as file:
        file.mktree(tree, types)
        for part in parts:
            file[tree].extend(part)


def basket(path: Path, branch: str, number: int) -> int:
    """The byte in the middle of a basket."""
    with uproot.open(path) as file:
        found = file["t"][branch]
        return int(found.member("fBasketSeek")[number]) + int(found.member("fBasketBytes")[number]) - 60


def ttree(folder: Path, damaged: bool) -> Case:
    path = folder / "a.root"
    write_ttree(path, (100, 7, 250, 33, 100, 1))
    if damaged:
        spoil(path, basket(path, "jet_phi", 2))
        spoil(path, basket(path, "weight", 3))
    reader = READERS.reader("tree")
    return reader, str(path), reader.Options(), 491, 6


def friends(folder: Path, damaged: bool) -> Case:
    path = folder / "a.root"
    write_ttree(path, (100, 150, 50))
    write_ttree(folder / "b.root", (60, 100, 70, 70), more="2")
    if damaged:
        spoil(folder / "b.root", basket(folder / "b.root", "jet_eta2", 1))
    reader = READERS.reader("tree")
    return reader, str(path), reader.Options(friends=["b.root"]), 300, 3


def rntuple(folder: Path, damaged: bool) -> Case:
    path = folder / "a.root"
    values = RNG.normal(size=(4, 300))
    with uproot.recreate(path) as file:
        file.mkrntuple("t", {"mu_px": values[0], "mu_py": values[0]})
        for row in values[1:]:
            file["t"].extend({"mu_px": row, "mu_py": row})
    if damaged:
        with uproot.open({path: "t"}) as ntuple:
            page = ntuple.page_link_list[2][0].pages[0].locator
        spoil(path, page.offset, page.num_bytes)
    reader = READERS.reader("tree")
    return reader, str(path), reader.Options(), 1200, 4


def parquet(folder: Path, damaged: bool) -> Case:
    path = folder / "a.parquet"
    table = ak.to_arrow_table(jagged(700), extensionarray=False)
    pq.write_table(table, path, row_group_size=150, write_page_checksum=True)
    if damaged:
        for group in (0, 2, 3):
            column = pq.ParquetFile(path).metadata.row_group(group).column(group)
            spoil(path, column.data_page_offset + column.total_compressed_size // 2)
    reader = READERS.reader("parquet")
    return reader, str(path), reader.Options(), 700, 5


def hdf5(folder: Path, damaged: bool) -> Case:
    path = folder / "a.h5"
    with h5py.File(path, "w") as file:
        for name in ("px1", "py1", "pz1", "E1"):
            values = RNG.normal(size=40_000).round(2) * 9000
            made = file.create_dataset(name, data=values, chunks=(3_000,), fletcher32=True)
        places = [made.id.get_chunk_info(i).byte_offset for i in (0, 4, 9)]
    for place in places if damaged else ():
        spoil(path, place)
    reader = READERS.reader("hdf5")
    return reader, str(path), reader.Options(), 40_000, 3


def npy(folder: Path, damaged: bool) -> Case:
    path = folder / "a.npy"
    values = RNG.normal(size=(40_000, 3))
    np.save(path, values)
    if damaged:
        path.write_bytes(path.read_bytes()[:-100_000])
    reader = READERS.reader("numpy")
    return reader, str(path), reader.Options(), 40_000, 3


def lhehdf5(folder: Path, damaged: bool) -> Case:
    path = folder / "a.h5"
    events = 45_000
    counts = RNG.integers(1, 4, events)
    first = np.cumsum(counts) - counts
    weight = RNG.uniform(1, 2, events)
    if damaged:
        first[7_000], first[19_999], first[30_000] = 0, -1, 12
        weight[40_000:40_010] = np.nan
    particles = int(counts.sum())
    tables: dict[str, dict[str, Any]] = {
        "event": {"nparticles": counts, "start": first, "pid": np.ones(events, int), "weight": weight},
        "particle": {name: RNG.normal(size=particles) for name in ("px", "py", "pz", "e", "m", "lifetime", "spin")},
        "init": {"beamA": [2212], "beamB": [2212], "energyA": [6500.0], "energyB": [6500.0]},
        "procInfo": {"procId": [1], "xSection": [10.0], "error": [0.1]},
    }  # fmt: skip
    whole = ("id", "status", "mother1", "mother2", "color1", "color2")
    tables["particle"] |= {name: np.ones(particles, int) for name in whole}
    with h5py.File(path, "w") as file:
        for name, columns in tables.items():
            for key, values in columns.items():
                checked = {"chunks": (5_000,), "fletcher32": True} if key == "scale" else {}
                file.create_dataset(f"{name}/{key}", data=np.asarray(values), **checked)
    reader = READERS.reader("lhehdf5")
    return reader, str(path), reader.Options(), events, 3


def toy(folder: Path, damaged: bool) -> Case:
    reader = READERS.reader("toy")
    return reader, "toy:dijets", reader.Options(events=20_000), 20_000, 3


class Often(LheReader):
    """Les Houches events, with a start at every third one."""

    def starts(self, path: str, options: Any) -> tuple[Start, ...]:
        return lhe_starts(path, 3)


INIT = "<init>\n 11 -11 40. 40. 0 0 0 0 -4 1\n 2.5 0.1 3. 7\n</init>\n"
#: A header that quotes events, and declares a weight.
HEADER = (
    '<LesHouchesEvents version="3.0">\n<!-- <event> 1 </event> -->\n<header>\n the tag <event>\n<initrwgt>'
    "<weight id='up'> mu=2 </weight></initrwgt>\n</header>\n" + INIT
)
FOOTER = "</LesHouchesEvents>\n"


def text_of(number: int, inner: str = "", attributes: str = "", pz: str = "2.5") -> str:
    """An event of one particle with px = number."""
    return (
        f"<event{attributes}>\n 1 7 {1 + number / 8} 91.2 0.0075 0.118\n"
        f" 11 1 1 2 501 0 {number}. -.5 {pz} 20. 0. 0. 9.\n{inner}</event>\n"
    )


#: What may stand in the place of an event, or beside one.
TEXTS: dict[str, Callable[[int], str]] = {
    "event": text_of,
    "a weight": lambda n: text_of(n, f"<rwgt>\n<wgt id='up'> {n}.5 </wgt>\n</rwgt>\n"),
    "attributes": lambda n: text_of(n, attributes=f" a=\"x>y <event> {n}\" b='2'"),
    "a remark": lambda n: text_of(n, f"# of <event> {n}\n"),
    "a group": lambda n: f"<eventgroup n='{n}'>\n{text_of(n)}</eventgroup>\n",
    "a remark beside": lambda n: f"# {n}\n{text_of(n)}",
    "a bad number": lambda n: text_of(n, pz="*****"),
    "cut": lambda n: text_of(n)[: 40 + n],
    "without its beginning": lambda n: text_of(n)[30:],
    "numbers in its end": lambda n: text_of(n, f"</x> {n} 2 3 4 5 6 7\n"),
    "text between": lambda n: f"{n} 1 2 3\n{text_of(n)}",
    "a spoilt tag": lambda n: text_of(n).replace("<event", "<evnt"),
    "nothing": lambda n: "\n" * (5 * n),
}
GOOD = ("event", "a weight", "attributes", "a group", "a remark beside")


def lhe(folder: Path, damaged: bool) -> Case:
    path = folder / "a.lhe"
    kinds = list(TEXTS if damaged else GOOD) * 3
    path.write_text(HEADER + "".join(TEXTS[kind](i) for i, kind in enumerate(kinds)) + (FOOTER, "")[damaged])
    reader = Often()
    events = len(kinds) + 3 * (TEXTS["attributes"](0).count("<event") - 1)
    return reader, str(path), reader.Options(), events, 0


CASES: dict[str, Callable[[Path, bool], Case]] = {
    case.__name__: case for case in (ttree, friends, rntuple, parquet, hdf5, npy, lhehdf5, toy, lhe)
}


@pytest.fixture(
    scope="module", params=[(n, d) for n in CASES for d in (False, True) if (n, d) != ("toy", True)], ids=str
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    name, damaged = request.param
    return CASES[name](tmp_path_factory.mktemp(name), damaged)


def read(case: Case, **wanted: Any) -> tuple[list[EventBatch], LossLog]:
    reader, path, options, *_ = case
    log = LossLog("skip")
    return list(reader.read(path, options, ReadRequest(variations=True, **wanted), log)), log


def joined(batches: Sequence[EventBatch]) -> tuple[ak.Array, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Events, weights, their numbers in the file, and variations."""
    return (
        ak.concatenate([b.events for b in batches]),
        np.concatenate([b.weights for b in batches]),
        np.concatenate([b.first + np.arange(len(b)) for b in batches]),
        {name: np.concatenate([b.variations[name] for b in batches]) for name in batches[0].variations},
    )


def require_the_whole(case: Case, starts: Sequence[Start], order: Sequence[int], **wanted: Any) -> None:
    """Pieces from start to start are what one reading gives."""
    whole, told = read(case, **wanted)
    stops = [start.event for start in starts[1:]]
    requests = list(zip(starts, [*stops, None], strict=True))
    pieces = {i: read(case, start=requests[i][0], stop=requests[i][1], **wanted) for i in order}
    together = LossLog("skip")
    batches: list[EventBatch] = []
    for i, (start, stop) in enumerate(requests):
        found, log = pieces[i]
        assert all(start.event <= b.first and b.first + len(b) <= (stop or np.inf) for b in found)
        batches += found
        for loss in log.losses:
            together.record(loss)
        for note in log.notes:
            together.note(note.file, note.text, note.count)
    assert together.losses == told.losses
    assert sorted(map(str, together.notes)) == sorted(map(str, told.notes))
    events, weights, numbers, variations = joined(batches)
    expected = joined(whole)
    assert ak.array_equal(events, expected[0], equal_nan=True, same_content_types=False)
    np.testing.assert_array_equal(weights, expected[1])
    np.testing.assert_array_equal(numbers, expected[2])
    assert variations.keys() == expected[3].keys()
    for name, values in variations.items():
        np.testing.assert_array_equal(values, expected[3][name])
    known = [loss.events for loss in told.losses]
    if None not in known and case[3]:
        assert len(events) + sum(known) == case[3]


def test_there_are_starts(case: Case) -> None:
    reader, path, options, events, pieces = case
    starts = reader.starts(path, options)
    assert starts[0] == Start(0)
    assert len(starts) == pieces or case[0].name == "lhe"
    assert [s.event for s in starts] == sorted({s.event for s in starts if s.event < events})


@given(data=st.data())
def test_pieces_are_the_whole(case: Case, data: st.DataObject) -> None:
    reader, path, options, events, _ = case
    later = reader.starts(path, options)[1:]
    chosen = data.draw(st.lists(st.sampled_from(later), unique=True)) if later else []
    starts = [Start(0), *sorted(chosen)]
    order = data.draw(st.permutations(range(len(starts))))
    chunk = data.draw(st.integers(max(1, events // 12), 2 * events))
    require_the_whole(case, starts, order, chunk_events=chunk)


@pytest.mark.parametrize("block", [64, 1000, 1 << 18])
@given(
    kinds=st.lists(st.sampled_from(list(TEXTS)), min_size=4, max_size=25),
    ends=st.booleans(),
    spoilt=st.data(),
)
def test_events_of_any_kind(
    block: int, kinds: list[str], ends: bool, spoilt: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pieces of odd texts, of which some bytes may be others, whatever is read at once."""
    path = tmp_path_factory.mktemp("lhe") / "a.lhe"
    data = bytearray((HEADER + "".join(TEXTS[k](i) for i, k in enumerate(kinds)) + FOOTER * ends).encode())
    for _ in range(spoilt.draw(st.integers(0, 3))):
        place = spoilt.draw(st.integers(len(HEADER), len(data)))
        data[place : place + spoilt.draw(st.integers(0, 9))] = spoilt.draw(
            st.sampled_from(
                [b"", b"<", b">", b"<event>", b"</event>", b"<!--", b"-->", b"\0", b"\n", b"#", b"x"]
            )
        )
    path.write_bytes(data)
    reader = Often()
    starts = reader.starts(str(path), reader.Options())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symhep.readers.stream.blocks.__defaults__", (block, 0))
        patch.setattr("symhep.readers.lhe.index._BLOCK_BYTES", block)
        assert reader.starts(str(path), reader.Options()) == starts
        case = (reader, str(path), reader.Options(), 0, 0)
        if read(case)[0]:
            require_the_whole(case, starts, range(len(starts)))


REAL = {
    "lhe": [
        "lhef3.lhe", "powheg-box-v2-Z.lhe", "sherpa-3.0.1-eejjj.lhe", "whizard-3.1.4-eeWW.lhe",
        "madgraph_mumu_to_ee_150GeV.lhe.gz", "madgraph_pp_to_jj_13TeV.lhe.gz",
    ],
    "delphes": ["delphes_10events.root"], "nanoaod": ["nanoaod_dy_40events.root"], "tree": ["flat_jagged_HZZ.root"],
}  # fmt: skip


@pytest.mark.parametrize(("reader", "name"), [(r, n) for r, names in REAL.items() for n in names])
def test_real_files(reader: str, name: str, shared_data: Path) -> None:
    found = READERS.reader(reader)
    path = str(shared_data / name)
    starts = found.starts(path, found.Options())
    events = sum(map(len, found.read(path, found.Options(), ReadRequest(fields={}), LossLog())))
    require_the_whole((found, path, found.Options(), events, 1), starts, range(len(starts)))


@pytest.mark.parametrize("name", [*REAL["lhe"], "pp_mumu_13TeV.lhe.gz", "ee_mumu_80GeV.lhe.gz"])
def test_real_texts_are_entered(name: str, shared_data: Path, root: Path, tmp_path: Path) -> None:
    """Unpacked, at seven places."""
    found = shared_data / name if (shared_data / name).is_file() else root / "samples" / name
    data = found.read_bytes()
    path = tmp_path / "a.lhe"
    path.write_bytes(gzip.decompress(data) if name.endswith(".gz") else data)
    reader = READERS.reader("lhe")
    events = sum(map(len, reader.read(str(path), reader.Options(), ReadRequest(fields={}), LossLog())))
    starts = lhe_starts(str(path), events // 7)
    assert len(starts) >= 7
    assert all(path.read_bytes()[start.byte :].startswith(b"<event") for start in starts[1:])
    require_the_whole((reader, str(path), reader.Options(), events, 7), starts, range(len(starts)))


@pytest.mark.parametrize("change", ["gzip", "comment", "zero", "document", "behind the footer", "no header"])
def test_texts_that_are_not_entered(change: str, tmp_path: Path) -> None:
    """What the tags alone do not tell is read from the beginning."""
    text = (HEADER + "".join(text_of(i) for i in range(30)) + FOOTER).encode()
    assert len(text.split(b"<event>")) == 30 + 3  # two of the header
    middle = text.index(b"<event>", len(text) // 2)
    changed = {
        "gzip": gzip.compress(text),
        "comment": text[:middle] + b"<!-- <event> -->" + text[middle:],
        "zero": text[:middle] + b"\0" + text[middle:],
        "document": text + text,
        "behind the footer": text + text_of(30).encode(),
        "no header": text[text.index(b"</init>") :],
    }[change]
    path = tmp_path / "a.lhe"
    path.write_bytes(text)
    assert len(lhe_starts(str(path), 3)) == 10
    path.write_bytes(changed)
    assert lhe_starts(str(path), 3) == (Start(0),)
    assert lhe_starts(f"file://{path}", 3) == (Start(0),)


def test_a_file_of_its_own_column_names_in_pieces(tmp_path: Path) -> None:
    """What the first events say of lists and units holds for all pieces, and is said once."""
    path = tmp_path / "a.parquet"
    made = jagged(600)
    lists = ak.unflatten(np.ones(1200), np.full(600, 2))
    table = {
        "jet_pt": made.jet.pt * 1e6,
        "jet_eta": made.jet.eta,
        "jet_phi": made.jet.phi,
        "jet_track": lists,
    }
    pq.write_table(
        ak.to_arrow_table(ak.zip(table, depth_limit=1), extensionarray=False), path, row_group_size=100
    )
    reader = READERS.reader("parquet")
    case = (reader, str(path), reader.Options(), 600, 6)
    starts = reader.starts(str(path), reader.Options())
    require_the_whole(case, starts, range(len(starts)))
    _, log = read(case, start=starts[3], stop=starts[4].event)
    assert [note.text for note in log.notes] == [
        "Lists with names starting with 'jet' but with different lengths are ignored: track."
    ]
    _, log = read(case)
    assert any("probably MeV" in note.text for note in log.notes)


def test_a_start_that_is_none_is_reached_all_the_same(case: Case) -> None:
    """Not cheaply."""
    events, _, numbers, _ = joined(read(case)[0])
    middle = int(numbers[len(numbers) // 2])
    if case[0].name == "lhehdf5":
        return  # its steps are counted from its starts
    found, _, later, _ = joined(read(case, start=Start(middle), max_events=3)[0])
    np.testing.assert_array_equal(later, numbers[numbers >= middle][:3])
    assert ak.array_equal(found, events[numbers >= middle][:3], same_content_types=False)
