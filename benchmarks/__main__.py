"""All benchmarks of the README, one after the other: ``python benchmarks``.

Times are medians over alternating repetitions in one process; take a quiet machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Each in a process of its own, so that none inherits the other's threads or caches."""
    for name in (
        "start_up",
        "lhe",
        "hepmc",
        "root_files",
        "reading",
        "cluster",
        "vae",
        "oracle_table",
        "oracle_gradient",
        "moments_speed",
        "moments_dijets",
        "symmetrygan_speed",
        "drawing",
    ):
        print(f"\n== {name} ==", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=True)


if __name__ == "__main__":
    main()
