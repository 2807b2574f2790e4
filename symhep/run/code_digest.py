"""A checksum of the code that makes a result, so that no number of older code is taken for that of the present one."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

import symhep
from symhep.version import release, version

__all__ = ["code_digest", "core_digest"]

#: Rooms of a method's package that see a stored result alone: changing them changes no number.
_FROM_RESULTS = frozenset({"say", "figures"})
#: Folders of symhep whose code enters results: what lies above them draws, stores and reports.
_CORE = ("card", "events", "lie", "stats", "torchkit", "methods", "hypotheses", "readers")


def code_digest(cls: type) -> str:
    """The release, and checksums of the parts of symhep that numbers pass through and of the package of ``cls``.

    Of a class made on the spot, in a notebook say, there is no file: '' stands for its code.

    >>> from symhep.errors import CardError
    >>> len(code_digest(CardError)) > 0
    True
    """
    top = cls.__module__.partition(".")[0]
    own = "" if top in ("symhep", "__main__") else _package_digest(top)
    return f"{release(version())}-{core_digest()}-{own}"


@cache
def core_digest() -> str:
    """Checksum of the parts of symhep that numbers pass through."""
    root = Path(symhep.__file__).parent
    return _digest([file for folder in _CORE for file in (root / folder).rglob("*.py")], root)


@cache
def _package_digest(top: str) -> str:
    spec = importlib.util.find_spec(top)
    # Neither a namespace package nor a module inside Python itself has a file.
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return ""
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return _digest([origin], origin.parent)
    root = origin.parent
    files = [f for f in root.rglob("*.py") if not _FROM_RESULTS & set(f.relative_to(root).parts[:-1])]
    return _digest(files, root)


def _digest(files: list[Path], root: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(files):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.blake2b(file.read_bytes(), digest_size=16).digest())
    return digest.hexdigest()
