"""Held-out events as discrete elements are tested on them: rows of numbers and how elements move them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry, named_asymmetries
from symhep.hypotheses.discrete.joined import Together
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.hypotheses.discrete.neighbours import Neighbours, few_enough
from symhep.hypotheses.discrete.orbit_sums import orbit_sums
from symhep.hypotheses.discrete.scan import SCAN_GROUPS, SCANNED, Near, scan_angles
from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.hypotheses.discrete.statistics import PER_FUNCTION, Quadratic, Squares
from symhep.hypotheses.discrete.support import POINTS, Surface
from symhep.hypotheses.discrete.weighting import Efficiency, Moving, Weighting
from symhep.lie.elements import Element
from symhep.lie.elements.closed import ClosedSubgroup
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.subgroups.networks import under
from symhep_symmetrygan.subgroups.options import ElementOptions
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["HeldOut", "OnRows", "all_asymmetries", "scan_elements", "surface_test"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Waves among whose values events of sets, which have no order, are neighbours.
SET_WAVES = 6


@dataclass(frozen=True, eq=False)
class OnRows:
    """An element on rows (n, D + S) like those of ``sample``: spectators, tags and masks stay."""

    element: Element
    sample: Sample

    @property
    def name(self) -> str:
        """As in the card."""
        return self.element.name

    @property
    def order(self) -> int:
        """Least number with g^q = 1."""
        return self.element.order

    def act(self, x: Tensor) -> Tensor:
        """g x."""
        return under(torch.from_numpy(self.element.whole).to(x), x, self.sample)

    def orbit(self, x: Tensor) -> Tensor:
        """x, g x, ..., g^(q - 1) x: (q, n, D + S)."""
        images = [x]
        for _ in range(1, self.order):
            images.append(self.act(images[-1]))
        return torch.stack(images)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The held-out events, those of one unit together, and the training events.

    Attributes
    ----------
    sample, train
        Both.
    rows, units, weighting
        Rows (n, D + S) of ``sample``, their units, and what makes images of them equally probable.
    """

    sample: Sample
    train: Sample
    rows: Tensor
    units: IntArray
    weighting: Weighting

    @classmethod
    def of(cls, events: Events, options: ElementOptions) -> HeldOut:
        """Those of ``events``."""
        sample, units = by_unit(events.held)
        weights = sample.weights.cpu().numpy()
        efficiency = efficiency_of(events, options)
        weighting = Weighting.of(weights, units, efficiency, events.scale)
        return cls(sample, events.train, sample.rows, units, weighting)

    def acting(self, element: Element) -> OnRows:
        """The element on rows."""
        return OnRows(element, self.sample)

    def waves(self, waves: Waves) -> Callable[[Tensor], Tensor]:
        """The values of ``waves`` at rows (n, D + S): (n, K)."""
        identity = waves.identity(self.sample.width)

        def values(rows: Tensor) -> Tensor:
            return waves.values(torch.nn.functional.pad(rows.float(), (0, 1), value=1.0), identity)[
                0
            ].double()

        return values

    def neighbours(self, waves: Waves) -> Callable[[Tensor], FloatArray]:
        """Scores (n, 2) of rows among the training events.

        Members of a set have no order, so that distances between their rows mean nothing: those between the values of
        some waves, sums over members, stand for them.
        """

        def seen(rows: Tensor) -> FloatArray:
            if self.sample.members is None:
                return np.asarray(rows.cpu().numpy())
            columns = np.r_[:SET_WAVES, len(waves.frequencies) : len(waves.frequencies) + SET_WAVES]
            return np.asarray(self.waves(waves)(rows)[:, columns].cpu().numpy())

        reference = seen(self.train.rows[:1])
        among = Neighbours.of(seen(self.train.rows[: few_enough(reference.shape[1])]))
        return lambda rows: among(seen(rows))

    def near_scores(self, near: Callable[[Tensor], FloatArray], images: Tensor) -> FloatArray:
        """(n, q, 2) of ``images`` (q, n, D + S); events beyond `few_enough` score 0, whichever image they are."""
        n = images.shape[1]
        chosen = np.linspace(0, n - 1, min(few_enough(images.shape[2]), n)).astype(np.int64)
        scores = np.zeros((n, len(images), 2))
        for j, image in enumerate(images):
            scores[chosen, j] = near(image[torch.from_numpy(chosen).to(image.device)])
        return scores


def by_unit(sample: Sample) -> tuple[Sample, IntArray]:
    """Events with a weight, those of one unit side by side, and their units."""
    units = np.arange(len(sample)) if sample.unit is None else sample.unit
    rows = np.flatnonzero(sample.weights.cpu().numpy() != 0)
    rows = rows[np.argsort(units[rows], kind="stable")]
    at = torch.from_numpy(rows).to(sample.x.device)
    beside = None if sample.beside is None else sample.beside[at]
    return Sample(sample.x[at], sample.weights[at], units[rows], beside, sample.members), units[rows]


def efficiency_of(events: Events, options: ElementOptions) -> Efficiency | None:
    """Of rows times the scale, as the function of the card takes events (N, P, d)."""
    if options.efficiency is None:
        return None
    given, size = options.efficiency.load(), events.size

    def efficiency(rows: Tensor) -> Tensor:
        return torch.as_tensor(given(rows[:, :size].reshape(len(rows), events.particles, events.vector)))

    return efficiency


def _together(events: Events) -> Sample:
    """Training and held-out events, whose units are apart."""
    one, other = events.train, events.held
    units = [
        np.arange(len(s)) if s.unit is None else np.unique(s.unit, return_inverse=True)[1]
        for s in (one, other)
    ]
    both = Sample(
        torch.cat([one.x, other.x]),
        torch.cat([one.weights, other.weights]),
        np.r_[units[0], units[1] + units[0].max(initial=-1) + 1],
    )
    return by_unit(both)[0]


def all_asymmetries(
    events: Events, elements: Sequence[Element], options: ElementOptions, seeds: np.random.SeedSequence
) -> list[NamedAsymmetry | None]:
    """Named asymmetries of all events, for nothing is learned; None for sets, whose members have no names."""
    if events.members is not None:
        return [None] * len(elements)
    both = _together(events)
    assert both.unit is not None
    weights = both.weights.cpu().numpy()
    weighting = Weighting.of(weights, both.unit, efficiency_of(events, options), events.scale)
    names = events.objects or tuple(str(p + 1) for p in range(events.particles))
    named = NamedFunctions(events.components, names)
    x = both.x.view(len(both), events.particles, events.vector)
    return named_asymmetries(elements, x, weighting, named, named.labels, np.random.default_rng(seeds))


def surface_test(events: Events) -> Callable[[Element], str | None]:
    """Why an element takes the events off the surface that holds them; None: it does not, or they have sets."""
    if events.members is not None:
        return lambda element: None
    x = torch.cat([events.train.x, events.held.x]).view(-1, events.particles, events.vector)
    names = events.objects or tuple(str(p + 1) for p in range(events.particles))
    surface = Surface.of(x.cpu().numpy(), events.components, names)
    some = x[:: -(-len(x) // POINTS)]
    return lambda element: surface.left_by(some.cpu().numpy(), element.act(some).cpu().numpy())


def scan_elements(
    events: Events,
    held: HeldOut,
    subgroup: ClosedSubgroup,
    waves: Waves,
    leaves: Callable[[Element], str | None],
    seeds: np.random.SeedSequence,
    level: float,
    options: ElementOptions,
) -> DiscreteScan:
    """Cyclic groups of ``subgroup``: by waves of the held-out events, and by neighbours among the training events."""
    every = np.arange(len(held.rows))
    weighting = held.weighting.take(every, held.units, SCAN_GROUPS)

    def moments(element: Element) -> list[Together]:
        moving = held.acting(element)
        (sums,) = orbit_sums(held.rows, weighting, held.waves(waves), [moving])
        if not sums.changed.any():
            return []
        many = weighting.signs and len(sums.second) * PER_FUNCTION > held.sample.effective
        statistic = (Squares if many else Quadratic).of(sums.second, np.arange(len(sums.second)))
        return [Together(sums.groups, {"waves": statistic}, weighting.shares(moving, held.rows))]

    some = every[:: -(-len(every) // SCANNED)]
    acting: Callable[[Element], Moving] = held.acting
    near = Near(
        held.rows[torch.from_numpy(some)], acting, held.weighting.take(some, held.units, SCAN_GROUPS),
        held.neighbours(waves),
    )  # fmt: skip
    x = events.train.x.view(-1, events.each.particles, events.vector)
    return scan_angles(subgroup, x, moments, near, leaves, weighting, seeds, level, options.randomisations)
