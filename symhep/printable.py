"""Text from files as a terminal, a log or a page may show it: nothing in it acts, hides, or turns the line round."""

from __future__ import annotations

import unicodedata

__all__ = ["printable"]


def printable(text: str, keep: str = "") -> str:
    r"""``text`` with control characters, line ends, marks of direction and other invisible characters written out.

    What is in ``keep`` stays: "\n" for text of several lines. Visible characters of all languages stay, too.

    >>> print(printable("muon\x1b[2J_pt"), printable("p\u202etp"), printable("Größe ± 1"))
    muon\x1b[2J_pt p\u202etp Größe ± 1
    """
    if text.isprintable():
        return text
    return "".join(c if c in keep or _visible(c) else c.encode("unicode_escape").decode() for c in text)


def _visible(character: str) -> bool:
    """Letters, marks, signs, and spaces of any width."""
    return character.isprintable() or unicodedata.category(character) == "Zs"
