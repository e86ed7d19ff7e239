"""The options that every benchmark takes, and where its figures go."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from harness.machine import described, today

BENCHMARKS = Path(__file__).parents[1]
RESULTS = BENCHMARKS / "results"
QUICK_RESULTS = RESULTS / "quick"
GALLERY = BENCHMARKS.parent / "src/towhee/samples/gallery"


def parser(about: str | None) -> argparse.ArgumentParser:
    """A parser with ``--quick`` and ``--results``, for a script whose docstring is ``about``."""
    made = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--quick", action="store_true", help="a run of seconds that shows only that all works"
    )
    made.add_argument("--results", type=Path, help="the folder that figures are written to")
    return made


def write(name: str, report: Any, options: argparse.Namespace) -> Path:
    """Write figures to ``<name>.json``; those of a quick run apart from those that count.

    Args:
        name: of the benchmark.
        report: its figures, as JSON holds them; a mapping is given the date and the machine.
        options: as ``parser`` read them.

    Returns:
        The path of the file.
    """
    folder = options.results or (QUICK_RESULTS if options.quick else RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(report, dict):
        report = {"date": today(), "quick": options.quick, "machine": described(), **report}
    path: Path = folder / f"{name}.json"
    path.write_text(json.dumps(report, indent=2) + "\n")
    return path
