"""Equations that hold for all events, in words: momentum conservation, mass shells, fixed energies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.stats.support import POINTS, RESOLUTION, affine_hull, quadrics

__all__ = ["Constraint", "constant_value", "constraints"]

FloatArray = npt.NDArray[np.float64]

#: Names of the terms of a sum that a sentence can hold.
MOST_TERMS = 6


@dataclass(frozen=True, eq=False)
class Constraint:
    """(x, 1)^T Q (x, 1) = 0 for all events, x of their D numbers.

    Attributes
    ----------
    text
        The equation: 'the sum of px is 0 GeV'.
    quantity
        What is constant: 'the sum of px'; '' if that has no name.
    form
        (D + 1, D + 1) symmetric Q; None for several equations that are only counted.
    """

    text: str
    quantity: str = ""
    form: FloatArray | None = None


def constant_value(values: FloatArray, size: float, resolution: float = RESOLUTION) -> float | None:
    """The value of a quantity that is the same in all events, exactly 0 where only rounding is left; None if it varies.

    ``size`` is how large its ingredients are, ``resolution`` their relative rounding.

    >>> constant_value(np.array([7.0, 7.0]), 7.0), constant_value(np.array([1e-9, -1e-9]), 7.0)
    (7.0, 0.0)
    >>> constant_value(np.array([7.0, 7.1]), 7.0) is None
    True
    """
    if values.std() > resolution * size:
        return None
    value = float(values.mean())
    return value if abs(value) > resolution * size else 0.0


def constraints(
    x: FloatArray,
    names: Sequence[str],
    unit: str = "",
    particles: Sequence[str] = (),
    present: npt.NDArray[np.bool_] | None = None,
    columns: Sequence[str] = (),
) -> list[Constraint]:
    """What holds for all events x (N, P, d): sums over the vectors, single components, mass shells, others.

    ``names`` are those of the d components, in ``unit``; (E, px, py, pz) have a mass. ``particles`` are P names, else
    'vector 1', ...; ``present`` (P, d) are the components that the vectors have, and D is their number: a sum is that
    over the vectors that have the component. ``columns`` are the P d names of all numbers, where those of the d
    components are not the same for all vectors.

    >>> p = np.random.default_rng(1).normal(size=(300, 2))
    >>> [c.text for c in constraints(np.stack([p, 7.0 - p], axis=1), ("px", "py"), "GeV")]
    ['the sum of px is 7 GeV', 'the sum of py is 7 GeV']
    >>> constraints(np.stack([p, -p], axis=1), ("v0x", "v0y"), columns=("v0x", "v0y", "v1x", "v1y"))[0].text
    'the sum of v0x and v1x is 0'
    """
    some = x[np.linspace(0, len(x) - 1, min(len(x), POINTS)).astype(np.int64)]
    kept = np.ones(x.shape[1:], dtype=bool) if present is None else present
    called = [particles[p] if particles else f"vector {p + 1}" for p in range(x.shape[1])]
    named = _Names.of(names, called, kept, columns)
    return [*_linear(some, named, unit, kept), *_shells(some, tuple(names), unit, called, kept)]


@dataclass(frozen=True)
class _Names:
    """Of the sums of d components over the vectors, and of (P, d) single components."""

    sums: tuple[str, ...]
    single: tuple[tuple[str, ...], ...]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        called: Sequence[str],
        present: npt.NDArray[np.bool_],
        columns: Sequence[str],
    ) -> _Names:
        if not columns:
            return cls(
                tuple(f"the sum of {name}" for name in names),
                tuple(tuple(f"{name}{_of(called, p)}" for name in names) for p in range(len(called))),
            )
        single = [tuple(columns[p * len(names) : (p + 1) * len(names)]) for p in range(len(called))]
        there = [
            [own[c] for own, has in zip(single, present, strict=True) if has[c]] for c in range(len(names))
        ]
        return cls(tuple(f"the sum of {_listed(some)}" for some in there), tuple(single))


def _listed(names: Sequence[str]) -> str:
    """Names of the terms of a sum; of many the first few."""
    shown = [*names[:MOST_TERMS], *([f"{len(names) - MOST_TERMS} more"] if len(names) > MOST_TERMS else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _linear(x: FloatArray, names: _Names, unit: str, present: npt.NDArray[np.bool_]) -> Iterator[Constraint]:
    """Constant components and sums, those that follow from others left out."""
    vectors, width = x.shape[1:]
    flat = x.reshape(len(x), -1)[:, present.reshape(-1)]
    hull = affine_hull(flat)
    explained = np.zeros((0, flat.shape[1]))
    unit_vectors = np.eye(vectors * width)[:, present.reshape(-1)].reshape(vectors, width, -1)
    sums = [(name, unit_vectors[:, c].sum(axis=0)) for c, name in enumerate(names.sums)]
    single = [
        (names.single[p][c], unit_vectors[p, c])
        for c in range(width)
        for p in range(vectors)
        if present[p, c]
    ]
    for name, direction in [*(sums if vectors > 1 else []), *single]:
        left = direction - explained.T @ np.linalg.lstsq(explained.T, direction, rcond=None)[0]
        if np.linalg.norm(left) > 1e-9 and hull.fixes(direction):
            value = float(direction @ hull.centre)
            size = float(np.abs(direction) @ np.abs(flat).mean(axis=0))
            shown = 0 if abs(value) < RESOLUTION * size else value
            form = np.zeros((len(direction) + 1, len(direction) + 1))
            form[-1, :-1] = form[:-1, -1] = direction / 2
            form[-1, -1] = -value
            yield Constraint(f"{name} is {shown:.6g}{unit and f' {unit}'}", name, form)
            explained = np.r_[explained, direction[None]]
    more = flat.shape[1] - hull.rank - len(explained)
    if more:
        yield Constraint(f"{more} more linear equation{'s hold' if more > 1 else ' holds'}")


def _of(called: Sequence[str], number: int) -> str:
    return f" of {called[number]}" if len(called) > 1 else ""


def _shells(
    x: FloatArray, names: tuple[str, ...], unit: str, called: Sequence[str], present: npt.NDArray[np.bool_]
) -> Iterator[Constraint]:
    """Mass shells and spheres of each vector; other quadratic equations are counted."""
    _, vectors, width = x.shape
    forms = {"the squared length": np.eye(width)}
    if names == ("E", "px", "py", "pz"):
        forms = {"E^2 - p^2": np.diag([1.0, -1, -1, -1]), "|p|^2": np.diag([0.0, 1, 1, 1])}
    kept = np.r_[present.reshape(-1), True]
    for p in range(vectors):
        points, which, named = x[:, p], _of(called, p), False
        for name, form in forms.items():
            if not present[p, form.any(axis=0)].all():
                continue  # of missing components
            values = np.einsum("ni,ij,nj->n", points, form, points)
            size = float(np.einsum("ni,ij,nj->n", points, np.abs(form), points).mean())
            value = constant_value(values, size) if size > 0 else None
            if value is not None:
                place = slice(p * width, (p + 1) * width)
                whole = np.zeros((vectors * width + 1, vectors * width + 1))
                whole[place, place], whole[-1, -1] = form, -values.mean()
                named = True
                text = f"{name}{which} is {value:.6g}{unit and f' {unit}^2'}"
                yield Constraint(text, name + which, whole[kept][:, kept])
        count = 0 if named else len(quadrics(points[:, present[p]]))
        if count:
            plural = ("s", "") if count > 1 else ("", "s")
            yield Constraint(f"{count} quadratic equation{plural[0]}{which} hold{plural[1]}")
