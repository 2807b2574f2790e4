"""Is an element a symmetry within its error? P-values from events that neither training nor refining saw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.stats.quadratic_forms import log_tail
from symhep.stats.residual_forms import ridge_form
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.difference import difference, freedom, paired_covariance
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["wave_log_p"]

FloatArray = npt.NDArray[np.float64]

#: Means that differ by less than this are equal, in single precision.
ROUNDING = 1e-5


def wave_log_p(
    waves: Waves,
    sample: Sample,
    elements: FloatArray,
    generators: FloatArray,
    error: FloatArray | None = None,
) -> FloatArray:
    """Logarithms of the p-values of 'g, within its error, keeps the law of the events', for E elements: (E,).

    D = E_w[f(x)] - E_w[f(g x)] on held-out events is N(0, C + T S T^T) if g is a symmetry up to a normal error with
    covariance S of other events: C is the paired covariance of D, T its tangent. The form of D is
    `symhep.stats.residual_forms.ridge_form`, whose law takes account of C being estimated.

    Parameters
    ----------
    elements, generators
        (E, D + 1, D + 1) and (G, D + 1, D + 1), homogeneous, in the coordinates of the sample.
    error
        (E, G, G) S; None: the elements are given.
    """
    if not len(elements):
        return np.zeros(0)
    found = difference(waves, sample, elements, generators)
    covariance = paired_covariance(waves, sample, elements)
    if error is not None:
        covariance += found.tangent @ error @ found.tangent.swapaxes(1, 2)
    nu = freedom(sample)
    forms = [ridge_form(c, nu) for c in covariance]
    scale = np.array([form.freedom for form in forms])
    squares = np.array(
        [((form.transform @ d) ** 2).sum() for form, d in zip(forms, found.values, strict=True)]
    )
    # without any noise (the identity) nothing differs, and what differs is certain to
    certain = np.where(np.abs(found.values).max(axis=1, initial=0.0) > ROUNDING, -np.inf, 0.0)
    weights = np.array([form.weights for form in forms])
    tail = log_tail(squares * scale / nu, weights, np.where(scale > 0, scale, 1.0))
    return np.where(scale > 0, tail, certain)
