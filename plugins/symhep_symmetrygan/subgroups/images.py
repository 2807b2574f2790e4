"""Events under transformations that act on each four-momentum alike, an own one for every event."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_symmetrygan.sample import Sample

__all__ = ["images", "moved_rows"]


def images(elements: Tensor, x: Tensor) -> Tensor:
    """h x for ``elements`` (..., m, 5, 5) and rows x (..., N, 4 P): (..., N, 4 P).

    N is a multiple of m: each element moves N / m neighbours.

    >>> shift = torch.eye(5)[None]
    >>> shift[0, 0, 4] = 2.0
    >>> images(shift, torch.ones(1, 8)).tolist()
    [[3.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0]]
    """
    m = elements.shape[-3]
    vectors = x.reshape(*x.shape[:-2], m, -1, 4)
    moved = vectors @ elements[..., :4, :4].mT + elements[..., None, :4, 4]
    return moved.reshape(x.shape)


def moved_rows(elements: Tensor, rows: Tensor, sample: Sample) -> Tensor:
    """The same of rows (..., N, D + S) of ``sample``: what no transformation changes stays, and so do empty places."""
    acted = sample.x.shape[1]
    if sample.beside is None:
        return images(elements, rows)
    moved = images(elements, rows[..., :acted])
    if sample.members is not None:
        there = sample.members.there(sample.members.split(rows)[1])
        moved = moved * there.flatten(-2)
    return torch.cat([moved, rows[..., acted:]], -1)
