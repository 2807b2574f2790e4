"""The algebra of a surface that holds points on an orbit: tasks of LieDetect. The table of docs/methods/moments.md.

    python benchmarks/support_algebra.py [TASK ...] [--trials 20] [--noise 0 0.01 0.03] [--folder FOLDER]

LieDetect (Ennes and Tinarrage, Found. Comput. Math. 2025, arXiv:2309.03086) is given the group and samples its orbits
as here: the orbit of (1, ..., 1) / sqrt(d) under a representation that a random rotation of R^d conjugates, at random
elements of the group. Tasks and numbers of points are those of its own tests. Here the group is not given. Printed are
the angle between the spans of the true and the found generators, the largest principal angle; how often their number,
and how often the weights, or the dimensions of irreducible representations, are right. ``noise`` is the standard
deviation of each component, where the points have length one. One line per trial in FOLDER/TASK_NOISE.jsonl.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag, expm
from scipy.spatial.transform import Rotation
from scipy.stats import special_ortho_group

from symhep.hypotheses.support.algebra import SurfaceAlgebra, surface_algebra

FloatArray = npt.NDArray[np.float64]
#: Resolution and what is left of fields, in errors of a point.
ERRORS = 3.0


@dataclass(frozen=True)
class Task:
    """``weights`` (r, d / 2) of a torus, or ``spins`` l of irreducible representations of SO(3)."""

    words: str
    points: int
    weights: tuple[tuple[int, ...], ...] = ()
    spins: tuple[int, ...] = ()
    most: int = 220


TASKS: Mapping[str, Task] = {
    "so2_r4": Task("SO(2) in R^4, weights (1, 4)", 500, ((1, 4),)),
    "so2_r8": Task("SO(2) in R^8, weights (1, 5, 3, -2)", 1000, ((1, 5, 3, -2),)),
    "t2_r6": Task("T^2 in R^6, weights (2, -2, 1), (2, 0, 1)", 2000, ((2, -2, 1), (2, 0, 1))),
    "t3_r8": Task("T^3 in R^8, weights up to 2", 5000, ((-1, 1, 0, 1), (-2, 1, -1, 2), (-2, 1, -2, 0)), most=500),
    "so3_r5": Task("SO(3) in R^5, spin 2", 1000, spins=(2,)),
    "so3_r7": Task("SO(3) in R^7, spin 3", 1500, spins=(3,), most=400),
    "so3_r8": Task("SO(3) in R^8, spins 1 and 2", 2000, spins=(1, 2)),
    "so3_r9": Task("SO(3) in R^9, spin 4", 3000, spins=(4,)),
}  # fmt: skip


def irreducible(spin: int) -> FloatArray:
    """(3, 2 l + 1, 2 l + 1) generators J_x, J_y, J_z in real spherical harmonics."""
    size = 2 * spin + 1
    m = np.arange(-spin, spin + 1)
    up = np.diag(np.sqrt(spin * (spin + 1) - m[:-1] * (m[:-1] + 1)), -1).astype(complex)
    turns = ((up + up.conj().T) / 2, (up - up.conj().T) / 2j, np.diag(m).astype(complex))
    real = np.zeros((size, size), dtype=complex)
    real[spin, spin] = 1.0
    for k in range(1, spin + 1):
        real[spin + k, spin + k], real[spin + k, spin - k] = (-1) ** k / np.sqrt(2), 1 / np.sqrt(2)
        real[spin - k, spin - k], real[spin - k, spin + k] = 1j / np.sqrt(2), -1j * (-1) ** k / np.sqrt(2)
    return np.array([(real @ (-1j * j) @ real.conj().T).real for j in turns])


def orbit(task: Task, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Points (N, d) and the true generators (r, d, d)."""
    if task.weights:
        turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        generators = np.array([np.kron(np.diag(np.array(w, dtype=float)), turn) for w in task.weights])
        angles = rng.uniform(0, 2 * np.pi, (task.points, len(task.weights)))
    else:
        parts = [irreducible(spin) for spin in task.spins]
        generators = np.array([block_diag(*[part[a] for part in parts]) for a in range(3)])
        angles = Rotation.random(task.points, random_state=int(rng.integers(2**31))).as_rotvec()
    d = generators.shape[1]
    start = np.ones(d) / np.sqrt(d)
    points = np.array([expm(np.einsum("a,aij->ij", angle, generators)) @ start for angle in angles])
    frame = special_ortho_group.rvs(d, random_state=int(rng.integers(2**31)))
    return points @ frame.T, frame @ generators @ frame.T


def angle_between(a: FloatArray, b: FloatArray) -> float:
    """Largest principal angle of two spans of matrices, in degrees; 90 where they differ in number."""
    if len(a) != len(b):
        return 90.0
    p, q = (np.linalg.qr(m.reshape(len(m), -1).T)[0] for m in (a, b))
    return float(np.degrees(np.arcsin(min(1.0, float(np.linalg.norm(q - p @ (p.T @ q), 2))))))


def right(task: Task, found: SurfaceAlgebra) -> bool:
    """Is the representation the true one? Of weights: the same span, up to order and sense of the planes."""
    if task.spins:
        return found.spins == tuple(sorted((2 * s + 1 for s in task.spins), reverse=True))
    if found.weights is None or found.weights.weights.shape[1] != len(task.weights[0]):
        return False
    return _minors(found.weights.weights) == _minors(np.array(task.weights))


def _minors(weights: npt.NDArray[np.int64]) -> list[int]:
    """Sizes of the r x r minors, by which a span is known, as a sorted list without common divisor."""
    from itertools import combinations

    r, k = weights.shape
    sizes = [abs(round(float(np.linalg.det(weights[:, list(c)])))) for c in combinations(range(k), r)]
    common = max(int(np.gcd.reduce(sizes)), 1)
    return sorted(s // common for s in sizes)


def trial(name: str, noise: float, number: int) -> dict[str, float]:
    task = TASKS[name]
    rng = np.random.default_rng([list(TASKS).index(name), round(1e6 * noise), number])
    points, truth = orbit(task, rng)
    d = points.shape[1]
    points = points + noise * rng.normal(size=points.shape)
    error = ERRORS * noise * np.sqrt(d)  # a component has a width of 1 / sqrt(d)
    start = time.process_time()
    close = {} if noise == 0 else {"resolution": error, "kept": error}
    found = surface_algebra(points[:, None, :], most=task.most, **close)
    seconds = time.process_time() - start
    if found is None:
        return {"number": 0, "angle": 90.0, "right": 0, "seconds": seconds}
    matrices = np.einsum("ra,aij->rij", found.coefficients, found.family.matrices)[:, :d, :d]
    return {
        "number": len(matrices), "angle": angle_between(truth, matrices), "right": int(right(task, found)),
        "seconds": seconds,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"of {', '.join(TASKS)}; default all")
    parser.add_argument("--trials", type=int, default=20, help="0: only print what is there")
    parser.add_argument("--noise", type=float, nargs="+", default=[0.0, 0.01, 0.03])
    parser.add_argument("--folder", type=Path, default=Path("support_algebra"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print("| orbit | points | noise | trials | angle: median, largest | number right | weights right | CPU |")
    print("|---|---|---|---|---|---|---|---|")
    for name in given.tasks or TASKS:
        for noise in given.noise:
            path = given.folder / f"{name}_{noise:g}.jsonl"
            done = len(path.read_text().splitlines()) if path.exists() else 0
            with path.open("a") as file:
                for number in range(done, given.trials):
                    file.write(json.dumps(trial(name, noise, number)) + "\n")
                    file.flush()
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            if not rows:
                continue
            task, count = TASKS[name], len(rows)
            angles = [row["angle"] for row in rows]
            number = len(task.weights) or 3
            print(
                f"| {task.words} | {task.points} | {noise:g} | {count} | {np.median(angles):.2g}°, {max(angles):.2g}° "
                f"| {sum(row['number'] == number for row in rows)} | {sum(row['right'] for row in rows)} "
                f"| {np.median([row['seconds'] for row in rows]):.2g} s |",
                flush=True,
            )


if __name__ == "__main__":
    main()
