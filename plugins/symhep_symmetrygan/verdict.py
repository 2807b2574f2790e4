"""What is said of each element that a restart found."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.outcome import Outcome

__all__ = ["verdicts"]


def verdicts(o: Outcome) -> npt.NDArray[np.str_]:
    """(E,) 'diverged', 'not tested', 'failed' if the adjusted p is at most the level, else 'kept'."""
    if o.search is None:
        return np.zeros(0, dtype="U10")
    verdict = np.full(len(o.search.final), "not tested")
    if o.tested is not None:
        known = np.isfinite(o.tested.log_p_adjusted) | (o.tested.log_p_adjusted == -np.inf)
        passed = o.tested.log_p_adjusted > math.log(o.level)
        verdict[known] = np.where(passed[known], "kept", "failed")
    verdict[o.search.diverged] = "diverged"
    return verdict
