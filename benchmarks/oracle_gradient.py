"""How fast are 20 seeds of the paper's losses trained together, against one after the other?

    python benchmarks/oracle_gradient.py [CASE ...] [--seeds 20] [--repeats 5] [--epochs N] [--threads 1] [--whole]

The reference is what equations (4)-(6) and closure of the slides become in plain torch: one set of
generators at a time, a loop over generators and pairs, autograd, torch.optim.Adam, float64 as in the
published code. Both sides see the same points, eps, epochs and loss. The cost of an epoch does not change
during training (same operations on the same shapes), so the times are taken over fewer epochs and given per
epoch: alternately, medians, wall clock and processor time. With --whole the reference trains one seed
to the end, and the final losses are compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_oracle.gradient.families import MatrixFamily
from symhep_oracle.gradient.invariance import AnyInvariance, Invariance
from symhep_oracle.gradient.options import GradientOptions
from symhep_oracle.gradient.solve import build_invariance
from symhep_oracle.gradient.training import Training, train
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, Norm, QuadraticForm

POINTS, EPSILON, RATE = 300, 1e-3, 1e-3
METRIC = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)


@dataclass(frozen=True)
class Case:
    """``published``: final loss and seconds of the authors' notebooks."""

    dimension: int
    generators: int
    epochs: int
    lorentz: bool
    published: tuple[float, float]

    def oracle(self) -> Norm | QuadraticForm:
        layout = Layout(1, self.dimension)
        return QuadraticForm(layout, LORENTZ) if self.lorentz else Norm(layout, 2)

    def phi(self, x: Tensor) -> Tensor:
        """The same oracle, plainly."""
        return (x * x * METRIC).sum(dim=1) if self.lorentz else x.norm(dim=1)

    def points(self) -> Tensor:
        return torch.as_tensor(np.random.default_rng(1).normal(size=(POINTS, self.dimension)))


CASES = {
    "so3": Case(3, 3, 5000, False, (1.0e-6, 31)),
    "so4": Case(4, 6, 5000, False, (1.4e-6, 142)),
    "so13": Case(4, 6, 6000, True, (1.0e-6, 126)),
}


def reference(case: Case, x: Tensor, seed: int, epochs: int) -> float:
    """One seed, from the equations; returns the loss of the last epoch."""
    torch.manual_seed(seed)
    n, count = case.dimension, case.generators
    scale = np.sqrt(2) / n
    generators = [(scale * torch.randn(n, n, dtype=torch.float64)).requires_grad_() for _ in range(count)]
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    constants = torch.zeros(len(pairs), count, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([*generators, constants], lr=RATE)
    one, values = torch.eye(n, dtype=torch.float64), case.phi(x)
    for _ in range(epochs):
        loss = torch.zeros((), dtype=torch.float64)
        for w in generators:
            moved = x @ (one + EPSILON * w).T
            loss = loss + ((case.phi(moved) - values) ** 2).mean() / EPSILON**2  # (4)
            loss = loss + ((w * w).sum() - 2) ** 2  # (5)
        for pair, (a, b) in enumerate(pairs):
            first, second = generators[a], generators[b]
            loss = loss + (first * second).sum() ** 2  # (6)
            gap = first @ second - second @ first
            for c in range(count):
                gap = gap - constants[pair, c] * generators[c]
            loss = loss + (gap * gap).sum()  # closure
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return float(loss.detach())


def together(case: Case, invariance: Invariance, seeds: int, epochs: int, threads: int) -> Training:
    """What the method does."""
    options = GradientOptions(epochs=epochs)
    streams = replica_seeds(np.random.SeedSequence(1), seeds)
    family = MatrixFamily(Layout(1, case.dimension))

    def group(members: list[int]) -> Training:
        return train(
            [case.generators] * len(members), [streams[r] for r in members], family, invariance, options
        )

    torch.set_num_threads(threads)
    return Training.join(in_groups(group, seeds)) if threads > 1 else group(list(range(seeds)))


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall clock and processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def bound(case: Case, invariance: Invariance, seeds: int, per_epoch: float) -> None:
    """What an epoch consists of."""
    d, g = case.dimension, case.generators
    pairs = g * (g - 1) // 2
    moments = (
        2 * d**4 if case.lorentz else 2 * 2 * POINTS * d**2
    )  # phi from moments, or from the outer products
    one = g * (moments + 3 * 2 * d**3) + 2 * 2 * g**2 * d**2
    one += pairs * (6 * 2 * d**3 + 3 * 2 * g * d**2 + 2 * 2 * g * d**2)
    together(case, invariance, seeds, 20, 1)
    with torch.profiler.profile() as profile:
        together(case, invariance, seeds, 100, 1)
    called = [e for e in profile.events() if e.name.startswith("aten::") and e.cpu_parent is None]
    views = {
        "aten::" + v
        for v in ("view", "flatten", "transpose", "expand", "unflatten", "select", "slice", "view_as")
    }
    kernels = sum(e.name not in views for e in called) / 100
    tiny = torch.zeros(8, dtype=torch.float64)
    with torch.inference_mode():
        launch = seconds(lambda: [tiny.add_(1.0) for _ in range(20_000)])[1] / 20_000
    flops = seeds * one
    parameters = seeds * g * (d**2 + pairs)
    peak = _gemm_speed()
    floor = kernels * launch
    print(
        f"  bound: {flops / 1e6:.2f} Mflop ({flops / peak * 1e3:.3f} ms at the {peak / 1e9:.0f} Gflop/s of a large "
        f"product), {parameters} parameters ({parameters * 40 / 1e6:.2f} MB moved by Adam, in cache), "
        f"{kernels:.0f} operations ({floor * 1e3:.3f} ms at {launch * 1e6:.1f} us, an empty one).\n"
        f"  An epoch takes {per_epoch * 1e3:.3f} ms: {per_epoch / floor:.1f} times the launches, "
        f"{per_epoch * peak / flops:.0f} times the arithmetic"
    )


def _gemm_speed() -> float:
    """flop/s of one core on 512 x 512 float64."""
    torch.set_num_threads(1)
    a = torch.randn(512, 512, dtype=torch.float64)
    a @ a
    return 2 * 512**3 * 10 / seconds(lambda: [a @ a for _ in range(10)])[1]


def measure(name: str, args: argparse.Namespace) -> None:
    case = CASES[name]
    x = case.points()
    options = GradientOptions()
    closed = build_invariance(case.oracle(), x, np.ones(POINTS), options)
    shares = torch.full((POINTS,), 1 / POINTS, dtype=torch.float64)
    general = AnyInvariance(case.oracle(), Layout(1, case.dimension), x, shares, EPSILON)
    few = max(20, args.epochs // 20)
    ours: dict[str, list[tuple[float, float]]] = {"closed form": [], "any oracle": []}
    loop: list[tuple[float, float]] = []
    torch.set_num_threads(1)
    reference(case, x, 0, 5)
    for invariance in (closed, general):
        together(case, invariance, args.seeds, 20, args.threads)
    for _ in range(args.repeats):
        for kind, invariance in (("closed form", closed), ("any oracle", general)):
            taken = seconds(lambda i=invariance: together(case, i, args.seeds, args.epochs, args.threads))
            ours[kind].append((taken[0] / args.epochs, taken[1] / args.epochs))
        torch.set_num_threads(1)
        taken = seconds(lambda: reference(case, x, 0, few))
        loop.append((taken[0] / few, taken[1] / few))
    wall, processor = (statistics.median(t[i] for t in loop) for i in (0, 1))
    spread = f"from {min(t[1] for t in loop) * 1e3:.2f} to {max(t[1] for t in loop) * 1e3:.2f}"
    print(
        f"\n{name}: {case.generators} generators, {POINTS} points, {args.seeds} seeds, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"  loop, per seed and epoch        {wall * 1e3:8.3f} ms wall, {processor * 1e3:8.3f} ms processor ({spread})"
    )
    for kind, times in ours.items():
        fast_wall, fast = (statistics.median(t[i] for t in times) for i in (0, 1))
        low, high = min(t[1] for t in times), max(t[1] for t in times)
        print(
            f"  together, {kind:12}, an epoch {fast_wall * 1e3:8.3f} ms wall, {fast * 1e3:8.3f} ms processor "
            f"(from {low * 1e3:.2f} to {high * 1e3:.2f}); per seed {wall * args.seeds / fast_wall:.0f} times faster "
            f"(processor time {processor * args.seeds / fast:.0f})"
        )
    bound(case, closed, args.seeds, statistics.median(t[1] for t in ours["closed form"]))
    if args.whole:
        _final_losses(case, x, closed, args)


def _final_losses(case: Case, x: Tensor, invariance: Invariance, args: argparse.Namespace) -> None:
    start = time.perf_counter()
    trained = together(case, invariance, args.seeds, case.epochs, args.threads)
    taken = time.perf_counter() - start
    final = np.sort(trained.parts[-1].sum(axis=1))
    start = time.perf_counter()
    torch.set_num_threads(1)
    other = reference(case, x, 0, case.epochs)
    slow = time.perf_counter() - start
    loss, published = case.published
    print(
        f"  {case.epochs} epochs: {args.seeds} seeds in {taken:.1f} s, final loss {final[0]:.2g} "
        f"(median {np.median(final):.2g}, {int((final < 1e-4).sum())} below 1e-4); loop, one seed in {slow:.0f} s, "
        f"{other:.2g}; published {loss:.1e} in {published:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "case", nargs="*", choices=[*CASES, []], help=f"of {', '.join(CASES)}; all by default"
    )
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=400, help="timed epochs of the batch")
    parser.add_argument("--threads", type=int, default=1, help="groups of seeds side by side")
    parser.add_argument("--whole", action="store_true", help="train to the end and compare the losses")
    args = parser.parse_args()
    for name in args.case or CASES:
        measure(name, args)


if __name__ == "__main__":
    main()
