"""Time until ``import towhee`` is done, beside a bare interpreter and ``import numpy``.

    python benchmarks/start_up.py [--runs 15]

Each run is a process of its own, the programs in turn; the time is the whole life of the process.
The claim: importing towhee takes less than 100 ms more than starting Python.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

from harness.options import parser, write
from harness.table import table

PROGRAMS = {
    "pass": "pass",
    "import towhee": "import towhee",
    "import numpy": "import numpy",
    "from towhee import DataCollection": "from towhee import DataCollection",
}


def life(program: str) -> float:
    """Milliseconds from starting the interpreter to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Run the programs in turn and print the table."""
    made = parser(__doc__)
    made.add_argument("--runs", type=int)
    options = made.parse_args()
    runs = options.runs or (1 if options.quick else 15)
    for program in PROGRAMS.values():
        life(program)  # the first run reads the files from the disk
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, program in PROGRAMS.items():
            times[name].append(life(program))
    bare = statistics.median(times["pass"])
    results = {
        name: {
            "median_ms": round(statistics.median(taken), 1),
            "best_ms": round(min(taken), 1),
            "over_bare_ms": round(statistics.median(taken) - bare, 1),
            "ratio": round(statistics.median(taken) / bare, 2),
        }
        for name, taken in times.items()
    }
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    header = ("program", "median ms", "best ms", "more ms", "ratio")
    print(table(header, [(name, *row.values()) for name, row in results.items()]))
    print(f"peak memory of the largest process: {peak:.0f} MiB")
    write("start_up", {"runs": runs, "programs": results, "peak_mib": round(peak, 1)}, options)


if __name__ == "__main__":
    main()
