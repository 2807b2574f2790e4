"""Do the intervals and limits of `moments` hold? Coverage by breakings of known size, and what limit to expect.

    python benchmarks/moments_coverage.py [KIND ...] [--toys 400] [--folder FOLDER]
    python benchmarks/moments_coverage.py expected [--events 10000]

Every toy is a new sample of a density that is broken by a known amount. The truth of what has no formula (rates, all
harmonics of all candidates) is that of one sample of 400,000 events, whose error is a fourteenth of that of a toy or
less. 'all at once': the true sizes of all named quantities lie in their intervals; 'rotations', 'directions', 'rates':
those of a kind; 'J_z': the interval of the candidate, and its limit. Results are appended to FOLDER/KIND.jsonl, one
line per toy; a run that was stopped goes on from there.
expected: the largest expected limit of a single harmonic of dijets, in epsilon = 2 v_m, times sqrt(n).
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from moments_events import dataset, jets
from scipy import stats

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.bounds.limits import Bounds, bounds_of
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.support import support_of
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import events_of

FloatArray = npt.NDArray[np.float64]
TRUTH_EVENTS = 400_000


def momenta(x: FloatArray, weights: FloatArray | None = None) -> Dataset:
    """Of four-momenta (n, P, 4)."""
    flat = x.reshape(len(x), -1)
    columns = tuple(Column(f"c{i}", slot=i // 4) for i in range(flat.shape[1]))
    w = np.ones(len(x)) if weights is None else weights
    return Dataset("p4", flat, columns, w, Scaler.fit(flat, "none"), momenta=x)


def modulated(order: int) -> Callable[[np.random.Generator, int], Dataset]:
    """Dijets times 1 + 0.15 cos(m phi)."""
    density = Accepted(Dijets(), modulation=0.15, order=order)
    return lambda rng, n: momenta(density.draw(rng, n))


def flowing(rng: np.random.Generator, n: int) -> Dataset:
    """Jets of any number whose common azimuth has an elliptic flow of v_2 = 0.1."""
    x, mask = jets(rng, 2 * n)
    total = (x * mask[..., None]).sum(axis=1)
    kept = rng.random(2 * n) * 1.2 < 1 + 0.2 * np.cos(2 * np.arctan2(total[:, 2], total[:, 1]))
    chosen = np.flatnonzero(kept)[:n]
    return dataset(x[chosen], mask[chosen])


def gaussian(rng: np.random.Generator, n: int) -> Dataset:
    return momenta(rng.normal(size=(n, 1, 4)) * [1.5, 1, 1, 2] * 50.0)


def boosted(rng: np.random.Generator, n: int) -> Dataset:
    return momenta(TwoBody(width=0.03, rapidity=0.7).draw(rng, n))


def decays(rng: np.random.Generator, n: int) -> Dataset:
    return momenta(TwoBody(width=0.03).draw(rng, n))


def lognormal(data: Dataset, rng: np.random.Generator) -> Dataset:
    return replace(data, weights=rng.lognormal(sigma=1.0, size=len(data)))


def signed(data: Dataset, rng: np.random.Generator) -> Dataset:
    return replace(data, weights=np.where(rng.random(len(data)) < 0.2, -1.0, 1.0))


def copied(data: Dataset, rng: np.random.Generator) -> Dataset:
    """Every event one, two or three times."""
    rows = np.repeat(np.arange(len(data)), rng.integers(1, 4, size=len(data)))
    return data.take(rows)


def same(data: Dataset, rng: np.random.Generator) -> Dataset:
    return data


Draw = Callable[[np.random.Generator, int], Dataset]
Change = Callable[[Dataset, np.random.Generator], Dataset]

#: Name -> what it is, events, how to draw it, what is done to the events.
KINDS: dict[str, tuple[str, int, Draw, Change]] = {
    "elliptic": ("dijets, 1 + 0.15 cos 2 phi", 2000, modulated(2), same),
    "lognormal": ("the same, lognormal weights of sigma 1", 2000, modulated(2), lognormal),
    "signed": ("dijets, 1 + 0.15 cos phi, 20 % of the weights are -1", 2000, modulated(1), signed),
    "copies": ("dijets, 1 + 0.15 cos 2 phi, every event one to three times", 2000, modulated(2), copied),
    "decays": ("isotropic decays, nothing broken but boosts", 400, decays, same),
    "boosted": ("decays boosted along z", 2000, boosted, same),
    "gaussian": ("Gaussian in 4-D, twice as long along z", 1000, gaussian, same),
    "jets": ("jets of any number, elliptic flow of the axis", 1000, flowing, same),
}


#: Kinds of the same density: their truth is the same.
SAME_DENSITY = {"lognormal": "elliptic", "copies": "elliptic"}


def bounds(data: Dataset, seed: int = 0) -> Bounds:
    events = events_of(data)
    # Of the functions of the tests only edges would count.
    options = MomentsOptions(functions=FunctionOptions(fourier=0, harmonics=0))
    functions = functions_for(events, options, np.random.default_rng(seed))
    moments = moments_of(
        events.x, events.weights, functions, events.generators, places=events.places, covariance_events=1000
    )
    tested = moments.restricted(support_of(events).tangent).generators
    return bounds_of(replace(events, generators=tested), functions, BoundOptions())


def truth(kind: str, folder: Path) -> dict[str, float]:
    """Size of every quantity, in scaled units, and of J_z; from a file if it is there."""
    kind = SAME_DENSITY.get(kind, kind)
    path = folder / f"{kind}_truth.json"
    if not path.exists():
        draw = KINDS[kind][2]
        found = bounds(draw(np.random.default_rng(zlib.crc32(kind.encode())), TRUTH_EVENTS))
        sizes = {name: found.region.ends(name)[0] * _unit(found, name) for name in found.region.quantities}
        z = found.candidate("J_z")
        assert z is not None
        path.write_text(json.dumps(sizes | {"J_z": z.value}))
    return dict(json.loads(path.read_text()))


def _unit(found: Bounds, name: str) -> float:
    """Of a rate: translations in GeV, whatever the scale of a sample."""
    return found.units[name][1] if name in found.units else 1.0


def toy(kind: str, number: int, true: dict[str, float]) -> dict[str, bool]:
    """Whether true values are inside."""
    _, n, draw, change = KINDS[kind]
    rng = np.random.default_rng([zlib.crc32(kind.encode()), number])
    found = bounds(change(draw(rng, n), rng), number)
    inside: dict[str, list[bool]] = {"rotations": [], "directions": [], "rates": []}
    for name in found.region.quantities:
        _, low, high = (end * _unit(found, name) for end in found.region.ends(name))
        part = "rates" if name in found.units else "directions" if name in found.degrees else "rotations"
        inside[part].append(bool(low <= true[name] <= high))
    z = found.candidate("J_z")
    assert z is not None
    kept = {part: all(one) for part, one in inside.items() if one}
    return kept | {
        "all at once": all(kept.values()),
        "J_z, interval": bool(z.low <= true["J_z"] <= z.high),
        "J_z, limit": bool(true["J_z"] <= z.high),
        "J_z, low > 0": bool(z.low > 0),
        "J_z, above the expected limit": bool(z.expected is not None and z.high > z.expected),
    }


def run(kind: str, toys: int, folder: Path) -> Path:
    """The missing toys, appended to a file."""
    path = folder / f"{kind}.jsonl"
    true = truth(kind, folder)
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, toys):
            file.write(json.dumps(toy(kind, number, true)) + "\n")
            file.flush()
    return path


def row(path: Path, kind: str) -> str:
    """A markdown row; the band is that of a coverage of 0.95: below it an interval does not hold."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if not lines:
        return f"| {KINDS[kind][0]} | - |"
    least = stats.binom(len(lines), 0.95).ppf(0.005) / len(lines)
    names = (
        "all at once", "rotations", "directions", "rates", "J_z, interval", "J_z, limit", "J_z, low > 0",
        "J_z, above the expected limit",
    )  # fmt: skip
    cells = [f"{np.mean([line[name] for line in lines]):.3f}" if name in lines[0] else "-" for name in names]
    return f"| {KINDS[kind][0]} | {KINDS[kind][1]} | {len(lines)} | {' | '.join(cells)} | {least:.3f} |"


def expected(events: int) -> None:
    """The largest expected limit of a single harmonic, with ten candidates and m <= 6."""
    found = bounds(momenta(Dijets().draw(np.random.default_rng(1), events)))
    names = [name for own in found.harmonics.values() for name in own]
    single = max(2 * found.region[name].expected_95 for name in names)
    z = found.candidate("J_z")
    assert z is not None
    assert z.expected is not None
    root = np.sqrt(events)
    print(f"{found.region.count} quantities at once, {len(names)} harmonics, n = {events}")
    print(f"a single harmonic: expected epsilon < {single:.4f} = {single * root:.2f} / sqrt(n)")
    print(
        f"the largest of J_z: expected epsilon < {2 * z.expected:.4f} = {2 * z.expected * root:.2f} / sqrt(n)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "kinds", nargs="*", metavar="KIND", help=f"expected, or of {', '.join(KINDS)}; default all"
    )
    parser.add_argument("--toys", type=int, default=400, help="0: only print what is there")
    parser.add_argument("--events", type=int, default=10_000, help="of 'expected'")
    parser.add_argument("--folder", type=Path, default=Path("moments_coverage"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.kinds == ["expected"]:
        expected(given.events)
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    print("| events | n | toys | all at once | rotations | directions | rates | J_z in its interval "
          "| J_z below its limit | J_z told as broken | limit above the expected one | 0.95 less 99 % |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for kind in given.kinds or KINDS:
        print(row(run(kind, given.toys, given.folder), kind), flush=True)


if __name__ == "__main__":
    main()
