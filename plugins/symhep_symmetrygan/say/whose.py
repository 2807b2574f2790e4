"""The density whose symmetries are found: of all variables, marginal, or with spectators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["of_events", "of_search", "said_of"]


def of_search(r: SymmetryGanRecord) -> str:
    """Of the search for elements: 'the marginal density of x1 and x2', 'x1 and x2 with x3 as spectator', or ''.

    >>> record = SymmetryGanRecord(
    ...     events={"used": 5, "available": 10, "effective": 5.0, "negative": 0.0},
    ...     vectors={"number": 1, "components": ["x"]}, scale=1.0, unit="", significance_level=0.01,
    ...     space={"name": "so(2) on x1 x2", "marginal": False, "parameter_labels": [], "discrete_parameters": [],
    ...            "coordinates": ["x1", "x2"], "spectator_names": ["x3"], "dimension": 1},
    ... )
    >>> of_search(record)
    'x1 and x2 with x3 as spectator'
    """
    space = r.space
    if space is None:
        return ""
    some = several(space.coordinates)
    beside = _beside((*space.spectator_names, *_tags(r)))
    if space.marginal:
        return f"the marginal density of {some}{beside}"
    if set(space.spectator_names) - set(r.spectator_names):
        return f"{some}{beside}"
    return f"the vectors{beside}" if beside else ""


def of_events(r: SymmetryGanRecord) -> str:
    """Of subgroups and discrete elements, which act on all vectors: 'the vectors with n as spectator', or ''."""
    beside = _beside((*r.spectator_names, *_tags(r)))
    return f"the vectors{beside}" if beside else ""


def said_of(statements: Iterable[Statement], whose: str) -> Iterator[Statement]:
    """The same findings, each with what they are said of; warnings as they are.

    >>> [s.text for s in said_of([Statement("All are accepted.", {})], "x1 with x3 as spectator")]
    ['All are accepted (x1 with x3 as spectator).']
    """
    for statement in statements:
        if not whose or statement.kind == "warning":
            yield statement
        else:
            yield replace(statement, text=f"{statement.text.removesuffix('.')} ({whose}).")


def _tags(r: SymmetryGanRecord) -> tuple[str, ...]:
    return tuple(f"{tag} of each vector" for tag in r.tag_names)


def _beside(names: tuple[str, ...]) -> str:
    return f" with {several(names)} as spectator{'' if len(names) == 1 else 's'}" if names else ""
