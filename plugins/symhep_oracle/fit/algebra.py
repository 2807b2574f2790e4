"""From generators to an algebra: names, structure constants, comparison, what breaking leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import MethodError
from symhep.lie.algebra import structure_constants
from symhep.lie.identify import Identification, identify
from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED, TOO_LARGE
from symhep.lie.sums import algebra_sum
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.fit.fields import Array, Fields, LinearFields, make_fields
from symhep_oracle.fit.names import Recognised, recognise
from symhep_oracle.fit.outcome import Outcome
from symhep_oracle.fit.target import Comparison, compare
from symhep_oracle.options import OracleMethodOptions

__all__ = [
    "CLOSED",
    "NOT_CLOSED",
    "Analysis",
    "BrokenAlgebra",
    "analyse",
    "bracket_residual",
    "normalised",
    "within",
]

FloatArray = npt.NDArray[np.float64]

#: Squared Frobenius norm of a generator: tr W W^dagger = 2, as in Forestano et al., equation (5).
NORM = 2.0
#: Polynomial fields close if no more of their brackets is left over than this many times what their own errors
#: explain: a bracket has a derivative, which raises an error by the degree, and two factors.
EXPLAINED = 10.0
#: Errors that explain as much as this tell nothing; what exceeds them by this factor is no error.
TELLING, FIRM = 0.1, 10.0
#: Names of spans of polynomial fields.
CLOSED = "closed"
#: Points at which brackets of polynomial fields are compared.
POINTS = 200


@dataclass(frozen=True)
class BrokenAlgebra:
    """What is left for one strength: dimension and name of all that preserves phi + lambda psi."""

    strength: float
    dimension: int
    name: str
    stability: float


@dataclass(frozen=True)
class Analysis:
    """The outcome with all that is worked out from it.

    ``matrices`` (G, d, d) and their ``errors`` (empty for polynomial fields), ``constants`` (G, G, G) and
    ``closure`` of these matrices, the ``identification``, and names.
    """

    outcome: Outcome
    fields: Fields
    names: tuple[Recognised, ...]
    spurious: tuple[Recognised, ...]
    matrices: Array
    errors: Array
    constants: FloatArray
    closure: float
    identification: Identification | None
    comparison: Comparison | None
    widened: bool = False
    surviving: tuple[Recognised, ...] = ()
    broken: tuple[Recognised, ...] = ()
    surviving_name: str = ""
    broken_algebras: tuple[BrokenAlgebra, ...] = ()

    @property
    def algebra(self) -> str:
        """Name of the algebra, '0' if there is no generator."""
        if self.outcome.solution.dimension == 0:
            return "0"
        if self.identification is None:
            return self._polynomials()
        return self.identification.name

    def _polynomials(self) -> str:
        """Whether their brackets close: yes, no, or not to be told within their errors."""
        tolerance = self.outcome.solution.tolerance(self.outcome.facts.oracle.precision)
        explained = EXPLAINED * tolerance
        if self.closure <= explained < TELLING:
            return CLOSED
        return NOT_CLOSED if self.closure > FIRM * explained else AMBIGUOUS


def normalised(matrices: Array) -> Array:
    """``matrices`` of unit Frobenius norm, brought to tr W W^dagger = 2."""
    return np.asarray(matrices * np.sqrt(NORM))


def analyse(outcome: Outcome, options: OracleMethodOptions, seeds: np.random.SeedSequence) -> Analysis:
    """Names, structure constants and comparison; draws within errors and points come from ``seeds``."""
    drawing, pointing = (np.random.default_rng(s) for s in replica_seeds(seeds, 2))
    solution, layout = outcome.solution, outcome.layout
    fields = make_fields(layout, options.degree, options.affine)
    minkowski = outcome.facts.layout.minkowski
    names = tuple(recognise(solution.coefficients, fields, minkowski))
    spurious = tuple(recognise(outcome.support.spurious, fields, minkowski))
    g = solution.dimension
    if not isinstance(fields, LinearFields):
        constants, closure = bracket_residual(fields, solution.coefficients, pointing)
        empty = np.zeros((g, 0, 0))
        return Analysis(outcome, fields, names, spurious, empty, empty, constants, closure, None, None)
    matrices = normalised(fields.matrices(solution.coefficients))
    errors = normalised(fields.matrices(solution.errors))
    constants, closure = np.zeros((g, g, g)), 0.0
    if g:
        found = structure_constants(matrices)
        constants, closure = found.constants, found.residual
    comparison = None
    if options.compare is not None:
        target = algebra_sum(options.compare, layout.dimension)
        comparison = compare(solution, fields, target, options.compare, drawing)
    identification, widened = _named(outcome, fields, matrices, errors)
    evidence = Analysis(
        outcome, fields, names, spurious, matrices, errors, constants, closure, identification, comparison, widened,
    )  # fmt: skip
    return evidence if outcome.breaking is None else _with_breaking(evidence, fields, minkowski)


def _named(
    outcome: Outcome, fields: LinearFields, matrices: Array, errors: Array
) -> tuple[Identification | None, bool]:
    """The name of the span, against all that may be wrong with it; whether its errors had to be widened.

    Of a known function rounding alone, amplified by one over the smallest singular value that is not null. Of an
    estimate the spread of the events and the networks; and where brackets leave the span by more than that, what the
    networks have in common, of which the residuals of invariance tell the size.
    """
    solution, oracle = outcome.solution, outcome.facts.oracle
    if not oracle.approximate:
        rounding = normalised(fields.matrices(solution.rounding(oracle.precision)))
        trained = solution.solver is not None and solution.solver.name != "exact"
        return _identify(matrices, _hypot(errors, rounding), rounding=not trained), False
    found = _identify(matrices, errors)
    if found is None or found.name != NOT_CLOSED or not solution.outside.size:
        return found, False
    wider = _identify(matrices, _hypot(errors, normalised(fields.matrices(solution.leftover()))))
    if wider is None or wider.name == NOT_CLOSED:
        return found, False
    return wider, wider.name != AMBIGUOUS


def _hypot(one: Array, other: Array) -> Array:
    """Errors added in squares, real and imaginary parts apart."""
    if not np.iscomplexobj(one):
        return np.asarray(np.hypot(one, np.real(other)))
    return np.asarray(np.hypot(one.real, np.real(other)) + 1j * np.hypot(one.imag, np.imag(other)))


def _identify(matrices: Array, errors: Array | float = 0.0, rounding: bool = False) -> Identification | None:
    """The name of the span; None without generators. ``rounding``: the errors are rounding."""
    if len(matrices) == 0:
        return None
    parts = (matrices.real, matrices.imag) if np.iscomplexobj(matrices) else (matrices,)
    least = 16 * np.finfo(float).eps * matrices.shape[-1] * max(float(np.abs(p).max()) for p in parts)
    floor = least * (1 + 1j) if np.iscomplexobj(errors) else least
    only = rounding or float(np.abs(errors).max()) <= least
    try:
        return identify(matrices, errors + floor, rounding=only)
    except MethodError:  # not even their number is sure within the errors
        closure = structure_constants(matrices).residual
        votes = ((TOO_LARGE, 1.0),)
        return Identification(
            AMBIGUOUS,
            len(matrices),
            1.0,
            TOO_LARGE,
            False,
            closure,
            0.0,
            alternatives=votes,
            rounding_only=only,
        )


def _with_breaking(e: Analysis, fields: LinearFields, minkowski: bool) -> Analysis:
    breaking = e.outcome.breaking
    assert breaking is not None
    algebras = []
    for strength, rows, error in zip(breaking.strengths, breaking.algebras, breaking.rounding, strict=True):
        found = _identify(fields.matrices(rows), float(error), rounding=True)
        name, stability = (found.name, found.stability) if found else ("0", 1.0)
        algebras.append(BrokenAlgebra(float(strength), len(rows), name, stability))
    error = float(e.outcome.solution.rounding(e.outcome.facts.oracle.precision).max(initial=0.0))
    survivors = _identify(fields.matrices(breaking.surviving), error, rounding=True)
    return replace(
        e,
        surviving=tuple(recognise(breaking.surviving, fields, minkowski)),
        broken=tuple(recognise(breaking.broken, fields, minkowski)),
        surviving_name=survivors.name if survivors else "0",
        broken_algebras=tuple(algebras),
    )


def bracket_residual(
    fields: Fields, coefficients: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, float]:
    """Constants f in [v_a, v_b] = (Dv_b) v_a - (Dv_a) v_b = sum_c f_abc v_c, and what is left of all brackets.

    By least squares on points of a normal distribution; the residual is relative to the brackets.

    >>> from symhep_oracle.oracles.layout import Layout
    >>> turn = np.array([[0.0, -1.0, 1.0, 0.0]])
    >>> bracket_residual(LinearFields(Layout(1, 2)), turn, np.random.default_rng(1))[1]
    0.0
    """
    g = len(coefficients)
    if g == 0:
        return np.zeros((0, 0, 0)), 0.0
    points = torch.from_numpy(rng.normal(size=(POINTS, fields.layout.features)))
    points.requires_grad_(True)
    values = fields.evaluate(torch.from_numpy(np.ascontiguousarray(coefficients)), points)  # (G, N, D)
    slopes = torch.stack(
        [
            torch.stack(
                [torch.autograd.grad(c.sum(), points, retain_graph=True)[0] for c in field.unbind(-1)], 1
            )
            for field in values
        ]
    )  # (G, N, D, D): d v_i / d x_j
    values = values.detach()
    along = torch.einsum("bnij,anj->abni", slopes, values)  # (Dv_b) v_a
    return within(values.numpy(), (along - along.transpose(0, 1)).numpy())


def within(fields: FloatArray, brackets: FloatArray) -> tuple[FloatArray, float]:
    """f (G, G, G) in ``brackets`` (G, G, N, D) = sum_c f_abc v_c at the points, with the ``fields`` v (G, N, D).

    By least squares, with what is left relative to the brackets (zero if they are rounding).
    """
    g, basis, flat = len(fields), fields.reshape(len(fields), -1), brackets.reshape(len(fields) ** 2, -1)
    constants = np.asarray(np.linalg.lstsq(basis.T, flat.T, rcond=None)[0].T, dtype=np.float64)
    left, size = np.linalg.norm(flat - constants @ basis), np.linalg.norm(flat)
    rounding = np.finfo(float).eps * np.linalg.norm(basis) ** 2
    return constants.reshape(g, g, g), float(left / size) if size > rounding else 0.0
