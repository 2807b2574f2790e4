"""All discrete elements of a sample: tested by moments and by networks, adjusted for their number."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import as_card_error
from symhep.lie.groups.elements.acting import sources
from symhep.lie.groups.elements.element import Element
from symhep.lie.groups.elements.frame import Frame
from symhep.lie.groups.elements.reading import read_element
from symhep.lie.groups.elements.usual import usual_elements
from symhep.stats.intervals import Interval
from symhep.stats.multiplicity import cauchy_combination, holm
from symhep_moments.discrete.classifier import OrbitClassifier
from symhep_moments.discrete.held_out import ClassifierTest, classifier_tests
from symhep_moments.discrete.mean_difference import MomentTest, moment_tests
from symhep_moments.discrete.options import DiscreteOptions
from symhep_moments.discrete.orbits import orbit_sums
from symhep_moments.discrete.products import Products
from symhep_moments.events import Events
from symhep_moments.functions.interface import TestFunctions

__all__ = ["DiscreteTest", "chosen_elements", "discrete_tests"]

T = TypeVar("T")


@dataclass(frozen=True)
class DiscreteTest:
    """Does the density stay the same under a discrete element?

    Attributes
    ----------
    name, meaning, order
        Of the element: g^order = 1.
    same_as
        Name of an element before it that does the same to these events (as T and P do to momenta): the
        numbers are those of that one. None if there is none.
    trivial
        Every event is its own image: nothing is tested, and p = 1.
    log_p, log_p_adjusted
        Natural logarithms of the p-value, that of moments and classifier combined, and of Holm's adjusted one over
        all different elements that are tested.
    rejected
        At the level asked for, adjusted.
    moment, classifier
        The two tests; None where there is none.
    asymmetry
        Of the held-out events by the sign of what the classifier has learned; a fraction, not per cent.
    matrix
        (P d, P d) of the element, on the components of all vectors.
    """

    name: str
    meaning: str
    order: int
    same_as: str | None
    trivial: bool
    log_p: float
    log_p_adjusted: float
    rejected: bool
    moment: MomentTest | None
    classifier: ClassifierTest | None
    matrix: npt.NDArray[np.float64] = field(compare=False, repr=False)

    @property
    def asymmetry(self) -> Interval | None:
        return self.classifier.asymmetry if self.classifier else None


def chosen_elements(options: DiscreteOptions, frame: Frame) -> list[Element]:
    """The elements of the card, or the usual ones. Raises `CardError` for what cannot be read or is no element."""
    with as_card_error("elements"):
        if options.elements == "usual":
            return usual_elements(frame)
        return [read_element(text, frame) for text in options.elements]


def discrete_tests(
    events: Events,
    particles: tuple[str, ...],
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
) -> list[DiscreteTest]:
    """Test the elements of ``options`` on ``events``.

    The moments see all events; the networks are trained on one part and judged on the other (at random, at most half
    for training). The two p-values are joined by the Cauchy combination.

    Parameters
    ----------
    particles
        Names of the vectors, as in `symhep.events.dataset.Dataset`, for C and exchanges by name.
    functions
        Test functions of the moments, beside `Products`; those of its block 'low' join the low ones.
    seeds
        Stream of the shard.
    """
    frame = Frame.of(events.names, particles, events.x.shape[1])
    elements = chosen_elements(options, frame)
    acting = sources(elements, events.x)
    tested = [e for e, source in zip(elements, acting, strict=True) if source is e]
    moments = _by_order(tested, lambda group: _moments(group, events, frame, functions, options, seeds))
    networks = (
        _by_order(tested, lambda group: _networks(group, events, frame, options, seeds))
        if options.classifier
        else {}
    )
    log_p = np.array([_joined(moments[e.name], networks.get(e.name), options) for e in tested])
    adjusted = holm(log_p) if tested else log_p
    found = {
        e.name: DiscreteTest(
            e.name, e.meaning, e.order, None, False, float(p), float(a), bool(a <= np.log(level)),
            moments[e.name], networks.get(e.name), e.whole,
        )
        for e, p, a in zip(tested, log_p, adjusted, strict=True)
    }  # fmt: skip
    return [_told(e, source, found) for e, source in zip(elements, acting, strict=True)]


def _told(element: Element, source: Element | None, found: dict[str, DiscreteTest]) -> DiscreteTest:
    if source is None:
        return DiscreteTest(
            element.name,
            element.meaning,
            element.order,
            None,
            True,
            0.0,
            0.0,
            False,
            None,
            None,
            element.whole,
        )
    test = found[source.name]
    if source is element:
        return test
    return replace(
        test, name=element.name, meaning=element.meaning, same_as=source.name, matrix=element.whole
    )


def _by_order(elements: Sequence[Element], tests: Callable[[list[Element]], list[T]]) -> dict[str, T]:
    """Results by name of element, those of one order worked out together."""
    groups: dict[int, list[Element]] = defaultdict(list)
    for element in elements:
        groups[element.order].append(element)
    return {
        element.name: test
        for group in groups.values()
        for element, test in zip(group, tests(group), strict=True)
    }


def _moments(
    elements: list[Element],
    events: Events,
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
) -> list[MomentTest]:
    products = Products(frame)
    labels = (*products.labels, *functions.labels)
    number = np.arange(len(labels))
    shared = np.arange(functions.count)[functions.blocks.get("low", slice(0))] + len(products.labels)
    blocks = {name: np.isin(number, number[block]) for name, block in products.blocks.items()}
    blocks["low"] = (number < len(products.labels)) | np.isin(number, shared)
    blocks["all"] = np.ones(len(labels), dtype=bool)
    sums = orbit_sums(
        events.x, events.weights, lambda x: torch.cat([products(x), functions.values(x)], dim=1), elements
    )
    return moment_tests(sums, labels, blocks, _stream(seeds, "moments"), options.randomisations)


def _networks(
    elements: list[Element],
    events: Events,
    frame: Frame,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
) -> list[ClassifierTest]:
    assert options.classifier is not None
    count = len(events)
    order = torch.from_numpy(_stream(seeds, "split").permutation(count)).to(events.x.device)
    cut = min(count // 2, options.classifier.training_events)
    learn, held_out = order[:cut], order[cut:].sort().values
    networks = OrbitClassifier(
        Products(frame),
        elements,
        options.classifier,
        [_child(seeds, f"network of {e.name}") for e in elements],
        str(events.x.device),
    )
    networks.train(events.x[learn], events.weights[learn])
    shares = networks.log_shares(events.x[held_out])
    weights = events.weights[held_out].cpu().numpy()
    return classifier_tests(shares, weights, _stream(seeds, "images"), options.randomisations)


def _joined(moment: MomentTest, network: ClassifierTest | None, options: DiscreteOptions) -> float:
    """Log p of both. An exact p of 1 counts as half a randomisation less: the combination is one of continuous p."""
    if network is None:
        return moment.log_p
    largest = np.log1p(-0.5 / (options.randomisations + 1))
    return float(cauchy_combination(np.minimum([moment.log_p, network.log_p], largest)))


def _child(seeds: np.random.SeedSequence, purpose: str) -> np.random.SeedSequence:
    """A stream for one purpose: to test another element beside changes no number."""
    digest = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
    return np.random.SeedSequence(
        seeds.entropy, spawn_key=(*seeds.spawn_key, int.from_bytes(digest, "big")), pool_size=seeds.pool_size
    )


def _stream(seeds: np.random.SeedSequence, purpose: str) -> np.random.Generator:
    return np.random.default_rng(_child(seeds, purpose))
