"""The summary and the arrays of a result: all that tables, sentences and figures are made from.

Summary, by key. p-values are pairs ``p_value``, ``log10_p``, of which the first is 0 below 1e-308; those with the
ending ``_adjusted`` are Holm's; null: not tested.

- ``algebra``: dimension, name, confidence, p_value, log10_p (of the closed algebra, else of the rank test at that
  dimension), angle_95 (radians between the span found and the true one, 95 %), alternatives [[name, share]], closed
  {exists, distance, conditions, p_value, log10_p, rejected} or null: how far from closed the span is, no numbers
  where no closed one was found near;
- ``generators``: [{label, coefficients {candidate: c}, errors {candidate: e}, angle_95}], a readable basis of the span
  found, of length 1; translations are by ``scale``;
- ``symmetry``: for `symhep augment`, with its arrays, as `symhep.methods.symmetry.Symmetry` describes it;
- ``chain``: [{r, p_value, log10_p, statistic, dof, spread, rejected, blocks {name: {p_value, log10_p, statistic, dof,
  spread}}}], r falling; the statistic is that of all functions, dof and spread are its mean and standard deviation if
  r symmetries hold;
- ``candidates``: [{label, p_value, log10_p, p_value_adjusted, log10_p_adjusted, rejected, off_support, strength
  {value, low, high, unit, kind} or null, smallest_visible}]; a unit of '': a fraction;
- ``catalogue``: 'lorentz', 'poincare' or null; ``subgroups``: [{name, label, written, algebra, dimension, p_value,
  log10_p, p_value_adjusted, log10_p_adjusted, rejected, survives, how, by, limit_of, free, at_lab, generators,
  element, parameters}]; ``maximal_subgroups``: those that survive and lie in no other survivor; at_lab: survives at
  the catalogue's own position;
- ``discrete``: [{name, meaning, order, same_as, trivial, p_value, log10_p, p_value_adjusted, log10_p_adjusted,
  rejected, moment {p_value, log10_p}, classifier {p_value, log10_p, gain, error}, asymmetry {value, low, high}}]; the
  asymmetry is a fraction;
- ``clearest_bins``: [{label, kind, axes, x [low, high], y [low, high], value, error, bins}], of each map the bin that
  differs from zero by most errors;
- ``support``: rank, dimension, constraints [sentence], excluded [{label, why}];
- ``functions``: number, blocks {name: [first, end]}; ``events``, ``weights`` {effective, negative, copies of
  other events}, ``vectors`` {number, components}, ``scale``, ``unit``, ``level``, ``reference``, ``edges``.

Arrays (K functions, G candidates, G' of them or of their combinations on the support, r found, M maps):
``functions`` (K,), ``candidates`` (G,), ``tested`` (G',), ``generator_labels`` (r,) names; ``pulls`` (K, G') and
``pulls_found`` (K, r) moments over their errors (NaN: no spread), of the fitted directions what the fit leaves;
``generators`` and ``generators_error`` (r, G); ``map_values`` and ``map_errors`` (M, X, Y) with edges ``map_x``
(X + 1,), ``map_y`` (Y + 1,), ``map_labels`` and ``map_kinds`` (M,), ``map_axes`` (2,).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import p_numbers
from symhep.methods.result import Arrays
from symhep_moments.algebra import AlgebraTest
from symhep_moments.breaking import Breaking
from symhep_moments.coefficients import combination_text
from symhep_moments.discrete.family import DiscreteTest
from symhep_moments.events import Events
from symhep_moments.given import CandidateTest
from symhep_moments.maps import BreakingMap
from symhep_moments.moments import Moments
from symhep_moments.numbers import (
    candidate_numbers,
    chain_numbers,
    clearest_bin,
    discrete_numbers,
    finite,
    subgroup_numbers,
)
from symhep_moments.pulls import candidate_pulls, fitted_pulls
from symhep_moments.rank import Chain
from symhep_moments.region import Region
from symhep_moments.subgroups import LatticeTest
from symhep_moments.support import Support
from symhep_moments.vouched import vouched

__all__ = ["Outcome", "drawing_arrays", "summarise"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """All records of a fit; what was not asked for is None, or empty.

    Attributes
    ----------
    events
        With the G candidates of the card.
    moments
        Of the G' candidates, or combinations of them, that are tangent to the support.
    support
        What the events fill, and which candidates leave it.
    candidates, ranks
        Tests of each tangent candidate, and of every number of symmetries among them.
    region, algebra
        Of the span that was found; None if no symmetry was.
    lattice
        Of subgroups, for four-momenta.
    discrete
        Tests of discrete elements.
    breakings, maps
        How strongly candidates are broken, and where.
    level
        Probability of rejecting what holds.
    reference, edges
        Relative to what, and with which fiducial cuts, in words.
    """

    events: Events
    moments: Moments
    support: Support
    candidates: Sequence[CandidateTest]
    ranks: Chain
    region: Region | None
    algebra: AlgebraTest | None
    lattice: LatticeTest | None
    discrete: Sequence[DiscreteTest]
    breakings: Sequence[Breaking]
    maps: Sequence[BreakingMap]
    level: float
    reference: str | None = None
    edges: tuple[str, ...] = ()


def summarise(o: Outcome) -> dict[str, Any]:
    """The summary of results.json."""
    rows, maximal = ([], []) if o.lattice is None else subgroup_numbers(o.lattice)
    generators = _generators(o)
    return {
        "algebra": _algebra(o),
        "generators": generators,
        "symmetry": vouched(o, generators).to_summary(),
        "chain": chain_numbers(o.ranks),
        "candidates": _candidates(o),
        "catalogue": None if o.lattice is None else o.lattice.order.catalogue.key,
        "subgroups": rows,
        "maximal_subgroups": maximal,
        "discrete": discrete_numbers(o.discrete),
        "clearest_bins": [clearest_bin(m) for m in _telling(o.maps)],
        "support": {
            "rank": o.support.rank,
            "dimension": o.support.dimension,
            "constraints": list(o.support.constraints),
            "excluded": [{"label": label, "why": why} for label, why in o.support.excluded],
            "still": o.support.motionless(o.events.generators.labels),
        },
        "functions": {
            "number": len(o.moments.labels),
            "blocks": {name: [b.start, b.stop] for name, b in o.moments.blocks.items()},
        },
        "events": len(o.events),
        "weights": _weights(o.events),
        "vectors": {"number": int(o.events.x.shape[1]), "components": list(o.events.names)},
        "scale": o.events.scale,
        "unit": o.events.unit,
        "level": o.level,
        "reference": o.reference,
        "edges": list(o.edges),
    }


def _weights(events: Events) -> dict[str, float | int]:
    size = float(events.weights.abs().sum())
    return {
        "effective": events.effective,
        "negative": float(-events.weights.clamp(max=0).sum()) / size,
        "copies": events.copies,
    }


def _candidates(o: Outcome) -> list[dict[str, Any]]:
    rows = candidate_numbers(
        o.events.generators.labels, o.candidates, [label for label, _ in o.support.excluded], o.level
    )
    sizes = {b.label: b.to_json() for b in o.breakings}
    # Off its support a density changes altogether: a strength would say nothing.
    return [row | sizes.get(row["label"], {}) if row["log10_p"] is not None else row for row in rows]


def _algebra(o: Outcome) -> dict[str, Any]:
    best, algebra = o.ranks.best, o.algebra
    if best is None or algebra is None or o.region is None:
        return {
            "dimension": 0, "name": "0", "confidence": None, "p_value": None, "log10_p": None, "angle_95": None,
            "alternatives": [], "closed": None,
        }  # fmt: skip
    named, closure = algebra.identification, algebra.closure_log_p
    return {
        "dimension": best.r, "name": named.name, "confidence": finite(named.confidence),
        **p_numbers(best.log_p if algebra.log_p is None else algebra.log_p), "angle_95": finite(o.region.angle_95),
        "alternatives": [[name, float(share)] for name, share in named.alternatives],
        "closed": {
            "exists": algebra.theta is not None, "distance": finite(algebra.distance),
            "conditions": algebra.conditions,
            **({"p_value": None, "log10_p": None} if closure is None else p_numbers(closure)),
            "rejected": closure is not None and closure <= math.log(o.level),
        },
    }  # fmt: skip


def _basis(o: Outcome) -> tuple[FloatArray, FloatArray]:
    """Coefficients of the symmetries found in the candidates of the card, and their errors: (G, r) each."""
    tangent = o.support.tangent
    if o.region is None:
        return np.zeros((len(tangent), 0)), np.zeros((len(tangent), 0))
    g, r = o.region.theta.shape
    blocks = o.region.covariance.reshape(r, g, r, g)
    variance = np.einsum("ca,iaib,cb->ci", tangent, blocks, tangent, optimize=True)
    return tangent @ o.region.theta, np.sqrt(np.maximum(variance, 0.0))


def _generators(o: Outcome) -> list[dict[str, Any]]:
    labels = o.events.generators.labels
    found = []
    for number, (values, errors) in enumerate(zip(*(part.T for part in _basis(o)), strict=True)):
        coefficients = dict(zip(labels, values.tolist(), strict=True))
        noise = dict(zip(labels, errors.tolist(), strict=True))
        angle = None if o.region is None else finite(o.region.angles_95[number])
        found.append(
            {
                "label": combination_text(coefficients, noise), "coefficients": coefficients, "errors": noise,
                "angle_95": angle,
            }
        )  # fmt: skip
    return found


def drawing_arrays(o: Outcome) -> Arrays:
    """What the figures need."""
    m, best = o.moments, o.ranks.best
    coefficients, errors = _basis(o)
    generators = _generators(o)
    found = np.zeros((len(m.labels), 0))
    if o.region is not None and best is not None:
        found = fitted_pulls(m, o.region.theta, best.normal)
    return {
        "functions": _strings(m.labels),
        "candidates": _strings(o.events.generators.labels),
        "tested": _strings(m.generators.labels),
        "pulls": candidate_pulls(m),
        "pulls_found": found,
        "generators": coefficients.T,
        "generators_error": errors.T,
        "generator_labels": _strings([row["label"] for row in generators]),
        **vouched(o, generators).to_arrays(),
    } | _map_arrays(_telling(o.maps))


def _telling(maps: Sequence[BreakingMap]) -> list[BreakingMap]:
    """Maps in which anything can change: a shift of the energy, say, leaves all directions alone."""
    return [m for m in maps if (m.errors > 0).any()]


def _map_arrays(maps: Sequence[BreakingMap]) -> Arrays:
    if not maps:
        return {"map_values": np.zeros((0, 0, 0)), "map_labels": _strings([])}
    return {
        "map_values": np.array([m.values for m in maps]),
        "map_errors": np.array([m.errors for m in maps]),
        "map_x": maps[0].x,
        "map_y": maps[0].y,
        "map_labels": _strings([m.label for m in maps]),
        "map_kinds": _strings([m.kind for m in maps]),
        "map_axes": _strings(maps[0].axes),
    }


def _strings(values: Sequence[str]) -> npt.NDArray[np.str_]:
    return np.array(values, dtype=np.str_) if len(values) else np.zeros(0, dtype="U1")
