"""Version of the schemas of results and cards, and which stored results can be read by it."""

from __future__ import annotations

__all__ = ["SCHEMA_VERSION", "why_unreadable"]

#: MAJOR.MINOR of the keys of results and cards: MINOR rises when keys are added, MAJOR when one goes or changes its
#: meaning (docs/project/deprecation.md).
SCHEMA_VERSION = "1.0"
#: Has the keys of 1.0.
_SAME = "0.2"


def why_unreadable(found: str) -> str | None:
    """Why a result stored with the schema ``found`` is not read, and what to do; None: it is.

    Results of this MAJOR and of no higher MINOR are read.

    >>> why_unreadable("1.0"), why_unreadable("0.2")
    (None, None)
    >>> why_unreadable("0.1")
    'its keys are those of schema 0.1, which this symhep (schema 1.0) does not read; run its card again'
    >>> why_unreadable("1.1")
    'its keys are those of schema 1.1, newer than this symhep (schema 1.0); update symhep'
    """
    if found == _SAME:
        return None
    told = f"its keys are those of schema {found}"
    try:
        theirs, ours = (tuple(map(int, version.split("."))) for version in (found, SCHEMA_VERSION))
    except ValueError:
        return f"{told}, which is not a version; run its card again"
    if theirs > ours:
        return f"{told}, newer than this symhep (schema {SCHEMA_VERSION}); update symhep"
    if theirs[0] != ours[0]:
        return f"{told}, which this symhep (schema {SCHEMA_VERSION}) does not read; run its card again"
    return None
