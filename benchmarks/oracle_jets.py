"""Which symmetry a top tagger learns, over five seeds, and what limits how well: ``python benchmarks/oracle_jets.py``.

Makes the sample if it is not there (64,000 jets of each kind; 25 minutes on a core, less on more), else uses it again.
Prints the rows of docs/project/reproduction.md. The settings are the defaults of the learned oracle.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "samples"))

import jets as jet_samples  # noqa: E402

from symhep.events.dataset import Dataset  # noqa: E402
from symhep.lie.bases import dilatation, lorentz  # noqa: E402
from symhep.lie.spans import grassmann_distance, inclusion_angle, principal_angles  # noqa: E402
from symhep.methods.context import SilentProgress, seed_sequence  # noqa: E402
from symhep_oracle.fit import exact  # noqa: E402
from symhep_oracle.fit.conditions import Conditions  # noqa: E402
from symhep_oracle.fit.fields import LinearFields  # noqa: E402
from symhep_oracle.learned.options import LearnedOracleOptions  # noqa: E402
from symhep_oracle.learned.oracle import Learned, train  # noqa: E402
from symhep_oracle.oracles.interface import Oracle  # noqa: E402
from symhep_oracle.oracles.layout import Layout  # noqa: E402
from symhep_oracle.oracles.norms import LORENTZ, QuadraticForm  # noqa: E402

Floats = npt.NDArray[np.float64]

JETS, TRAINED = 64_000, 120_000
CONSTITUENTS = 20
LAYOUT = Layout(CONSTITUENTS, 4)
SEEDS = (1, 2, 3, 4, 5)
LORENTZ_GROUP = lorentz().matrices
TARGET = (lorentz() + dilatation(4)).matrices


@dataclass(frozen=True)
class Found:
    """What an oracle's conditions on events say about the seven smallest directions."""

    matrices: Floats  # (7, 4, 4)
    spectrum: Floats
    dimension: int
    stability: float

    @property
    def gap(self) -> float:
        """Ratio of the eighth singular value to the seventh."""
        return float(self.spectrum[7] / self.spectrum[6])

    @property
    def cells(self) -> str:
        """Distance, inclusion of so(1,3), gap, dimension, as cells of a table."""
        inside = principal_angles(LORENTZ_GROUP, self.matrices)
        return (
            f"{grassmann_distance(self.matrices, TARGET):.3f} | {np.sqrt((inside**2).sum()):.3f} "
            f"({inclusion_angle(LORENTZ_GROUP, self.matrices):.3f}) | {self.gap:.1f} | "
            f"{self.dimension} ({self.stability:.2f})"
        )


def load(folder: Path, jets: int, seed: int) -> Dataset:
    """QCD and top jets with at least 20 constituents, labelled 0 and 1."""
    momenta, labels = [], []
    for label, name in enumerate(("qcd_jets_14TeV", "top_jets_14TeV")):
        path = folder / jet_samples.SAMPLES[name].file
        if not path.exists() or pq.read_metadata(path).num_rows < jets:
            folder.mkdir(parents=True, exist_ok=True)
            jet_samples.write(name, folder, jets, seed)
        table = pq.read_table(path).slice(0, jets)
        counts = np.diff(table["constituents_pt"].combine_chunks().offsets.to_numpy())
        columns = {
            key: table[f"constituents_{key}"].combine_chunks().flatten().to_numpy().astype(np.float64)
            for key in ("pt", "eta", "phi", "mass")
        }
        pt, eta, phi, mass = columns.values()
        p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
        energy = np.sqrt((p**2).sum(axis=1) + mass**2)
        enough = np.repeat(counts == CONSTITUENTS, counts)
        momenta.append(np.c_[energy, p][enough].reshape(-1, CONSTITUENTS, 4))
        labels.append(np.full(len(momenta[-1]), label))
    joined = np.concatenate(momenta)
    data = Dataset.from_array(joined.reshape(len(joined), -1), scaling="none", name="jets")
    return replace(data, momenta=joined, labels=np.concatenate(labels), label_names=("qcd", "top"))


def learn(data: Dataset, seed: int, trained: int = TRAINED, **options: object) -> Learned:
    """Train on ``trained`` jets and hold out the rest, which is the same number for all."""
    rng = np.random.default_rng([seed, trained])
    held_out = len(data) - TRAINED
    rows = np.sort(rng.permutation(len(data))[: trained + held_out])
    part = replace(data, values=data.values[rows], weights=data.weights[rows], labels=data.labels[rows])
    given = LearnedOracleOptions.model_validate(
        {"kind": "learned", "held_out": held_out / len(rows)} | options
    )
    seeds = seed_sequence(seed, "oracle_jets", 0)
    learned = train(part, part.values, given, LAYOUT, seeds, "cpu", SilentProgress())
    return replace(learned, held_out=rows[learned.held_out])


def generators(oracle: Oracle, x: Floats) -> Found:
    """The seven smallest directions, and how many the method itself would take."""
    points, weights = torch.from_numpy(x), np.ones(len(x))
    fields, scale = LinearFields(LAYOUT), float(np.sqrt((x**2).mean()))
    solution = exact.solve(oracle, points, weights, fields, np.random.default_rng(1), scale)
    _, vectors = np.linalg.eigh(Conditions(oracle, fields, points, weights, scale).grams().mean)
    matrices = fields.matrices(vectors[:, :7].T)
    return Found(np.asarray(matrices.real), solution.spectrum, solution.dimension, solution.stability)


def quality(learned: Learned) -> str:
    """AUC on the jets that were held out."""
    return learned.report.quality.value.text()


HEAD = "distance | so(1,3) inside: distance (largest angle) | gap | dimension found (stability)"


def by_seed(data: Dataset, seeds: Sequence[int]) -> Learned:
    """One row per seed; returns the last training."""
    print(f"\n| seed | {HEAD} | AUC | seconds |\n|---|---|---|---|---|---|---|")
    for seed in seeds:
        began = monotonic()
        learned = learn(data, seed)
        found = generators(learned.oracle, data.values[learned.held_out])
        print(f"| {seed} | {found.cells} | {quality(learned)} | {monotonic() - began:.0f} |", flush=True)
    return learned


def limits(data: Dataset, learned: Learned, seed: int) -> None:
    """One thing varied at a time: training jets, steps, networks, events of the null space, the oracle itself."""
    print(f"\n| varied | {HEAD} | AUC |\n|---|---|---|---|---|---|")
    steps = learned.report.steps

    def row(name: str, found: Found, auc: str = "") -> None:
        print(f"| {name} | {found.cells} | {auc} |", flush=True)

    x = data.values[learned.held_out]
    for events in (100, 300, 1000, len(x)):
        chosen = np.random.default_rng(1).permutation(len(x))[:events]
        row(f"{events} jets for the generators", generators(learned.oracle, x[chosen]), quality(learned))
    for trained in (3_000, 10_000, 30_000):
        other = learn(data, seed, trained, epochs=1, min_steps=steps)
        row(
            f"{trained} training jets, as many steps",
            generators(other.oracle, data.values[other.held_out]),
            quality(other),
        )
    for name, options in (
        ("5 epochs", {"epochs": 5}),
        ("40 epochs", {"epochs": 40}),
        ("6 networks", {"members": 6}),
        ("two layers per constituent", {"pooled": (32, 32)}),
        ("plain network 3 x 200", {"network": "plain", "hidden": (200, 200, 200)}),
        ("plain network 3 x 200, inputs of rms 10", {"network": "plain", "hidden": (200,) * 3, "input_rms": 10.0}),
    ):  # fmt: skip
        other = learn(data, seed, **options)
        row(name, generators(other.oracle, data.values[other.held_out]), quality(other))
    mass = QuadraticForm(LAYOUT, LORENTZ, "total")
    row("no learning: the mass of the 20 constituents", generators(mass, x))
    print("\nspectrum of the mass:", np.array2string(generators(mass, x).spectrum, precision=2))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("jets"), help="where the sample is or goes")
    parser.add_argument("--only-seeds", action="store_true", help="leave out the table of limits")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the split and the networks")
    given = parser.parse_args(arguments)
    data = load(given.folder, JETS, jet_samples.SEED)
    print(
        f"{len(data)} jets, {TRAINED} to train on, {len(data) - TRAINED} held out, {torch.get_num_threads()} threads"
    )
    learned = by_seed(data, given.seeds)
    if not given.only_seeds:
        limits(data, learned, given.seeds[-1])


if __name__ == "__main__":
    main()
