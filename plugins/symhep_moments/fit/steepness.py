"""Does a density change along a flow more steeply than the test functions follow, as at a hard edge?"""

from __future__ import annotations

from math import sqrt

import numpy as np
import torch
from torch import Tensor

from symhep.lie.generators import Generators
from symhep.stats.residual_forms import ridge_test
from symhep_moments.fit.closed_orbits import CLOSED, ClosedOrbit
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Constant, around, innermost
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.squash import Squashed, natural_size
from symhep_moments.fit.functions.union import AsBlock, Joined
from symhep_moments.fit.functions.whole import whole_functions
from symhep_moments.fit.points import Points
from symhep_moments.places import Places

__all__ = ["OrbitWaves", "steepness"]

#: Steep waves, and by how much they are narrower than those of the tests.
WAVES, NARROWER = 24, 3.0
#: Oscillations over an orbit: more than those of the test functions.
FIRST, LAST = 7, 16
#: Directions among the functions with less than this of their variance are left out of h.
RESOLUTION = 1e-4
#: Events of each sample that are looked at.
LOOKED_AT = 10_000


class OrbitWaves(TestFunctions):
    """cos and sin of m times the angles along one closed orbit, m = 7 .. 16, with derivatives along its own flow alone.

    >>> from symhep.lie.bases import so
    >>> waves = OrbitWaves(ClosedOrbit(so(2).homogeneous().matrices[0]), 1)
    >>> x = torch.tensor([[[1.0, 0.0]]], dtype=torch.float64)
    >>> waves.along(x, x[:, None])[0, :, 0].abs().round().tolist() == [0.0] * 10 + list(range(7, 17))
    True
    """

    def __init__(self, orbit: ClosedOrbit, vectors: int, places: Places | None = None) -> None:
        self._orbit, self._places = orbit, places
        speeds = np.linalg.eigvals(orbit.matrix[:-1, :-1].T).imag
        speeds = speeds[speeds > CLOSED * np.abs(speeds).max()]
        orders = np.arange(1, LAST + 1)
        units = vectors if places is None else len(places.fixed) + len(places.members)
        rates = np.broadcast_to(speeds[:, None] * orders, (units, len(speeds), LAST)).reshape(-1)
        self._chosen = np.flatnonzero(
            np.broadcast_to(orders >= FIRST, (units, len(speeds), LAST)).reshape(-1)
        )
        self._rates = torch.from_numpy(rates[self._chosen].copy())
        self.labels = tuple(f"steep {k + 1}" for k in range(2 * len(self._chosen)))
        self.blocks = {"steep": slice(0, len(self.labels))}

    def values(self, x: Tensor) -> Tensor:
        return torch.cat(self._parts(x), dim=1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        real, imaginary = self._parts(x)
        rates = self._rates.to(x.device)
        return torch.cat([-rates * imaginary, rates * real], dim=1)[:, :, None]

    def _parts(self, x: Tensor) -> list[Tensor]:
        return [
            part[:, self._chosen] for part in self._orbit.harmonics(x, LAST, self._places).chunk(2, dim=1)
        ]


def steepness(
    data: Points,
    reference: Points,
    functions: TestFunctions,
    generators: Generators,
    rng: np.random.Generator,
    places: Places | None = None,
) -> dict[str, float]:
    """Logarithm of the p-value, for each generator, of 'h = div v + v . grad log m is one of the functions'.

    m is the density of both samples together. For any function g, E_m[grad g . v + g h] = 0. With h fitted in the span
    of 1 and ``functions``, that is tested with functions that are steeper: along closed orbits waves of 7 to 16
    oscillations, else waves of a third of the width. At a hard edge h is a delta function, which no smooth function
    comes near. Where this is rejected, moments relative to a reference (`relative_moments`) are biased unless the
    ratio of the samples is a sum of test functions, and their errors are too small.

    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> draws, turn = np.random.default_rng(1), so(2).homogeneous()
    >>> def drawn(cut):
    ...     x = draws.normal(size=(8000, 1, 2))
    ...     kept = torch.from_numpy(x[abs(x[:, 0, 0]) > cut])
    ...     return Points(kept, torch.ones(len(kept), dtype=torch.float64))
    >>> functions = Polynomials(2, 2)
    >>> [steepness(drawn(c), drawn(c), functions, turn, draws)["J_12"] > -7 for c in (0.0, 0.3)]
    [True, False]
    """
    both = [sample.spaced(LOOKED_AT) for sample in (data, reference)]
    orbits = [ClosedOrbit.of(matrix) for matrix in generators.homogeneous().matrices]
    found, x = dict[str, float](), both[0].x
    for label, orbit in zip(generators.labels, orbits, strict=True):
        if orbit is not None:
            steep: TestFunctions = OrbitWaves(orbit, x.shape[1], places)
            found |= _tested(both, functions, steep, generators.subset([label]), places)
    if others := [label for label in generators.labels if label not in found]:
        steep = _waves(x, rng, places)
        found |= _tested(both, functions, steep, generators.subset(others), places)
    return {label: found[label] for label in generators.labels}


def _tested(
    both: list[Points],
    functions: TestFunctions,
    steep: TestFunctions,
    generators: Generators,
    places: Places | None,
) -> dict[str, float]:
    shares = [sample.effective for sample in both]
    smooth = Joined(AsBlock("1", Constant()), AsBlock("f", innermost(functions)))
    wide = around(functions, Joined(smooth, AsBlock("steep", steep)))
    inside, j = innermost(wide), smooth.count
    device = both[0].x.device
    fields = LinearFields(generators, str(device), places)
    width = wide.count * (len(generators) + 2)
    chunks = [
        (x, w * share / sum(shares))
        for sample, share in zip(both, shares, strict=True)
        for x, w in sample.chunks(width)
    ]
    gram, total = torch.zeros(1, device=device), torch.zeros(1, device=device)
    for x, w in chunks:
        gram = gram + wide.values(x).T @ (w[:, None] * inside.values(x)[:, :j])
        total = total + wide.sum_along(x, fields(x), w)
    inverse = torch.linalg.pinv(gram[:j], rtol=RESOLUTION, hermitian=True)
    onto, h = gram[j:] @ inverse, -inverse @ total[:j]
    mean = (total[j:] + gram[j:] @ h).cpu().numpy()
    turn = torch.cat([-onto, torch.eye(len(onto), dtype=onto.dtype, device=device)], dim=1)
    covariance = np.zeros((len(generators), len(mean), len(mean)))
    for x, w in chunks:
        change = (
            wide.along(x, fields(x)) + wide.values(x)[:, :, None] * (inside.values(x)[:, :j] @ h)[:, None]
        )
        influence = torch.einsum("kj,nja->ank", turn, change) * w[:, None]
        covariance += (influence.transpose(1, 2) @ influence).cpu().numpy()
    nu = max(sum(shares) - j - 1, 2.0)
    tests = (ridge_test(mean[:, a], covariance[a], nu) for a in range(len(generators)))
    return dict(zip(generators.labels, (test.log_p for test in tests), strict=True))


def _waves(x: Tensor, rng: np.random.Generator, places: Places | None) -> TestFunctions:
    if places is not None and places.extended:
        options = FunctionOptions(low=False, fourier=WAVES, bandwidth=1 / NARROWER, harmonics=0)
        found = whole_functions(places, options, 2, rng, str(x.device))
        assert found is not None  # there are waves
        return Squashed(found, natural_size(places.dimension), places.dimension)
    p, d = x.shape[1:]
    waves = Fourier.draw(rng, WAVES, p, d, sqrt(p / 2) / NARROWER, str(x.device))
    return Squashed(waves, natural_size(d))
