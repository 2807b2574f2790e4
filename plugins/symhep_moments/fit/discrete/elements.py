"""All discrete elements of a sample: tested by moments and by networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from symhep.hypotheses.discrete.family import ElementTest, by_order, discrete_rows
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep.methods.p_values import PKind
from symhep.stats.multiplicity import cauchy_combination
from symhep_moments.fit.discrete.classifier import OrbitClassifier
from symhep_moments.fit.discrete.held_out import ClassifierTest, classifier_tests
from symhep_moments.fit.discrete.mean_difference import MomentTest, moment_tests
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.orbit_sums import orbit_sums
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events

__all__ = ["discrete_tests"]


def discrete_tests(
    events: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
) -> tuple[DiscreteElement, ...]:
    """Test ``elements`` of ``frame`` on ``events``.

    The moments see all events; the networks are trained on one part and judged on the other (at random, at most half
    for training). The two p-values are joined by the Cauchy combination.

    Parameters
    ----------
    functions
        Test functions of the moments, beside `Products`; those of its block 'low' join the low ones.
    seeds
        Stream of the shard.
    """

    def test(tested: list[Element]) -> list[ElementTest]:
        moments = by_order(tested, lambda some: _moments(some, events, frame, functions, options, seeds))
        if options.classifier is None:
            return [_moments_alone(moment) for moment in moments]
        networks = by_order(tested, lambda some: _networks(some, events, frame, options, seeds))
        return [_joined(*both, options.randomisations) for both in zip(moments, networks, strict=True)]

    return discrete_rows(elements, events.vectors, test, level, DiscreteElement)


def _moments(
    elements: list[Element],
    events: Events,
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
) -> list[MomentTest]:
    products = Products(frame, events.places)
    labels = (*products.labels, *functions.labels)
    number = np.arange(len(labels))
    shared = np.arange(functions.count)[functions.blocks.get("low", slice(0))] + len(products.labels)
    blocks = {name: np.isin(number, number[block]) for name, block in products.blocks.items()}
    blocks["low"] = (number < len(products.labels)) | np.isin(number, shared)
    blocks["all"] = np.ones(len(labels), dtype=bool)
    sums = orbit_sums(
        events.x, events.weights, lambda x: torch.cat([products(x), functions.values(x)], dim=1), elements
    )
    rng = np.random.default_rng(stream_for(seeds, "moments"))
    return moment_tests(sums, labels, blocks, rng, options.randomisations)


def _networks(
    elements: list[Element],
    events: Events,
    frame: Frame,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
) -> list[ClassifierTest]:
    assert options.classifier is not None
    count = len(events)
    split = np.random.default_rng(stream_for(seeds, "split"))
    order = torch.from_numpy(split.permutation(count)).to(events.x.device)
    cut = min(count // 2, options.classifier.training_events)
    learn, held_out = order[:cut], order[cut:].sort().values
    networks = OrbitClassifier(
        Products(frame, events.places),
        elements,
        options.classifier,
        [stream_for(seeds, f"network of {e.name}") for e in elements],
        str(events.x.device),
    )
    networks.train(events.x[learn], events.weights[learn])
    shares = networks.log_shares(events.x[held_out])
    weights = events.weights[held_out].cpu().numpy()
    rng = np.random.default_rng(stream_for(seeds, "images"))
    return classifier_tests(shares, weights, rng, options.randomisations)


def _moments_alone(moment: MomentTest) -> ElementTest:
    return ElementTest(moment.log_p, moment.kind, {"moments": (moment.log_p, moment.kind)})


def _joined(moment: MomentTest, network: ClassifierTest, randomisations: int) -> ElementTest:
    """Of both. An exact p of 1 counts as half a randomisation less: the combination is one of continuous p."""
    largest = np.log1p(-0.5 / (randomisations + 1))
    log_p = float(cauchy_combination(np.minimum([moment.log_p, network.log_p], largest)))
    tests: dict[str, tuple[float, PKind]] = {
        "moments": (moment.log_p, moment.kind),
        "classifier": (network.log_p, network.kind),
    }
    gain = Number.with_error(network.gain, network.gain_error)
    return ElementTest(log_p, "asymptotic", tests, network.asymmetry, {"gain": gain})
