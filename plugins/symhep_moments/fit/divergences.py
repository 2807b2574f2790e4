"""Projections of the events after the symmetry that was found, and after one candidate that is rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hist
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import LieError
from symhep.hypotheses.divergence.observed import Observed
from symhep.hypotheses.divergence.projections import projections
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.lie.sampling.group import group_draw
from symhep.methods.symmetry import Symmetry
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.functions.member_edges import entered
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
    weights = events.weights[chosen].cpu().numpy()
    whole, x = events.x[chosen], events.vectors[chosen].cpu().numpy()
    own = [symmetry.components.index(name) for name in events.names]
    kept = [
        _there(events, whole, (y if len(own) == y.shape[2] else y[..., own]) / events.scale)
        for y in _kept(symmetry, _lifted(x * events.scale, own, len(symmetry.components)), draws)
    ]
    kept = [y for y in kept if _stays(sample, whole, y)]
    if not kept:
        return None, {}
    broken = [_there(events, whole, y) for y in _broken(events, record, x, draws)]
    shown = _shown(events, sample.particles)
    rows, moved, failed = ([shown.rows(y) for y in many] for many in ([x], kept, broken))
    seen = Observed(
        projections(
            rows[0], shown.names, BINS, particles=shown.count, momenta=events.momenta, objects=shown.particles,
            scale=events.scale, present=shown.present,
        ),
        rows[0], weights, None if events.source is None else events.source[chosen], blocks,
    )  # fmt: skip
    told = DivergenceRecord.seen(seen, kept=seen.excess(moved), failed=seen.excess(failed))
    drawn = {"kept": moved[:1], "rejected": failed[:1]}
    return told, seen.histograms({name: some[0] for name, some in drawn.items() if some})


@dataclass(frozen=True, eq=False)
class _Shown:
    """The vectors whose projections are shown: all of them, and of a set the sum of its members.

    ``groups``: the places that each is a sum of; ``present`` (V, d), None where all components are there.
    """

    groups: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    particles: tuple[str, ...]
    present: npt.NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        return len(self.groups)

    def rows(self, x: FloatArray) -> FloatArray:
        """(N, P, d) -> (N, V d)."""
        if self.present is None:
            return x.reshape(len(x), -1)
        return np.concatenate([x[:, list(own)].sum(axis=1) for own in self.groups], axis=1)


def _shown(events: Events, particles: tuple[str, ...]) -> _Shown:
    count, places = events.x.shape[1], events.places
    if places is None:
        names = events.names if count == 1 and not events.momenta else tuple(
            f"{name}{p + 1}" for p in range(count) for name in events.names
        )  # fmt: skip
        return _Shown(tuple((p,) for p in range(count)), names, particles)
    groups = [(p,) for p in places.fixed] + [tuple(own) for own in places.members.values()]
    called = [places.vectors[p] for p in places.fixed] + [f"all {name}" for name in places.members]
    names = tuple(f"{name}{i + 1}" for i in range(len(groups)) for name in events.names)
    present = np.array([places.present[own[0]] for own in groups])
    return _Shown(tuple(groups), names, tuple(called), present)


def _lifted(x: FloatArray, own: list[int], components: int) -> FloatArray:
    """Vectors (N, P, d) among more ``components``, the others zero."""
    if len(own) == components:
        return x
    found = np.zeros((*x.shape[:2], components))
    found[..., own] = x
    return found


def _there(events: Events, whole: Tensor, moved: FloatArray) -> FloatArray:
    """Images (N, P, d) of events, of what is there."""
    if events.places is None:
        return moved
    return np.asarray(moved * events.places.there(whole).cpu().numpy())


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


def _stays(sample: Sample, whole: Tensor, moved: FloatArray) -> bool:
    """Do the events, and all of their members, stay within the fiducial cuts?"""
    if not sample.options.fiducial:
        return True
    functions = functions_for(sample.events, sample.options, np.random.default_rng(0))
    image = torch.cat([torch.from_numpy(moved).to(whole.device), whole[..., moved.shape[-1] :]], dim=-1)
    before, after = (weight(functions, y) > 0 for y in (whole, image))
    if sample.events.places is not None and sample.events.places.extended:
        inside, left = (sample.events.places.weights(entered(functions, y)) > 0 for y in (whole, image))
        after = after & ~(inside & ~left).any(dim=1)
    return bool((before & ~after).double().mean() < LOST)
