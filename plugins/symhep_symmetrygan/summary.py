"""The numbers of results.json; `symhep_symmetrygan.record` lists the keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.maps.distance import far_from
from symhep_symmetrygan.outcome import Divergences, Losses, Outcome, Search, Span
from symhep_symmetrygan.verdict import verdicts

__all__ = ["summarise"]

FloatArray = npt.NDArray[np.float64]

#: Loss (13) of a discriminator that can only guess.
IDEAL = 2 * math.log(2)


def summarise(o: Outcome) -> dict[str, Any]:
    """The summary of results.json."""
    verdict = verdicts(o)
    return {
        "space": None if o.search is None else _space(o.search, o.span),
        "training": None if o.search is None else _training(o.search),
        "events": dict(o.events),
        "vectors": dict(o.vectors),
        "scale": o.scale,
        "unit": o.unit,
        "level": o.level,
        "elements": int((verdict != "diverged").sum()),
        "verdicts": _counts(o, verdict),
        "kl": None if o.divergences is None else _divergences(o.divergences, verdict),
        "posthoc_loss": None if o.losses is None else _losses(o.losses, verdict),
        "algebra": None if o.span is None else dict(o.span.algebra),
        "generators": [] if o.span is None else _generators(o.span),
        "components": [dict(row) for row in o.components],
        "finite": None if o.finite is None else dict(o.finite),
        "component_group": None if o.component_group is None else dict(o.component_group),
        "notes": list(o.notes),
        "composition": None if o.composed is None else dict(o.composed.row),
        "catalogue": o.catalogue,
        "subgroups": [dict(row) for row in o.subgroups],
        "maximal_subgroups": [dict(row) for row in o.maximal_subgroups],
        "discrete": [dict(row) for row in o.discrete],
        "asymmetry": None if o.asymmetry is None else dict(o.asymmetry),
        "landscape": _landscape(o),
        "map": _map(o),
        "inertial": None if o.inertial is None else dict(o.inertial),
    }


def _space(s: Search, span: Span | None) -> dict[str, Any]:
    return {
        "name": s.space,
        "parameters": list(s.parameters),
        "discrete": list(s.discrete),
        "coordinates": list(s.coordinates),
        "dimension": None if span is None else len(span.tangents),
    }


def _training(s: Search) -> dict[str, Any]:
    return {"restarts": len(s.final), "steps": s.steps, "batch": s.batch, "terms": list(s.terms)}


def _counts(o: Outcome, verdict: npt.NDArray[np.str_]) -> dict[str, int]:
    counts = {
        name.replace(" ", "_"): int((verdict == name).sum())
        for name in ("kept", "failed", "diverged", "not tested")
    }
    trained = 0 if o.tested is None else int((o.tested.log_p_trained > math.log(o.level)).sum())
    return counts | {"kept_as_trained": trained}


def _mean(values: FloatArray) -> dict[str, Any]:
    """Mean over elements (rows) with its error; what is not finite is left out."""
    rows = values[np.isfinite(values).all(axis=1)]
    if not len(rows):
        return {"mean": None, "error": None, "number": 0}
    error = (
        rows.std(axis=0, ddof=1) / math.sqrt(len(rows)) if len(rows) > 1 else np.full(rows.shape[1], np.nan)
    )
    return {
        "mean": rows.mean(axis=0).tolist(),
        "error": [finite(e) for e in error],
        "number": len(rows),
    }


def finite(value: float) -> float | None:
    """JSON has no NaN.

    >>> finite(float("nan")), finite(1.0)
    (None, 1.0)
    """
    return float(value) if math.isfinite(value) else None


def _divergences(d: Divergences, verdict: npt.NDArray[np.str_]) -> dict[str, Any]:
    found, noise = _mean(d.found), _mean(d.noise)
    ratio = None
    if found["number"] and noise["number"]:
        ratio = [finite(a / b) if b else None for a, b in zip(found["mean"], noise["mean"], strict=True)]
    return {
        "projections": list(d.projections),
        "bins": d.bins,
        "symmetry": found,
        "refined": _mean(d.refined),
        "kept": _mean(d.refined[verdict == "kept"]),
        "failed": _mean(d.refined[verdict == "failed"]),
        "random": _mean(d.random),
        "noise": noise,
        "ratio": ratio,
    }


def _losses(losses: Losses, verdict: npt.NDArray[np.str_]) -> dict[str, Any]:
    found, random = _mean_loss(losses.found), _mean_loss(losses.random)
    return {
        "found": found["value"],
        "found_error": found["error"],
        "random": random["value"],
        "random_error": random["error"],
        "ideal": IDEAL,
        "kept": _mean_loss(losses.found[verdict == "kept"]),
        "failed": _mean_loss(losses.found[verdict == "failed"]),
    }


def _mean_loss(values: FloatArray) -> dict[str, Any]:
    mean = _mean(values[:, None])
    value, error = (None if part is None else part[0] for part in (mean["mean"], mean["error"]))
    return {"value": value, "error": error, "number": mean["number"]}


def _generators(span: Span) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "coefficients": dict(zip(span.tangents, values.tolist(), strict=True)),
            "errors": dict(zip(span.tangents, [finite(e) for e in errors], strict=True)),
        }
        for label, values, errors in zip(span.labels, span.generators, span.errors, strict=True)
    ]


def _landscape(o: Outcome) -> dict[str, Any] | None:
    if not o.slices:
        return None
    rows = [
        {
            "x": s.x_label,
            "y": s.y_label,
            "fixed": dict(s.fixed),
            "maxima": [list(map(float, point)) for point in s.maxima],
            "false_maxima": [list(map(float, point)) for point in s.false_maxima],
            "ridge": s.ridge is not None,
        }
        for s in o.slices
    ]
    return {"slices": rows, "source": o.landscape_source}


def _map(o: Outcome) -> dict[str, Any] | None:
    m = o.map
    if m is None:
        return None
    learned: Mapping[str, Any] | None = None
    if m.learned is not None:
        points = m.learned
        learned = far_from(points.final, points.expected, m.periods) | dict(points.row)
    return {
        "formula": m.formula,
        "coordinates": list(m.coordinates),
        **far_from(m.final, m.expected, m.periods),
        "learned": learned,
    }
