"""One command runs all benchmarks and writes a report."""

from __future__ import annotations

import platform
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from harness.options import BENCHMARKS, RESULTS
from harness.report import title
from run import SCRIPTS


def test_every_script_of_the_folder_is_run() -> None:
    no_benchmarks = {"run", "peers"}
    # A cluster for each figure would take minutes; recordings of speakers are not in this project.
    by_itself = {"ray_engine", "training_audio"}
    scripts = {path.stem for path in BENCHMARKS.glob("*.py")} - no_benchmarks - by_itself
    assert set(SCRIPTS) == scripts


def test_the_report_holds_what_each_benchmark_printed(smoke_run: Path) -> None:
    report = (smoke_run / "report.md").read_text()
    for name in SCRIPTS:
        assert f"## {name}\n\n{title(BENCHMARKS / f'{name}.py')}\n" in report
        printed = (smoke_run / f"{name}.txt").read_text().strip()
        assert printed
        assert printed in report


def test_the_report_says_on_what_machine_it_was_made(smoke_run: Path) -> None:
    report = (smoke_run / "report.md").read_text()
    assert f"Python {platform.python_version()}: towhee " in report


def test_the_plot_is_a_picture_that_names_the_contenders(smoke_run: Path) -> None:
    assert "![Images to vectors](images_to_vectors.svg)" in (smoke_run / "report.md").read_text()
    drawn = (smoke_run / "images_to_vectors.svg").read_text()
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert "plain timm loop" in drawn  # the drawer keeps each text as a comment beside its shape


def test_a_smoke_run_leaves_the_figures_that_count_alone(smoke_run: Path) -> None:
    assert smoke_run != RESULTS
    assert (
        not (RESULTS / "report.md").exists() or "quick" not in (RESULTS / "report.md").read_text()
    )
