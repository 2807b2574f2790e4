"""What networks and nearest neighbours learn from one part of the events, tested on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.hypotheses.discrete.joined import Together, learned
from symhep.hypotheses.discrete.neighbours import Neighbours, few_enough
from symhep.hypotheses.discrete.orbit_sums import score_sums
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep.stats.asymmetry import asymmetry
from symhep.stats.intervals import Interval
from symhep_moments.fit.discrete.classifier import OrbitClassifier
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import numbers_of, split_units
from symhep_moments.sample import Events

__all__ = ["Learned", "learned_parts", "neighbour_scores"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Events that neighbours are sought among where there are no networks, whose option says how many.
LEARN = 20_000


@dataclass(frozen=True, eq=False)
class Learned:
    """Tests of one element on held-out events, the asymmetry of what its network learned, and its gain."""

    part: Together
    asymmetry: Interval | None = None
    gain: Number | None = None


def learned_parts(
    elements: list[Element],
    events: Events,
    units: IntArray,
    weighting: Weighting,
    frame: Frame,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
) -> list[Learned]:
    """For each of ``elements``, of one order. Scores of the held-out events, functions of the others."""
    rng = np.random.default_rng(stream_for(seeds, "split"))
    most = LEARN if options.classifier is None else options.classifier.training_events
    learn, held = split_units(units, most, rng)
    rows = [torch.from_numpy(part).to(events.x.device) for part in (learn, held)]
    x = events.x[rows[1]]
    some = weighting.take(held, units)
    scores: list[dict[str, FloatArray]] = [{} for _ in elements]
    if options.classifier is not None:
        networks = OrbitClassifier(
            Products(frame, events.places),
            elements,
            options.classifier,
            [stream_for(seeds, f"network of {e.name}") for e in elements],
            str(events.x.device),
        )
        networks.train(events.x[rows[0]], events.weights[rows[0]])
        for own, shares in zip(scores, networks.log_shares(x), strict=True):
            own["classifier"] = shares[..., None]
    if options.neighbours:
        for own, near in zip(scores, neighbour_scores(elements, events, rows[0], rows[1]), strict=True):
            own["neighbours"] = near
    found = []
    for element, own in zip(elements, scores, strict=True):
        sums = score_sums(np.concatenate(list(own.values()), axis=2), some, element, x)
        ends = np.cumsum([0, *(score.shape[2] for score in own.values())])
        columns = {name: range(ends[k], ends[k + 1]) for k, name in enumerate(own)}
        part = Together(sums.groups, learned(sums, columns), some.shares(element, x), sums.skew)
        shares = own.get("classifier")
        found.append(
            Learned(part) if shares is None else Learned(part, *_of_network(shares[..., 0], some.weights))
        )
    return found


def neighbour_scores(
    elements: list[Element], events: Events, learn: torch.Tensor, held: torch.Tensor
) -> list[FloatArray]:
    """`Neighbours` among the rows ``learn`` at every image of the rows ``held``: (n, q, 2) each.

    Both are at most `few_enough`; the held-out events beyond score 0, whichever image they are.
    """
    some = numbers_of(events.x[learn[:1]], events.places).shape[1]
    most = few_enough(some)
    near = Neighbours.of(numbers_of(events.x[learn[:most]], events.places).cpu().numpy())
    # evenly spaced: neither the first of a file nor an order of its own
    chosen = torch.linspace(0, len(held) - 1, min(most, len(held))).long()
    x, found = events.x[held[chosen]], []
    for element in elements:
        scores = np.zeros((len(held), element.order, 2))
        for j, image in enumerate(element.orbit(x)):
            scores[chosen.numpy(), j] = near(numbers_of(image, events.places).cpu().numpy())
        found.append(scores)
    return found


def _of_network(shares: FloatArray, w: FloatArray) -> tuple[Interval, Number]:
    """The asymmetry of log softmax_j (n, q), and its gain.

    The gain is the mean of log(q softmax_0), in nats per event: log(2 sigmoid(s)) for an involution. 0 is expected of a
    network that knows nothing, less of one that is wrong; at most the divergence of the density from its mean over
    the images.
    """
    gains = shares[:, 0] + np.log(shares.shape[1])
    total = w.sum()
    gain = float(w @ gains / total)
    error = float(np.sqrt((w**2 * (gains - gain) ** 2).sum()) / abs(total))
    return asymmetry(shares, w), Number.with_error(gain, error)
