"""How `moments` does on whole events: level, power, time. The tables of docs/methods/moments.md.

    python benchmarks/moments_events.py level [KIND ...] [--toys 500] [--generators] [--folder FOLDER]
    python benchmarks/moments_events.py power [--toys 100] [--folder FOLDER]
    python benchmarks/moments_events.py time [--events 20000] [--members 20]

level: every toy is a new sample of 2000 events with a symmetry that is exact, and new test functions. 'given' and
'fitted' as in moments_calibration.py, with the candidates that the method has by default; discrete elements by moments,
unless --generators leaves them out.
power: all members in a sector of 10 degrees are lost, beside a chi^2 of the azimuth of the leading member in 36 bins,
one of which is the sector. Natural logarithms of the p-values are appended to FOLDER/KIND.jsonl, one line per toy; a
run that was stopped goes on from there.
time: of everything that the method does, step by step, seconds of processors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.kinds import VectorKind
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.torchkit.threads import one_thread_per_operation
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.whitening import whitened
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Sample, frame_of, prepare

FloatArray = npt.NDArray[np.float64]
EVENTS, PLACES = 2000, 10
ROTATIONS = ("J_x", "J_y", "J_z")
EDGES = [
    {"variable": "pt", "above": 30.0, "particle": "jets"},
    {"variable": "abs_eta", "below": 2.5, "particle": "jets"},
]


def dataset(
    x: FloatArray,
    mask: npt.NDArray[np.bool_],
    weights: FloatArray | None = None,
    met: FloatArray | None = None,
) -> Dataset:
    """Jets (n, P, 4), of which ``mask`` says who is there, and missing transverse momentum (n, 2)."""
    n, places = mask.shape
    objects, kinds = ("jets",) * places, ("full",) * places
    kind: tuple[VectorKind, ...] = ("full",) * places
    if met is not None:
        x = np.concatenate([np.pad(met, ((0, 0), (1, 1)))[:, None], x], axis=1)
        mask = np.concatenate([np.ones((n, 1), dtype=bool), mask], axis=1)
        objects, kind = ("met", *objects), ("transverse", *kinds)
    flat = x.reshape(n, -1)
    return Dataset(
        "p4", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(flat.shape[1])),
        np.ones(n) if weights is None else weights, Scaler.fit(flat, "none"), momenta=x,
        particles=tuple(f"{o}[{p}]" for p, o in enumerate(objects)), mask=mask, kinds=kind, objects=objects,
        sets=frozenset({"jets"}),
    )  # fmt: skip


def jets(rng: np.random.Generator, n: int, mean: float = 3.0) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """A Poisson number and one more, in a random direction of the plane, spread by 0.8 about it; masses 2 to 15 GeV."""
    number = np.minimum(rng.poisson(mean, size=n) + 1, PLACES)
    mask = np.arange(PLACES) < number[:, None]
    pt, eta = 30 + rng.exponential(40, size=mask.shape), 1.2 * rng.normal(size=mask.shape)
    phi = rng.uniform(-np.pi, np.pi, size=(n, 1)) + 0.8 * rng.normal(size=mask.shape)
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    return with_energy(p, rng.uniform(2, 15, size=mask.shape)), mask


def isotropic(
    rng: np.random.Generator, n: int, size: float = 40.0, mean: float = 3.0
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """A Poisson number of particles and one more, each in any direction, around an axis that is any, too."""
    mask = np.arange(PLACES) < np.minimum(rng.poisson(mean, size=n) + 1, PLACES)[:, None]
    axis = rng.normal(size=(n, 1, 3))
    direction = rng.normal(size=(*mask.shape, 3)) + axis
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    length = rng.exponential(size, size=mask.shape) + 10
    return with_energy(direction * length[..., None], rng.uniform(2, 15, size=mask.shape)), mask


def with_energy(p: FloatArray, mass: FloatArray) -> FloatArray:
    return np.concatenate([np.sqrt((p**2).sum(axis=2) + mass**2)[..., None], p], axis=2)


def _met(rng: np.random.Generator, x: FloatArray, mask: npt.NDArray[np.bool_]) -> FloatArray:
    """Minus the sum of the jets, smeared by 15 GeV."""
    return -(x * mask[..., None]).sum(axis=1)[:, 1:3] + 15 * rng.normal(size=(len(x), 2))


def plain(rng: np.random.Generator, n: int) -> Dataset:
    return dataset(*jets(rng, n))


def with_met(rng: np.random.Generator, n: int) -> Dataset:
    x, mask = jets(rng, n)
    return dataset(x, mask, met=_met(rng, x, mask))


def lognormal(rng: np.random.Generator, n: int) -> Dataset:
    return dataset(*jets(rng, n), weights=rng.lognormal(sigma=1.0, size=n))


def signed(rng: np.random.Generator, n: int) -> Dataset:
    return dataset(*jets(rng, n), weights=np.where(rng.random(n) < 0.2, -1.0, 1.0))


def spherical(rng: np.random.Generator, n: int) -> Dataset:
    return dataset(*isotropic(rng, n))


def thresholds(rng: np.random.Generator, n: int) -> Dataset:
    """What pt > 30 and |eta| < 2.5 leave of spherical events; those with no member left are lost."""
    parts: list[tuple[FloatArray, npt.NDArray[np.bool_]]] = []
    while sum(len(x) for x, _ in parts) < n:
        x, mask = isotropic(rng, n, 60.0, 5.0)
        pt = np.hypot(x[..., 1], x[..., 2])
        mask = mask & (pt > 30) & (np.abs(np.arcsinh(x[..., 3] / pt)) < 2.5)
        kept = mask.any(axis=1)
        parts.append((x[kept], mask[kept]))
    x, mask = (np.concatenate(part)[:n] for part in zip(*parts, strict=True))
    return dataset(x, mask)


@dataclass(frozen=True)
class Kind:
    """What it is, how many symmetries there are among the candidates, how to draw it, with which edges."""

    words: str
    symmetries: int
    draw: Callable[[np.random.Generator, int], Dataset]
    edges: bool = False


KINDS = {
    "jets": Kind("jets of Poisson number about one azimuth", 1, plain),
    "met": Kind("the same, with missing transverse momentum", 1, with_met),
    "lognormal": Kind("jets, lognormal weights of sigma 1", 1, lognormal),
    "signed": Kind("jets, 20 % of the weights -1", 1, signed),
    "spherical": Kind("any number of particles about any axis", 3, spherical),
    "thresholds": Kind("the same, pt > 30, abs(eta) < 2.5, edges", 3, thresholds, edges=True),
}


def sample_of(data: Dataset, **options: object) -> Sample:
    return prepare(data, MomentsOptions.model_validate({"discrete": None, **options}))


def level_toy(name: str, number: int, discrete_too: bool = True) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    kind = KINDS[name]
    rng = np.random.default_rng([list(KINDS).index(name), number])
    sample = sample_of(kind.draw(rng, EVENTS), edges=EDGES if kind.edges else [])
    events = sample.events
    functions = functions_for(events, sample.options, rng)
    white = whitened(moments_of(events.x, events.weights, functions, events.generators, places=events.places))
    labels = events.generators.labels

    def given(*some: str) -> float:
        return given_test(white, np.eye(len(labels))[:, [labels.index(a) for a in some]]).log_p

    found = {
        f"fitted, r = {kind.symmetries}": rank_test(white, kind.symmetries).log_p,
        "given J_z": given("J_z"),
    }
    if kind.symmetries == 3:
        found["given so(3)"] = given(*ROTATIONS)
    if not discrete_too:
        return found
    discrete = DiscreteOptions(elements=("Z_2(z)", "reflection(x)"), classifier=None)
    frame = frame_of(events.names, sample.particles, events.x.shape[1], events.places)
    rows = discrete_tests(
        events, discrete.chosen(frame), frame, functions, discrete, np.random.SeedSequence([number, 7])
    )
    return found | {row.name: np.log(10) * (row.log10_p or 0.0) for row in rows}


def power_toy(n: int, number: int) -> dict[str, float]:
    """log p of J_z, given, and of the chi^2, for events that lose what falls into a sector of 10 degrees."""
    rng = np.random.default_rng([99, n, number])
    x, mask = jets(rng, 2 * n)
    phi = np.arctan2(x[..., 2], x[..., 1])
    mask = mask & ~((phi > 0) & (phi < np.radians(10)))
    kept = np.flatnonzero(mask.any(axis=1))[:n]
    x, mask, phi = x[kept], mask[kept], phi[kept]
    sample = sample_of(dataset(x, mask))
    events = sample.events
    functions = functions_for(events, sample.options, rng)
    white = whitened(moments_of(events.x, events.weights, functions, events.generators, places=events.places))
    axis = np.eye(len(events.generators))[events.generators.labels.index("J_z")]
    leading = np.where(mask, np.hypot(x[..., 1], x[..., 2]), -1.0).argmax(axis=1)
    azimuth = np.take_along_axis(phi, leading[:, None], axis=1)[:, 0]
    found = {"given J_z": given_test(white, axis).log_p, "fitted, r = 1": rank_test(white, 1).log_p}
    for bins in (36, 12):
        counts = np.histogram(azimuth, bins, (-np.pi, np.pi))[0]
        found[f"chi2, {bins} bins"] = float(np.log(max(stats.chisquare(counts).pvalue, 1e-300)))
    return found


def run(path: Path, toys: int, toy: Callable[[int], dict[str, float]]) -> list[dict[str, float]]:
    """The missing toys are appended to a file; all of them."""
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, toys):
            file.write(json.dumps({k: round(float(v), 6) for k, v in toy(number).items()}) + "\n")
            file.flush()
    return [json.loads(line) for line in path.read_text().splitlines()]


def level(kinds: list[str], toys: int, folder: Path, discrete_too: bool = True) -> None:
    """Fractions of p below 0.01 and 0.05, and the simultaneous 99 % band of all rows for 0.05."""
    found = {
        name: run(folder / f"{name}.jsonl", toys, lambda i, k=name: level_toy(k, i, discrete_too))
        for name in kinds
    }  # type: ignore[misc]
    rows = [
        (name, test, [t[test] for t in lines]) for name, lines in found.items() for test in (lines or [{}])[0]
    ]
    each = 1 - 0.99 ** (1 / max(len(rows), 1))  # Sidak
    print("| events | test | toys | p < 0.01 | p < 0.05 | band | inside |\n|---|---|---|---|---|---|---|")
    for name, test, logs in rows:
        p = np.exp(logs)
        low, high = stats.binom(len(p), 0.05).ppf([each / 2, 1 - each / 2]) / len(p)
        share = float(np.mean(p < 0.05))
        inside = "yes" if low <= share <= high else "**no**"
        print(
            f"| {KINDS[name].words} | {test} | {len(p)} | {np.mean(p < 0.01):.3f} | {share:.3f} | "
            f"{low:.3f}-{high:.3f} | {inside} |"
        )


def power(sizes: list[int], toys: int, folder: Path) -> None:
    """Fractions rejected at 0.05."""
    print("| n | toys | test | p < 0.05 |\n|---|---|---|---|")
    for n in sizes:
        lines = run(folder / f"sector_{n}.jsonl", toys, lambda i, n=n: power_toy(n, i))  # type: ignore[misc]
        for test in lines[0]:
            print(
                f"| {n} | {len(lines)} | {test} | {np.mean([t[test] < np.log(0.05) for t in lines]):.2f} |",
                flush=True,
            )


class Clock:
    """Progress that takes the seconds of each step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Callable[..., None]]:
        last = perf_counter()

        def done(steps: int = 1, note: str = "") -> None:
            nonlocal last
            now = perf_counter()
            self.steps[note] = self.steps.get(note, 0.0) + now - last
            last = now

        yield done


def timed(n: int, places: int) -> None:
    """Seconds for everything, step by step, with up to ``places`` members."""
    global PLACES
    rng, method = np.random.default_rng(1), MomentConditions()
    measured_on(method, plain(rng, 1000), Clock())  # what is loaded once does not count
    PLACES = places
    x, mask = jets(rng, n, places / 2.5)
    for words, data in (
        ("jets", dataset(x, mask)),
        ("jets and met", dataset(x, mask, met=_met(rng, x, mask))),
    ):
        clock, start, used = Clock(), perf_counter(), process_time()
        measured_on(method, data, clock)
        wall, cpu = perf_counter() - start, process_time() - used
        print(f"{words}: {n} events of up to {places}, {mask.sum() / n:.1f} on average")
        for name, seconds in clock.steps.items():
            print(f"  {name}: {seconds:.1f} s")
        print(f"  all, projections included: {cpu:.1f} s of processors, {wall:.1f} s", flush=True)


def measured_on(method: MomentConditions, data: Dataset, clock: Clock) -> None:
    context = Context(seed_sequence(1, "moments", 0), progress=clock)
    sample = method.prepare(data, MomentsOptions())
    with one_thread_per_operation():
        method.combine(sample, [method.fit(sample, Shard(), context)], context)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("level", "power", "time"))
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; default all")
    parser.add_argument("--toys", type=int, default=500, help="0: only print what is there")
    parser.add_argument("--events", type=int, nargs="+", default=[500, 1000, 2000, 4000])
    parser.add_argument("--generators", action="store_true", help="level of generators alone")
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path("moments_events"))
    given = parser.parse_args()
    if given.what != "time":
        torch.set_num_threads(1)
        given.folder.mkdir(parents=True, exist_ok=True)
    if given.what == "level":
        level(given.kinds or list(KINDS), given.toys, given.folder, not given.generators)
    elif given.what == "power":
        power(given.events, given.toys, given.folder)
    else:
        timed(given.events[-1], given.members)


if __name__ == "__main__":
    main()
