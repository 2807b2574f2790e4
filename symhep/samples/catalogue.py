"""Which samples there are; a wheel has their files in ``symhep/samples/files``, a source tree in ``samples``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from symhep.errors import StoreError

__all__ = ["Sample", "catalogue", "folder_of_samples"]

_INDEX = "index.toml"


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry of the index.

    >>> sample = Sample("dijets", "Which ...?", ("moments/dijets.yaml", "jj.root"), "symhep run dijets.yaml", "20 s")
    >>> sample.names
    ('dijets.yaml', 'jj.root')
    """

    name: str
    question: str
    #: Places below the folder of the samples; the first is the card or script.
    files: tuple[str, ...]
    #: The command that runs it, in the folder that it was written to.
    run: str
    #: Processor time of the run, as text.
    time: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files once they are written, all into one folder."""
        return tuple(Path(place).name for place in self.files)

    def size(self) -> int:
        """Bytes of all files."""
        root = folder_of_samples()
        return sum((root / place).stat().st_size for place in self.files)


def folder_of_samples() -> Path:
    """Where the files are: beside this module in a wheel, else in the source tree."""
    here = Path(__file__).resolve().parent
    for folder in (here / "files", here.parents[1] / "samples"):
        if (folder / _INDEX).is_file():
            return folder
    raise StoreError("this installation of symhep has no samples; install it again with pip")


def catalogue() -> dict[str, Sample]:
    """Every sample by its name, in the order of the index."""
    index = tomllib.loads((folder_of_samples() / _INDEX).read_text(encoding="utf-8"))
    return {
        name: Sample(name, entry["question"], tuple(entry["files"]), entry["run"], entry["time"])
        for name, entry in index.items()
    }
