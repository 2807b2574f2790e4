"""What trained vector fields do, as a result."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.methods.number import Number
from symhep.methods.result import Arrays, Result
from symhep_oracle.gradient.flow_outcome import FOUND, TERMS, FlowOutcome
from symhep_oracle.gradient.record import FlowsRecord, LossRecord, SeedField
from symhep_oracle.record import (
    AlgebraRecord,
    FieldsRecord,
    GeneratorRecord,
    OracleRecord,
    ResidualRecord,
    SolverRecord,
    SpectrumRecord,
    SupportRecord,
)

__all__ = ["NO_ALGEBRA", "flow_result"]

#: What stands where an algebra has its name.
NO_ALGEBRA = "vector fields, no matrix algebra"


def flow_result(o: FlowOutcome) -> Result[OracleRecord]:
    """The result of the solver flows."""
    best, found = o.best, int(o.found[o.best])
    worst = int(o.violation[best].argmax())
    record = OracleRecord(
        algebra=AlgebraRecord(
            dimension=found,
            name=NO_ALGEBRA if found else "0",
            dimension_stability=o.stability,
            decision=_decision(o),
            identification=None,
        ),
        generators=[
            GeneratorRecord(
                name=f"v_{g + 1}",
                residual=_spread(o.violation[:, g], best),
                along_contours=_spread(o.along[:, g], best),
            )
            for g in range(o.along.shape[1])
        ],
        residual=ResidualRecord(
            invariance=_spread(o.violation[:, worst], best),
            closure=_spread(o.closure, best),
            brackets_along_contours=_spread(o.bracket_along, best),
        ),
        spectrum=SpectrumRecord(values=(), standard_errors=()),
        support=SupportRecord(constraints=(), checked_off_support=False, spurious=()),
        vectors=o.facts.layout,
        fields=FieldsRecord(family="networks", degree=1, affine=False, unknowns=None),
        subsample=o.facts.subsample,
        events=o.facts.events,
        scale=o.facts.scale,
        unit=o.facts.unit,
        oracle=o.facts.oracle,
        solver=SolverRecord(name="flows", flows=_flows(o)),
    )
    return Result(record, _arrays(o), checkpoint={"network": o.parameters})


def _spread(values: npt.NDArray[np.float64], best: int) -> Number:
    """The best seed's value, with the spread over the seeds as its error; no interval for one seed."""
    if len(values) < 2:
        return Number(value=values[best], method="one seed")
    return Number.with_error(
        float(values[best]), float(values.std(ddof=1)), method="standard deviation over the seeds"
    )


def _flows(o: FlowOutcome) -> FlowsRecord:
    losses = o.arrays["parts"][-1].sum(axis=1)
    return FlowsRecord(
        asked=o.along.shape[1],
        found_per_seed=o.found,
        best=o.best + 1,
        trained_on=o.trained_on,
        measured_on=o.measured_on,
        loss=LossRecord(best=losses[o.best], median=np.median(losses)),
        parts=dict(zip(TERMS, o.arrays["parts"][-1][o.best].tolist(), strict=True)),
        along_by_chance=o.chance,
        directions=_spread(o.directions, o.best),
        in_plane="grid" in o.arrays,
        fields=[
            SeedField(
                seed=s + 1, field=g + 1, loss=losses[s], violation=o.violation[s, g], along=o.along[s, g]
            )
            for s in range(len(o.along))
            for g in range(o.along.shape[1])
        ],
    )


def _decision(o: FlowOutcome) -> str:
    agreeing = int((o.found == o.found[o.best]).sum())
    return (
        f"a field is accepted if its component across the contours is at most {FOUND:g} of that of a "
        f"random direction; "
        f"{agreeing} of {len(o.found)} seeds agree on {o.found[o.best]} of {o.along.shape[1]}"
    )


def _arrays(o: FlowOutcome) -> Arrays:
    arrays: Arrays = {f"flow_{name}": values for name, values in o.arrays.items()}
    return arrays | {"flow_along": o.along, "flow_violation": o.violation, "flow_best": np.array(o.best)}
