"""The transverse mass of two decays that share the missing momentum."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import CardError

__all__ = ["mt2"]

FloatArray = npt.NDArray[np.float64]


def mt2(
    first: Any, second: Any, missing: Any, invisible: Any = 0.0, other_invisible: Any = None
) -> FloatArray:
    """(K,) MT2 in GeV: the least mass that two equal mothers can have, each of which decays to a visible and an
    invisible particle, where the momenta of the invisible ones add up to the missing one.

    MT2 = min over q1 + q2 = pTmiss of max(MT(visible 1, q1), MT(visible 2, q2)): Lester, Summers, Phys. Lett. B 463,
    99 (1999), by the bisection of Lester, Nachman, JHEP 03 (2015) 100 (arXiv:1411.4312) in the package ``mt2``.

    Parameters
    ----------
    first, second
        (K,) four-vectors of the visible particles, with their masses.
    missing
        (K,) missing transverse momentum.
    invisible, other_invisible
        Assumed masses of the invisible particles in GeV, (K,) or one number; 0, and the same for both, by default.

    Raises `CardError` if the package is not installed.
    """
    try:
        from mt2 import mt2 as bisection
    except ImportError as error:
        raise CardError(
            "MT2 needs the package 'mt2', which is not installed", hint="pip install 'symhep[mt2]'"
        ) from error
    other_invisible = invisible if other_invisible is None else other_invisible
    visible = [component for v in (first, second) for component in (_mass(v), v.px, v.py)]
    arguments = [*visible, missing.px, missing.py, invisible, other_invisible]
    numbers = np.broadcast_arrays(*(np.asarray(ak.to_numpy(a), dtype=np.float64) for a in arguments))
    finite = np.isfinite(numbers).all(axis=0) & (numbers[8] >= 0) & (numbers[9] >= 0)
    found = np.full(len(finite), np.nan)
    found[finite] = bisection(*(n[finite] for n in numbers))
    return found


def _mass(vectors: Any) -> Any:
    """Masses; those that rounding made imaginary are 0."""
    return np.maximum(vectors.mass, 0.0)
