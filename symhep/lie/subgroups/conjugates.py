"""Conjugates of a class of subgroups: members moved by group elements, and those closest to a given span."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from symhep.lie.notation import Rows
from symhep.lie.subgroups.catalogue import SubgroupClass
from symhep.lie.subgroups.conjugation import HIGHEST, LARGEST, SMALLEST, adjoint_exponential, embed
from symhep.lie.subgroups.inclusion import random_starts

__all__ = ["Conjugate", "conjugates", "limiting"]

FloatArray = npt.NDArray[np.float64]

#: Starts of the search per class and choice of signs; the first is the position in the catalogue.
STARTS = 8
#: A member at the catalogue's position whose sine is smaller comes first: an axis that may be z is called z.
NEAR = 0.1
#: Rapidity of the boosts that shrink a light ray: its exponential stays below the largest allowed.
SHRINKING = 6.5
#: Two conjugates whose spans differ by less than this sine are the same.
SAME = 1e-2


@dataclass(frozen=True, eq=False)
class Conjugate:
    """The subalgebra Ad_g A(p): a class's member A(p), its parameters p, moved by a group element g.

    Attributes
    ----------
    of
        The class.
    signs
        Values of its parameters that are signs.
    family
        A as a function of the continuous parameters, for these signs.
    adjoint
        (n, n) Ad_g, on columns of coefficients in the group's basis.
    parameters
        (Q,) p.
    sine
        Of the largest principal angle to the span that it was sought for; infinite if none was.
    """

    of: SubgroupClass
    signs: tuple[float, ...]
    family: Rows
    adjoint: FloatArray
    parameters: FloatArray
    sine: float = np.inf

    @cached_property
    def generators(self) -> FloatArray:
        """(d, n) the catalogue's generators, moved."""
        return self.family.at(list(self.parameters)) @ self.adjoint.T

    @cached_property
    def basis(self) -> FloatArray:
        """(d, n) orthonormal rows of the same span."""
        return np.asarray(np.linalg.qr(self.generators.T)[0].T)

    def tangents(self, constants: FloatArray) -> FloatArray:
        """(n + Q, d, n): how `basis` leaves its span, per unit of the n exponential coordinates and Q parameters.

        With basis = W generators, W fixed, a turn by X_i brings [X_i, b], and a parameter W slope Ad^T; of both
        only what is orthogonal to the span matters.
        """
        q, triangle = np.linalg.qr(self.generators.T)
        turned = np.einsum("ja,ijk->iak", q, constants)
        stretched = np.linalg.solve(triangle.T, self.family.slopes @ self.adjoint.T)
        moved = np.concatenate([turned, stretched])
        return np.asarray(moved - moved @ q @ q.T)

    def moved(self, step: FloatArray, constants: FloatArray) -> Conjugate | None:
        """After a step (n + Q,); parameters keep their sign and their range. None beyond the largest boost."""
        n = len(self.adjoint)
        adjoint = adjoint_exponential(step[:n], constants) @ self.adjoint
        if np.linalg.norm(adjoint[:6, :6], ord=2) > LARGEST:
            return None
        sign = np.sign(self.parameters)
        parameters = sign * np.clip(sign * (self.parameters + step[n:]), SMALLEST, HIGHEST)
        return replace(self, adjoint=adjoint, parameters=parameters)

    @property
    def at_home(self) -> bool:
        """Whether it lies where the catalogue has it."""
        return bool((self.adjoint == np.eye(len(self.adjoint))).all())

    @property
    def values(self) -> dict[str, float]:
        """The parameters by name, signs included."""
        given = iter(self.signs), iter(self.parameters)
        return {p.name: float(next(given[p.domain != "sign"])) for p in self.of.parameters}


def conjugates(
    classes: Sequence[SubgroupClass],
    span: FloatArray,
    constants: FloatArray,
    starts: int = STARTS,
    seed: int = 0,
) -> dict[str, list[Conjugate]]:
    """Per class the conjugates that lie in a span, or come closest to it, best first and each once.

    Minimises the sines of the principal angles between Ad_g A(p) and the span over g and p from several starts
    (`symhep.lie.subgroups.conjugation.embed`). Where a continuum of conjugates lies in the span, as every axis of
    SO(2) in so(3), some of its points are found. A member at the catalogue's position that is as near as 0.1 to the
    span is put first, as it is.

    Parameters
    ----------
    classes
        Of dimension at most r.
    span
        (r, n) orthonormal rows in the basis of the group; its first six are J_x, J_y, J_z, K_x, K_y, K_z.
    constants
        (n, n, n) structure constants of the group's algebra.
    starts
        Of the search, per class and choice of signs.

    Returns
    -------
    Class name -> conjugates; those at the catalogue's position where no start stays within the bounds (boosts up to
    rapidity 7, parameters in [1e-3, 1e4]).

    >>> from symhep.lie.structure import structure_constants
    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> group = lorentz_subgroups()
    >>> f = structure_constants(group.group.matrices).constants
    >>> tilted = np.array([[0.6, 0.0, 0.8, 0.0, 0.0, 0.0]])
    >>> best = conjugates([group["SO(2)"]], tilted, f)["SO(2)"][0]
    >>> bool(best.sine < 1e-9), np.abs(best.basis).round(6).tolist()
    (True, [[0.6, 0.0, 0.8, 0.0, 0.0, 0.0]])
    """
    rng = np.random.default_rng(seed)
    groups: dict[tuple[int, int], list[Conjugate]] = defaultdict(list)
    for c in classes:
        places, values = random_starts(rng, starts, len(constants), len(c.continuous))
        places[0], values[0] = 0.0, 1.0
        values = np.where([p.domain == "positive" for p in c.continuous], np.abs(values), values)
        moves = adjoint_exponential(places, constants)
        for signs, rows in c.signed():
            for move, value in zip(moves, values, strict=True):
                groups[c.dimension, len(value)].append(Conjugate(c, signs, rows, move, value))
    ends: dict[str, list[Conjugate]] = {c.name: [] for c in classes}
    for walkers in groups.values():
        for walker, end in zip(walkers, _approached(walkers, span, constants), strict=True):
            if walker.at_home:
                ends[walker.of.name].append(replace(walker, sine=_sine(walker.basis, span)))
            ends[walker.of.name].append(end)
    return {name: _distinct(found) for name, found in ends.items()}


def limiting(
    c: SubgroupClass, special: Conjugate, span: FloatArray, constants: FloatArray
) -> list[Conjugate]:
    """Members of ``c`` where a more special class's conjugate is their limit, if they are near the span.

    Families approach the class that they have at p = 0, as J_z + a P_z approaches J_z; generators with a light ray, as
    J_z + P_+, approach it by a boost that shrinks the ray. Both go as far as the bounds of `conjugates` allow.

    >>> from symhep.lie.structure import structure_constants
    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> group = lorentz_subgroups()
    >>> f = structure_constants(group.group.matrices).constants
    >>> turn = np.eye(6)[2:3]
    >>> found = limiting(group["four-screw"], conjugates([group["SO(2)"]], turn, f)["SO(2)"][0], turn, f)
    >>> [conjugate.values for conjugate in found]
    [{'c': 0.001}]
    """
    n = len(constants)
    boosts = np.zeros((3, n))
    boosts[1:, 5] = SHRINKING, -SHRINKING
    found = []
    for boost in adjoint_exponential(boosts, constants):
        for signs, rows in c.signed():
            there = Conjugate(c, signs, rows, special.adjoint @ boost, np.full(len(c.continuous), SMALLEST))
            found.append(replace(there, sine=_sine(there.basis, span)))
    return [end for end in _distinct(found) if end.sine < NEAR]


def _approached(walkers: list[Conjugate], span: FloatArray, constants: FloatArray) -> list[Conjugate]:
    """Every walker at the end of its own way; one that left the bounds stays where it was, with the sine infinity."""
    # embed's starts are shared by all pairs and only the best is kept: each start becomes a pair of its own
    # that is moved there beforehand, its parameters measured in units of their first values.
    inner = [
        Rows(w.family.constant @ w.adjoint.T, w.parameters[:, None, None] * w.family.slopes @ w.adjoint.T)
        for w in walkers
    ]
    parameters = len(walkers[0].parameters)
    best = embed(
        inner,
        [span] * len(walkers),
        np.ones((len(walkers), parameters), dtype=bool),
        constants,
        np.zeros((1, len(constants))),
        np.ones((1, parameters)),
    )
    return [
        replace(
            w,
            adjoint=best.conjugations[k] @ w.adjoint,
            parameters=best.parameters[k] * w.parameters,
            sine=float(best.residuals[k]),
        )
        if np.isfinite(best.residuals[k])
        else w
        for k, w in enumerate(walkers)
    ]


def _distinct(ends: list[Conjugate]) -> list[Conjugate]:
    """Best first, but the catalogue's position before all if it is near; each span once."""
    ends = sorted(ends, key=lambda e: -1.0 if e.at_home and e.sine < NEAR else e.sine)
    kept: list[Conjugate] = []
    for end in ends:
        if np.isfinite(end.sine) and all(_sine(end.basis, other.basis) > SAME for other in kept):
            kept.append(end)
    return kept


def _sine(one: FloatArray, other: FloatArray) -> float:
    """Of the largest principal angle of the rows of one to the span of the other's."""
    return float(np.linalg.norm(one - one @ other.T @ other, ord=2))
