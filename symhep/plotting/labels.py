"""Names of generators and units as print has them."""

from __future__ import annotations

import re

__all__ = ["pretty"]

_NAME = re.compile(r"\b(i?lambda|[JKPEHDN]|Z(?=_))(?:_(\w+))?(?![\w{])")


def pretty(text: str) -> str:
    """Generators in italics: 'J_z' as mathematics, alone or in a sum.

    >>> pretty("J_z"), pretty("D"), pretty("0.6 J_y + K_z"), pretty("Z_2(x)")
    ('$J_{z}$', '$D$', '0.6 $J_{y}$ + $K_{z}$', '$Z_{2}$(x)')
    """
    return _NAME.sub(_typeset, text)


def _typeset(found: re.Match[str]) -> str:
    head = found[1].replace("lambda", r"\lambda")
    return f"${head}_{{{found[2]}}}$" if found[2] else f"${head}$"
