"""Folders of Parquet files that are one dataset, as Spark, Dask, Arrow and Hive write them."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from symhep.errors import InputError

__all__ = ["partitions", "parts"]

_SUFFIXES = (".parquet", ".parq", ".pq")
#: Folders within folders, one for each key of a partition: nobody has more.
_DEEPEST = 8
_PARTITION = re.compile(r"[A-Za-z_]\w*=[^=/\\]+")


def parts(path: str) -> list[str]:
    """The Parquet files of folder ``path`` and of its subfolders ``key=value``, by number.

    Files whose names begin with '_' or '.', such as ``_SUCCESS``, are none; an empty list where there is none.

    Raises
    ------
    InputError
        The folder's ``_metadata`` names a part that is not there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("part-10.parquet", "part-9.parquet", "_SUCCESS"):
    ...         _ = (Path(folder) / name).write_bytes(b"")
    ...     [Path(part).name for part in parts(folder)]
    ['part-9.parquet', 'part-10.parquet']
    """
    root = Path(path)
    found = [str(part) for part in _below(root, _DEEPEST)]
    index = root / "_metadata"
    if found and index.is_file():
        missing = sorted(_named(index) - {str(PurePath(part).relative_to(root)) for part in found})
        if missing:
            raise InputError(
                f"the folder lacks {', '.join(missing[:3])}{', ...' if missing[3:] else ''}, which are listed in its "
                f"_metadata",
                file=path,
                hint="copy the folder again, or delete _metadata if the files were deleted on purpose",
            )
    return found


def partitions(path: str) -> tuple[str, ...]:
    """What the folders of a file say of it.

    >>> partitions("/data/events.parquet/year=2018/channel=mumu/part-0.parquet")
    ('year=2018', 'channel=mumu')
    """
    return tuple(name for name in PurePath(path).parts[:-1] if _PARTITION.fullmatch(name))


def _below(folder: Path, levels: int) -> list[Path]:
    found: list[Path] = []
    for entry in sorted(folder.iterdir(), key=_by_number):
        if entry.name.startswith(("_", ".")):
            continue
        if entry.is_file() and entry.name.endswith(_SUFFIXES):
            found.append(entry)
        elif levels and _PARTITION.fullmatch(entry.name) and entry.is_dir():
            found += _below(entry, levels - 1)
    return found


def _by_number(entry: Path) -> list[tuple[int, str]]:
    """part-9 comes before part-10."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", entry.name)]


def _named(index: Path) -> set[str]:
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(index)
        groups = range(metadata.num_row_groups)
        return {metadata.row_group(g).column(0).file_path for g in groups} - {""}
    except Exception as error:
        raise InputError(
            f"the folder's _metadata cannot be read ({error})",
            file=str(index),
            hint="copy it again, or remove it",
        ) from None
