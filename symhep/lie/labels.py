"""Generators as sums of labelled ones: what a label states within errors, and the label itself.

One normalisation everywhere: the largest coefficient is one. So a rotation found among the matrix units is
'E_12 - E_21', which is J_12, and not 0.707 times it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep.lie.noise import BORDER

__all__ = ["combination_label", "stated"]

FloatArray = npt.NDArray[np.float64]

#: Coefficients this near to 0 or 1 are so but for rounding.
ROUNDING = 1e-6


def stated(coefficients: npt.ArrayLike, errors: npt.ArrayLike, border: float = BORDER) -> FloatArray:
    """Coefficients (G,) in units of the largest one, as a label states them: 0 or 1 where they are so within errors.

    The sign is kept.

    Parameters
    ----------
    coefficients, errors
        (G,) of a combination of generators of any length, and their standard errors.
    border
        So many errors from 0, or from 1, a coefficient counts as 0 or 1; by default as ranks are decided.

    >>> stated([0.7, 0.001, -0.701], [0.002, 0.002, 0.002]).tolist()
    [1.0, 0.0, -1.0]
    """
    given, noise = np.asarray(coefficients, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    largest = float(np.abs(given).max())
    c, e = given / largest, noise / largest
    zero = np.abs(c) <= np.maximum(border * e, ROUNDING)
    unit = np.abs(np.abs(c) - 1) <= np.maximum(border * np.sqrt(2) * e, ROUNDING)
    # Large errors reach 0 and 1 alike; the largest coefficient is what the label is about.
    zero &= np.abs(c) < 1
    return np.where(zero, 0.0, np.where(unit, np.sign(c), c))


def combination_label(coefficients: npt.ArrayLike, errors: npt.ArrayLike, labels: Sequence[str]) -> str:
    """The label of a combination of generators, as `stated` has it.

    >>> combination_label([0.7, 0.0, -0.699], [0.002, 0.002, 0.002], ["E_12", "E_13", "E_21"])
    'E_12 - E_21'
    >>> combination_label([-0.4821, 0.8761], [0.003, 0.003], ["J_y", "J_z"])
    '-0.55 J_y + J_z'
    """
    text = ""
    for c, label in zip(stated(coefficients, errors), labels, strict=True):
        if c:
            text += (" - " if c < 0 else " + ") + (label if abs(c) == 1 else f"{abs(c):.3g} {label}")
    return text[3:] if text.startswith(" + ") else "-" + text[3:]
