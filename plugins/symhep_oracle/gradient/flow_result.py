"""What trained vector fields amount to: numbers, and sentences that say what they do not mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Arrays, Result, Statement, Table
from symhep_oracle.figures.flows import TERMS
from symhep_oracle.gradient.flow_outcome import FOUND, FlowOutcome
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.description import describe

__all__ = ["NO_ALGEBRA", "flow_result"]

#: What stands where an algebra has its name.
NO_ALGEBRA = "vector fields, no matrix algebra"


def flow_result(o: FlowOutcome, options: OracleMethodOptions) -> Result:
    """Summary, tables, statements, arrays and networks."""
    return Result(
        summary=_summary(o, options),
        arrays=_arrays(o),
        tables={"fields": _table(o)},
        statements=list(_statements(o, options)),
        checkpoint={"network": o.parameters},
    )


def _spread(values: npt.NDArray[np.float64], best: int) -> dict[str, float]:
    """The best seed's value, and the spread over the seeds as its error (zero for one seed)."""
    error = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return {"value": float(values[best]), "error": error}


def _summary(o: FlowOutcome, options: OracleMethodOptions) -> dict[str, Any]:
    best, last, info = o.best, o.arrays["parts"][-1], o.info
    keys = ("outputs", "precision", "approximate", "negative_weight", "training")
    return {
        "algebra": {
            "dimension": int(o.found[best]), "name": NO_ALGEBRA if o.found[best] else "0",
            "confidence": o.confidence, "dimension_confidence": o.confidence, "decision": _decision(o),
            "identification": None,
        },
        "generators": [
            {"name": f"v_{g + 1}", "residual": _spread(o.violation[:, g], best),
             "along_contours": _spread(o.along[:, g], best)}
            for g in range(o.along.shape[1])
        ],
        "residual": {
            "invariance": float(o.violation[best].max()),
            "closure": float(o.closure[best]),
            "closure_error": _spread(o.closure, best)["error"],
            "brackets_along_contours": _spread(o.bracket_along, best),
        },
        "spectrum": {"values": [], "noise": []},
        "support": {"constraints": [], "checked_off_support": False, "spurious": []},
        "layout": {
            "vectors": o.layout.vectors, "dimension": o.layout.dimension, "complex": o.layout.complex,
            "components": info["names"],
        },
        "events": info["events"], "scale": info["scale"],
        "oracle": {key: info[key] for key in keys if key in info},
        "solver": {
            "name": options.solver,
            "loss": {"best": float(last[best].sum()), "median": float(np.median(last.sum(axis=1)))},
            "parts": dict(zip(TERMS, last[best].tolist(), strict=True)),
            "events": {"trained": info["trained_on"], "measured": info["measured_on"]},
            "along_by_chance": o.chance,
            "directions": _spread(o.directions, best),
        },
        "options": options.model_dump(mode="json"),
    }  # fmt: skip


def _decision(o: FlowOutcome) -> str:
    agreeing = int((o.found == o.found[o.best]).sum())
    return (
        f"a field counts if at most {FOUND:g} of what a random direction has across the contours is left; "
        f"{agreeing} of {len(o.found)} seeds agree on {o.found[o.best]} of {o.along.shape[1]}"
    )


def _arrays(o: FlowOutcome) -> Arrays:
    arrays: Arrays = {f"flow_{name}": values for name, values in o.arrays.items()}
    return arrays | {"flow_along": o.along, "flow_violation": o.violation, "flow_best": np.array(o.best)}


def _table(o: FlowOutcome) -> Table:
    rows = tuple(
        (s + 1, g + 1, float(f"{o.arrays['parts'][-1, s].sum():.3g}"), float(f"{o.violation[s, g]:.3g}"),
         round(float(o.along[s, g]), 5))
        for s in range(len(o.along))
        for g in range(o.along.shape[1])
    )  # fmt: skip
    return Table(
        ("seed", "field", "loss of the seed", "violation", "share along the contours"),
        rows,
        f"Every field of every seed on {o.info['measured_on']} events that it was not trained on. The violation is the "
        "rms of grad phi . v over the rms of |v| times the rms slope.",
    )


def _statements(o: FlowOutcome, options: OracleMethodOptions) -> Iterator[Statement]:
    best, count, oracle = o.best, o.along.shape[1], describe(options.oracle)
    found, figure = int(o.found[best]), "fields" if "grid" in o.arrays else "loss"
    least = int(o.along[best].argmin())
    along, violation = _spread(o.along[:, least], best), _spread(o.violation[:, least], best)
    evidence = {
        "found": found, "asked": count, "along": along, "violation": violation, "chance": o.chance,
        "confidence": o.confidence, "events": o.info["measured_on"],
    }  # fmt: skip
    which = "a trained vector field" if count == 1 else f"the worst of {count} trained vector fields"
    yield Statement(
        f"{found} of {count} trained vector field{'s follow' if count > 1 else ' follows'} the contours of {oracle}: "
        f"{which} has {along['value']:.1%} +- {along['error']:.1%} of its square along them on "
        f"{o.info['measured_on']} events that it was not trained on (a random direction: {o.chance:.0%}), and changes "
        f"the oracle by {violation['value']:.2g} +- {violation['error']:.1g} of what a step of that size can.",
        evidence,
        figure,
    )
    yield Statement(
        "This is a direction at each point and no matrix algebra: a field times any function of the event preserves "
        f"the oracle as well, so their number is what was asked for ({count}), not a dimension of a symmetry.",
        {"asked": count},
        figure,
    )
    if count > 1:
        closure, inside, directions = (_spread(v, best) for v in (o.closure, o.bracket_along, o.directions))
        yield Statement(
            f"Of the brackets of the fields {closure['value']:.2g} +- {closure['error']:.1g} lies outside their span "
            f"with constant coefficients, so they {'do not ' if closure['value'] > FOUND else ''}close as a Lie "
            f"algebra; {inside['value']:.1%} of the brackets runs along the contours. At a point the fields have "
            f"{directions['value']:.2f} directions on average.",
            {"closure": closure, "brackets_along": inside, "directions": directions},
            figure,
        )
    if found < count or o.confidence < 0.5:
        yield Statement(
            f"Not every field follows the contours, or not with every seed: {_decision(o)}. Too few epochs look the "
            "same as no symmetry.",
            {"found": o.found.tolist()},
            "loss",
            kind="warning",
        )
    if o.info["negative_weight"] > 0:
        yield Statement(
            f"{o.info['negative_weight']:.0%} of the weight is negative; events count by |w|, since an invariance "
            "holds event by event.",
            {"negative_weight": o.info["negative_weight"]},
            kind="warning",
        )
