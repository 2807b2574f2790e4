"""Is an element a symmetry, or near one? P-values from events that neither training nor refining saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.stats.quadratic_forms import log_tail
from symhep.stats.residual_forms import complement_test, ridge_form
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.difference import difference, freedom, paired_covariance
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["Measured", "log_p_of", "measured", "wave_log_p"]

FloatArray = npt.NDArray[np.float64]

#: Means that differ by less than this are equal, in single precision.
ROUNDING = 1e-5
#: Events that the covariance of slopes is taken from.
ENOUGH = 2048


@dataclass(frozen=True, eq=False)
class Measured:
    """Of E elements: D = E_w[f(x)] - E_w[f(g x)] ``values`` (E, K) with its paired ``covariance`` (E, K, K), which has
    ``nu`` degrees of freedom."""

    values: FloatArray
    covariance: FloatArray
    nu: float


def measured(waves: Waves, sample: Sample, elements: FloatArray, generators: FloatArray) -> Measured:
    """On the events of ``sample``."""
    values = difference(waves, sample, elements, generators).values
    return Measured(values, paired_covariance(waves, sample, elements), freedom(sample))


def wave_log_p(
    waves: Waves,
    sample: Sample,
    elements: FloatArray,
    generators: FloatArray,
    fitted: Sample | None = None,
    error: FloatArray | None = None,
) -> FloatArray:
    """Logarithms of the p-values of 'g keeps the law of the events', for E elements: (E,).

    D = E_w[f(x)] - E_w[f(g x)] on held-out events is N(0, C) if g is a symmetry, C its paired covariance. If g was
    fitted to other events the hypothesis is that some exp(sum_a delta_a T_a) g near it is one: then D is T delta to
    first order, and what a combination of the slopes T can take is projected away, whatever delta is. T comes from the
    events of the fit, whose noise is independent of D; what it leaves of T delta, sum_ab S_ab cov(T_a, T_b) with S the
    error of g, is added to C. The form is
    `symhep.stats.residual_forms.complement_test`, whose law takes account of C being estimated.

    Parameters
    ----------
    elements, generators
        (E, D + 1, D + 1) and (G, D + 1, D + 1), homogeneous, in the coordinates of the sample.
    fitted
        The events that the elements were fitted to; None: the elements are given.
    error
        (E, G, G) S, of fitted elements.
    """
    if not len(elements):
        return np.zeros(0)
    return log_p_of(measured(waves, sample, elements, generators), waves, elements, generators, fitted, error)


def log_p_of(
    found: Measured,
    waves: Waves,
    elements: FloatArray,
    generators: FloatArray,
    fitted: Sample | None = None,
    error: FloatArray | None = None,
) -> FloatArray:
    """`wave_log_p`, of what was measured on the events."""
    covariance, nu = found.covariance, found.nu
    if fitted is not None:
        if error is not None:
            covariance = covariance + _of_slopes(waves, fitted, generators, error)
        slopes = difference(waves, fitted, elements, generators).tangent
        tests = zip(found.values, covariance, slopes, strict=True)
        logs = np.array([complement_test(d, c, nu, t).log_p for d, c, t in tests])
        return np.where(np.abs(found.values).max(axis=1, initial=0.0) > ROUNDING, logs, 0.0)
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


def _of_slopes(waves: Waves, sample: Sample, generators: FloatArray, error: FloatArray) -> FloatArray:
    """sum_ab S_ab cov(T_a, T_b) (E, K, K), by a part of large samples; the law of slopes is that at the identity."""
    part = sample.every(-(-len(sample) // ENOUGH))
    each = waves.derivatives(part, generators) * part.weights.cpu().numpy()[:, None]
    each = np.stack([part.by_unit(torch.from_numpy(one)).numpy() for one in each]) if len(each) else each
    each /= np.sqrt((part.unit_weights**2).sum() * sample.effective)
    pairs = np.einsum("ank,bnl->abkl", each, each, optimize=True)
    return np.asarray(np.tensordot(error, pairs, 2))
