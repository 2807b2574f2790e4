"""Which tree of a file holds the events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from symhep.errors import InputError
from symhep.readers.root.opening import Trees, tree_record

__all__ = ["main_tree"]

#: CMS, EDM4hep and podio, ATLAS (TTree, RNTuple), Delphes.
_KNOWN = ("Events", "events", "CollectionTree", "EventData", "Delphes")
#: Trees of bookkeeping, by their names.
_BOOKKEEPING = re.compile(
    r"meta|podio|runs?$|runs?_|runtree|lumi|sumw|sumof|sum_of|bookkeep|header|param|config|info$|##|poolcontainer"
    r"|cutflow|fileinfo|geometry|details|cycle",
    re.IGNORECASE,
)
_MOMENTA = re.compile(
    rb"(?:^|[_.:/\x00-\x1f]|\b)(?:px|pt|momentum\.x|fCoordinates|fP|TLorentzVector)\b", re.I
)


def main_tree(names: Trees, file: Any, path: str) -> tuple[str, str | None]:
    """The tree of events, and a note where others were passed over.

    A well-known name decides, else whether the other trees are bookkeeping by their names, else which one alone holds
    momenta. Raises `InputError` where several may be meant.
    """
    if len(names) == 1:
        return next(iter(names)), None
    found = _one([name for name in names if name in _KNOWN])
    found = found or _one([name for name in names if not _BOOKKEEPING.search(name)])
    found = found or _one([name for name in names if _MOMENTA.search(tree_record(file, name))])
    others = sorted(set(names) - {found})
    if found is None:
        raise InputError(
            f"the file has several trees: {', '.join(others)}",
            file=path,
            hint="choose one with options: {tree: NAME}",
        )
    return (
        found,
        f"The tree '{found}' was selected (to change: options: tree); other trees: {_some(others)}.",
    )


def _one(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def _some(names: Sequence[str], at_most: int = 8) -> str:
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more
