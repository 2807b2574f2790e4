"""Plane waves of the members of events, summed over those that are there: test functions of sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.members import Members
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import FASTEST, NARROWEST, SLOWEST, Waves, blocks

__all__ = ["SetWaves", "draw_waves"]

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

#: Elements at once.
TOGETHER = 8


@dataclass(frozen=True, eq=False)
class SetWaves(Waves):
    """K = 2 F test functions sum_p cos(w.x_p + v.s_p) and sin: p over the members of one type that are there.

    Each wave is of one type of member, or of one more body: the sum of all vectors of the event, which a map
    (A, b) takes to A sum_p x_p + M b with M members. s are the tags of the member and the spectators of the event. They
    see the density of single members and that of the sum; what relates members otherwise is left to networks.

    Attributes
    ----------
    frequencies
        (F, d) w, zero in components that the type does not have.
    beside
        (F, L + S) v.
    types
        (F,) number of the type; that after the last one: the sum.
    members
        What rows hold.
    """

    beside: FloatArray
    types: npt.NDArray[np.int64]
    members: Members

    @classmethod
    def draw(cls, sample: Sample, count: int, rng: np.random.Generator) -> SetWaves:
        """``count`` waves, dealt out in turn to types and the sum, each as wide as its bodies are: see `Waves.draw`."""
        members = sample.members
        assert members is not None
        kinds = len(members.names) + 1
        d, size = members.vector, members.vector + members.tags + members.spectators
        found, types = np.zeros((count, size)), np.arange(count) % kinds
        weights = (sample.weights.abs() / sample.weights.abs().sum()).cpu().numpy()
        for t in range(kinds):
            own = np.flatnonzero(types == t)
            bodies, there, static = (part.cpu().numpy() for part in _bodies(members, sample.rows, t))
            w = (weights[:, None] * there).ravel()
            table = np.concatenate([bodies[..., :d], static], -1).reshape(-1, size)
            if not len(own) or not w.sum() > 0:
                continue
            centred = table - w @ table / w.sum()
            spectrum, axes = np.linalg.eigh(centred.T @ (centred * w[:, None]) / w.sum())
            widths = np.sqrt(np.maximum(spectrum, 0.0))
            widest = widths[-1] if widths[-1] > 0 else 1.0
            ratio = np.maximum(widths / widest, NARROWEST)
            z = rng.normal(size=(len(own), size))
            z /= np.linalg.norm(z, axis=1, keepdims=True)
            turns = np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST), size=(len(own), 1)))
            along = z @ axes * (turns / widest / ratio ** rng.uniform(size=(len(own), 1)))
            found[own] = along @ axes.T
            places = [p for p, kind in enumerate(members.types) if t in (kind, kinds - 1)]
            # a component that a body lacks is 0, and no image of it may enter; the sum has what all of them have
            found[own, :d] *= members.present[places].all(axis=0)
        return cls(found[:, :d], found[:, d:], types, members)

    def identity(self, width: int) -> FloatArray:
        """(1, d + 1, d + 1)."""
        return np.eye(self.members.vector + 1)[None]

    def means(self, sample: Sample, elements: FloatArray) -> ComplexArray:
        """E_w[sum_p exp(i (w.g x_p + v.s_p)) (x_p, h_p, 1)] for ``elements`` (E, d + 1, d + 1): (E, F, d + 2).

        h_p is 1, and of the sum of all vectors the number of members.
        """
        count, f, width = len(elements), len(self.frequencies), elements.shape[-1]
        total = torch.zeros(2, count, f, width + 1, dtype=torch.float64, device=sample.x.device)
        for rows, weights in blocks(sample):
            for own, bodies, there, static in self._parts(rows[:, :-1]):
                each = (there * weights[:, None])[..., None]
                weighted = torch.cat([bodies * each, each], 2).flatten(0, 1)
                for at in range(0, count, TOGETHER):
                    some = slice(at, at + TOGETHER)
                    phase = self._phase(elements[some], own, bodies, static).flatten(1, 2)
                    total[0, some, own] += phase.cos().mT @ weighted
                    total[1, some, own] += phase.sin_().mT @ weighted
        real, imaginary = (total / sample.weights.sum()).cpu().numpy()
        return np.asarray(real + 1j * imaginary)

    def values(self, rows: Tensor, elements: FloatArray) -> Tensor:
        """Sums of cosines, then of sines, of ``rows`` (n, C + 1) float32: (E, n, K)."""
        f = len(self.frequencies)
        found = rows.new_zeros(len(elements), len(rows), 2 * f)
        for own, bodies, there, static in self._parts(rows[:, :-1]):
            phase = self._phase(elements, own, bodies, static)
            found[..., own] = (phase.cos() * there[..., None]).sum(2)
            found[..., own + f] = (phase.sin() * there[..., None]).sum(2)
        return found

    def gathered(
        self, rows: Tensor, element: FloatArray, after: Tensor, pulled: Tensor, squares: Tensor
    ) -> Tensor:
        """As of `Waves`, summed over members: (F, d + 1)."""
        f = len(self.frequencies)
        found = rows.new_zeros(f, element.shape[-1])
        for own, bodies, there, static in self._parts(rows[:, :-1]):
            phase = self._phase(element, own, bodies, static)[0]
            slope = pulled[:, None, own + f] * phase.cos() - pulled[:, None, own] * phase.sin()
            weighted = bodies * (there * squares)[..., None]
            found[own] = slope.flatten(0, 1).T @ weighted.flatten(0, 1)
        return found

    def derivatives(self, sample: Sample, generators: FloatArray) -> FloatArray:
        """As of `Waves`: (G, n, K)."""
        f = len(self.frequencies)
        found = np.zeros((len(generators), len(sample), 2 * f))
        for own, bodies, there, static in self._parts(sample.rows):
            moved = torch.from_numpy(np.einsum("fi,gij->gfj", self.frequencies[own], generators[:, :-1])).to(
                bodies
            )
            speed = torch.einsum("gfj,npj->gnpf", moved, bodies) * there[..., None]
            phase = self._phase(self.identity(0), own, bodies, static)[0]
            found[..., own] = (-phase.sin() * speed).sum(2).cpu().numpy()
            found[..., own + f] = (phase.cos() * speed).sum(2).cpu().numpy()
        return found

    def _parts(self, rows: Tensor) -> list[tuple[npt.NDArray[np.int64], Tensor, Tensor, Tensor]]:
        """For each type its waves (numbers), bodies (n, p, d + 1), which are there (n, p), tags and spectators."""
        kinds = (t for t in range(len(self.members.names) + 1) if (self.types == t).any())
        return [(np.flatnonzero(self.types == t), *_bodies(self.members, rows, t)) for t in kinds]

    def _phase(
        self, elements: FloatArray, own: npt.NDArray[np.int64], bodies: Tensor, static: Tensor
    ) -> Tensor:
        """w.g x + v.s of bodies: (E, n, p, waves)."""
        full = np.einsum("fi,eij->ejf", self.frequencies[own], elements[:, :-1])
        phase = bodies[None] @ torch.from_numpy(full)[:, None].to(bodies)
        if self.beside.shape[1]:
            phase = phase + static @ torch.from_numpy(self.beside[own].T).to(static)
        return phase


def _bodies(members: Members, rows: Tensor, t: int) -> tuple[Tensor, Tensor, Tensor]:
    """Homogeneous bodies (n, p, d + 1) of a type, which are there (n, p), tags and spectators (n, p, L + S).

    Of the sum the last component is the number of members; it has no tags.
    """
    x, mask, tags, beside = members.split(rows)
    if t == len(members.names):
        bodies = torch.cat([x.sum(1), mask.sum(1, keepdim=True)], 1)[:, None]
        there, tags = torch.ones_like(mask[:, :1]), torch.zeros_like(tags[:, :1])
    else:
        places = [p for p, kind in enumerate(members.types) if kind == t]
        there, tags = mask[:, places], tags[:, places]
        bodies = torch.cat([x[:, places], there[..., None]], 2)
    return bodies, there, torch.cat([tags, beside[:, None].expand(-1, bodies.shape[1], -1)], 2)


def draw_waves(sample: Sample, count: int, rng: np.random.Generator) -> Waves:
    """Waves of the rows of a sample, or of its members."""
    kind = Waves if sample.members is None else SetWaves
    return kind.draw(sample, count, rng)
