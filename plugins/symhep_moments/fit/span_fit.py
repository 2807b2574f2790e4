"""Spans of symmetries that fit the moments best, also where some broken generators are hardly seen to be broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from symhep.stats.residual_forms import RIDGE, Residual, residual
from symhep_moments.fit.whitening import Whitened

__all__ = ["SpanFit", "at_span", "fitted"]

FloatArray = npt.NDArray[np.float64]

STEPS = 30
#: A fit has ended when the sum of squares falls by less than this part of it, a small part of its spread.
ENOUGH = 1e-3
#: Sum of squares per moment above which no fit is sought to the end: the hypothesis is rejected anyway.
HOPELESS = 10.0
#: Longest step: spans are then turned by less than 45 degrees.
LONGEST = 1.0
#: Halvings of a step that leads uphill.
HALVINGS = 8


@dataclass(frozen=True, eq=False)
class SpanFit:
    """A span of r symmetries, how well it fits, and where to go from there.

    Attributes
    ----------
    theta
        (G, r) a basis of the span, with unit noise.
    normal
        (G, G - r) the other directions: spans nearby are those of theta + normal @ delta, delta (G - r, r).
    squares
        Q = (A theta)^T W (A theta), W = (C + ridge)^-1 for the covariance C of A theta.
    tangent
        (r K, r (G - r)) derivatives of A theta along vec(delta), direction by direction, freed of A theta's noise.
    named
        (r H, r (G - r)) the same of the harmonics, which take no part in the fit; None if there are none.
    residual
        Of A theta along the tangent: delta = - step.
    """

    theta: FloatArray
    normal: FloatArray
    squares: float
    tangent: FloatArray
    named: FloatArray | None
    residual: Residual

    def moved(self, delta: FloatArray) -> FloatArray:
        """theta + normal @ delta, for vec(delta)."""
        return np.asarray(self.theta + self.normal @ delta.reshape(self.theta.shape[1], -1).T)


def at_span(white: Whitened, theta: FloatArray) -> SpanFit:
    """The fit at the span of ``theta`` (G, r).

    W depends on theta. The gradient of Q is 2 J^T W A theta with J = A normal - cov(A normal, A theta) W A theta
    (Kleibergen 2005, Econometrica 73, 1103): what is left of the derivatives when their regression on A theta is taken
    off. So J is independent of A theta to first order, even where it is nothing but noise, and what is
    projected out along J is as large as its reference distribution says, however weak the signal in J is.
    """
    u, _, v = np.linalg.svd(np.linalg.solve(white.generators, theta), full_matrices=True)
    r, k = theta.shape[1], len(white.mean)
    basis, normal = white.generators @ u[:, :r] @ v, white.generators @ u[:, r:]
    values, covariance = white.along(basis)
    size = float(np.diag(covariance).mean())
    weighted = np.zeros(len(values))
    if size > 0:
        weighted = cho_solve(cho_factor(covariance + RIDGE * size * np.eye(len(values))), values)
    half = np.tensordot(white.covariance, basis, axes=(3, 0))  # (K, G, K, r)
    shared = np.tensordot(half, weighted.reshape(r, k), axes=((2, 3), (1, 0))) @ normal
    tangent = np.kron(np.eye(r), white.mean @ normal - shared)
    left = residual(values, covariance, tangent, white.nu)
    named = None if white.named is None else white.named.regressed(basis, normal, weighted)
    return SpanFit(basis, normal, float(values @ weighted), tangent, named, left)


def fitted(white: Whitened, theta: FloatArray) -> SpanFit:
    """The span of least Q near that of ``theta``: the continuous-updating estimate, by Gauss-Newton steps.

    Cragg and Donald (1997, J. Econometrics 76, 223). Its least Q has the reference distribution of r K - r (G - r)
    directions, or is smaller, also where the span is known badly (as with weak instruments:
    Guggenberger, Kleibergen, Mavroeidis and Chen 2012, Econometrica 80, 2649). A few steps from the singular vectors
    alone would not do there: they stop at spans that fit worse than the true one.
    """
    found = at_span(white, theta)
    for _ in range(STEPS if found.tangent.shape[1] else 0):
        step = -found.residual.step
        step = step * min(1.0, LONGEST / max(float(np.linalg.norm(step)), 1e-300))
        for _ in range(HALVINGS):
            tried = at_span(white, found.moved(step))
            if tried.squares <= found.squares:
                break
            step = step / 2
        else:
            return found
        gained, found = found.squares - tried.squares, tried
        if gained <= ENOUGH * found.squares or found.squares > HOPELESS * len(found.tangent):
            break
    return found
