"""Made-up events whose number of members differs, and results of the method on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.result import Result
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord


def sets(count: int, most: int = 4, seed: int = 1, stretch: float = 1.0) -> Dataset:
    """1 to ``most`` massless jets an event, isotropic but for pz times ``stretch``, sorted by pt."""
    rng = np.random.default_rng(seed)
    mask = np.arange(most) < rng.integers(1, most + 1, count)[:, None]
    p = rng.normal(size=(count, most, 3)) * [1.0, 1.0, stretch]
    x = np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], 2) * mask[..., None]
    order = np.argsort(-np.hypot(x[..., 1], x[..., 2]), axis=1, kind="stable")
    return of_momenta(np.take_along_axis(x, order[..., None], 1), np.take_along_axis(mask, order, 1))


def of_momenta(x: np.ndarray, mask: np.ndarray) -> Dataset:
    """Four-momenta (N, P, 4) of the set 'jets'."""
    values, places = x.reshape(len(x), -1), x.shape[1]
    names = ("E", "px", "py", "pz")
    columns = tuple(Column(f"{v}{p + 1}", "GeV", variable=v, slot=p) for p in range(places) for v in names)
    return replace(
        Dataset.from_array(values, columns=columns, scaling="none"),
        scaler=Scaler.fit(values, "isotropic"), momenta=x, mask=mask, kinds=("massless",) * places,
        objects=("jets",) * places, particles=tuple(f"jet{p + 1}" for p in range(places)), sets=frozenset({"jets"}),
    )  # fmt: skip


def with_met(data: Dataset, seed: int = 2) -> Dataset:
    """And the transverse momentum that the jets miss, smeared."""
    assert data.momenta is not None
    assert data.mask is not None
    rng = np.random.default_rng(seed)
    met = np.zeros((len(data), 1, 4))
    met[:, 0, 1:3] = -data.momenta[:, :, 1:3].sum(1) + 0.3 * rng.normal(size=(len(data), 2))
    both = of_momenta(np.concatenate([data.momenta, met], 1), np.c_[data.mask, np.ones(len(data), bool)])
    return replace(
        both,
        kinds=(*data.kinds, "transverse"),
        objects=(*data.objects, "met"),
        particles=(*data.particles, "met"),
    )


def run(data: Dataset, seed: int = 1, **options: Any) -> Result[SymmetryGanRecord]:
    """All of the method."""
    method, chosen = SymmetryGan(), SymmetryGanOptions(**options)
    method.require_takes(data.needs, data.name)
    method.check(data, chosen)
    prepared = method.prepare(data, chosen)
    parts = [
        method.fit(prepared, shard, Context(seed_sequence(seed, method.name, shard.index)))
        for shard in method.shards(prepared)
    ]
    result = method.combine(prepared, parts, Context(seed_sequence(seed, method.name, COMBINE)))
    return method.worded(result)
