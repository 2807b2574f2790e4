"""The loss of a transformation when the discriminator is the best there is."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.landscape.mixture import Mixture

__all__ = ["LOG_4", "REACH", "STEP", "analytic_loss"]

#: Loss of a symmetry, 2 ln 2.
LOG_4 = 2 * math.log(2)
#: Standard deviations of each Gaussian that are integrated over: exp(-REACH^2 / 2) is 4e-12.
REACH = 7.25
#: Distance of nodes in units of the narrowest Gaussian.
STEP = 0.35
#: Below this smallest singular value of the whitened matrix g has no inverse, to rounding.
SINGULAR = 1e-9
#: Numbers of an intermediate array.
BLOCK = 1 << 21

FloatArray = npt.NDArray[np.float64]


def analytic_loss(density: Mixture, matrices: Tensor, translations: Tensor, step: float = STEP) -> Tensor:
    """L(g) for g(x) = A x + b, (..., D, D) and (..., D) -> (...), differentiable, in float64; D is one or two.

    Eq. (14) of Desai, Nachman and Thaler 2022 with the d_* of eq. (15) put in. With q the density of g(x) it is

        L = - int [p ln(p / (p + q)) + q ln(q / (p + q))] dx = 2 ln 2 - 2 JSD(p, q),

    from 2 ln 2, exactly for a symmetry, down to 0, where p and q do not meet. A bijection changes no Jensen-Shannon
    divergence, so p and the density p(g(x)) |g'(x)| of eq. (14) have the same.

    The integrand is at most 2 ln 2 max(p, q) and vanishes where one of the two does. Axes are chosen for every g such
    that the covariance of p is one and that of q diagonal; nodes are evenly spaced over what the two have in common,
    ``step`` times the narrowest Gaussian of either apart, and all weigh the same (trapezoids): for integrands that are
    analytic and vanish at both ends the error falls exponentially with 1 / ``step``. It is below 1e-7 at the default.

    >>> line = Mixture.of([[0.5]], [[[1.0]]])
    >>> slopes, shifts = torch.tensor([1.0, -1.0, 0.0]).double(), torch.tensor([0.0, 1.0, 1.0]).double()
    >>> (analytic_loss(line, slopes[:, None, None], shifts[:, None]) / math.log(2)).numpy().round(9).tolist()
    [2.0, 2.0, 0.0]
    """
    size = density.size
    if size > 2:
        raise ValueError(f"the loss can be integrated in one or two dimensions, not in {size}")
    root = np.linalg.cholesky(density.covariance)
    white = density.moved(np.linalg.inv(root), -np.linalg.solve(root, density.mean))
    to, back = torch.as_tensor(np.linalg.inv(root)), torch.as_tensor(root)
    mean = torch.as_tensor(density.mean)
    shape = matrices.shape[:-2]
    a = to @ matrices.double() @ back
    b = (translations.double() + (matrices.double() @ mean) - mean) @ to.mT
    a, b = a.reshape(-1, size, size), b.reshape(-1, size)
    nodes = _nodes(white, step)
    chunk = max(1, BLOCK // (nodes**size * len(white.weights)))
    parts = [
        _whitened(white, m, t, nodes)
        for m, t in zip(torch.split(a, chunk), torch.split(b, chunk), strict=True)
    ]
    return torch.cat(parts).reshape(shape)


def _nodes(white: Mixture, step: float) -> int:
    """Of each axis: as many as the longest axis needs."""
    spread = np.sqrt(np.linalg.eigvalsh(white.covariances))
    longest = 2 * float((np.linalg.norm(white.means, axis=1) + REACH * spread[:, -1]).max())
    return math.ceil(longest / (step * float(spread.min())))


def _whitened(white: Mixture, a: Tensor, b: Tensor, nodes: int) -> Tensor:
    """Losses (B,) of A (B, D, D) and b (B, D) for a density of mean zero and covariance one."""
    size = white.size
    with torch.no_grad():  # where the nodes lie changes the integral by its error only
        left, s, right = torch.linalg.svd(a)
        low, high = _common(white, left, s, right, b)
        sound = (s[:, -1] > SINGULAR) & (high > low).all(-1)
        cell = torch.where(sound[:, None], (high - low) / nodes, 1.0)
        steps = torch.arange(nodes, dtype=torch.float64) + 0.5
        grid = torch.stack(torch.meshgrid(*[steps] * size, indexing="ij"), -1).reshape(-1, size)
        x = (torch.where(sound[:, None], low, 0.0)[:, None] + grid * cell[:, None]) @ left.mT
        volume = cell.prod(-1)
    safe = torch.where(sound[:, None, None], a, torch.eye(size, dtype=torch.float64))
    inverse, jacobian = torch.linalg.inv(safe), torch.linalg.det(safe).abs()
    tiny = torch.finfo(torch.float64).tiny  # 0 ln 0 is 0, and so is its slope
    p = white.density(x) + tiny
    q = white.density((x - b[:, None]) @ inverse.mT) / jacobian[:, None] + tiny
    both = p + q
    loss = (both * both.log() - p * p.log() - q * q.log()).sum(-1) * volume
    return torch.where(sound, loss, 0.0)


def _common(white: Mixture, left: Tensor, s: Tensor, right: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Ends (B, D) of what p and q have in common, along the axes ``left`` (columns), in which A = U diag(s) V^T."""
    p = _ends(white, left.mT)
    q = _ends(white, right)
    shift = (b[:, None] @ left)[:, 0]
    return torch.maximum(p[0], s * q[0] + shift), torch.minimum(p[1], s * q[1] + shift)


def _ends(white: Mixture, axes: Tensor) -> tuple[Tensor, Tensor]:
    """Least and greatest coordinate along ``axes`` (B, D, D), as rows, that any Gaussian reaches: (B, D) each."""
    centre = axes @ torch.as_tensor(white.means).mT  # (B, D, K)
    covariances = torch.as_tensor(white.covariances)
    reach = REACH * torch.einsum("bdi,kij,bdj->bdk", axes, covariances, axes).sqrt()
    return (centre - reach).amin(-1), (centre + reach).amax(-1)
