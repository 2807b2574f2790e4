"""Discrete elements, tested on held-out events: exactly, where an element undoes itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import as_card_error
from symhep.lie.groups.elements import Element, read_element, usual_elements
from symhep.lie.groups.elements.acting import sources
from symhep.stats.asymmetry import asymmetry
from symhep.stats.intervals import Interval
from symhep.stats.multiplicity import holm
from symhep.stats.paired import sign_flip_test
from symhep_symmetrygan.events import Events
from symhep_symmetrygan.spaces.matrices import frame_of
from symhep_symmetrygan.subgroups.evidence import Evidence, evidence
from symhep_symmetrygan.subgroups.learned import Judges, WholeImages
from symhep_symmetrygan.subgroups.options import SubgroupOptions
from symhep_symmetrygan.subgroups.record import DiscreteRow
from symhep_symmetrygan.subgroups.streams import child
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["chosen_elements", "discrete_rows", "forward_backward"]

FloatArray = npt.NDArray[np.float64]

#: Randomisations by flipping signs.
FLIPS = 999


def chosen_elements(options: SubgroupOptions, events: Events) -> list[Element]:
    """Those of the card, or the usual ones. Raises `CardError` for what cannot be read."""
    frame = frame_of(events)
    with as_card_error("elements"):
        if options.elements == "usual":
            return usual_elements(frame)
        return [read_element(text, frame) for text in options.elements]


def discrete_rows(
    events: Events,
    elements: Sequence[Element],
    waves: Waves,
    options: SubgroupOptions,
    seeds: np.random.SeedSequence,
    level: float,
    device: str = "cpu",
) -> tuple[DiscreteRow, ...]:
    """Is each of ``elements`` a symmetry? Networks are trained on the training events, all is tested on the others.

    Waves and network as in `evidence`. Of an involution f(x) - f(g x) changes its sign where x and g x change places,
    so that flipping signs gives exact p-values; they replace the others where some flip reaches what was observed.
    Adjusted over all elements that differ on these events (Holm).
    """
    x = events.train.x.view(len(events.train), events.particles, events.vector)
    acting = sources(elements, x)
    tested = [e for e, source in zip(elements, acting, strict=True) if source is e]
    found: dict[str, DiscreteRow] = {}
    if tested:
        matrices = torch.from_numpy(np.stack([e.whole for e in tested])).to(events.train.x)
        judges = Judges(
            events.train, WholeImages(matrices), options.posthoc_steps, options.batch,
            [child(seeds, f"network of {e.name}") for e in tested], device,
        )  # fmt: skip
        results = [_one(events, e, waves, judges, r, seeds) for r, e in enumerate(tested)]
        adjusted = holm([result.log_p for result, _ in results])
        for e, (result, share), a in zip(tested, results, adjusted, strict=True):
            found[e.name] = DiscreteRow(
                e.name, e.meaning, e.order, None, False, result.log_p, float(a), bool(a <= np.log(level)), share,
                result.loss,
            )  # fmt: skip
    return tuple(_told(e, source, found) for e, source in zip(elements, acting, strict=True))


def _one(
    events: Events, element: Element, waves: Waves, judges: Judges, r: int, seeds: np.random.SeedSequence
) -> tuple[Evidence, Interval | None]:
    """Evidence against an element, and of an involution the asymmetry of the network's answer."""
    held = events.held
    image = held.x @ torch.from_numpy(element.whole).to(held.x).T
    one = np.eye(events.size + 1)[None]
    rows = [torch.nn.functional.pad(x.float(), (0, 1), value=1.0) for x in (held.x, image)]
    differences = waves.values(rows[0], one)[0] - waves.values(rows[1], one)[0]
    real, fake = judges.scores(r, held.x), judges.scores(r, image)
    answers = torch.sigmoid(real) - torch.sigmoid(fake)
    found = evidence(differences, answers, held.weights, judges.loss(real, fake, held.weights))
    weights = held.weights.cpu().numpy()
    if element.order > 2:
        return found, None
    share = asymmetry(torch.stack([real, fake], 1).cpu().numpy(), weights)
    rng = np.random.default_rng(child(seeds, f"signs of {element.name}"))
    exact = [
        sign_flip_test(d.double().cpu().numpy(), rng, weights, FLIPS) for d in (differences, answers[:, None])
    ]
    logs = [
        np.log(test.p_value) if test.p_value > 1.5 / (FLIPS + 1) else min(np.log(test.p_value), tail)
        for test, tail in zip(exact, (found.log_p_waves, found.log_p_network), strict=True)
    ]
    return Evidence(min(0.0, float(np.log(2) + min(logs))), float(logs[0]), float(logs[1]), found.loss), share


def _told(element: Element, source: Element | None, found: dict[str, DiscreteRow]) -> DiscreteRow:
    if source is None:
        return DiscreteRow(element.name, element.meaning, element.order, trivial=True)
    row = found[source.name]
    if source is element:
        return row
    same = (row.log_p, row.log_p_adjusted, row.rejected, row.asymmetry, row.loss)
    return DiscreteRow(element.name, element.meaning, element.order, source.name, False, *same)


def forward_backward(events: Events) -> Interval | None:
    """Share of the events in which the first of two oppositely charged particles has the larger pz, minus the others.

    Of a pair at rest it is the forward-backward asymmetry of the first particle. Parity, the exchange of the two, and
    mirrors across the beam change its sign, so that a density that respects one of them has none. None for events
    that are no such pair.
    """
    if not events.momenta or len(events.objects) != 2:
        return None
    one, other = events.objects
    if one.replace("-", "+") != other.replace("-", "+") or one == other:
        return None
    x = torch.cat([events.train.x, events.held.x]).cpu().numpy()
    sign = np.sign(x[:, 3] - x[:, 7])
    weights = torch.cat([events.train.weights, events.held.weights]).cpu().numpy()
    return asymmetry(np.stack([sign, -sign], axis=1), weights)
