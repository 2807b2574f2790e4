"""How fast are 15 autoencoders trained together, against one after the other?

    python benchmarks/vae.py [--runs 15] [--events 10000] [--epochs 20] [--repeats 5] [--threads N]

The reference is what the paper's equations become in plain torch: an nn.Module,
torch.optim.Adam, a loop over batches of indexed tensors, a loop over runs. Both
sides see the same events, sizes, steps and batches, in one process, alternately;
medians are compared. The reference trains a few epochs of a few runs and is scaled up
(its runs and epochs are alike); give --whole to train all of it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from symhep.events.dataset import Dataset
from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import in_groups, one_thread_per_operation
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.fit.training import Training, train
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

FEATURES = 6


class PaperVae(nn.Module):
    """Equations (3.1)-(3.2), one network."""

    def __init__(self, options: VaeOptions) -> None:
        super().__init__()
        first, second = options.hidden
        self.encoder = nn.Sequential(
            nn.Linear(FEATURES, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU()
        )
        self.mean = nn.Linear(second, options.latent_dim)
        self.log_variance = nn.Linear(second, options.latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(options.latent_dim, second), nn.ReLU(), nn.Linear(second, first), nn.ReLU(),
            nn.Linear(first, FEATURES),
        )  # fmt: skip

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def one_after_the_other(x: Tensor, options: VaeOptions, runs: int, epochs: int) -> None:
    """The loop over runs."""
    for run in range(runs):
        torch.manual_seed(run)
        model = PaperVae(options)
        optimiser = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x) - options.batch_size + 1, options.batch_size):
                batch = x[order[start : start + options.batch_size]]
                optimiser.zero_grad()
                reconstructed, mean, log_variance = model(batch)
                error = ((batch - reconstructed) ** 2).sum(dim=1).mean()
                kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(dim=1).mean()
                (error + options.beta * kl).backward()
                optimiser.step()


def together(sample: Sample, options: VaeOptions, device: str = "cpu") -> list[Training]:
    """What the method does."""
    seeds = replica_seeds(np.random.SeedSequence(1), options.runs)
    return in_groups(
        lambda group: train(sample, options, [seeds[r] for r in group], device), options.runs, device
    )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def operations(options: VaeOptions, runs: int) -> float:
    """Torch operations per step, counted by the profiler."""
    x = np.random.default_rng(1).normal(size=(100 * options.batch_size, FEATURES))
    sample = Sample.prepare(Dataset.from_array(x), options)
    once = options.model_copy(update={"epochs": 1})
    with torch.profiler.profile() as profile:
        train(sample, once, replica_seeds(np.random.SeedSequence(1), runs))
    called = [e for e in profile.events() if e.name.startswith("aten::") and e.cpu_parent is None]
    return len(called) / 100


def bound(options: VaeOptions, per_step: float, threads: int) -> None:
    """What a step consists of, measured piece by piece on one core."""
    runs = -(-options.runs // threads)
    sizes = (FEATURES, *options.hidden, 2 * options.latent_dim)
    back = (options.latent_dim, *reversed(options.hidden), FEATURES)
    products = [(a, b) for s in (sizes, back) for a, b in pairwise(s)]
    # Forward, weight slopes, input slopes: three products of 2 B in out each (the first layer needs no input slope).
    flops = (
        runs
        * options.batch_size
        * (6 * sum(a * b for a, b in products) - 2 * products[0][0] * products[0][1])
    )
    parameters = VaeEnsemble(FEATURES, options, runs).parameters.values.numel()
    with one_thread_per_operation():
        tiny = torch.zeros(8)
        launch = seconds(lambda: [tiny.add_(1.0) for _ in range(20000)]) / 20000
        batch = options.batch_size
        shapes = [((runs, batch, a), (runs, a, b), (runs, batch, b)) for a, b in products]
        layers = [[torch.randn(shape) for shape in layer] for layer in shapes]

        def matrix_products() -> None:
            for x, w, y in layers:
                torch.bmm(x, w)
                torch.bmm(x.transpose(1, 2), y)
                torch.bmm(y, w.transpose(1, 2))

        matrix_products()
        multiply = seconds(lambda: [matrix_products() for _ in range(100)]) / 100
    launches = operations(options, runs)
    print(f"one step of {runs} replicas on one core: {per_step * 1e3:.2f} ms")
    speed = flops / multiply / 1e9
    print(f"  matrix products   {flops / 1e6:6.1f} Mflop, {multiply * 1e3:.2f} ms alone, {speed:.0f} Gflop/s")
    least = f"{launches * launch * 1e3:.2f} ms if each took the {launch * 1e6:.1f} us of the least"
    print(f"  operations        {launches:.0f}, {least}")
    print(f"  Adam              {parameters} numbers x 4 vectors, {parameters * 16 / 1e6:.2f} MB: in cache")
    share = multiply / per_step
    print(
        f"  bound by the matrix products ({share:.0%} of the step)"
        if share > 0.5
        else "  bound by small operations"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--whole", action="store_true", help="train every run and epoch of the reference")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    options = VaeOptions(runs=args.runs, epochs=args.epochs, min_steps=0)
    p = np.random.default_rng(1).normal(size=(args.events, 3))
    p /= np.linalg.norm(p, axis=1, keepdims=True)
    sample = Sample.prepare(Dataset.from_array(np.c_[p, -p]), options)
    x = torch.as_tensor(sample.x, dtype=torch.float32)
    runs, epochs = (args.runs, args.epochs) if args.whole else (2, min(3, args.epochs))
    scale = args.runs * args.epochs / (runs * epochs)
    together(sample, options.model_copy(update={"epochs": 1}))
    one_after_the_other(x, options, 1, 1)
    ours, loop, loop_one = [], [], []
    for _ in range(args.repeats):
        ours.append(seconds(lambda: together(sample, options)))
        loop.append(scale * seconds(lambda: one_after_the_other(x, options, runs, epochs)))
        with one_thread_per_operation():
            loop_one.append(scale * seconds(lambda: one_after_the_other(x, options, runs, epochs)))
    steps = args.epochs * (args.events // options.batch_size)
    fast, slow = statistics.median(ours), min(statistics.median(loop), statistics.median(loop_one))
    print(f"{args.runs} runs, {args.events} events, {args.epochs} epochs, batch {options.batch_size}")
    print(f"together, {args.threads} threads   {fast:7.2f} s  (from {min(ours):.2f} to {max(ours):.2f})")
    for name, times in ((f"{args.threads} threads", loop), ("1 thread", loop_one)):
        print(
            f"loop, {name:10}     {statistics.median(times):7.2f} s  (from {min(times):.2f} to {max(times):.2f})"
        )
    print(f"ratio to the faster loop {slow / fast:.1f}")
    bound(options, fast / steps, min(args.threads, args.runs))


if __name__ == "__main__":
    main()
