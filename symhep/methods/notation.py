"""The notation of symhep's texts: which letters and numbers in a plain text are mathematics.

One grammar for the page, the notebook and figures: 'J_z' is a letter with an index, 'R^2' has an exponent, '1e-300' is
a power of ten. Texts are plain everywhere else, so that they can be read on a terminal and in results.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["EXPONENT", "LETTER", "Piece", "letters", "superscript", "typeset"]

#: A letter with an index: J_z, E_12, Z_2, lambda_3, v_2.
LETTER = r"(?<![\w\\{$])(?P<letter>i?(?:lambda|[A-Z])|[A-Za-z])_(?P<index>[A-Za-z0-9]{1,4})(?!\w)"
_LETTER = re.compile(LETTER)
#: A number, or a bracket with one and its error, times a power of ten.
_POWER = re.compile(r"(?<![\w.])(−?\d+(?:\.\d+)?|\([^()]+\))e([+-]?\d+)\b")
#: An exponent: R^2.
EXPONENT = re.compile(r"(?<=[\w)])\^(-?\d+)(?!\w)")
#: Signs that are written as ASCII, in this order.
_SIGNS = (
    (re.compile(r"\+-"), "±"),
    (re.compile(r" \|x (?=\w)"), " ⋉ "),
    (re.compile(r"(?<=[)\dA-Z]) x (?=[A-Za-z]{1,4}[(_^]|[A-Z]\b)"), " × "),
    (re.compile(r"<="), "≤"),
    (re.compile(r">="), "≥"),
    (re.compile(r"->"), "→"),
    (re.compile(r"(?<![\w.)\]}−-])-(?=\.?\d)"), "−"),
    (re.compile(r"(?<=\d)%"), " %"),
)
_GREEK = {
    "chi": "χ", "epsilon": "ε", "lambda": "λ", "phi": "φ", "psi": "ψ", "theta": "θ", "Phi": "Φ", "Psi": "Ψ",
}  # fmt: skip
_GREEK_WORD = re.compile(rf"(?<![\w'\"-])({'|'.join(_GREEK)})(?![\w'\"-])")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Piece:
    """A part of a text: a letter with its index, or, with an empty index, text as it is."""

    text: str
    index: str = ""


def letters(text: str) -> Iterator[Piece]:
    """The text in pieces; together they are the whole text.

    >>> [(piece.text, piece.index) for piece in letters("of J_z, in file_1")]
    [('of ', ''), ('J', 'z'), (', in file_1', '')]
    """
    at = 0
    for found in _LETTER.finditer(text):
        if before := text[at : found.start()]:
            yield Piece(before)
        yield Piece(found["letter"], found["index"])
        at = found.end()
    if rest := text[at:]:
        yield Piece(rest)


def typeset(text: str) -> str:
    """Plain-text mathematics as print has it, in Unicode; letters with an index stay as they are.

    >>> typeset("R^2 = 0.98 +- 0.01, 5%"), typeset("p < 1e-300, (1.86 ± 0.04)e-09"), typeset("sl(2,R) |x R")
    ('R² = 0.98 ± 0.01, 5 %', 'p < 10⁻³⁰⁰, (1.86 ± 0.04) × 10⁻⁹', 'sl(2,R) ⋉ R')
    >>> typeset("-0.7 [-0.8, -0.6]"), typeset("SO(2) x SO(2) of 2015-01-01"), typeset("cos m(phi - Psi), m <= 6")
    ('−0.7 [−0.8, −0.6]', 'SO(2) × SO(2) of 2015-01-01', 'cos m(φ - Ψ), m ≤ 6')
    """
    for pattern, sign in _SIGNS:
        text = pattern.sub(sign, text)
    text = _GREEK_WORD.sub(lambda found: _GREEK[found[1]], text)
    text = EXPONENT.sub(lambda found: found[1].translate(_RAISED), text)
    return _POWER.sub(_power, text)


def superscript(power: int) -> str:
    """An exponent.

    >>> superscript(-12)
    '⁻¹²'
    """
    return str(power).translate(_RAISED)


def _power(found: re.Match[str]) -> str:
    ten = f"10{superscript(int(found[2]))}"
    return ten if found[1] == "1" else f"{found[1]} × {ten}"
