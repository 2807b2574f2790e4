"""Is an oracle a quadratic form, or the root of one? Asked of the function itself."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from symhep_oracle.oracles.interface import DOUBLE

__all__ = ["quadratic_form"]


def quadratic_form(
    function: Callable[[Tensor], Tensor], x: Tensor, precision: float = DOUBLE
) -> tuple[Tensor, bool] | None:
    """Q with phi(x) = x^T Q x, or phi(x) = sqrt(x^T Q x), on the points (N, D); None if it is neither.

    Q comes from polarisation, 2 Q_ij = phi(e_i + e_j) - phi(e_i) - phi(e_j); then it must reproduce the
    values at the points up to rounding (``precision`` times the number of terms). The second entry says
    whether the root is meant.

    >>> x = torch.tensor([[3.0, 4.0], [1.0, -2.0]], dtype=torch.float64)
    >>> form, root = quadratic_form(lambda x: x.norm(dim=-1, keepdim=True), x)
    >>> bool(torch.allclose(form, torch.eye(2, dtype=torch.float64))), root
    (True, True)
    >>> quadratic_form(lambda x: x.abs().sum(dim=-1, keepdim=True), x) is None
    True
    """
    values = function(x)
    if values.shape[-1] != 1:
        return None
    size = x.shape[1]
    unit = torch.eye(size, dtype=x.dtype, device=x.device)
    corners = (unit[:, None] + unit).flatten(0, 1)
    for root in (False, True):
        if root and bool((values < 0).any()):
            return None
        power = 2 if root else 1
        single = function(unit)[:, 0] ** power
        double = (function(corners)[:, 0] ** power).view(size, size)
        form = (double - single[:, None] - single) / 2
        expected = ((x @ form) * x).sum(1)
        # Rounding of a sum of size^2 products, each formed from values known to `precision`.
        reach = x.square().sum(1) * form.abs().sum()
        if bool(((values[:, 0] ** power - expected).abs() <= 8 * precision * size * reach).all()):
            return form, root
    return None
