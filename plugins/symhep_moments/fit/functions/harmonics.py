"""Harmonics of the azimuth of each vector, order by order: what turns about the beam by a multiple of its angle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.places import Places

__all__ = ["HARMONIC", "Harmonics", "harmonics", "is_harmonic"]

#: How their blocks are called: 'harmonic 2', or 'harmonic 2 of jets[0]'.
HARMONIC = "harmonic"
#: Length below which an azimuth counts less and less, in units of the median pt.
CORE = 0.1
#: So many vectors, or sets of members, have harmonics of their own; of more, objects are taken together.
MOST = 4
#: Components across the beam.
ACROSS = ("px", "py")
#: Names of a vector that is not told apart from others.
ALL = "all vectors"


class Harmonics(TestFunctions):
    """f_m = sum_p c_p rho_p^min(m, 2) exp(i m phi_p), real and imaginary part, m = 1 .. ``orders``, for each source.

    phi is the azimuth of (px, py), pt its length, rho = pt / sqrt(pt^2 + s^2), and c_p the weight of a member, 1 of a
    vector that every event has. For pt >> s these are cos m phi and sin m phi, which see a density
    1 + eps cos(m phi - phi_0) best; at pt = 0, where phi has no value, they vanish so fast that they have a derivative,

        df = exp(i m phi) rho^(k - 1) / R (i m (c v_y - s v_x) + k (1 - rho^2) (c v_x + s v_y)),

    R = sqrt(pt^2 + s^2), k = min(m, 2), c and s cosine and sine of phi, bounded by about m |v| / s.

    Each order of each source is a block of two functions: a chi^2 of all orders together would have the noise of all.

    Parameters
    ----------
    sources
        Name -> the places of its vectors, which are summed.
    sizes
        s of each source.
    across
        Which two components are px and py.
    orders
        Largest m.
    weight
        Column of the weights of members; None: all are there.

    >>> plane = Harmonics({"": [0]}, [0.0], (0, 1), 2)
    >>> plane.values(torch.tensor([[[0.0, 2.0]]], dtype=torch.float64)).round(decimals=9).tolist()
    [[0.0, 1.0, -1.0, 0.0]]
    >>> list(plane.blocks)
    ['harmonic 1', 'harmonic 2']
    """

    def __init__(
        self,
        sources: Mapping[str, Sequence[int]],
        sizes: Sequence[float],
        across: tuple[int, int],
        orders: int,
        weight: int | None = None,
    ) -> None:
        self._places = [list(own) for own in sources.values()]
        self._sizes, self._across, self._orders, self._weight = list(sizes), across, orders, weight
        labels, self.blocks = list[str](), {}
        for name in sources:
            of = f" of {name}" if name else ""
            for m in range(1, orders + 1):
                self.blocks[f"{HARMONIC} {m}{of}"] = slice(len(labels), len(labels) + 2)
                angle = "phi" if m == 1 else f"{m} phi"
                labels += [f"{part} {angle}{of}" for part in ("cos", "sin")]
        self.labels = tuple(labels)

    def values(self, x: Tensor) -> Tensor:
        found = []
        for own, size in zip(self._places, self._sizes, strict=True):
            waves, rho, _ = self._polar(x, own, size)
            found.append((waves * self._radial(rho, self._weights(x, own))[:, None]).sum(dim=2).flatten(0, 1))
        return torch.cat(found).T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        found = v.new_empty(v.shape[1], self.count, len(x))
        rows = 2 * self._orders
        for source, terms in enumerate(self._terms(x, v)):
            for g in range(v.shape[1]):
                (factor, rates), *others = terms
                change = factor * rates[g]
                for factor, rates in others:
                    change.addcmul_(factor, rates[g])
                torch.sum(change, dim=1, out=found[g, source * rows : (source + 1) * rows])
        return found.permute(2, 1, 0)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        sums = []
        for terms in self._terms(x, v):
            parts = [(factor * w).flatten(1) @ rates.flatten(1).T for factor, rates in terms]
            sums.append(torch.stack(parts).sum(dim=0))
        return torch.cat(sums)

    def _terms(self, x: Tensor, v: Tensor) -> Iterator[list[tuple[Tensor, Tensor]]]:
        """For each source the derivative as a sum of products, summed over p: (2 M, P, n) and, of fields, (G, P, n)."""
        columns = v.permute(3, 1, 2, 0)
        for own, size in zip(self._places, self._sizes, strict=True):
            waves, rho, length = self._polar(x, own, size)
            weights = self._weights(x, own)
            c, s = waves[0]
            vx, vy = (columns[i][:, own] for i in self._across)
            # Across the direction the phase turns, along it rho grows.
            steep = torch.stack([weights / length, weights / length * rho])
            steep = steep[[min(m, 2) - 1 for m in range(1, self._orders + 1)]]  # (M, P, n)
            orders = torch.arange(1, self._orders + 1, dtype=x.dtype, device=x.device)[:, None, None]
            turning = torch.stack([-waves[:, 1], waves[:, 0]], dim=1) * (steep * orders)[:, None]
            growing = waves * (steep * orders.clamp(max=2.0) * (1 - rho**2))[:, None]
            terms = [
                (turning.flatten(0, 1), vy * c - vx * s),
                (growing.flatten(0, 1), vx * c + vy * s),
            ]
            if self._weight is not None and v.shape[-1] > self._weight:
                bare = waves * self._radial(rho, torch.ones_like(rho))[:, None]
                terms.append((bare.flatten(0, 1), columns[self._weight][:, own]))
            yield terms

    def _polar(self, x: Tensor, own: list[int], size: float) -> tuple[Tensor, Tensor, Tensor]:
        """cos and sin of m phi, 0 where there is no phi, (M, 2, P, n); rho; and sqrt(pt^2 + s^2), (P, n) each."""
        columns = x.permute(2, 1, 0)
        px, py = (columns[i][own] for i in self._across)
        pt = torch.hypot(px, py)
        tiny = torch.finfo(x.dtype).tiny
        length = torch.hypot(pt, pt.new_tensor(size)).clamp(min=tiny)
        c, s = px / pt.clamp(min=tiny), py / pt.clamp(min=tiny)
        waves = x.new_empty(self._orders, 2, *pt.shape)
        waves[0, 0], waves[0, 1] = c, s
        for m in range(1, self._orders):
            (before, across), now = waves[m - 1], waves[m]
            torch.addcmul(before * c, across, s, value=-1.0, out=now[0])
            torch.addcmul(before * s, across, c, out=now[1])
        return waves, pt / length, length

    def _radial(self, rho: Tensor, weights: Tensor) -> Tensor:
        """c rho^min(m, 2), (M, P, n)."""
        powers = torch.stack([rho * weights, rho**2 * weights])
        return powers[[min(m, 2) - 1 for m in range(1, self._orders + 1)]]

    def _weights(self, x: Tensor, own: list[int]) -> Tensor:
        """c, (P, n)."""
        return torch.ones_like(x[:, own, 0].T) if self._weight is None else x[:, own, self._weight].T


def is_harmonic(block: str) -> bool:
    """Is this the name of a block of harmonics?

    >>> is_harmonic("harmonic 2 of jets"), is_harmonic("low")
    (True, False)
    """
    return block.startswith(f"{HARMONIC} ")


def harmonics(x: Tensor, names: Sequence[str], orders: int, places: Places | None = None) -> Harmonics | None:
    """Of the events x (N, P, D): of each vector at a fixed place and of each set of members, if there are up to four.

    Else of each object, its vectors and members summed; and if these are too many, of all together. About z where there
    are px and py; in the plane where a vector has two components. None where there is neither.
    """
    across = _across(names)
    if across is None or orders == 0:
        return None
    count = x.shape[1]
    sources: dict[str, list[int]] = {}
    if places is None:
        sources = {f"vector {p + 1}" if count > 1 else "": [p] for p in range(count)}
        objects = {ALL: list(range(count))}
    else:
        known = [p for p in range(count) if places.present[p, across].all()]
        sources = {places.vectors[p]: [p] for p in places.fixed if p in known}
        sources |= {name: [p for p in own if p in known] for name, own in places.members.items()}
        objects = {name: [p for p in places.places_of(name) if p in known] for name in places.kinds}
    sources = {name: own for name, own in sources.items() if own}
    if len(sources) > MOST:
        sources = {name: own for name, own in objects.items() if own}
    if len(sources) > MOST:
        sources = {ALL: [p for own in sources.values() for p in own]}
    if not sources:
        return None
    if len(sources) == 1:
        sources = {"": next(iter(sources.values()))}
    extended = places is not None and places.extended
    sizes = [CORE * _median(x, own, across, places) for own in sources.values()]
    weight = len(names) if extended else None
    return Harmonics(sources, sizes, across, orders, weight)


def _across(names: Sequence[str]) -> tuple[int, int] | None:
    if set(ACROSS) <= set(names):
        return (list(names).index(ACROSS[0]), list(names).index(ACROSS[1]))
    return (0, 1) if len(names) == 2 else None


def _median(x: Tensor, own: list[int], across: tuple[int, int], places: Places | None) -> float:
    """Median pt of the vectors that are there, 1 if there are none."""
    lengths = torch.linalg.vector_norm(x[:, own][..., list(across)], dim=-1)
    if places is not None:
        lengths = lengths[places.weights(x)[:, own] > 0]
    return float(lengths.median()) if lengths.numel() and float(lengths.median()) > 0 else 1.0
