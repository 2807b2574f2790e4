"""The files of samples/analysis: pseudo-data with three known defects, and simulation that has only one of them.

All events lose their electrons in a dead sector. Of the pseudo-data the jets are measured too high, and the electron
pairs have a P-odd, naively T-odd term in their density. README.md of the samples has it in full.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import dielectrons
import numpy as np
import numpy.typing as npt
import ttbar_collisions
from delphes_tree import jagged, lists_of_rows, singletons, write_tree
from dielectrons import WEIGHTS, Electrons, Pairs
from ttbar import INTEGERS, WEIGHT_BITS, rounded
from ttbar_collisions import Collisions
from ttbar_detector import JET_FIELDS, LEPTON_FIELDS, Measured, smear
from ttbar_weights import NAMES

__all__ = [
    "ADMIXTURE", "FILES", "FOLDER", "JET_SHIFT", "SECTOR", "Pool", "pseudo_experiment", "write", "write_files",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FOLDER = "analysis"
FILES = ("ttbar_data.root", "ttbar_sim.root", "ee_data.root", "ee_sim.root")
TRUTH = "truth.json"
SEED = 20260101

#: Electrons with a measured azimuth between these are not found, in pseudo-data and simulation alike.
SECTOR = (0.5, 1.1)
#: Of the pseudo-data: measured jets over what their smearing gives, less one; inside a variation of 2 %.
JET_SHIFT = 0.012
#: Of the pseudo-data: a of the density times 1 + a sign(y_ll) sign((p+ x p-)_z).
ADMIXTURE = 0.05
#: Of the pseudo-data; of the electron pairs one in twenty is recorded, as with a prescaled trigger.
LUMINOSITY_FB, PRESCALE = 1.15, 20
#: Before smearing: collisions of top quarks, and tried collisions of electron pairs; of pseudo-data more than are used.
TTBAR, PAIRS = {"data": 10_000, "sim": 20_000}, {"data": 100_000, "sim": 160_000}


@dataclass(frozen=True, eq=False)
class Tops:
    """Measured events of top quarks, and which of the collisions they were."""

    events: Sequence[Measured]
    rows: Integers


def write(folder: Path, seed: int = SEED, processes: int | None = None, scale: float = 1.0) -> Path:
    """Generate and write all files into ``folder``/analysis; with a ``scale`` so many times the events and the
    luminosity."""
    tops, pairs = collisions(seed, processes, scale)
    return write_files(folder / FOLDER, tops, pairs, seed, scale)


def write_files(
    target: Path, tops: dict[str, Collisions], pairs: dict[str, Pairs], seed: int, scale: float = 1.0
) -> Path:
    """Detector, accept-reject, files and truth, of collisions 'data' and 'sim'."""
    target.mkdir(parents=True, exist_ok=True)
    luminosity = scale * LUMINOSITY_FB
    rngs = {name: np.random.default_rng([seed, 5, n]) for n, name in enumerate(("data", "sim"))}
    expected = {
        "ttbar": tops["sim"].cross_section_pb() * 1000 * luminosity,
        "ee": pairs["sim"].cross_section_pb() * 1000 * luminosity / PRESCALE,
    }
    number = rngs["data"].poisson(expected["ttbar"])
    data = top_events(tops["data"], _first(number, len(tops["data"])), rngs["data"], shift=JET_SHIFT)
    sim = top_events(tops["sim"], np.arange(len(tops["sim"])), rngs["sim"])
    taken = admixed(pairs["data"], rngs["data"])
    own = taken.take(_first(rngs["data"].poisson(expected["ee"]), len(taken)))
    electrons = {
        "data": outside_sector(dielectrons.smear(own, rngs["data"])),
        "sim": outside_sector(dielectrons.smear(pairs["sim"], rngs["sim"])),
    }
    sigma = {
        "ttbar": tops["sim"].cross_section_pb() * len(sim.rows) / len(tops["sim"]),
        "ee": pairs["sim"].cross_section_pb() * len(electrons["sim"].rows) / len(pairs["sim"]),
    }
    write_tops(target / "ttbar_data.root", data)
    write_tops(target / "ttbar_sim.root", sim, tops["sim"].weights[sim.rows], sigma["ttbar"])
    write_pairs(target / "ee_data.root", electrons["data"])
    weights = pairs["sim"].weights[electrons["sim"].rows]
    write_pairs(target / "ee_sim.root", electrons["sim"], weights, sigma["ee"])
    counts = {
        "ttbar_data": len(data.rows), "ttbar_sim": len(sim.rows),
        "ee_data": len(electrons["data"].rows), "ee_sim": len(electrons["sim"].rows),
    }  # fmt: skip
    told = _truth(seed, luminosity, sigma, counts, pairs["sim"], electrons["sim"])
    (target / TRUTH).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"{target}: {counts}, {sum(f.stat().st_size for f in target.glob('*.root'))} bytes")
    return target


@dataclass(frozen=True, eq=False)
class Pool:
    """Collisions that pseudo-experiments are drawn from: those of the files, of pseudo-data and simulation together."""

    tops: Collisions
    pairs: Pairs

    @classmethod
    def of(cls, folder: Path, seed: int = SEED, processes: int | None = None) -> Pool:
        """From ``folder``, where they are made once: some ten minutes of a core."""
        folder.mkdir(parents=True, exist_ok=True)
        tops, pairs = collisions(seed, processes, folder=folder)
        return cls(Collisions.joined(tops.values()), Pairs.joined(pairs.values()))


def pseudo_experiment(target: Path, pool: Pool, number: int) -> Path:
    """Write ttbar_data.root and ee_data.root of pseudo-experiment ``number`` into ``target``.

    As many events as in the files, by Poisson's law, drawn without replacement. Each is turned about the beam by a
    random angle, and the pairs are mirrored at a plane that holds the beam with probability one half: neither is known
    to the protons or, at leading order, to the hard process. So the azimuths and orientations of one experiment say
    nothing of those of another that uses the same collisions. Accept-reject and smearing are new.
    """
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([SEED, 6, number])
    share = LUMINOSITY_FB * 1000
    top_count = rng.poisson(pool.tops.cross_section_pb() * share)
    chosen = rng.choice(len(pool.tops), min(top_count, len(pool.tops)), replace=False)
    tops = top_events(pool.tops, chosen, rng, shift=JET_SHIFT, turned=True)
    write_tops(target / "ttbar_data.root", tops, quick=True)
    pair_count = rng.poisson(pool.pairs.cross_section_pb() * share / PRESCALE)
    own = admixed(pool.pairs.take(rng.permutation(len(pool.pairs))).turned(rng), rng)
    own = own.take(_first(pair_count, len(own)))
    write_pairs(target / "ee_data.root", outside_sector(dielectrons.smear(own, rng)), quick=True)
    return target


def collisions(
    seed: int = SEED, processes: int | None = None, scale: float = 1.0, folder: Path | None = None
) -> tuple[dict[str, Collisions], dict[str, Pairs]]:
    """Those of top quarks and of electron pairs, 'data' and 'sim'; kept in ``folder`` if there is one."""
    tops, pairs = dict[str, Collisions](), dict[str, Pairs]()
    for name in ("data", "sim"):
        own = seed + (name == "data")
        kept = None if folder is None else folder / f"ttbar_{name}_{own}.npz"
        if kept is not None and kept.exists():
            tops[name] = Collisions.load(kept)
        else:
            tops[name] = ttbar_collisions.collide(round(scale * TTBAR[name]), own, processes)
            if kept is not None:
                tops[name].save(kept)
        kept = None if folder is None else folder / f"ee_{name}_{own}.npz"
        if kept is not None and kept.exists():
            pairs[name] = Pairs.load(kept)
        else:
            tried = round(scale * PAIRS[name])
            pairs[name] = dielectrons.collide(tried, own, processes, weighted=name == "sim")
            if kept is not None:
                pairs[name].save(kept)
    return tops, pairs


def top_events(
    collisions: Collisions,
    rows: Integers,
    rng: np.random.Generator,
    *,
    shift: float = 0.0,
    turned: bool = False,
) -> Tops:
    """What is measured of the collisions ``rows``, without the electrons in the sector."""
    found, kept = [], []
    for row in rows.tolist():
        turn = 2 * np.pi * rng.random() if turned else 0.0
        event = smear(collisions.seen(row, turn), rng, 1 + shift)
        if event is not None and not SECTOR[0] < event.electron[2] < SECTOR[1]:
            found.append(event)
            kept.append(row)
    return Tops(found, np.array(kept, dtype=np.int64))


def admixed(pairs: Pairs, rng: np.random.Generator) -> Pairs:
    """Accept-reject with the probability (1 + a sign(y_ll) sign((p+ x p-)_z)) / (1 + a)."""
    weight = 1 + ADMIXTURE * pairs.orientation()
    return pairs.take(np.flatnonzero((1 + ADMIXTURE) * rng.random(len(pairs)) < weight))


def outside_sector(electrons: Electrons) -> Electrons:
    """Pairs without an electron or positron in the sector."""
    kept = ~((electrons.phi > SECTOR[0]) & (electrons.phi < SECTOR[1])).any(axis=1)
    return Electrons(electrons.pt[kept], electrons.eta[kept], electrons.phi[kept], electrons.rows[kept])


def write_tops(
    target: Path,
    tops: Tops,
    weights: Floats | None = None,
    sigma_pb: float | None = None,
    *,
    quick: bool = False,
) -> None:
    """Electron, Muon, Jet, MissingET, and a branch for each weight."""
    measured = tops.events
    electrons = lists_of_rows([[m.electron] for m in measured], LEPTON_FIELDS, INTEGERS)
    missing = np.array([m.missing for m in measured], np.float32)
    collections = {
        **_event(len(measured), sigma_pb),
        **_weights(weights, NAMES),
        # By this leaf readers tell electrons from muons.
        "Electron": ak.with_field(electrons, ak.zeros_like(electrons.PT), "EhadOverEem"),
        "Muon": lists_of_rows([[m.muon] for m in measured], LEPTON_FIELDS, INTEGERS),
        "Jet": lists_of_rows([m.jets for m in measured], JET_FIELDS, INTEGERS),
        "MissingET": singletons({"MET": missing[:, 0], "Eta": 0 * missing[:, 0], "Phi": missing[:, 1]}),
    }
    write_tree(target, collections, quick=quick)


def write_pairs(
    target: Path,
    electrons: Electrons,
    weights: Floats | None = None,
    sigma_pb: float | None = None,
    *,
    quick: bool = False,
) -> None:
    """Electron, positron first, a branch for each weight, and empty collections, so that one card reads all files."""
    count = len(electrons.rows)
    columns = {
        name: values.reshape(-1).astype(np.float32)
        for name, values in (("PT", electrons.pt), ("Eta", electrons.eta), ("Phi", electrons.phi))
    }
    charge = np.tile(np.array([1, -1], np.int32), count)
    leaves = {**columns, "Charge": charge, "EhadOverEem": np.zeros(2 * count, np.float32)}
    own = {"Electron": jagged(leaves, np.full(count, 2))}
    for name, fields in (("Muon", LEPTON_FIELDS), ("Jet", JET_FIELDS), ("MissingET", ("MET", "Eta", "Phi"))):
        types = {f: np.zeros(0, np.int32 if f in INTEGERS else np.float32) for f in fields}
        own[name] = jagged(types, np.zeros(count, np.int64))
    write_tree(target, {**_event(count, sigma_pb), **_weights(weights, WEIGHTS), **own}, quick=quick)


def _event(count: int, sigma_pb: float | None) -> dict[str, ak.Array]:
    ones = np.ones(count, np.float32)
    columns = {"Number": np.arange(count, dtype=np.int32), "ReadTime": 0 * ones, "Weight": ones}
    if sigma_pb is not None:
        columns["CrossSection"] = ones * np.float32(sigma_pb)
    return {"Event": singletons(columns)}


def _weights(weights: Floats | None, names: Sequence[str]) -> dict[str, ak.Array]:
    if weights is None:
        return {}
    table = rounded(weights, WEIGHT_BITS)
    return {name: singletons({"Weight": table[:, i]}) for i, name in enumerate(names)}


def _first(number: int, available: int) -> Integers:
    if number > available:
        raise ValueError(f"{number} events are wanted and {available} were generated: generate more")
    return np.arange(number)


def _truth(
    seed: int,
    luminosity: float,
    sigma: dict[str, float],
    counts: dict[str, int],
    pairs: Pairs,
    seen: Electrons,
) -> dict[str, object]:
    """What an analysis should find."""
    # Measured signs that are the true ones, less those that are not, of events without admixture.
    same = pairs.orientation()[seen.rows] * seen.orientation()
    return {
        "seed": seed,
        "luminosity_fb": luminosity,
        "xsec_pb": {"ttbar_sim": sigma["ttbar"], "ee_sim": sigma["ee"] / PRESCALE},
        "prescale_ee": PRESCALE,
        "events": counts,
        "sector": {"low": SECTOR[0], "high": SECTOR[1], "share": (SECTOR[1] - SECTOR[0]) / (2 * np.pi)},
        "jet_scale_shift": JET_SHIFT,
        "admixture": ADMIXTURE,
        "asymmetry": ADMIXTURE * float(same.mean()),
        "asymmetry_error": ADMIXTURE * float(same.std()) / len(same) ** 0.5,
    }
