"""How long `symhep --help` takes, beside an interpreter that does nothing.

    python benchmarks/start_up.py

Times are medians over alternating processes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

REPETITIONS = 11
COMMANDS = {"python": ["-c", "pass"], "symhep --help": ["-m", "symhep", "--help"]}


def main() -> float:
    """Seconds that the command takes beyond those of the interpreter."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPETITIONS):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
            times[name].append(time.perf_counter() - start)
    bare, shown = (statistics.median(times[name]) for name in COMMANDS)
    print(
        f"symhep --help: {1e3 * shown:.0f} ms, of which {1e3 * bare:.0f} ms are the interpreter's (aim: 300 ms)"
    )
    return shown - bare


if __name__ == "__main__":
    main()
