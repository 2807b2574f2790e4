"""From the parts of a fit to the records that results, sentences and figures are made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep.methods.symmetry import Symmetry
from symhep.stats.multiplicity import holm
from symhep_symmetrygan.fit.elements import divergences_of, losses_of, tested_of
from symhep_symmetrygan.fit.group import grouped
from symhep_symmetrygan.fit.histograms import before_and_after
from symhep_symmetrygan.fit.landscape import empirical_map, landscape_slices
from symhep_symmetrygan.fit.restarts import matrices_of, prepared, space_of, units_of
from symhep_symmetrygan.fit.shards import pieces
from symhep_symmetrygan.fit.symmetry import vouched
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.outcome import Expected, Learned, Outcome, Search, Tested
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.validation.results import Validated

__all__ = ["gather"]

FloatArray = npt.NDArray[np.float64]

#: What a part holds once, and not for each restart.
ONCE = ("projections", "edges", "counts_before", "counts_random", "kl_random", "kl_noise", "random", "posthoc_random",
        "posthoc_random_error")  # fmt: skip


def gather(
    data: Dataset, options: SymmetryGanOptions, parts: Sequence[Part]
) -> tuple[Outcome, Symmetry | None]:
    """All records, and the symmetry that events can be augmented with; restarts in their order."""
    context = Context(np.random.SeedSequence([int(number) for number in parts[0].values["entropy"]]))
    whole = prepared(data, options, context)
    kinds = [piece.kind for piece in pieces(options, momenta=whole.momenta)]
    of = {kind: [part for part, k in zip(parts, kinds, strict=True) if k == kind] for kind in set(kinds)}
    outcome, symmetry = _described(whole, options), None
    if "restarts" in of:
        space = space_of(options, whole)
        outcome = _with_elements(outcome, _joined(of["restarts"]), space, space.of(whole), options, context)
        symmetry = vouched(outcome, space, whole)
    if "subgroups" in of:
        rows = of["subgroups"][0].values["search"]
        outcome = replace(outcome, **{name: rows[name] for name in rows})
    if "map" in of and outcome.map is not None:
        outcome = replace(outcome, map=_learned(outcome, of["map"][0]))
    return outcome, symmetry


def _joined(parts: Sequence[Part]) -> dict[str, npt.NDArray[Any]]:
    first = parts[0].arrays
    return {
        name: first[name] if name in ONCE else np.concatenate([part.arrays[name] for part in parts])
        for name in first
    }


def _described(events: Events, options: SymmetryGanOptions) -> Outcome:
    weights = torch.cat([events.train.weights, events.held.weights])
    negative = float(weights.clamp_max(0).abs().sum() / weights.abs().sum())
    return Outcome(
        events={
            "train": len(events.train),
            "held": len(events.held),
            "effective": events.held.effective,
            "negative": negative,
        },
        vectors={"number": events.particles, "components": list(events.components)},
        scale=events.scale,
        unit=events.unit,
        level=options.level,
    )


def _with_elements(
    outcome: Outcome,
    a: Mapping[str, npt.NDArray[Any]],
    space: Space,
    events: Events,
    options: SymmetryGanOptions,
    context: Context,
) -> Outcome:
    """Search, tests, divergences, losses; the group; what is drawn over them."""
    search = _search(a, space, events, options)
    adjusted = holm_of(a["log_p"])
    kept = (adjusted > math.log(options.level)) & ~search.diverged
    outcome = replace(outcome, search=search, inertial=_inertial(a, options))
    if not space.family.affine:
        blank = np.full(len(kept), np.nan)
        return replace(outcome, tested=Tested(search.matrices, blank, a["log_p"], adjusted, a["log_p"]))
    arrays: dict[str, Any] = {f.name: a[f.name] for f in fields(Validated)} | {"log_p_adjusted": adjusted}
    v = Validated(**arrays)
    outcome = replace(
        outcome,
        tested=tested_of(v),
        divergences=divergences_of(v),
        losses=losses_of(v),
        histograms=_histograms(v, events, options, kept),
    )
    if space.generators is not None:
        outcome = grouped(outcome, v, kept, space, events, options, context)
    if options.landscape is not None:
        slices = landscape_slices(options, space, events, search)
        outcome = replace(outcome, slices=slices, landscape_source=options.landscape.density or "the card")
    if options.map is not None:
        outcome = replace(outcome, map=empirical_map(options.map, space, events, search))
    return outcome


def holm_of(log_p: FloatArray) -> FloatArray:
    """Holm's adjustment of those that are known; NaN stays.

    >>> holm_of(np.array([np.nan, -10.0, 0.0])).round(3).tolist()
    [nan, -9.307, 0.0]
    """
    known, out = ~np.isnan(log_p), np.full(len(log_p), np.nan)
    if known.any():
        out[known] = holm(log_p[known])
    return out


def _search(
    a: Mapping[str, npt.NDArray[Any]], space: Space, events: Events, options: SymmetryGanOptions
) -> Search:
    d, training = space.family.vector, options.training
    finite = np.nan_to_num(a["final"])
    if space.family.affine:
        matrices = matrices_of(space, finite)
        matrices[a["diverged"]] = np.nan
    else:
        matrices = np.full((len(finite), d + 1, d + 1), np.nan)
    points = a["loss"].shape[1]
    steps = np.round((np.arange(points) + 0.5) / points * training.steps).astype(np.int64)
    return Search(
        space=space.name,
        parameters=space.family.labels,
        discrete=space.discrete,
        coordinates=events.names,
        initial=a["initial"],
        final=a["final"],
        units=units_of(space, events),
        periods=periods_of(space.family),
        matrices=matrices,
        diverged=a["diverged"],
        loss=a["loss"],
        loss_steps=steps,
        steps=training.steps,
        batch=training.batch,
        terms=tuple(term.words for term in options.terms),
    )


def _inertial(a: Mapping[str, npt.NDArray[Any]], options: SymmetryGanOptions) -> dict[str, Any] | None:
    """How many elements keep the inertial density, by Holm's p-values."""
    if options.inertial is None:
        return None
    adjusted = holm_of(a["inertial_log_p"])
    known = ~np.isnan(adjusted)
    kept = int((adjusted[known] > math.log(options.level)).sum())
    return {"how": options.inertial.way, "kept": kept, "rejected": int(known.sum()) - kept}


def _histograms(
    v: Validated, events: Events, options: SymmetryGanOptions, kept: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Of the events, and of their images under a kept element, that of median KL, and under a random one."""
    drawn: dict[str, FloatArray] = {}
    known = np.isfinite(v.refined).all(axis=(1, 2))
    shown = np.flatnonzero(known & kept if (known & kept).any() else known)
    if len(shown):
        order = np.argsort(v.kl_refined[shown].sum(1), kind="stable")
        drawn["found"] = v.refined[shown[order[len(order) // 2]]]
    if len(v.random):
        drawn["random"] = v.random[0]
    return before_and_after(events, options.validation.bins, drawn)


def _learned(outcome: Outcome, part: Part) -> Expected:
    assert outcome.map is not None
    a = part.arrays
    learned = Learned(a["initial"], a["final"], a["expected"], a["trained"], part.values["row"])
    return replace(outcome.map, learned=learned)
