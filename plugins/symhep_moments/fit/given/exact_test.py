"""The p-value of a compact group that is given: exact from two independent events on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.elements.frame import Frame
from symhep.methods.p_values import PKind
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.given.functions import GivenFunctions
from symhep_moments.fit.given.groups import CompactGroup
from symhep_moments.fit.given.images import ImageSums, Sums, joined_p
from symhep_moments.places import Places
from symhep_moments.sample import Events

__all__ = ["GroupTest", "draws_for", "fixed_weights", "group_test", "image_sums"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Independent events are replaced in so many groups, at most.
GROUPS = 1024
#: Images that are looked at together.
CHUNK = 40_000
#: Events whose images tell scales and widths.
LOOKED = 2000
#: Fewest random choices, and how many the smallest p-value that matters is worth.
FEWEST, WORTH = 999, 10
#: Weights that differ by less than this part are equal.
SAME = 1e-9


@dataclass(frozen=True)
class GroupTest:
    """Test of a given group.

    Attributes
    ----------
    log_p, kind
        Natural logarithm of the p-value, never below 1 / (draws + 1); exact, or asymptotic for weights that differ.
    draws, images
        Random choices it took, and images of each event that they choose from.
    block
        Functions in which the smallest p-value was found.
    blocks
        Block -> log p of its own, for many events.
    """

    log_p: float
    kind: PKind
    draws: int
    images: int
    block: str
    blocks: Mapping[str, float]


def draws_for(hypotheses: int, level: float) -> int:
    """Random choices at most, so that 1 / (draws + 1) is a tenth of what the first of Holm's steps asks for.

    >>> draws_for(1, 0.05), draws_for(10, 0.01)
    (999, 9999)
    """
    return max(FEWEST, ceil(WORTH * hypotheses / level) - 1)


def fixed_weights(weights: FloatArray) -> bool:
    """Are all weights that are not zero the same, and positive? Then nothing depends on them, and p is exact."""
    w = weights[weights != 0]
    return bool(len(w) and w.min() > 0 and w.max() - w.min() <= SAME * w.max())


def group_test(
    events: Events,
    group: CompactGroup,
    frame: Frame,
    rng: np.random.Generator,
    most: int = FEWEST,
    more: TestFunctions | None = None,
) -> GroupTest:
    """H: x and g x have the same law for all g of a compact ``group`` that was chosen before looking at the events.

    Each independent event stands for its images under Haar-random elements (`CompactGroup.images`). Under
    H any of them could as well have been observed, so that the rank of the statistic among those of random choices
    is an exact p-value (Hoeffding 1952, Ann. Math. Stat. 23, 169; Chiu and Bloem-Reddy 2023, arXiv:2307.15834),
    whatever the statistic is: the smallest p-value of blocks of `GivenFunctions`. Rows of one source event
    (`Events.source`) change together.

    Where the weights differ, only the mean of w f(x) - w f(h x) is known to vanish: signs in place of images, with
    the covariance of the weighted events themselves (`ImageSums.flipped`), and p is asymptotic. It would be exact if
    weights did not depend on where in its orbit an event is, which nobody knows.

    ``most``: random choices at most; ``more``: functions that are looked at beside the named ones.
    """
    weights = events.weights.cpu().numpy()
    kind: PKind = "exact" if fixed_weights(weights) else "asymptotic"
    sums, functions, images = image_sums(events, group, frame, rng, more)
    if kind == "asymptotic":
        sums = sums.flipped()
    found = joined_p(sums, functions.blocks, rng, most)
    return GroupTest(log(found.p), kind, found.draws, images, found.block, found.blocks)


def image_sums(
    events: Events,
    group: CompactGroup,
    frame: Frame,
    rng: np.random.Generator,
    more: TestFunctions | None = None,
) -> tuple[ImageSums, GivenFunctions, int]:
    """Sums over all events with a weight, the functions, and the number of images."""
    kept = np.flatnonzero(events.weights.cpu().numpy())
    x = np.ascontiguousarray(events.x.cpu().numpy()[kept])
    source = np.arange(len(kept)) if events.source is None else events.source[kept]
    # Rows of one source stand together, so that no chunk parts them.
    unit, x, kept = _sorted(source, x, kept)
    weights = events.weights[torch.from_numpy(kept)].cpu()
    weights = weights / weights.abs().max()
    units = int(unit[-1]) + 1
    single = units == len(unit)
    images = group.count(units)
    looked = np.flatnonzero(unit % max(1, units * images // (LOOKED * 10) + 1) == 0)[: LOOKED * 2]
    first = _images(x[looked], unit[looked], group, units, rng, events.places)
    functions = GivenFunctions.of(first, group, frame, events.places, rng, more)
    groups = min(units, GROUPS)
    number = torch.from_numpy(unit * groups // units)
    sums = Sums(groups, images, len(functions.labels))
    ends = _ends(unit, max(1, CHUNK // images))
    # The images that scales were taken from are used again, for scales must be the same whichever image is the event.
    place = np.full(len(x), -1)
    place[looked] = np.arange(len(looked))
    for begin, end in pairwise(ends):
        part = slice(begin, end)
        known = place[part] >= 0
        if known.all():
            pool = first[place[part]]
        else:
            pool = _images(x[part], unit[part], group, units, rng, events.places)
            pool[known] = first[place[part][known]]
        f = functions(torch.from_numpy(pool).flatten(0, 1)).view(end - begin, images, -1)
        sums.add(f, weights[part], number[part], None if single else torch.from_numpy(unit[part]))
    return sums.finish(), functions, images


def _images(
    x: FloatArray,
    unit: IntArray,
    group: CompactGroup,
    units: int,
    rng: np.random.Generator,
    places: Places | None,
) -> FloatArray:
    found = group.images(x, unit, units, rng)
    if places is None:
        return found
    tensor = torch.from_numpy(found)
    moved = places.moved(torch.from_numpy(x)[:, None], tensor[..., : places.dimension])
    if group.permutes and places.extended:
        moved = tensor  # tags go with their vector
    return np.asarray(moved.numpy())


def _sorted(source: IntArray, x: FloatArray, kept: IntArray) -> tuple[IntArray, FloatArray, IntArray]:
    _, unit = np.unique(source, return_inverse=True)
    order = np.argsort(unit, kind="stable")
    return unit[order], x[order], kept[order]


def _ends(unit: IntArray, rows: int) -> list[int]:
    """Where chunks of about so many rows end, between units."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(unit)) + 1, [len(unit)]])
    ends = [0]
    for start in starts[1:].tolist():
        if start - ends[-1] >= rows or start == len(unit):
            ends.append(start)
    return ends
