"""Vector fields v_a(x) = W_a x + b_a that act on all vectors of an event alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.lie.generators import Generators
from symhep_moments.places import Places

__all__ = ["LinearFields", "columnwise", "divergences", "growths"]


def columnwise(x: Tensor) -> Tensor:
    """The same events (n, P, D), laid out with the numbers of one column side by side: (D, P, n) in memory.

    Sums over events and functions of them then run along the memory. All test functions take and give any layout;
    given this one, they give it.

    >>> columnwise(torch.zeros(5, 2, 4)).stride()
    (1, 5, 10)
    """
    return x.permute(2, 1, 0).contiguous().permute(2, 1, 0)


class LinearFields:
    """v_a of affine ``generators`` (G, d + 1, d + 1).

    They are laid out as `columnwise` says, (G, d, P, n) in memory. With ``places`` events are (n, P, D): components
    that are not there do not move, and neither do members that are not, whatever a translation adds.

    >>> from symhep.lie.bases import poincare
    >>> v = LinearFields(poincare().subset(["J_z", "P_t"]))(torch.tensor([[[5.0, 1.0, 2.0, 3.0]]], dtype=torch.float64))
    >>> v[0, :, 0].tolist()
    [[0.0, -2.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]]
    """

    def __init__(self, generators: Generators, device: str = "cpu", places: Places | None = None) -> None:
        d = generators.vector
        matrices = np.asarray(generators.homogeneous().matrices, dtype=np.float64)
        self._linear = torch.tensor(matrices[:, :d, :d], device=device).reshape(-1, d)  # (G d, d)
        self._shift = torch.tensor(matrices[:, :d, d], device=device).reshape(-1, 1)  # (G d, 1)
        self._count, self._dimension, self._places = len(matrices), d, places

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, d), or (n, P, D), -> (n, G, P, d)."""
        n, p, d = *x.shape[:2], self._dimension
        vectors = x[..., :d].permute(2, 1, 0).reshape(d, p * n)
        v = torch.addmm(self._shift, self._linear, vectors).view(self._count, d, p, n)
        if self._places is not None:
            v.mul_(self._places.there(x).permute(2, 1, 0))
        return v.permute(3, 0, 2, 1)


def divergences(generators: Generators, vectors: int) -> npt.NDArray[np.float64]:
    """div v_a = P tr W_a (G,): the relative growth of volumes in the space of all P vectors.

    >>> from symhep.lie.bases import dilatation
    >>> divergences(dilatation(4), 2).tolist()
    [8.0]
    """
    d = generators.vector
    return np.asarray(vectors * np.trace(generators.matrices[:, :d, :d], axis1=1, axis2=2), dtype=np.float64)


def growths(generators: Generators, x: Tensor, places: Places | None) -> Tensor:
    """div v_a of each event: (n, P, D) -> (n, G) or, the same for all, (G,)."""
    if places is None:
        return torch.as_tensor(divergences(generators, x.shape[1]), device=x.device)
    d = generators.vector
    own = torch.as_tensor(
        np.diagonal(generators.matrices[:, :d, :d].real, axis1=1, axis2=2).copy(), device=x.device
    )
    return torch.einsum("npi,gi->ng", places.there(x), own)
