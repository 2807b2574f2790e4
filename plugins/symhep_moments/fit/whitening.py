"""Moments in units in which functions and generators are comparable, and the test of a span of generators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.stats.residual_forms import BlockTest, Residual, residual, ridge_form
from symhep.stats.smallest import smallest_p
from symhep_moments.fit.moments import Moments

__all__ = ["ALL", "SpanTest", "Whitened", "span_test", "whitened"]

FloatArray = npt.NDArray[np.float64]

#: Relative variance below which a combination of functions is not scaled up further: like RIDGE, it keeps what has
#: hardly any variance, and whose few large values are far from normal, out of the sum.
FUNCTION_FLOOR = 0.01
#: The same for generators, of which none may be lost: it only keeps those that move nothing from a division by zero.
GENERATOR_FLOOR = 1e-6
#: Noise of a block over that of all functions, below which it is rounding.
NOISELESS = 1e-6
#: Name of the test with every function; the blocks of random waves have no test of their own.
ALL, WAVES = "all", ("fourier", "members", "pairs")


@dataclass(frozen=True, eq=False)
class Whitened:
    """Moments whose functions and generators have unit noise on average.

    Attributes
    ----------
    mean
        (K, G) A of the whitened functions and the given generators.
    covariance
        (K, G, K, G) of it.
    nu
        Degrees of freedom of the covariance.
    functions
        (K, K) symmetric: whitened functions = functions @ given ones.
    generators
        (G, G) columns: generators with unit noise on average, combinations of the given ones.
    blocks
        Name -> (K_b, K): the block's own whitened functions from all whitened ones.
    """

    mean: FloatArray
    covariance: FloatArray
    nu: float
    functions: FloatArray
    generators: FloatArray
    blocks: Mapping[str, FloatArray]

    def along(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """vec(A theta) (r K,) and its covariance, for theta (G, r) of the given generators, direction by direction."""
        k, r = len(self.mean), theta.shape[1]
        half = np.tensordot(self.covariance, theta, axes=(3, 0))  # (K, G, K, r)
        full = np.tensordot(theta, half, axes=(0, 1))  # (r, K, K, r)
        return (self.mean @ theta).T.reshape(-1), full.transpose(0, 1, 3, 2).reshape(r * k, r * k)


@dataclass(frozen=True, eq=False)
class SpanTest:
    """Test of 'these r generators are symmetries'.

    ``log_p`` is that of the smallest p-value of ``blocks``. ``residual``: of all whitened functions.
    """

    log_p: float
    blocks: dict[str, BlockTest]
    residual: Residual


def whitened(moments: Moments) -> Whitened:
    """Scale functions by the noise that they have on average over generators, and generators by theirs over functions.

    With the covariance C of the moments, S_G = sum_k C_kakb / K of generators divided by their own noise, then S_K =
    sum_ab C_kalb (S_G^-1)_ab / G, then S_G again in the whitened functions. Products of spectra, S_K (x) S_G, would
    make the noise of all moments one and independent, were C such a product; that it is not
    is left to the covariance of each test. Units of events, functions and generators drop out.

    Raises MethodError for moments that are not finite.

    >>> from symhep.lie.bases import so
    >>> sample = np.random.default_rng(1).normal(size=(4000, 5, 3)) * [1.0, 10.0, 0.1]
    >>> flat = sample.reshape(4000, -1)
    >>> covariance = (np.cov(flat.T) / 4000).reshape(5, 3, 5, 3)
    >>> moments = Moments(flat.mean(0).reshape(5, 3), covariance, 3999.0, so(3), tuple("abcde"), {"low": slice(0, 5)})
    >>> white = whitened(moments)
    >>> [round(float(np.diag(white.along(g[:, None])[1]).mean()), 2) for g in white.generators.T]
    [1.0, 1.0, 1.0]
    """
    if not (np.isfinite(moments.mean).all() and np.isfinite(moments.covariance).all()):
        raise MethodError(
            "moments or their covariance are not finite; look for infinities among the events or their weights"
        )
    k, g = moments.mean.shape
    noise = np.sqrt(np.einsum("kaka->a", moments.covariance) / k)
    scale = 1 / np.where(noise > 0, noise, 1.0)
    c = moments.covariance * scale[:, None, None] * scale
    turned = _root(np.einsum("kakb->ab", c), GENERATOR_FLOOR)
    average = np.tensordot(c, turned @ turned / g, axes=((1, 3), (0, 1)))
    functions = _root(average, FUNCTION_FLOOR)
    white = np.tensordot(functions, moments.covariance, axes=1)
    white = np.moveaxis(np.tensordot(functions, white, axes=(1, 2)), 0, 2)
    metric = np.einsum("kakb->ab", white) / k * scale[:, None] * scale
    names = [name for name in moments.blocks if name not in WAVES] if len(moments.blocks) > 1 else []
    inverse = np.linalg.inv(functions)
    blocks = {}
    for name in names:
        some = moments.blocks[name]
        blocks[name] = _root(average[some, some], FUNCTION_FLOOR) @ inverse[some]
    return Whitened(
        functions @ moments.mean,
        white,
        moments.nu,
        functions,
        scale[:, None] * _root(metric, GENERATOR_FLOOR),
        blocks,
    )


def span_test(moments: Whitened, theta: FloatArray, tangent: FloatArray | None = None) -> SpanTest:
    """Are the r columns of ``theta`` (G, r) symmetries, up to ``tangent`` (r K, q)?

    ``theta`` in the given generators; the p-value depends on its span alone. ``tangent``: how vec(A theta), in the
    *whitened* functions, direction by direction, moves along parameters that were fitted, at the true moments.

    The fit takes what it can from all functions together (`residual`). What it leaves, R ~ N(0, C), is tested with all
    functions and with each block of few functions alone (`ridge_form`): a breaking of low order, which is what
    is mostly met, is not drowned by the noise of the many random waves, and the waves see the others. The smallest p
    counts (`smallest_p`). The statistics are |F_b R|^2, so that their correlations are known: cov(T_a, T_b) =
    2 |F_a C F_b^T|^2 (Frobenius).
    """
    q, _ = np.linalg.qr(np.linalg.solve(moments.generators, theta))
    mixing = np.linalg.lstsq(theta, moments.generators @ q, rcond=None)[0]
    r, k = theta.shape[1], len(moments.mean)
    values, covariance = moments.along(theta @ mixing)
    if tangent is not None:
        tangent = np.einsum("rkq,rs->skq", tangent.reshape(r, k, -1), mixing).reshape(r * k, -1)
    left = residual(values, covariance, tangent, moments.nu)
    whole = ridge_form(left.covariance, moments.nu)
    typical = np.diag(left.covariance).mean()
    blocks, correlations = {}, []
    square = left.covariance.reshape(r, k, r, k)
    for name, rows in moments.blocks.items():
        some = (left.values.reshape(r, k) @ rows.T).reshape(-1)
        half = np.tensordot(square, rows, axes=(3, 1))  # (r, K, r, b)
        noise = np.tensordot(half, rows, axes=(1, 1)).transpose(0, 3, 1, 2).reshape(len(some), len(some))
        if np.diag(noise).mean() <= NOISELESS**2 * typical:
            # Functions that are invariant under theta, event by event: rounding over rounding tells nothing.
            noise, some = np.zeros_like(noise), np.where(abs(some) > NOISELESS * np.sqrt(typical), some, 0.0)
        form = ridge_form(noise, moments.nu)
        blocks[name] = form.test(some)
        shared = whole.transform @ half.reshape(r * k, len(some)) @ form.transform.T
        correlations.append(_correlation(shared, whole.weights, form.weights))
    blocks[ALL] = whole.test(left.values)
    return SpanTest(smallest_p([tested.log_p for tested in blocks.values()], correlations), blocks, left)


def _correlation(shared: FloatArray, one: FloatArray, other: FloatArray) -> float:
    """Of two sums of squares with these weights, from the covariance of their terms."""
    spread = float(np.linalg.norm(one) * np.linalg.norm(other))
    return min(float((shared**2).sum()) / spread, 1.0) if spread > 0 else 1.0


def _root(matrix: FloatArray, floor: float) -> FloatArray:
    """Symmetric inverse square root, eigenvalues raised by ``floor`` times the largest."""
    values, vectors = np.linalg.eigh(matrix)
    largest = values[-1] if values[-1] > 0 else 1.0
    return np.asarray((vectors * (np.maximum(values, 0.0) + floor * largest) ** -0.5) @ vectors.T)
