"""Weight matrices divided by their largest singular value."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

__all__ = ["SpectralNorm"]

#: From the fixed start to the singular vectors of the initial weights.
WARM_UP = 20


class SpectralNorm:
    """W / s with s = u^T W v, u and v followed by one power iteration a step.

    Miyato, Kataoka, Koyama and Yoshida, arXiv:1802.05957, algorithm 1 and eq. (9) to (12). ``raw`` are the matrices
    (R, out, in) that are trained; they are read anew at every `iterate`.

    >>> norm = SpectralNorm([torch.diag(torch.tensor([3.0, 1.0]))[None]])
    >>> norm.start()
    >>> [[round(v, 4) for v in row] for row in norm.normalised()[0][0].tolist()]
    [[1.0, 0.0], [0.0, 0.3333]]
    """

    def __init__(self, raw: Sequence[Tensor]) -> None:
        self._raw = raw
        self._left = [w.new_ones(*w.shape[:2], 1) for w in raw]
        self._right = [w.new_ones(w.shape[0], w.shape[2], 1) for w in raw]

    def start(self) -> None:
        """Find the singular vectors."""
        for _ in range(WARM_UP):
            self.iterate()

    @torch.no_grad()
    def iterate(self) -> None:
        """One power iteration."""
        for w, u, v in zip(self._raw, self._left, self._right, strict=True):
            v.copy_(normalize(w.mT @ u, dim=1))
            u.copy_(normalize(w @ v, dim=1))

    def normalised(self) -> list[Tensor]:
        """The matrices in use."""
        return [w / self._largest(i) for i, w in enumerate(self._raw)]

    @torch.no_grad()
    def pull(self, slopes: Sequence[Tensor]) -> None:
        """Turn derivatives by W / s into those by W, in place: (G - <G, W / s> u v^T) / s."""
        for i, (slope, u, v) in enumerate(zip(slopes, self._left, self._right, strict=True)):
            s = self._largest(i)
            along = (slope * self._raw[i]).sum((1, 2), keepdim=True) / s
            slope.sub_(along * (u @ v.mT)).div_(s)

    def _largest(self, i: int) -> Tensor:
        return self._left[i].mT @ self._raw[i] @ self._right[i]
