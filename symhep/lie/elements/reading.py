"""Elements from text: 'P', 'reflection(z)', 'Z_3(z)', 'P*exchange(1,2)'."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from symhep.errors import LieError, nearest
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.named import (
    charge_conjugation,
    charge_parity,
    exchange,
    motion_reversal,
    parity,
    reflection,
    turn,
)
from symhep.lie.kinds import why_undefined

__all__ = ["read_element"]

#: Name -> the element, and how many arguments it takes.
_NAMED: Mapping[str, tuple[Callable[..., Element], int]] = {
    "P": (parity, 0),
    "T": (motion_reversal, 0),
    "C": (charge_conjugation, 0),
    "CP": (charge_parity, 0),
    "reflection": (reflection, 1),
    "exchange": (exchange, 2),
}
_TURN = re.compile(r"Z_?([0-9]{1,9})")


def read_element(text: str, frame: Frame) -> Element:
    """The discrete element that a text names.

    P, T, C, CP; reflection(c) of a component; exchange(i,j) of particles by number or name; Z_q(axis), Z_q(a,b) for
    the turn by 2 pi / q; and products of them with '*', whose factors act from the right.

    Parameters
    ----------
    text
        As in a card: 'P*exchange(1,2)'.
    frame
        The vectors it acts on.

    Returns
    -------
    Element
        With its meaning in words.

    Raises
    ------
    LieError
        For anything else, for products that are 1, and for what needs components of a vector that are not known.

    Examples
    --------
    >>> frame = Frame(("E", "px", "py", "pz"), ("mu-", "mu+"))
    >>> read_element("P*exchange(mu-,mu+)", frame).meaning
    'exchange of mu- and mu+; then parity of the final state only, p -> -p'
    >>> read_element("Z_3(z)", frame).order
    3
    """
    factors = [_factor(part, text, frame) for part in _split(text, "*", text)]
    element = factors[0]
    for factor in factors[1:]:
        element = element * factor
    if element.is_identity:
        raise LieError(f"'{text}' acts trivially on all events", hint="remove it")
    if why := why_undefined(element.matrix, frame.components, frame.known, element=True):
        raise LieError(f"'{text}' is not defined on these vectors: {why}", hint="remove it")
    _ = element.order  # refused here rather than during the fit
    return element.called(text.replace(" ", ""), element.meaning)


def _factor(part: str, text: str, frame: Frame) -> Element:
    head, bracket, rest = part.strip().partition("(")
    if bracket and not rest.endswith(")"):
        raise _unreadable(text, f"')' is missing after '{head}('")
    inside = rest[:-1].strip()
    arguments = [a.strip() for a in _split(inside, ",", text)] if inside else []
    head = head.strip()
    if found := _TURN.fullmatch(head):
        return turn(frame, int(found[1]), *arguments)
    if head not in _NAMED:
        raise _unreadable(text, f"unknown element '{head}'", nearest(head, (*_NAMED, "Z_q")))
    make, wanted = _NAMED[head]
    if len(arguments) != wanted:
        raise _unreadable(text, f"'{head}' needs {wanted} names in brackets, not {len(arguments)}")
    return make(frame, *arguments)


def _split(text: str, at: str, whole: str) -> list[str]:
    """Parts between the separators that stand outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            raise _unreadable(whole, "')' without '('")
        if letter == at and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    if depth or any(not part.strip() for part in parts):
        raise _unreadable(whole, "'(' without ')'" if depth else f"a factor is missing next to '{at}'")
    return parts


def _unreadable(
    text: str, why: str, hint: str = "write P, reflection(z), exchange(1,2), Z_3(z), P*C"
) -> LieError:
    return LieError(f"'{text}': {why}", hint=hint)
