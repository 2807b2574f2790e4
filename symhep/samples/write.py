"""Writing a sample into a folder of one's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from symhep.errors import CardError, StoreError, nearest
from symhep.paths import writing
from symhep.samples.catalogue import Sample, catalogue, folder_of_samples

__all__ = ["sample"]

#: What names other files, which lie in one folder once they are written.
_TEXTS = (".yaml", ".py")


def sample(name: str, folder: str | Path | None = None, *, force: bool = False) -> Path:
    """Write a sample: a card, or a script, and the events that it reads.

    Parameters
    ----------
    name
        As ``symhep sample`` lists them.
    folder
        Where to write it, by default a folder of the sample's name; made if it is not there.
    force
        Overwrite files that are there.

    Returns
    -------
    pathlib.Path
        The card or script, for `symhep.run`.

    Raises
    ------
    CardError
        No sample has this name.
    StoreError
        A file is there already, and is kept; or the disk refuses. Nothing is written in the first case.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     card = sample("ee_mumu", folder)
    ...     sorted(path.name for path in card.parent.iterdir())
    ['ee_mumu.yaml', 'ee_mumu_80GeV.lhe.gz']
    """
    known = catalogue()
    if name not in known:
        raise CardError(f"no sample is called '{name}'", hint=nearest(name, known))
    chosen = known[name]
    target = Path(folder if folder is not None else name)
    for path in (target / file for file in chosen.names):
        if path.is_dir():
            raise StoreError(f"{path} is a folder; choose another folder with -o")
        if os.path.lexists(path) and not force:
            raise StoreError(f"{path} exists; choose another folder with -o, or use --force to overwrite it")
    source = folder_of_samples()
    with writing(target):
        target.mkdir(parents=True, exist_ok=True)
        for place, file in zip(chosen.files, chosen.names, strict=True):
            partial = target / f"{file}.partial"
            if partial.with_suffix("").suffix in _TEXTS:
                text = _in_one_folder((source / place).read_text(encoding="utf-8"), place, chosen)
                partial.write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(source / place, partial)
            partial.replace(target / file)
    return target / chosen.names[0]


def _in_one_folder(text: str, place: str, chosen: Sample) -> str:
    """``text`` of the file at ``place`` with the names that its files have in one folder, in comments as well."""
    here = Path(place).parent
    text = text.replace(f"--code samples/{here}", "--code .")
    for other, name in zip(chosen.files, chosen.names, strict=True):
        text = text.replace(f"samples/{other}", name).replace(os.path.relpath(other, here), name)
    return text
