"""Moments of 'which sample' and 'where on the orbit', free of what the orbit alone says of either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.stats.ridge import ridge
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.features import Features
from symhep_moments.fit.conditional.invariants import OrbitInvariants
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.relative import Points
from symhep_moments.places import Places

__all__ = ["FEWEST_EFFECTIVE", "conditional_moments"]

FloatArray = npt.NDArray[np.float64]

#: Effective events of either sample, at least: with fewer no regression can be judged.
FEWEST_EFFECTIVE = 100
#: Effective events of both per feature.
PER_FEATURE = 10
#: Events whose invariants say how they are distributed.
LOOKED_AT = 50_000
#: Events at a time; numbers of all features that are kept for the second pass: 160 MB.
BLOCK, HELD = 1 << 14, 20_000_000
#: An event with more leverage counts as if it had this.
MOST_LEVERAGE = 0.5


@dataclass(frozen=True, eq=False)
class _Rows:
    """Events of one sample: features s (n, J), test functions f (n, K), y = 1 for data, w of sum one over both."""

    s: FloatArray
    f: FloatArray
    y: float
    w: FloatArray
    unit: npt.NDArray[np.int64]


def conditional_moments(
    data: Points,
    reference: Points,
    functions: TestFunctions,
    generator: Generators,
    orbit: ClosedOrbit,
    rng: np.random.Generator,
    places: Places | None = None,
    momenta: bool = False,
) -> Moments:
    """Moments that vanish where p / q is the same all along the orbits of ``generator``, by no derivative.

    Let u be the orbit of an event, y = 1 for those of ``data`` (density p), 0 for those of ``reference`` (q).
    p / q is invariant if and only if the probability e of y = 1 depends on x through u alone: given the orbit,
    where an event lies on it does not tell which sample it is from. So with e(u) = E[y | u] and m_k(u) = E[f_k | u]

        A_k = E[(y - e(u)) (f_k(x) - m_k(u))] = 0   for all f_k

    (partialling out: Robinson 1988, Econometrica 56, 931; Shah and Peters 2020, Ann. Stat. 48, 1514). An acceptance
    that both samples share is in m and drops out, however hard its edges are. e and m are ridge regressions on
    `Features` of `OrbitInvariants`. What they miss adds E[(e - e^)(m - m^)], a product of two errors. With R the
    operator that leaves the residual of a regression and W the weights, the sum is y^T R_y W R_m f = sum_n w_n y_n g_n
    with g = R_y R_m f, so that its covariance given x is that of y alone, sum_n w_n^2 (y_n - e_n)^2 g_n g_n^T /
    (1 - l_n), with the leverage l_n of the event in the regression of y (White 1980; MacKinnon and White 1985, J.
    Econometrics 29, 305). Signed weights enter linearly. Events of one ``unit`` are summed before they are squared.

    Parameters
    ----------
    data, reference
        In the same units.
    functions
        K test functions.
    generator, orbit
        The candidate, (1, d + 1, d + 1), and its flow.
    rng
        Draws waves through the invariants.
    places
        What the events hold, if more than vectors of which all is known.
    momenta
        Are the vectors four-momenta?

    Returns moments (K, 1); their scale is that of e (1 - e) times f.

    Raises `MethodError` if a sample has fewer than 100 effective events.

    >>> import torch
    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> draws, turn = np.random.default_rng(1), so(2).homogeneous()
    >>> def drawn(n):  # what lies beyond x = 0.5 is lost
    ...     x = draws.normal(size=(n, 1, 2))
    ...     kept = torch.from_numpy(x[x[:, 0, 0] < 0.5])
    ...     return Points(kept, torch.ones(len(kept), dtype=torch.float64))
    >>> m = conditional_moments(
    ...     drawn(2000), drawn(2000), Polynomials(2, 2), turn, ClosedOrbit(turn.matrices[0]), draws)
    >>> bool((abs(m.mean[:, 0]) < 4 * np.sqrt(np.einsum("kaka->k", m.covariance))).all())
    True
    """
    for name, sample in (("data", data), ("reference", reference)):
        if not sample.effective >= FEWEST_EFFECTIVE:
            raise MethodError(
                f"effective number of events (sum w)^2 / sum w^2 of the {name} = {sample.effective:.3g} < "
                f"{FEWEST_EFFECTIVE}: too few to compare it along orbits; use more events"
            )
    events = data.effective + reference.effective
    blocks = _Blocks(data, reference, functions, OrbitInvariants(orbit, places, momenta), events, rng)
    mean, covariance, nu = _moments(blocks, functions.count, events)
    k = functions.count
    return Moments(
        mean[:, None], covariance.reshape(k, 1, k, 1), nu, generator.homogeneous(), functions.labels,
        dict(functions.blocks),
    )  # fmt: skip


class _Blocks:
    """The events of both samples block by block, as often as asked."""

    def __init__(
        self, data: Points, reference: Points, functions: TestFunctions, invariants: OrbitInvariants,
        events: float, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self._functions, self._invariants = functions, invariants
        share = data.effective / events
        # Each sample counts by its effective number, whatever its weights sum to.
        self._samples = (
            (data, share / float(data.weights.sum()), 1.0),
            (reference, (1 - share) / float(reference.weights.sum()), 0.0),
        )
        total = len(data.x) + len(reference.x)
        step = -(-total // LOOKED_AT)
        seen = np.concatenate([invariants(p.x[::step]).numpy() for p in (data, reference)])
        self._features = Features(seen, round(events / PER_FEATURE), rng)
        self.repeated = any(
            p.unit is not None and len(np.unique(p.unit)) < len(p.x) for p in (data, reference)
        )
        self._keep = total * (self._features.count + functions.count) <= HELD
        self._held: list[_Rows] = []

    def __iter__(self) -> Iterator[_Rows]:
        if self._held:
            yield from self._held
            return
        first, found = 0, []
        for sample, factor, y in self._samples:
            unit = np.arange(len(sample.x)) if sample.unit is None else sample.unit
            for start in range(0, len(sample.x), BLOCK):
                some = slice(start, start + BLOCK)
                x, w = sample.x[some], sample.weights[some].cpu().numpy() * factor
                s = self._features(self._invariants(x).numpy())
                rows = _Rows(s, self._functions.values(x).cpu().numpy(), y, w, unit[some] + first)
                if self._keep:
                    found.append(rows)
                yield rows
            first += int(unit.max()) + 1
        self._held = found


def _moments(blocks: _Blocks, k: int, events: float) -> tuple[FloatArray, FloatArray, float]:
    """A (K,), its covariance (K, K), and the degrees of freedom of that."""
    centre, about, gram, cross, squares = _centred(blocks)
    label = ridge(gram, cross[:, :1], squares[:1], events)
    position = ridge(gram, cross[:, 1:], squares[1:], events)
    solver = label.solver(0)
    # What the regression of y takes from the residuals of that of f.
    again = solver @ (cross[:, 1:] - gram @ position.coefficients)
    mean, covariance = np.zeros(k), np.zeros((k, k))
    influences, units, second, fourth, used = [], [], 0.0, 0.0, 0.0
    for rows in blocks:
        s = rows.s - centre
        r_y = rows.y - about[0] - s @ label.coefficients[:, 0]
        r_f = rows.f - about[1:] - s @ position.coefficients
        leverage = np.abs(rows.w) * (1 + ((s @ solver) * s).sum(axis=1))
        mean += (rows.w * r_y) @ r_f
        size = rows.w * r_y / np.sqrt(1 - np.minimum(leverage, MOST_LEVERAGE))
        influence = (r_f - s @ again) * size[:, None]
        second, fourth, used = second + (size**2).sum(), fourth + (size**4).sum(), used + leverage.sum()
        if blocks.repeated:
            influences.append(influence)
            units.append(rows.unit)
        else:
            covariance += influence.T @ influence
    freedom = float(second**2 / fourth)
    if blocks.repeated:
        unit, row = np.unique(np.concatenate(units), return_inverse=True)
        together = np.zeros((len(unit), k))
        np.add.at(together, row, np.concatenate(influences))
        covariance, freedom = together.T @ together, freedom * len(unit) / len(row)
    return mean, covariance, max(freedom - float(used) - 1, 2.0)


def _centred(blocks: _Blocks) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Means of s (J,) and of y, f (1 + K,), and their centred E[s s^T], E[s (y, f)^T], E[(y, f)^2]."""
    centre = about = gram = cross = squares = np.zeros(())
    for rows in blocks:
        weighted = rows.s * rows.w[:, None]
        both = np.column_stack([np.full(len(rows.w), rows.y), rows.f])
        centre = centre + weighted.sum(axis=0)
        about = about + rows.w @ both
        gram = gram + weighted.T @ rows.s
        cross = cross + weighted.T @ both
        squares = squares + rows.w @ both**2
    return (
        centre, about, gram - np.outer(centre, centre), cross - np.outer(centre, about), squares - about**2,
    )  # fmt: skip
