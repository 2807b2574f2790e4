"""Positions of subgroups, moved to where random elements change the events least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy.linalg import solve_triangular
from torch import Tensor

from symhep.lie.subgroups.catalogue import Catalogue
from symhep.stats.residual_forms import RIDGE
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.subgroups.comparison import Comparison
from symhep_symmetrygan.subgroups.conjugates import Conjugated, Member
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements
from symhep_symmetrygan.validation.difference import unpaired_covariance
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["STEP", "Positions"]

FloatArray = npt.NDArray[np.float64]

#: Events that are looked at, and how many of them share an element.
EVENTS, SHARED = 8192, 32
#: Step of numerical derivatives, in radians, rapidities, and units of the scale.
STEP = 1e-3
#: Length of a step of the search.
STRIDE = 0.3
DAMPING, HARDER, EASIER, HARDEST = 0.1, 5.0, 0.2, 1e6
#: A step that gains less chi^2 is the last.
CLOSE = 1e-2


class Positions:
    """The quality Q = D^T W D of positions on the training events, D = E[f(x) - f(h x)].

    W is the inverse of the covariance that D has for independent x and h x, with a ridge: one function for all
    subgroups. The random numbers behind h are the same at each evaluation, so that Q is smooth.
    """

    def __init__(self, waves: Waves, sample: Sample, catalogue: Catalogue, rng: np.random.Generator) -> None:
        self._comparison = Comparison(waves, sample, SHARED, EVENTS)
        self._catalogue, self._device = catalogue, sample.x.device
        covariance = unpaired_covariance(waves, sample)
        lower = np.linalg.cholesky(covariance + RIDGE * np.diag(covariance).mean() * np.eye(len(covariance)))
        self._root = solve_triangular(lower, np.eye(len(lower)), lower=True)
        shape = (self._comparison.groups, 10)
        self._draws = Draws.of(
            torch.from_numpy(rng.uniform(size=shape)).to(sample.x),
            torch.from_numpy(rng.normal(size=shape)).to(sample.x),
        )

    def means(self, subgroups: Conjugated, parameters: Tensor) -> FloatArray:
        """D (R, K)."""
        found = np.concatenate(
            [self._comparison.means(h[None]) for h in self._elements(subgroups, parameters)]
        )
        return np.asarray(np.nan_to_num(found, nan=1.0))  # beyond the domain of the exponential

    def qualities(self, chosen: Sequence[Member], parameters: Tensor) -> FloatArray:
        """Q (R,) of members at their parameters (R, n + Q)."""
        subgroups = Conjugated(self._catalogue, chosen, self._device)
        return np.asarray(
            ((self.means(subgroups, parameters[:, : subgroups.size]) @ self._root.T) ** 2).sum(1)
        )

    def tangent(self, member: Member, parameters: Tensor) -> tuple[FloatArray, FloatArray]:
        """D (K,) and its derivative (K, n + Q) at one position (n + Q,)."""
        means = self.means(*self.around(member, parameters))
        return means[0], (means[1:] - means[0]).T / STEP

    def around(self, member: Member, parameters: Tensor) -> tuple[Conjugated, Tensor]:
        """A position, and one a step away along each parameter."""
        size = copies_of(self._catalogue, member)
        copies = Conjugated(self._catalogue, [member] * (size + 1), self._device)
        places = parameters[None, :size].repeat(size + 1, 1)
        places[1:] += STEP * torch.eye(size, dtype=places.dtype, device=places.device)
        return copies, places

    def _elements(self, subgroups: Conjugated, parameters: Tensor) -> Iterator[Tensor]:
        """h (m, 5, 5) of each replica."""
        k = subgroups.compact.shape[1]
        draws = Draws(self._draws.uniform[:, :k], self._draws.normal[:, :k])
        for x, compact in zip(subgroups.generators(parameters), subgroups.compact, strict=True):
            yield random_elements(x, compact, draws)

    def refined(self, member: Member, parameters: Tensor, steps: int = 10) -> Tensor:
        """The position after some steps of Levenberg and Marquardt that lower Q."""
        size = copies_of(self._catalogue, member)
        theta, damping = parameters[:size].double().clone(), DAMPING
        values, slopes = self.tangent(member, theta)
        r, jacobian = self._root @ values, self._root @ slopes
        for _ in range(steps):
            normal = jacobian.T @ jacobian
            scale = damping * np.diag(normal) + 1e-6 * np.diag(normal).max(initial=1e-12)
            step = -np.linalg.solve(normal + np.diag(scale), jacobian.T @ r)
            step *= min(1.0, STRIDE / max(float(np.linalg.norm(step)), 1e-12))
            trial = theta + torch.from_numpy(step).to(theta)
            values, slopes = self.tangent(member, trial)
            new = self._root @ values
            gain = float(r @ r - new @ new)
            if gain > 0:
                theta, r, jacobian, damping = trial, new, self._root @ slopes, damping * EASIER
                if gain < CLOSE:
                    break
            else:
                damping *= HARDER
                if damping > HARDEST:
                    break
        return theta


def copies_of(catalogue: Catalogue, member: Member) -> int:
    """Parameters of one member: n + Q."""
    return len(catalogue.group) + len(member.turned)
