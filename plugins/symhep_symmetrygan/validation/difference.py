"""By how much a map changes the means of test functions, with covariances and slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import Waves, blocks

__all__ = [
    "Difference",
    "difference",
    "freedom",
    "noise_pull",
    "paired_covariance",
    "unpaired_covariance",
]

FloatArray = npt.NDArray[np.float64]

#: Events from which averages that enter as a correction are taken.
ENOUGH = 4096


@dataclass(frozen=True, eq=False)
class Difference:
    """D = E_w[f(x)] - E_w[f(g x)] of E elements.

    Attributes
    ----------
    values
        (E, K) D.
    tangent
        (E, K, G) derivative of E_w[f(exp(sum_a delta_a T_a) g x)] along delta_a: D falls by it.
    """

    values: FloatArray
    tangent: FloatArray


def difference(waves: Waves, sample: Sample, elements: FloatArray, generators: FloatArray) -> Difference:
    """D and its tangent for homogeneous ``elements`` (E, D + 1, D + 1) and ``generators`` (G, D + 1, D + 1).

    With phi(w; g) = E[exp(i w.g x)]: d phi / d delta_a = i w^T T_a g E[(x, 1) exp(i w.g x)], one matrix product.
    """
    size = elements.shape[-1]
    base = waves.means(sample, np.eye(size)[None])[0, :, -1]
    means = waves.means(sample, elements)
    moved = np.einsum("gij,ejk->egik", generators[:, :-1], elements)
    moments = means[..., :size]
    slope = 1j * np.einsum("fi,egik,efk->efg", waves.frequencies, moved, moments, optimize=True)
    left = base - means[:, :, -1]
    return Difference(_parts(left, 1), _parts(slope, 1))


def _parts(values: npt.NDArray[np.complex128], axis: int) -> FloatArray:
    """Of exp(i w.x): cosines, then sines."""
    return np.concatenate([values.real, values.imag], axis=axis)


def paired_covariance(waves: Waves, sample: Sample, elements: FloatArray) -> FloatArray:
    """Covariance of D, sum_u r_u r_u^T / (sum_n w_n)^2, r_u = sum_(n in u) w_n (d_n - D) over units: (E, K, K).

    d_n = f(x_n) - f(g x_n).
    """
    size = elements.shape[-1]
    k = len(waves)
    if sample.units < len(sample):
        return _covariance_by_unit(waves, sample, elements)
    total = torch.zeros(len(elements), k, k, dtype=torch.float64, device=sample.x.device)
    cross = torch.zeros(len(elements), k, dtype=torch.float64, device=sample.x.device)
    first = torch.zeros_like(cross)
    for rows, weights in blocks(sample):
        before = waves.values(rows, np.eye(size)[None])[0]
        for e in range(len(elements)):
            d = (before - waves.values(rows, elements[e : e + 1])[0]) * weights[:, None]
            total[e] += d.T @ d
            cross[e] += d.T @ weights
            first[e] += d.sum(0)
    weight, squares = float(sample.weights.sum()), float((sample.weights**2).sum())
    mean = (first / weight).cpu().numpy()
    both = mean[:, :, None] * cross.cpu().numpy()[:, None, :]
    outer = squares * mean[:, :, None] * mean[:, None, :]
    return np.asarray((total.cpu().numpy() - both - both.swapaxes(1, 2) + outer) / weight**2)


def _covariance_by_unit(waves: Waves, sample: Sample, elements: FloatArray) -> FloatArray:
    """The same where events share units."""
    size = elements.shape[-1]
    found = np.empty((len(elements), len(waves), len(waves)))
    for e in range(len(elements)):
        parts = [
            (waves.values(rows, np.eye(size)[None])[0] - waves.values(rows, elements[e : e + 1])[0])
            * weights[:, None]
            for rows, weights in blocks(sample)
        ]
        found[e] = _about_mean(sample, torch.cat(parts))
    return found


def _about_mean(sample: Sample, weighted: Tensor) -> FloatArray:
    """Covariance (K, K) of the mean, from w_n d_n (n, K)."""
    sums, weights = sample.by_unit(weighted.double()), sample.by_unit(sample.weights.double())
    left = sums - weights[:, None] * (sums.sum(0) / weights.sum())
    return np.asarray((left.T @ left / weights.sum() ** 2).cpu().numpy())


def noise_pull(
    waves: Waves, sample: Sample, elements: FloatArray, generators: FloatArray, weight: FloatArray
) -> FloatArray:
    """What noise adds to T^T W D on average, W (K, K) the inverse `unpaired_covariance`: (E, G).

    T, W and D come from the same events, and what a single event n adds to one of them goes with what it adds to D,
    d_n = f(x_n) - f(g x_n) less its mean, over N. To order 1/N, with f_n less its mean and equal weights,

        tr(W cov(T_a, D)) + T_a^T cov(W, D)
            = N^-2 sum_n (d_a f(g x_n))^T W d_n - 2 N^-3 sum_n (T_a^T W f_n) (f_n^T W d_n).

    The first term alone makes shrinking maps look good, since f(g x) varies less under them. Of large samples a part
    gives the sums.
    """
    f, size = len(waves.frequencies), elements.shape[-1]
    step = -(-len(sample) // ENOUGH)
    every, sample = sample, sample.every(step)
    found = difference(waves, sample, elements, generators)
    total = float(sample.weights.sum())
    whole, centre, matrix = (
        torch.from_numpy(np.asarray(v)).to(sample.x.device, torch.float32)
        for v in (_parts(waves.means(sample, np.eye(size)[None])[0, :, -1], 0), found.values, weight)
    )
    slopes = torch.zeros(len(elements), f, size, dtype=torch.float64, device=sample.x.device)
    thirds = torch.zeros(len(elements), 2 * f, dtype=torch.float64, device=sample.x.device)
    for rows, weights in blocks(sample):
        before = waves.values(rows, np.eye(size)[None])[0]
        shares = (weights / total)[:, None]
        for e in range(len(elements)):
            after = waves.values(rows, elements[e : e + 1])[0]
            pulled = (before - after - centre[e]) @ matrix
            slopes[e] += waves.gathered(rows, elements[e : e + 1], after, pulled, shares**2)
            once = before - whole
            thirds[e] += (once * shares**3).T @ (pulled * once).sum(1)
    moved = np.einsum("gij,ejk->egik", generators[:, :-1], elements)
    first = np.einsum("fi,egik,efk->eg", waves.frequencies, moved, slopes.cpu().numpy(), optimize=True)
    second = np.einsum("ekg,kl,el->eg", found.tangent, weight, thirds.cpu().numpy(), optimize=True)
    share = sample.effective / every.effective
    share *= sample.repeated  # what copies of an event add goes together
    return np.asarray(share * first - 2 * share**2 * second)


def freedom(sample: Sample) -> float:
    """Degrees of freedom of a covariance sum_u W_u^2 (..): (sum W^2)^2 / sum W^4 - 1, N - 1 for N units alike."""
    squares = sample.unit_weights**2
    return float(squares.sum() ** 2 / (squares**2).sum()) - 1


def unpaired_covariance(waves: Waves, sample: Sample) -> FloatArray:
    """Covariance of D if f(g x) had the law of f(x) but were independent of it: twice that of E_w[f(x)], (K, K)."""
    if sample.units < len(sample):
        parts = [
            waves.values(rows, waves.identity(rows.shape[1] - 1))[0] * weights[:, None]
            for rows, weights in blocks(sample)
        ]
        return 2 * _about_mean(sample, torch.cat(parts))
    k = len(waves)
    total = torch.zeros(k + 1, k + 1, dtype=torch.float64, device=sample.x.device)
    first = torch.zeros(k, dtype=torch.float64, device=sample.x.device)
    for rows, weights in blocks(sample):
        values = waves.values(rows, waves.identity(rows.shape[1] - 1))[0]
        first += weights @ values
        values = torch.cat([values, torch.ones_like(values[:, :1])], 1) * weights[:, None]
        total += values.T @ values
    weight = float(sample.weights.sum())
    mean, moments = (first / weight).cpu().numpy(), total.cpu().numpy()
    both = np.outer(mean, moments[-1, :-1])
    centred = moments[:-1, :-1] - both - both.T + moments[-1, -1] * np.outer(mean, mean)
    return np.asarray(2 * centred / weight**2)
