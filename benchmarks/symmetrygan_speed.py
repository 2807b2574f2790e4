"""SymmetryGAN on the bundled dijets, all restarts as one batch: ``python benchmarks/symmetrygan_speed.py``.

Against a loop over restarts in plain torch, written from the paper: SO(4) by its six angles, a discriminator of two
layers of 25, Adam, batches of 128, the two sides in alternate steps. Both run alternately in one process on one thread,
in processor time, so that other work on the machine tells less. Then how the time grows with restarts and with steps,
and how far a step is from what the networks' forward and backward pass takes alone, from its matrix products alone,
and from the fastest of products.

``--whole`` also times 100 restarts of 4000 steps on all threads; the published code takes 121 s for each of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import awkward as ak
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

import symhep
from symhep.lie.groups import PlaneRotations
from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import one_thread_per_operation
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.adversary import Trained, train
from symhep_symmetrygan.training.discriminator import Discriminator
from symhep_symmetrygan.training.options import TrainingOptions

FILE = Path(__file__).parents[1] / "samples" / "pp_dijets_13TeV.root"
BATCH, WIDTH, SIZE = 128, 25, 4
RESTARTS, STEPS = 100, 4000
#: Restarts that each of two cores trains side by side.
TOGETHER = RESTARTS // 2
#: Seconds per restart of the published code (Keras, 4000 steps), on two such cores.
PUBLISHED = 121.0
SPACE = Space("so(4)", PlaneRotations(4), None)
REPEATS = 7
#: Floating-point operations of one restart in one step: the network up for events and images, its weights' slopes,
#: down through the hidden layers, and down to the images.
LAYERS = SIZE * WIDTH + WIDTH * WIDTH + WIDTH
FLOPS = 2 * (2 * 2 * BATCH * LAYERS + 2 * BATCH * (LAYERS - SIZE * WIDTH) + BATCH * SIZE * WIDTH)


def dijets() -> Sample:
    """Transverse momenta of the two hardest jets of 20,000 events."""
    jets = symhep.load(FILE, format="delphes").events.Jet
    jets = jets[ak.num(jets) >= 2][:, :2]
    x = np.stack([ak.to_numpy(getattr(jets, name)) for name in ("px", "py")], axis=-1).reshape(-1, SIZE)
    x = x.astype(np.float64) / np.sqrt(np.mean(np.square(x, dtype=np.float64)))
    return Sample(torch.from_numpy(x), torch.ones(len(x), dtype=torch.float64))


def one_batch(sample: Sample, restarts: int, steps: int) -> Trained:
    """Ours."""
    seeds = replica_seeds(np.random.SeedSequence(1), restarts)
    return train(SPACE, sample, TrainingOptions(steps=steps, batch=BATCH), seeds)


def one_after_the_other(sample: Sample, restarts: int, steps: int) -> None:
    """The loop over restarts: eqs. (13) and (35) to (37), ascent of the map and descent of the network in turn."""
    x = sample.x.float()
    planes = [(a, b) for a in range(SIZE) for b in range(a + 1, SIZE)]
    for _ in range(restarts):
        angles = (2 * torch.pi * torch.rand(len(planes))).requires_grad_()
        network = nn.Sequential(
            nn.Linear(SIZE, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1)
        )  # fmt: skip
        down = torch.optim.Adam(network.parameters(), lr=1e-3)
        up = torch.optim.Adam([angles], lr=1e-3, maximize=True)
        for _ in range(steps):
            events = x[torch.randint(len(x), (BATCH,))]
            for optimiser in (down, up):
                optimiser.zero_grad()
                image = events @ rotation(angles, planes).T
                loss = (softplus(-network(events)) + softplus(network(image))).mean()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()


def rotation(angles: Tensor, planes: list[tuple[int, int]]) -> Tensor:
    """R_1 R_2 ... R_6."""
    product = torch.eye(SIZE)
    for angle, (a, b) in zip(angles, planes, strict=True):
        turn = torch.eye(SIZE)
        turn[a, a] = turn[b, b] = angle.cos()
        turn[a, b], turn[b, a] = angle.sin(), -angle.sin()
        product = product @ turn
    return product


def products_alone() -> Callable[[], object]:
    """The six matrix products of a step of the network, with nothing between them."""
    x, h, w = (
        torch.randn(TOGETHER, SIZE, 2 * BATCH),
        torch.randn(TOGETHER, WIDTH, 2 * BATCH),
        torch.randn(TOGETHER, WIDTH, WIDTH),
    )
    first, out, slope = torch.randn(TOGETHER, WIDTH, SIZE), torch.empty_like(h), torch.empty_like(w)
    to_images, first_slope = torch.empty(TOGETHER, SIZE, BATCH), torch.empty(TOGETHER, WIDTH, SIZE)

    def work() -> None:
        torch.bmm(first, x, out=out)
        torch.bmm(w, h, out=out)
        torch.bmm(h, out.mT, out=slope)
        torch.bmm(w.mT, h, out=out)
        torch.bmm(h, x.mT, out=first_slope)
        torch.bmm(first.mT, h[..., BATCH:], out=to_images)

    return work


def networks_alone() -> Callable[[], object]:
    """Forward and backward pass of a step."""
    networks = Discriminator(SIZE, TOGETHER)
    networks.parameters.values.normal_()
    real, fake = torch.randn(2, TOGETHER, SIZE, BATCH)
    return lambda: networks.gradients(real, fake, measure=False)


def peak(size: int = 512) -> float:
    """Gflop/s of large products on one thread."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / median(processor(lambda: a @ b, 20) for _ in range(REPEATS)) / 1e9


def processor(work: Callable[[], object], times: int = 1) -> float:
    """Processor seconds of one call."""
    start = process_time()
    for _ in range(times):
        work()
    return (process_time() - start) / times


def against_the_loop(sample: Sample) -> None:
    """Per restart and step, on one thread, alternately."""
    ours, loops = [], []
    for _ in range(REPEATS):
        ours.append(processor(lambda: one_batch(sample, TOGETHER, 200)) / TOGETHER / 200)
        loops.append(processor(lambda: one_after_the_other(sample, 1, 100)) / 100)
    one, loop = median(ours), median(loops)
    print(
        f"per restart and step, one thread: {1e6 * one:.1f} us; "
        f"a loop over restarts {1e6 * loop:.0f} us: {loop / one:.0f} times"
    )


def growth(sample: Sample) -> None:
    """Restarts at fixed steps, and steps at fixed restarts."""
    for restarts, steps in ((25, 200), (50, 200), (100, 200), (200, 200), (50, 100), (50, 400), (50, 800)):
        taken = median(processor(lambda r=restarts, s=steps: one_batch(sample, r, s)) for _ in range(3))
        print(
            f"{restarts:4d} restarts x {steps:3d} steps: {taken:.2f} s of processor, "
            f"{1e6 * taken / restarts / steps:.1f} us each"
        )


def bound(sample: Sample) -> None:
    """What a step could take at best."""
    steps, passes, products = [], [], []
    with torch.inference_mode():
        both, alone = networks_alone(), products_alone()
        for _ in range(REPEATS):
            steps.append(processor(lambda: one_batch(sample, TOGETHER, 200)) / 200)
            passes.append(processor(both, 200))
            products.append(processor(alone, 200))
    step, network, least, top = median(steps), median(passes), median(products), peak()
    flops = FLOPS * TOGETHER
    print(
        f"a step of {TOGETHER} restarts, one thread: {1e3 * step:.2f} ms, {flops / 1e6:.0f} Mflop, "
        f"{flops / step / 1e9:.0f} Gflop/s; the networks alone {1e3 * network:.2f} ms ({network / step:.0%}); their "
        f"matrix products alone {1e3 * least:.2f} ms ({least / step:.0%}), {flops / least / 1e9:.0f} Gflop/s; "
        f"large products reach {top:.0f} Gflop/s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--whole", action="store_true")
    arguments = parser.parse_args()
    sample = dijets()
    with one_thread_per_operation():
        one_batch(sample, TOGETHER, 20)
        against_the_loop(sample)
        growth(sample)
        bound(sample)
    if arguments.whole:
        torch.set_num_threads(arguments.threads)
        wall, cpu = perf_counter(), process_time()
        one_batch(sample, RESTARTS, STEPS)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        print(
            f"{RESTARTS} restarts x {STEPS} steps, {arguments.threads} threads: {wall:.1f} s (processor {cpu:.1f} s), "
            f"{RESTARTS / wall:.1f} restarts per second, {PUBLISHED * RESTARTS / wall:.0f} times the published speed"
        )


if __name__ == "__main__":
    main()
