"""What the validation of found elements leaves: arrays, one row per element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Validated"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Validated:
    """E found elements, their refined selves, M random elements. What follows no element is NaN.

    All p-values are from held-out events; log_p are natural logarithms.

    Attributes
    ----------
    found
        (E, D + 1, D + 1) before refinement, homogeneous, on scaled coordinates.
    refined
        (E, D + 1, D + 1) after refining; as found where that did not converge.
    moved
        (E,) root mean square displacement of the image of an event by refining, over the root mean square size of
        events.
    covariance
        (E, G, G) of delta in exp(sum_a delta_a T_a) g, T_a the generators of the space; zero along flat directions.
    information
        (E, G, G) its inverse; zero along flat directions, about which the events say nothing.
    directions
        (E,) number of directions that are not flat.
    converged
        (E,) bool: a minimum was found within reach. Where not, covariance and information say what the events
        would know of the element if it were one.
    weak
        (E,) number of directions that are neither flat nor seen well enough to refine the element along them.
    log_p
        (E,) of 'a symmetry lies near refined': twice the smaller of the next two.
    log_p_waves, log_p_learned
        (E,) by waves, and by the classifier.
    log_p_adjusted
        (E,) of ``log_p``, Holm's, for E elements.
    log_p_found, log_p_waves_found, log_p_learned_found
        (E,) the same of 'found is a symmetry', exactly as it stands.
    random
        (M, D + 1, D + 1) random elements of the space.
    posthoc_found, posthoc_refined, posthoc_random
        (E,), (E,), (M,) loss of a classifier trained afterwards; 2 ln 2 for a symmetry. NaN if none was asked for.
    posthoc_found_error, posthoc_refined_error, posthoc_random_error
        Their standard errors.
    networks_found, networks_refined, networks_random
        (E, n), (E, n), (M, n) parameters of these classifiers; n is 0 without.
    """

    found: FloatArray
    refined: FloatArray
    moved: FloatArray
    covariance: FloatArray
    information: FloatArray
    directions: npt.NDArray[np.int64]
    converged: npt.NDArray[np.bool_]
    weak: npt.NDArray[np.int64]
    log_p: FloatArray
    log_p_waves: FloatArray
    log_p_learned: FloatArray
    log_p_adjusted: FloatArray
    log_p_found: FloatArray
    log_p_waves_found: FloatArray
    log_p_learned_found: FloatArray
    random: FloatArray
    posthoc_found: FloatArray
    posthoc_found_error: FloatArray
    posthoc_refined: FloatArray
    posthoc_refined_error: FloatArray
    posthoc_random: FloatArray
    posthoc_random_error: FloatArray
    networks_found: npt.NDArray[np.float32]
    networks_refined: npt.NDArray[np.float32]
    networks_random: npt.NDArray[np.float32]
