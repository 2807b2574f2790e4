"""Do weights know which of its images an event is?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from torch import Tensor

from symhep.hypotheses.discrete.orbit_sums import orbit_sums
from symhep.hypotheses.discrete.randomised import LEAST, randomised_p
from symhep.hypotheses.discrete.statistics import Quadratic
from symhep.hypotheses.discrete.weighting import Moving, Weighting
from symhep.methods.p_values import PValue

__all__ = ["weights_independent"]


def weights_independent(
    element: Moving,
    x: Tensor,
    weighting: Weighting,
    functions: Callable[[Tensor], Tensor],
    rng: np.random.Generator,
) -> PValue | None:
    """p of '(w, x) and (w, g x) have the same law', of which random images would be an exact test of the symmetry.

    By sum_n (w_n - mean w) (f(x_n) - mean over the orbit), with random images: exact. None where weights are equal or
    come from a known efficiency, or no function changes.
    """
    if not weighting.signs:
        return None
    centred = replace(weighting, weights=weighting.weights - weighting.weights.mean(), unequal=False)
    (sums,) = orbit_sums(x, centred, functions, [element])
    if not sums.changed.any():
        return None
    statistic = Quadratic.of(sums.second, np.arange(len(sums.second)))
    found = randomised_p(sums.groups, {"": statistic}, rng, LEAST)[""]
    return PValue.of(math.log(found.p), "exact")
