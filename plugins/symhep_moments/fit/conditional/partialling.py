"""Partialling out: what is left of 'which sample' and of functions of an event once the orbit has said what it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep.stats.ridge import ridge
from symhep_moments.fit.conditional.gram_sums import Centred, GramSums, centred_of_all, gram_sums
from symhep_moments.fit.points import Points

if TYPE_CHECKING:
    from symhep_moments.fit.conditional.varied import Under

__all__ = ["FEWEST_EFFECTIVE", "Fit", "Partialled", "mean_of_all", "partialled"]

FloatArray = npt.NDArray[np.float64]

#: Effective events of either sample, at least: with fewer no regression can be judged.
FEWEST_EFFECTIVE = 100
#: Events at a time; numbers of all features that are kept for the second pass: 160 MB.
BLOCK, HELD = 1 << 14, 20_000_000
#: An event with more leverage counts as if it had this.
MOST_LEVERAGE = 0.5


class Fit(NamedTuple):
    """Means of the features ``centre`` (J,), and of y and the functions ``about`` (1 + K,), coefficients of y ``label``
    (J,) and of the functions ``position`` (J, K), and what the one takes from the residuals of the other, ``again``."""

    centre: FloatArray
    about: FloatArray
    label: FloatArray
    position: FloatArray
    again: FloatArray


@dataclass(frozen=True, eq=False)
class Partialled:
    """Moments A_k = E[(y - e(u)) (f_k - m_k(u))] of K functions, and what a strength is worth in them.

    Attributes
    ----------
    mean, covariance, nu
        A (K,), its covariance (K, K), and the degrees of freedom of that.
    gram
        (K, K) G_kl = E[v (f_k - m_k)(f_l - m_l)], v the variance of y given x. If the ratio of the densities is
        c(u) (1 + sum_k a_k f_k), A = G a to first order in a.
    sizes, squares
        (K,) E[v f_k] and E[v f_k^2].
    influences
        (U, k) of each independent unit on the last k of A, as many as asked for: A moves by their sum.
    under
        How A moves under systematic variations of the reference; None without any.
    fit
        The regressions, where they are those of more events than are in memory.
    """

    mean: FloatArray
    covariance: FloatArray
    nu: float
    gram: FloatArray
    sizes: FloatArray
    squares: FloatArray
    influences: FloatArray
    under: Under | None = None
    fit: Fit | None = None

    @property
    def known(self) -> Fit:
        """The regressions. Raises ``ValueError`` where they are not kept."""
        if self.fit is None:
            raise ValueError("regressions of events in memory are not kept")
        return self.fit

    @property
    def every(self) -> list[Partialled]:
        """With what nuisance parameters add to the covariance: of the nominal reference, and of its alternatives that
        have no parameter."""
        if self.under is None:
            return [self]
        total = self.covariance + self.under.shifts.T @ self.under.shifts
        nominal = replace(self, covariance=total)
        return [nominal, *(replace(nominal, mean=self.mean + d) for d in self.under.others)]

    def take(self, columns: slice) -> Partialled:
        """Of some of the functions."""
        first = len(self.mean) - self.influences.shape[1]
        own = slice(max(columns.start - first, 0), max(columns.stop - first, 0))
        return Partialled(
            self.mean[columns], self.covariance[columns, columns], self.nu, self.gram[columns, columns],
            self.sizes[columns], self.squares[columns], self.influences[:, own],
            None if self.under is None else self.under.take(columns),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Rows:
    """Events of one sample: features s (n, J), functions f (n, K), y = 1 for data, w of sum one over both, and the
    ``share`` of the effective events of the sample that are in memory."""

    s: FloatArray
    f: FloatArray
    y: float
    w: FloatArray
    unit: npt.NDArray[np.int64]
    share: float


def partialled(
    data: Points,
    reference: Points,
    features: Callable[[Tensor], FloatArray],
    functions: Callable[[Tensor], Tensor],
    keep: int = 0,
    context: Context | None = None,
    states: Sequence[State] = (),
) -> Partialled:
    """Partial ``features`` out of 'is from data' and of ``functions`` (Robinson 1988, Econometrica 56, 931).

    With R the operator that leaves the residual of a ridge regression on the features and W the weights, A is
    y^T R_y W R_m f = sum_n w_n y_n g_n with g = R_y R_m f, so that its covariance given x is that of y alone,
    sum_n w_n^2 v_n g_n g_n^T with v_n = (y_n - e_n)^2 / (1 - l_n), l_n the leverage of the event in the regression of y
    (White 1980; MacKinnon and White 1985, J. Econometrics 29, 305). G = sum_n w_n v_n g_n g_n^T. Signed weights enter
    linearly. Events of one ``unit`` are summed before they are squared.

    Another reference, such as the nominal one with a parameter of the simulation moved, with the same ``features`` and
    ``functions`` gives the shift D of A along that parameter; D D^T of such shifts adds to the covariance.

    Of samples of which a part alone is in memory, A, both regressions and all that they are made of are sums over all
    events; C, G and what else takes residuals of single events are of those in memory, C in proportion to the effective
    number of events.

    Parameters
    ----------
    data, reference
        In the same units.
    features
        Of what is the same all along an orbit: events (n, P, D) -> (n, J), of variance about one.
    functions
        (n, P, D) -> (n, K).
    keep
        Influences of so many of the last functions are kept.
    context
        Where all events are read.
    states
        Of `GramSums` over the data and the reference, where these have been read.

    Raises `MethodError` if a sample has fewer than 100 effective events.
    """
    for name, sample in (("data", data), ("reference", reference)):
        if not sample.effective >= FEWEST_EFFECTIVE:
            raise MethodError(
                f"effective number of events (sum w)^2 / sum w^2 of the {name} = {sample.effective:.3g} < "
                f"{FEWEST_EFFECTIVE}: too few for a comparison along orbits; use more events"
            )
    blocks = _Blocks(data, reference, features, functions)
    events = data.effective + reference.effective
    whole = _whole(data, reference, features, functions, context, states)
    centre, about, gram, cross, squares = _centred(blocks) if whole is None else whole[:5]
    k = len(about) - 1
    label = ridge(gram, cross[:, :1], squares[:1], events)
    position = ridge(gram, cross[:, 1:], squares[1:], events)
    solver = label.solver(0)
    # What the regression of y takes from the residuals of that of f.
    again = solver @ (cross[:, 1:] - gram @ position.coefficients)
    mean, sizes, large = np.zeros(k), np.zeros(k), np.zeros(k)
    covariance, worth = np.zeros((k, k)), np.zeros((k, k))
    kept, units, second, fourth, lost = list[FloatArray](), [], 0.0, 0.0, 0.0
    for rows in blocks:
        s = rows.s - centre
        r_y = rows.y - about[0] - s @ label.coefficients[:, 0]
        r_f = rows.f - about[1:] - s @ position.coefficients
        leverage = rows.share * np.abs(rows.w) * (1 + ((s @ solver) * s).sum(axis=1))
        known = np.sqrt(1 - np.minimum(leverage, MOST_LEVERAGE))
        mean += (rows.w * r_y) @ r_f
        size, g = np.sqrt(rows.share) * rows.w * r_y / known, r_f - s @ again
        influence = g * size[:, None]
        v = rows.w * (r_y / known) ** 2
        worth += g.T @ (g * v[:, None])
        sizes += v @ rows.f
        large += v @ rows.f**2
        second, fourth = second + (size**2).sum(), fourth + (size**4).sum()
        lost += (size**2) @ np.minimum(leverage, 1.0)
        if blocks.repeated:
            kept.append(influence)
            units.append(rows.unit)
        else:
            covariance += influence.T @ influence
            kept.append(influence[:, k - keep :])
    # As Satterthwaite has it, less the share that the regression has used up.
    freedom = float(second**2 / fourth * (1 - lost / second))
    influences = np.concatenate(kept)
    if blocks.repeated:
        unit, row = np.unique(np.concatenate(units), return_inverse=True)
        together = np.zeros((len(unit), k))
        np.add.at(together, row, influences)
        covariance, freedom = together.T @ together, freedom * len(unit) / len(row)
        influences = together[:, k - keep :]
    fit = None
    if whole is not None:
        fit = Fit(centre, about, label.coefficients[:, 0], position.coefficients, again)
        mean = whole.mean(fit.label, fit.position)
    return Partialled(mean, covariance, max(freedom - 1, 2.0), worth, sizes, large, influences, fit=fit)


def mean_of_all(states: Sequence[State], data: Points) -> FloatArray:
    """A (K,) from the states of `GramSums` over ``data`` and any reference."""
    theirs = float(states[1]["w"]) ** 2 / float(states[1]["w2"])
    events = data.effective + theirs
    whole = centred_of_all(states, data.effective / events)
    label = ridge(whole.gram, whole.cross[:, :1], whole.squares[:1], events)
    position = ridge(whole.gram, whole.cross[:, 1:], whole.squares[1:], events)
    return whole.mean(label.coefficients[:, 0], position.coefficients)


def _whole(
    data: Points,
    reference: Points,
    features: Callable[[Tensor], FloatArray],
    functions: Callable[[Tensor], Tensor],
    context: Context | None,
    states: Sequence[State],
) -> Centred | None:
    """Of all events; None where all are in memory."""
    if not (data.subsampled or reference.subsampled):
        return None
    if not states:
        (states,) = gram_sums([GramSums(features, functions)], (data, reference), context)
    return centred_of_all(states, data.effective / (data.effective + reference.effective))


class _Blocks:
    """The events of both samples block by block, as often as asked."""

    def __init__(
        self,
        data: Points,
        reference: Points,
        features: Callable[[Tensor], FloatArray],
        functions: Callable[[Tensor], Tensor],
    ) -> None:
        self._features, self._functions = features, functions
        share = data.effective / (data.effective + reference.effective)
        # Each sample counts by its effective number, whatever its weights sum to.
        self._samples = (
            (data, share / float(data.weights.sum()), 1.0),
            (reference, (1 - share) / float(reference.weights.sum()), 0.0),
        )
        self._total = len(data.x) + len(reference.x)
        self.repeated = any(
            p.unit is not None and len(np.unique(p.unit)) < len(p.x) for p in (data, reference)
        )
        self._held: list[_Rows] = []

    def __iter__(self) -> Iterator[_Rows]:
        if self._held:
            yield from self._held
            return
        first, found, keep = 0, list[_Rows](), True
        for sample, factor, y in self._samples:
            unit = np.arange(len(sample.x)) if sample.unit is None else sample.unit
            for start in range(0, len(sample.x), BLOCK):
                some = slice(start, start + BLOCK)
                x, w = sample.x[some], sample.weights[some].cpu().numpy() * factor
                f = np.asarray(self._functions(x).cpu().numpy(), dtype=np.float64)
                rows = _Rows(self._features(x), f, y, w, unit[some] + first, sample.share)
                keep = keep and self._total * (rows.s.shape[1] + f.shape[1]) <= HELD
                if keep:
                    found.append(rows)
                yield rows
            first += int(unit.max()) + 1
        self._held = found if keep else []


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
