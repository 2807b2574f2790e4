"""Discrete elements, tested on held-out events: exactly, by random images of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry
from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.hypotheses.discrete.independence import weights_independent
from symhep.hypotheses.discrete.joined import Together, joined_p, learned
from symhep.hypotheses.discrete.orbit_sums import orbit_sums, score_sums
from symhep.hypotheses.discrete.randomised import draws_for
from symhep.hypotheses.discrete.statistics import PER_FUNCTION, Quadratic, Squares, Statistic
from symhep.hypotheses.divergence.record import DivergenceRecord, bounded
from symhep.lie.elements import Element
from symhep.methods.context import Progress, SilentProgress, stream_for
from symhep.methods.symmetry import homogeneous
from symhep.stats.asymmetry import asymmetry
from symhep.stats.divergence import Excess
from symhep_symmetrygan.members import misplaced, not_defined
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.matrices import frame_of
from symhep_symmetrygan.subgroups.forward_backward import forward_backward
from symhep_symmetrygan.subgroups.held_out import HeldOut, all_asymmetries, scan_elements, surface_test
from symhep_symmetrygan.subgroups.networks import Judges, WholeImages
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.subgroups.record import DiscreteSearch, ElementRow
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.set_waves import draw_waves
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["chosen_elements", "search_elements"]

FloatArray = npt.NDArray[np.float64]

#: Waves of a scan, which looks at 299 images of each event.
SCAN_WAVES = 16


def search_elements(
    events: Events,
    options: ElementOptions,
    seeds: np.random.SeedSequence,
    *,
    level: float = 0.05,
    bins: int = 100,
    device: str = "cpu",
    progress: Progress | None = None,
) -> DiscreteSearch:
    """Is each of the elements a symmetry? Networks are trained on the training events, all is tested on the others.

    Waves, a network's answer and nearest neighbours among the training events are functions of the held-out events;
    each of these may be replaced by any of its images under the hypothesis, and the smallest p of the three within the
    same random images is exact. Adjusted over all elements that differ on these events (Holm). Raises `CardError` for
    what is not an element.
    """
    elements = chosen_elements(events, options)
    held = HeldOut.of(events, options)
    waves = draw_waves(events.train, options.waves, np.random.default_rng(stream_for(seeds, "waves")))
    observed = observed_of(events, bins, stream_for(seeds, "divergences"))
    excess = dict[str, Excess]()

    def test(tested: list[Element]) -> Sequence[ElementTest]:
        matrices = torch.from_numpy(np.stack([e.whole for e in tested])).to(events.train.x)
        if observed is not None:
            moved = observed.of_elements(homogeneous(np.stack([e.whole for e in tested]), element=True))
            excess.update({e.name: moved[k : k + 1] for k, e in enumerate(tested)})
        streams = [stream_for(seeds, f"network of {e.name}") for e in tested]
        pictures = WholeImages(matrices, events.train)
        with (progress or SilentProgress()).task("discrete elements", len(tested) * options.steps) as advance:
            judges = Judges(events.train, pictures, options.steps, options.batch, streams, device, advance)
        most = draws_for(len(tested), level, options.randomisations)
        near = held.neighbours(waves)
        sizes = all_asymmetries(events, tested, options, stream_for(seeds, "expected limits"))
        return [
            _one(held, e, waves, near, judges, r, seeds, most, size, excess.get(e.name))
            for r, (e, size) in enumerate(zip(tested, sizes, strict=True))
        ]

    x = events.train.x.view(-1, events.each.particles, events.vector)
    leaves = surface_test(events)
    rows = discrete_rows(elements, x, test, level, ElementRow, leaves, options.delta)
    kl = None
    if observed is not None:
        fared = (
            [excess[row.name] for row in rows if row.name in excess and row.rejected is no]
            for no in (False, True)
        )
        kept, failed = map(observed.joined, fared)
        kl = DivergenceRecord.seen(observed, kept=kept, failed=failed)
    scan = None
    if (subgroup := options.scanned(frame_of(events.each))) is not None:
        few = draw_waves(events.train, SCAN_WAVES, np.random.default_rng(stream_for(seeds, "scanning waves")))
        scan = scan_elements(events, held, subgroup, few, leaves, stream_for(seeds, "scan"), level, options)
    return DiscreteSearch(
        discrete=rows, cyclic_scan=scan, forward_backward_asymmetry=forward_backward(events), discrete_kl=kl
    )


def chosen_elements(events: Events, options: ElementOptions) -> list[Element]:
    """The elements; of usual ones those that are defined on all vectors. Raises `CardError`."""
    members = events.members
    named = () if options.elements == "usual" else options.elements
    if members is not None and (swaps := [name for name in named if "exchange" in name]):
        raise CardError(
            f"'{swaps[0]}' exchanges two vectors of different objects, or vectors that lack components",
            where="discrete",
            hint="remove it: members of a set have no order",
        )
    found = options.chosen(frame_of(events.each))
    if members is None:
        moving = [e for e in found if tuple(e.sources) != tuple(range(len(e.sources)))]
        if moving and events.tags and options.elements != "usual":
            raise CardError(
                f"'{moving[0].name}' exchanges members with tags, but tags are not transformed",
                where="discrete",
                hint="remove the tags from the features",
            )
        return [e for e in found if not (events.tags and e in moving)]
    kept = list[Element]()
    for element in found:
        kind = misplaced(element.matrix[None], members.kinds, events.components)
        if kind is None:
            kept.append(element)
        elif options.elements != "usual":
            raise not_defined(f"the element '{element.name}'", kind, "discrete")
    return kept


def _one(
    held: HeldOut,
    element: Element,
    waves: Waves,
    near: Callable[[Tensor], FloatArray],
    judges: Judges,
    r: int,
    seeds: np.random.SeedSequence,
    most: int,
    size: NamedAsymmetry | None,
    excess: Excess | None,
) -> ElementTest:
    """The three tests of an element, and the asymmetry of its network's answer."""
    moving, weighting = held.acting(element), held.weighting
    images = moving.orbit(held.rows)
    real = torch.stack([judges.scores(r, image) for image in images], 1)
    answers = torch.sigmoid(real).cpu().numpy()[..., None]
    scores = np.concatenate([answers, held.near_scores(near, images)], axis=2)
    (means,) = orbit_sums(held.rows, weighting, held.waves(waves), [moving])
    learnt = score_sums(scores, weighting, moving, held.rows)
    tests: dict[str, Statistic] = {}
    first = means.groups.shape[2]
    if first:
        many = weighting.signs and first * PER_FUNCTION > held.sample.effective
        tests["waves"] = (Squares if many else Quadratic).of(means.second, np.arange(first))
    tests |= learned(learnt, {"network": [0], "neighbours": [1, 2]}, first)
    groups = np.concatenate([means.groups, learnt.groups], axis=2)
    skew = None if learnt.skew is None else np.r_[np.zeros(first), learnt.skew]
    part = Together(groups, tests, weighting.shares(moving, held.rows), skew)
    rng = np.random.default_rng(stream_for(seeds, f"images of {element.name}"))
    log_p, single = joined_p([part], rng, most, weighting.kind)
    loss = judges.loss(real[:, 0], real[:, 1], held.sample)
    more = {
        "excess": None if excess is None else bounded(excess[0]),
        "posthoc_loss": loss.number,
        "weights_independent": weights_independent(moving, held.rows, weighting, held.waves(waves), rng),
    }
    share = asymmetry(real.cpu().numpy(), weighting.weights)
    return ElementTest(log_p, weighting.kind, single, size, share, more)
