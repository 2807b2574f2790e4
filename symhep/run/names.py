"""From what a user names (paths, globs, URLs, filesets) to files, each once, and nothing that is no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from symhep.card.schema import DatasetCard
from symhep.errors import CardError, InputError
from symhep.paths import obstacle
from symhep.readers.parquet_folder import parts
from symhep.run.fileset import fileset
from symhep.run.globs import is_pattern, matching

__all__ = ["Named", "absolute", "check_place", "is_url", "local_path", "named_files", "with_absolute_files"]

#: What a URL may begin with. Not among them: what makes files of other files, such as reference:// or zip://.
SCHEMES = (
    "abfs", "abfss", "adl", "az", "dav", "davs", "file", "ftp", "gcs", "gs", "hdfs", "http", "https", "oss", "root",
    "roots", "s3", "s3a", "sftp", "ssh", "webhdfs", "xroot", "xroots",
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A file, with the tree that a fileset names for it."""

    path: str
    tree: str | None = None


def named_files(patterns: Iterable[str], folder: Path = Path(), where: str | None = None) -> list[Named]:
    """The files of a dataset in a fixed order: as the patterns say, names of one glob sorted.

    A pattern is looked for as it stands, else relative to ``folder``. Raises `CardError` for one that leads nowhere
    and for a file that is given twice, also by a link to it, and `InputError` for what is no file.
    """
    found = [item for pattern in patterns for item in _expanded(pattern, folder, where)]
    seen: dict[tuple[object, ...], str] = {}
    for item in found:
        key = (*_identity(item.path), item.tree)
        if key in seen:
            same = "is given twice" if seen[key] == item.path else f"is the same file as '{seen[key]}'"
            raise CardError(f"'{item.path}' {same}: its events would be counted twice", where=where)
        seen[key] = item.path
    return found


def absolute(pattern: str, folder: Path) -> str:
    """A path or glob of a card as it stands on this machine; URLs stay as they are."""
    if is_url(pattern):
        return pattern
    for base in (Path(), folder):
        if matching(str(base / pattern)):
            return str((base / pattern).absolute())
    return pattern


def with_absolute_files(dataset: DatasetCard, folder: Path) -> DatasetCard:
    """A dataset of a card with its `absolute` files, those of its variations included."""

    def moved(files: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(absolute(f, folder) for f in files)

    variations = {}
    for name, variation in dataset.variations.items():
        ways = {
            k: a.model_copy(update={"files": moved(a.files)})
            for k, a in variation.alternatives.items()
            if a.files
        }
        variations[name] = variation.model_copy(update=ways)
    return dataset.model_copy(update={"files": moved(dataset.files), "variations": variations})


def is_url(name: str) -> bool:
    """Does it begin with a scheme, such as root://?"""
    return "://" in name


def local_path(name: str) -> str | None:
    """The path that a name stands for on this machine; None for a URL of another one.

    >>> local_path("file:///data/a%20b.root"), local_path("root://host//a.root")
    ('/data/a b.root', None)
    """
    if not is_url(name):
        return name
    return unquote(urlsplit(name).path) if name.startswith("file://") else None


def check_place(name: str) -> None:
    """Raise `InputError` for what must not be opened: no regular file, or a URL of a kind that is not read."""
    scheme = name.partition("://")[0]
    if is_url(name) and (scheme not in SCHEMES or "::" in name):
        wrong = (
            "chained URLs are not supported" if "::" in name else f"the protocol {scheme}:// is not supported"
        )
        raise InputError(wrong, file=name, hint=f"known: {', '.join(SCHEMES)}")
    path = local_path(name)
    if path is not None and (why := obstacle(path)) is not None:
        raise InputError(why, file=name)


def _identity(name: str) -> tuple[object, ...]:
    """The same for two names of one file, links included."""
    path = local_path(name)
    if path is None:
        return (name,)
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return (path,)
    return (found.st_dev, found.st_ino)


def _expanded(pattern: str, folder: Path, where: str | None) -> list[Named]:
    if is_url(pattern):
        check_place(pattern)
        return [Named(pattern)]
    for base in dict.fromkeys([Path(), folder]):
        # A name in the current folder stays as the user wrote it.
        found = matching(pattern if base == Path() else str(base / pattern), where)
        if found:
            return [item for path in found for item in _file(path, pattern)]
    places = f"'{pattern}' or '{folder / pattern}'" if folder != Path() else f"'{pattern}'"
    raise CardError(
        f"no file {places}",
        where=where,
        hint="paths are relative to the current folder or to the folder of the card",
    )


def _file(path: str, pattern: str) -> list[Named]:
    """A file itself, the Parquet parts of a folder, or the files that a fileset lists.

    Other folders that a glob meets on its way are passed over.
    """
    if Path(path).is_dir():
        if found := parts(path):
            return [Named(part) for part in found]
        if is_pattern(pattern) and path != pattern:
            return []
        raise InputError("is a folder, not a file", file=path, hint=f"give its files, as in '{path}/*.root'")
    if path.endswith(".json"):
        return [Named(_beside(entry.name, path), entry.tree) for entry in fileset(path)]
    check_place(path)
    return [Named(path)]


def _beside(name: str, listed_in: str) -> str:
    """A fileset's file: from the current folder, else from the fileset's own."""
    if not is_url(name):
        near = Path(listed_in).parent / name
        name = name if Path(name).exists() or not near.exists() else str(near)
    check_place(name)
    return name
