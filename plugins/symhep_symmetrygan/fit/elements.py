"""What search, validation, inference and landscape leave, as the records of an `Outcome`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import p_numbers
from symhep.stats.multiplicity import holm
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.landscape.slices import Slice as Computed
from symhep_symmetrygan.maps.periods import apart
from symhep_symmetrygan.outcome import Divergences, Losses, Slice, Span, Tested
from symhep_symmetrygan.p_rows import p_row
from symhep_symmetrygan.validation.results import Validated

__all__ = [
    "component_names",
    "component_rows",
    "divergences_of",
    "losses_of",
    "slice_of",
    "span_of",
    "tested_of",
]

FloatArray = npt.NDArray[np.float64]


def tested_of(v: Validated) -> Tested:
    """The tests of found elements."""
    return Tested(v.refined, v.moved, v.log_p, v.log_p_adjusted, v.log_p_found)


def divergences_of(v: Validated) -> Divergences:
    """Divergences of projections; the two outer bins hold what is beyond an axis."""
    names = tuple(str(name) for name in v.projections)
    return Divergences(names, v.edges.shape[1] - 1, v.kl_found, v.kl_refined, v.kl_random, v.kl_noise)


def losses_of(v: Validated) -> Losses | None:
    """Losses of post-hoc classifiers; None if there were none."""
    if not np.isfinite(v.posthoc_found).any():
        return None
    return Losses(v.posthoc_found, v.posthoc_found_error, v.posthoc_random, v.posthoc_random_error)


def span_of(i: Inference) -> Span:
    """The algebra, with its kind and the reason for it."""
    p = i.algebra["p_value"]
    log10_p = None if p is None else p_numbers(math.log(p) if p > 0 else -math.inf)["log10_p"]
    row = {**i.algebra, "log10_p": log10_p, "kind": i.kind, "why": i.why}
    return Span(i.span_values, i.span_noise, i.tangents, i.generators, i.errors, i.labels, row)


def component_names(i: Inference) -> npt.NDArray[np.str_]:
    """(E,) name of the component of each element, '' for none."""
    names = np.array([*(row["name"] for row in i.components), ""])
    return np.asarray(names[i.component])


def component_rows(
    i: Inference, v: Validated, representatives: Validated | None, level: float
) -> list[dict[str, Any]]:
    """Rows of ``components``: numbers of their elements, and the tests of their representatives.

    ``representatives`` is the validation of `Inference.representatives`, simple elements that no event chose: their
    p-values are of the elements exactly as they are. Divergences and losses are means over the refined elements.
    """
    log_p = np.full(len(i.components), np.nan) if representatives is None else representatives.log_p_found
    known = ~np.isnan(log_p)
    adjusted = np.full(len(log_p), np.nan)
    adjusted[known] = holm(log_p[known]) if known.any() else 0.0
    rows = []
    for c, row in enumerate(i.components):
        members = i.component == c
        rows.append(
            {
                "name": row["name"], "elements": row["found"], "kept": row["kept"], "verdict": row["verdict"],
                "action": row["action"], "action_error": row["action_error"], "distance": row["named_distance"],
                "order": row["order"], "matrix": row["matrix"], **_tested(log_p[c], adjusted[c], level),
                "kl": _mean(v.kl_refined[members]),
                "posthoc_loss": _loss(v.posthoc_refined[members], v.posthoc_refined_error[members]),
            }
        )  # fmt: skip
    return rows


def _tested(log_p: float, adjusted: float, level: float) -> dict[str, Any]:
    rejected = bool(adjusted <= math.log(level))
    return p_row(None, None, rejected) if np.isnan(log_p) else p_row(float(log_p), float(adjusted), rejected)


def _mean(values: FloatArray) -> list[float] | None:
    known = values[np.isfinite(values).all(axis=1)]
    if not len(known):
        return None
    mean: list[float] = known.mean(axis=0).tolist()
    return mean


def _loss(values: FloatArray, errors: FloatArray) -> dict[str, float] | None:
    """Mean over elements. All are judged by the same events, so that the mean is no better known than one of them."""
    known = np.isfinite(values) & np.isfinite(errors)
    if not known.any():
        return None
    return {"value": float(values[known].mean()), "error": float(errors[known].mean())}


def slice_of(
    computed: Computed,
    labels: Sequence[str],
    final: FloatArray,
    periods: FloatArray,
    units: FloatArray,
    within: float,
) -> Slice:
    """A slice through the landscape with the found elements over it, brought to the units of the data.

    Parameters
    ----------
    labels, periods, units
        Of the K parameters: names, 2 pi for angles, and what brings them to the units of the data.
    final
        (E, K), in the same units as the slice.
    within
        An element lies on the slice if no parameter that is fixed there differs by more.
    """
    places = [labels.index(axis.label) for axis in computed.axes]
    points = final[:, places].copy()
    for column, (place, axis) in enumerate(zip(places, computed.axes, strict=True)):
        if periods[place] > 0:
            points[:, column] = axis.low + np.mod(points[:, column] - axis.low, periods[place])
    held = [labels.index(label) for label in computed.fixed]
    values = np.array([[computed.fixed[labels[k]] for k in held]])
    near = np.asarray((np.abs(apart(final[:, held], values, periods[held])) <= within).all(axis=1))
    scale = units[places]
    single, true = computed.maxima.single, computed.symmetric
    maxima = computed.maxima.points * scale
    ridge = maxima[~single & true]
    fixed = {label: value * float(units[labels.index(label)]) for label, value in computed.fixed.items()}
    return Slice(
        computed.axes[0].label, computed.axes[1].label if len(places) == 2 else None,
        computed.axes[0].values * scale[0], computed.axes[-1].values * scale[-1] if len(places) == 2 else np.zeros(0),
        computed.deficit, points * scale, near, maxima[single & true].tolist(), maxima[single & ~true].tolist(),
        ridge if len(ridge) else None, fixed,
    )  # fmt: skip
