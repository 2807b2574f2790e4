"""Records in branches (TLorentzVectors, structs) and records of an RNTuple: columns of their members."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from awkward.forms import ListOffsetForm, NumpyForm, RecordForm, RegularForm

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.root import RootTree, not_offered, tree_columns
from symhep.readers.root.typenames import number_type
from symhep.readers.tree import TreeOptions, TreeReader

DOUBLE = NumpyForm("float64")
#: As uproot interprets a vector<TLorentzVector>, bookkeeping of TObject included.
LORENTZ = RecordForm(
    [NumpyForm("uint32"), RecordForm([DOUBLE] * 3, ["fX", "fY", "fZ"]), DOUBLE], ["@fBits", "fP", "fE"]
)


def branch(typename: str, form: Any = None) -> Any:
    """A branch as far as its type goes."""

    def awkward_form(file: Any) -> Any:
        if form is None:
            raise RecursionError("maximum recursion depth exceeded")
        return form

    return SimpleNamespace(
        branches=[], typename=typename, title="", file=None, num_entries=0, classname="TBranchElement",
        member=lambda name: [], interpretation=SimpleNamespace(awkward_form=awkward_form),
    )  # fmt: skip


def tree(arrays: dict[str, ak.Array] | None = None, **branches: Any) -> Any:
    """A TTree of such branches."""

    def iterate(names: list[str], **options: Any) -> Any:
        yield {name: (arrays or {})[name] for name in names}

    return SimpleNamespace(
        classname="TTree", num_entries=3, iterate=iterate, branches=(),
        iteritems=lambda full_paths, recursive: branches.items(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typename", "expected"),
    [
        ("std::vector<float>", ("float32", 1)),
        ("vector<Double32_t>", ("float64", 1)),
        ("std::vector<bool>", ("bool", 1)),
        ("RVec<int32_t>", ("int32", 1)),
        ("ROOT::VecOps::RVec<std::int32_t>", ("int32", 1)),
        ("ROOT::RNTupleCardinality<std::uint32_t>", ("uint32", 0)),
        ("std::array<float,3>", ("float32[3]", 0)),
        ("uint8_t[][2][3]", ("uint8[2,3]", 1)),
        ("std::vector<std::vector<float>>", None),
        ("std::string", None),
        ("TVector2", None),
    ],
)
def test_types_of_numbers(typename: str, expected: tuple[str, int] | None) -> None:
    assert number_type(typename) == expected


def test_lorentz_vectors_become_columns_of_their_members() -> None:
    found = tree_columns(
        tree(
            jets=branch("std::vector<TLorentzVector>", ListOffsetForm("i64", LORENTZ)),
            met=branch("TVector2", RecordForm([DOUBLE, DOUBLE], ["fX", "fY"])),
        )
    )
    assert {name: (c.type, c.depth) for name, c in found.columns.items()} == {
        **{f"jets.{leaf}": ("float64", 1) for leaf in ("fP.fX", "fP.fY", "fP.fZ", "fE")},
        **{f"met.{leaf}": ("float64", 0) for leaf in ("fX", "fY")},
    }
    assert found.refused == {}


def test_members_are_read_out_of_the_records() -> None:
    momenta = ak.Array(
        [
            [{"fP": {"fX": 1.0, "fY": 2.0, "fZ": 3.0}, "fE": 4.0}],
            [],
            [{"fP": {"fX": 5.0, "fY": 6.0, "fZ": 7.0}, "fE": 8.0}],
        ]
    )
    table = RootTree(
        "a.root", tree({"jets": momenta}, jets=branch("vector<X>", ListOffsetForm("i64", LORENTZ)))
    )
    ((count, arrays),) = table.chunks(["jets.fE", "jets.fP.fZ"], 0, 3, 10)
    assert count == 3
    assert arrays["jets.fE"].tolist() == [[4.0], [], [8.0]]
    assert arrays["jets.fP.fZ"].tolist() == [[3.0], [], [7.0]]


def test_what_cannot_be_a_column_is_named_with_the_reason_and_spoils_nothing_else() -> None:
    found = tree_columns(
        tree(
            lists=branch("std::vector<std::vector<float>>"),
            deeper=branch("X", ListOffsetForm("i64", ListOffsetForm("i64", LORENTZ))),
            name=branch("std::string"),
            odd=branch("Particle"),
            fixed=branch("Y", RegularForm(LORENTZ, 2)),
            good=branch("float"),
        )
    )
    assert list(found.columns) == ["good"]
    assert found.refused["lists"] == found.refused["deeper"] == "lists of lists"
    assert found.refused["name"] == "text"
    assert found.refused["fixed.fE"] == "arrays of lists or objects"
    assert found.refused["odd"].startswith("a class that cannot be read: RecursionError")
    assert "Ignored (text): name." in list(not_offered(found.refused))
    with pytest.raises(InputError, match="branch 'lists' cannot be read: lists of lists"):
        next(RootTree("a.root", tree(lists=branch("vector<vector<float>>"))).chunks(["lists"], 0, 3, 3))


def test_a_class_that_looks_readable_and_is_not_is_no_column() -> None:
    def array(**options: Any) -> None:
        raise NotImplementedError("memberwise serialization")

    odd = branch("vector<X>", ListOffsetForm("i64", LORENTZ))
    odd.num_entries, odd.array = 3, array
    found = tree_columns(tree(odd=odd))
    assert found.columns == {}
    assert found.refused == {"odd": "a class that cannot be read: memberwise serialization"}


@pytest.fixture
def records(tmp_path: Path) -> str:
    """An RNTuple with records, lists, an array of a fixed length and text."""
    path = tmp_path / "records.root"
    pt = ak.Array([[50.0, 30.0], [], [20.0]])
    columns = {
        "Muon": ak.zip({"pt": pt, "eta": pt / 100, "phi": pt / 50, "mass": pt * 0 + 0.1}),
        "weight": ak.Array([1.0, 2.0, 3.0]),
        "label": ak.Array(["a", "b", "c"]),
        "nested": ak.Array([[[1.0]], [], [[2.0], []]]),
    }
    with uproot.recreate(path) as file:
        file.mkrntuple("Events", columns)
    return str(path)


def test_records_of_an_rntuple_are_collections(records: str) -> None:
    reader = TreeReader()
    summary = reader.inspect(records, TreeOptions(), LossLog())
    assert list(summary.schema.collections["Muon"].fields) == ["pt", "eta", "phi", "mass"]
    assert any("Ignored (lists of lists): nested." in note for note in summary.notes)
    assert any("Ignored (text): label." in note for note in summary.notes)
    (batch,) = reader.read(records, TreeOptions(), ReadRequest(), LossLog())
    assert batch.events.Muon.pt.tolist() == [[50.0, 30.0], [], [20.0]]
    assert batch.weights.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(InputError, match=r"unknown event field 'nested'.*cannot be used \(lists of lists\)"):
        list(reader.read(records, TreeOptions(), ReadRequest({}, frozenset({"nested"})), LossLog()))


def test_clusters_of_an_rntuple_are_cut_to_chunks(tmp_path: Path) -> None:
    path = tmp_path / "clusters.root"
    with uproot.recreate(path) as file:
        ntuple = file.mkrntuple("Events", {"mu_px": np.arange(10.0), "mu_py": np.zeros(10)})
        for start in (10, 20):
            ntuple.extend({"mu_px": np.arange(start, start + 10.0), "mu_py": np.zeros(10)})
    for chunk, sizes in {4: [4, 4, 2] * 3, 15: [15, 5, 10], 100: [30]}.items():
        request = ReadRequest(chunk_events=chunk)
        batches = list(TreeReader().read(str(path), TreeOptions(), request, LossLog()))
        assert [len(b) for b in batches] == sizes
        assert [x for b in batches for x in b.events.mu.px[:, 0].tolist()] == np.arange(30.0).tolist()
    few = ReadRequest(chunk_events=4, max_events=13)
    assert sum(len(b) for b in TreeReader().read(str(path), TreeOptions(), few, LossLog())) == 13


def test_branches_hidden_by_another_of_the_same_name_are_not_offered() -> None:
    first, second, hidden = branch("float[]"), branch("float[]"), branch("float[]")
    listed = [("P/P.PT", first), ("P/P.PT", second), ("P/P.Beta", hidden)]

    class Twice:
        classname = "TTree"
        branches = (SimpleNamespace(name="P"), SimpleNamespace(name="P"))

        def iteritems(self, full_paths: bool, recursive: bool) -> Any:
            return listed

        def __getitem__(self, name: str) -> Any:
            return {"P/P.PT": first}[name]

    found = tree_columns(Twice())
    assert list(found.columns) == ["P/P.PT"]
    assert found.refused == {"P/P.Beta": "another branch has the same name"}
