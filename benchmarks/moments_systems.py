"""Level of `moments` on systems of objects that the tests were not built on. A table of docs/methods/moments.md.

    python benchmarks/moments_systems.py [KIND ...] [--toys 300] [--generators] [--folder FOLDER]

Every toy is a sample of 2000 events, each turned by a random angle about z and mirrored at random, so that J_z, Z_2(z)
and reflection(x) are exact whatever else the events are. Natural logarithms of the p-values are appended to
FOLDER/KIND.jsonl; a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from moments_events import KINDS, Kind, level, with_energy

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.kinds import VectorKind

FloatArray = npt.NDArray[np.float64]
KIND: dict[str, VectorKind] = {"leptons": "massless", "met": "transverse", "jets": "full"}


def turned(rng: np.random.Generator, p: FloatArray) -> FloatArray:
    """Events (n, P, 3), each turned about z and mirrored at random."""
    n = len(p)
    angle, sign = rng.uniform(-np.pi, np.pi, size=(n, 1)), rng.choice([-1.0, 1.0], size=(n, 1))
    x, y = p[..., 0], sign * p[..., 1]
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * x - s * y, s * x + c * y, p[..., 2]], axis=2)


def system(
    objects: dict[str, FloatArray], masks: dict[str, npt.NDArray[np.bool_]], mass: float = 8.0, **more: object
) -> Dataset:
    """Momenta (n, P, 3) of each object, in one system; those with a mask are sets."""
    parts, mask, names, kinds = list[FloatArray](), list[FloatArray](), list[str](), list[VectorKind]()
    for name, p in objects.items():
        kind = KIND[name]
        x = with_energy(p, np.full(p.shape[:2], mass if kind == "full" else 0.0))
        if kind == "transverse":
            x[..., [0, 3]] = 0.0
        there = masks.get(name, np.ones(p.shape[:2], dtype=bool))
        parts.append(x * there[..., None])
        mask.append(there)
        names += [name] * p.shape[1]
        kinds += [kind] * p.shape[1]
    momenta, members = np.concatenate(parts, axis=1), np.concatenate(mask, axis=1)
    n, flat = len(momenta), momenta.reshape(len(momenta), -1)
    data = Dataset(
        "p4", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(flat.shape[1])), np.ones(n),
        Scaler.fit(flat, "none"), momenta=momenta, particles=tuple(f"{o}[{i}]" for i, o in enumerate(names)),
        mask=members if masks else None, kinds=tuple(kinds), objects=tuple(names), sets=frozenset(masks),
    )  # fmt: skip
    return replace(data, **more)  # type: ignore[arg-type]


def truncated(rng: np.random.Generator, n: int) -> Dataset:
    """Heavy tails of pt; the harder an event, the more jets; of more than four the hardest four are taken."""
    hard = rng.pareto(2.5, size=(n, 1)) + 1
    count = np.minimum(rng.poisson(2 * hard[:, 0]), 12)
    pt = np.sort(25 * hard * (rng.pareto(3.0, size=(n, 12)) + 1), axis=1)[:, ::-1]
    phi, eta = 0.6 * rng.normal(size=(n, 12)).cumsum(axis=1), 1.5 * rng.normal(size=(n, 12))
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)[:, :4]
    return system({"jets": turned(rng, p)}, {"jets": np.arange(4) < count[:, None]})


def signed_system(rng: np.random.Generator, n: int) -> Dataset:
    """Two leptons of opposite charge, missing momentum and jets that recoil; charges as tags, number of jets and the
    sum of their pt as spectators; lognormal weights, 10 % negative."""
    boson = rng.normal(0, [25, 25, 80], size=(n, 1, 3))
    decay = rng.normal(size=(n, 1, 3))
    decay *= 45 / np.linalg.norm(decay, axis=2, keepdims=True)
    leptons = np.concatenate([boson / 2 + decay, boson / 2 - decay], axis=1)
    count = rng.poisson(1.5, size=n)
    jets = -boson / 2 + rng.normal(0, 30, size=(n, 5, 3))
    mask = np.arange(5) < count[:, None]
    met = -(leptons.sum(axis=1) + (jets * mask[..., None]).sum(axis=1))[:, None] + rng.normal(
        0, 12, size=(n, 1, 3)
    )
    p = turned(rng, np.concatenate([leptons, met, jets], axis=1))
    charge = np.zeros((n, 8, 1))
    charge[:, 0], charge[:, 1] = -1.0, 1.0
    ht = (np.hypot(jets[..., 0], jets[..., 1]) * mask).sum(axis=1)
    return system(
        {"leptons": p[:, :2], "met": p[:, 2:3], "jets": p[:, 3:]}, {"jets": mask},
        weights=rng.lognormal(sigma=0.5, size=n) * np.where(rng.random(n) < 0.1, -1.0, 1.0),
        tags=charge, tag_names=("charge",), spectators=np.c_[count, ht].astype(float),
        spectator_columns=(Column("count(jets)"), Column("HT(jets)", "GeV")),
    )  # fmt: skip


def sparse(rng: np.random.Generator, n: int) -> Dataset:
    """Missing momentum, and a jet in one event of four, two in one of twenty."""
    count = np.digitize(rng.random(n), [0.75, 0.95])
    jets = rng.normal(0, [40, 10, 60], size=(n, 2, 3))
    mask = np.arange(2) < count[:, None]
    met = -(jets * mask[..., None]).sum(axis=1, keepdims=True) + rng.normal(0, 15, size=(n, 1, 3))
    p = turned(rng, np.concatenate([met, jets], axis=1))
    return system({"met": p[:, :1], "jets": p[:, 1:]}, {"jets": mask})


def fixed(rng: np.random.Generator, n: int) -> Dataset:
    """Two leptons and missing momentum in every event, no set."""
    leptons = rng.normal(0, [50, 20, 90], size=(n, 2, 3))
    met = -leptons.sum(axis=1, keepdims=True) + rng.normal(0, 10, size=(n, 1, 3))
    p = turned(rng, np.concatenate([leptons, met], axis=1))
    return system({"leptons": p[:, :2], "met": p[:, 2:]}, {})


OTHERS: dict[str, tuple[str, Callable[[np.random.Generator, int], Dataset]]] = {
    "truncated": ("heavy tails, the hardest four of up to twelve jets", truncated),
    "signed_system": (
        "leptons, missing momentum, jets; tags, spectators, signed lognormal weights",
        signed_system,
    ),
    "sparse": ("missing momentum, a jet in one event of four", sparse),
    "fixed": ("two leptons and missing momentum", fixed),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(OTHERS)}; default all")
    parser.add_argument("--toys", type=int, default=300, help="0: only print what is there")
    parser.add_argument("--generators", action="store_true", help="level of generators alone")
    parser.add_argument("--folder", type=Path, default=Path("moments_systems"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    KINDS.update({name: Kind(words, 1, draw) for name, (words, draw) in OTHERS.items()})
    level(given.kinds or list(OTHERS), given.toys, given.folder, not given.generators)


if __name__ == "__main__":
    main()
