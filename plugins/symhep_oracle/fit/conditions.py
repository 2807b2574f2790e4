"""The conditions of invariance, grad phi(x_n) . v_k(x_n) = 0, streamed: rows, and Gram matrices per block of events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.fit.fields import Fields
from symhep_oracle.oracles.interface import Oracle

__all__ = ["Conditions", "Everything", "Grams"]

FloatArray = npt.NDArray[np.float64]

#: Numbers held at a time by a chunk of rows (they stay in the cache), and by the Gram matrices of all blocks.
CHUNK = 300_000
KEPT = 20_000_000
#: Blocks of events: enough for a bootstrap, whatever they cost; more say nothing new.
FEWEST, MOST = 20, 200
#: Events that set the size of an output.
SIZED = 2000


@dataclass(frozen=True)
class Grams:
    """sum_n w_n a_n a_n^T over the rows a of each of M ensemble members and B blocks of events.

    ``values`` (M, B, K, K); ``weights`` (B,) is the sum of w in the block.
    """

    values: FloatArray
    weights: FloatArray

    @property
    def mean(self) -> FloatArray:
        """(K, K) mean over members and events."""
        return np.asarray(self.values.sum(axis=(0, 1)) / (len(self.values) * self.weights.sum()))

    def resampled(self, rng: np.random.Generator) -> FloatArray:
        """The mean over members and blocks drawn with replacement."""
        members, blocks = self.values.shape[:2]
        of_member = rng.multinomial(members, np.full(members, 1 / members)).astype(float)
        of_block = rng.multinomial(blocks, np.full(blocks, 1 / blocks)).astype(float)
        total = np.tensordot(np.outer(of_member, of_block), self.values, 2)
        return np.asarray(total / (members * (of_block @ self.weights)))

    def pieces(self, directions: FloatArray) -> FloatArray:
        """Changes of mean @ ``directions`` (K, G), one per independent piece, (B', K, G): their squares add up to
        its variance.

        Blocks of events are one source of noise, members of an ensemble another.
        """
        total, mean = self.weights.sum(), self.mean @ directions
        along = self.values @ directions
        moved = (along.mean(axis=0) - self.weights[:, None, None] * mean) / total
        moved *= np.sqrt(len(moved) / max(len(moved) - 1, 1))
        if len(along) == 1:
            return np.asarray(moved)
        members = along.sum(axis=1) / total - mean
        return np.concatenate([moved, members / np.sqrt(len(members) * (len(members) - 1))])


class Everything(Protocol):
    """All events, of which those in memory are a subsample; the conditions on them, as of `Conditions`."""

    def grams(self, conditions: Conditions) -> Grams:
        """See `Conditions.grams`."""
        ...

    def along(
        self, conditions: Conditions, directions: FloatArray, together: int
    ) -> tuple[FloatArray, FloatArray]:
        """See `Conditions.along`."""
        ...


@dataclass(frozen=True)
class Conditions:
    """One row per event and output of the oracle.

    ``x`` (N, D and what stands beside, see `Layout`) in the data's units, ``weights`` (N,) not negative, ``scale`` the
    unit of the fields. Each output is divided by the rms of its gradient: a cubic form and a quadratic one weigh
    alike. Sums are over ``everything``, where these events are a subsample. ``most_blocks`` is set where they are a
    part of others (`on`): the number of their blocks at most.

    >>> from symhep_oracle.fit.fields import LinearFields
    >>> from symhep_oracle.oracles.layout import Layout
    >>> from symhep_oracle.oracles.norms import Norm
    >>> x = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    >>> c = Conditions(Norm(Layout(1, 2), 2), LinearFields(Layout(1, 2)), x, np.ones(50), 1.0)
    >>> np.linalg.matrix_rank(c.grams().mean)  # 4 unknowns, one rotation
    np.int64(3)
    """

    oracle: Oracle
    fields: Fields
    x: Tensor
    weights: FloatArray
    scale: float
    everything: Everything | None = None
    most_blocks: int | None = None

    def __post_init__(self) -> None:
        rows, unknowns = len(self.x) * self.oracle.outputs, self.fields.unknowns
        if rows < unknowns and self.most_blocks is None:
            raise MethodError(
                f"{len(self.x)} events give {rows} conditions on {unknowns} unknowns: "
                f"at least {-(-unknowns // self.oracle.outputs)} events are needed"
            )

    def on(self, x: Tensor, weights: FloatArray, most_blocks: int) -> Conditions:
        """The same conditions, in the same units of outputs, on other events, which may be few."""
        found = replace(self, x=x, weights=weights, everything=None, most_blocks=most_blocks)
        found.__dict__["output_scale"] = self.output_scale
        return found

    @property
    def acted(self) -> Tensor:
        """(N, D) what generators change."""
        return self.x[:, : self.oracle.layout.features]

    @cached_property
    def output_scale(self) -> Tensor:
        """(k,) rms of the gradient of each output. Raises `MethodError` if all are constant."""
        slopes = self.oracle.gradient(self.x[:SIZED]) * self.scale
        size = slopes.square().sum(dim=2).mean(dim=0).sqrt()
        if not torch.isfinite(size).all():
            raise MethodError(
                "the gradient of the oracle is not finite for some events; remove them with a cut"
            )
        if not (size > 0).any():
            raise MethodError("the oracle is constant on these events, so every transformation preserves it")
        return torch.where(size > 0, size, 1.0)

    def normalised(self, points: Tensor) -> Tensor:
        """phi in the units of the conditions, (..., D) of size one -> (..., k) with slopes of size one."""
        return self.oracle(points * self.scale) / self.output_scale

    def rows(self, part: slice) -> Tensor:
        """(M, n k / M, K) rows of the events ``part``, times the root of their weights, by ensemble member."""
        return self.rows_of(self.oracle.gradient(self.x[part]), part)

    def rows_of(self, gradient: Tensor, part: slice) -> Tensor:
        """The same for another ``gradient`` (n, k, D) at these events."""
        slopes = gradient * (self.scale / self.output_scale[:, None])
        n, k, _ = slopes.shape
        slopes *= torch.from_numpy(np.sqrt(self.weights[part]))[:, None, None]
        rows = self.fields.rows(self.acted[part] / self.scale, slopes)
        return rows.view(n, self.oracle.members, k // self.oracle.members, -1).transpose(0, 1).flatten(1, 2)

    @cached_property
    def block_events(self) -> int:
        """Events per block; the last one may hold fewer."""
        kept = KEPT // (self.oracle.members * self.fields.unknowns**2)
        return -(-len(self.x) // (self.most_blocks or min(max(kept, FEWEST), MOST)))

    @property
    def total(self) -> float:
        """Sum of the weights."""
        return float((self.weights if self.everything is None else self.block_weights).sum())

    @property
    def block_weights(self) -> FloatArray:
        """(B,) sums of the weights of the blocks."""
        if self.everything is not None:
            return self.everything.grams(self).weights
        return np.asarray(np.add.reduceat(self.weights, range(0, len(self.x), self.block_events)))

    def chunks(self) -> Iterator[tuple[slice, Tensor]]:
        """(numbers of the blocks, rows of their events (M, blocks, rows, K)), as much at a time as fits in memory.

        A block too large for that comes in pieces. The last block is filled up with zeros.
        """
        size, events = self.block_events, len(self.x)
        fit = max(1, CHUNK // (self.oracle.outputs * max(self.fields.unknowns, self.x.shape[1])))
        if fit < size:
            for start in range(0, events, size):
                stop = min(start + size, events)
                for piece in range(start, stop, fit):
                    rows = self.rows(slice(piece, min(piece + fit, stop)))
                    yield slice(start // size, start // size + 1), rows[:, None]
            return
        step = fit // size * size
        for start in range(0, events, step):
            stop = min(start + step, events)
            blocks = -(-(stop - start) // size)
            rows = self.rows(slice(start, stop))
            missing = (blocks * size - (stop - start)) * rows.shape[1] // (stop - start)
            if missing:
                rows = torch.nn.functional.pad(rows, (0, 0, 0, missing))
            yield (
                slice(start // size, start // size + blocks),
                rows.reshape(len(rows), blocks, -1, rows.shape[2]),
            )

    def grams(self) -> Grams:
        """One pass over the events."""
        if self.everything is not None:
            return self.everything.grams(self)
        k, starts = self.fields.unknowns, range(0, len(self.x), self.block_events)
        values = torch.zeros(self.oracle.members, len(starts), k, k, dtype=torch.float64)
        for blocks, rows in self.chunks():
            values[:, blocks] += rows.mT @ rows
        if not torch.isfinite(values).all():
            raise MethodError(
                "the gradient of the oracle is not finite for some events; remove them with a cut"
            )
        return Grams(values.numpy(), self.block_weights)

    def along(self, directions: FloatArray, together: int) -> tuple[FloatArray, FloatArray]:
        """A second pass: sums of squares of the conditions along ``directions`` (K, J), without cancellation.

        Returns them per block (B, J), and per block the sums of the products of all J with the first
        ``together`` = T directions (B, J, T), with errors relative to the sizes of the two.
        """
        if self.everything is not None:
            return self.everything.along(self, directions, together)
        v = torch.from_numpy(np.ascontiguousarray(directions))
        starts = range(0, len(self.x), self.block_events)
        squares = torch.zeros(len(starts), directions.shape[1], dtype=torch.float64)
        products = torch.zeros(len(starts), directions.shape[1], together, dtype=torch.float64)
        for blocks, rows in self.chunks():
            values = rows @ v
            squares[blocks] += values.square().sum(dim=(0, 2))
            products[blocks] += (values.mT @ values[..., :together]).sum(dim=0)
        members = self.oracle.members
        return squares.numpy() / members, products.numpy() / members

    def null_among(self, directions: FloatArray, floor: float) -> tuple[FloatArray, float]:
        """(G, J) orthonormal combinations of orthonormal ``directions`` (K, J) along which nothing changes.

        That is, the rms of the conditions is at most ``floor`` of that along the worst field. First those that a Gram
        matrix cannot tell from null, then a look at these alone, free of its rounding. With them the smallest
        relative rms of the others (1: there are none).
        """
        total = self.total
        gram = self.grams().mean
        largest = np.linalg.eigvalsh(gram)[-1]
        values, vectors = np.linalg.eigh(directions.T @ gram @ directions)
        small = values < max(len(gram) * np.finfo(float).eps, floor**2) * largest
        unsure = vectors[:, small]
        others = np.sqrt(values[~small] / largest)
        if unsure.shape[1] == 0:
            return unsure.T, float(others.min(initial=1.0))
        _, products = self.along(directions @ unsure, unsure.shape[1])
        values, turn = np.linalg.eigh(products.sum(axis=0) / total)
        sizes = np.sqrt(np.maximum(values, 0.0) / largest)
        null = sizes <= floor
        return np.asarray((unsure @ turn[:, null]).T), float(np.r_[others, sizes[~null]].min(initial=1.0))
