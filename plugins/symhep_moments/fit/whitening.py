"""Moments in units in which functions and generators are comparable, and the test of a span of generators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.stats.residual_forms import BlockTest, Residual, residual
from symhep_moments.fit.functions.harmonics import is_harmonic
from symhep_moments.fit.joined_blocks import Part, joined
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.named import Named, Tangent, named_of, split

__all__ = ["ALL", "HARMONICS", "SpanTest", "Whitened", "span_test", "whitened"]

FloatArray = npt.NDArray[np.float64]

#: Relative variance below which a combination of functions is not scaled up further: like RIDGE, it keeps what has
#: hardly any variance, and whose few large values are far from normal, out of the sum.
FUNCTION_FLOOR = 0.01
#: The same for generators, of which none may be lost: it only keeps those that move nothing from a division by zero.
GENERATOR_FLOOR = 1e-6
#: Name of the test with every function but the harmonics; the blocks of random waves have no test of their own.
ALL, WAVES = "all", ("fourier", "members", "pairs")
#: Name of the tests of the harmonics together.
HARMONICS = "harmonics"


@dataclass(frozen=True, eq=False)
class Whitened:
    """Moments whose functions and generators have unit noise on average.

    Attributes
    ----------
    mean
        (K, G) A of the whitened functions and the given generators, without those of harmonics.
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
    named
        Moments of harmonics: none of the K functions, of which a span is fitted, they are only tested.
    """

    mean: FloatArray
    covariance: FloatArray
    nu: float
    functions: FloatArray
    generators: FloatArray
    blocks: Mapping[str, FloatArray]
    named: Named | None = None

    def tangent(self, normal: FloatArray, r: int) -> Tangent:
        """Of vec(A theta) along theta + normal @ delta, delta (G - r, r), noise included."""
        functions = np.asarray(np.kron(np.eye(r), self.mean @ normal), dtype=np.float64)
        return Tangent(functions, None if self.named is None else self.named.tangent(normal, r))

    def along(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """vec(A theta) (r K,) and its covariance, for theta (G, r) of the given generators, direction by direction."""
        k, r = len(self.mean), theta.shape[1]
        half = np.tensordot(self.covariance, theta, axes=(3, 0))  # (K, G, K, r)
        full = np.tensordot(theta, half, axes=(0, 1))  # (r, K, K, r)
        return (self.mean @ theta).T.reshape(-1), full.transpose(0, 1, 3, 2).reshape(r * k, r * k)


@dataclass(frozen=True, eq=False)
class SpanTest:
    """Test of 'these r generators are symmetries'.

    ``log_p`` is that of the smallest p-value of ``blocks``, of which 'harmonics' has the smallest p-value of these, and
    statistic and mean of all of them together; ``orders``: of each. ``residual``: of all whitened functions.
    """

    log_p: float
    blocks: dict[str, BlockTest]
    orders: dict[str, BlockTest]
    residual: Residual


def whitened(moments: Moments) -> Whitened:
    """Scale functions by the noise that they have on average over generators, and generators by theirs over functions.

    With the covariance C of the moments, S_G = sum_k C_kakb / K of generators divided by their own noise, then S_K =
    sum_ab C_kalb (S_G^-1)_ab / G, then S_G again in the whitened functions. Products of spectra, S_K (x) S_G, would
    make the noise of all moments one and independent, were C such a product; that it is not
    is left to the covariance of each test. Units of events, functions and generators drop out. Harmonics stand apart
    (`symhep_moments.fit.named.Named`): with them the test of all functions would have the noise of more.

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
        raise MethodError("moments or their covariance are not finite; remove infinite events or weights")
    every = moments
    moments = _without_harmonics(moments)
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
    units = scale[:, None] * _root(metric, GENERATOR_FLOOR)
    named = named_of(every, units, functions)
    return Whitened(functions @ moments.mean, white, moments.nu, functions, units, blocks, named)


def _without_harmonics(moments: Moments) -> Moments:
    """Those of the other functions, if there are any."""
    which, others = split(moments)
    if not len(which) or not len(others):
        return moments
    blocks, first = {}, 0
    for name, block in moments.blocks.items():
        if not is_harmonic(name):
            size = block.stop - block.start
            blocks[name], first = slice(first, first + size), first + size
    return replace(
        moments,
        mean=moments.mean[others],
        covariance=moments.covariance[others][:, :, others],
        labels=tuple(moments.labels[i] for i in others),
        blocks=blocks,
    )


def span_test(moments: Whitened, theta: FloatArray, tangent: Tangent | None = None) -> SpanTest:
    """Are the r columns of ``theta`` (G, r) symmetries, up to ``tangent``?

    ``theta`` in the given generators; the p-value depends on its span alone. ``tangent``: how vec(A theta), direction
    by direction, moves along parameters that were fitted, at the true moments.

    The fit takes what it can from all functions together, harmonics apart (`residual`). What it leaves, R ~ N(0, C), is
    tested with all functions and with each block of few functions alone (`ridge_form`): a breaking of low order, which
    is what is mostly met, is not drowned by the noise of the many random waves, and the waves see the others. What the
    fit leaves of the harmonics is tested order by order, and with all orders. The smallest p counts
    (`smallest_p`). The statistics are |F_b R|^2, so that their correlations are known: cov(T_a, T_b) =
    2 |F_a C F_b^T|^2 (Frobenius).
    """
    q, _ = np.linalg.qr(np.linalg.solve(moments.generators, theta))
    mixing = np.linalg.lstsq(theta, moments.generators @ q, rcond=None)[0]
    r, k = theta.shape[1], len(moments.mean)
    values, covariance = moments.along(theta @ mixing)
    if tangent is not None:
        tangent = tangent.mixed(mixing)
    left = residual(values, covariance, None if tangent is None else tangent.functions, moments.nu)
    typical = float(np.diag(left.covariance).mean())
    own_rows = {
        name: np.asarray(np.kron(np.eye(r), rows), np.float64) for name, rows in moments.blocks.items()
    }
    parts = [Part(name, rows, typical) for name, rows in own_rows.items()]
    parts.append(Part(ALL, np.eye(r * k), typical))
    if moments.named is None:
        found = joined(left.values, left.covariance, moments.nu, parts)
        return SpanTest(found.log_p(), found.tests, {}, left)
    named, h = moments.named, len(moments.named.mean)
    values, own, shared = named.residual(theta @ mixing, covariance, left, tangent)
    parts = [replace(part, rows=np.pad(part.rows, ((0, 0), (0, r * h)))) for part in parts]
    of_harmonics = np.pad(np.eye(r * h), ((0, 0), (r * k, 0))).reshape(r, h, -1)
    for name, block in named.blocks.items():
        parts.append(Part(name, of_harmonics[:, block].reshape(-1, r * (k + h)), 1.0))
    parts.append(Part(HARMONICS, of_harmonics.reshape(r * h, -1), 1.0))
    found = joined(
        np.concatenate([left.values, values]),
        np.block([[left.covariance, shared.T], [shared, own]]),
        moments.nu,
        parts,
    )
    blocks = {name: test for name, test in found.tests.items() if name not in named.blocks}
    orders = {name: found.tests[name] for name in named.blocks}
    together = blocks.pop(HARMONICS)
    return SpanTest(
        found.log_p(),
        {**blocks, HARMONICS: replace(together, log_p=found.log_p(HARMONICS, *orders))},
        orders | {HARMONICS: together},
        left,
    )


def _root(matrix: FloatArray, floor: float) -> FloatArray:
    """Symmetric inverse square root, eigenvalues raised by ``floor`` times the largest."""
    values, vectors = np.linalg.eigh(matrix)
    largest = values[-1] if values[-1] > 0 else 1.0
    return np.asarray((vectors * (np.maximum(values, 0.0) + floor * largest) ** -0.5) @ vectors.T)
