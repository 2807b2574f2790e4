"""Opening ROOT files: cycles, key-less and cut files, and reading only what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import uproot

from symhep.errors import InputError
from symhep.readers.delphes import DelphesReader
from symhep.readers.interface import LossLog, Reader, ReadRequest
from symhep.readers.nanoaod import NanoAODReader
from symhep.readers.root import open_tree, tree_columns
from symhep.readers.tree import TreeReader

READERS = {
    "delphes_10events.root": DelphesReader,
    "nanoaod_dy_40events.root": NanoAODReader,
    "flat_jagged_HZZ.root": TreeReader,
}


def write_tree(path: Path, cycles: int = 1, events: int = 3) -> Path:
    """A tree ``t`` of one number per event, each cycle with one event more."""
    with uproot.recreate(path) as file:
        for cycle in range(cycles):
            file.mktree("t", {"mu_px": "float64", "mu_py": "float64"})
            n = events + cycle
            file["t"].extend({"mu_px": np.arange(n) * 1.0, "mu_py": np.zeros(n)})
    return path


def test_highest_cycle_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "cycles.root", cycles=3, events=3)
    with uproot.open(path) as file:
        assert file.keys() == ["t;3", "t;2", "t;1"] or sorted(file.keys()) == ["t;1", "t;2", "t;3"]
    reader = TreeReader()
    summary = reader.inspect(str(path), reader.Options(), LossLog())
    assert summary.weights.events == 5
    assert any("t;2, t;1" in note for note in summary.notes)
    first = reader.inspect(str(path), reader.Options(tree="t;1"), LossLog())
    assert first.weights.events == 3


def test_a_file_without_keys_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "crashed.root"
    with uproot.recreate(path):
        pass
    with pytest.raises(
        InputError, match="no keys: the job that wrote it ended before closing the file"
    ) as caught:
        TreeReader().schema(str(path), TreeReader.Options())
    assert "TFile::Recover" in str(caught.value)
    assert caught.value.file == str(path)


def test_a_file_without_trees(tmp_path: Path) -> None:
    path = tmp_path / "histogram.root"
    with uproot.recreate(path) as file:
        file["h"] = np.histogram([1.0, 2.0])
    with pytest.raises(InputError, match="no tree in this file"):
        TreeReader().schema(str(path), TreeReader.Options())


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        TreeReader().schema(str(tmp_path / "none.root"), TreeReader.Options())


def test_paths_that_look_like_patterns_or_trees(tmp_path: Path) -> None:
    folder = tmp_path / "run[1]:a"
    folder.mkdir()
    path = write_tree(folder / "x*.root")
    assert len(list(TreeReader().read(str(path), TreeReader.Options(), ReadRequest(), LossLog()))) == 1


def test_urls_reach_uproot_unchanged(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root")
    url = f"file://{path}"
    (batch,) = TreeReader().read(url, TreeReader.Options(), ReadRequest(), LossLog())
    assert (len(batch), batch.file) == (3, url)
    assert TreeReader().confidence("root://host//store/a.root", b"") == 1


def test_empty_tree_reports_its_fields(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "empty.root", events=0)
    reader = TreeReader()
    summary = reader.inspect(str(path), reader.Options(), LossLog())
    assert summary.weights.events == 0
    assert list(summary.schema.collections["mu"].fields) == ["px", "py", "pz", "mass"]
    assert list(reader.read(str(path), reader.Options(), ReadRequest(), LossLog())) == []


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.2, 0.5, 0.9])
def test_a_cut_file_is_named_or_its_loss_is_reported(
    name: str, fraction: float, shared_data: Path, tmp_path: Path
) -> None:
    data = (shared_data / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * fraction)])
    reader = READERS[name]()
    with pytest.raises(InputError, match="cut short or damaged") as caught:
        list(reader.read(str(path), reader.Options(), ReadRequest(fields={}), LossLog()))
    assert caught.value.file == str(path)
    losses = LossLog("skip")
    assert list(reader.read(str(path), reader.Options(), ReadRequest(fields={}), losses)) == []
    assert [loss.file for loss in losses.losses] == [str(path)]


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_lost_only_its_last_bytes(name: str, shared_data: Path, tmp_path: Path) -> None:
    # The very end of a ROOT file is its list of free places, which no reader needs.
    path = tmp_path / name
    path.write_bytes((shared_data / name).read_bytes()[:-1])
    reader = READERS[name]()
    losses = LossLog("skip")
    assert (
        reader.inspect(str(path), reader.Options(), losses).weights
        == reader.inspect(str(shared_data / name), reader.Options(), LossLog()).weights
    )
    assert [loss.events for loss in losses.losses] == [0], "nothing is lost, but the cut is reported"


def spoiled(path: Path, spare: Callable[[str], bool]) -> None:
    """Overwrite the baskets of all branches but the spared ones."""
    with uproot.open(path) as file:
        tree = file[file.keys()[0]]
        places = [
            (int(branch.member("fBasketSeek")[i]), int(branch.member("fBasketBytes")[i]))
            for name, branch in tree.items()
            if not spare(name)
            for i in range(branch.num_baskets)
        ]
    data = bytearray(path.read_bytes())
    for seek, size in places:
        data[seek + 64 : seek + size] = b"\xff" * (size - 64)
    path.write_bytes(data)


def test_only_the_needed_branches_are_read(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "spoiled.root"
    path.write_bytes((shared_data / "flat_jagged_HZZ.root").read_bytes())
    spoiled(path, lambda name: name.startswith("Muon_") or name == "EventWeight")
    request = ReadRequest(fields={"Muon": frozenset({"charge"})}, event_fields=frozenset())
    assert sum(len(b) for b in TreeReader().read(str(path), TreeReader.Options(), request, LossLog())) == 2421
    assert TreeReader().inspect(str(path), TreeReader.Options(), LossLog()).weights.events == 2421
    with pytest.raises(InputError, match="event 0: the file is damaged: events cannot be read"):
        list(
            TreeReader().read(
                str(path), TreeReader.Options(), ReadRequest(fields={"Jet": frozenset()}), LossLog()
            )
        )


def test_damage_in_the_middle_loses_its_cluster_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "late.root"
    rng = np.random.default_rng(3)
    with uproot.recreate(path) as file:
        file.mktree("t", {"mu_px": "float64", "mu_py": "float64"})
        for _ in range(4):
            file["t"].extend({"mu_px": rng.normal(size=1000), "mu_py": rng.normal(size=1000)})
    with uproot.open(path) as file:
        branch = file["t"]["mu_px"]
        seek, size = int(branch.member("fBasketSeek")[2]), int(branch.member("fBasketBytes")[2])
    data = bytearray(path.read_bytes())
    data[seek + 64 : seek + size] = b"\xff" * (size - 64)
    path.write_bytes(data)
    message = "event 2000: the file is damaged: events cannot be read in mu_px"
    for chunk in (300, 1000, 50_000):
        losses = LossLog("skip")
        request = ReadRequest(chunk_events=chunk)
        batches = list(TreeReader().read(str(path), TreeReader.Options(), request, losses))
        assert sum(map(len, batches)) == 3000
        assert max(map(len, batches)) <= chunk
        (loss,) = losses.losses
        assert (loss.events, loss.first_event) == (1000, 2000)
        with pytest.raises(InputError, match=message):
            list(TreeReader().read(str(path), TreeReader.Options(), request, LossLog()))


def test_damage_of_an_rntuple_loses_the_events_from_its_cluster_on(tmp_path: Path) -> None:
    path = tmp_path / "late.root"
    values = np.random.default_rng(3).normal(size=3000)
    with uproot.recreate(path) as file:
        ntuple = file.mkrntuple("t", {"mu_px": values[:1000], "mu_py": values[:1000]})
        for start in (1000, 2000):
            part = values[start : start + 1000]
            ntuple.extend({"mu_px": part, "mu_py": part})
    with uproot.open({path: "t"}) as ntuple:
        page = ntuple.page_link_list[2][0].pages[0].locator
    data = bytearray(path.read_bytes())
    data[page.offset : page.offset + page.num_bytes] = b"\xff" * page.num_bytes
    path.write_bytes(data)
    losses = LossLog("skip")
    batches = list(TreeReader().read(str(path), TreeReader.Options(), ReadRequest(), losses))
    assert (
        np.concatenate([b.events.mu.px[:, 0].to_numpy() for b in batches]).tolist() == values[:2000].tolist()
    )
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1000, 2000)]


@pytest.mark.parametrize(
    "error", [RecursionError("maximum recursion depth"), MemoryError(), ZeroDivisionError()]
)
def test_any_exception_of_the_library_is_an_input_error(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tree(tmp_path / "a.root")

    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(uproot, "open", fail)
    with pytest.raises(InputError, match=f"cut short or damaged .{type(error).__name__}"):
        TreeReader().schema(str(path), TreeReader.Options())


def test_a_file_that_was_written_anew_is_looked_at_anew(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root", events=3)
    assert TreeReader().inspect(str(path), TreeReader.Options(), LossLog()).weights.events == 3
    write_tree(path, events=7)
    assert TreeReader().inspect(str(path), TreeReader.Options(), LossLog()).weights.events == 7


def test_a_missing_branch_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    path = write_tree(tmp_path / "a.root")
    with (
        open_tree(str(path), lambda names, file: "t") as table,
        pytest.raises(InputError, match="no branch 'mu_pz'; did you mean 'mu_p"),
    ):
        next(table.chunks(["mu_px", "mu_pz"], 0, 3, 3))


@pytest.mark.parametrize(
    ("fields", "event_fields", "weight", "message"),
    [
        ({"Moun": frozenset()}, frozenset(), "auto", "unknown collection 'Moun'; did you mean 'Muon'"),
        ({"Muon": frozenset({"chrage"})}, frozenset(), "auto", "no field 'chrage'; did you mean 'charge'"),
        ({}, frozenset({"NMuons"}), "auto", "unknown event field 'NMuons'; did you mean 'NMuon'"),
        ({}, frozenset(), "EvtWeight", "unknown weight 'EvtWeight'; did you mean 'EventWeight'"),
    ],
)
def test_unknown_names_are_errors(
    fields: dict[str, frozenset[str]],
    event_fields: frozenset[str],
    weight: str,
    message: str,
    shared_data: Path,
) -> None:
    request = ReadRequest(fields=fields, event_fields=event_fields, weight=weight)
    with pytest.raises(InputError, match=message):
        list(
            TreeReader().read(
                str(shared_data / "flat_jagged_HZZ.root"), TreeReader.Options(), request, LossLog()
            )
        )


@pytest.mark.parametrize("name", READERS)
def test_chunks_and_max_events(name: str, shared_data: Path) -> None:
    reader: Reader = READERS[name]()
    path = str(shared_data / name)
    request = ReadRequest(
        fields={"Muon": frozenset()}, event_fields=frozenset(), chunk_events=4, max_events=9
    )
    batches = list(reader.read(path, reader.Options(), request, LossLog()))
    assert [(len(b), b.first) for b in batches] == [(4, 0), (4, 4), (1, 8)]
    whole = ReadRequest(fields={"Muon": frozenset()}, event_fields=frozenset(), max_events=9)
    (batch,) = reader.read(path, reader.Options(), whole, LossLog())
    assert [row for b in batches for row in b.events.Muon.tolist()] == batch.events.Muon.tolist()
    nothing = ReadRequest(fields={}, event_fields=frozenset(), weight="none", chunk_events=4, max_events=9)
    assert [len(b) for b in reader.read(path, reader.Options(), nothing, LossLog())] == [4, 4, 1]


def test_types_of_columns(shared_data: Path) -> None:
    with open_tree(str(shared_data / "delphes_10events.root"), lambda names, file: "Delphes") as table:
        found = tree_columns(table.tree, records=False)
    columns, others = found.columns, found.refused
    assert (columns["Jet/Jet.Tau[5]"].type, columns["Jet/Jet.Tau[5]"].depth) == ("float32[5]", 1)
    assert (columns["Jet_size"].type, columns["Jet_size"].depth) == ("int32", 0)
    assert "Jet/Jet.Constituents" in others
    assert "Jet/Jet.Area" in others


def test_a_file_shorter_than_its_header_says(tmp_path: Path) -> None:
    """The last bytes hold the list of free places: all events can be read, and the damage is still told."""
    options = TreeReader.Options()
    path = tmp_path / "whole.root"
    with uproot.recreate(path) as file:
        file.mktree("t", {"x": "float32"})
        file["t"].extend({"x": np.arange(5, dtype=np.float32)})
    cut = tmp_path / "cut.root"
    cut.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        InputError, match=r"cut\.root: the file is truncated: it has [\d,]+ bytes, its header states"
    ):
        list(TreeReader().read(str(cut), options, ReadRequest(), LossLog("fail")))
    losses = LossLog("skip")
    summary = TreeReader().inspect(str(cut), options, losses)
    assert (summary.weights.events, [loss.events for loss in losses.losses]) == (5, [0])
