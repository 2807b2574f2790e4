"""Inclusions among subgroup classes by a search over conjugations: what the package's lattice data were made with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from symhep.lie.notation import Rows
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass, lorentz_subgroups
from symhep.lie.subgroups.conjugation import SOLVED, embed
from symhep.lie.subgroups.lattice import lattice

__all__ = ["compute_covers", "growing", "included", "possible", "random_starts"]

FloatArray = npt.NDArray[np.float64]

#: Starts of the search for a conjugation: few for all pairs, then more for the pairs that resist.
STARTS = (3, 12, 40)
#: Walkers in one array: a hundred megabytes.
BATCH = 6000


def random_starts(
    rng: np.random.Generator, count: int, n: int, parameters: int
) -> tuple[FloatArray, FloatArray]:
    """Conjugations, (count, n) exponential coordinates, and parameters (count, Q) of either sign around 1."""
    values = np.exp(rng.normal(size=(count, parameters))) * rng.choice([-1.0, 1.0], size=(count, parameters))
    return rng.normal(size=(count, n)), values


def included(
    pairs: Sequence[tuple[SubgroupClass, SubgroupClass]], constants: FloatArray, seed: int = 0
) -> npt.NDArray[np.bool_]:
    """Per pair (A, B): does every member of B contain a conjugate of some member of A?

    A 'yes' is a conjugation found with a residual at machine precision; a 'no' is 55 starts that found none.
    Families are represented by the samples of their parameters.

    >>> from symhep.lie.bases import lorentz
    >>> group = lorentz_subgroups()
    >>> pairs = [(group["SO(2)"], group["SO(3)"]), (group["SO(1,1)"], group["SO(3)"])]
    >>> included(pairs, structure_constants(lorentz().matrices).constants).tolist()
    [True, False]
    """
    rng = np.random.default_rng(seed)
    verdict = np.ones(len(pairs), dtype=bool)
    questions = [(i, rows) for i, (_, outer) in enumerate(pairs) for rows in outer.members()]
    open_questions = list(range(len(questions)))
    for starts in STARTS:
        solved = _solve(
            [(pairs[questions[k][0]][0], questions[k][1]) for k in open_questions], constants, starts, rng
        )
        open_questions = [k for k, done in zip(open_questions, solved, strict=True) if not done]
    for k in open_questions:
        verdict[questions[k][0]] = False
    return verdict


def _solve(
    questions: Sequence[tuple[SubgroupClass, FloatArray]],
    constants: FloatArray,
    starts: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:
    """Per question (A, rows of a member of B): has a conjugation been found, for any choice of A's signs?"""
    groups: dict[tuple[int, int], list[tuple[int, Rows, FloatArray, tuple[bool, ...]]]] = defaultdict(list)
    for k, (inner, outer) in enumerate(questions):
        positive = tuple(p.domain == "positive" for p in inner.continuous)
        for _, rows in inner.signed():
            groups[inner.dimension, len(positive)].append((k, rows, outer, positive))
    solved = np.zeros(len(questions), dtype=bool)
    for (_, parameters), asked in groups.items():
        for first, last in pairwise([*range(0, len(asked), max(1, BATCH // starts)), len(asked)]):
            numbers, inner_rows, outer_rows, positive_rows = zip(*asked[first:last], strict=True)
            found = embed(
                inner_rows,
                outer_rows,
                np.array(positive_rows, dtype=bool).reshape(len(numbers), parameters),
                constants,
                *random_starts(rng, starts, constants.shape[0], parameters),
            )
            solved[np.array(numbers)[found.residuals < SOLVED]] = True
    return solved


def compute_covers(catalogue: Catalogue, seed: int = 0) -> dict[str, list[str]]:
    """Per class the classes directly below it.

    Pairs are tried by growing difference of dimension, leaving out those that earlier ones imply and those that
    `possible` or, in the Poincare group, the lattice of the Lorentz parts excludes. The Lorentz group takes a second,
    the Poincare group two minutes.
    """
    constants = structure_constants(catalogue.group.matrices).constants
    classes = catalogue.classes
    parts = _lorentz_parts() if catalogue.key == "poincare" else None
    below: dict[str, set[str]] = {c.name: set() for c in classes}
    covers: dict[str, list[str]] = {c.name: [] for c in classes}
    for gap in range(1, classes[0].dimension):
        pairs = [
            (a, b)
            for b in classes
            for a in catalogue.of_dimension(b.dimension - gap)
            if a.name not in below[b.name]
            and (parts is None or (a.lorentz, b.lorentz) in parts)
            and possible(a, b)
        ]
        for (a, b), yes in zip(pairs, included(pairs, constants, seed), strict=True):
            if yes:
                covers[b.name].append(a.name)
                below[b.name].add(a.name)
        for b in reversed(classes):  # by rising dimension
            below[b.name].update(*(below[name] for name in below[b.name]))
    return covers


def _lorentz_parts() -> set[tuple[str, str]]:
    """Pairs of labels (a, b) of Lorentz parts with a <= b; R1 is the trivial one."""
    group = lorentz_subgroups()
    order = lattice(group)
    pairs = {(group[a].label, group[b].label) for b in group for a in (b, *order.below[b])}
    return pairs | {("R1", label) for label in ("R1", *(c.label for c in group.classes))}


def possible(a: SubgroupClass, b: SubgroupClass) -> bool:
    """Whether the integers of `growing` allow a <= b.

    >>> group = lorentz_subgroups()
    >>> possible(group["SO(3)"], group["SIM(2)"]), possible(group["SIM(2)"], group["SO(3)"])
    (True, False)
    """
    return bool(np.all(growing(next(a.members())) <= growing(next(b.members()))))


def growing(rows: FloatArray, tolerance: float = 1e-9) -> npt.NDArray[np.int64]:
    """Dimension; that of the Lorentz part; that of the translations, and of timelike and spacelike ones among them."""
    _, values, right = np.linalg.svd(rows[:, :6].T)
    rank = int((values > tolerance).sum())
    translations = right[rank:] @ rows[:, 6:] if rows.shape[1] > 6 else np.zeros((0, 4))
    metric = np.linalg.eigvalsh(translations @ np.diag([1.0, -1.0, -1.0, -1.0]) @ translations.T)
    return np.array(
        [len(rows), rank, len(translations), (metric > tolerance).sum(), (metric < -tolerance).sum()]
    )
