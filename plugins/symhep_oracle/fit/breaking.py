"""A symmetry broken by a term of strength lambda: which generators survive, and how strongly the others are broken."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.sparsest import sparsest
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.exact import solve_conditions
from symhep_oracle.fit.solution import Solution
from symhep_oracle.options import BreakingOptions
from symhep_oracle.oracles.build import build_oracle, sent_oracle
from symhep_oracle.oracles.description import describe
from symhep_oracle.oracles.interface import Oracle

__all__ = ["Breaking", "Broken", "break_symmetry"]

FloatArray = npt.NDArray[np.float64]


class Broken(Oracle):
    """phi + lambda psi; a psi of one output is added to all of phi's.

    >>> import torch
    >>> from symhep_oracle.oracles.layout import Layout
    >>> from symhep_oracle.oracles.norms import Norm
    >>> x = torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    >>> Broken(Norm(Layout(1, 2), 2), Norm(Layout(1, 2), 1), 0.1)(x).item()
    5.7
    """

    def __init__(self, phi: Oracle, psi: Oracle, strength: float) -> None:
        super().__init__(phi.layout)
        if psi.outputs not in (1, phi.outputs):
            raise MethodError(f"the breaking term has {psi.outputs} outputs, the oracle {phi.outputs}")
        self.phi, self.psi, self.strength = phi, psi, strength
        self.outputs = phi.outputs
        self.precision = max(phi.precision, psi.precision)
        self.anywhere = phi.anywhere and psi.anywhere

    def __call__(self, x: Tensor) -> Tensor:
        return self.phi(x) + self.strength * self.psi(x)

    def gradient(self, x: Tensor) -> Tensor:
        """The gradients, added."""
        return self.phi.gradient(x) + self.strength * self.psi.gradient(x)


@dataclass(frozen=True)
class Breaking:
    """What becomes of G unbroken generators, for L strengths.

    Attributes
    ----------
    oracle
        psi, as a noun phrase.
    strengths
        (L,) the values of lambda.
    surviving
        (H, K) generators of phi that leave psi as it is too: orthonormal and sparse. They survive any lambda.
    broken
        (G - H, K) the others, most broken last.
    violation, violation_error
        (L, G - H) rms of the change of phi + lambda psi along a broken generator, relative to the largest such
        change along any field (a Rayleigh quotient); with its standard error.
    algebras, rounding
        For each lambda all fields that leave phi + lambda psi as it is, (G_lambda, K), and what rounding can make of
        their entries: a broken symmetry may reappear deformed, as boosts with another limiting speed do.
    """

    oracle: str
    strengths: FloatArray
    surviving: FloatArray
    broken: FloatArray
    violation: FloatArray
    violation_error: FloatArray
    algebras: list[FloatArray]
    rounding: FloatArray


def break_symmetry(
    conditions: Conditions,
    options: BreakingOptions,
    solution: Solution,
    rng: np.random.Generator,
) -> Breaking:
    """Add lambda psi to the oracle of ``conditions``, whose generators are ``solution``.

    Along a generator of phi only psi changes, so what survives does not depend on lambda. Raises `MethodError`
    if the outputs do not fit, and for approximate oracles, which have no exact symmetry to break.
    """
    phi, rows = conditions.oracle, solution.coefficients
    build = build_oracle if conditions.everything is None else sent_oracle
    psi = build(options.oracle, phi.layout, conditions.x)
    if phi.approximate or psi.approximate:
        raise MethodError("'breaking' requires an exact oracle, not a learned one")
    survive, broken = _split(replace(conditions, oracle=psi), solution, phi.precision)
    survive, broken = (part @ rows for part in (survive, broken))
    survive, broken = sparsest(survive, rng) @ survive, sparsest(broken, rng) @ broken
    violations, errors, algebras, rounding = [], [], [], []
    total = conditions.total
    for strength in options.strengths:
        whole = replace(conditions, oracle=Broken(phi, psi, strength))
        found = solve_conditions(whole, rng)
        algebras.append(found.coefficients)
        rounding.append(float(found.rounding(whole.oracle.precision).max(initial=0.0)))
        assert found.solver is not None and found.solver.exact is not None  # noqa: PT018
        largest = found.solver.exact.largest
        squares, _ = whole.along(broken.T, 0)
        sizes = np.sqrt(squares.sum(axis=0) / total) / largest
        blocks = len(squares)
        moved = squares / largest**2 - whole.block_weights[:, None] * sizes**2
        error = np.sqrt((moved**2).sum(axis=0) * blocks / max(blocks - 1, 1)) / total
        violations.append(sizes)
        errors.append(error / (2 * np.maximum(sizes, np.finfo(float).tiny)))
    order = np.argsort(np.max(violations, axis=0), kind="stable")
    return Breaking(
        describe(options.oracle),
        np.asarray(options.strengths, dtype=np.float64),
        survive,
        broken[order],
        np.array(violations)[:, order],
        np.array(errors)[:, order],
        algebras,
        np.array(rounding),
    )


def _split(conditions: Conditions, solution: Solution, precision: float) -> tuple[FloatArray, FloatArray]:
    """Orthonormal combinations (H, G) of the generators that psi is blind to, and the others (G - H, G).

    ``precision`` is that of phi.
    """
    g = solution.dimension
    floor = solution.tolerance(max(conditions.oracle.precision, precision))
    survive = conditions.null_among(solution.coefficients.T, floor)[0] if g else np.zeros((0, 0))
    turn = np.linalg.svd(survive.T, full_matrices=True)[0] if len(survive) else np.eye(g)
    return survive, turn[:, len(survive) :].T
