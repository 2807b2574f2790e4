"""Test of a class of subgroups: some conjugate of it is a symmetry; which one is left to the events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.stats import chi2

from symhep.lie.spans import noise_floor
from symhep.lie.subgroups.conjugates import Conjugate
from symhep.stats.residual_forms import RIDGE
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.named import Tangent
from symhep_moments.fit.whitening import span_test, whitened

__all__ = ["EXACT", "Fitted", "Orbits"]

FloatArray = npt.NDArray[np.float64]

#: Gauss-Newton steps, each halved so often where it does not bring the statistic down.
STEPS, HALVINGS = 12, 4
#: A statistic that falls by less than this, or this part of it, decides nothing any more.
SETTLED = 0.01
#: Probability that noise makes more of the way home along directions without signal.
FREELY = 0.01
#: Sine up to which a conjugate lies among the candidates: those tangent to a support are known as well as it is.
EXACT = 1e-4


@dataclass(frozen=True, eq=False)
class Fitted:
    """A conjugate where the statistic is least along the directions with signal, and its test.

    Attributes
    ----------
    conjugate
        Where it ended.
    log_p
        Of 'its generators are symmetries', with the fit allowed for.
    free
        Dimensions of the continuum of conjugates that the events cannot distinguish from it.
    """

    conjugate: Conjugate
    log_p: float
    free: int


@dataclass(frozen=True, eq=False)
class _Place:
    """The statistic at a conjugate, and the ways on from there.

    ``theta`` (G, d) orthonormal in units of the noise; ``values`` (r K,) moments, whitened for this theta; ``ways``
    (s, n + Q) steps with signal; ``changes`` (s, G, d) of theta along them, ``effects`` (r K, s) on ``values``;
    ``flat`` (f, n + Q) the other steps, of which ``free`` lead anywhere.
    """

    conjugate: Conjugate
    theta: FloatArray
    values: FloatArray
    ways: FloatArray
    changes: FloatArray
    effects: FloatArray
    flat: FloatArray
    free: int

    @property
    def statistic(self) -> float:
        return float(self.values @ self.values)


class Orbits:
    """Conjugates against the moments.

    For H: 'the d generators of Ad_g A(p) are symmetries for some g and p', the moments A theta(g, p), theta their
    coefficients in the candidates, vanish on average at the true g and p. There the derivative along a parameter is
    A_1 dtheta, A_1 being A without the r found symmetries: with theta_r orthonormal in units of the noise,
    A_1 = A (1 - theta_r theta_r^T). A direction along which A_1 dtheta is not larger than noise only leads from
    symmetry to symmetry; to minimise there would fit noise. Along the others Gauss-Newton steps bring the
    statistic down, and they alone are tangents of the test (`symhep_moments.fit.whitening.span_test`).

    Parameters
    ----------
    moments
        Of G candidates.
    candidates
        (n, G) their coefficients in the group's basis, independent columns.
    found
        (G, r) the found symmetries.
    constants
        (n, n, n) structure constants of the group's algebra.
    """

    def __init__(
        self, moments: Moments, candidates: FloatArray, found: FloatArray, constants: FloatArray
    ) -> None:
        self.constants = constants
        self._white = whitened(moments)
        self._units = np.linalg.inv(self._white.generators)
        self._coordinates = np.linalg.pinv(candidates)
        self._outside = np.eye(len(candidates)) - candidates @ self._coordinates
        self._constrained = candidates.shape[1] < len(candidates)
        known = np.linalg.qr(self._units @ found)[0]
        rest = np.eye(len(found)) - known @ known.T
        outside = self._white.generators @ rest @ self._units
        self._signal = self._white.mean @ outside
        self._signals = [self._signal]
        if self._white.named is not None:
            self._signals.append(self._white.named.mean @ outside)
        self._broken = found.shape[0] - found.shape[1]

    def fitted(self, conjugate: Conjugate) -> Fitted | None:
        """From a conjugate to the best one near it, tested; None if no way leads from it into the candidates."""
        start = self._returned(conjugate)
        if start is None:
            return None
        place = self._homed(self._settled(self._place(start)))
        tested = span_test(self._white, place.theta, self._tangent(place.changes))
        return Fitted(place.conjugate, tested.log_p, place.free)

    def _tangent(self, changes: FloatArray) -> Tangent:
        """How the moments of theta move along ``changes`` (s, G, d) of it."""
        moved = [
            np.einsum("kg,sgd->dks", signal, changes).reshape(-1, len(changes)) if len(changes) else
            np.zeros((signal.shape[0] * changes.shape[2], 0))
            for signal in self._signals
        ]  # fmt: skip
        return Tangent(*moved)

    def given(self, conjugate: Conjugate) -> float:
        """log p of 'these generators are symmetries', nothing being fitted."""
        return span_test(self._white, self._coordinates @ conjugate.basis.T).log_p

    def sine(self, conjugate: Conjugate) -> float:
        """Of the largest principal angle to the span of the candidates."""
        return float(np.linalg.norm(conjugate.basis @ self._outside, ord=2)) if self._constrained else 0.0

    def _place(self, conjugate: Conjugate) -> _Place:
        q, triangle = np.linalg.qr(self._units @ self._coordinates @ conjugate.basis.T)
        theta = self._white.generators @ q
        values, covariance = self._white.along(theta)
        lower = np.linalg.cholesky(covariance / np.diag(covariance).mean() + RIDGE * np.eye(len(values)))
        lower *= np.sqrt(np.diag(covariance).mean())
        tangents = conjugate.tangents(self.constants)
        allowed = np.eye(len(tangents))
        if self._constrained:
            _, sizes, right = np.linalg.svd((tangents @ self._outside).reshape(len(tangents), -1).T)
            allowed = right[int((sizes > EXACT).sum()) :]
        ways = allowed @ tangents.reshape(len(tangents), -1)  # those of the normaliser lead nowhere
        changes = ways.reshape(len(ways), *conjugate.basis.shape) @ self._coordinates.T
        changes = changes.swapaxes(1, 2) @ np.linalg.inv(triangle)
        moved = (self._signal @ changes).transpose(2, 1, 0).reshape(len(values), len(changes))
        left, sizes, right = np.linalg.svd(solve_triangular(lower, moved, lower=True), full_matrices=False)
        seen = _signals(sizes, self._broken * theta.shape[1])
        return _Place(
            conjugate,
            theta,
            solve_triangular(lower, values, lower=True),
            right[:seen] @ allowed,
            np.tensordot(right[:seen], changes, axes=1),
            left[:, :seen] * sizes[:seen],
            right[seen:] @ allowed,
            int((np.linalg.svd(ways, compute_uv=False) > EXACT).sum()) - seen,
        )

    def _settled(self, place: _Place) -> _Place:
        """Where Gauss-Newton steps lead."""
        for _ in range(STEPS):
            nearer = self._stepped(place)
            if nearer is None:
                return place
            gain, place = place.statistic - nearer.statistic, nearer
            if gain < SETTLED * max(1.0, place.statistic):
                return place
        return place

    def _homed(self, place: _Place) -> _Place:
        """Along the ways without signal as near to the catalogue's position as they lead: a choice free of noise.

        The search for a conjugate ends where noise favours it among equals. If the way home costs more than noise
        explains, there was a signal after all, and it stays.
        """
        c, best = place.conjugate, place
        if place.free == 0 or c.at_home:
            return place
        home = np.linalg.qr(c.family.at(list(c.parameters)).T)[0]
        away = np.eye(len(home)) - home @ home.T
        most = place.statistic + float(chi2.isf(FREELY, place.free))
        for _ in range(STEPS):
            distance = float(np.linalg.norm(best.conjugate.basis @ away))
            tangents = best.conjugate.tangents(self.constants)
            slopes = (best.flat @ (tangents @ away).reshape(len(tangents), -1)).T
            step = (
                -np.linalg.lstsq(slopes, (best.conjugate.basis @ away).reshape(-1), rcond=EXACT)[0]
                @ best.flat
            )
            step = np.asarray(step / max(1.0, float(np.linalg.norm(step[:6]))), dtype=np.float64)
            moved = best.conjugate.moved(step, self.constants)
            moved = None if moved is None else self._returned(moved)
            if moved is None:
                break
            there = self._settled(self._place(moved))
            if there.statistic > most:
                return place
            if np.linalg.norm(there.conjugate.basis @ away) > (1 - SETTLED) * distance:
                break
            best = there
        return best

    def _stepped(self, place: _Place) -> _Place | None:
        """One Gauss-Newton step, shortened until it helps; None if nothing helps."""
        best = np.asarray(np.linalg.lstsq(place.effects, place.values, rcond=None)[0], dtype=np.float64)
        step = -best @ place.ways
        step = step / max(1.0, float(np.linalg.norm(step[:6])))
        for _ in range(HALVINGS):
            moved = place.conjugate.moved(step, self.constants)
            moved = None if moved is None else self._returned(moved)
            if moved is not None:
                there = self._place(moved)
                if there.statistic < place.statistic:
                    return there
            step = step / 2
        return None

    def _returned(self, conjugate: Conjugate) -> Conjugate | None:
        """Newton steps back to where the generators are combinations of candidates."""
        for _ in range(STEPS):
            if self.sine(conjugate) < EXACT:
                return conjugate
            tangents = conjugate.tangents(self.constants)
            jacobian = (tangents @ self._outside).reshape(len(tangents), -1).T
            residual = (conjugate.basis @ self._outside).reshape(-1)
            step = -np.asarray(np.linalg.lstsq(jacobian, residual, rcond=EXACT)[0], dtype=np.float64)
            moved = conjugate.moved(step / max(1.0, float(np.linalg.norm(step[:6]))), self.constants)
            if moved is None:
                return None
            conjugate = moved
        return None


def _signals(sizes: FloatArray, entries: int) -> int:
    """How many singular values are no noise: each is compared with what noise makes of the ways that are left."""
    seen = 0
    while seen < len(sizes) and sizes[seen] > noise_floor(entries, len(sizes) - seen, 1.0):
        seen += 1
    return seen
