"""Does a density change along a flow more steeply than the test functions follow, as at a hard edge?"""

from __future__ import annotations

from math import sqrt

import numpy as np
import torch
from torch import Tensor

from symhep.lie.generators import Generators
from symhep.stats.residual_forms import ridge_test
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Constant, around, innermost
from symhep_moments.fit.functions.squash import Squashed, natural_size
from symhep_moments.fit.functions.union import AsBlock, Joined
from symhep_moments.fit.relative import Points
from symhep_moments.places import Places

__all__ = ["Steepness", "steepness"]

#: Steep waves, and by how much they are narrower than those of the tests.
WAVES, NARROWER = 24, 3.0
#: Directions among the functions with less than this of their variance are left out of h.
RESOLUTION = 1e-4
#: Events of each sample that are looked at.
LOOKED_AT = 25_000


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
    of 1 and ``functions``, that is tested with waves of a third of their width. At a hard edge h is a delta function,
    which no smooth function comes near.
    """
    both = [sample.spaced(LOOKED_AT) for sample in (data, reference)]
    shares = [sample.effective for sample in both]
    smooth = Joined(AsBlock("1", Constant()), AsBlock("f", innermost(functions)))
    wide = around(functions, Joined(smooth, AsBlock("steep", _steep(both[0].x, rng, places))))
    inside, j = innermost(wide), smooth.count
    fields = LinearFields(generators, str(both[0].x.device), places)
    width = wide.count * (len(generators) + 2)
    chunks = [
        (x, w * share / sum(shares))
        for sample, share in zip(both, shares, strict=True)
        for x, w in sample.chunks(width)
    ]
    gram, total = torch.zeros(1), torch.zeros(1)
    for x, w in chunks:
        gram = gram + wide.values(x).T @ (w[:, None] * inside.values(x)[:, :j])
        total = total + wide.sum_along(x, fields(x), w)
    onto = gram[j:] @ torch.linalg.pinv(gram[:j], rtol=RESOLUTION, hermitian=True)
    h = -torch.linalg.pinv(gram[:j], rtol=RESOLUTION, hermitian=True) @ total[:j]
    mean = (total[j:] + gram[j:] @ h).cpu().numpy()
    turn = torch.cat([-onto, torch.eye(len(onto), dtype=onto.dtype, device=onto.device)], dim=1)
    covariance = np.zeros((len(generators), len(mean), len(mean)))
    for x, w in chunks:
        change = wide.along(x, fields(x)) + wide.values(x)[:, :, None] * (inside.values(x)[:, :j] @ h)[:, None]
        influence = torch.einsum("kj,nja->ank", turn, change) * w[:, None]
        covariance += (influence.transpose(1, 2) @ influence).cpu().numpy()
    nu = sum(shares) - j - 1
    return {
        label: ridge_test(mean[:, a], covariance[a], nu).log_p for a, label in enumerate(generators.labels)
    }


def _steep(x: Tensor, rng: np.random.Generator, places: Places | None) -> TestFunctions:
    p, d = x.shape[1], x.shape[2] if places is None else places.dimension
    waves = Fourier.draw(rng, WAVES, p, x.shape[2], sqrt(p / 2) / NARROWER, str(x.device))
    if places is not None:
        waves.waves[..., d:] = 0.0
    return Squashed(waves, natural_size(d), d)
