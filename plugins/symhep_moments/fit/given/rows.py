"""Which given groups and candidates of a sample are tested exactly, and the rows of the groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from symhep.errors import as_card_error
from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.groups.record import GroupRow
from symhep.lie.elements.frame import Frame
from symhep.lie.generators import Generators
from symhep.methods.context import stream_for
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.given.exact_test import GroupTest, draws_for, group_test
from symhep_moments.fit.given.groups import CompactGroup, one_parameter_group, read_group
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Events

__all__ = ["exact_candidates", "given_groups", "group_rows", "tests_exactly"]

FloatArray = npt.NDArray[np.float64]


def given_groups(names: Sequence[str], frame: Frame, generators: Sequence[Generators]) -> list[CompactGroup]:
    """The groups of the option. Raises `CardError` for what is no compact group on these vectors."""
    with as_card_error("groups"):
        return [read_group(name, frame, generators) for name in names]


def tests_exactly(events: Events, options: MomentsOptions) -> bool:
    """Are single candidates tested exactly? By the options and the number of events alone.

    Not relative to another density, nor within fiducial cuts, where test functions vanish at the edges instead; nor of
    more events than are in memory, of which an exact test would see a part alone.
    """
    asked = options.density is None and not options.fiducial
    return asked and not events.subsampled and events.effective < options.exact_below


def exact_candidates(
    events: Events,
    frame: Frame,
    options: MomentsOptions,
    seeds: np.random.SeedSequence,
    functions: TestFunctions | None = None,
    efficiency: Callable[[FloatArray], FloatArray] | None = None,
) -> dict[str, GroupTest]:
    """Tests of the candidates with closed orbits, each as the given group of one parameter that it generates.

    ``efficiency``: of events (n, P, D) -> (n,) how probable it is that they are seen; None: all alike.
    """
    if not tests_exactly(events, options):
        return {}
    labels = events.generators.labels
    matrices = events.generators.homogeneous().matrices
    groups = {
        label: one_parameter_group(label, matrix, efficiency)
        for label, matrix in zip(labels, matrices, strict=True)
    }
    most = draws_for(len(labels), options.level)
    return {
        label: group_test(events, group, frame, _rng(seeds, label), most, functions)
        for label, group in groups.items()
        if group is not None
    }


def group_rows(
    events: Events,
    groups: Sequence[CompactGroup],
    frame: Frame,
    options: MomentsOptions,
    seeds: np.random.SeedSequence,
    functions: TestFunctions | None = None,
) -> tuple[GroupRow, ...]:
    """One row for each group, adjusted for their number."""
    most = draws_for(len(groups), options.level)
    found = [group_test(events, group, frame, _rng(seeds, group.name), most, functions) for group in groups]
    logs = {i: test.log_p for i, test in enumerate(found)}
    family = adjusted(logs, options.level, kinds={i: test.kind for i, test in enumerate(found)})
    copies = events.source is not None and len(np.unique(events.source)) < len(events.source)
    return tuple(
        GroupRow(
            **dict(family[i]), name=group.name, meaning=group.meaning, images=test.images, draws=test.draws,
            unit="source event" if copies else "event", functions=test.block,
        )
        for i, (group, test) in enumerate(zip(groups, found, strict=True))
    )  # fmt: skip


def _rng(seeds: np.random.SeedSequence, name: str) -> np.random.Generator:
    return np.random.default_rng(stream_for(seeds, f"images of {name}"))
