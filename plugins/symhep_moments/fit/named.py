"""Moments of harmonics: functions that a span of symmetries is tested with, and that no span is fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.stats.residual_forms import Residual
from symhep_moments.fit.functions.harmonics import is_harmonic
from symhep_moments.fit.moments import Moments

__all__ = ["Named", "Tangent", "named_of", "split"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tangent:
    """How vec(A theta), direction by direction, moves along q fitted parameters.

    Attributes
    ----------
    functions
        (r K, q) of the whitened functions.
    named
        (r H, q) of the harmonics; None if there are none.
    """

    functions: FloatArray
    named: FloatArray | None = None

    def along(self, ways: FloatArray) -> Tangent:
        """The same along combinations ``ways`` (q, q') of the parameters."""
        return Tangent(self.functions @ ways, None if self.named is None else self.named @ ways)

    def mixed(self, mixing: FloatArray) -> Tangent:
        """The same for theta @ mixing, (r, r)."""
        named = None if self.named is None else _mixed(self.named, mixing)
        return Tangent(_mixed(self.functions, mixing), named)


@dataclass(frozen=True, eq=False)
class Named:
    """Moments of H harmonics, of unit noise on average over the generators.

    Attributes
    ----------
    mean
        (H, G).
    covariance
        (H, G, H, G) of it.
    shared
        (H, G, K, G) covariance with the moments of the K whitened functions.
    blocks
        Name -> which of them.
    """

    mean: FloatArray
    covariance: FloatArray
    shared: FloatArray
    blocks: Mapping[str, slice]

    def tangent(self, normal: FloatArray, r: int) -> FloatArray:
        """(r H, r (G - r)) of vec(A theta) along theta + normal @ delta."""
        return np.asarray(np.kron(np.eye(r), self.mean @ normal), dtype=np.float64)

    def regressed(self, theta: FloatArray, normal: FloatArray, weighted: FloatArray) -> FloatArray:
        """The same, freed of the noise of the other functions' A theta, of which ``weighted`` (r K,) is W A theta."""
        r, k = theta.shape[1], self.shared.shape[2]
        half = np.tensordot(self.shared, theta, axes=(3, 0))  # (H, G, K, r)
        taken = np.tensordot(half, weighted.reshape(r, k), axes=((2, 3), (1, 0))) @ normal
        return np.asarray(np.kron(np.eye(r), self.mean @ normal - taken), dtype=np.float64)

    def residual(
        self, theta: FloatArray, covariance: FloatArray, left: Residual, tangent: Tangent | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What the fit leaves of the harmonics, which it did not see: values (r H,), their covariance, and that with
        ``left``, what it leaves of the other functions, (r H, r K).

        With the step S v that the fit takes in the values v of the other functions (``left.solver``), and the tangents
        J of these and T of the harmonics, the residuals are h - T S v and v - J S v. ``covariance``: that of v.
        """
        h, k, r = len(self.mean), self.shared.shape[2], theta.shape[1]
        values = (self.mean @ theta).T.reshape(-1)
        own = np.einsum("kalc,ar,cs->rksl", self.covariance, theta, theta, optimize=True).reshape(
            r * h, r * h
        )
        shared = np.einsum("kalc,ar,cs->rksl", self.shared, theta, theta, optimize=True).reshape(r * h, r * k)
        if tangent is None or tangent.named is None or len(left.step) == 0:
            return values, own, shared
        solver, slope, common = left.solver, tangent.named, shared
        removed = slope @ (common @ solver.T).T
        own = own - removed - removed.T + slope @ left.step_covariance @ slope.T
        shared = common - slope @ (solver @ covariance)
        shared = shared - (shared @ solver.T) @ tangent.functions.T
        return values - slope @ left.step, (own + own.T) / 2, shared


def named_of(moments: Moments, units: FloatArray, functions: FloatArray) -> Named | None:
    """The harmonics among ``moments``; None if there are none.

    ``units`` (G, G) are the generators of unit noise, ``functions`` (K, K) whitens the other functions.
    """
    which, others = split(moments)
    if not len(which) or not len(others):
        return None
    own = moments.covariance[which][:, :, which]
    noise = np.einsum("hahc,ab,cb->h", own, units, units, optimize=True) / units.shape[1]
    scale = 1 / np.sqrt(np.where(noise > 0, noise, 1.0))
    shared = np.tensordot(moments.covariance[which][:, :, others], functions, axes=(2, 1)).swapaxes(2, 3)
    blocks, first = {}, 0
    for name, block in moments.blocks.items():
        if is_harmonic(name):
            size = block.stop - block.start
            blocks[name], first = slice(first, first + size), first + size
    return Named(
        moments.mean[which] * scale[:, None],
        own * scale[:, None, None, None] * scale[:, None],
        shared * scale[:, None, None, None],
        blocks,
    )


def split(moments: Moments) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Numbers of the harmonics among the functions, and of the others."""
    every = np.arange(len(moments.labels))
    own = [every[block] for name, block in moments.blocks.items() if is_harmonic(name)]
    which = np.concatenate(own) if own else every[:0]
    return which, np.setdiff1d(every, which)


def _mixed(tangent: FloatArray, mixing: FloatArray) -> FloatArray:
    r = len(mixing)
    parts = tangent.reshape(r, len(tangent) // r, tangent.shape[1])
    return np.asarray(np.einsum("rkq,rs->skq", parts, mixing).reshape(tangent.shape), dtype=np.float64)
