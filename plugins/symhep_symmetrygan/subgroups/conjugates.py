"""Subalgebras moved by a group element: classes of the catalogue, anywhere and with any parameters, as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.lie.groups.family import Streams
from symhep.lie.notation import Rows
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass

__all__ = ["Conjugated", "Member", "at_lab", "members"]

FloatArray = npt.NDArray[np.float64]

#: Largest component of the rapidity of a conjugation. Far boosts are contractions to other classes.
RAPIDITY = 1.5
#: Range of parameters such as the pitch of a screw; beyond are other classes, those where it is zero or infinite.
SMALLEST, LARGEST = 0.1, 10.0
#: Continuous parameters that a class has at most.
MOST_PARAMETERS = 4
#: Width of the start of boosts and shifts.
NEAR = 0.3


@dataclass(frozen=True, eq=False)
class Member:
    """A class with its signs chosen, and the signs that its other parameters have.

    ``signs`` (of the parameters that are signs), ``turned`` (Q,) signs of the continuous ones, ``rows`` the generators
    as a family in these.
    """

    of: SubgroupClass
    signs: tuple[float, ...]
    turned: FloatArray
    rows: Rows


def members(c: SubgroupClass) -> list[Member]:
    """All choices of signs: discrete ones, and of parameters that may be positive or negative.

    >>> from symhep.lie.subgroups import lorentz_subgroups
    >>> [m.turned.tolist() for m in members(lorentz_subgroups()["four-screw"])]
    [[1.0], [-1.0]]
    """
    choices = [np.zeros(0)]
    for parameter in c.continuous:
        both = (1.0,) if parameter.domain == "positive" else (1.0, -1.0)
        choices = [np.append(chosen, sign) for chosen in choices for sign in both]
    return [Member(c, signs, turned, rows) for signs, rows in c.signed() for turned in choices]


class Conjugated:
    """R subalgebras c A(p) c^-1, one per member, c = T(b) B(eta) R(omega): turned, then boosted, then shifted.

    Parameters (R, n + Q): omega, eta (components at most 1.5), in the Poincare group b in units of the events' scale,
    then log |p| (|p| in [0.1, 10]). Members with fewer generators or parameters are filled up with zeros.
    """

    def __init__(
        self, catalogue: Catalogue, chosen: Sequence[Member], device: str | torch.device = "cpu"
    ) -> None:
        group = catalogue.group.homogeneous()
        n, k = len(group), max(m.of.dimension for m in chosen)
        q = max(len(m.turned) for m in chosen)
        basis = torch.from_numpy(np.array(group.matrices, np.float64)).to(device)
        constant, slopes = np.zeros((len(chosen), k, n)), np.zeros((len(chosen), q, k, n))
        for r, m in enumerate(chosen):
            constant[r, : m.of.dimension] = m.rows.constant
            slopes[r, : len(m.turned), : m.of.dimension] = m.turned[:, None, None] * m.rows.slopes
        self.members, self.size, self._n = tuple(chosen), n + q, n
        self._basis = basis
        self._constant = torch.from_numpy(constant).to(device)
        self._slopes = torch.from_numpy(slopes).to(device)
        #: (R, k): turns about an axis, wherever it is
        self.compact = torch.from_numpy(
            (np.abs(constant[:, :, :3]).sum(2) > 0)
            & (np.abs(constant[:, :, 3:]).sum(2) == 0)
            & (np.abs(slopes).sum((1, 3)) == 0)
        ).to(device)

    def generators(self, parameters: Tensor) -> Tensor:
        """Homogeneous matrices (R, k, 5, 5), differentiable."""
        n, basis = self._n, self._basis.to(parameters)
        p = parameters[:, n:].clamp(log(SMALLEST), log(LARGEST)).exp()
        rows = self._constant.to(parameters) + torch.einsum("rq,rqkn->rkn", p, self._slopes.to(parameters))
        there = self.elements(parameters)
        return there[:, None] @ torch.einsum("rkn,nij->rkij", rows, basis) @ _inverse(there)[:, None]

    def elements(self, parameters: Tensor) -> Tensor:
        """c, (R, 5, 5)."""
        basis = self._basis.to(parameters)
        eta = RAPIDITY * torch.tanh(parameters[:, 3:6] / RAPIDITY)
        c = _boost(torch.einsum("ra,aij->rij", eta, basis[3:6]), eta) @ _turn(
            torch.einsum("ra,aij->rij", parameters[:, :3], basis[:3]), parameters[:, :3]
        )
        if self._n == 6:
            return c
        return c + torch.einsum("ra,aij->rij", parameters[:, 6:10], basis[6:10])

    def values(self, parameters: Tensor, r: int) -> dict[str, float]:
        """Class parameters of replica r by name, in units of the scale."""
        m = self.members[r]
        p = parameters[r, self._n :].double().clamp(log(SMALLEST), log(LARGEST)).exp().cpu().numpy()
        given = iter(m.signs), iter(m.turned * p[: len(m.turned)])
        return {a.name: float(next(given[a.domain != "sign"])) for a in m.of.parameters}

    def initial(self, streams: Streams) -> Tensor:
        """Any direction, boosts and shifts of 0.3, parameters around one, (R, n + Q)."""
        turns = pi * (2 * streams.uniform(3) - 1)
        places = NEAR * streams.normal(self._n - 3)
        return torch.cat([turns, places, streams.normal(MOST_PARAMETERS)[:, : self.size - self._n]], 1)

    def subset(self, rows: Sequence[int], catalogue: Catalogue) -> Conjugated:
        """Some of the replicas."""
        return Conjugated(catalogue, [self.members[r] for r in rows], self._basis.device)


def _boost(generator: Tensor, rapidity: Tensor) -> Tensor:
    """exp K for K of rapidity eta, K^3 = eta^2 K: 1 + sinh(eta)/eta K + (cosh(eta) - 1)/eta^2 K^2."""
    half = _length(rapidity) / 2
    first, second = (2 * half).sinh() / (2 * half), (half.sinh() / half).square() / 2
    return _quadratic(generator, first, second)


def _turn(generator: Tensor, angle: Tensor) -> Tensor:
    """exp J for J of angle omega, J^3 = -omega^2 J: 1 + sin(omega)/omega J + (1 - cos(omega))/omega^2 J^2."""
    half = _length(angle) / 2
    first, second = (2 * half).sin() / (2 * half), (half.sin() / half).square() / 2
    return _quadratic(generator, first, second)


def _length(vector: Tensor) -> Tensor:
    return (vector.square().sum(-1) + 1e-24).sqrt()[:, None, None]


def _quadratic(matrix: Tensor, first: Tensor, second: Tensor) -> Tensor:
    one = torch.eye(5, dtype=matrix.dtype, device=matrix.device)
    return one + first * matrix + second * (matrix @ matrix)


def _inverse(c: Tensor) -> Tensor:
    """Of (L, b; 0, 1) with L in the Lorentz group: L^-1 = g L^T g."""
    signs = c.new_tensor([1.0, -1.0, -1.0, -1.0])
    linear = signs[:, None] * c[..., :4, :4].mT * signs
    top = torch.cat([linear, -linear @ c[..., :4, 4:]], -1)
    return torch.cat([top, c[..., 4:, :]], -2)


def at_lab(catalogue: Catalogue, label: str) -> FloatArray:
    """Homogeneous matrix (1, 5, 5) of one generator of the group where the catalogue has it."""
    return np.array(catalogue.group.homogeneous()[label], np.float64)[None]
