"""What a combination of generators is taken to be, and its label: one normalisation for all methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from symhep.lie.noise import BORDER

__all__ = ["generator_label", "stated"]

FloatArray = npt.NDArray[np.float64]

#: Differences up to here are rounding.
EXACT = 1e-6


def stated(coefficients: npt.ArrayLike, errors: npt.ArrayLike) -> FloatArray:
    """Coefficients as their label states them, the largest being one: zero or one where they are so within errors.

    >>> stated([0.7, 0.001, -0.701], [0.002, 0.002, 0.002]).tolist()
    [1.0, 0.0, -1.0]
    """
    values, noise = np.asarray(coefficients, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    largest = float(np.abs(values).max())
    c, e = values / largest, noise / largest
    zero = np.abs(c) <= np.maximum(BORDER * e, EXACT)
    unit = np.abs(np.abs(c) - 1) <= np.maximum(BORDER * np.sqrt(2) * e, EXACT)
    return np.where(np.abs(c) == 1.0, np.sign(c), np.where(zero, 0.0, np.where(unit, np.sign(c), c)))


def generator_label(coefficients: Mapping[str, float], errors: Mapping[str, float]) -> str:
    """The generator as `stated`.

    >>> generator_label({"J_y": 0.4821, "J_z": -0.876, "K_x": 0.01}, {"J_y": 0.003, "J_z": 0.003, "K_x": 0.02})
    '0.55 J_y - J_z'
    >>> generator_label({"L_12": 0.707, "L_34": 0.707}, {"L_12": 0.001, "L_34": 0.001})
    'L_12 + L_34'
    """
    names: Sequence[str] = list(coefficients)
    terms = stated(list(coefficients.values()), [errors[name] for name in names])
    text = ""
    for c, name in zip(terms, names, strict=True):
        if c:
            text += (" - " if c < 0 else " + ") + (name if abs(c) == 1 else f"{abs(c):.3g} {name}")
    return text[3:] if text.startswith(" + ") else "-" + text[3:]
