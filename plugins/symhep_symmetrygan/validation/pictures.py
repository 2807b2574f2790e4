"""Rows of events and of their images as classifiers see them, differentiable in the maps."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.members import Members
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["Pictures", "pictures_of", "with_spectators"]

FloatArray = npt.NDArray[np.float64]


class Pictures(Protocol):
    """Columns of events (R, C, B), and of their images under E maps."""

    #: (E, rows, columns) single precision: what `fake` is differentiable in.
    maps: Tensor

    def real(self, x: Tensor) -> Tensor:
        """Events as the networks see them."""
        ...

    def fake(self, x: Tensor) -> Tensor:
        """Images as the networks see them."""
        ...

    def judged(self, maps: Tensor, columns: Tensor) -> Tensor:
        """Images of events (C + 1, B) with ones below, under ``maps`` that replace its own."""
        ...

    def along(self, moved: FloatArray) -> FloatArray:
        """(E, G, rows, columns) how ``maps`` change where the elements change by ``moved`` (E, G, D, D + 1)."""
        ...


class RowPictures:
    """Rows with unit covariance."""

    def __init__(self, sample: Sample, elements: FloatArray) -> None:
        turn = whitening(sample)
        self.before = turn.float()
        maps = torch.from_numpy(elements[:, :-1]).to(sample.x.device)
        self._after, self._shift = (turn @ maps[:, :, :-1]).float(), (turn @ maps[:, :, -1:]).float()
        self.maps = torch.cat([self._after, self._shift], 2)

    def real(self, x: Tensor) -> Tensor:
        """See `Pictures`."""
        return self.before @ x

    def fake(self, x: Tensor) -> Tensor:
        """See `Pictures`."""
        return torch.baddbmm(self._shift, self._after, x)

    def judged(self, maps: Tensor, columns: Tensor) -> Tensor:
        """See `Pictures`."""
        return maps @ columns

    def along(self, moved: FloatArray) -> FloatArray:
        """See `Pictures`."""
        return np.asarray(np.einsum("hi,egik->eghk", self.before.double().cpu().numpy(), moved))


class MemberPictures:
    """Rows of members: the networks widen them for themselves."""

    def __init__(self, members: Members, elements: FloatArray, device: torch.device) -> None:
        self._members = members
        self.maps = torch.from_numpy(elements[:, :-1]).to(device).float()

    def real(self, x: Tensor) -> Tensor:
        """See `Pictures`."""
        return x

    def fake(self, x: Tensor) -> Tensor:
        """See `Pictures`."""
        return self._moved(self.maps, x)

    def judged(self, maps: Tensor, columns: Tensor) -> Tensor:
        """See `Pictures`."""
        return self._moved(maps, columns[:-1].expand(len(maps), -1, -1))

    def along(self, moved: FloatArray) -> FloatArray:
        """See `Pictures`."""
        return moved

    def _moved(self, maps: Tensor, x: Tensor) -> Tensor:
        return self._members.image(x.mT, maps[..., :-1], maps[..., -1]).mT


def pictures_of(sample: Sample, elements: FloatArray) -> Pictures:
    """For ``elements`` (E, D + 1, D + 1) on the rows of a sample, or (E, d + 1, d + 1) on its members."""
    if sample.members is None:
        return RowPictures(sample, elements)
    return MemberPictures(sample.members, elements, sample.x.device)


def with_spectators(matrices: FloatArray, sample: Sample, *, element: bool) -> FloatArray:
    """Homogeneous matrices (M, D + 1, D + 1) as they act on rows of D + S numbers, of which the last S stay.

    ``element``: of the group, else generators. On members they act as they are.

    >>> x = torch.zeros(5, 1)
    >>> with_spectators(np.array([[[2.0, 3.0], [0.0, 1.0]]]), Sample(x, x[:, 0], beside=x), element=True).tolist()
    [[[2.0, 0.0, 3.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]
    """
    if sample.members is not None or sample.beside is None:
        return matrices
    d, size = sample.x.shape[1], sample.width
    whole = np.zeros((len(matrices), size + 1, size + 1))
    whole[:, :d, :d], whole[:, :d, -1] = matrices[:, :d, :d], matrices[:, :d, d]
    if element:
        whole[:, range(d, size), range(d, size)] = 1.0
        whole[:, -1, -1] = 1.0
    return whole
