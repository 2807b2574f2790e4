"""Symmetry relative to another sample: what acceptance, or a simulation, breaks in both alike is no breaking."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Constant, around, innermost
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.points import Points, pieces
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.places import Places
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, over_all

__all__ = ["RelativeMoments", "relative_influences", "relative_moments"]

FloatArray = npt.NDArray[np.float64]

#: Functions with less than this of the largest root mean square are zero.
ZERO = 1e-6
#: Directions among the functions f with less than this of their variance are left out of delta.
DELTA_RESOLUTION = 1e-4
#: Effective events of either sample per function that h is made of.
ENOUGH = 4


class _WithProducts(TestFunctions):
    """1, f_k, and f_k delta with delta = sum_k c_k f_k + c_0."""

    def __init__(self, inner: TestFunctions, coefficients: Tensor, offset: float) -> None:
        self.inner, self._coefficients, self._offset = inner, coefficients, offset
        self.labels = ("1", *inner.labels, *(f"({name}) delta" for name in inner.labels))
        self.blocks = {"all": slice(0, len(self.labels))}

    def values(self, x: Tensor) -> Tensor:
        f = self.inner.values(x)
        delta = f @ self._coefficients + self._offset
        return torch.cat([x.new_ones(len(x), 1), f, f * delta[:, None]], dim=1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        f, df = self.inner.values(x), self.inner.along(x, v)
        delta = f @ self._coefficients + self._offset
        change = torch.einsum("nkg,k->ng", df, self._coefficients)
        products = df * delta[:, None, None] + f[:, :, None] * change[:, None, :]
        return torch.cat([Constant().along(x, v), df, products], dim=1)


@dataclass(frozen=True, eq=False)
class RelativeMoments:
    """Moments, and the ``influence`` (n, K, G) of events x (n, P, D) of the reference: with other events of the
    reference the moments move by the difference of its means over these and those, to first order."""

    moments: Moments
    influence: Callable[[Tensor], Tensor]


def relative_moments(
    data: Points,
    reference: Points,
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
    places: Places | None = None,
) -> Moments:
    """Moments that vanish where p / q is invariant, p the density of ``data`` and q that of ``reference``.

    Let m = alpha p + (1 - alpha) q be the density of both samples together. p / q is invariant under the flow of v if
    and only if p / m is, so if E_p[grad f . v + f h] = 0 for all f, with h = div v + v . grad log m. h is not known,
    but E_m[grad g . v + g h] = 0 holds for any g: the best h in the span of functions g_j is
    h = - g^T G_m^-1 E_m[grad g . v], G_m = E_m[g g^T]. What it misses of h, h', adds E_p[f h'] = E_m[f h' (p / m - 1)]
    to the moments. h' is orthogonal to all g; so the g are 1, all f, and all products of f with delta, the best
    approximation of p / m - 1 in the span of 1 and f. Then only E_m[f h' delta'] is left, with delta' what delta
    misses: a product of two small numbers, as in doubly robust estimates (Robins and Rotnitzky 1995, JASA 90, 122).
    Where p = q it is zero.

    The covariance comes from the influence functions of both samples: with R = grad g . v + g h per event, an event
    of ``data`` changes A by R_f - alpha P R, one of ``reference`` by - (1 - alpha) P R, P = E_p[f g^T] G_m^-1.

    At a hard edge of the acceptance h is a delta function, which no g comes near, and the product is not small: the
    test rejects, the more the more events there are (benchmarks/moments_relative.py). So candidates with closed orbits
    are tested otherwise (`symhep_moments.fit.conditional.moments`), and `symhep_moments.fit.steepness` says where h is
    not among the g.

    ``functions`` may have edges. ``places``: what the events hold, if more than vectors of which all is known.
    Returns moments of the K functions as `symhep_moments.fit.sums` does.

    Raises `MethodError` if one of the samples has too few effective events for the number of functions.

    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> rng = np.random.default_rng(1)
    >>> draw = lambda: torch.from_numpy(rng.normal(size=(2000, 1, 2)) * [1.0, 3.0])
    >>> p, q = (Points(draw(), torch.ones(2000, dtype=torch.float64)) for _ in "pq")
    >>> moments = relative_moments(p, q, Polynomials(2, 2), so(2))  # an ellipse, but the same one in both
    >>> bool((abs(moments.mean) < 4 * np.sqrt(np.einsum("kaka->ka", moments.covariance))).all())
    True
    """
    return relative_influences(data, reference, functions, generators, covariance_events, places).moments


def relative_influences(
    data: Points,
    reference: Points,
    functions: TestFunctions,
    generators: Generators,
    covariance_events: int = COVARIANCE_EVENTS,
    places: Places | None = None,
    context: Context | None = None,
) -> RelativeMoments:
    """`relative_moments` with the influence of an event of the reference on them.

    Of samples of which a part alone is in memory all events are read twice, where ``context`` says: moments are those
    of all, and the covariance of an event's influence is that of those in memory.
    """
    needed = ENOUGH * (2 * functions.count + 1)
    for name, sample in (("data", data), ("reference", reference)):
        if not sample.effective >= needed:
            raise MethodError(
                f"effective number of events (sum w)^2 / sum w^2 of the {name} = {sample.effective:.3g} < "
                f"{needed}: too few for {functions.count} test functions relative to a reference; use "
                "fewer functions"
            )
    alpha = data.effective / (data.effective + reference.effective)
    basis = _basis(data, reference, functions, alpha, context)
    wide = around(functions, basis)
    generators = generators.homogeneous()
    fields = LinearFields(generators, str(data.x.device), places)
    width = wide.count * (len(generators) + 2)
    work = _Sums(wide, basis, generators, places)
    grams, sums = zip(*(work.over(s, context) for s in (data, reference)), strict=True)
    # Directions with less than an event's share of the variance: their part of h is noise alone, which does not
    # move the moments, but would count in their covariance.
    inverse = _inverse(alpha * grams[0] + (1 - alpha) * grams[1], 1 / (data.effective + reference.effective))
    beta = -inverse @ (alpha * sums[0] + (1 - alpha) * sums[1])
    k, rows = functions.count, slice(1, functions.count + 1)
    onto = grams[0][rows] @ inverse
    # E_p[R] by linearity, from all events.
    mean = (sums[0] + grams[0] @ beta)[rows]
    own = -alpha * onto
    own[:, rows] += torch.eye(k, dtype=own.dtype, device=own.device)
    parts = []
    for sample, turn in ((data, own), (reference, -(1 - alpha) * onto)):
        some = sample.spaced(covariance_events)
        parts.append(
            (_covariance(some, wide, basis, fields, beta, turn, width) / sample.effective, some.effective - 1)
        )
    (one, nu_one), (two, nu_two) = parts
    covariance = (one + two).cpu().numpy()
    g = len(generators)
    moments = Moments(
        mean.cpu().numpy(),
        covariance.reshape(k, g, k, g),
        _freedom(one, two, nu_one, nu_two),
        generators,
        functions.labels,
        dict(functions.blocks),
    )

    return RelativeMoments(moments, _Influence(wide, basis, generators, places, beta, -(1 - alpha) * onto))


def _basis(
    data: Points, reference: Points, functions: TestFunctions, alpha: float, context: Context | None
) -> _WithProducts:
    """1, f and f delta, with delta from a regression of 'is data' on f."""
    f = innermost(functions)
    means, squares = zip(*(_Squares(f).over(s, context) for s in (data, reference)), strict=True)
    middle = alpha * means[0] + (1 - alpha) * means[1]
    gram = alpha * squares[0] + (1 - alpha) * squares[1] - torch.outer(middle, middle)
    coefficients = _inverse(gram, DELTA_RESOLUTION) @ (means[0] - middle)
    return _WithProducts(f, coefficients, -float(coefficients @ middle))


class _Pair(EventsPass):
    """Two sums over the events, each in proportion to the weights."""

    def over(self, sample: Points, context: Context | None) -> tuple[Tensor, Tensor]:
        """Both over all events of a sample, over the sum of the weights."""
        if not sample.subsampled:
            return self.sums(sample.x, sample.weights / sample.weights.sum())
        state = over_all(self, sample.all_events, context)
        one, two = (torch.from_numpy(state[name] / state["w"]).to(sample.x) for name in ("one", "two"))
        return one, two

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        one, two = (part.cpu().numpy() for part in self.sums(events.x, events.weights))
        return {"one": one, "two": two, "w": events.weights.sum().cpu().numpy()}

    @abstractmethod
    def sums(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """Of events with these weights."""


@dataclass(frozen=True, eq=False)
class _Squares(_Pair):
    """E[f] (K,) and E[f f^T] (K, K)."""

    functions: TestFunctions
    name: ClassVar[str] = "functions of both samples"

    def sums(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """See `_Pair.sums`."""
        k = self.functions.count
        mean, square = x.new_zeros(k, dtype=torch.float64), x.new_zeros(k, k, dtype=torch.float64)
        for some, share in pieces(x, w, k):
            values = self.functions.values(some)
            mean += share @ values
            square += values.T @ (share[:, None] * values)
        return mean, square


@dataclass(frozen=True, eq=False)
class _Sums(_Pair):
    """E[g b g^T] (J, J) and E[grad (g b) . v] (J, G), b = 1 without edges."""

    wide: TestFunctions
    basis: TestFunctions
    generators: Generators
    places: Places | None
    name: ClassVar[str] = "both samples"

    def sums(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """See `_Pair.sums`."""
        j, g = self.wide.count, len(self.generators)
        fields = LinearFields(self.generators, str(x.device), self.places)
        gram, total = x.new_zeros(j, j), x.new_zeros(j, g)
        for some, share in pieces(x, w, j * (g + 2)):
            gram = gram + self.wide.values(some).T @ (share[:, None] * self.basis.values(some))
            total = total + self.wide.sum_along(some, fields(some), share)
        return gram, total


@dataclass(frozen=True, eq=False)
class _Influence:
    """``turn`` R of events (n, P, D): (n, K, G)."""

    wide: TestFunctions
    basis: TestFunctions
    generators: Generators
    places: Places | None
    beta: Tensor
    turn: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        fields = LinearFields(self.generators, str(x.device), self.places)
        return _influences(x, self.wide, self.basis, fields, self.beta, self.turn)


def _covariance(
    sample: Points,
    wide: TestFunctions,
    basis: TestFunctions,
    fields: LinearFields,
    beta: Tensor,
    turn: Tensor,
    width: int,
) -> Tensor:
    """Of one event's influence ``turn`` R, weighted with w^2: (K G, K G)."""
    size = len(turn) * beta.shape[1]
    second = torch.zeros(size, size, dtype=torch.float64, device=beta.device)
    first = torch.zeros(size, dtype=torch.float64, device=beta.device)
    mass = 0.0
    for x, w in sample.chunks(width):
        influence = _influences(x, wide, basis, fields, beta, turn).flatten(1)
        second += influence.T @ ((w**2)[:, None] * influence)
        first += w**2 @ influence
        mass += float((w**2).sum())
    first /= mass
    covariance: Tensor = (second / mass - torch.outer(first, first)) / (1 - 1 / sample.effective)
    return covariance


def _influences(
    x: Tensor, wide: TestFunctions, basis: TestFunctions, fields: LinearFields, beta: Tensor, turn: Tensor
) -> Tensor:
    """``turn`` R of each event: (n, K, G)."""
    h = basis.values(x) @ beta
    r = wide.along(x, fields(x)) + wide.values(x)[:, :, None] * h[:, None, :]
    return torch.einsum("kj,nja->nka", turn, r)


def _inverse(gram: Tensor, resolution: float) -> Tensor:
    """Of a matrix of scalar products, without the directions that hold next to nothing."""
    sizes = gram.diagonal().clamp(min=0.0).sqrt()
    inverse = torch.where(sizes > ZERO * sizes.max(), 1 / sizes.clamp(min=1e-300), 0.0)
    values, vectors = torch.linalg.eigh(gram * inverse[:, None] * inverse)
    kept = values > resolution * values[-1]
    within = vectors[:, kept] * inverse[:, None]
    inverted: Tensor = (within / values[kept]) @ within.T
    return inverted


def _freedom(one: Tensor, two: Tensor, nu_one: float, nu_two: float) -> float:
    """Of a sum of two covariances (Welch 1947, Biometrika 34, 28), with the mean share of each in the variances."""
    a, b = one.diagonal(), two.diagonal()
    known = (a + b) > 0
    share = float((a[known] / (a + b)[known]).mean()) if bool(known.any()) else 0.5
    return 1 / (share**2 / nu_one + (1 - share) ** 2 / nu_two)
