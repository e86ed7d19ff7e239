"""Run all benchmarks and write ``results/report.md``, with a plot.

    python benchmarks/run.py [--quick] [--only NAME ...]
        [--images FOLDER] [--checkpoint FOLDER] [--peers FOLDER]

A full run takes an hour or more and wants a machine that does nothing else; ``--quick`` takes
minutes, and shows only that everything runs. Each benchmark is a process of its own; what it
prints goes into the report. With ``--only``, the report keeps what the others printed before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from harness.machine import described, today
from harness.options import BENCHMARKS, QUICK_RESULTS, RESULTS, parser
from harness.plot import plot
from harness.report import report

SCRIPTS: dict[str, tuple[str, ...]] = {
    "start_up": (),
    "chain_overhead": (),
    "pipeline_latency": ("images", "checkpoint"),
    "pipe_calls": ("peers",),
    "pipe_branches": ("checkpoint",),
    "images_to_vectors": ("images", "checkpoint", "peers"),
    "text_to_vectors": ("peers",),
    "search": (),
    "stores": (),
    "training": (),
    "scaling": ("images", "checkpoint"),
    "memory": ("images",),
    "cache": ("images", "checkpoint"),
    "serving": ("images", "peers"),
}
"""The benchmarks in the order of the report → which options each is handed."""


def command(name: str, options: argparse.Namespace, results: Path) -> list[str]:
    """The command line of one benchmark."""
    words = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--results", str(results)]
    if options.quick:
        words.append("--quick")
    for option in SCRIPTS[name]:
        given = getattr(options, option)
        for value in given if isinstance(given, list) else [given]:
            if value is not None:
                words += [f"--{option}", str(value)]
    return words


def run(name: str, options: argparse.Namespace, results: Path) -> bool:
    """Run one benchmark, keep what it prints, and tell whether it came to its end."""
    print(f"== {name}", file=sys.stderr)
    done = subprocess.run(command(name, options, results), stdout=subprocess.PIPE, text=True)
    printed = done.stdout
    if done.returncode:
        printed += f"\nended with status {done.returncode}, its figures are not to be used\n"
    print(printed)
    (results / f"{name}.txt").write_text(printed)
    return done.returncode == 0


def asked() -> argparse.Namespace:
    """The command line."""
    made = parser(__doc__)
    made.add_argument("--only", nargs="+", choices=list(SCRIPTS), default=list(SCRIPTS))
    made.add_argument("--images", type=Path, help="a folder of JPEG files, not the samples")
    made.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a folder of timm; repeatable"
    )
    made.add_argument("--peers", type=Path, help="the folder that benchmarks/peers.py made")
    return made.parse_args()


def main() -> int:
    """Run them and write the report; the status is 0 if all came to their end."""
    options = asked()
    results: Path = options.results or (QUICK_RESULTS if options.quick else RESULTS)
    results.mkdir(parents=True, exist_ok=True)
    succeeded = [run(name, options, results) for name in options.only]
    scripts = [BENCHMARKS / f"{name}.py" for name in SCRIPTS]
    path = report(results, scripts, date=today(), machine=described(), plot=plot(results))
    print(f"written: {path}")
    return 0 if all(succeeded) else 1


if __name__ == "__main__":
    sys.exit(main())
