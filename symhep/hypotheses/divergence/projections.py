"""Numbers of an event that a symmetry must not change in distribution: azimuths, pt, masses, angles, coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

__all__ = ["Projection", "histogram", "projections"]

FloatArray = npt.NDArray[np.float64]

#: Share of the events beyond either end of an axis that has no natural end; they are counted there.
BEYOND = 0.002
#: Vectors between which angles are taken: the leading ones.
LEADING = 3


@dataclass(frozen=True, eq=False)
class Projection:
    """A function of scaled rows x (..., n, D): (..., n), in the units of the data, and the axis of its histograms.

    ``circular``: values beyond one end come in at the other, so that there is nothing beyond.
    """

    name: str
    of: Callable[[FloatArray], FloatArray]
    axis: hist.axis.Regular
    circular: bool = False

    def bins(self, x: FloatArray) -> npt.NDArray[np.int64]:
        """Bin of every event, counted from 0; 0 and the last one are what is beyond the axis."""
        return np.asarray(self.axis.index(self.of(x)), dtype=np.int64) + 1


def projections(
    x: FloatArray,
    names: Sequence[str],
    bins: int,
    *,
    particles: int = 1,
    momenta: bool = False,
    objects: Sequence[str] = (),
    scale: float = 1.0,
    present: npt.NDArray[np.bool_] | None = None,
) -> list[Projection]:
    """For vectors with px and py: azimuth and pt of each and azimuths between the leading ones; with E and pz also
    the polar angles and the mass of all. Every coordinate that belongs to no such vector stands for itself.

    Parameters
    ----------
    x
        (N, D) rows of the coordinates of all vectors, divided by ``scale``: axes without natural ends have ``bins``
        bins over what holds all but 0.4 % of these events.
    names
        Of the D coordinates: 'E1', 'px1', ... or the features' own.
    particles, momenta
        Number of vectors, and whether they are four-momenta.
    objects
        Names of the vectors; () if unknown.
    present
        (V, d) components that the vectors have; None: all. Polar angles are those of vectors with pz, the mass is that
        of all if each has an energy.

    >>> [p.name for p in projections(np.eye(4), ["px1", "py1", "px2", "py2"], 10)][:3]
    ['azimuth of object1', 'azimuth of object2', 'azimuth between object1 and object2']
    """
    places = {name: i for i, name in enumerate(names)}
    ends = [name[2:] for name in places if name.startswith("px") and f"py{name[2:]}" in places]
    planes = [(places[f"px{end}"], places[f"py{end}"]) for end in ends]
    words = list(objects) if len(objects) == len(ends) else [f"object{end}" for end in ends]
    found = [
        _turn(f"azimuth of {word}", _azimuth(*plane), bins) for word, plane in zip(words, planes, strict=True)
    ]
    for (one, a), (other, b) in combinations(list(zip(words, planes, strict=True))[:LEADING], 2):
        found.append(_turn(f"azimuth between {one} and {other}", _between(a, b), bins))
    for word, plane in zip(words, planes, strict=True):
        found.append(_range(f"pt of {word}", _length(plane, scale), bins, x))
    used = {i for plane in planes for i in plane}
    if momenta:
        for p, word in enumerate(words):
            if present is not None and not present[p, 3]:
                continue
            axis = hist.axis.Regular(bins, -1.0, 1.0, name="value", label=f"cos theta of {word}")
            found.append(Projection(f"cos theta of {word}", _polar(4 * p), axis))
        if particles > 1 and (present is None or present.all()):
            found.append(_range("mass of all", _mass(particles, scale), bins, x))
        return found
    others = [i for i in range(len(names)) if i not in used]
    return found + [_range(names[i], _coordinate(i, scale), bins, x) for i in others]


def histogram(projection: Projection, samples: Mapping[str, tuple[FloatArray, FloatArray]]) -> hist.Hist[Any]:
    """Over ('which', value): sums of weights, with variances, of named samples of rows x (n, D) with weights (n,)."""
    which = hist.axis.StrCategory(list(samples), name="which")
    made: hist.Hist[Any] = hist.Hist(which, projection.axis, storage=hist.storage.Weight())
    for name, (x, weights) in samples.items():
        made.fill(which=name, value=projection.of(x), weight=weights)
    return made


def _turn(name: str, of: Callable[[FloatArray], FloatArray], bins: int) -> Projection:
    axis = hist.axis.Regular(bins, -np.pi, np.pi, name="value", label=name, circular=True)
    return Projection(name, of, axis, circular=True)


def _range(name: str, of: Callable[[FloatArray], FloatArray], bins: int, x: FloatArray) -> Projection:
    low, high = np.quantile(of(x), [BEYOND, 1 - BEYOND])
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return Projection(name, of, hist.axis.Regular(bins, float(low), float(high), name="value", label=name))


def _azimuth(i: int, j: int) -> Callable[[FloatArray], FloatArray]:
    return lambda x: np.arctan2(x[..., j], x[..., i])


def _between(a: tuple[int, int], b: tuple[int, int]) -> Callable[[FloatArray], FloatArray]:
    """Azimuth of b seen from a, in [-pi, pi]."""

    def of(x: FloatArray) -> FloatArray:
        across = x[..., a[0]] * x[..., b[1]] - x[..., a[1]] * x[..., b[0]]
        along = x[..., a[0]] * x[..., b[0]] + x[..., a[1]] * x[..., b[1]]
        return np.arctan2(across, along)

    return of


def _length(plane: tuple[int, int], scale: float) -> Callable[[FloatArray], FloatArray]:
    return lambda x: scale * np.hypot(x[..., plane[0]], x[..., plane[1]])


def _polar(first: int) -> Callable[[FloatArray], FloatArray]:
    """pz / |p|; 0 for a vector at rest."""

    def of(x: FloatArray) -> FloatArray:
        length = np.linalg.norm(x[..., first + 1 : first + 4], axis=-1)
        return np.asarray(np.divide(x[..., first + 3], length, out=np.zeros_like(length), where=length > 0))

    return of


def _mass(particles: int, scale: float) -> Callable[[FloatArray], FloatArray]:
    """sign(m^2) |m^2|^(1/2): an element that is no Lorentz transformation may make it spacelike."""

    def of(x: FloatArray) -> FloatArray:
        total = x.reshape(*x.shape[:-1], particles, 4).sum(-2)
        square = total[..., 0] ** 2 - (total[..., 1:] ** 2).sum(-1)
        return np.asarray(scale * np.sign(square) * np.sqrt(np.abs(square)))

    return of


def _coordinate(i: int, scale: float) -> Callable[[FloatArray], FloatArray]:
    return lambda x: scale * x[..., i]
