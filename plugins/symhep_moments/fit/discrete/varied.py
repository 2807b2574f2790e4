"""Discrete elements of a simulation with systematic variations: moments with a covariance, and asymmetries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.copies import independent, units_or_none
from symhep.hypotheses.bounds.region import Quantity
from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom
from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import Context
from symhep.methods.p_values import PKind
from symhep_moments.fit.conditional.strengths import Strength
from symhep_moments.fit.conditional.varied import Under
from symhep_moments.fit.discrete.by_moments import columns_of
from symhep_moments.fit.discrete.element_means import ElementMeans, means_of_all
from symhep_moments.fit.discrete.element_reading import ElementReading
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.ratio_asymmetries import largest_asymmetries, moved_sizes
from symhep_moments.fit.discrete.rows import body_names
from symhep_moments.fit.discrete.surface import surface_test
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.joined_blocks import Part, joined
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = ["varied_discrete_tests"]

FloatArray = npt.NDArray[np.float64]

#: Events that are looked at together.
CHUNK = 8192
#: Functions with less than this part of the largest mean square are changed by rounding alone.
UNCHANGED = 1e-18
#: Functions whose signs agree but for this count once.
SAME = 1e-9
#: How sizes are obtained.
NAMED = "mean sign, simultaneous over all predefined observables of all elements, with systematic variations"


def varied_discrete_tests(
    events: Events,
    variations: Sequence[VariedEvents],
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    level: float = 0.05,
    delta: float | None = None,
    moved: dict[str, tuple[FloatArray, FloatArray]] | None = None,
    context: Context | None = None,
    read: ElementReading | None = None,
) -> tuple[DiscreteElement, ...]:
    """Test ``elements`` of ``frame`` on a simulation with ``variations``.

    A finite reference of images is that of the nominal simulation: nothing says how a nuisance parameter would turn
    images. So the means of h = f - (mean of f over the images), f as in the plain test of moments, are compared with
    their covariance, by units, plus one D D^T for each nuisance parameter; of alternatives without a parameter the
    largest p-value counts. What is learned (networks, nearest neighbours) has no part in it. Asymmetries of predefined
    observables are the mean signs of f(x) - f(g x), with the same terms; their intervals are normal.
    ``moved`` is filled with `moved_sizes`.

    Where the events in memory are a subsample, means and how they move are those of all events, read where ``context``
    says, or ``read`` with others, and covariances those of the subsample, scaled by the sums of the weights.
    """
    kind: PKind = "bound" if any(not v.parametric for v in variations) else "asymptotic"
    products = Products(frame, events.places)
    blocks = columns_of(products, functions)
    named = NamedFunctions(frame.components, body_names(frame.vectors, events.x.shape[1], events.places))
    count = len(named.labels)

    def test(tested: list[Element]) -> list[ElementTest]:
        logs, sizes = list[float](), list[list[Strength]]()
        work = ElementMeans(tuple(tested), products, functions, named)
        state = None if read is None else read.state
        every = means_of_all(work, events, variations, context, state) if events.subsampled else None
        for e, element in enumerate(tested):
            own = _Means(events, variations, work.values(element, events.places))
            if every is not None:
                own.replace(every.mean[e], every.differences[:, e], every.variance)
            k = len(own.mean) - count
            logs.append(own.log_p(blocks, k))
            sizes.append(own.asymmetries(named.labels, element, k))
        largest = largest_asymmetries(tested, sizes, NAMED)
        if moved is not None:
            moved.update(moved_sizes(tested, sizes, largest))
        return [
            ElementTest(log_p, kind, {"moments": (log_p, kind)}, size)
            for log_p, size in zip(logs, largest, strict=True)
        ]

    leaves = surface_test(events, frame) if read is None else read.leaves
    return discrete_rows(elements, events.vectors, test, level, DiscreteElement, leaves, delta)


class _Means:
    """Means of functions of the events (K,), with their covariance by units, under all alternatives."""

    def __init__(
        self, events: Events, variations: Sequence[VariedEvents], values: Callable[[Tensor], Tensor]
    ) -> None:
        flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
        w = events.weights.cpu().numpy()
        seen = _seen(events.x, values)
        self.mean = w @ seen / w.sum()
        unit = units_or_none(events.source)
        self.nu = degrees_of_freedom(w, unit)
        own = (w / w.sum())[:, None] * (seen - self.mean)
        self.influences = own if unit is None else _summed(own, unit)
        factor = (self.nu + 1) / self.nu if self.nu > 0 else 1.0
        self.covariance = factor * self.influences.T @ self.influences
        self.squares = (w**2 @ seen**2) / (w**2).sum()
        differences = np.zeros((len(flat), len(self.mean)))
        change = np.full((len(flat), len(self.influences)), np.nan)
        for i, (some, same) in enumerate(flat):
            other = some.weights.cpu().numpy()
            if same:
                differences[i] = other @ seen / other.sum() - self.mean
                change[i] = _change(w, other * (w.sum() / other.sum()), unit)
            else:
                differences[i] = other @ _seen(some.x, values) / other.sum() - self.mean
        self.under = Under(tuple(variations), differences, change)
        self.variance = float((independent(w, events.source) ** 2).sum()) / float(w.sum()) ** 2

    def replace(self, mean: FloatArray, differences: FloatArray, variance: float) -> None:
        """By those of all events, of which these are a subsample: what is known of errors stays but for their size."""
        share = variance / self.variance
        self.mean, self.under = mean, replace(self.under, differences=differences)
        self.covariance, self.influences = self.covariance * share, self.influences * np.sqrt(share)

    def log_p(self, blocks: dict[str, npt.NDArray[np.bool_]], count: int) -> float:
        """Of the smallest p-value of the blocks of the first ``count``, the largest over alternatives."""
        shifts = self.under.shifts[:, :count]
        covariance = self.covariance[:count, :count] + shifts.T @ shifts
        variances = np.diag(covariance)
        scale = np.sqrt(np.where(variances > 0, variances, 1.0))
        squares = self.squares[:count]
        changed = squares > UNCHANGED * max(float(squares.max(initial=0.0)), 1e-300)
        rows = np.eye(count)
        parts = [
            Part(name, rows[own & changed], 1.0) for name, own in blocks.items() if (own & changed).any()
        ]
        if not parts:
            return 0.0
        means = [self.mean[:count], *(self.mean[:count] + d for d in self.under.others[:, :count])]
        whole = covariance / scale[:, None] / scale
        return max(joined(m / scale, whole, self.nu, parts).log_p() for m in means)

    def asymmetries(self, labels: Sequence[str], element: Element, first: int) -> list[Strength]:
        """Of the predefined observables that the element changes, from ``first`` on; of those of one sign the first."""
        parts, kept = list[Strength](), list[int]()
        for i, label in enumerate(labels, first):
            if self.squares[i] <= 0:
                continue
            own = self.influences[:, i]
            if any(_parallel(own, self.influences[:, j]) for j in kept):
                continue
            kept.append(i)
            # Signs are 1 and -1 (q - 1 and -1): the asymmetry is their mean over q - 1.
            share = 1 / (element.order - 1)
            moved = self.under.take([i]).onto(np.array([[share]]))
            quantity = Quantity(
                f"{label} under {element.name}", self.mean[[i]] * share,
                self.covariance[i : i + 1, i : i + 1] * share**2, self.nu,
            )  # fmt: skip
            parts.append(Strength(moved.shifted(quantity), own[:, None] * share, moved))
        return parts


def _seen(x: Tensor, values: Callable[[Tensor], Tensor]) -> FloatArray:
    """(N, K)."""
    parts = [values(part).cpu() for part in torch.split(x, CHUNK)]
    return np.asarray(torch.cat(parts).double().numpy())


def _summed(rows: FloatArray, unit: npt.NDArray[np.int64]) -> FloatArray:
    found = np.zeros((int(unit.max()) + 1, rows.shape[1]))
    np.add.at(found, unit, rows)
    return found


def _change(w: FloatArray, varied: FloatArray, unit: npt.NDArray[np.int64] | None) -> FloatArray:
    """(U,) by how much of itself the weight of a unit changes."""
    if unit is not None:
        w, varied = np.bincount(unit, w).astype(np.float64), np.bincount(unit, varied).astype(np.float64)
    return np.asarray(np.divide(varied, w, out=np.ones_like(varied), where=w != 0) - 1)


def _parallel(a: FloatArray, b: FloatArray) -> bool:
    return bool((a @ b) ** 2 > (1 - SAME) * (a @ a) * (b @ b))
