"""The elements that are tested where a card names none."""

from __future__ import annotations

from symhep.errors import LieError
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element

__all__ = ["usual_elements"]

#: Up to so many vectors, all exchanges of two; beyond, those of neighbours, which generate the others.
ALL_PAIRS = 4
#: Up to so many components, a reflection of each.
ALL_REFLECTIONS = 8


def usual_elements(frame: Frame) -> list[Element]:
    """The elements that are tested where a card names none: P, T, mirrors, turns, exchanges, C and CP.

    C and CP where every particle's antiparticle is there.

    Parameters
    ----------
    frame
        The vectors they act on.

    Returns
    -------
    list of Element
        Those that act on all of the vectors; of more than four vectors only exchanges of neighbours, which generate
        the others.

    Examples
    --------
    >>> [e.name for e in usual_elements(Frame(("E", "px", "py", "pz"), ("jet[0]", "jet[1]")))][-3:]
    ['Z_3(z)', 'exchange(1,2)', 'P*exchange(1,2)']
    """
    exchanges = [f"exchange({i + 1},{j + 1})" for i, j in _pairs(frame)]
    if not frame.spatial:
        mirrors = [f"reflection({name})" for name in frame.components]
        turns = ["Z_3", "Z_4"] if len(frame.components) == 2 else []
        inversion = ["P"] if len(frame.components) > 1 else []
        names = inversion + mirrors[:ALL_REFLECTIONS] + turns + exchanges
        return [element for name in names if (element := _defined(name, frame)) is not None]
    mirrors = ["P", "T", "reflection(x)", "reflection(y)", "reflection(z)"]
    names = [*mirrors, "Z_2(x)", "Z_2(z)", "Z_3(z)", *exchanges]
    elements = [element for name in names if (element := _defined(name, frame)) is not None]
    try:
        return elements + [read_element(name, frame) for name in ("C", "CP")]
    except LieError:  # jets, or particles without partners
        both = len(frame.vectors) == 2 and bool(exchanges)
        return elements + ([read_element("P*exchange(1,2)", frame)] if both else [])


def _defined(name: str, frame: Frame) -> Element | None:
    """The element, or None where it does not act on all of the vectors."""
    try:
        return read_element(name, frame)
    except LieError:
        if frame.known:
            return None
        raise


def _pairs(frame: Frame) -> list[tuple[int, int]]:
    pairs = frame.exchangeable
    return pairs if len(frame.vectors) <= ALL_PAIRS else [(i, j) for i, j in pairs if j == i + 1]
