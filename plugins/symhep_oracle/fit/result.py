"""The result: record, arrays for the figures, networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.algebra.record import Alternative
from symhep.lie.identify.identification import NOT_CLOSED
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.result import Arrays, Result
from symhep_oracle.fit.algebra import Analysis, normalised
from symhep_oracle.fit.broken_name import algebra_breaking, broken_name, in_per_cent
from symhep_oracle.fit.entries import entries_of
from symhep_oracle.fit.fields import LinearFields, PolynomialFields
from symhep_oracle.fit.multiples import multiples
from symhep_oracle.fit.names import Recognised, recognise
from symhep_oracle.fit.record import (
    BreakingRecord,
    BrokenGenerator,
    CompareRecord,
    MultiplesRecord,
    Survivors,
    WholeAlgebra,
)
from symhep_oracle.fit.symmetry import stated_symmetry
from symhep_oracle.latent.changes import latent_record
from symhep_oracle.record import (
    AlgebraRecord,
    FieldName,
    FieldsRecord,
    GeneratorRecord,
    IdentificationRecord,
    NearlyNull,
    OracleRecord,
    ResidualRecord,
    SolverRecord,
    SpectrumRecord,
    SpuriousField,
    SupportRecord,
)
from symhep_oracle.sample import Prepared

__all__ = ["NEARLY", "result_of"]

#: Events kept for drawings.
DRAWN_EVENTS = 2000
#: A singular value this small, though not null, is reported: a symmetry that is all but exact.
NEARLY = 1e-4


def result_of(a: Analysis, prepared: Prepared) -> Result[OracleRecord]:
    """The result of the solvers exact and gradient."""
    symmetry, network = stated_symmetry(a, prepared.data), a.outcome.network
    arrays = _arrays(a, prepared)
    if symmetry is not None:
        arrays |= symmetry.to_arrays()
    outcome, options = a.outcome, prepared.options
    s, facts = outcome.solution, outcome.facts
    assert s.solver is not None
    linear = isinstance(a.fields, LinearFields)
    record = OracleRecord(
        algebra=_algebra(a),
        generators=_generators(a),
        residual=ResidualRecord(
            invariance=Number(value=s.residuals.max(initial=0.0)),
            closure=Number(value=a.closure),
            finite=outcome.finite and Number(value=max(outcome.finite.change, default=0.0)),
        ),
        spectrum=SpectrumRecord(values=s.spectrum, standard_errors=s.noise),
        support=_support(a),
        vectors=facts.layout,
        fields=FieldsRecord(
            family="matrices" if linear else "polynomials",
            degree=options.degree,
            affine=options.affine,
            unknowns=s.coefficients.shape[1],
        ),
        subsample=facts.subsample,
        events=facts.events,
        scale=facts.scale,
        unit=facts.unit,
        oracle=facts.oracle,
        solver=s.solver,
        compare=_compare(a, s.solver),
        breaking=_breaking(a, prepared),
        finite=outcome.finite,
        multiples=_multiples(a),
        nearly_null=_nearly_null(a),
        latent=latent_record(facts.coding, outcome.latent, options.latent),
        symmetry=symmetry and symmetry.to_record(),
    )
    return Result(record, arrays, checkpoint={"network": network} if network else {})


def _name(known: Recognised) -> dict[str, Any]:
    """As the fields of a `FieldName`; without a catalogue the overlap is 0 by default."""
    return {"name": known.name, "overlap": known.overlap or None, "near": known.near or None}


def _algebra(a: Analysis) -> AlgebraRecord:
    s, found = a.outcome.solution, a.identification
    exact = s.solver.exact if s.solver else None
    breaking = algebra_breaking(s, len(a.spurious), a.outcome.facts.oracle.precision)
    p = exact.gap.p if exact is not None and exact.gap is not None else PValue()
    return AlgebraRecord(
        **p.model_dump(),
        dimension=s.dimension,
        name=broken_name(a.algebra, breaking),
        unbroken=a.algebra,
        breaking=breaking,
        stability=None if found is None or found.name == NOT_CLOSED else found.stability,
        alternatives=() if found is None else Alternative.of(found.alternatives),
        dimension_stability=s.stability,
        decision=s.reason,
        identification=None
        if found is None
        else IdentificationRecord(
            how=found.how, closed=found.closed, widened=a.widened, closure=found.closure, parts=found.parts,
            isomorphic=found.isomorphic, semisimple_rank=found.rank, signature=found.signature,
        ),
    )  # fmt: skip


def _generators(a: Analysis) -> list[GeneratorRecord]:
    s, matrices = a.outcome.solution, bool(a.matrices.shape[-1])
    return [
        GeneratorRecord(
            **_name(known),
            residual=Number(value=s.residuals[i]),
            breaking=in_per_cent(s.residuals[i], 0.0, s.rounding_floor(a.outcome.facts.oracle.precision)),
            largest_error=s.errors[i].max(),
            **(entries_of(a.matrices[i], a.errors[i]) if matrices else {}),
        )
        for i, known in enumerate(a.names)
    ]


def _support(a: Analysis) -> SupportRecord:
    support, matrices = a.outcome.support, _spurious_matrices(a)
    return SupportRecord(
        constraints=support.constraints,
        checked_off_support=support.checked,
        spurious=[
            SpuriousField(
                **_name(known),
                moves_no_event=still,
                **(entries_of(matrices[i], np.zeros_like(matrices[i])) if len(matrices) else {}),
            )
            for i, (known, still) in enumerate(zip(a.spurious, support.still.tolist(), strict=True))
        ],
    )


def _compare(a: Analysis, solver: SolverRecord) -> CompareRecord | None:
    if (c := a.comparison) is None:
        return None
    oracle = a.outcome.facts.oracle
    # What rounding tilts a span by: its size over the gap that holds the span.
    exact = solver.name == "exact" and not oracle.approximate
    return CompareRecord(
        name=c.name,
        dimension=c.dimension,
        principal_angles=c.angles,
        distance=Number.with_error(c.distance, c.distance_error, "rad"),
        largest_angle_outside=Number.with_error(c.outside, c.outside_error, "rad"),
        rounding=a.outcome.solution.tolerance(oracle.precision) if exact else 0.0,
    )


def _breaking(a: Analysis, prepared: Prepared) -> BreakingRecord | None:
    b = a.outcome.breaking
    if b is None:
        return None
    return BreakingRecord(
        oracle=b.oracle,
        strengths=b.strengths,
        surviving=Survivors(name=a.surviving_name, generator_names=[k.name for k in a.surviving]),
        broken=[
            BrokenGenerator(
                name=known.name,
                violation=[
                    Number.with_error(*pair)
                    for pair in zip(b.violation[:, i], b.violation_error[:, i], strict=True)
                ],
            )
            for i, known in enumerate(a.broken)
        ],
        algebra_of_the_whole=[
            WholeAlgebra(at_strength=w.strength, dimension=w.dimension, name=w.name, stability=w.stability)
            for w in a.broken_algebras
        ],
    )


def _multiples(a: Analysis) -> MultiplesRecord | None:
    """Why polynomial fields are as many as they are."""
    rows, fields = a.outcome.solution.coefficients, a.fields
    if not isinstance(fields, PolynomialFields) or len(rows) < 2:
        return None
    found = multiples(rows, fields)
    if found is None:
        return None
    names = recognise(found.lowest, fields, a.outcome.facts.layout.minkowski)
    return MultiplesRecord(
        lowest=[k.name for k in names],
        degree=found.degree,
        factors=found.monomials,
        explained=found.explained,
    )


def _nearly_null(a: Analysis) -> list[NearlyNull]:
    """Fields that an exact oracle only just tells from null ones."""
    s = a.outcome.solution
    if a.outcome.facts.oracle.approximate:
        return []
    values = [float(v) for v in s.spectrum[s.dimension + len(a.spurious) :] if v < NEARLY]
    rows = s.arrays.get("broken", s.coefficients[:0])[: len(values)]
    known = recognise(rows, a.fields, a.outcome.facts.layout.minkowski)
    names = [FieldName(**_name(k)) for k in known]
    padded = [*names, *[None] * (len(values) - len(names))]
    return [NearlyNull(singular_value=v, field=n) for v, n in zip(values, padded, strict=True)]


def _arrays(a: Analysis, prepared: Prepared) -> Arrays:
    """What the figures need."""
    outcome, data = a.outcome, prepared.data
    s, facts, layout = outcome.solution, outcome.facts, outcome.layout
    spurious = _spurious_matrices(a)
    arrays: Arrays = {
        "coefficients": s.coefficients,
        "errors": s.errors,
        "generators_real": np.ascontiguousarray(a.matrices.real),
        "generators_imag": np.ascontiguousarray(np.imag(a.matrices)),
        "generators_error": np.abs(a.errors),
        "structure_constants": a.constants,
        "spurious": outcome.support.spurious,
        "spurious_real": np.ascontiguousarray(spurious.real),
        "spurious_imag": np.ascontiguousarray(np.imag(spurious)),
    }
    if layout.features == 2 and data.values.shape[1] == 2:
        rows = np.linspace(0, len(data) - 1, min(len(data), DRAWN_EVENTS)).astype(np.int64)
        arrays["points"] = data.values[rows] / facts.scale
    arrays |= {f"solver.{name}": values for name, values in s.arrays.items()}
    arrays |= {f"latent.{name}": values for name, values in (outcome.latent or {}).items()}
    return arrays


def _spurious_matrices(a: Analysis) -> npt.NDArray[Any]:
    """(S, d, d), tr W W^dagger = 2; empty for polynomial fields."""
    if not isinstance(a.fields, LinearFields):
        return np.zeros((0, 0, 0))
    return normalised(a.fields.matrices(a.outcome.support.spurious))
