"""Effective number of events, and the one policy for samples that have few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset

__all__ = ["FEW", "FEWEST", "effective_events", "require_effective", "require_spread"]

#: With fewer effective events weighted averages are no averages of a density: methods refuse them.
FEWEST = 10.0
#: With fewer effective events errors and limiting distributions are not to be trusted: methods warn.
FEW = 100.0


def effective_events(weights: npt.ArrayLike) -> float:
    """(sum w)^2 / sum w^2, after Kish (1965): as many unweighted events have the same relative error. 0 for none.

    >>> effective_events([1.0, 1.0, 2.0, 0.0]), effective_events([])
    (2.6666666666666665, 0.0)
    """
    w = np.asarray(weights, dtype=np.float64)
    squares = float((w**2).sum())
    return float(w.sum()) ** 2 / squares if squares else 0.0


def require_effective(data: Dataset, least: float = FEWEST) -> None:
    """Raise `MethodError` for a sample with fewer than ``least`` effective events."""
    found = data.effective
    if found < least:
        raise MethodError(
            f"'{data.name}' has an effective number of events (sum w)^2 / sum w^2 = {found:.3g} < {least:g}: "
            "too few for weighted averages; read more events, or use weights of one sign"
        )


def require_spread(data: Dataset) -> None:
    """Raise `MethodError` for a sample whose events are all the same."""
    if len(data) > 1 and (data.values == data.values[0]).all():
        raise MethodError(f"all events of '{data.name}' are identical, so they carry no information")
