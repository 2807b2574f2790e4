"""Finding files and formats: globs, filesets, URLs, and refusals."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import symhep
from symhep.card.schema import DatasetCard
from symhep.errors import CardError, InputError, PluginError
from symhep.plugin.manager import build_registry
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader
from symhep.run.sources import Source, open_source, sources

LHE = """<LesHouchesEvents version="1.0">
<init>
 11 -11 40 40 0 0 0 0 3 1
 1 0.1 1 1
</init>
<event>
 2 1 1.0 80 -1 -1
 13 1 0 0 0 0 0 0 40 40 0 0 9
 -13 1 0 0 0 0 0 0 -40 40 0 0 9
</event>
<event>
 2 1 -1.0 80 -1 -1
 13 1 0 0 0 0 40 0 0 40 0 0 9
 -13 1 0 0 0 0 -40 0 0 40 0 0 9
</event>
</LesHouchesEvents>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.lhe", "a.lhe"):
        (tmp_path / name).write_text(LHE)
    return tmp_path


def test_globs_are_sorted(folder: Path) -> None:
    found = sources(DatasetCard(files=(str(folder / "*.lhe"),)), build_registry())
    assert [Path(s.path).name for s in found] == ["a.lhe", "b.lhe"]
    assert {s.reader.name for s in found} == {"lhe"}


def test_relative_to_the_card(folder: Path) -> None:
    assert len(sources(DatasetCard(files=("a.lhe",)), build_registry(), folder)) == 1


def test_url(folder: Path) -> None:
    events = symhep.load(f"file://{folder}/a.lhe")
    assert len(events) == 2


@pytest.mark.parametrize(
    "content",
    [
        lambda d: {"ee": {"files": {f"{d}/a.lhe": None, f"{d}/b.lhe": None}}},
        lambda d: {"ee": {"files": {f"{d}/a.lhe": {"object_path": None}, f"{d}/b.lhe": {}}}},
        lambda d: {"ee": [f"{d}/a.lhe"], "more": [f"{d}/b.lhe"]},
        lambda d: {"ee": {"treename": None, "files": [f"{d}/a.lhe", f"{d}/b.lhe"]}},
    ],
)
def test_coffea_fileset(folder: Path, content: Any) -> None:
    (folder / "set.json").write_text(json.dumps(content(folder)))
    assert len(symhep.load(folder / "set.json")) == 4


@pytest.mark.parametrize(
    ("text", "message"), [("{", "not a JSON fileset"), ("{}", "lists no files"), ('{"a": 3}', "'files' of")]
)
def test_bad_fileset(folder: Path, text: str, message: str) -> None:
    (folder / "set.json").write_text(text)
    with pytest.raises(InputError, match=message):
        symhep.load(folder / "set.json")


def test_load_several_with_limit(folder: Path) -> None:
    events = symhep.load([folder / "a.lhe", folder / "b.lhe"], max_events=3)
    assert events.weights.tolist() == [1.0, -1.0, 1.0]
    assert events.events.particles.E[0].to_list() == [40.0, 40.0]


def test_load_toys() -> None:
    assert len(symhep.load(format="toy", options={"name": "circle", "events": 7})) == 7


def test_inspect_counts(folder: Path) -> None:
    summary = symhep.inspect(folder / "a.lhe")
    assert (summary.format, summary.weights.events, summary.weights.negative) == ("lhe", 2, 1)
    assert summary.schema.beams == ((11, 40.0), (-11, 40.0))


def test_unknown_format(folder: Path) -> None:
    (folder / "notes.txt").write_text("no events here")
    with pytest.raises(InputError, match=r"notes\.txt: unknown file format.*delphes"):
        symhep.inspect(folder / "notes.txt")


def test_empty_and_missing(folder: Path) -> None:
    (folder / "empty.lhe").touch()
    with pytest.raises(InputError, match=r"empty\.lhe: the file is empty"):
        symhep.inspect(folder / "empty.lhe")
    with pytest.raises(InputError, match="no such file"):
        symhep.inspect(folder / "no.lhe")
    with pytest.raises(CardError, match=r"no file"):
        symhep.load(folder / "no*.lhe")


def test_corrupt_gzip(folder: Path) -> None:
    (folder / "x.lhe.gz").write_bytes(b"\x1f\x8b\x08\x00garbage, no deflate stream")
    with pytest.raises(InputError, match=r"x\.lhe\.gz"):
        symhep.inspect(folder / "x.lhe.gz", bad_files="fail")


def test_wrong_option(folder: Path) -> None:
    with pytest.raises(CardError, match=r"option 'evnts' of format 'toy'.*did you mean 'events'"):
        open_source("toy:circle", build_registry(), "toy", {"name": "circle", "evnts": 3})


def test_toys_take_no_files() -> None:
    with pytest.raises(CardError, match="format 'toy' does not read files"):
        sources(DatasetCard(files=("a",), format="toy"), build_registry())


def test_no_files() -> None:
    with pytest.raises(CardError, match="a dataset needs files"):
        sources(DatasetCard(), build_registry())


def test_a_file_named_twice_would_count_double(folder: Path) -> None:
    card = DatasetCard(files=(str(folder / "a.lhe"), str(folder / "*.lhe")))
    with pytest.raises(CardError, match=r"a\.lhe' is given twice"):
        sources(card, build_registry())


def test_files_of_a_fileset_may_lie_beside_it(folder: Path) -> None:
    (folder / "set.json").write_text(json.dumps({"ee": ["a.lhe"]}))
    assert len(symhep.load(folder / "set.json")) == 2


def test_skipped_damage_is_a_warning(folder: Path) -> None:
    (folder / "cut.lhe").write_text(LHE[:-80])
    with pytest.warns(UserWarning, match=r"cut\.lhe: .* lost"):
        events = symhep.load(folder / "cut.lhe", bad_files="skip")
    assert len(events) == 1


def test_a_reader_with_a_defect_does_not_take_part(folder: Path) -> None:
    from types import ModuleType

    class Broken(symhep.Reader):
        name = "broken"
        summary = "raises"

        def confidence(self, path: str, head: bytes) -> int:
            raise KeyError("oops")

        def schema(self, path: str, options: Any) -> Any:
            raise NotImplementedError

        def read(self, path: str, options: Any, request: Any, losses: Any) -> Any:
            raise NotImplementedError

    plugin = ModuleType("broken")
    vars(plugin)["symhep_register_readers"] = symhep.hookimpl(lambda: {"broken": Broken})
    registry = build_registry({"broken_plugin": plugin})
    assert symhep.inspect(folder / "a.lhe", registry=registry).format == "lhe"
    assert [b.name for b in registry.broken] == ["broken"]


@pytest.mark.parametrize("stage", ["confidence", "schema", "read", "late", "options"])
def test_a_reader_that_exits_is_a_broken_reader(tmp_path: Path, stage: str) -> None:
    """sys.exit(0) in a reader: told as damage of the file (3), and of no other reader's."""

    def exits(self: Any, *given: Any) -> Any:
        sys.exit(0)

    def late(self: Any, *given: Any) -> Any:
        yield from LheReader.read(self, *given)
        sys.exit(0)

    def validate(cls: Any, *given: Any, **named: Any) -> Any:
        sys.exit(0)

    changed: dict[str, Any] = {"read": late} if stage == "late" else {stage: exits}
    if stage == "options":
        options = type("Leaving", (LheReader.Options,), {"model_validate": classmethod(validate)})
        changed = {"Options": options}
    leaving = type("LeavingReader", (LheReader,), changed | {"name": "leaving"})
    plugin = ModuleType("leaving")
    vars(plugin)["symhep_register_readers"] = symhep.hookimpl(lambda: {"leaving": leaving})
    registry = build_registry({"leaving": plugin})
    (tmp_path / "a.lhe").write_text(LHE)
    if stage == "confidence":
        assert open_source(str(tmp_path / "a.lhe"), registry).reader.name == "lhe"
        assert [(b.name, b.reason) for b in registry.broken] == [("leaving", "SystemExit: 0")]
        return
    error = PluginError if stage == "options" else InputError

    def whole() -> None:
        source = open_source(str(tmp_path / "a.lhe"), registry, "leaving")
        source.schema()
        list(source.read(ReadRequest(), LossLog("fail")))

    with pytest.raises(error, match=r"'leaving' .*: SystemExit: 0"):
        whole()


@pytest.mark.parametrize("given", [3, None, {"events": []}])
def test_a_reader_that_yields_something_else_is_at_fault_and_not_the_file(tmp_path: Path, given: Any) -> None:
    class Wrong(LheReader):
        def read(self, *_: Any) -> Any:
            yield given

        def schema(self, *_: Any) -> Any:
            return given

        def inspect(self, *_: Any) -> Any:
            return given

    source = Source(str(tmp_path / "x.dat"), Wrong(), LheReader.Options())
    kind, losses = type(given).__name__, LossLog("skip")
    with pytest.raises(PluginError, match=f"reader 'lhe': read must yield EventBatch, not {kind}"):
        list(source.read(ReadRequest({}), losses))
    with pytest.raises(PluginError, match=f"reader 'lhe': schema must return a Schema, not {kind}"):
        source.schema()
    with pytest.raises(PluginError, match=f"reader 'lhe': inspect must return a FileSummary, not {kind}"):
        source.inspect(losses)
    assert losses.losses == []
