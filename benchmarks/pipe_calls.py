"""What calling a pipe costs, and whether it leaves anything behind.

    python benchmarks/pipe_calls.py [--peers FOLDER]

A pipe of three trivial functions is called from one thread, and the functions themselves in the
same process, in turn; then a thousand such pipes are made, called and dropped; then one call makes
a million rows with ``flat_map`` and takes them through ten maps. Towhee 1.1.3 does the same, with
fewer calls, pipes and rows, as it would take an hour.

The claims: 50,000 calls a second or a third of the functions' own, 20 times Towhee 1.1.3, and
memory and threads as before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from harness.options import BENCHMARKS, parser, write
from harness.processes import finished
from harness.table import table
from peers import python_of

_SCRIPT = BENCHMARKS / "contenders/pipe_calls_one.py"
_NAMES = {"towhee": None, "Towhee 1.1.3": "towhee-1"}
_TIMEOUT = 1800
HEADER = (
    "",
    "calls/s",
    "x functions",
    "x 1.1.3",
    "MiB by calls",
    "MiB by pipes",
    "threads left",
    "rows/s",
)


def measured(peers: Path | None, work: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """The report of each; an error in its place if it has none."""
    found = []
    for name, environment in _NAMES.items():
        python = Path(sys.executable) if environment is None else python_of(peers, environment)
        if python is None:
            error = "not installed here (python benchmarks/peers.py --into FOLDER)"
            found.append({"name": name, "error": error})
            continue
        command = [str(python), str(_SCRIPT), json.dumps(work[name])]
        done = finished(command, timeout=_TIMEOUT)
        found.append({"name": name, **work[name], **(done.report or {"error": done.error})})
    old = found[1].get("calls_per_second")
    for each in found:
        if "error" in each:
            continue
        rate = each["calls_per_second"]
        each["ratio_to_functions"] = round(rate / each["function_calls_per_second"], 4)
        each["ratio_to_old"] = None if old is None else round(rate / old, 2)
    return found


def shown(found: list[dict[str, Any]]) -> str:
    """The table, with what is to be said of its rows below it."""
    rows, remarks = [], []
    for each in found:
        if "error" in each:
            rows.append((each["name"], *[None] * (len(HEADER) - 1)))
            remarks.append(f"  {each['name']}: {each['error']}")
            continue
        ratio = each["ratio_to_old"]
        rows.append(
            (
                each["name"],
                f"{each['calls_per_second']:,.0f}",
                f"1/{1 / each['ratio_to_functions']:.1f}",
                None if ratio is None else f"{ratio:.1f}",
                f"{each['mib_more_by_calls']:.1f}",
                f"{each['mib_more_by_pipes']:.1f}",
                str(each["threads_left"]),
                f"{each['rows_per_second']:,.0f}",
            )
        )
        work = f"{each['runs']} x {each['calls']:,} calls, {each['pipes']:,} pipes"
        remarks.append(f"  {each['name']}: {work}, {each['rows']:,} rows")
    return "\n".join([table(HEADER, rows), *remarks])


def main() -> None:
    """Measure both and print the table."""
    made = parser(__doc__)
    made.add_argument("--peers", type=Path, help="the folder that benchmarks/peers.py made")
    options = made.parse_args()
    ours = {"calls": 20_000, "runs": 5, "pipes": 1000, "rows": 1_000_000}
    theirs = {"calls": 500, "runs": 5, "pipes": 50, "rows": 2000}
    if options.quick:
        ours = theirs = {"calls": 100, "runs": 2, "pipes": 5, "rows": 1000}
    found = measured(options.peers, dict(zip(_NAMES, (ours, theirs), strict=True)))
    print(shown(found))
    write("pipe_calls", {"contenders": found}, options)


if __name__ == "__main__":
    main()
