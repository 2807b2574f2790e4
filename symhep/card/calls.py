"""Calls that Python's grammar does not have: 'if(c, a, b)', and 'module:function(...)'."""

from __future__ import annotations

import ast
import re
import unicodedata
from dataclasses import dataclass

__all__ = ["FUNCTION_NAME", "Rewritten", "rewritten"]

#: How a card names a function of its own: 'module:function' or 'plugin:function'.
FUNCTION_NAME = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
_CALL = re.compile(rf"(?<![\w.:])(?P<name>if|{FUNCTION_NAME})(?=\s*\()")


@dataclass(frozen=True)
class Rewritten:
    """An expression in Python's grammar: ``names`` maps what stands in it to what the card says.

    ``shifts`` are places in ``text`` behind which it is longer than the card's, and by how much.
    """

    text: str
    names: dict[str, str]
    shifts: tuple[tuple[int, int], ...]

    def column(self, offset: int) -> int:
        """The column in the card's text of a column in ``text``."""
        return max(1, offset - sum(by for place, by in self.shifts if place < offset))

    def restore(self, tree: ast.AST) -> None:
        """Put the card's names back into ``tree``, as names of functions."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                node.func.id = self.names.get(node.func.id, node.func.id)

    def told(self, message: str) -> str:
        """A message about ``text``, with the card's names."""
        for placeholder, name in self.names.items():
            message = message.replace(placeholder, name)
        return message


def rewritten(text: str) -> Rewritten:
    """``text`` with a plain name in place of each 'if' and 'module:function' that a bracket follows.

    The names are such that the text does not hold them, in whatever form Python reads it (NFKC).

    >>> rewritten("if(x > 1, my:f(a), 0)").text
    'f_0(x > 1, f_1(a), 0)'
    >>> rewritten("f_0(motif(x), a if b else c)").text
    'f_0(motif(x), a if b else c)'
    """
    prefix = "f_"
    while prefix in unicodedata.normalize("NFKC", text):
        prefix += "_"
    placeholders: dict[str, str] = {}
    shifts: list[tuple[int, int]] = []
    grown = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal grown
        placeholder = placeholders.setdefault(found["name"], f"{prefix}{len(placeholders)}")
        by = len(placeholder) - len(found["name"])
        shifts.append((found.end() + grown + by, by))
        grown += by
        return placeholder

    changed = _CALL.sub(replace, text)
    return Rewritten(changed, {v: k for k, v in placeholders.items()}, tuple(shifts))
