"""Measure what docs/project/reproduction.md says of the losses of 'Deep learning symmetries' (gradient solver).

    python benchmarks/reproduce_oracle.py [--seeds 20] [--figures DIR] [STUDY ...]

As in the published code (arXiv:2301.05638, 2302.05383): 300 points from a standard normal distribution (complex: unit
variance of |z_j|^2), phi(x) = |x| or the Lorentz norm, eps = 1e-3, Adam at 1e-3, float64, all h = 1 unless said.
Closure squared adds up |[W_a, W_b] - a W|^4, which the published code does and the slides do not write.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.figure import Figure

from symhep.lie.spans import grassmann_distance
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.figures.flows import Field, vector_fields
from symhep_oracle.figures.training import Scan, angles, loss_table, number_scan, orthogonality
from symhep_oracle.fit import exact
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.gradient.flows import alignment, contour_normals, learn_flows
from symhep_oracle.gradient.options import FlowOptions, GradientOptions, LossWeights
from symhep_oracle.gradient.plane import plane_grid
from symhep_oracle.gradient.solve import solve
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, Norm, QuadraticForm, Squeeze

FloatArray = npt.NDArray[np.float64]
POINTS, SEED = 300, 20260101
SEEDS = 20
FIGURES: Path | None = None


def points(layout: Layout) -> FloatArray:
    x = np.random.default_rng(SEED).normal(size=(POINTS, layout.features))
    return x / np.sqrt(2) if layout.complex else x


def rotations(n: int, complex_: bool = False) -> Norm:
    return Norm(Layout(1, n, complex=complex_), 2)


def lorentz() -> QuadraticForm:
    return QuadraticForm(Layout(1, 4), LORENTZ)


def run(oracle: Oracle, generators: Sequence[int], **options: Any) -> Solution:
    asked = GradientOptions(
        **({"generators": tuple(generators), "seeds": SEEDS, "normalise": False} | options)
    )
    x = torch.as_tensor(points(oracle.layout))
    fields = LinearFields(oracle.layout)
    return solve(oracle, x, np.ones(POINTS), fields, asked, np.random.SeedSequence(SEED))


def final(solution: Solution, number: int) -> FloatArray:
    """Sorted final losses of the seeds at N_g."""
    a = solution.arrays
    return np.sort(a["gradient_parts"][-1].sum(axis=1)[a["gradient_counts"] == number])


def losses(name: str, oracle: Oracle, number: int, published: str, **options: Any) -> None:
    start = time.process_time()
    solution = run(oracle, (number,), **options)
    taken = time.process_time() - start
    found = final(solution, number)
    right = solution.solver.gradient.scan[0].successes
    print(
        f"| {name} | {published} | {found[0]:.2g}, median {np.median(found):.2g}, worst {found[-1]:.2g} | "
        f"{right} of {len(found)} | {taken:.1f} s |",
        flush=True,
    )


def save(name: str, draw: Callable[[], Figure]) -> None:
    if FIGURES is not None:
        with use_style():
            save_figure(draw(), FIGURES / name, ("png",))


def published() -> None:
    """Final losses at the right N_g. | case | published | ours over seeds | seeds right | processor time |"""
    cases = (
        ("SO(3), 3", rotations(3), 3, "1.0e-6", 5000),
        ("SO(4), 6", rotations(4), 6, "1.4e-6", 5000),
        ("SO(1,3), 6", lorentz(), 6, "1.0e-6", 6000),
    )
    for name, oracle, number, theirs, epochs in cases:
        losses(name, oracle, number, theirs, epochs=epochs)
        losses(f"{name}, closure squared", oracle, number, theirs, epochs=epochs, closure_power=2)
        losses(f"{name}, central", oracle, number, theirs, epochs=epochs, difference="central")


def ten() -> None:
    """SO(10), 45 generators; published 2.9e-8 in 790 s."""
    without = LossWeights(closure=0)
    losses("SO(10), 45, no closure", rotations(10), 45, "2.9e-8", weights=without, seeds=min(SEEDS, 5))
    losses("SO(10), 44, no closure", rotations(10), 44, "-", weights=without, seeds=min(SEEDS, 5))
    losses("SO(10), 46, no closure", rotations(10), 46, "-", weights=without, seeds=min(SEEDS, 5))


def wrong() -> None:
    """Wrong N_g stays wrong, with closure."""
    for power in (1, 2):
        for name, n, number, theirs in (
            ("SO(2), 2", 2, 2, "1.7"), ("SO(3), 2", 3, 2, "0.44"), ("SO(3), 4", 3, 4, "1.3"),
        ):  # fmt: skip
            title = name + (", closure squared" if power == 2 else "")
            losses(title, rotations(n), number, theirs, closure_power=power)


def decided() -> None:
    """The number of generators decided from the scan, against the exact solver."""
    for name, oracle, numbers in (
        ("SO(2)", rotations(2), range(1, 5)),
        ("SO(3)", rotations(3), range(1, 10)),
        ("SO(4)", rotations(4), range(1, 11)),
        ("SO(1,3)", lorentz(), range(1, 11)),
        ("U(2)", rotations(2, True), range(1, 9)),
        ("squeeze", Squeeze(Layout(1, 2)), range(1, 5)),
        ("L1", Norm(Layout(1, 2), 1), range(1, 3)),
    ):
        solution = run(oracle, numbers, seeds=min(SEEDS, 5), epochs=6000)
        x, fields = torch.as_tensor(points(oracle.layout)), LinearFields(oracle.layout)
        truth = exact.solve(oracle, x, np.ones(POINTS), fields, np.random.default_rng(1))
        apart = "-"
        if 0 < truth.dimension == solution.dimension:
            pair = (fields.matrices(s.coefficients) for s in (solution, truth))
            apart = f"{grassmann_distance(*pair):.1e}"
        print(
            f"| {name} | {solution.dimension} ({solution.stability:.3f}) | {truth.dimension} | {apart} | "
            f"{solution.reason} |",
            flush=True,
        )


def bias() -> None:
    """Diagonal of the generators, rms: forward and central differences."""
    for difference in ("forward", "central"):
        for closure in (1.0, 0.0):
            for name, oracle, number in (
                ("SO(2)", rotations(2), 1), ("SO(3)", rotations(3), 3), ("SO(1,3)", lorentz(), 6),
            ):  # fmt: skip
                found = run(oracle, (number,), difference=difference, weights=LossWeights(closure=closure),
                            seeds=5, epochs=6000).solver.gradient.diagonal  # fmt: skip
                print(
                    f"| {name}, {difference}, h_clos = {closure:g} | {found.measured:.2e} | "
                    f"{found.second_order:.2e} |",
                    flush=True,
                )


def unitary() -> None:
    """U(n) with sparsity: n(n-1) off-diagonal generators cost 4c/(4+c) each, c = 2 h_sp; diagonal ones nothing."""
    for sparsity in (0.05, 0.02):
        for n, theirs, epochs in ((2, "0.078", 10_000), (3, "0.24", 10_000)):
            cost = n * (n - 1) * 8 * sparsity / (4 + 2 * sparsity)
            for family in ("general", "unitary"):
                losses(
                    f"U({n}), {n * n}, h_sp = {sparsity:g}, {family}, least possible {cost:.3g}",
                    rotations(n, True), n * n, theirs, weights=LossWeights(sparsity=sparsity), family=family,
                    epochs=epochs,
                )  # fmt: skip


def six() -> None:
    """U(6), 36 generators, sparsity."""
    cost = 30 * 8 * 0.05 / 4.1
    losses(f"U(6), 36, h_sp = 0.05, unitary, least possible {cost:.3g}", rotations(6, True), 36, "1.18",
           weights=LossWeights(sparsity=0.05), family="unitary", epochs=10_000, seeds=min(SEEDS, 2))  # fmt: skip


def scan() -> None:
    """Slide 22: final loss against N_g for U(2) and U(3), h_sp = 0.05."""
    scans = []
    for n, numbers in ((2, range(1, 9)), (3, range(1, 13))):
        solution = run(rotations(n, True), numbers, weights=LossWeights(sparsity=0.05), seeds=min(SEEDS, 8))
        for row in solution.solver.gradient.scan:
            parts = row.parts
            top = max(parts, key=parts.get)
            print(
                f"| U({n}), {row.generators} | {row.loss.best:.3g} | {row.loss.median:.3g} | {top} | "
                f"{row.successes} of {row.seeds} |",
                flush=True,
            )
        print(f"decided: {solution.dimension} ({solution.stability:.3f}) {solution.reason}", flush=True)
        a = solution.arrays
        scans.append(Scan(f"U({n})", a["gradient_counts"], a["gradient_parts"][-1], solution.dimension))
    save("oracle_number_scan", lambda: number_scan(scans))


def table() -> None:
    """Least loss for n = 2..5 and N_g = 1..10 (|x|, closure)."""
    best = np.zeros((4, 10))
    for row, n in enumerate((2, 3, 4, 5)):
        solution = run(rotations(n), range(1, 11), seeds=min(SEEDS, 8), epochs=6000)
        best[row] = [s.loss.best for s in solution.solver.gradient.scan]
        right = [s.generators for s in solution.solver.gradient.scan if s.successes]
        print(f"| {n} | {' | '.join(f'{v:.1e}' for v in best[row])} | right: {right} |", flush=True)
    save("oracle_loss_table", lambda: loss_table(best, (2, 3, 4, 5), range(1, 11)))


def angles_in_training() -> None:
    """Angles between the generators of SO(3) during training."""
    a = run(rotations(3), (3,)).arrays
    for epoch, matrices in zip(a["gradient_snapshot_epochs"], a["gradient_snapshots"], strict=True):
        found = angles(matrices)[np.triu_indices(3, 1)]
        print(f"| {epoch} | {', '.join(f'{v:.2f}' for v in found)} |", flush=True)
    save(
        "oracle_orthogonality", lambda: orthogonality(a["gradient_snapshots"], a["gradient_snapshot_epochs"])
    )


def canonical() -> None:
    """Sparsity leads to canonical matrices: so(1,3) and su(3); h_sp = 0.05."""
    for name, oracle, number, family, reached in (
        ("SO(1,3)", lorentz(), 6, "general", 2), ("SU(3)", rotations(3, True), 8, "special", 2),
    ):  # fmt: skip
        weights = LossWeights(sparsity=0.05)
        solution = run(oracle, (number,), weights=weights, family=family, epochs=10_000)
        sizes = -np.sort(-np.abs(solution.coefficients), axis=1)
        two = int((sizes[:, reached] < 0.02).sum())
        found = final(solution, number)
        print(f"| {name} | loss {found[0]:.3g}, median {np.median(found):.3g} | {two} of {number} generators with two "
              f"entries | {np.round(np.sort(sizes[:, reached]), 3).tolist()} |", flush=True)  # fmt: skip


def flows() -> None:
    """Non-linear generators of the squeeze oracle and of L1 in the plane: share of |v|^2 along the contours."""
    grid, fresh = plane_grid(2.0), np.random.default_rng(SEED + 1).normal(size=(5000, 2))
    line = np.linspace(-2, 2, 101)
    mesh = np.stack(np.meshgrid(line, line), axis=-1)
    shown = []
    for name, oracle in (("squeeze", Squeeze(Layout(1, 2))), ("L1", Norm(Layout(1, 2), 1))):
        seeds = replica_seeds(np.random.SeedSequence(SEED), 5)
        learned = learn_flows(oracle, points(oracle.layout), np.ones(POINTS), FlowOptions(), seeds)
        slope = oracle.gradient(torch.as_tensor(fresh)).numpy()
        share = alignment(learned.evaluate(fresh)[:, 0], contour_normals(slope)[0])
        last = learned.parts[-1]
        print(f"| {name} | loss {last.sum(1).min():.2g} to {last.sum(1).max():.2g} | along the contours "
              f"{share.min():.4f} to {share.max():.4f} on 5000 fresh points |", flush=True)  # fmt: skip
        at = oracle.gradient(torch.as_tensor(grid))[:, 0].numpy()
        tangent = np.stack([-at[:, 1], at[:, 0]], axis=1)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        both = [Field(f"{name}, learned", learned.evaluate(grid)[learned.best, 0]), Field("exact", tangent)]
        shown.append((f"oracle_flow_{name.lower()}", oracle(torch.as_tensor(mesh))[..., 0].numpy(), both))
    for stem, values, both in shown:
        save(stem, lambda v=values, b=both: vector_fields(grid, v, b))


STUDIES: dict[str, Callable[[], None]] = {
    f.__name__: f
    for f in (
        published, wrong, bias, decided, angles_in_training, flows, canonical, unitary, scan, table, ten, six
    )
}  # fmt: skip


def main() -> None:
    global SEEDS, FIGURES
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", nargs="*", help=f"of {', '.join(STUDIES)}; all by default")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--figures", type=Path, help="folder for the figures; none by default")
    args = parser.parse_args()
    SEEDS, FIGURES = args.seeds, args.figures
    if FIGURES is not None:
        FIGURES.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name in args.study or STUDIES:
        print(f"\n## {name}: {STUDIES[name].__doc__}", flush=True)
        STUDIES[name]()


if __name__ == "__main__":
    main()
