"""What the exact tests look at: components, products, named harmonics, waves of a kernel and finer ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.lie.elements.frame import Frame
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.squash import natural_size
from symhep_moments.fit.given.factors import Rotations
from symhep_moments.fit.given.groups import CompactGroup
from symhep_moments.fit.given.images import Block
from symhep_moments.places import Places

__all__ = ["GivenFunctions"]

FloatArray = npt.NDArray[np.float64]
_Values = Callable[[Tensor], Tensor]
_Orders = Callable[[int], FloatArray]

#: Named harmonics cos m phi, sin m phi.
ORDERS = 6
#: Waves of the kernel, and finer ones: a cosine and a sine each.
WAVES, FINE = 48, 24
#: The fine waves are shorter than those of the kernel by this factor.
FINER = 3.0
#: A vector twice as long as the median one is hardly squashed.
FAR = 2.0
#: Pooled images whose distances make the bandwidth.
DISTANCES = 300
#: Pooled images that give the spreads.
POOLED = 4000
#: Rotations of so many components at most have named harmonics.
NAMED = 4

#: Numbers of their columns.
KERNEL, FINELY, FURTHER = -1.0, -2.0, -3.0

#: Shares of the level. Low order has more than half of it; where there is an azimuth, the harmonics m = 1, 2 are low.
#: Further functions come on top; only ratios matter.
TURNS = {
    "linear": 0.2,
    "products": 0.1,
    "m = 1": 0.12,
    "m = 2": 0.12,
    "m > 2": 0.085,
    "kernel": 0.07,
    "fine": 0.05,
}
MORE = 0.25
OTHERS = {"linear": 0.3, "products": 0.3, "harmonics": 0.12, "kernel": 0.2, "fine": 0.08}


@dataclass(frozen=True, eq=False)
class GivenFunctions:
    """K functions of events (n, P, D), and the blocks whose p-values are joined.

    - linear: the components of u_p = (x_p - c) / sqrt(s^2 + |x_p - c|^2), c and s = 2 median |x_p - c| of the images;
    - products: their products in pairs, and pseudoscalars (`symhep_moments.fit.discrete.products`);
    - m = 1 ... 6: cos m phi, sin m phi of each vector, in each plane that a one-parameter factor turns; for rotations
      of three or four components, Re and Im (x_i + i x_j)^m / |x|^m for all pairs, m = 3 to 6, in one block;
    - kernel: waves cos(omega . u), sin(omega . u) of random omega, whose squares sum up to the maximum mean discrepancy
      of events and images with a Gaussian kernel, its width the median distance of pooled images (Gretton et al. 2012);
    - fine: waves three times as fast, for what is narrow.

    c, s, spreads and the median distance are taken from the images of some events, each image alike, so that they are
    the same whichever of them is the event: nothing else looked at the data.
    """

    blocks: dict[str, Block]
    labels: tuple[str, ...]
    _values: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, D) -> (n, K)."""
        return self._values(x)

    @classmethod
    def of(
        cls,
        images: FloatArray,
        group: CompactGroup,
        frame: Frame,
        places: Places | None,
        rng: np.random.Generator,
        more: TestFunctions | None = None,
    ) -> GivenFunctions:
        """Functions for events some of whose ``images`` (n, q, P, D) are given, the event in an unknown place.

        ``more``: test functions that nothing but invariants of the data went into, a block of its own.
        """
        d = len(frame.components)
        pooled = torch.from_numpy(images).flatten(0, 1)
        centre, shrink = _scaled(pooled, group, d, places)
        products = Products(frame, places)
        own = len(products.labels)
        first = products.blocks["linear"]

        def standard(x: Tensor) -> Tensor:
            y = x.clone()
            y[..., :d] = (x[..., :d] - centre) * shrink
            return y

        chosen = rng.integers(images.shape[1], size=len(images))
        some = torch.from_numpy(images[np.arange(len(images)), chosen][:DISTANCES])
        seen = products(standard(some))[:, first]
        whole = torch.from_numpy(images[:: max(1, len(pooled) // POOLED)]).flatten(0, 1)
        spread = products(standard(whole))[:, first].std(0)
        spread = torch.where(spread > 1e-9, spread, torch.inf)
        waves = _waves(seen / spread, rng) / spread[:, None]
        named = _harmonics(group, d, places)
        orders = np.concatenate([[0.0] * own, *(order(f(pooled[:1]).shape[1]) for f, order in named)])

        def values(x: Tensor) -> Tensor:
            low = products(standard(x))
            phase = low[:, first] @ waves
            parts = [low, *(f(x) for f, _ in named), torch.cos(phase), torch.sin(phase)]
            return torch.cat(parts if more is None else [*parts, more.values(x)], dim=1)

        labels = [*products.labels, *(f"m = {m:.0f} ({i + 1})" for i, m in enumerate(orders[own:]))]
        labels += [f"wave {i + 1}" for i in range(2 * (WAVES + FINE))]
        further = () if more is None else more.labels
        labels += further
        number = np.concatenate(
            [orders, np.tile([KERNEL] * WAVES + [FINELY] * FINE, 2), np.full(len(further), FURTHER)]
        )
        return cls(_blocks(number, first.stop, bool(group.turns)), tuple(labels), values)


def _blocks(number: FloatArray, linear: int, turns: bool) -> dict[str, Block]:
    """By the number of each function: 0 of low order, m of harmonics, negative of waves."""
    place = np.arange(len(number))
    share = TURNS if turns else OTHERS
    low = number == 0
    found = {
        "linear": Block(low & (place < linear), share["linear"]),
        "products": Block(low & (place >= linear), share["products"]),
    }
    if turns:
        for m in range(1, ORDERS + 1):
            found[f"m = {m}"] = Block(number == m, share[f"m = {m}" if m <= 2 else "m > 2"])
    else:
        found["harmonics"] = Block(number > 0, share["harmonics"])
    found["kernel"] = Block(number == KERNEL, share["kernel"], "sum")
    found["fine"] = Block(number == FINELY, share["fine"], "sum")
    if (number == FURTHER).any():
        found["more"] = Block(number == FURTHER, MORE)
    return found


def _scaled(pooled: Tensor, group: CompactGroup, d: int, places: Places | None) -> tuple[Tensor, Tensor]:
    """Centre (P, d) or (d,), and what to multiply with (P, 1) so that lengths are natural to `Products`.

    One for all vectors that the group exchanges, or that are members of an object.
    """
    x = pooled[..., :d]
    count = x.shape[1]
    names = [str(p) for p in range(count)] if places is None else list(places.objects)
    if group.permutes:
        names = ["all"] * count
    centre, shrink = x.new_zeros(count, d), x.new_ones(count, 1)
    extended = places is not None and places.extended
    for name in set(names):
        own = [p for p, other in enumerate(names) if other == name]
        members = x[:, own].flatten(0, 1)
        if extended:
            assert places is not None
            members = members[places.weights(pooled)[:, own].flatten() > 0]
        elif not group.permutes:
            centre[own] = members.median(0).values
        if len(members):
            middle = (members - centre[own[0]]).norm(dim=1).median()
            shrink[own] = natural_size(d) / (FAR * middle) if middle > 0 else 1.0
    return centre, shrink


def _waves(seen: Tensor, rng: np.random.Generator) -> Tensor:
    """omega (L, WAVES + FINE) for standardised points (n, L)."""
    distances = torch.pdist(seen)
    middle = float(distances.median()) if len(distances) else 1.0
    omega = rng.normal(size=(seen.shape[1], WAVES + FINE)) / (middle or 1.0)
    omega[:, WAVES:] *= FINER
    return torch.from_numpy(omega)


def _harmonics(group: CompactGroup, d: int, places: Places | None) -> list[tuple[_Values, _Orders]]:
    """Functions of named harmonics, and what gives the order of each of their columns."""
    found: list[tuple[_Values, _Orders]] = []
    for turn in group.turns:
        found.append((partial(_azimuths, ClosedOrbit(turn.matrix), places, d), partial(_counted, 1)))
    if not found and (places is None or not places.sets):
        for factor in group.factors:
            if isinstance(factor, Rotations) and len(factor.components) <= NAMED:
                found.append((partial(_solid, factor.components), partial(_counted, 3)))
    return found


def _azimuths(orbit: ClosedOrbit, places: Places | None, d: int, x: Tensor) -> Tensor:
    return orbit.harmonics(x if places is not None else x[..., :d], ORDERS, places)


def _solid(components: tuple[int, ...], x: Tensor) -> Tensor:
    """Re and Im (x_i + i x_j)^m / |x|^m, m = 3 to 6, of all pairs: (n, P, D) -> (n, 2 P pairs 4)."""
    y = x[..., list(components)]
    y = y / y.norm(dim=-1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    i, j = torch.triu_indices(len(components), len(components), 1)
    z = torch.complex(y[..., i], y[..., j])
    powers = [z * z * z]
    while len(powers) < ORDERS - 2:
        powers.append(powers[-1] * z)
    waves = torch.stack(powers, dim=-1).flatten(1)
    return torch.cat([waves.real, waves.imag], dim=1)


def _counted(first: int, columns: int) -> FloatArray:
    """Orders ``first`` .. ORDERS again and again."""
    return first + np.arange(columns, dtype=np.float64) % (ORDERS - first + 1)
