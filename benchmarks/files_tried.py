"""Which files of a folder symhep reads, and whether the numbers are those of uproot, pylhe or pyhepmc.

    python benchmarks/files_tried.py FOLDER [FOLDER ...] [--write docs/reference/files_tried.md] [--seconds 60]

Every file is opened as `symhep inspect` would, all its collections are read, and every momentum is compared with
what the format's own library gives. Each file has a process of its own and a limit of time. What is printed is a
Markdown table; ``--write`` puts it between the lines ``<!-- files tried -->`` and ``<!-- end -->`` of a page. Ends
with 1 if a file brings anything but events or a refusal with a reason.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import SymhepError
from symhep.plugin.manager import build_registry
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.root import RootTree
from symhep.readers.table import TableReader
from symhep.run.sources import Source, open_source

EVENTS = 5_000
FloatArray = npt.NDArray[np.float64]
BEGIN, END = "<!-- files tried -->", "<!-- end -->"


@dataclass(frozen=True)
class Row:
    """A line of the table. ``outcome`` is read, refused, or wrong."""

    file: str
    format: str
    events: str
    found: str
    outcome: str


def flat(values: ak.Array) -> FloatArray:
    """All numbers of an array of any depth, one after the other."""
    return np.asarray(ak.to_numpy(ak.flatten(values, axis=None)), dtype=np.float64)


def same(theirs: dict[str, FloatArray], ours: dict[str, FloatArray]) -> bool:
    """The same numbers, but for entries that stand for no particle: all components 0, or one that no momentum has."""
    if all(np.array_equal(theirs[f], ours[f], equal_nan=True) for f in theirs):
        return True
    if len({len(values) for values in theirs.values()}) > 1:
        return False
    table = np.stack(list(theirs.values()))
    none = (table == 0).all(axis=0) | ((table == table[0]) & (table < 0)).all(axis=0)
    if "pt" in theirs:
        none |= theirs["pt"] < 0
    return all(np.array_equal(theirs[f][~none], ours[f]) for f in theirs)


def compared_with_uproot(source: Source, events: ak.Array) -> tuple[int, list[str]]:
    """(numbers compared, collections that differ): each momentum column against uproot's own array of its branch."""
    assert isinstance(source.reader, TableReader)
    count, wrong = 0, []
    with source.reader.opened(source.path, source.options) as (table, layout):
        assert isinstance(table, RootTree)
        for name, collection in layout.collections.items():
            theirs, ours = {}, {}
            for field, leaf in collection.momentum.items():
                if leaf.column is None or leaf.column not in table.found.places:
                    continue
                place = table.found.places[leaf.column]
                array = table.tree[place.branch].array(entry_stop=len(events), library="ak")
                for member in place.member:
                    array = array[member]
                theirs[field], ours[field] = flat(array) * leaf.scale, flat(events[name][field])
                if leaf.limit is not None:
                    theirs[field] = np.clip(theirs[field], -leaf.limit, leaf.limit)
            count += sum(map(len, theirs.values()))
            if not same(theirs, ours):
                wrong.append(name)
    return count, wrong


def compared_with_pylhe(source: Source, events: ak.Array) -> tuple[int, list[str]]:
    """The same against pylhe."""
    import pylhe

    theirs = pylhe.to_awkward(pylhe.LHEFile.fromfile(source.path))[: len(events)]
    count, wrong = 0, []
    for ours, name in {"px": "px", "py": "py", "pz": "pz", "E": "e"}.items():
        here, there = flat(events.particles[ours]), flat(theirs.particles.vector[name])
        count += len(there)
        if not np.array_equal(here, there):
            wrong.append(f"particles.{ours}")
    return count, wrong


def compared_with_pyhepmc(source: Source, events: ak.Array) -> tuple[int, list[str]]:
    """The same against pyhepmc: sums of the momenta of every event, for the order of particles is the file's own."""
    import pyhepmc

    (name,) = [n for n in events.fields if "px" in ak.fields(events[n])][:1] or [""]
    sums = []
    with pyhepmc.open(source.path) as stream:
        for event, _ in zip(stream, range(len(events)), strict=False):
            scale = 1e-3 if event.momentum_unit == pyhepmc.Units.MEV else 1.0
            particles = event.numpy.particles
            sums.append([scale * float(np.sum(getattr(particles, leaf))) for leaf in ("px", "py", "pz", "e")])
    wrong = []
    for i, field in enumerate(("px", "py", "pz", "E")):
        ours = ak.to_numpy(ak.sum(getattr(events[name], field), axis=1))
        if not np.allclose(ours, np.array(sums)[:, i], rtol=1e-9, atol=1e-6):
            wrong.append(f"{name}.{field}")
    return 4 * len(sums), wrong


COMPARED: dict[str, tuple[str, Callable[[Source, ak.Array], tuple[int, list[str]]]]] = {
    "tree": ("uproot", compared_with_uproot),
    "nanoaod": ("uproot", compared_with_uproot),
    "delphes": ("uproot", compared_with_uproot),
    "lhe": ("pylhe", compared_with_pylhe),
    "hepmc": ("pyhepmc", compared_with_pyhepmc),
}


def tried(path: Path) -> Row:
    """What becomes of one file."""
    file, name, total = path.name, "", ""
    try:
        registry = build_registry()
        source = open_source(str(path), registry)
        name = source.reader.name
        losses = LossLog("skip")
        summary = source.inspect(losses)
        total = f"{summary.weights.events:,}"
        request = ReadRequest(event_fields=frozenset(), weight="none", max_events=EVENTS)
        batches = list(source.read(request, losses))
    except SymhepError as error:
        reason = str(error).replace(f"{path}: ", "")
        return Row(file, name, total, f"refused: {reason}", "refused")
    except Exception as error:
        return Row(file, name, total, f"{type(error).__name__}: {error}", "wrong")
    if losses.losses:
        return Row(file, name, total, f"refused: {losses.losses[0].reason}", "refused")
    if not batches:
        return Row(file, name, total, "no events", "read")
    events = ak.concatenate([batch.events for batch in batches])
    collections = sum(1 for n in summary.schema.collections if n in events.fields)
    what = f"{collections} collection{'s' * (collections != 1)}, {len(summary.schema.event_fields)} numbers per event"
    if name not in COMPARED or not collections:
        return Row(file, name, total, what, "read")
    library, compare = COMPARED[name]
    try:
        count, wrong = compare(source, events)
    except Exception as error:
        return Row(file, name, total, f"{what}; {library} itself fails: {type(error).__name__}", "read")
    if wrong:
        return Row(file, name, total, f"{what}; other than {library} gives: {', '.join(wrong[:4])}", "wrong")
    return Row(file, name, total, f"{what}; {count:,} numbers as {library} gives them", "read")


def in_child(path: Path, seconds: float) -> Row:
    """`tried` in a process of its own, ended after ``seconds``."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def work(pipe: Connection) -> None:
        warnings.simplefilter("ignore")
        pipe.send(tried(path))

    child = context.Process(target=work, args=(sender,))
    child.start()
    sender.close()
    try:
        row: Row = (
            receiver.recv()
            if receiver.poll(seconds)
            else Row(path.name, "", "", f"no end after {seconds:g} s", "wrong")
        )
    except EOFError:
        row = Row(path.name, "", "", "the process died", "wrong")
    if child.is_alive():
        child.terminate()
    child.join()
    return row


def files(folders: list[str]) -> Iterator[Path]:
    """All files that may hold events, in the order of their names."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix not in {".py", ".md", ".readme", ".doi", ".json", ".pyc"}:
                yield path


def table(rows: list[Row]) -> str:
    """Markdown."""

    def cell(text: str) -> str:
        return re.sub(r"([|<>*_`])", r"\\\1", " ".join(text.split()))[:230]

    lines = ["| file | format | events | found |", "|---|---|---|---|"]
    lines += [f"| {cell(r.file)} | {r.format} | {r.events} | {cell(r.found)} |" for r in rows]
    count = {kind: sum(r.outcome == kind for r in rows) for kind in ("read", "refused", "wrong")}
    head = (
        f"{len(rows)} files: {count['read']} read, {count['refused']} refused with a reason, "
        f"{count['wrong']} otherwise. Numbers are compared in the first {EVENTS:,} events."
    )
    return f"{head}\n\n" + "\n".join(lines)


def main() -> int:
    """Try, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--write", type=Path, help="a page with the two marks")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of time for one file")
    arguments = parser.parse_args()
    rows = []
    for path in files(arguments.folders):
        rows.append(in_child(path, arguments.seconds))
        print(f"{rows[-1].outcome:8s} {path.name}: {rows[-1].found[:150]}", file=sys.stderr, flush=True)
    text = table(rows)
    if arguments.write is None:
        print(text)
    else:
        page = arguments.write.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2]
        arguments.write.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return int(any(row.outcome == "wrong" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
