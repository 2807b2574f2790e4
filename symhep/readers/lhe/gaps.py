"""What stands between events: blanks, remarks and the tags of event groups; all else is damage."""

from __future__ import annotations

import re

from symhep.readers.lhe.attributes import ATTRIBUTES

__all__ = ["FOOTER", "foreign"]

FOOTER = b"</LesHouchesEvents"
_HARMLESS = re.compile(rb"#[^\n]*|</?eventgroup(?=[\s>])" + ATTRIBUTES + rb">|\0+")
_UNFINISHED = re.compile(rb"<[^<>]*\Z")


def foreign(gap: bytes, last: bool) -> int | None:
    """Where in ``gap`` something stands that belongs in no gap; None if nothing does.

    Comments must be blanked already. In the ``last`` gap of a document what follows
    the footer is nobody's, and a tag that is cut at the end is the footer's
    matter. Zero bytes are looked for elsewhere.

    >>> foreign(b" # a remark\\n<eventgroup n='2'>\\n", last=False) is None
    True
    >>> foreign(b"\\n<evnt>\\n 2 7", last=False), foreign(b"</LesHouchesEvents> x", last=True)
    (1, None)
    """
    if not gap or gap.isspace():
        return None
    if last:
        before, footer, _ = gap.partition(FOOTER)
        gap = before if footer else _UNFINISHED.sub(b"", gap)
    gap = _HARMLESS.sub(lambda m: b" " * len(m[0]), gap)
    behind = gap.lstrip()
    return len(gap) - len(behind) if behind else None
