"""The shards that test subgroups and discrete elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hist
import numpy as np
import torch

from symhep.methods.context import Context
from symhep.methods.result import Arrays, Part
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.discrete import chosen_elements, search_elements
from symhep_symmetrygan.subgroups.images import images
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements
from symhep_symmetrygan.subgroups.record import ElementRow
from symhep_symmetrygan.subgroups.walk import search_subgroups
from symhep_symmetrygan.validation.observed import observed_of

__all__ = ["discrete_elements", "discrete_histograms", "subgroup_histograms", "subgroups"]


def subgroups(prepared: Prepared, context: Context) -> Part:
    """Rows of classes and of generators in the lab frame, a `SubgroupSearch`; generators of subgroups to show."""
    options = prepared.options.subgroups
    assert options is not None
    found, shown = search_subgroups(
        prepared.events(context),
        options,
        context.shared("subgroups"),
        level=prepared.options.level,
        bins=prepared.options.validation.bins,
        device=context.device,
        progress=context.progress,
    )
    arrays = {f"{name}_generators": place.generators.cpu().numpy() for name, place in shown.items()}
    arrays |= {f"{name}_compact": place.compact.cpu().numpy() for name, place in shown.items()}
    return Part(found.to_json(), arrays)


def discrete_elements(prepared: Prepared, context: Context) -> Part:
    """Rows of discrete elements: a `DiscreteSearch`."""
    options = prepared.options.discrete
    assert options is not None
    found = search_elements(
        prepared.events(context),
        options,
        context.shared("subgroups"),
        level=prepared.options.level,
        bins=prepared.options.validation.bins,
        device=context.device,
        progress=context.progress,
    )
    return Part(values=found.to_json())


def subgroup_histograms(
    events: Events, shown: Arrays, bins: int, seeds: np.random.SeedSequence
) -> dict[str, hist.Hist[Any]]:
    """Projections of held-out events, each moved by a random element of a subgroup, for those that are to be shown."""
    observed = observed_of(events, bins, seeds)
    if observed is None:
        return {}
    rng, x, moved = np.random.default_rng(seeds), events.held.x.cpu(), {}
    for name in [key.removesuffix("_compact") for key in shown if key.endswith("_compact")]:
        generators, compact = (
            torch.from_numpy(shown[f"{name}_{part}"]) for part in ("generators", "compact")
        )
        numbers = [
            torch.from_numpy(draw((len(x), len(generators)))) for draw in (rng.random, rng.standard_normal)
        ]
        moved[name] = images(random_elements(generators, compact, Draws.of(*numbers)), x).numpy()
    return observed.histograms(moved)


def discrete_histograms(
    events: Events,
    options: ElementOptions,
    rows: Sequence[ElementRow],
    bins: int,
    seeds: np.random.SeedSequence,
) -> dict[str, hist.Hist[Any]]:
    """The same of the first discrete element that is kept and the first that is rejected."""
    observed = observed_of(events, bins, seeds)
    if observed is None:
        return {}
    x, moved = events.held.x.cpu().numpy(), {}
    matrices = {element.name: element.whole for element in chosen_elements(events, options)}
    for name, rejected in (("kept", False), ("rejected", True)):
        for row in [row for row in rows if row.rejected is rejected and row.same_as is None][:1]:
            moved[name] = x @ matrices[row.name].T
    return observed.histograms(moved)
