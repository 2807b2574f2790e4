"""Do networks tell events that they have not seen from their images?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import PKind
from symhep.stats.asymmetry import asymmetry
from symhep.stats.intervals import Interval
from symhep.stats.randomisation import group_numbers, randomised_sums, upper_tail

__all__ = ["ClassifierTest", "classifier_tests"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassifierTest:
    """One element, by what a network makes of events that it was not trained on.

    Attributes
    ----------
    log_p
        Natural logarithm of the p-value: by randomisation, exact; where no randomisation reaches the statistic,
        Hoeffding's bound, if that is smaller.
    kind
        'exact', or 'bound' for Hoeffding's.
    gain, gain_error
        Mean of log(q softmax_0), in nats per event, with its standard error: log(2 sigmoid(s)) for an involution. 0
        is expected of a network that knows nothing, less of one that is wrong; at most the divergence of the
        density from its mean over the images.
    events
        Held out, with a weight.
    asymmetry
        Of the events that the network takes for the event itself and for an image, see `asymmetry`.
    """

    log_p: float
    gain: float
    gain_error: float
    events: int
    asymmetry: Interval
    kind: PKind = "exact"


def classifier_tests(
    log_shares: FloatArray, weights: FloatArray, rng: np.random.Generator, randomisations: int
) -> list[ClassifierTest]:
    """Test R elements of one order by ``log_shares`` (R, N, q) of held-out events with signed ``weights`` (N,).

    Statistic: sum_n w_n l_n0, with l_nj = log softmax_j; large if the events look more like events than their images
    do. Under the hypothesis each event, or group of events, may be replaced by an image of itself:
    for an involution signs are flipped.
    """
    kept = weights != 0
    w, shares = weights[kept], log_shares[:, kept]
    scores = w[:, None] * (shares - shares.mean(axis=2, keepdims=True))  # (R, n, q)
    number = group_numbers(len(w))
    sums = np.zeros((len(scores), int(number[-1]) + 1, scores.shape[2]))
    for total, score in zip(sums, scores, strict=True):
        np.add.at(total, number, score)
    drawn = randomised_sums([s[..., None] for s in sums], rng, randomisations)
    return [
        _one(share, score, w, random[:, 0])
        for share, score, random in zip(shares, scores, drawn, strict=True)
    ]


def _one(shares: FloatArray, scores: FloatArray, w: FloatArray, drawn: FloatArray) -> ClassifierTest:
    observed = float(scores[:, 0].sum())
    exact = upper_tail(observed, drawn)
    log_p = float(np.log(exact))
    kind: PKind = "exact"
    if exact * (1 + len(drawn)) < 1.5 and (bound := -_hoeffding(observed, scores)) < log_p:
        log_p, kind = bound, "bound"
    gains = shares[:, 0] + np.log(shares.shape[1])
    total = w.sum()
    gain = float(w @ gains / total)
    error = float(np.sqrt((w**2 * (gains - gain) ** 2).sum()) / abs(total))
    return ClassifierTest(log_p, gain, error, len(w), asymmetry(scores * np.sign(w)[:, None], w), kind)


def _hoeffding(observed: float, scores: FloatArray) -> float:
    """2 t^2 / sum_n (max_j - min_j)^2: P(sum >= t) <= exp(- this) for independent bounded terms (Hoeffding 1963)."""
    ranges = ((scores.max(axis=1) - scores.min(axis=1)) ** 2).sum()
    return float(2 * observed**2 / ranges) if ranges > 0 else 0.0
