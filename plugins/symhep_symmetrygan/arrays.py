"""What the figures are drawn from; `symhep_symmetrygan.record` lists the names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import LEAST
from symhep.methods.result import Arrays
from symhep_symmetrygan.outcome import (
    Composed,
    Divergences,
    Expected,
    Losses,
    Outcome,
    Search,
    Slice,
    Span,
    Tested,
)
from symhep_symmetrygan.verdict import verdicts

__all__ = ["drawing_arrays"]


def drawing_arrays(o: Outcome) -> Arrays:
    """The arrays of a result."""
    found: Arrays = {}
    if o.search is not None:
        found |= _search(o.search)
        found["verdict"] = verdicts(o)
        component = np.full(len(o.search.final), "") if o.component is None else o.component
        found["component"] = component
    if o.tested is not None:
        found |= _tested(o.tested)
    if o.divergences is not None:
        found |= _divergences(o.divergences)
    if o.losses is not None:
        found |= _losses(o.losses)
    if o.span is not None:
        found |= _span(o.span)
    if o.composed is not None:
        found |= _composed(o.composed)
    for number, piece in enumerate(o.slices):
        found |= _slice(number, piece)
    if o.map is not None:
        found |= _map(o.map)
    return found


def _search(s: Search) -> Arrays:
    return {
        "parameters": _strings(s.parameters),
        "initial": s.initial * s.units,
        "final": s.final * s.units,
        "periods": s.periods,
        "matrices": s.matrices,
        "loss": s.loss,
        "loss_steps": s.loss_steps,
    }


def _log10(log_p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # nan stays nan
    return np.asarray(np.maximum(log_p / np.log(10), LEAST))


def _tested(t: Tested) -> Arrays:
    return {
        "refined": t.refined,
        "moved": t.moved,
        "log10_p": _log10(t.log_p),
        "log10_p_adjusted": _log10(t.log_p_adjusted),
        "log10_p_trained": _log10(t.log_p_trained),
    }


def _divergences(d: Divergences) -> Arrays:
    return {
        "projections": _strings(d.projections),
        "kl_found": d.found,
        "kl_refined": d.refined,
        "kl_random": d.random,
        "kl_noise": d.noise,
    }


def _losses(losses: Losses) -> Arrays:
    return {
        "posthoc_found": losses.found,
        "posthoc_found_error": losses.found_error,
        "posthoc_random": losses.random,
        "posthoc_random_error": losses.random_error,
    }


def _span(s: Span) -> Arrays:
    return {
        "span_values": s.values,
        "span_noise": s.noise,
        "tangents": _strings(s.tangents),
        "generators": s.generators,
        "generators_error": s.errors,
        "generator_labels": _strings(s.labels),
    }


def _composed(c: Composed) -> Arrays:
    return {
        "composition_steps": c.steps,
        "composition_distance": c.distance,
        "composition_distance_error": c.distance_error,
        "composition_kl": c.kl,
        "composition_kl_error": c.kl_error,
    }


def _slice(number: int, s: Slice) -> Arrays:
    parts: Arrays = {"x": s.x, "loss": s.loss, "points": s.points, "near": s.near}
    if s.y_label is not None:
        parts["y"] = s.y
    if s.ridge is not None:
        parts["ridge"] = s.ridge
    return {f"slice_{number}_{name}": values for name, values in parts.items()}


def _map(m: Expected) -> Arrays:
    found: Arrays = {
        "map_coordinates": _strings(m.coordinates),
        "map_periods": m.periods,
        "map_initial": m.initial,
        "map_final": m.final,
        "map_expected": m.expected,
    }
    if m.learned is not None:
        found |= {
            "omega_initial": m.learned.initial,
            "omega_final": m.learned.final,
            "omega_expected": m.learned.expected,
            "omega_trained": m.learned.trained,
        }
    return found


def _strings(values: Sequence[str]) -> npt.NDArray[np.str_]:
    return np.array(values, dtype=np.str_) if len(values) else np.zeros(0, dtype="U1")
