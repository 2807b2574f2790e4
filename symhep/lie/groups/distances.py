"""How far apart group elements, or spans of generators, are; in torch, batched, with gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups.logarithm import logarithm

__all__ = ["chordal", "geodesic", "grassmann_distance", "principal_angles"]


def chordal(first: Tensor, second: Tensor) -> Tensor:
    """``||A - B||``, the Frobenius norm.

    For rotations by angles theta_i apart it is sqrt(sum_i 8 sin^2(theta_i / 2)), at most 2 sqrt(d).

    Parameters
    ----------
    first, second
        (..., d, d).

    Returns
    -------
    Tensor
        (...).

    Examples
    --------
    >>> chordal(torch.eye(4), -torch.eye(4)).item()
    4.0
    """
    return torch.linalg.matrix_norm(first - second)


def geodesic(first: Tensor, second: Tensor) -> Tensor:
    """``||log(A^-1 B)||``, the Frobenius norm.

    Left-invariant, and on compact groups the length of the shortest path; a rotation by theta in one plane is sqrt(2)
    theta long.

    Parameters
    ----------
    first, second
        (..., d, d).

    Returns
    -------
    Tensor
        (...); NaN where A^-1 B has no principal logarithm (`logarithm`), so between components.

    Examples
    --------
    >>> turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64)
    >>> round(geodesic(torch.eye(2, dtype=torch.float64), turn).item() / 2**0.5, 12) == round(torch.pi / 2, 12)
    True
    """
    return torch.linalg.matrix_norm(logarithm(torch.linalg.solve_ex(first, second).result))


def principal_angles(first: Tensor, second: Tensor) -> Tensor:
    """Principal angles between the spans of real bases.

    The formula of `symhep.lie.spans.principal_angles`, exact to rounding for small angles too.

    Parameters
    ----------
    first, second
        (..., G, d, d) and (..., H, d, d), each linearly independent. Complex matrices: `symhep.lie.bases.realify` them
        first.

    Returns
    -------
    Tensor
        (..., min(G, H)) in radians, ascending.

    Examples
    --------
    >>> x, tilted = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[1.0, 1e-6]]])
    >>> f"{principal_angles(x, tilted).item():.4g}"
    '1e-06'
    """
    one, two = (torch.linalg.qr(basis.flatten(-2).mT).Q for basis in (first, second))
    large, small = (one, two) if one.shape[-1] >= two.shape[-1] else (two, one)
    inside = large.mT @ small
    cosines = torch.linalg.svdvals(inside)
    sines = torch.linalg.svdvals(small - large @ inside)
    return torch.atan2(sines.flip(-1), cosines)


def grassmann_distance(first: Tensor, second: Tensor) -> Tensor:
    """sqrt(sum theta_i^2) over the `principal_angles` of two bases of equal size.

    Parameters
    ----------
    first, second
        (..., G, d, d).

    Returns
    -------
    Tensor
        (...) in radians.

    Raises
    ------
    ValueError
        For different sizes; the angles alone then say how the smaller span lies in the larger one.

    Examples
    --------
    >>> x, y = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.0, 1.0]]])
    >>> round(grassmann_distance(x, y).item(), 6)
    1.570796
    """
    if first.shape[-3] != second.shape[-3]:
        raise ValueError(
            f"spans of different dimensions {first.shape[-3]} and {second.shape[-3]}; compare them with "
            "principal_angles"
        )
    return torch.linalg.vector_norm(principal_angles(first, second), dim=-1)
