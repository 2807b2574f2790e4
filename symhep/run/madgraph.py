"""MadGraph's folders: PROC, PROC/Events, or PROC/Events/run_01, with events at several levels and the banner.

MG5_aMC@NLO (arXiv:1405.0301) leaves in the folder of a run what its steps have written: the hard process as LHE, after
the shower as HepMC, after the detector simulation as Delphes ROOT. All are the same collisions, so that only one level
can be analysed at a time: the hard process, whose cuts and momenta are exact, unless it is not there.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from symhep.errors import CardError, InputError
from symhep.readers.lhe.banner import BannerFacts, banner_facts

__all__ = ["Level", "MadGraphEvents", "madgraph_events"]

#: Level -> patterns of its files, the preferred one first. Of several tags of a run the last one counts.
_LEVELS = {
    "hard process (LHE)": (
        "unweighted_events.lhe.gz",
        "unweighted_events.lhe",
        "events.lhe.gz",
        "events.lhe",
    ),
    "shower (HepMC)": ("*_events.hepmc.gz", "*_events.hepmc", "events_*.hepmc.gz", "events_*.hepmc"),
    "detector (Delphes)": ("*delphes_events.root",),
}
_BANNER = "*_banner.txt"
_RUN = re.compile(r"run_\d+.*")
#: MadSpin and reweighting write the events of a run once more.
_AGAIN = re.compile(r"_(decayed|reweighted?)(_\d+)?$")
_BANNER_BYTES = 1 << 24


@dataclass(frozen=True)
class Level:
    """The files of one level, a file per run."""

    name: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class MadGraphEvents:
    """What was found: the level to begin with, the others, and what the first banner says."""

    name: str
    level: Level
    others: tuple[Level, ...]
    facts: BannerFacts | None
    left_out: tuple[str, ...] = ()


def madgraph_events(folder: Path) -> MadGraphEvents | None:
    """The events of a MadGraph folder; None for any other folder.

    Raises
    ------
    InputError
        It is one, and no run has events; or a banner cannot be read.
    CardError
        Its runs have different processes, beams or cuts, so that they are no single dataset.
    """
    found = _runs(folder)
    if not found:
        return None
    # The same events once more, decayed or reweighted: both together would count every collision twice.
    runs = [run for run in found if len(found) == 1 or not _AGAIN.search(run.name)] or found
    levels = [Level(name, _files(runs, patterns)) for name, patterns in _LEVELS.items()]
    levels = [level for level in levels if level.files]
    if not levels:
        raise InputError(
            f"no events in {', '.join(run.name for run in runs)}",
            file=str(folder),
            hint="check the job that wrote it",
        )
    # A level that some of the runs lack would be another sample.
    first, *others = sorted(levels, key=lambda level: -len(level.files))
    return MadGraphEvents(
        _name(folder),
        first,
        tuple(others),
        _agreed(runs),
        tuple(run.name for run in found if run not in runs),
    )


def _runs(folder: Path) -> list[Path]:
    """The folders of runs in, or at, ``folder``."""
    if list(folder.glob(_BANNER)) or (_RUN.fullmatch(folder.name) and folder.parent.name == "Events"):
        return [folder]
    for events in (folder / "Events", folder):
        runs = sorted(run for run in events.glob("run_*") if run.is_dir() and _RUN.fullmatch(run.name))
        if runs:
            return [run for run in runs if any(run.iterdir())]
    return []


def _name(folder: Path) -> str:
    """Of the process, and of the run where there is one: PROC_run_01."""
    path = folder.resolve()
    if path.parent.name == "Events":
        return f"{path.parent.parent.name}_{path.name}"
    return path.parent.name if path.name == "Events" else path.name


def _files(runs: Sequence[Path], patterns: Sequence[str]) -> tuple[Path, ...]:
    """One file of each run that has one."""
    found = []
    for run in runs:
        matches = next((hits for pattern in patterns if (hits := sorted(run.glob(pattern)))), [])
        found += [path for path in matches[-1:] if path.is_file()]
    return tuple(found)


def _agreed(runs: Sequence[Path]) -> BannerFacts | None:
    """What the banners say. Raises `CardError` where they differ."""
    facts: dict[str, BannerFacts] = {}
    for run in runs:
        for banner in sorted(run.glob(_BANNER))[-1:]:
            facts[run.name] = banner_facts(_text(banner))
    if not facts:
        return None
    first, *rest = facts
    for other in rest:
        for what in ("process", "sqrt_s_gev", "cuts"):
            if getattr(facts[first], what) != getattr(facts[other], what):
                named = {"sqrt_s_gev": "beam energy"}.get(what, what)
                raise CardError(
                    f"{first} and {other} differ in the {named}, so they are not one dataset",
                    where=str(runs[0].parent),
                    hint=f"give one of them: {runs[0].parent / first}",
                )
    return facts[first]


def _text(banner: Path) -> bytes:
    try:
        with banner.open("rb") as stream:
            text = stream.read(_BANNER_BYTES)
        return gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the banner cannot be read ({error})", file=str(banner)) from error
