"""The report: what each benchmark printed, in one page."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NAME = "report.md"


def report(
    results: Path, scripts: Sequence[Path], *, date: str, machine: dict[str, Any], plot: Path | None
) -> Path:
    """Write ``report.md`` from the ``<script>.txt`` that lie in the folder of results.

    Args:
        results: the folder.
        scripts: the benchmarks, in the order of the report.
        date: of the report.
        machine: as ``harness.machine`` describes it.
        plot: the picture to show, if there is one.
    """
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    instructions = ", ".join(machine["instructions"]) or "none of those that matter here"
    lines = [
        "# Benchmarks",
        "",
        f"{date}, written by `python benchmarks/run.py`.",
        "",
        f"- processor: {machine['processor']}, {machine['cores']} cores ({instructions})",
        f"- memory: {machine['memory_gib']} GiB; {machine['system']}",
        f"- Python {machine['python']}: {versions}",
        "",
    ]
    if plot is not None:
        lines += [f"![Images to vectors]({plot.name})", ""]
    for script in scripts:
        printed = results / f"{script.stem}.txt"
        if printed.exists():
            lines += [f"## {script.stem}", "", title(script), ""]
            lines += ["```text", printed.read_text().strip(), "```", ""]
    path = results / NAME
    path.write_text("\n".join(lines))
    return path


def title(script: Path) -> str:
    """The first paragraph of a script's docstring."""
    about = ast.get_docstring(ast.parse(script.read_text())) or script.stem
    return " ".join(about.partition("\n\n")[0].split())
