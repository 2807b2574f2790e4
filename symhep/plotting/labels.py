"""Names of generators and units as print has them: the grammar of `symhep.methods.notation` in mathtext."""

from __future__ import annotations

import re

from symhep.methods.notation import EXPONENT, letters

__all__ = ["pretty"]

#: Generators and elements without an index, where they stand alone.
_ALONE = re.compile(r"(?<![\w.])(i?lambda|[JKPEHDNTC])(?![\w(])")


def pretty(text: str) -> str:
    """Generators in italics: 'J_z' as mathematics, alone or in a sum; what is mathtext already stays.

    >>> pretty("J_z"), pretty("D"), pretty("0.6 J_y + K_z"), pretty("Z_2(x)"), pretty("R^2")
    ('$J_{z}$', '$D$', '0.6 $J_{y}$ + $K_{z}$', '$Z_{2}$(x)', 'R$^{2}$')
    >>> pretty("lambda_12"), pretty("iE_12"), pretty("$p_T$ of x_1"), pretty("x1 d1 - x2 d2")
    ('$\\\\lambda_{12}$', '$iE_{12}$', '$p_T$ of $x_{1}$', 'x1 d1 - x2 d2')
    """
    pieces = text.split("$")
    return "$".join(piece if i % 2 else _typeset(piece) for i, piece in enumerate(pieces))


def _typeset(text: str) -> str:
    return "".join(
        f"${_letter(piece.text)}_{{{piece.index}}}$"
        if piece.index
        else EXPONENT.sub(r"$^{\1}$", _ALONE.sub(lambda found: f"${_letter(found[0])}$", piece.text))
        for piece in letters(text)
    )


def _letter(name: str) -> str:
    return name.replace("lambda", r"\lambda")
