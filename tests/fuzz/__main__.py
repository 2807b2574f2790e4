"""Damage small files of every format in all ways, read them, and sort what comes of it.

    python tests/fuzz                                     20,000 cases over all formats
    python tests/fuzz --format lhe --cases 500 --seed 3   one format
    python tests/fuzz --keep DIR                          keeps the files that went wrong

Every case is a forked child with limits of time and memory. Exit code 1 where anything happened that never may.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from functools import partial
from pathlib import Path

import numpy as np
from cases import FAULTS, KINDS, judge, measured
from child import Outcome, outcomes
from mutations import mutated

from samples import Sample, samples
from symhep.plugin.manager import Registry, build_registry


def main() -> int:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--format", help="a format of symhep, or a name in the table; default: all")
    parser.add_argument("--cases", type=int, default=20_000, help="over all formats together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    asked = parser.parse_args()
    registry = build_registry()
    chosen = [s for s in samples() if asked.format in (None, s.format, s.name) and _known(s, registry)]
    if not chosen:
        parser.error(f"no sample is of the format '{asked.format}'")
    table: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory(prefix="symhep-fuzz-") as folder:
        for number, sample in enumerate(chosen):
            cases = asked.cases // len(chosen) + (number < asked.cases % len(chosen))
            good = measured(sample, Path(folder), registry)
            table[sample.name] = Counter()
            path = Path(folder) / sample.file
            asks = [partial(_case, good, asked.seed, case, path, registry) for case in range(cases)]
            for case, outcome in enumerate(outcomes(asks)):
                table[sample.name][outcome.kind] += 1
                if outcome.kind in FAULTS:
                    reasons[f"{sample.name}: {outcome.kind}"][outcome.detail] += 1
                    if asked.keep is not None:
                        _keep(good, asked.seed, case, outcome.kind, asked.keep)
    _print(table)
    for what, details in reasons.items():
        for detail, times in details.most_common(8):
            print(f"{what} ({times}): {detail}")
    return int(bool(reasons))


def _known(sample: Sample, registry: Registry) -> bool:
    return sample.format == "card" or sample.format in registry.readers


def _case(sample: Sample, seed: int, case: int, path: Path, registry: Registry) -> Outcome:
    path.write_bytes(_damaged(sample, seed, case)[1])
    return judge(path, sample, registry)


def _damaged(sample: Sample, seed: int, case: int) -> tuple[str, bytes]:
    """The case has a random stream of its own: its number alone brings it back."""
    return mutated(sample.data, np.random.default_rng([seed, zlib.crc32(sample.name.encode()), case]))


def _keep(sample: Sample, seed: int, case: int, kind: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    how, data = _damaged(sample, seed, case)
    (folder / f"{kind}-{seed}-{case}-{how}-{sample.file}").write_bytes(data)


def _print(table: dict[str, Counter[str]]) -> None:
    """In Markdown."""
    print("| file | cases | " + " | ".join(KINDS.values()) + " |")
    print("|---|" + "---|" * (len(KINDS) + 1))
    for name, counts in [*table.items(), ("all", sum(table.values(), Counter()))]:
        print(f"| {name} | {counts.total()} | " + " | ".join(str(counts[kind]) for kind in KINDS) + " |")


if __name__ == "__main__":
    sys.exit(main())
