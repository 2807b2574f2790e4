"""The Lie algebra of the surface on which the events lie: all affine maps of a vector that preserve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.hypotheses.support.family import affine_maps
from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.generators import Generators
from symhep.lie.identify import Identification, identify
from symhep.lie.torus_weights import TorusWeights, torus_weights
from symhep.stats.support import RESOLUTION
from symhep.stats.vanishing import MOST_MONOMIALS, Vanishing, vanishing

__all__ = ["MOST_NUMBERS", "SurfaceAlgebra", "spins", "surface_algebra"]

FloatArray = npt.NDArray[np.float64]

#: A field preserves the surface if it leads off it by less than this part of its length.
KEPT = 1e-4
#: Entries of generators are known so well where the surface is known to rounding.
ENTRIES = 1e-7
#: Parts of the events, by whose scatter errors are estimated.
QUARTERS = 4
#: Generators whose algebra is named.
NAMED = 30
#: Numbers of an event for which surfaces are sought: beyond, quadratic equations have too many terms.
MOST_NUMBERS = 19


@dataclass(frozen=True, eq=False)
class SurfaceAlgebra:
    """r generators of affine maps that preserve a surface.

    Attributes
    ----------
    family
        All maps that were looked at.
    coefficients
        (r, G) orthonormal, of a readable basis.
    residuals
        (r,) r.m.s. displacement off the surface relative to that of the events.
    restricted
        (r, R + 1, R + 1) the same on the plane of R dimensions that holds the events, in widths of the events.
    dimension, plane, numbers
        Of the surface, of the plane, and of an event.
    degree
        Up to which equations were sought.
    identification
        Name of the algebra; None where r is 0 or beyond what is named.
    weights
        Of a torus: how fast each plane turns; None if it is none.
    spins
        Of so(3) = su(2): dimensions of the irreducible representations that the numbers of an event make up; () else.
    error
        Of the span, an angle in radians, from quarters of the events; of numbers without noise their rounding.
    """

    family: Generators
    coefficients: FloatArray
    residuals: FloatArray
    restricted: FloatArray
    dimension: int
    plane: int
    numbers: int
    degree: int
    identification: Identification | None
    weights: TorusWeights | None
    spins: tuple[int, ...]
    error: float


def surface_algebra(
    x: FloatArray,
    names: Sequence[str] = (),
    *,
    resolution: float = RESOLUTION,
    kept: float = KEPT,
    generators: Generators | None = None,
    most: int = MOST_MONOMIALS,
) -> SurfaceAlgebra | None:
    """The algebra of the surface that holds events, each vector transformed alike.

    The equations are polynomials that vanish on all events (`symhep.stats.vanishing`). The field v of an affine map
    preserves the surface Q = 0 if v . grad Q = 0 on it: linear in the map, so that those which do are a null space.
    What acts trivially on the events is left out.

    Parameters
    ----------
    x
        (N, P, d) events.
    names
        d components, for the labels of the generators.
    resolution
        What counts as zero of an equation, in widths of the points; for points with an error three to five times it.
    kept
        What is left of a field that preserves the surface, at most, relative to how far it moves the events; for
        points with an error about the same as ``resolution``.
    generators
        (G, d + 1, d + 1) the maps that are looked at; by default all affine ones.
    most
        Most monomials of an equation: the degree is the highest with no more.

    Returns
    -------
    SurfaceAlgebra or None
        None where the events lie on no surface.

    Examples
    --------
    >>> p = np.random.default_rng(1).normal(size=(400, 3))
    >>> p /= np.linalg.norm(p, axis=1, keepdims=True)
    >>> found = surface_algebra(np.stack([p, -p], axis=1), ("px", "py", "pz"))
    >>> found.identification.name, found.dimension, found.spins
    ('so(3)', 2, (3,))
    """
    n, count, d = x.shape
    if count * d > MOST_NUMBERS or n <= count * d + 1:
        return None
    found = vanishing(x.reshape(n, -1), resolution, most)
    if not len(found.gradients) and found.hull.rank == count * d:
        return None
    family = affine_maps(names or tuple(f"x{i + 1}" for i in range(d))) if generators is None else generators
    fields = _fields(family, found, count)
    size = np.sqrt((fields**2).sum(axis=2).mean(axis=1))
    fields = fields / np.where(size > 0, size, 1.0)[:, None, None]
    off = _off(fields, found)
    inside = np.einsum("ani,bni->ab", fields, fields, optimize=True) / fields.shape[1]
    span = _preserving(off, inside, kept)
    span = span / np.where(size > 0, size, 1.0)  # of fields of the given generators
    coefficients = canonical_basis(np.linalg.qr(span.T)[0].T) if len(span) else np.zeros((0, len(family)))
    weighted = coefficients * size
    left = np.sqrt(np.maximum(np.einsum("ra,ab,rb->r", weighted, off, weighted), 0.0))
    way = np.sqrt(np.einsum("ra,ab,rb->r", weighted, inside, weighted))
    maps, whole = _restricted(family, found, count), count * d
    restricted = np.einsum("ra,aij->rij", coefficients, maps)
    error = max(ENTRIES, _uncertain(fields, found, kept, maps / np.where(size > 0, size, 1.0)[:, None, None]))
    linear = restricted[:, :-1, :-1]
    return SurfaceAlgebra(
        family, coefficients, left / np.where(way > 0, way, 1.0), restricted, found.dimension, found.hull.rank, whole,
        found.degree, _named(restricted, error), torus_weights(linear, error), spins(linear), error,
    )  # fmt: skip


def _fields(family: Generators, found: Vanishing, count: int) -> FloatArray:
    """(G, n, F) at the points, in their unit."""
    d = family.vector
    points = (found.points / found.unit).reshape(len(found.points), count, d)
    moved = np.einsum("aij,npj->anpi", family.matrices[:, :d, :d], points, optimize=True)
    moved = moved + family.matrices[:, None, None, :d, d]
    return np.asarray(moved.reshape(len(family), len(points), -1))


def _off(fields: FloatArray, found: Vanishing) -> FloatArray:
    """(G, G) mean products of how fast the equations stop to hold."""
    n = fields.shape[1]
    normal = fields @ found.hull.normals.T
    leaving = np.einsum("qni,ani->aqn", found.gradients, fields @ found.hull.tangent.T, optimize=True)
    total = np.einsum("ani,bni->ab", normal, normal, optimize=True)
    flat = leaving.reshape(len(leaving), -1)
    return np.asarray((total + flat @ flat.T) / n)


def _preserving(off: FloatArray, inside: FloatArray, kept: float) -> FloatArray:
    """(r, G) combinations that preserve the equations and move the events."""
    values, vectors = np.linalg.eigh(off)
    span = vectors[:, values < kept**2 * max(1.0, float(np.trace(off)) / len(off))]
    moving, mix = np.linalg.eigh(span.T @ inside @ span)
    return np.asarray((span @ mix[:, moving > KEPT**2]).T)


def _uncertain(fields: FloatArray, found: Vanishing, kept: float, maps: FloatArray) -> float:
    """Error of the span of maps of the plane, an angle, from the scatter of those of quarters of the points.

    1 where a quarter does not give as many.
    """
    whole = _span_of(fields, found, kept, maps, slice(None))
    angles = []
    for first in range(QUARTERS):
        some = _span_of(fields, found, kept, maps, slice(first, None, QUARTERS))
        if some.shape != whole.shape:
            return 1.0
        if whole.size:
            angles.append(float(np.linalg.norm(some - whole @ (whole.T @ some), 2)))
    return float(np.sqrt(np.mean(np.square(angles)) / (QUARTERS - 1))) if angles else 0.0


def _span_of(fields: FloatArray, found: Vanishing, kept: float, maps: FloatArray, rows: slice) -> FloatArray:
    """Orthonormal columns: the maps that preserve the surface at some of the points."""
    own = fields[:, rows]
    some = replace(found, gradients=found.gradients[:, rows])
    inside = np.einsum("ani,bni->ab", own, own, optimize=True) / own.shape[1]
    preserving = np.einsum("ra,aij->rij", _preserving(_off(own, some), inside, kept), maps)
    size = maps[0].size
    if not len(preserving):
        return np.zeros((size, 0))
    return np.linalg.qr(preserving.reshape(len(preserving), size).T)[0]


def _restricted(family: Generators, found: Vanishing, count: int) -> FloatArray:
    """(G, R + 1, R + 1) what the maps do within the plane of the events."""
    d, hull = family.vector, found.hull
    linear = np.array([np.kron(np.eye(count), m[:d, :d]) for m in family.matrices])
    shift = np.tile(family.matrices[:, :d, d], (1, count))
    made = np.zeros((len(family), hull.rank + 1, hull.rank + 1))
    made[:, :-1, :-1] = hull.tangent @ linear @ hull.tangent.T
    made[:, :-1, -1] = (linear @ hull.centre + shift) @ hull.tangent.T
    return made


def _named(restricted: FloatArray, error: float) -> Identification | None:
    if not 0 < len(restricted) <= NAMED:
        return None
    try:
        return identify(restricted, errors=error)
    except MethodError:  # nearly dependent on these events
        return None


def spins(matrices: FloatArray) -> tuple[int, ...]:
    """Dimensions of the irreducible real representations of so(3) = su(2) by ``matrices`` (3, d, d), falling; () of
    another algebra.

    The Casimir operator is l (l + 1) on one of dimension 2 l + 1, twice that for half-integer l.

    >>> from symhep.lie.bases import so
    >>> spins(so(3).matrices), spins(np.pad(so(3).matrices, ((0, 0), (0, 1), (0, 1))))
    ((3,), (3, 1))
    """
    if len(matrices) != 3:
        return ()
    rows = matrices.reshape(3, -1)
    brackets = np.array([[a @ b - b @ a for b in matrices] for a in matrices]).reshape(9, -1)
    constants = np.linalg.lstsq(rows.T, brackets.T, rcond=None)[0].T.reshape(3, 3, 3)
    killing = np.einsum("acd,bdc->ab", constants, constants)
    values = np.linalg.eigvalsh((killing + killing.T) / 2)
    if not values.max() < -1e-3 * abs(values).max():
        return ()
    casimir = 2 * np.einsum("ab,aij,bjk->ik", np.linalg.inv(killing), matrices, matrices)
    found: list[int] = []
    sizes = np.sort(np.linalg.eigvals(casimir).real)[::-1]
    levels = np.round(np.sqrt(np.maximum(4 * sizes + 1, 1.0)) - 1).astype(int)  # 2 l
    for twice in sorted(set(levels.tolist()), reverse=True):
        dimension = twice + 1 if twice % 2 == 0 else 2 * (twice + 1)
        found += [dimension] * (int((levels == twice).sum()) // dimension)
    return tuple(found)
