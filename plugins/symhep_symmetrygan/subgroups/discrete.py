"""Discrete elements, tested on held-out events: exactly, where an element undoes itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from symhep.errors import CardError
from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.lie.elements import Element
from symhep.methods.context import Progress, SilentProgress, stream_for
from symhep.methods.number import Number
from symhep.methods.symmetry import homogeneous
from symhep.stats.asymmetry import asymmetry
from symhep.stats.divergence import Excess
from symhep.stats.paired import sign_flip_test
from symhep_symmetrygan.members import misplaced, not_defined
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.matrices import frame_of
from symhep_symmetrygan.subgroups.evidence import evidence
from symhep_symmetrygan.subgroups.networks import Judges, WholeImages, under
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.subgroups.record import DiscreteSearch, ElementRow
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.set_waves import draw_waves
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["chosen_elements", "forward_backward", "search_elements"]

#: Randomisations by flipping signs.
FLIPS = 999


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

    Waves and network as in `evidence`. Of an involution f(x) - f(g x) changes its sign where x and g x change places,
    so that flipping signs gives exact p-values; they replace the others where some flip reaches what was observed.
    Adjusted over all elements that differ on these events (Holm). Raises `CardError` for what is not an element.
    """
    elements = chosen_elements(events, options)
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
        return [_one(events, e, waves, judges, r, seeds, excess.get(e.name)) for r, e in enumerate(tested)]

    x = events.train.x.view(-1, events.each.particles, events.vector)
    rows = discrete_rows(elements, x, test, level, ElementRow)
    kl = None
    if observed is not None:
        fared = (
            [excess[row.name] for row in rows if row.name in excess and row.rejected is no]
            for no in (False, True)
        )
        kept, failed = map(observed.joined, fared)
        kl = DivergenceRecord.seen(observed, kept=kept, failed=failed)
    return DiscreteSearch(discrete=rows, forward_backward_asymmetry=forward_backward(events), discrete_kl=kl)


def chosen_elements(events: Events, options: ElementOptions) -> list[Element]:
    """The elements; of usual ones those that are defined on all vectors. Raises `CardError`."""
    members = events.members
    named = () if options.elements == "usual" else options.elements
    if members is not None and (swaps := [name for name in named if "exchange" in name]):
        raise CardError(
            f"'{swaps[0]}' exchanges two places, and what stands there differs, or lacks components",
            where="discrete",
            hint="leave it out: members of a set have no order",
        )
    found = options.chosen(frame_of(events.each))
    if members is None:
        moving = [e for e in found if tuple(e.sources) != tuple(range(len(e.sources)))]
        if moving and events.tags and options.elements != "usual":
            raise CardError(
                f"'{moving[0].name}' exchanges members with tags, and tags are not transformed",
                where="discrete",
                hint="leave the tags out of the features",
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
    events: Events,
    element: Element,
    waves: Waves,
    judges: Judges,
    r: int,
    seeds: np.random.SeedSequence,
    excess: Excess | None,
) -> ElementTest:
    """Evidence against an element, and of an involution the asymmetry of the network's answer."""
    held = events.held
    before = held.rows
    image = under(torch.from_numpy(element.whole).to(before), before, held)
    one = waves.identity(held.width)
    rows = [torch.nn.functional.pad(x.float(), (0, 1), value=1.0) for x in (before, image)]
    differences = waves.values(rows[0], one)[0] - waves.values(rows[1], one)[0]
    real, fake = judges.scores(r, before), judges.scores(r, image)
    answers = torch.sigmoid(real) - torch.sigmoid(fake)
    found = evidence(differences, answers, held.weights, judges.loss(real, fake, held))
    logs, share = [found.log_p_waves, found.log_p_network], None
    if element.order <= 2:
        weights = held.weights.cpu().numpy()
        share = asymmetry(torch.stack([real, fake], 1).cpu().numpy(), weights)
        rng = np.random.default_rng(stream_for(seeds, f"signs of {element.name}"))
        for k, d in enumerate((differences, answers[:, None])):
            exact = sign_flip_test(d.double().cpu().numpy(), rng, weights, FLIPS).p_value
            logs[k] = math.log(exact) if exact > 1.5 / (FLIPS + 1) else min(math.log(exact), logs[k])
    return ElementTest(
        min(0.0, math.log(2) + min(logs)),
        "asymptotic",
        {"waves": (float(logs[0]), "asymptotic"), "network": (float(logs[1]), "asymptotic")},
        share,
        replace(found, excess=excess).numbers,
    )


def forward_backward(events: Events) -> Number | None:
    """Share of the events in which the first of two oppositely charged particles has the larger pz, minus the others.

    Of a pair at rest it is the forward-backward asymmetry of the first particle. Parity, the exchange of the two, and
    mirrors across the beam change its sign, so that a density that respects one of them has none. None for events
    that are no such pair.
    """
    if not events.momenta or len(events.objects) != 2 or events.members is not None:
        return None
    one, other = events.objects
    if one.replace("-", "+") != other.replace("-", "+") or one == other:
        return None
    x = torch.cat([events.train.x, events.held.x]).cpu().numpy()
    sign = np.sign(x[:, 3] - x[:, 7])
    weights = torch.cat([events.train.weights, events.held.weights]).cpu().numpy()
    found = asymmetry(np.stack([sign, -sign], axis=1), weights)
    return Number(value=found.value, low=found.low, high=found.high, method=found.method)
