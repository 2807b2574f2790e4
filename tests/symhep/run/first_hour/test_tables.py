"""HDF5, HepMC, Parquet, numpy and CSV: from pointing at a file to its numbers, and the card that `init` writes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import symhep

FOUR = ("px", "py", "pz", "E")
Floats = npt.NDArray[np.float64]
Card = Callable[[Path], symhep.RunCard]
Look = Callable[[symhep.RunCard], tuple[str, int | None, tuple[str, ...]]]
Numbers = Callable[..., npt.NDArray[np.float64]]


def _hepmc(momenta: Floats) -> str:
    """HepMC3 text: beams, one vertex, and muons, in MeV."""
    lines = ["HepMC::Version 3.02.05", "HepMC::Asciiv3-START_EVENT_LISTING", "W 1", "N Weight"]
    for number, pair in enumerate(momenta):
        beams = np.array([[45600, 0, 0, 45600], [45600, 0, 0, -45600]])
        rows = [
            (0, 11, *beams[0], 4),
            (0, -11, *beams[1], 4),
            (-1, 13, *1000 * pair[0], 1),
            (-1, -13, *1000 * pair[1], 1),
        ]
        lines += [f"E {number} 1 4", "U MEV MM", f"W {1 + number % 2}", "P 1 0 11 0 0 45600 45600 0 4"]
        lines += ["P 2 0 -11 0 0 -45600 45600 0 4", "V -1 0 [1,2]"]
        lines += [
            f"P {i + 1} {v} {pdg} {x!r} {y!r} {z!r} {e!r} 0 {status}"
            for i, (v, pdg, e, x, y, z, status) in enumerate(rows) if i >= 2
        ]  # fmt: skip
    return "\n".join([*lines, "HepMC::Asciiv3-END_EVENT_LISTING", ""])


def test_top_tagging(
    tmp_path: Path,
    init: Card,
    massless: Numbers,
    mass: Numbers,
    looked_at: Look,
) -> None:
    """The reference data of top tagging: a pandas table of 200 constituents, zeros where there is none."""
    rng = np.random.default_rng(1)
    counts = rng.integers(5, 40, 300)
    momenta = massless(rng, 300, 200) * (np.arange(200) < counts[:, None])[..., None]
    names = [f"{leaf}_{i}" for i in range(200) for leaf in ("E", "PX", "PY", "PZ")]
    file = tmp_path / "test.h5"
    with h5py.File(file, "w") as handle:
        frame = handle.create_group("table")
        frame["axis0"], frame["axis1"] = np.array([*names, "is_signal_new"], "S"), np.arange(300)
        frame["block0_items"], frame["block0_values"] = (
            np.array(names, "S"),
            momenta.reshape(300, 800).astype("f4"),
        )
        frame["block1_items"], frame["block1_values"] = (
            np.array(["is_signal_new"], "S"),
            np.arange(300)[:, None] % 2,
        )
    assert symhep.inspect(file).weights.events == 300
    with pytest.warns(UserWarning, match=r"Padding entries of 'particles' are ignored"):
        events = symhep.load(file).events
    assert ak.num(events.particles).to_list() == counts.tolist()
    pt = np.hypot(momenta[..., 1], momenta[..., 2])
    assert np.median(ak.flatten(events.particles.pt)) == pytest.approx(np.median(pt[pt > 0]), rel=1e-6)
    assert np.median(ak.sum(events.particles, axis=1).mass) == pytest.approx(
        np.median(mass(momenta)), rel=1e-5
    )
    assert events.is_signal_new.tolist() == [0, 1] * 150
    collection, take, variables = looked_at(init(file))
    assert (collection, variables) == ("particles", FOUR)
    assert take == 2


def test_hepmc3(
    tmp_path: Path,
    init: Card,
    z_muons: Numbers,
    mass: Numbers,
    pair_mass: Numbers,
    looked_at: Look,
) -> None:
    momenta = z_muons(np.random.default_rng(3), 200).round(6)
    file = tmp_path / "events.hepmc.gz"
    file.write_bytes(gzip.compress(_hepmc(momenta.astype(object)).encode()))
    assert symhep.inspect(file).weights.sum_w == pytest.approx(300)
    particles = symhep.load(file).events.particles
    muons = particles[(particles.status == 1) & (abs(particles.pdgId) == 13)]
    assert np.median(pair_mass(muons)) == pytest.approx(np.median(mass(momenta)))
    assert np.median(ak.flatten(muons.pt)) == pytest.approx(
        np.median(np.hypot(momenta[..., 1], momenta[..., 2]))
    )
    card = init(file)
    assert card.objects["muons"].where == "abs(pdgId) == 13 and status == 1"
    assert looked_at(card)[:2] == ("particles", 2)


@pytest.mark.parametrize(
    "names",
    [
        [("E1", "px1", "py1", "pz1"), ("E2", "px2", "py2", "pz2")],
        [("E_0", "PX_0", "PY_0", "PZ_0"), ("E_1", "PX_1", "PY_1", "PZ_1")],
        [("p1_E", "p1_px", "p1_py", "p1_pz"), ("p2_E", "p2_px", "p2_py", "p2_pz")],
    ],
)
def test_flat_parquet(
    tmp_path: Path,
    init: Card,
    names: list[tuple[str, ...]],
    z_muons: Numbers,
    mass: Numbers,
    pair_mass: Numbers,
    looked_at: Look,
) -> None:
    """A table of numbers: particles by their number, beside counters, weights and identifiers."""
    momenta = z_muons(np.random.default_rng(6), 300)
    columns = {name: momenta[:, i, j] for i, object_ in enumerate(names) for j, name in enumerate(object_)}
    columns |= {
        "Run": np.full(300, 7),
        "eventNumber": np.arange(300),
        "weight": np.full(300, 0.5),
        "nJet": np.arange(300) % 4,
    }
    file = tmp_path / "flat.parquet"
    pq.write_table(pa.table(columns), file)
    summary = symhep.inspect(file)
    assert summary.weights.sum_w == pytest.approx(150)
    (collection,) = summary.schema.collections
    particles = symhep.load(file).events[collection]
    assert np.median(pair_mass(particles)) == pytest.approx(np.median(mass(momenta)))
    assert looked_at(init(file)) == (collection, 2, FOUR)


def test_numbers_per_event(tmp_path: Path, init: Card) -> None:
    """Without particles: observables are features; weights, counters, flags and identifiers are not."""
    rng = np.random.default_rng(7)
    columns = {
        "ht": rng.exponential(300, 300),
        "sphericity": rng.random(300),
        "run": np.full(300, 1),
        "event": np.arange(300),
    }
    columns |= {
        "genWeight": np.ones(300),
        "nJet": np.arange(300) % 5,
        "isMC": np.ones(300, bool),
        "HLT_mu": np.ones(300, bool),
    }
    file = tmp_path / "numbers.parquet"
    pq.write_table(pa.table(columns), file)
    card = init(file)
    assert not card.objects
    assert {tuple(features.vars) for features in card.features.values()} == {("ht", "sphericity")}


def test_energy_flow(tmp_path: Path, init: Card, looked_at: Look) -> None:
    """EnergyFlow's jets: X (N, P, 4) of pt, rapidity, phi and PDG number, y the label."""
    rng = np.random.default_rng(8)
    counts = rng.integers(5, 30, 200)
    x = np.stack(
        [rng.exponential(10, (200, 30)) + 0.1, rng.normal(0, 0.5, (200, 30)), rng.uniform(0, 2 * np.pi, (200, 30)),
         rng.choice([22, 211, -211, 130], (200, 30))], axis=-1,
    )  # fmt: skip
    x *= (np.arange(30) < counts[:, None])[..., None]
    file = tmp_path / "QG_jets.npz"
    np.savez_compressed(file, X=x, y=np.arange(200) % 2)
    events = symhep.load(file).events
    (name,) = [f for f in events.fields if events[f].ndim == 2]
    particles = events[name]
    assert ak.num(particles).to_list() == counts.tolist()
    assert np.median(ak.flatten(particles.pt)) == pytest.approx(np.median(x[..., 0][x[..., 0] > 0]))
    mass = np.vectorize({0: 0.0, 22: 0.0, 211: 0.13957, -211: 0.13957, 130: 0.49761}.__getitem__)(
        x[..., 3].astype(int)
    )
    along = np.sqrt(mass**2 + x[..., 0] ** 2) * np.sinh(x[..., 1])
    assert float(ak.sum(particles.pz)) == pytest.approx(float(along.sum()), rel=1e-4)
    assert events.label.tolist() == [0, 1] * 100
    assert looked_at(init(file))[::2] == (name, FOUR)


def test_csv(
    tmp_path: Path,
    init: Card,
    z_muons: Numbers,
    mass: Numbers,
    pair_mass: Numbers,
    looked_at: Look,
) -> None:
    """CMS' teaching files: Run, Event, E1, px1, ..., M in GeV."""
    momenta = z_muons(np.random.default_rng(9), 300)
    header = "Run,Event,E1,px1,py1,pz1,Q1,E2,px2,py2,pz2,Q2,M"
    rows = np.column_stack(
        [
            np.full(300, 165617),
            np.arange(300),
            momenta[:, 0],
            np.ones(300),
            momenta[:, 1],
            -np.ones(300),
            mass(momenta),
        ]
    )
    file = tmp_path / "MuRun2010B.csv"
    np.savetxt(file, rows, delimiter=",", header=header, comments="", fmt="%.10g")
    events = symhep.load(file).events
    assert np.median(pair_mass(events.particles)) == pytest.approx(np.median(events.M), rel=1e-5)
    assert np.median(events.M) == pytest.approx(91.2, abs=1)
    assert events.particles.charge.to_list() == [[1, -1]] * 300
    assert looked_at(init(file)) == ("particles", 2, FOUR)


def test_padding_is_noted_once(tmp_path: Path, init: Card) -> None:
    """The look into a long file counts among its first events, the proposal among more: the card has one number."""
    rng = np.random.default_rng(10)
    there = rng.random(1500) < 0.8
    columns = {
        f"mu_{leaf}": np.where(there, rng.exponential(30, 1500) + 5, -1.0)
        for leaf in ("pt", "eta", "phi", "m")
    }
    file = tmp_path / "padded.parquet"
    pq.write_table(pa.table(columns), file)
    init(file)
    lines = (tmp_path / "first.yaml").read_text(encoding="utf-8").splitlines()
    (note,) = [line for line in lines if "Padding entries" in line]
    assert note.endswith(f"are ignored: {1500 - there.sum()}.")
