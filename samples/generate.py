"""Make the bundled samples again: ``python samples/generate.py [NAME ...] -o samples``.

Needs ``pip install symhep[samples]``: Pythia 8, fastjet, pylhe. README.md says what each file holds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import dijets
import dileptons
import jets
import pseudo_data
import ttbar

DIJETS, TTBAR = Path(dijets.FILE).stem, Path(ttbar.FILE).stem
NAMES = (*dileptons.SAMPLES, DIJETS, *jets.SAMPLES, TTBAR, pseudo_data.FOLDER)


def generate(
    name: str,
    folder: Path,
    events: int | None = None,
    seed: int | None = None,
    processes: int | None = None,
) -> Path:
    """Write the sample ``name`` into ``folder``, by default with the committed file's events and seed."""
    if name in jets.SAMPLES:
        return jets.write(name, folder, events or jets.JETS, jets.SEED if seed is None else seed, processes)
    if name == DIJETS:
        return dijets.write(folder, events or dijets.EVENTS, dijets.SEED if seed is None else seed)
    if name == TTBAR:
        return ttbar.write(folder, events or ttbar.EVENTS, ttbar.SEED if seed is None else seed, processes)
    if name == pseudo_data.FOLDER:
        scale = 1.0 if events is None else events / pseudo_data.TTBAR["sim"]
        return pseudo_data.write(folder, pseudo_data.SEED if seed is None else seed, processes, scale)
    sample = dileptons.SAMPLES[name]
    return dileptons.write(sample, folder, events or sample.events, sample.seed if seed is None else seed)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Generate the bundled samples.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which samples: {', '.join(NAMES)} (all)")
    parser.add_argument(
        "--events",
        type=int,
        help="events per sample (default: as committed); of analysis: simulated top-quark pairs before the detector",
    )
    parser.add_argument("--seed", type=int, help="seed of all random numbers (default: as committed)")
    parser.add_argument(
        "--processes",
        type=int,
        help="of the jet, ttbar and analysis samples, which are made in blocks (all cores)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"unknown sample {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for option in ("events", "processes"):
        if (given := getattr(arguments, option)) is not None and given < 1:
            parser.error(f"--{option} must be at least 1")
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NAMES:
        generate(name, arguments.output, arguments.events, arguments.seed, arguments.processes)


if __name__ == "__main__":
    main()
