"""The published table of 'Deep Learning Symmetries' by the exact solver: ours beside theirs.

    python benchmarks/oracle_table.py

One card of samples/oracles per row. Timed are the solver (conditions, null space, errors), and what follows it
(the check off the support, the sparsest basis, names, closure, the algebra). Every row must have the right
dimension and name, and residuals below 1e-10.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np

from symhep.card.loader import load_card
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.run.inspection import load
from symhep_oracle.fit.exact import solve
from symhep_oracle.fit.fields import make_fields
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.build import build_oracle
from symhep_oracle.sample import Sample

CARDS = Path(__file__).parents[1] / "samples" / "oracles"
#: Card, dimension, name, and what was published: loss, seconds.
ROWS = (
    ("so2", 1, "so(2)", ""),
    ("so3", 3, "so(3)", "1.0e-6, 31 s"),
    ("so4", 6, "so(4) = so(3) + so(3)", "1.4e-6, 142 s"),
    ("so5", 10, "so(5)", ""),
    ("so10", 45, "so(10)", "2.9e-8, 790 s"),
    ("so13", 6, "so(1,3)", "1.0e-6, 126 s"),
    ("u2", 4, "u(2) = su(2) + u(1)", "0.078, 130 s"),
    ("u3", 9, "u(3) = su(3) + u(1)", "0.24, 1396 s"),
    ("u6", 36, "u(6) = su(6) + u(1)", "1.18, 39332 s"),
    ("su3", 8, "su(3)", "figure"),
    ("su6", 35, "su(6)", ""),
    ("g2", 14, "g2", "figure"),
    ("f4", 52, "f4", "figure"),
    ("e6", 78, "e6(-26)", "figure"),
)
RESIDUAL = 1e-10


def dataset(name: str) -> tuple[Dataset, OracleMethodOptions]:
    """The events and the options of a card."""
    card = load_card(CARDS / f"{name}.yaml").card
    events = load(format="toy", options=card.datasets["toy"].options).events
    columns = card.features["x"].vars
    values = np.stack([events[c].to_numpy() for c in columns], axis=1)
    options = OracleMethodOptions.model_validate(card.methods["symmetry"].options)
    return Dataset.from_array(values, columns=columns, scaling="isotropic", name=name), options


def main() -> None:
    """Print the table; exit code 1 if a row is wrong."""
    method, total, whole, wrong = OracleGenerators(), 0.0, 0.0, []
    print(
        f"{'card':6} {'found':22} {'dim':>4} {'invariance':>10} {'closure':>8} {'gap':>8} "
        f"{'solver':>9} {'all':>9}   published"
    )
    solver_time("so2")  # imports and first calls
    for name, dimension, algebra, published in ROWS:
        seconds = solver_time(name)
        data, options = dataset(name)
        began = time.perf_counter()
        prepared = method.prepare(data, options)
        part = method.fit(prepared, Shard(), Context(seed_sequence(1, "oracle", 0)))
        record = method.combine(prepared, [part], Context(seed_sequence(1, "oracle", COMBINE))).record
        everything = time.perf_counter() - began
        found, spectrum = record.algebra, record.spectrum.values
        invariance, closure = record.residual.invariance.value, record.residual.closure.value
        gap = spectrum[dimension] / max(spectrum[dimension - 1], np.finfo(float).tiny)
        right = (found.dimension, found.name) == (dimension, algebra)
        right &= invariance < RESIDUAL and closure < RESIDUAL
        wrong += [] if right else [name]
        total, whole = total + seconds, whole + everything
        print(
            f"{name:6} {found.name:22} {found.dimension:4} {invariance:10.1e} "
            f"{closure:8.1e} {gap:8.1e} {1e3 * seconds:6.1f} ms {everything:7.2f} s   {published}"
            f"{'' if right else '   WRONG'}",
            flush=True,
        )
    print(f"total: exact solver {total:.2f} s, with names and checks {whole:.2f} s")
    print(f"processor time of everything: {time.process_time():.1f} s, load {os.getloadavg()[0]:.1f}")
    sys.exit(1 if wrong else 0)


def solver_time(name: str) -> float:
    """Seconds that the solver takes on the events of a card."""
    data, options = dataset(name)
    sample = Sample.of(data, options)
    began = time.perf_counter()
    oracle = build_oracle(options.oracle, sample.layout, sample.x)
    fields = make_fields(sample.layout, options.degree, options.affine)
    solve(oracle, sample.x, sample.weights, fields, np.random.default_rng(1), sample.scale)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
