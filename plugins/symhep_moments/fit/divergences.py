"""Projections of the events after the symmetry that was found, and after one candidate that is rejected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hist
import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import LieError
from symhep.hypotheses.divergence.observed import Observed
from symhep.hypotheses.divergence.projections import projections
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.lie.sampling.group import group_draw
from symhep.methods.symmetry import Symmetry
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.measurement import functions_for
from symhep_moments.record import MomentsRecord
from symhep_moments.sample import Events, Sample

__all__ = ["divergences"]

FloatArray = npt.NDArray[np.float64]

#: Bins of the histograms; events that are used at most, evenly spaced; random elements of a group.
BINS, MOST, DRAWN = 100, 100_000, 1024
#: Rapidity, and translations in units of the events' scale, up to which elements of groups without an end are drawn.
REACH = 0.5
#: Share of the events that an element may move out of the fiducial region.
LOST = 1e-3


def divergences(
    sample: Sample, record: MomentsRecord, symmetry: Symmetry, seeds: np.random.SeedSequence
) -> tuple[DivergenceRecord | None, dict[str, hist.Hist[Any]]]:
    """Excess KL divergences of what is kept, the connected group and each discrete element, and of a broken candidate.

    Each event is moved by one of 1024 random elements of the group. None where nothing is kept, and where symmetries
    are relative to another density. With fiducial cuts, only of elements that move no event out of the region.
    """
    if record.reference is not None:
        return None, {}
    events, (blocks, draws) = sample.events, (np.random.default_rng(s) for s in seeds.spawn(2))
    chosen = np.unique(np.linspace(0, len(events) - 1, min(MOST, len(events))).round().astype(np.int64))
    x, weights = events.x[chosen].cpu().numpy(), events.weights[chosen].cpu().numpy()
    kept = list(_kept(symmetry, x * events.scale, draws))
    kept = [y for y in kept if _stays(sample, x, y / events.scale)]
    if not kept:
        return None, {}
    broken = list(_broken(events, record, x, draws))
    rows, moved, failed = (
        [y.reshape(len(x), -1) for y in many] for many in ([x], [y / events.scale for y in kept], broken)
    )
    names = events.names if events.x.shape[1] == 1 and not events.momenta else [
        f"{name}{p + 1}" for p in range(events.x.shape[1]) for name in events.names
    ]  # fmt: skip
    seen = Observed(
        projections(
            rows[0], names, BINS, particles=events.x.shape[1], momenta=events.momenta, objects=sample.particles,
            scale=events.scale,
        ),
        rows[0], weights, None if events.source is None else events.source[chosen], blocks,
    )  # fmt: skip
    told = DivergenceRecord.seen(seen, kept=seen.excess(moved), failed=seen.excess(failed))
    shown = {"kept": moved[:1], "rejected": failed[:1]}
    return told, seen.histograms({name: some[0] for name, some in shown.items() if some})


def _kept(symmetry: Symmetry, x: FloatArray, rng: np.random.Generator) -> Iterator[FloatArray]:
    """Events x (N, P, d), in the units of the data, moved by the connected group and by each discrete element."""
    if len(symmetry.generators):
        try:
            reach = REACH * float(np.sqrt((x**2).mean()))
            draw = group_draw(symmetry.generators, symmetry.elements[:0], boosts=REACH, translations=reach)
        except LieError:  # a span that is no algebra, or acts on nothing: there is no group to draw from
            pass
        else:
            yield symmetry.act(_dealt(draw.draw(DRAWN, rng), len(x)), x)
    for element in symmetry.elements:
        yield symmetry.act(np.broadcast_to(element, (len(x), *element.shape)), x)


def _broken(
    events: Events, record: MomentsRecord, x: FloatArray, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Scaled events moved by random elements of the first candidate that is rejected."""
    label = record.first_rejected
    if label in events.generators.labels:
        matrix = np.asarray(events.generators[label], dtype=np.float64)[None]
        drawn = group_draw(matrix, np.zeros((0, *matrix.shape[1:])), boosts=REACH, translations=REACH)
        elements = _dealt(drawn.draw(DRAWN, rng), len(x))
        yield x @ elements[:, :-1, :-1].swapaxes(1, 2) + elements[:, None, :-1, -1]


def _dealt(elements: FloatArray, count: int) -> FloatArray:
    return elements[np.arange(count) % len(elements)]


def _stays(sample: Sample, x: FloatArray, moved: FloatArray) -> bool:
    """Do the events stay within the fiducial cuts?"""
    if not sample.options.edges:
        return True
    functions = functions_for(sample.events, sample.options, np.random.default_rng(0))
    before, after = (weight(functions, torch.from_numpy(y)) > 0 for y in (x, moved))
    return bool((before & ~after).double().mean() < LOST)
