"""Found elements composed with each other: how fast their errors grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Composition", "compose"]

FloatArray = npt.NDArray[np.float64]
#: Takes elements (E, D + 1, D + 1), gives numbers for each, such as 'excess' (E, J) or 'log_p' (E,).
Measure = Callable[[FloatArray], Mapping[str, npt.ArrayLike]]

STEPS = (1, 2, 4, 8, 16, 32)
#: Copies for the error of the exponent.
COPIES = 200
#: Products that differ by less are the same: the rest is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Composition:
    """Products of k elements, for every k of ``steps`` (C,).

    ``distance`` (C,): mean Frobenius distance from the product of the exact elements, with ``distance_error`` of the
    mean; ``measures``: name -> mean (C, ...), ``measure_errors``. ``exponent``: of distance ~ k^exponent, with its
    standard error: 1/2 for independent errors, 1 for errors that repeat themselves; NaN for elements that are exact.
    """

    how: str
    steps: npt.NDArray[np.int64]
    distance: FloatArray
    distance_error: FloatArray
    measures: dict[str, FloatArray]
    measure_errors: dict[str, FloatArray]
    exponent: tuple[float, float]

    def usable(self, key: str, limit: npt.ArrayLike) -> int:
        """The largest k up to which all measures ``key`` stay below ``limit`` (C, ...); 0 for none."""
        limit = np.broadcast_to(limit, self.measures[key].shape).reshape(len(self.steps), -1)
        fine = (self.measures[key].reshape(len(self.steps), -1) <= limit).all(axis=1)
        good = int(np.cumprod(fine).sum())
        return int(self.steps[good - 1]) if good else 0


def compose(
    elements: npt.ArrayLike,
    exact: npt.ArrayLike,
    measure: Measure,
    *,
    how: str = "powers",
    steps: Sequence[int] = STEPS,
    chains: int = 64,
    seed: int = 0,
) -> Composition:
    """Powers g^k of found elements, or products of k random ones ('words'); SymmetryGAN, section VII.B.

    ``elements`` (E, D + 1, D + 1) and the ``exact`` ones that they stand for: nearest in the group that was inferred
    (`symhep_symmetrygan.inference.exact.exact_elements`). ``chains``: how many powers or words, at most E powers.

    >>> turn = lambda a: np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1.0]])
    >>> off, right = [np.array([turn(a + e) for a in (1.0, 2.0)]) for e in (1e-4, 0)]
    >>> done = compose(off, right, lambda g: {}, steps=(1, 10, 100))
    >>> round(done.exponent[0], 3)  # the same error every time
    1.0
    """
    found, truth = np.asarray(elements, dtype=np.float64), np.asarray(exact, dtype=np.float64)
    rng = np.random.default_rng(seed)
    longest = max(steps)
    if how == "powers":
        drawn = np.tile(rng.permutation(len(found))[:chains, None], (1, longest))
    elif how == "words":
        drawn = rng.integers(0, len(found), size=(chains, longest))
    else:
        raise ValueError(f"how must be 'powers' or 'words', not '{how}'")
    a = b = np.eye(found.shape[-1])
    distances, numbers = list[FloatArray](), list[dict[str, FloatArray]]()
    for k in range(1, longest + 1):
        a, b = found[drawn[:, k - 1]] @ a, truth[drawn[:, k - 1]] @ b
        if k in steps:
            distances.append(np.linalg.norm(a - b, axis=(1, 2)))
            measured = measure(a)
            numbers.append({name: np.asarray(v, dtype=np.float64) for name, v in measured.items()})
    far = np.array(distances)
    kept = sorted(set(steps))
    means = {name: np.array([one[name].mean(axis=0) for one in numbers]) for name in numbers[0]}
    spread = {name: np.array([_error(one[name]) for one in numbers]) for name in numbers[0]}
    errors = np.array([_error(row) for row in far])
    return Composition(
        how, np.array(kept), far.mean(axis=1), errors, means, spread, _exponent(np.array(kept), far, rng)
    )


def _error(values: FloatArray) -> FloatArray:
    """Of the mean over the first axis."""
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def _exponent(steps: npt.NDArray[np.int64], far: FloatArray, rng: np.random.Generator) -> tuple[float, float]:
    """Slope of log root mean square distance against log k, and its error from chains drawn again."""
    if len(steps) < 2 or not (far.max(axis=1) > ROUNDING).all():
        return float("nan"), float("nan")
    picks = rng.integers(0, far.shape[1], size=(COPIES, far.shape[1]))
    both = np.concatenate([np.arange(far.shape[1])[None], picks])
    size = np.sqrt((far[:, both] ** 2).mean(axis=2))  # (C, copies)
    slopes = np.polyfit(np.log(steps), np.log(np.maximum(size, 1e-300)), 1)[0]
    return float(slopes[0]), float(slopes[1:].std(ddof=1))
