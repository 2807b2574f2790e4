"""What a user points at: a run card, or files and folders of events, which become the files of one dataset."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from symhep.errors import CardError, InputError, SymhepError
from symhep.paths import obstacle
from symhep.plugin.manager import Registry
from symhep.readers.lhe.banner import BannerFacts
from symhep.run.globs import is_pattern, matching
from symhep.run.madgraph import MadGraphEvents, madgraph_events
from symhep.run.names import is_url
from symhep.run.sources import open_source

__all__ = ["Pointed", "is_card", "pointed_at"]

#: Text files that lie about in folders of events, and are none.
_NO_EVENTS = frozenset(
    {"", ".txt", ".md", ".log", ".out", ".err", ".html", ".pdf", ".png", ".svg", ".yaml", ".yml", ".toml", ".json",
     ".dat", ".sh", ".py", ".pkl", ".tex", ".cmd", ".mg5", ".crossx", ".par", ".tcl", ".xml", ".lock", ".sha256"}
)  # fmt: skip
#: Of so many files with one ending the format is looked for; the others are taken to be like them.
_LOOKED_INTO = 20
_CARD_SUFFIXES = (".yaml", ".yml", ".toml")
_CARD_LINE = re.compile(rb"^[\"']?symhep[\"']?\s*[:=]", re.MULTILINE)
_CARD_BYTES = 1 << 20
#: Words of file names that say nothing about the sample.
_COMPRESSED = (".gz", ".bz2", ".xz")


@dataclass(frozen=True)
class Pointed:
    """The files of one dataset, a name for the run, and what else the folder tells.

    ``others`` are the same events at other levels, as lines of a card; ``left_out`` runs that hold them once more.
    """

    files: tuple[str, ...]
    name: str
    facts: BannerFacts | None = None
    others: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def is_card(name: str) -> bool:
    """Is it a run card, and not events? By its ending, and for JSON and unknown endings by what it says.

    >>> is_card("runs/card.yaml"), is_card("events.root"), is_card("root://host//a.yaml.root")
    (True, False, False)
    """
    if is_url(name):
        return False
    path = Path(name)
    if path.suffix.lower() in _CARD_SUFFIXES:
        return True
    if (
        path.suffix.lower() not in ("", ".json", ".txt", ".card", ".cfg", ".conf")
        or obstacle(path) is not None
    ):
        return False
    with path.open("rb") as stream:
        text = stream.read(_CARD_BYTES)
    if path.suffix.lower() != ".json":
        return b"\0" not in text and _CARD_LINE.search(text) is not None
    try:  # a coffea fileset is JSON, too
        content = json.loads(text)
    except (ValueError, RecursionError):
        # Broken, or long: whoever writes this key means a card, and is told what is wrong with it.
        return re.match(rb"\s*\{\s*\"symhep\"\s*:", text) is not None
    return isinstance(content, dict) and "symhep" in content and "datasets" in content


def pointed_at(names: Sequence[str], registry: Registry, format: str = "auto") -> Pointed:
    """The events that ``names`` (files, globs, URLs, folders) lead to; of a folder those of the named format.

    Raises `CardError` for a folder that holds events of several formats, and `InputError` for one without any.
    """
    found = [_folder(Path(name), registry, format) if _is_folder(name) else _files(name) for name in names]
    first = found[0]
    return replace(first, files=tuple(file for one in found for file in one.files))


def _is_folder(name: str) -> bool:
    return not is_url(name) and Path(name).is_dir()


def _files(name: str) -> Pointed:
    if is_url(name):
        return Pointed((name,), _stem(name.split("?")[0].rstrip("/").rsplit("/", 1)[-1]))
    path = Path(name).absolute()
    if not is_pattern(name):
        # Every run of MadGraph calls its events alike: their folder tells them apart.
        stem = _stem(path.name)
        return Pointed((name,), path.parent.name if stem in ("unweighted_events", "events") else stem)
    folder = next((parent for parent in path.parents if not is_pattern(str(parent))), path.parent)
    return Pointed((name,), folder.name or "events")


def _stem(name: str) -> str:
    """A file's name without its ending, and without that of the compression.

    >>> _stem("ee_80GeV.lhe.gz"), _stem("a.b.root")
    ('ee_80GeV', 'a.b')
    """
    path = Path(name)
    return Path(path.stem).stem if path.suffix in _COMPRESSED else path.stem


def _folder(folder: Path, registry: Registry, format: str) -> Pointed:
    if (folder / "results.json").exists() and (folder / "card.yaml").exists():
        raise CardError(
            "is the folder of a run, not of events",
            where=str(folder),
            hint=f"run its card: {folder / 'card.yaml'}",
        )
    found = madgraph_events(folder)
    return _of_madgraph(found) if found else _of_any(folder, registry, format)


def _of_madgraph(found: MadGraphEvents) -> Pointed:
    return Pointed(
        tuple(map(str, found.level.files)),
        found.name,
        found.facts,
        tuple(
            f"{level.name}: {json.dumps([str(f.absolute()) for f in level.files])}" for level in found.others
        ),
        found.left_out,
    )


def _of_any(folder: Path, registry: Registry, format: str) -> Pointed:
    """All files of events in a folder, if they are of one format."""
    paths = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "_")))
    by_format: dict[str, list[Path]] = {}
    seen: dict[str, list[str]] = {}
    for path in paths:
        suffix = "".join(path.suffixes[-2:]).lower() if path.suffix in _COMPRESSED else path.suffix.lower()
        if suffix in _NO_EVENTS:
            continue
        known = seen.setdefault(suffix, [])
        alike = len(known) >= _LOOKED_INTO and len(set(known)) == 1
        kind = known[0] if alike else _format(path, registry)
        known.append(kind)
        if kind:
            by_format.setdefault(kind, []).append(path)
    if format in by_format:
        by_format = {format: by_format[format]}
    if not by_format and _format(folder, registry):  # a format whose files are folders
        return Pointed((str(folder),), folder.resolve().name or "events")
    if not by_format:
        raise InputError("no event files in this folder", file=str(folder), hint=_there(folder))
    if len(by_format) > 1:
        counts = ", ".join(f"{len(p)} of {name}" for name, p in by_format.items())
        commands = "; ".join(f"symhep run {' '.join(_names(folder, p))}" for p in by_format.values())
        raise CardError(
            f"files of several formats: {counts}", where=str(folder), hint=f"run one of them: {commands}"
        )
    (files,) = by_format.values()
    return Pointed(tuple(_names(folder, files)), folder.resolve().name or "events")


def _format(path: Path, registry: Registry) -> str:
    """The name of the format; '' where no reader knows it, or the file is broken from the start."""
    try:
        return open_source(str(path), registry).reader.name
    except SymhepError:
        return ""


def _names(folder: Path, files: Sequence[Path]) -> list[str]:
    """The files by a glob, where one says exactly these, else one by one."""
    for suffix in dict.fromkeys("".join(path.suffixes[-count:]) for path in files[:1] for count in (1, 2)):
        pattern = str(folder / f"*{suffix}")
        if len(files) > 1 and suffix and matching(pattern) == [str(path) for path in files]:
            return [pattern]
    return [str(path) for path in files]


def _there(folder: Path) -> str:
    """What a folder holds, in a line."""
    inside = sorted(folder.iterdir())
    shown = ", ".join(f"{p.name}/" if p.is_dir() else p.name for p in inside[:6])
    return f"it contains {shown}{', ...' if len(inside) > 6 else ''}" if inside else "it is empty"
