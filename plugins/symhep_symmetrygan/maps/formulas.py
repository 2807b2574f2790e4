"""Symmetry discovery maps in closed form, as stated in the paper or by the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, MethodError
from symhep_symmetrygan.maps.periods import apart

__all__ = ["FORMULAS", "Formula", "formula_of"]

FloatArray = npt.NDArray[np.float64]

TURN = 2 * np.pi


@dataclass(frozen=True)
class Formula:
    """Where gradient steps should lead.

    Attributes
    ----------
    title
        In words, with its equation.
    labels
        Parameters of the families that it is for.
    names, periods
        Of the M coordinates that it is stated in, 0 for no period.
    coordinates
        Of parameters (N, K): (N, M).
    expected
        Final coordinates (N, M) from initial ones (N, M) and the mean of the events (D,).
    """

    title: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    periods: tuple[float, ...]
    coordinates: Callable[[FloatArray], FloatArray]
    expected: Callable[[FloatArray, FloatArray], FloatArray]


def _same(parameters: FloatArray) -> FloatArray:
    return parameters


def _side(initial: FloatArray, mean: FloatArray) -> FloatArray:
    """(b, c) -> (0, 1) for c > 0, (2 mu, -1) for c < 0."""
    sign = np.sign(initial[:, -1])
    return np.stack([(1 - sign) * mean[0], sign], 1)[:, -initial.shape[1] :]


def _polar(parameters: FloatArray) -> FloatArray:
    """(A4): (c, s) -> (r, theta)."""
    c, s = parameters.T
    return np.stack([np.hypot(c, s), np.arctan2(s, c) % TURN], 1)


def _radial(initial: FloatArray, mean: FloatArray) -> FloatArray:
    return np.stack([np.ones(len(initial)), initial[:, 1]], 1)


def _bisecting(initial: FloatArray, mean: FloatArray) -> FloatArray:
    """Both angles end half way along the shorter arc between them."""
    first, second = initial[:, :1], initial[:, 1:]
    half = second + apart(first, second, np.array([TURN])) / 2
    return np.repeat(half % TURN, 2, axis=1)


#: By the name in the card.
FORMULAS: dict[str, Formula] = {
    "side": Formula("(A1): the symmetry on the same side of c = 0", ("b", "c"), ("b", "c"), (0.0, 0.0), _same, _side),
    "sign": Formula("(A6): the sign of c", ("c",), ("c",), (0.0,), _same, _side),
    "radial": Formula("(A5): r = 1 at the same angle", ("c", "s"), ("r", "theta"), (0.0, TURN), _polar, _radial),
    "bisecting": Formula(
        "(31): the bisector of the initial angles",
        ("theta_1", "theta_2"), ("theta_1", "theta_2"), (TURN, TURN), _same, _bisecting,
    ),
}  # fmt: skip


def formula_of(
    named: str | Callable[[FloatArray], FloatArray], labels: Sequence[str], periods: FloatArray
) -> Formula:
    """A formula by its name, or a function (N, K) -> (N, K) from initial to final parameters.

    ``labels`` and ``periods`` are those of the family. Raises `CardError` for a formula of other parameters, and, when
    it is used, `MethodError` for a function that gives another shape or no numbers.

    >>> formula_of("radial", ("c", "s"), np.zeros(2)).expected(np.array([[0.3, 2.0]]), np.zeros(2)).tolist()
    [[1.0, 2.0]]
    """
    if isinstance(named, str):
        found = FORMULAS[named]
        if found.labels != tuple(labels):
            raise CardError(
                f"the formula '{named}' is for the parameters {', '.join(found.labels)}, "
                f"but the search space has {', '.join(labels)}"
            )
        return found
    function = named

    def expected(initial: FloatArray, mean: FloatArray) -> FloatArray:
        final = np.asarray(function(initial), dtype=np.float64)
        if final.shape != initial.shape or not np.isfinite(final).all():
            raise MethodError(
                f"the formula of the map must give finite numbers of shape {initial.shape}, got shape {final.shape}"
            )
        return final

    title = f"by {getattr(function, '__name__', 'a function')}"
    return Formula(title, tuple(labels), tuple(labels), tuple(periods), _same, expected)
