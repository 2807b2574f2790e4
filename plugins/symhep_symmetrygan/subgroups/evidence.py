"""What held-out events say against a symmetry: by waves, and by what a network has learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.effective import effective_events
from symhep.hypotheses.divergence.record import bounded
from symhep.stats.divergence import Excess
from symhep.stats.quadratic_forms import log_tail
from symhep.stats.residual_forms import residual, ridge_test
from symhep_symmetrygan.subgroups.comparison import mean_and_covariance
from symhep_symmetrygan.subgroups.networks import Loss

__all__ = ["Evidence", "evidence"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Natural logarithms of p-values: of both joined (twice the smaller, Bonferroni), of the waves, of the network.

    ``loss`` of the network on held-out events; ``excess`` (1, J) of divergences of projections, None: not measured.
    """

    log_p: float
    log_p_waves: float
    log_p_network: float
    loss: Loss
    excess: Excess | None = None

    @property
    def numbers(self) -> dict[str, Any]:
        """What a row says beside p-values."""
        excess = None if self.excess is None else bounded(self.excess[0])
        return {"excess": excess, "posthoc_loss": self.loss.number}


def evidence(
    waves: Tensor, scores: Tensor, weights: Tensor, loss: Loss, tangent: FloatArray | None = None
) -> Evidence:
    """Test 'E[f(x) - f(h x)] = 0' by differences of K waves (N, K), and of a network's answer (N,).

    Under the hypothesis (x, h x) has the law of (h x, x), so all differences are odd: their means are zero, for the
    network too, as it was trained on other events. The waves by `ridge_test`. The network by Student's t,
    one-sided: only if it takes more events than images for events has it learned anything.

    ``tangent`` (K + 1, q): how the means, the network's last, move with the q parameters of a position that was fitted
    on other events. What any shift of the position explains is projected out, to first order, and the network's
    mean is corrected by the shift that the waves prefer.
    """
    both = torch.cat([waves.double(), scores.double()[:, None]], 1)
    mean, covariance = mean_and_covariance(both, weights)
    nu = effective_events(weights.cpu().numpy()) - 1
    if tangent is None:
        by_waves = ridge_test(mean[:-1], covariance[:-1, :-1], nu).log_p
        move, variance = float(mean[-1]), float(covariance[-1, -1])
    else:
        slopes, own = tangent[:-1], tangent[-1]
        left = residual(mean[:-1], covariance[:-1, :-1], slopes, nu)
        by_waves = ridge_test(left.values, left.covariance, nu).log_p
        # the step is linear in the values: this is its covariance with the network's mean
        common = residual(covariance[:-1, -1], covariance[:-1, :-1], slopes, nu).step
        move = float(mean[-1] - own @ left.step)
        variance = float(covariance[-1, -1] - 2 * own @ common + own @ left.step_covariance @ own)
    by_network = _one_sided(move, variance, nu)
    return Evidence(min(0.0, float(np.log(2)) + min(by_waves, by_network)), by_waves, by_network, loss)


def _one_sided(mean: float, variance: float, nu: float) -> float:
    if variance <= 0:
        return 0.0 if mean <= 0 else -np.inf
    both = float(log_tail(mean**2 / variance, np.ones(1), nu))
    return both - float(np.log(2)) if mean > 0 else float(np.log1p(-np.exp(both) / 2))
