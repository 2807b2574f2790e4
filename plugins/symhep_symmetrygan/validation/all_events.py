"""Tests on all events that were not trained on, where those in memory are a subsample: sums, block by block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.dataset import Dataset
from symhep.events.drawn import Drawn
from symhep.events.stream import EventStream
from symhep.events.vectors import ActsOn
from symhep.methods.passes import Pass, State
from symhep_symmetrygan.sample import Events, Rows, Sample, units_of
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.validation.element_test import Measured, log_p_of
from symhep_symmetrygan.validation.options import PosthocOptions
from symhep_symmetrygan.validation.pictures import Pictures, pictures_of, with_spectators
from symhep_symmetrygan.validation.posthoc import Judged, judge_sums, judged_of, loaded
from symhep_symmetrygan.validation.waves import Waves, blocks

__all__ = ["AllEvents", "Counted", "Tested", "View"]

FloatArray = npt.NDArray[np.float64]
Networks = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class View:
    """How rows of all coordinates become those that a space acts on: see `symhep_symmetrygan.spaces.coordinates`.

    ``columns`` are taken and divided by ``size``; ``left`` (numbers) stand beside them, in ``units`` (2, left).
    """

    columns: tuple[int, ...]
    size: float
    left: tuple[int, ...]
    units: FloatArray

    @classmethod
    def of(cls, space: Space, whole: Events) -> View | None:
        """None: all coordinates, as they are."""
        if not space.columns:
            return None
        left = () if space.marginal else tuple(c for c in range(whole.size) if c not in space.columns)
        both = torch.cat([whole.train.x, whole.held.x])[:, list(left)].cpu().numpy()
        weights = torch.cat([whole.train.weights, whole.held.weights]).cpu().numpy()
        return cls(space.columns, space.of(whole).scale / whole.scale, left, units_of(both, weights))

    def __call__(self, sample: Sample) -> Sample:
        """The rows of ``sample`` as the space sees them."""
        beside = sample.beside
        if self.left:
            mean, spread = (torch.from_numpy(part).to(sample.x) for part in self.units)
            inverse = torch.where(spread > 0, 1 / torch.where(spread > 0, spread, 1.0), 0.0)
            new = (sample.x[:, list(self.left)] - mean) * inverse
            beside = new if beside is None else torch.cat([new, beside], 1)
        return replace(sample, x=sample.x[:, list(self.columns)] / self.size, beside=beside)


@dataclass(frozen=True, eq=False)
class HeldOutPass(Pass):
    """Sums over the events of all blocks that are not ``drawn``, for E elements (E, D + 1, D + 1).

    ``counts`` (2, 2): rows and source events, of those drawn and of the others; ``weights`` (3,): sums over source
    events of W, W^2 and W^4; of waves, over source events u with s_u = sum_n w_n (f(x_n) - f(g x_n)): ``first``
    (E, K) of s, ``cross`` (E, K) of W s and ``second`` (E, K, K) of s s^T; of classifiers those of `judge_sums`.
    """

    name = "held-out events"
    rows: Rows
    acts_on: ActsOn
    vectors: int | None
    view: View | None
    drawn: Drawn
    waves: Waves
    elements: FloatArray
    pictures: Pictures | None
    networks: Networks
    posthoc: PosthocOptions | None
    device: str = "cpu"

    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        inside = self.drawn.among(block)
        counts = [[rows.sum(), len(np.unique(block.unit[rows]))] for rows in (inside, ~inside)]
        rest = block.take(np.flatnonzero(~inside))
        found: State = {"counts": np.array(counts, dtype=np.float64)}
        if not rest.weights.any():  # nothing to add; with no weight a single event stands for the shapes
            rest = replace(block.take(np.arange(1)), weights=np.ones(1))
            return found | {name: np.zeros_like(a) for name, a in self._sums(rest).items()}
        return found | self._sums(rest)

    def _sums(self, rest: Dataset) -> State:
        rows = Rows.some(rest, self.acts_on, self.vectors, like=self.rows)
        sample = replace(rows, members=self.rows.members).sample(rows.table, self.device)
        if self.view is not None:
            sample = self.view(sample)
        w = sample.unit_weights
        found = self._waves(sample) | {"weights": np.array([w.sum(), (w**2).sum(), (w**4).sum()])}
        if self.pictures is not None and self.posthoc is not None:
            found |= judge_sums(loaded(self.networks, sample, self.posthoc), sample, self.pictures)
        return found

    @torch.no_grad()
    def _waves(self, sample: Sample) -> State:
        count, k = len(self.elements), len(self.waves)
        identity = self.waves.identity(sample.width)
        before = torch.cat([self.waves.values(rows, identity)[0] for rows, _ in blocks(sample)])
        own = sample.by_unit(sample.weights.double())
        first, second = np.zeros((2, count, k)), np.zeros((count, k, k))
        for e in range(count):
            one = self.elements[e : e + 1]
            after = torch.cat([self.waves.values(rows, one)[0] for rows, _ in blocks(sample)])
            each = sample.by_unit((before - after).double() * sample.weights.double()[:, None])
            first[0, e], first[1, e] = each.sum(0).cpu().numpy(), (own @ each).cpu().numpy()
            second[e] = (each.T @ each).cpu().numpy()
        return {"first": first[0], "cross": first[1], "second": second}


@dataclass(frozen=True, eq=False)
class Counted:
    """How many rows were drawn, and how many others there are."""

    trained: int
    validated: int


@dataclass(frozen=True, eq=False)
class Tested:
    """ln p (E,) by waves and by classifiers, these with what they say; and how many events say so."""

    waves: FloatArray
    learned: FloatArray
    judged: Judged | None
    counted: Counted


@dataclass(frozen=True, eq=False)
class AllEvents:
    """Tests elements on all events of ``stream`` but those ``drawn``; ``reduce`` does a pass (`Context.reduce`)."""

    stream: EventStream
    reduce: Callable[[Pass, EventStream], State]
    rows: Rows
    acts_on: ActsOn
    vectors: int | None
    view: View | None
    drawn: Drawn
    device: str = "cpu"

    def test(
        self,
        elements: FloatArray,
        generators: FloatArray,
        errors: FloatArray,
        train: Sample,
        waves: Waves,
        networks: Networks,
        posthoc: PosthocOptions | None,
    ) -> Tested:
        """P-values of ``elements`` (E, D + 1, D + 1), as `symhep_symmetrygan.validation.validate` has them in memory.

        ``errors`` (E, G, G) are those of elements that the events ``train`` chose, 0 for those that are given.
        """
        whole = with_spectators(elements, train, element=True)
        along = with_spectators(generators, train, element=False)
        pictures = None if posthoc is None else pictures_of(train, whole)
        work = HeldOutPass(
            self._like, self.acts_on, self.vectors, self.view, self.drawn, waves, whole, pictures, networks,
            posthoc, self.device,
        )  # fmt: skip
        state = self.reduce(work, self.stream)
        found, fitted = _measured(state), errors.any(axis=(1, 2))
        log_p = log_p_of(found, waves, whole, along)
        if fitted.any():
            some = Measured(found.values[fitted], found.covariance[fitted], found.nu)
            log_p[fitted] = log_p_of(some, waves, whole[fitted], along, train, errors[fitted])
        (trained, _), (validated, _) = state["counts"].astype(np.int64).tolist()
        counted = Counted(trained, validated)
        if pictures is None:
            return Tested(log_p, np.full(len(elements), np.nan), None, counted)
        judged = judged_of(state, pictures, whole, along)
        return Tested(log_p, judged.log_p(found.nu, errors), judged, counted)

    @property
    def _like(self) -> Rows:
        """What a pass needs of the rows in memory: scales, and members."""
        none = np.zeros(0, dtype=np.int64)
        return replace(self.rows, table=self.rows.table.take(none), left_out=none, stream=None)


def _measured(state: State) -> Measured:
    """D and its covariance sum_u r_u r_u^T / (sum_u W_u)^2 with r_u = s_u - W_u D."""
    total, squares, fourth = state["weights"].tolist()
    values = state["first"] / total
    both = values[:, :, None] * state["cross"][:, None, :]
    covariance = state["second"] - both - both.swapaxes(1, 2) + squares * values[:, :, None] * values[:, None]
    return Measured(values, covariance / total**2, squares**2 / fourth - 1)
