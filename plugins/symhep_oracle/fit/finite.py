"""Finite transformations: does the oracle stay where its gradient says that it does?

A step has no gradient. An oracle that drops particles outside an acceptance looks invariant to every infinitesimal
transformation, and changes as soon as one moves a particle across the edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import Fields, LinearFields
from symhep_oracle.fit.record import FiniteRecord
from symhep_oracle.fit.solution import Solution

__all__ = ["Finite", "doubt", "flow", "transform"]

FloatArray = npt.NDArray[np.float64]

#: How far to go: an angle or a rapidity, for generators with tr W W^T = 2. Flows of polynomial fields reach infinity
#: in finite time, events far out soon.
STEP = 0.3
STEP_POLYNOMIAL = 0.01
#: Fourth-order steps on the way; they are off by 1e-7 of the path.
STEPS = 8
#: Events that are moved, and random fields that set the size of a change.
EVENTS = 500
REFERENCES = 8
#: A change counts beyond this share of what moving along any field does: far above rounding, far below a step.
VISIBLE = 1e-3


@dataclass(frozen=True)
class Finite:
    """What the transformations exp(+-``step`` v) of G generators do to the oracle.

    ``change`` (G,) is the rms change over the events relative to that along random fields, ``moved`` (G,) the share of
    the events where it is visible.
    """

    step: float
    change: FloatArray
    moved: FloatArray

    def to_record(self) -> FiniteRecord:
        """For the part and the result."""
        return FiniteRecord(step=self.step, change=self.change, moved=self.moved)


def flow(fields: Fields, coefficients: Tensor, x: Tensor, length: float) -> Tensor:
    """Points (N, D) at the time ``length`` on the flow dx/dt = v(x) of one field (K,), from ``x``; Runge and Kutta.

    >>> from symhep_oracle.fit.fields import LinearFields
    >>> from symhep_oracle.oracles.layout import Layout
    >>> turn = torch.tensor([0.0, -1.0, 1.0, 0.0], dtype=torch.float64)
    >>> flow(LinearFields(Layout(1, 2)), turn, torch.tensor([[1.0, 0.0]], dtype=torch.float64), 0.3).round(decimals=6)
    tensor([[0.9553, 0.2955]], dtype=torch.float64)
    """
    h = length / STEPS
    for _ in range(STEPS):
        first = fields.evaluate(coefficients[None], x)[0]
        second = fields.evaluate(coefficients[None], x + h / 2 * first)[0]
        third = fields.evaluate(coefficients[None], x + h / 2 * second)[0]
        fourth = fields.evaluate(coefficients[None], x + h * third)[0]
        x = x + h / 6 * (first + 2 * second + 2 * third + fourth)
    return x


def transform(conditions: Conditions, solution: Solution, rng: np.random.Generator) -> Finite:
    """Move events along every generator, both ways, and see what becomes of the oracle."""
    step = STEP if isinstance(conditions.fields, LinearFields) else STEP_POLYNOMIAL
    if solution.dimension == 0:
        return Finite(step, np.zeros(0), np.zeros(0))
    count = min(len(conditions.x), EVENTS)
    rows = torch.linspace(0, len(conditions.x) - 1, count).long()
    x = conditions.x[rows]
    weights = conditions.weights[rows.numpy()]
    random = rng.normal(size=(REFERENCES, conditions.fields.unknowns))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    reference = np.sqrt(np.nanmean(_changes(conditions, random, x, step) ** 2, axis=(0, 1)))
    changes = _changes(conditions, solution.coefficients, x, step) / np.where(reference > 0, reference, 1.0)
    worst = np.nan_to_num(changes).max(axis=2)
    return Finite(
        step,
        np.sqrt((worst**2 * weights).sum(axis=1) / weights.sum()),
        ((worst > VISIBLE) * weights).sum(axis=1) / weights.sum(),
    )


def _changes(conditions: Conditions, coefficients: FloatArray, x: Tensor, step: float) -> FloatArray:
    """(G, N, k) the larger of |phi(exp(+-step v) x) - phi(x)|; NaN where the oracle is not finite on the way."""
    oracle, scale = conditions.oracle, conditions.scale
    start, length = oracle(x), step * float(np.sqrt(2.0))  # unit rows have tr W W^T = 1
    changes = []
    for row in torch.from_numpy(np.ascontiguousarray(coefficients)):
        ends = [scale * flow(conditions.fields, row, x / scale, way) for way in (length, -length)]
        changes.append(torch.stack([oracle(end) - start for end in ends]).abs().amax(dim=0))
    values = torch.stack(changes).detach().numpy()
    return np.asarray(np.where(np.isfinite(values), values, np.nan))


def doubt(solution: Solution, finite: Finite) -> Solution:
    """The solution with stability 0, if finite transformations change the oracle."""
    if not (finite.moved > 0).any():
        return solution
    reason = f"{solution.reason}; but finite transformations change the oracle"
    return replace(solution, stability=0.0, reason=reason)
