"""Events under transformations that act on each four-momentum alike, an own one for every event."""

from __future__ import annotations

from torch import Tensor

__all__ = ["images"]


def images(elements: Tensor, x: Tensor) -> Tensor:
    """h x for ``elements`` (..., m, 5, 5) and rows x (..., N, 4 P): (..., N, 4 P).

    N is a multiple of m: each element moves N / m neighbours.

    >>> import torch
    >>> shift = torch.eye(5)[None]
    >>> shift[0, 0, 4] = 2.0
    >>> images(shift, torch.ones(1, 8)).tolist()
    [[3.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0]]
    """
    m = elements.shape[-3]
    vectors = x.reshape(*x.shape[:-2], m, -1, 4)
    moved = vectors @ elements[..., :4, :4].mT + elements[..., None, :4, 4]
    return moved.reshape(x.shape)
