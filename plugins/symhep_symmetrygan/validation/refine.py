"""Found elements moved to the statistical precision of the events, with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm, solve_triangular

from symhep.stats.residual_forms import RIDGE
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.steps import Advance, nothing
from symhep_symmetrygan.validation.difference import (
    difference,
    noise_pull,
    paired_covariance,
    unpaired_covariance,
)
from symhep_symmetrygan.validation.slope_noise import SlopeNoise, slope_noise
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["Refined", "refine"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Converged: the next step is worth less than this in chi^2, a tenth of a standard deviation.
CLOSE = 1e-2
#: Displacement of the events in one step, in units of their root mean square size.
STRIDE = 0.1
#: Damping at the start, over the size of Q in units of its noise; its change where the linear approximation is poor
#: and where it is good (less than a quarter and more than three quarters of what it promised); the least that is
#: left, so that weak directions wait until Q is down to its noise; and the most, where nothing helps any more.
DAMPING, HARDER, EASIER, LEAST, MOST = 10.0, 4.0, 0.2, 0.3, 1e9


@dataclass(frozen=True, eq=False)
class Refined:
    """E elements after refining.

    Attributes
    ----------
    elements
        (E, D + 1, D + 1) homogeneous; as they were given where no minimum was found within reach.
    moved
        (E,) root mean square displacement of the image of an event, over the root mean square size of events.
    covariance
        (E, G, G) of delta in exp(sum_a delta_a T_a) g; zero along flat directions.
    information
        (E, G, G) its inverse along directions with signal; zero along flat ones, about which the events say nothing.
    directions
        (E,) number of directions with signal.
    converged
        (E,) whether a minimum was found within reach.
    weak
        (E,) number of directions that are not flat and yet too weak for these events to place the element along them:
        it is where it was, and its error there is ``reach``.
    """

    elements: FloatArray
    moved: FloatArray
    covariance: FloatArray
    information: FloatArray
    directions: npt.NDArray[np.int64]
    converged: BoolArray
    weak: npt.NDArray[np.int64]


def refine(
    waves: Waves,
    sample: Sample,
    elements: FloatArray,
    generators: FloatArray,
    rng: np.random.Generator,
    *,
    steps: int = 40,
    reach: float = 0.3,
    advance: Advance = nothing,
) -> Refined:
    """Move each element g to the nearest minimum of Q(g) = D^T W D along directions that Q sees.

    D = E[f(x)] - E[f(g x)] on ``sample``. W is the inverse covariance of D for independent x and g x, with a ridge: it
    does not depend on g, so that Q is one function. (The covariance of the paired differences vanishes at the
    identity, which would attract everything.) Steps exp(sum_a delta_a T_a) g are those of Levenberg and Marquardt,
    taken if Q falls, in the directions u in which T^T W T exceeds by ``SIGNAL`` what noise alone makes of it: along
    all others, the group itself, Q is noise and its minima mean nothing. An element moves the events by ``reach`` of
    their root mean square size at most, far less than another component is away.

    T and W have the noise of D, which pulls a minimum aside, by more than its error where maps shrink or stretch the
    events: the mean of that, `noise_pull`, is taken off in one last step.

    Few events, or tails, leave directions whose slopes are no noise and which yet cannot place an element: to take
    them for flat would claim a continuous group. Along these (``weak``) nothing is moved, and the error is ``reach``.

    The errors are those of the estimator, with the paired covariance C of D: S T^T W C W T S, S = (T^T W T)^-1 on the
    directions with signal (White 1980, Econometrica 48, 817), and what stopping at ``CLOSE`` may leave, CLOSE S: near
    the identity, where x and g x are nearly the same numbers, C vanishes and this is the larger part.

    Parameters
    ----------
    elements, generators
        (E, D + 1, D + 1) and (G, D + 1, D + 1), homogeneous, in the coordinates of the sample.
    steps
        At most so many evaluations of Q.
    advance
        Counts len(elements) * steps steps.
    """
    problem = _Problem.of(waves, sample, generators, rng)
    state = _State(problem, elements.copy(), problem.evaluate(elements))
    for done in range(steps):
        going = state.step(reach)
        advance(len(elements) * (1 if going else steps - done))
        if not going:
            break
    state.give_up()
    state.correct()
    return problem.errors(state, reach)


@dataclass(frozen=True, eq=False)
class _Problem:
    """What does not depend on the elements: events, W = root^T root, the size of noise, that of displacements."""

    waves: Waves
    sample: Sample
    generators: FloatArray
    root: FloatArray
    noise: SlopeNoise
    second: FloatArray

    @classmethod
    def of(cls, waves: Waves, sample: Sample, generators: FloatArray, rng: np.random.Generator) -> _Problem:
        covariance = unpaired_covariance(waves, sample)
        typical = float(np.diag(covariance).mean())
        lower = np.linalg.cholesky(covariance + RIDGE * typical * np.eye(len(covariance)))
        root = solve_triangular(lower, np.eye(len(lower)), lower=True)
        noise = slope_noise(waves, sample, generators, root, rng)
        second, size = _second(sample)
        return cls(waves, sample, generators, root, noise, second / size)

    @property
    def weight(self) -> FloatArray:
        """W, (K, K)."""
        return self.root.T @ self.root

    def evaluate(self, elements: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Whitened D (E, K) and its tangent along unit-noise directions (E, K, r)."""
        found = difference(self.waves, self.sample, elements, self.generators)
        return found.values @ self.root.T, self.root @ found.tangent @ self.noise.directions

    def displacement(self, change: FloatArray) -> FloatArray:
        """Root mean square of |change (x, 1)| (E, D + 1, D + 1) over events, in units of that of |x|: (E,)."""
        top = change[:, :-1]
        square = np.einsum("eij,jk,eik->e", top, self.second, top)
        return np.asarray(np.sqrt(np.maximum(square, 0.0)))

    def errors(self, state: _State, reach: float) -> Refined:
        """With the errors of where the elements are."""
        _, vectors, signal, strength = state.spectrum()
        weak = np.zeros_like(signal)
        for e, slopes in enumerate(state.tangent):
            vectors[e], weak[e] = self.noise.weak(slopes, vectors[e], signal[e])
        noise = paired_covariance(self.waves, self.sample, state.elements)
        white = self.root @ noise @ self.root.T
        solver = np.swapaxes(state.tangent @ vectors, 1, 2) / strength[:, :, None]  # (E, r, K): a = solver D
        solver *= signal[:, :, None]
        one = np.eye(strength.shape[1])
        rest = np.where(signal, CLOSE / strength, 0.0) + weak * (reach / self._sizes(state, vectors)) ** 2
        spread = solver @ white @ solver.swapaxes(1, 2) + one * rest[:, None]
        seen = signal | weak
        flat = one * np.where(seen, 0.0, 1.0)[:, None]
        turn = self.noise.directions @ vectors  # delta = turn a
        dual = self.noise.metric @ turn  # a = dual^T delta
        inverse = np.linalg.inv(spread + flat) * (seen[:, :, None] & seen[:, None, :])
        return Refined(
            state.elements,
            state.moved(),
            turn @ spread @ turn.swapaxes(1, 2),
            dual @ inverse @ dual.swapaxes(1, 2),
            signal.sum(1),
            state.converged,
            weak.sum(1),
        )

    def _sizes(self, state: _State, vectors: FloatArray) -> FloatArray:
        """(E, r) displacement of the images along unit steps of ``vectors`` (E, r, r)."""
        change = np.tensordot(
            self.noise.directions @ vectors, self.generators, axes=(1, 0)
        )  # (E, r, D + 1, D + 1)
        moved = change @ state.elements[:, None]
        size = self.displacement(moved.reshape(-1, *moved.shape[2:])).reshape(moved.shape[:2])
        return np.maximum(size, 1e-300)


def _second(sample: Sample) -> tuple[FloatArray, float]:
    """Second moments of (x, 1), spectators included, and the mean square of what maps change.

    Of members they are sums over those of an event.
    """
    weights = (sample.weights.abs() / sample.weights.abs().sum())[:, None]
    x = sample.rows
    if sample.members is not None:
        vectors, mask, *_ = sample.members.split(x)
        flat, each = vectors.flatten(0, 1), (weights * mask).flatten()[:, None]
        corner, square = (each * flat).sum(0).cpu().numpy(), (flat.T @ (each * flat)).cpu().numpy()
        last = np.full((1, 1), float(each.sum()))
        return np.block([[square, corner[:, None]], [corner[None], last]]), float(np.trace(square))
    corner = (weights * x).sum(0).cpu().numpy()
    square = (x.T @ (weights * x)).cpu().numpy()
    acted = sample.x.shape[1]
    second = np.block([[square, corner[:, None]], [corner[None], np.ones((1, 1))]])
    return second, float(np.trace(square[:acted, :acted]))


class _State:
    """Where all elements are, and how each is damped."""

    def __init__(self, problem: _Problem, elements: FloatArray, found: tuple[FloatArray, FloatArray]) -> None:
        self.problem, self.elements = problem, elements
        self.values, self.tangent = found
        self.quality = (self.values**2).sum(1)
        self.first = (elements.copy(), *(v.copy() for v in found))
        self.damping = np.full(len(elements), DAMPING)
        self.converged = np.zeros(len(elements), dtype=bool)
        self.lost = np.zeros(len(elements), dtype=bool)

    def moved(self) -> FloatArray:
        return self.problem.displacement(self.elements - self.first[0])

    def give_up(self) -> None:
        """Put back what found no minimum."""
        back = ~self.converged
        self.elements[back], self.values[back], self.tangent[back] = (v[back] for v in self.first)

    def correct(self) -> None:
        """Take off what noise adds to the gradient on average, where there is a minimum."""
        at = np.flatnonzero(self.converged)
        if not len(at):
            return
        problem = self.problem
        _, vectors, signal, strength = (v[at] for v in self.spectrum())
        pull = noise_pull(
            problem.waves, problem.sample, self.elements[at], problem.generators, problem.weight
        )
        turn = problem.noise.directions @ vectors
        a = np.where(signal, np.einsum("egr,eg->er", turn, pull) / strength, 0.0)
        change = np.tensordot(np.einsum("egr,er->eg", turn, a), problem.generators, 1)
        self.elements[at] = expm(-change) @ self.elements[at]
        self.values[at], self.tangent[at] = problem.evaluate(self.elements[at])

    def spectrum(self) -> tuple[FloatArray, FloatArray, BoolArray, FloatArray]:
        """Gradient along directions of unit noise, those directions, which have signal, and how much."""
        strength, vectors = np.linalg.eigh(self.tangent.swapaxes(1, 2) @ self.tangent)
        pull = np.einsum("ekr,ek->er", self.tangent @ vectors, self.values)
        signal = self.problem.noise.signals(strength, vectors)
        return pull, vectors, signal, np.where(signal, strength - 1.0, 1.0)

    def step(self, reach: float) -> bool:
        """Try one step of all elements that have not arrived; False if there are none."""
        pull, vectors, signal, strength = self.spectrum()
        worth = np.where(signal, pull**2 / strength, 0.0).sum(1)
        self.converged |= ~self.lost & (worth < CLOSE)
        open_ = np.flatnonzero(~self.converged & ~self.lost)
        if not len(open_):
            return False
        pull, vectors, signal, strength = pull[open_], vectors[open_], signal[open_], strength[open_]
        excess = np.maximum(self.quality[open_] / self.values.shape[1], 1.0)
        a = np.where(signal, pull / (strength + (self.damping[open_] * excess)[:, None]), 0.0)
        delta = np.einsum("gr,ers,es->eg", self.problem.noise.directions, vectors, a)
        change = np.tensordot(delta, self.problem.generators, 1)
        images = change @ self.elements[open_]
        shorten = np.minimum(1.0, STRIDE / np.maximum(self.problem.displacement(images), STRIDE))
        trial = expm(change * shorten[:, None, None]) @ self.elements[open_]
        a *= shorten[:, None]
        promised = (a * (2 * pull - strength * a)).sum(1)
        values, tangent = self.problem.evaluate(trial)
        quality = (values**2).sum(1)
        gain = (self.quality[open_] - quality) / promised
        outside = self.problem.displacement(trial - self.first[0][open_]) > reach
        self.lost[open_] = (gain > 0) & outside
        better = (gain > 0) & ~outside
        taken = open_[better]
        self.elements[taken], self.values[taken] = trial[better], values[better]
        self.tangent[taken], self.quality[taken] = tangent[better], quality[better]
        change_of = np.select([gain > 0.75, gain < 0.25], [EASIER, HARDER], 1.0)
        self.damping[open_] = np.maximum(self.damping[open_] * change_of, LEAST)
        self.lost[open_] |= self.damping[open_] > MOST
        return True
