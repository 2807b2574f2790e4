"""How much noise a name stands: the table of docs/reference/lie.md, and the answers for small algebras in `--small`.

python benchmarks/lie_names.py [--small]
"""

from __future__ import annotations

import argparse
import importlib.util
from collections import Counter
from pathlib import Path

from symhep.errors import MethodError
from symhep.lie.identify import identify

_spec = importlib.util.spec_from_file_location(
    "lie_examples", Path(__file__).parents[1] / "tests/symhep/lie/identify/examples.py"
)
assert _spec is not None
assert _spec.loader is not None
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)

TABLE = (
    "so(3)", "so(4) = so(3) + so(3)", "so(1,3)", "e(2)", "su(3)", "iso(1,3)", "so(1,3) + R", "u(2) = su(2) + u(1)",
)  # fmt: skip
SMALL = (
    "so(2)", "so(1,1)", "R (nilpotent)", "so(2) + so(1,1)", "abelian R^3", "so(3)", "so(1,2)", "su(2)", "sl(2,R)",
    "so(3) + R", "e(2)", "iso(1,1)", "heisenberg h3", "affine line + R (nilpotent)", "solvable, dim 2, affine line",
    "solvable, dim 3, Bianchi IV", "solvable, dim 3, Bianchi V", "sim(2) = e(2) |x R", "e(3)", "sl(2,R) |x R^2",
)  # fmt: skip


def answers(name: str, error: float, spans: int) -> Counter[str]:
    """Answers for spans with Gaussian errors of every entry."""
    count: Counter[str] = Counter()
    for seed in range(100, 100 + spans):
        try:
            count[identify(examples.noisy(examples.EXAMPLES[name], error, seed), error).name] += 1
        except MethodError:
            count["linearly dependent"] += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="twenty small algebras, four spans each")
    small = parser.parse_args().small
    for name in SMALL if small else TABLE:
        for error in (0.02, 0.05, 0.1, 0.15, 0.2) if small else (0.01, 0.02, 0.05, 0.1, 0.15):
            print(f"{name:30s} {error:.2f} {dict(answers(name, error, 4 if small else 10))}", flush=True)


if __name__ == "__main__":
    main()
