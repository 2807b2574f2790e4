"""Numbers of a result under systematic variations: elements and classifiers as they are, on varied held-out events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.counterparts import counterparts
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.hypotheses.divergence.observed import Observed
from symhep.hypotheses.divergence.record import DivergenceRecord, bounded
from symhep.methods.answers import answers_of
from symhep.methods.context import Context, stream_for
from symhep.methods.number import Number
from symhep.methods.result import Result
from symhep.methods.symmetry import homogeneous
from symhep.methods.varied import Shifted
from symhep.stats.divergence import Excess
from symhep_symmetrygan.fit.elements import mean_loss
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Events, Rows, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.discrete import chosen_elements
from symhep_symmetrygan.subgroups.forward_backward import forward_backward, forward_backward_of_all
from symhep_symmetrygan.subgroups.held_out import all_asymmetries
from symhep_symmetrygan.subgroups.record import ElementRow
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.pictures import with_spectators
from symhep_symmetrygan.validation.posthoc import losses_of
from symhep_symmetrygan.validation.record import ElementDivergences

__all__ = ["evaluated"]

FloatArray = npt.NDArray[np.float64]
Numbers = dict[str, Shifted]
Fields = dict[str, Any]

#: Ends of keys that no evaluation gives: what these networks learned is not kept.
LEARNED = (".learned_asymmetry", ".posthoc_loss")


def evaluated(
    prepared: Prepared,
    result: Result[SymmetryGanRecord],
    alternatives: Sequence[Alternative],
    context: Context,
) -> list[Numbers]:
    """Key of an answer -> its value, for each of ``alternatives``: one, or several with the nominal rows.

    Found and refined elements, components and classifiers are those of the nominal fit. Held-out events are those of
    the nominal split, under the variation: no event that training saw comes back. Nothing varies for sets of members,
    whose projections and classifiers are others.
    """
    nominal = prepared.events(context)
    if nominal.members is not None:
        return [{} for _ in alternatives]
    first = _varied(prepared, nominal, alternatives[0].data, context)
    events = [first] + [_reweighted(prepared, nominal, first, a.data, context) for a in alternatives[1:]]
    changes: list[Fields] = [{} for _ in alternatives]
    parts = (
        _of_search(prepared, result, nominal, events, context),
        _of_discrete(prepared, result, nominal, events, alternatives, context),
    )
    for part in parts:
        for change, new in zip(changes, part, strict=True):
            change |= new
    return [_numbers(result.record, change) for change in changes]


def _numbers(nominal: SymmetryGanRecord, change: Fields) -> Numbers:
    known = {key for key, answer in answers_of(nominal).items() if answer.number is not None}
    varied = answers_of(nominal.model_copy(update=change))
    found = Numbers()
    for key, answer in varied.items():
        field = key.partition(".")[0].partition("[")[0]
        learned = field == "discrete" and key.endswith(LEARNED)
        if field not in change or key not in known or learned:
            continue
        if answer.number is not None and answer.number.value is not None:
            found[key] = Shifted(answer.number.value)
    return found


def _varied(prepared: Prepared, nominal: Events, data: Dataset, context: Context) -> Events:
    """The nominal events under a variation, in the same two parts and units."""
    o = prepared.options
    rows = Rows.of(data, acts_on=o.acts_on, vectors=o.vectors, held_out=o.held_out, like=prepared.rows)
    unit, left_out = rows.table.unit, prepared.rows.left_out
    train, held = (np.unique(_unit(part)) for part in (nominal.train, nominal.held))
    every, seeds = len(train) + len(held) + len(left_out), context.shared("events of a variation")
    # the same draw for both: what is held out is among what is taken
    taken = counterparts(
        unit,
        np.union1d(train, held),
        left_out,
        (len(train) + len(held)) / every,
        np.random.default_rng(seeds),
    )
    kept = counterparts(
        unit, held, np.union1d(train, left_out), len(held) / every, np.random.default_rng(seeds)
    )
    parts = [_sample(rows, part, context.device) for part in (np.setdiff1d(taken, kept), kept)]
    return replace(nominal, train=parts[0], held=parts[1])


def _reweighted(
    prepared: Prepared, nominal: Events, first: Events, data: Dataset, context: Context
) -> Events:
    """The rows of ``first`` with other weights: what differs in anything else is another variation."""
    other = _varied(prepared, nominal, data, context)
    return replace(
        first,
        train=replace(first.train, weights=other.train.weights),
        held=replace(first.held, weights=other.held.weights),
    )


def _unit(sample: Sample) -> npt.NDArray[np.int64]:
    return np.arange(len(sample)) if sample.unit is None else sample.unit


def _sample(rows: Rows, chosen: npt.NDArray[np.int64], device: str) -> Sample:
    part = rows.table.take(chosen)
    beside = torch.from_numpy(part.spectators).to(device) if part.spectator_columns else None
    return Sample(
        torch.from_numpy(part.values).to(device), torch.from_numpy(part.weights).to(device), part.unit, beside
    )


def _weights(events: Events) -> FloatArray:
    return np.asarray(events.held.weights.cpu().numpy())


def _observed(nominal: Events, varied: Events, bins: int, seeds: np.random.SeedSequence) -> Observed | None:
    """Varied held-out events in the projections and blocks of the nominal ones."""
    like = observed_of(nominal, bins, seeds)
    if like is None:
        return None
    held, rng = varied.held, np.random.default_rng(seeds)
    return Observed(like.projections, held.x.cpu().numpy(), held.weights.cpu().numpy(), held.unit, rng, like)


def _of_search(
    prepared: Prepared,
    result: Result[SymmetryGanRecord],
    nominal: Events,
    varied: Sequence[Events],
    context: Context,
) -> list[Fields]:
    """Of elements that were searched: divergences of projections, losses of classifiers."""
    options, record, a = prepared.options, result.record, result.arrays
    if options.search is None or "refined" not in a:
        return [{} for _ in varied]
    space = read_space(options.search, nominal)
    own, others = space.of(nominal), [space.of(events) for events in varied]
    known = np.asarray(np.isfinite(a["refined"]).all(axis=(1, 2)))
    found: list[Fields] = [{"connected_components": record.connected_components} for _ in varied]
    observed = None
    if record.kl is not None:
        observed = _observed(own, others[0], options.validation.bins, context.shared("divergences"))
    if observed is not None:
        sets = [a["matrices"][known], a["refined"][known], a["random"]]
        weights = [_weights(events) for events in others]
        for change, measured in zip(
            found, zip(*(observed.under(s, weights) for s in sets), strict=True), strict=True
        ):
            change |= _divergences(record, observed, a, known, *measured)
    if "posthoc" in result.checkpoint:
        for change, losses in zip(
            found, _losses(result, own, others, options.validation.posthoc), strict=True
        ):
            change |= _mean_losses(record, a, change["connected_components"], **losses)
    return found


def _divergences(
    record: SymmetryGanRecord,
    observed: Observed,
    a: Mapping[str, npt.NDArray[Any]],
    known: npt.NDArray[np.bool_],
    found: Excess,
    refined: Excess,
    random: Excess,
) -> Fields:
    def of(chosen: npt.NDArray[np.bool_]) -> Excess:
        return refined[chosen[known]]

    kl = ElementDivergences.seen(
        observed, symmetry=found, refined=refined, random=random,
        kept=of(a["verdict"] == "kept"), failed=of(a["verdict"] == "failed"),
    )  # fmt: skip
    rows = []
    for row in record.connected_components:
        members = of(a["component"] == row.name)
        rows.append(row.model_copy(update={"excess": bounded(members.mean())}) if len(members) else row)
    return {"kl": kl, "connected_components": tuple(rows)}


def _losses(
    result: Result[SymmetryGanRecord], own: Events, others: Sequence[Events], options: Any
) -> list[dict[str, FloatArray]]:
    """Of the classifiers of found, refined and random elements: (E,) each, NaN for what is no element."""
    each: list[dict[str, FloatArray]] = [{} for _ in others]
    weights = [_weights(events) for events in others]
    for name, stored in (("found", "matrices"), ("refined", "refined"), ("random", "random")):
        elements, networks = result.arrays[stored], result.checkpoint["posthoc"][name]
        usable = np.asarray(np.isfinite(networks).all(axis=1) & np.isfinite(elements).all(axis=(1, 2)))
        whole = with_spectators(elements[usable], own.train, element=True)
        losses = losses_of(networks[usable], own.train, others[0].held, whole, options, weights)
        for one, values in zip(each, losses, strict=True):
            one[name] = np.full(len(elements), np.nan)
            one[name][usable] = values
    return each


def _mean_losses(
    record: SymmetryGanRecord,
    a: Mapping[str, npt.NDArray[Any]],
    components: tuple[ComponentRecord, ...],
    found: FloatArray,
    refined: FloatArray,
    random: FloatArray,
) -> Fields:
    if record.posthoc_loss is None:
        return {}
    losses = record.posthoc_loss.model_copy(
        update={
            "found": mean_loss(found), "random": mean_loss(random),
            "kept": mean_loss(found[a["verdict"] == "kept"]), "failed": mean_loss(found[a["verdict"] == "failed"]),
        }
    )  # fmt: skip
    rows = []
    for row in components:
        members = refined[a["component"] == row.name]
        members = members[np.isfinite(members)]
        new = {"posthoc_loss": Number(value=float(members.mean()))} if len(members) else {}
        rows.append(row.model_copy(update=new))
    return {"posthoc_loss": losses, "connected_components": tuple(rows)}


def _of_discrete(
    prepared: Prepared,
    result: Result[SymmetryGanRecord],
    nominal: Events,
    varied: Sequence[Events],
    alternatives: Sequence[Alternative],
    context: Context,
) -> list[Fields]:
    """Of discrete elements: asymmetries of predefined observables of all events, divergences of held-out ones."""
    options, record = prepared.options, result.record
    if options.discrete is None:
        return [{} for _ in varied]
    elements = {element.name: element for element in chosen_elements(nominal, options.discrete)}
    tested = [row.name for row in record.discrete if row.how == "tested" and row.same_as is None]
    chosen = [elements[name] for name in tested]
    seeds = context.shared("subgroups")
    measured: list[Excess | None] = [None for _ in varied]
    observed = None
    if chosen and record.discrete_kl is not None:
        observed = _observed(nominal, varied[0], options.validation.bins, stream_for(seeds, "divergences"))
    if observed is not None:
        matrices = homogeneous(np.stack([e.whole for e in chosen]), element=True)
        measured = list(observed.under(matrices, [_weights(events) for events in varied]))
    found = list[Fields]()
    for events, alternative, excess in zip(varied, alternatives, measured, strict=True):
        sizes = all_asymmetries(events, chosen, options.discrete, seeds) if chosen else []
        numbers: dict[str, Fields] = {
            name: {"size": None if size is None else size.size}
            for name, size in zip(tested, sizes, strict=True)
        }
        ahead = forward_backward(events)
        if prepared.rows.stream is not None and alternative.data.stream is not None:
            ahead = forward_backward_of_all(events, alternative.data.stream, context)
        change: Fields = {"forward_backward_asymmetry": ahead}
        if excess is not None and observed is not None:
            for k, name in enumerate(tested):
                numbers[name]["excess"] = bounded(excess[k])
            change["discrete_kl"] = _discrete_kl(record.discrete, tested, excess, observed)
        change["discrete"] = tuple(
            row.model_copy(update=numbers.get(row.same_as or row.name, {})) for row in record.discrete
        )
        found.append(change)
    return found


def _discrete_kl(
    rows: Sequence[ElementRow], tested: Sequence[str], excess: Excess, observed: Observed
) -> DivergenceRecord:
    rejected = {row.name: row.rejected for row in rows}
    kept, failed = (excess[np.array([rejected[name] is no for name in tested])] for no in (False, True))
    return DivergenceRecord.seen(observed, kept=kept, failed=failed)
