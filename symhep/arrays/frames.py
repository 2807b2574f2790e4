"""Frames: for each event the element of a group that moves it to the representative of its orbit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, MethodError
from symhep.lie.sampling.forms import invariant_form, rotating
from symhep.methods.enumeration import several

__all__ = ["Frame", "frames_of"]

FloatArray = npt.NDArray[np.float64]

#: A part of a vector below this share of it is rounding: it has no direction.
ROUNDING = 1e-9


class Frame(Protocol):
    """One factor of a group, which acts on some directions of the vectors."""

    @property
    def seen(self) -> npt.NDArray[Any]:
        """(m, d) linear functions of a vector that decide on the frame; real or complex."""
        ...

    def moved(self, x: FloatArray, order: Sequence[int]) -> FloatArray:
        """The representatives of events x (N, P, d); ``order``: of the P vectors, the reference first."""
        ...


def frames_of(generators: FloatArray, labels: Sequence[str]) -> list[Frame]:
    """Frames of the factors of the connected group of linear ``generators`` (G, d, d).

    Generators that do not commute belong to one factor. Known are rotations with a single generator, all rotations of
    a subspace, and boosts along one direction. Raises `CardError`, with the generators, for other factors and for
    factors that act on the same directions.

    >>> turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> (frame,) = frames_of(turn[None], ["J_12"])
    >>> frame.moved(np.array([[[0.0, 2.0, 1.0]]]), [0]).round(12).tolist()
    [[[2.0, 0.0, 1.0]]]
    """
    factors = _factors(generators)
    frames = [_frame(generators[rows], [labels[i] for i in rows]) for rows in factors]
    for i, frame in enumerate(frames):
        others = [j for k, rows in enumerate(factors) if k != i for j in rows]
        for j in others:
            if np.abs(frame.seen @ generators[j]).max() > ROUNDING * np.abs(generators[j]).max():
                names = [*(labels[k] for k in factors[i]), labels[j]]
                raise CardError(
                    f"{several(names)} act on the same directions: no canonical frame for them together",
                    hint="select some of them with generators=[...]",
                )
    return frames


def _factors(generators: FloatArray) -> list[list[int]]:
    """Numbers of the generators that hang together by brackets."""
    brackets = np.einsum("aij,bjk->abik", generators, generators)
    size = np.linalg.norm(generators, axis=(1, 2))
    apart = np.abs(brackets - brackets.swapaxes(0, 1)).max(axis=(2, 3), initial=0.0)
    joined = apart > ROUNDING * size[:, None] * size[None]
    left, found = list(range(len(generators))), []
    while left:
        factor, new = [], [left[0]]
        while new:
            factor += new
            left = [i for i in left if i not in new]
            new = [i for i in left if joined[i, factor].any()]
        found.append(sorted(factor))
    return found


def _frame(generators: FloatArray, labels: Sequence[str]) -> Frame:
    form = invariant_form(generators)
    if form is None:
        if len(generators) == 1 and (boost := _boost(generators[0])) is not None:
            return boost
        raise CardError(
            f"{several(labels)} generate{'s' * (len(labels) == 1)} a non-compact group, whose orbits have no "
            f"numerically stable representative",
            hint="select the rotations, or a boost along one direction, with generators=[...]",
        )
    turned, lower = rotating(generators, form)
    values = np.linalg.svd(np.concatenate(list(turned), axis=1), full_matrices=False)
    frame = _aligned(values[0][:, values[1] > ROUNDING * values[1].max()])
    small, inner = frame.T @ turned @ frame, frame.T @ lower.T
    outer = np.linalg.inv(lower).T @ frame
    m = len(inner)
    if len(generators) == 1:
        return _phase(small[0], inner, outer, labels[0])
    if len(generators) == m * (m - 1) // 2:
        return Rotations(inner, outer)
    raise CardError(
        f"{several(labels)}: no canonical frame for this group, which is not SO({m}) in its {m} dimensions",
        hint="select some of the generators with generators=[...]",
    )


def _aligned(basis: FloatArray) -> FloatArray:
    """An orthonormal basis (d, m) of the same space, along the axes of the coordinates as far as they lie in it."""
    projector = basis @ basis.T
    found: list[FloatArray] = []
    for axis in np.argsort(-np.diag(projector).round(9), kind="stable"):
        rest = projector[:, axis] - sum((f * f[axis] for f in found), np.zeros(len(projector)))
        if np.linalg.norm(rest) > 1e-3 and len(found) < basis.shape[1]:
            found.append(rest / np.linalg.norm(rest))
    return np.stack(sorted(found, key=lambda f: int(np.abs(f).argmax())), axis=1)


def _first(seen: npt.NDArray[np.bool_], order: Sequence[int]) -> npt.NDArray[np.int64]:
    """(N,) the first vector in ``order`` that is seen (N, P); the reference where none is."""
    return np.asarray(order)[seen[:, order].argmax(axis=1)]


@dataclass(frozen=True, eq=False)
class Rotations:
    """SO(m) on the m directions ``inner`` (m, d), back by ``outer`` (d, m).

    Gram-Schmidt on the vectors of an event, the reference first: it comes to lie along the last axis of three (the
    first of more), the next one that is not parallel to it in the half-plane of the next axis, and so on; the last
    axis makes the determinant one.
    """

    inner: FloatArray
    outer: FloatArray

    @property
    def seen(self) -> FloatArray:
        """See `Frame.seen`."""
        return self.inner

    def moved(self, x: FloatArray, order: Sequence[int]) -> FloatArray:
        """See `Frame.moved`."""
        y = x @ self.inner.T
        m, event = y.shape[2], np.arange(len(y))
        places = [2, 0, 1] if m == 3 else list(range(m))
        axes = np.zeros((len(y), m, m))  # rows: the new axes
        rest, size = y.copy(), np.linalg.norm(y, axis=2)
        for k in range(m):
            left = np.linalg.norm(rest, axis=2)
            seen = (left > ROUNDING * size) & (left > 0)
            number = _first(seen, order)
            chosen = rest[event, number]
            # Where all vectors lie in what is fixed already, any direction will do: it moves none of them.
            missing = ~seen[event, number] if k < m - 1 else np.ones(len(y), dtype=bool)
            done = axes[:, places[:k]]
            free = np.eye(m) - np.einsum("nai,naj->nij", done, done)
            widest = np.einsum("nii->ni", free).argmax(axis=1)
            chosen = np.where(missing[:, None], free[event, widest], chosen)
            for _ in range(2):  # once leaves rounding of what was taken off
                chosen = chosen - np.einsum("nai,na->ni", done, np.einsum("nai,ni->na", done, chosen))
                chosen /= np.linalg.norm(chosen, axis=1, keepdims=True)
            axes[:, places[k]] = chosen
            rest -= np.einsum("npi,ni->np", rest, chosen)[..., None] * chosen[:, None]
        axes[:, places[-1]] *= np.where(np.linalg.det(axes) < 0, -1.0, 1.0)[:, None]
        turned = np.einsum("nki,npi->npk", axes, y)
        return np.asarray(x + (turned - y) @ self.outer.T)


def _phase(turn: FloatArray, inner: FloatArray, outer: FloatArray, label: str) -> Frame:
    """The frame of one rotation ``turn`` (m, m), antisymmetric, in one plane or several."""
    values, vectors = np.linalg.eigh(1j * turn)
    frequencies = -values
    slowest = float(frequencies[frequencies > 0].min())
    ratios = frequencies / slowest
    if np.abs(ratios - np.round(ratios)).max() > 1e-6:
        raise CardError(
            f"{label} turns planes at frequencies that are not multiples of the lowest one: no canonical frame for it",
            hint="exclude it with generators=[...]",
        )
    plain: list[npt.NDArray[np.complex128]] = []
    turns: list[int] = []
    for ratio in range(1, int(np.round(ratios.max())) + 1):
        own = vectors[:, np.round(ratios) == ratio]
        projector, chosen = own @ own.conj().T, list[npt.NDArray[np.complex128]]()
        for axis in range(len(turn)):  # whatever basis an eigenspace was given in
            rest = projector[:, axis] - sum((f * f[axis].conj() for f in chosen), np.zeros(len(turn)))
            if np.linalg.norm(rest) > 1e-3 and len(chosen) < own.shape[1]:
                chosen.append(rest / np.linalg.norm(rest))
        plain += chosen
        turns += [ratio] * len(chosen)
    return Phase(np.array(plain), np.array(turns), inner, outer)


@dataclass(frozen=True, eq=False)
class Phase:
    """A rotation by one angle, in planes given by complex ``vectors`` (k, m), which turn ``turns`` times as fast.

    It is turned until the first vector, from the reference on, with a part in a plane of the slowest has the phase 0
    there: for a rotation about z until it lies in the x-z plane with x > 0.
    """

    vectors: npt.NDArray[np.complex128]
    turns: npt.NDArray[np.int64]
    inner: FloatArray
    outer: FloatArray

    @property
    def seen(self) -> npt.NDArray[Any]:
        """See `Frame.seen`."""
        return self.inner

    def moved(self, x: FloatArray, order: Sequence[int]) -> FloatArray:
        """See `Frame.moved`."""
        y = x @ self.inner.T
        z = y @ self.vectors.conj().T  # (N, P, k)
        slow = z[:, :, self.turns == 1]
        size = np.linalg.norm(y, axis=2)[..., None]
        seen = (np.abs(slow) > ROUNDING * size) & (np.abs(slow) > 0)
        flat = [p * slow.shape[2] + k for p in order for k in range(slow.shape[2])]
        chosen = _first(seen.reshape(len(x), -1), flat)
        reference = slow.reshape(len(x), -1)[np.arange(len(x)), chosen]
        angle = np.where(seen.any(axis=(1, 2)), -np.angle(reference), 0.0)
        turned = 2 * ((z * np.exp(1j * angle[:, None] * self.turns)[:, None]) @ self.vectors).real
        return np.asarray(x + (turned - y) @ self.outer.T)


def _boost(generator: FloatArray) -> Frame | None:
    """The frame of a boost; None for what is none: two directions stretched by opposite factors, all else kept."""
    values, right = np.linalg.eig(generator)
    order = np.argsort(values.real)
    low, high = order[0], order[-1]
    rate = float(values[high].real)
    others = np.delete(values, [low, high])
    if (
        rate <= 0
        or abs(values[low] + rate) > ROUNDING * rate
        or np.abs(others).max(initial=0.0) > ROUNDING * rate
    ):
        return None
    if np.linalg.matrix_rank(generator, tol=ROUNDING * rate) != 2 or np.abs(values.imag).max() > 0:
        return None
    functions, left = np.linalg.eig(generator.T)  # functions of a vector that are stretched
    order = np.argsort(functions.real)
    pair = np.stack([left[:, order[-1]].real, left[:, order[0]].real])
    pair *= np.sign(pair[np.arange(2), np.abs(pair).round(9).argmax(axis=1)])[:, None]
    outer = np.stack([right[:, high].real, right[:, low].real], axis=1)
    outer = outer / np.einsum("ki,ik->k", pair, outer)
    return Boost(pair, outer)


@dataclass(frozen=True, eq=False)
class Boost:
    """A boost along one direction: a = l_+ x and b = l_- x (rows of ``inner``) become s a and b / s.

    It is done until the sum of the vectors has a = b in size: for four-momenta and K_z, E + pz and E - pz, until the
    event has the rapidity 0.
    """

    inner: FloatArray
    outer: FloatArray

    @property
    def seen(self) -> FloatArray:
        """See `Frame.seen`."""
        return self.inner

    def moved(self, x: FloatArray, order: Sequence[int]) -> FloatArray:
        """See `Frame.moved`. Raises `MethodError` for an event whose sum has no rapidity."""
        total = x.sum(axis=1) @ self.inner.T  # (N, 2)
        sizes = np.abs(total)
        lost = sizes.min(axis=1) <= ROUNDING * np.abs(x).sum(axis=(1, 2))
        if lost.any():
            raise MethodError(
                f"event {int(lost.argmax())} has no rapidity (so have {int(lost.sum())}): its total momentum is "
                "light-like along the direction of the boost"
            )
        stretch = np.sqrt(sizes[:, 1] / sizes[:, 0])
        factors = np.stack([stretch, 1 / stretch], axis=1) - 1
        return np.asarray(x + (x @ self.inner.T * factors[:, None]) @ self.outer.T)
