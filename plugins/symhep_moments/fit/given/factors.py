"""What compact groups are made of, and the images of events under their random elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from symhep.errors import MethodError
from symhep.lie.elements.element import Element

__all__ = ["Cyclic", "Factor", "OneParameter", "Permutations", "Rotations", "SeenOneParameter"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Points of an orbit that images are drawn from where they are not seen alike.
CHOICES = 100


class Factor(Protocol):
    """A compact group that acts on events (..., P, D), whose first components are the vectors'."""

    @property
    def permutes(self) -> bool:
        """Does it take vectors to the places of others?"""

    def steps(self, events: int) -> int | None:
        """Elements of the finite group in whose place all of its elements are taken; None: random elements."""

    def orbit(self, x: FloatArray, steps: int) -> FloatArray:
        """All images (n, steps, P, D) of events (n, P, D), the first themselves."""

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        """(n, R, P, D) -> the same, each by a random element of the Haar measure; events of one ``unit`` (n,) alike."""


@dataclass(frozen=True, eq=False)
class OneParameter:
    """exp(t W) of a generator W (d + 1, d + 1) with exp(period W) = 1: J_z, a rotation of a plane."""

    matrix: FloatArray
    period: float
    permutes: bool = False

    def steps(self, events: int) -> int | None:
        """Evenly spaced angles: a prime number, so that no fraction of a turn that a detector may have divides it.

        Over q angles the harmonics below q average to exactly zero, as over the whole turn: nothing is lost by
        a finite number. Those of a multiple of q are not seen.
        """
        return 31 if events <= 500 else 17 if events <= 2500 else 13

    def orbit(self, x: FloatArray, steps: int) -> FloatArray:
        d = len(self.matrix) - 1
        maps = np.array([expm(k * self.period / steps * self.matrix) for k in range(steps)])
        found = np.repeat(x[:, None], steps, axis=1)
        found[..., :d] = np.einsum("kij,npj->nkpi", maps[:, :d, :d], x[..., :d], optimize=True)
        found[..., :d] += maps[:, None, :d, d]
        found[:, 0] = x
        return found

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        d, count = len(self.matrix) - 1, int(unit.max(initial=-1)) + 1
        values, vectors = np.linalg.eig(self.matrix)
        inverse = np.linalg.inv(vectors)
        times = self.period * rng.random((count, images.shape[1]))
        maps = ((vectors * np.exp(times[..., None, None] * values)) @ inverse).real[unit]
        found = images.copy()
        found[..., :d] = np.einsum("nrij,nrpj->nrpi", maps[..., :d, :d], images[..., :d], optimize=True)
        found[..., :d] += maps[..., None, :d, d]
        return found


@dataclass(frozen=True)
class SeenOneParameter(OneParameter):
    """The same where not all places of an orbit are seen alike: images in proportion to an ``efficiency``.

    Of an event and `CHOICES` Haar-random points of its orbit, given these points, each is as probable to have been
    observed as the efficiency there says. Images are drawn from them with these probabilities, with replacement: given
    the points, event and images are independent draws from one law, and so exchangeable.
    """

    efficiency: Callable[[FloatArray], FloatArray] | None = None

    def steps(self, events: int) -> int | None:
        """None: images are drawn."""
        return None

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        """(n, R, P, D), of which the first is taken -> as many images of it."""
        assert self.efficiency is not None
        n, wanted = images.shape[:2]
        points = np.repeat(images[:, :1], CHOICES + 1, axis=1)
        points[:, 1:] = super().turned(points[:, 1:], unit, rng)
        with np.errstate(divide="ignore"):
            logs = np.log(self.efficiency(points.reshape(-1, *images.shape[2:]))).reshape(n, CHOICES + 1)
        total = np.zeros((int(unit.max(initial=-1)) + 1, CHOICES + 1))
        np.add.at(total, unit, logs)  # rows of a unit turn together
        if not np.isfinite(total[:, 0]).all():
            raise MethodError(
                "the efficiency is 0 for some events; it must be positive wherever an event was observed; "
                "check its axes and units"
            )
        edges = np.cumsum(np.exp(total - total.max(axis=1, keepdims=True)), axis=1)
        drawn = rng.random((len(total), wanted)) * edges[:, -1:]
        place = (drawn[:, :, None] >= edges[:, None, :-1]).sum(axis=2)[unit]
        return np.asarray(np.take_along_axis(points, place[:, :, None, None], axis=1))


@dataclass(frozen=True)
class Rotations:
    """SO(k) of these components, of all vectors alike."""

    components: tuple[int, ...]
    permutes: bool = False

    def steps(self, events: int) -> None:
        return None

    def orbit(self, x: FloatArray, steps: int) -> FloatArray:
        raise NotImplementedError("SO(k) cannot be replaced by a finite group")

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        n, r, p, _ = images.shape
        k, count, own = len(self.components), int(unit.max(initial=-1)) + 1, list(self.components)
        found, x = images.copy(), images[..., own]
        if p == 1 and count == n:
            # The image of one vector is a uniform point of the sphere of its length: no matrix is needed.
            direction = rng.normal(size=x.shape)
            direction *= np.sqrt(
                (x**2).sum(axis=3, keepdims=True) / (direction**2).sum(axis=3, keepdims=True)
            )
            found[..., own] = direction
            return found
        maps = _haar3(rng, count, r) if k == 3 else _haar(rng, count, r, k)
        found[..., own] = np.einsum("nrij,nrpj->nrpi", maps[unit], x, optimize=True)
        return found


@dataclass(frozen=True)
class Permutations:
    """All permutations of some vectors (``of_vectors``), or of some components of the one vector there is."""

    places: tuple[int, ...]
    of_vectors: bool

    #: With so few places all permutations are taken.
    FEW = 4

    @property
    def permutes(self) -> bool:
        return self.of_vectors

    def steps(self, events: int) -> int | None:
        return factorial(len(self.places)) if len(self.places) <= self.FEW else None

    def orbit(self, x: FloatArray, steps: int) -> FloatArray:
        from itertools import permutations

        orders = np.array(list(permutations(range(len(self.places)))))
        return np.stack(
            [self._placed(x, np.broadcast_to(order, (len(x), len(order)))) for order in orders], axis=1
        )

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        count = int(unit.max(initial=-1)) + 1
        orders = rng.random((count, images.shape[1], len(self.places))).argsort(axis=2)[unit]
        return self._placed(images, orders)

    def _placed(self, x: FloatArray, orders: IntArray) -> FloatArray:
        """x (..., P, D) with orders (..., m) of the m places."""
        found, own = x.copy(), list(self.places)
        if self.of_vectors:
            found[..., own, :] = np.take_along_axis(x[..., own, :], orders[..., None], axis=-2)
        else:
            found[..., 0, own] = np.take_along_axis(x[..., 0, own], orders, axis=-1)
        return found


@dataclass(frozen=True, eq=False)
class Cyclic:
    """The powers of a discrete element."""

    element: Element

    @property
    def permutes(self) -> bool:
        return self.element.sources != tuple(range(len(self.element.sources)))

    def steps(self, events: int) -> int:
        return self.element.order

    def orbit(self, x: FloatArray, steps: int) -> FloatArray:
        import torch

        return np.ascontiguousarray(self.element.orbit(torch.from_numpy(x)).numpy().swapaxes(0, 1))

    def turned(self, images: FloatArray, unit: IntArray, rng: np.random.Generator) -> FloatArray:
        count, r = int(unit.max(initial=-1)) + 1, images.shape[1]
        power = rng.integers(self.element.order, size=(count, r))[unit]
        orbit = self.orbit(images.reshape(-1, *images.shape[2:]), self.element.order)
        return np.asarray(orbit[np.arange(len(orbit)), power.ravel()].reshape(images.shape))


def _haar(rng: np.random.Generator, count: int, images: int, k: int) -> FloatArray:
    """SO(k), (count, images, k, k): Q of the QR decomposition of Gaussian matrices (Stewart 1980, Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.normal(size=(count * images, k, k)))
    q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    q[:, :, 0] *= np.sign(np.linalg.det(q))[:, None]
    return np.asarray(q.reshape(count, images, k, k))


def _haar3(rng: np.random.Generator, count: int, images: int) -> FloatArray:
    """SO(3) of uniform unit quaternions."""
    q = rng.normal(size=(4, count, images))
    w, x, y, z = q / np.sqrt((q**2).sum(axis=0))
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.asarray(np.moveaxis(np.array(rows), (0, 1), (2, 3)))
