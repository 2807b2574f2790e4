"""Normalisation (5), orthogonality (6), closure and sparsity (7), with their gradients written out."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_oracle.gradient.options import LossWeights

__all__ = ["AlgebraTerms"]

#: tr(W W^+) = 2 is what (5) asks of every generator.
NORM = 2.0


class AlgebraTerms:
    r"""The terms that know nothing of the oracle, for R replicas of up to G generators.

    With real matrices W_a (w x w), <A, B> = sum of the products of their entries over the multiplicity m
    (1 real, 2 complex, so that <A, B> = Re tr(A B^+)):

    .. math:: h_{norm} \sum_a (<W_a, W_a> - 2)^2 + h_{orth} \sum_{a<b} <W_a, W_b>^2
       + h_{clos} \sum_{a<b} | [W_a, W_b] - \sum_c a_{ab}^c W_c |^2
       + h_{sp} \sum_a \sum_{(jk) \neq (lm)} (W_{jk} W_{lm})_a^2

    With ``closure_power`` 2 the norm of every pair's gap is squared once more. In (7) the entries are the real and
    imaginary parts, all pairs of different ones. A generator beyond its replica's number is zero, and only the
    target 2 has to know of it.

    The structure constants a are parameters (R, P, G), one row per pair, learned beside W as on the slides.
    Solving for them by least squares in every step would converge no faster once the generators are
    orthogonal (the quadratic term in a is then 2 a^2, well conditioned), costs a batched linear solve, and has no
    unique answer where N_g exceeds the number of independent matrices, which the scan must go through.

    Parameters
    ----------
    counts
        (R,) number of generators of each replica; ``groups`` G is the size to which all are padded.
    multiplicity
        m.
    """

    def __init__(
        self, counts: Tensor, groups: int, weights: LossWeights, multiplicity: int, closure_power: int = 1
    ) -> None:
        self.weights, self.multiplicity, self.closure_power = weights, multiplicity, closure_power
        device, double = counts.device, torch.float64
        self.active = torch.arange(groups, device=device) < counts[:, None]  # (R, G)
        self._target = torch.diag_embed(NORM * self.active.to(double)).neg_()
        one = torch.eye(groups, dtype=double, device=device)
        self._loss_weights = weights.normalisation * one + weights.orthogonality / 2 * (1 - one)
        self._slope_weights = 4 * self._loss_weights / multiplicity
        self.first, self.second = torch.triu_indices(groups, groups, 1, device=device)
        self.closing = weights.closure > 0 and groups > 1
        # Row g adds up the slopes of the pairs in which g comes first, or second.
        self._as_first = torch.nn.functional.one_hot(self.first, groups).T.to(double).contiguous()
        self._as_second = torch.nn.functional.one_hot(self.second, groups).T.to(double).contiguous()

    @property
    def pairs(self) -> int:
        """P = G (G - 1) / 2."""
        return len(self.first)

    def add_slopes(
        self, w: Tensor, slope: Tensor, constants: Tensor | None, constants_slope: Tensor | None
    ) -> None:
        """Add d loss / d W to ``slope``, both (R, G, w, w); overwrite d loss / d a, both (R, P, G)."""
        rows, into = w.flatten(2), slope.flatten(2)
        excess = torch.baddbmm(self._target, rows, rows.transpose(1, 2), alpha=1 / self.multiplicity)
        into.baddbmm_(excess.mul_(self._slope_weights), rows)
        if self.closing and constants is not None and constants_slope is not None:
            self._closure_slopes(w, slope, constants, constants_slope)
        if self.weights.sparsity > 0:
            square = rows.square()
            total = square.sum(2, keepdim=True).div_(self.multiplicity)
            factor = 4 * self.weights.sparsity / self.multiplicity
            into.addcmul_(total.sub(square), rows, value=factor)

    def _closure_slopes(self, w: Tensor, slope: Tensor, constants: Tensor, constants_slope: Tensor) -> None:
        replicas, groups, size = w.shape[:3]
        rows, into = w.flatten(2), slope.flatten(2)
        gap, first, second = self._gap(w, constants)
        if self.closure_power == 2:  # d n^2 = 2 n dn with the pair's n = |gap|^2
            gap *= gap.square().sum((1, 2), keepdim=True).mul_(2 / self.multiplicity)
        double_weight = 2 * self.weights.closure / self.multiplicity
        flat = gap.view(replicas, -1, size * size)
        constants_slope.baddbmm_(flat, rows.transpose(1, 2), beta=0, alpha=-double_weight)
        into.baddbmm_(constants.transpose(1, 2), flat, alpha=-double_weight)
        # d <E, [A, B]> / dA = E B^T - B^T E, and / dB = A^T E - E A^T.
        right, left = second.transpose(1, 2), first.transpose(1, 2)
        to_first = torch.bmm(gap, right).baddbmm_(right, gap, alpha=-1)
        to_second = torch.bmm(left, gap).baddbmm_(gap, left, alpha=-1)
        for incidence, part in ((self._as_first, to_first), (self._as_second, to_second)):
            into.baddbmm_(
                incidence.expand(replicas, groups, -1),
                part.view(replicas, -1, size * size),
                alpha=double_weight,
            )

    def _gap(self, w: Tensor, constants: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[W_a, W_b] - sum_c a_c W_c for all pairs, (R P, w, w), with the pairs' members."""
        replicas, _, size = w.shape[:3]
        first = w.index_select(1, self.first).view(-1, size, size)
        second = w.index_select(1, self.second).view(-1, size, size)
        commutator = torch.bmm(first, second).baddbmm_(second, first, alpha=-1)
        gap = commutator.view(replicas, -1, size * size).baddbmm_(constants, w.flatten(2), alpha=-1)
        return gap.view(-1, size, size), first, second

    def values(self, w: Tensor, constants: Tensor | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Normalisation, orthogonality, closure, sparsity, (R,) each, with their weights."""
        rows = w.flatten(2)
        excess = torch.baddbmm(self._target, rows, rows.transpose(1, 2), alpha=1 / self.multiplicity)
        terms = self._loss_weights * excess.square()
        normalisation = torch.diagonal(terms, dim1=1, dim2=2).sum(1)
        closure = torch.zeros_like(normalisation)
        if self.closing and constants is not None:
            gaps = self._gap(w, constants)[0].square().sum((1, 2)).div_(self.multiplicity)
            closure = gaps.pow_(self.closure_power).view(len(w), -1).sum(1).mul_(self.weights.closure)
        square = rows.square()
        total = square.sum(2).div_(self.multiplicity).square_()
        same = square.square_().sum(2).div_(self.multiplicity)
        sparsity = (total - same).sum(1).mul_(self.weights.sparsity)
        return normalisation, terms.sum((1, 2)) - normalisation, closure, sparsity
