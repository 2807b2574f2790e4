"""The invariance loss (4) of many matrices at once, with its gradient, for oracles known and unknown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor

from symhep_oracle.gradient.options import Difference
from symhep_oracle.oracles.layout import Layout

__all__ = ["AnyInvariance", "Invariance", "QuadraticInvariance", "RootInvariance"]

Function = Callable[[Tensor], Tensor]


class Invariance(ABC):
    r"""(4): L_g = sum_n p_n |r_n|^2 with r = (phi(x') - phi(x)) / eps, x' = (1 + eps W_g) x.

    With ``central`` differences r = (phi((1 + eps W) x) - phi((1 - eps W) x)) / (2 eps). The p_n are the
    events' shares, adding up to one. ``automatic`` says whether autograd is needed.
    """

    automatic = False

    @abstractmethod
    def evaluate(self, w: Tensor, slope: Tensor | None = None) -> Tensor:
        """Losses (B,) of the matrices (B, w, w); with ``slope`` (B, w, w) write d L_b / d W_b into it."""


class QuadraticInvariance(Invariance):
    r"""phi(x) = x^T Q x: r_n = x_n^T S x_n with S = ((1 + eps W)^T Q (1 + eps W) - Q) / eps.

    Then L = S_ij M_ijkl S_kl with the data's fourth moments M = sum_n p_n x x x x: an exact polynomial in W
    whose cost does not depend on the number of events. dL/dW = 4 Q W' T with T_ij = M_ijkl S_kl. Central
    differences give S = W^T Q + Q W, without the term in eps.

    >>> x = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    >>> term = QuadraticInvariance(torch.eye(2, dtype=torch.float64), x, torch.full((2,), 0.5).double(), 1e-3)
    >>> rotation = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]], dtype=torch.float64)
    >>> round(term.evaluate(rotation).item() * 1e6, 6)  # |x'|^2 - |x|^2 = eps^2: r = eps
    1.0
    """

    def __init__(
        self, form: Tensor, x: Tensor, shares: Tensor, epsilon: float, difference: Difference = "forward"
    ) -> None:
        self.form, self.epsilon, self.central = form, epsilon, difference == "central"
        outer = (x[:, :, None] * x[:, None, :]).flatten(1)
        self._moments = (outer * shares[:, None]).T @ outer
        self._one = torch.eye(len(form), dtype=form.dtype, device=form.device)

    def evaluate(self, w: Tensor, slope: Tensor | None = None) -> Tensor:
        """(B,)."""
        moved = None if self.central else torch.add(self._one, w, alpha=self.epsilon)
        turned = self.form @ (w if moved is None else moved)
        if moved is None:
            change = turned + turned.transpose(1, 2)
        else:
            size = 1 / self.epsilon
            change = torch.baddbmm(self.form, moved.transpose(1, 2), turned, beta=-size, alpha=size)
        rows = change.flatten(1)
        pulled = rows @ self._moments
        if slope is not None:
            weighted = pulled.view_as(w)
            if moved is None:
                torch.matmul(self.form, weighted, out=slope).mul_(4)
            else:
                slope.baddbmm_(turned, weighted, beta=0, alpha=4)
        return (rows * pulled).sum(1)


class RootInvariance(Invariance):
    r"""phi(x) = sqrt(x^T Q x), the length of the slides where Q = 1.

    phi(x')^2 = <(1 + eps W)^T Q (1 + eps W), x x^T>, so the data enter as the outer products x x^T, made once:
    two matrix products per step, and dL/dW = 2 Q W' sum_n p_n r_n / phi(x'_n) x_n x_n^T.
    """

    def __init__(
        self, form: Tensor, x: Tensor, shares: Tensor, epsilon: float, difference: Difference = "forward"
    ) -> None:
        self.form, self.epsilon, self.central = form, epsilon, difference == "central"
        self._outer = (x[:, :, None] * x[:, None, :]).flatten(1)
        self._outer_by_event = self._outer.T.contiguous()
        self._twice_shares = 2 * shares
        self._values = (self._outer @ form.flatten()).sqrt()
        self._one = torch.eye(len(form), dtype=form.dtype, device=form.device)

    def evaluate(self, w: Tensor, slope: Tensor | None = None) -> Tensor:
        """(B,)."""
        ahead, turned_ahead = self._lengths(w, self.epsilon)
        if self.central:
            behind, turned_behind = self._lengths(w, -self.epsilon)
            change = (ahead - behind).div_(2 * self.epsilon)
            sides = [(ahead, turned_ahead, 0.5), (behind, turned_behind, 0.5)]
        else:
            change = (ahead - self._values).div_(self.epsilon)
            sides = [(ahead, turned_ahead, 1.0)]
        weighted = change * self._twice_shares
        if slope is not None:
            for number, (lengths, turned, share) in enumerate(sides):
                spread = (torch.div(weighted, lengths) @ self._outer).view_as(w)
                slope.baddbmm_(turned, spread, beta=min(number, 1), alpha=share)
        return (weighted * change).sum(1).div_(2)

    def _lengths(self, w: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
        """phi(x') (B, N), and Q (1 + eps W)."""
        moved = torch.add(self._one, w, alpha=epsilon)
        turned = self.form @ moved
        return (torch.bmm(moved.transpose(1, 2), turned).flatten(1) @ self._outer_by_event).sqrt_(), turned


class AnyInvariance(Invariance):
    """Any function of P vectors: values and vector-Jacobian products by automatic differentiation.

    dL/dW = sum_n (d L / d x'_n) eps x_n^T, summed over the vectors of the event.
    """

    automatic = True

    def __init__(
        self,
        function: Function,
        layout: Layout,
        x: Tensor,
        shares: Tensor,
        epsilon: float,
        difference: Difference = "forward",
    ) -> None:
        self.function, self.layout, self.epsilon = function, layout, epsilon
        self.central = difference == "central"
        self._shares = shares[:, None, None]
        self._vectors = layout.split(x).flatten(0, 1)  # (N P, w)
        self._turned = self._vectors.T.contiguous()
        self._one = torch.eye(layout.width, dtype=x.dtype, device=x.device)[:, None]
        self._values = function(x).detach()[:, None]

    def evaluate(self, w: Tensor, slope: Tensor | None = None) -> Tensor:
        """(B,)."""
        steps = (self.epsilon, -self.epsilon) if self.central else (self.epsilon,)
        points = [self._moved(w, step).requires_grad_(slope is not None) for step in steps]
        with torch.set_grad_enabled(slope is not None):
            values = [self.function(p) for p in points]
        before = values[1].detach() if self.central else self._values
        change = (values[0].detach() - before).mul_(1 / (steps[0] - steps[-1] if self.central else steps[0]))
        weighted = change * self._shares
        if slope is not None:
            # dL / dphi(x') = 2 p r / eps (half of it on each side of a central difference), dx' / dW = +- eps x.
            pull = weighted * (1 if self.central else 2)
            slopes = torch.autograd.grad(values, points, [pull] * len(values))
            total = slopes[0] + slopes[1] if self.central else slopes[0]
            vectors, width = self.layout.vectors, self.layout.width
            by_vector = total.view(-1, len(w), vectors, width).transpose(1, 2)
            product = self._turned @ by_vector.reshape(len(self._vectors), -1)
            slope.copy_(product.view(width, len(w), width).permute(1, 2, 0))  # [j, b, i] = sum of slope_i x_j
        return (weighted * change).sum((0, 2))

    def _moved(self, w: Tensor, epsilon: float) -> Tensor:
        """(1 + eps W_b) x_n as (N, B, D): one matrix product for all matrices."""
        vectors, width = self.layout.vectors, self.layout.width
        together = torch.add(self._one, w.permute(2, 0, 1), alpha=epsilon).reshape(width, -1)
        moved = (self._vectors @ together).view(-1, vectors, len(w), width)
        return moved.transpose(1, 2).reshape(-1, len(w), vectors * width)
