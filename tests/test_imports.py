"""``import towhee`` imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "pandas",
    "ray",
    "transformers",
    "numpy",
    "pyarrow",
    "faiss",
    "PIL",
    "onnxruntime",
)


def modules_after(program: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after the program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_towhee_imports_nothing_heavy() -> None:
    assert modules_after("import towhee").isdisjoint(HEAVY)


@pytest.mark.parametrize("heavy", ["torch", "pandas", "ray", "transformers", "onnxruntime"])
def test_a_chain_of_functions_imports_no_library_that_it_does_not_use(heavy: str) -> None:
    program = "from towhee import DataCollection; DataCollection([1]).map(str).to_list()"
    assert heavy not in modules_after(program)


def test_importing_towhee_prints_nothing_and_leaves_warnings_and_logging_alone() -> None:
    program = (
        "import logging, warnings\n"
        "before = list(warnings.filters), logging.root.handlers[:], logging.root.level\n"
        "import towhee\n"
        "assert before == (list(warnings.filters), logging.root.handlers[:], logging.root.level)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
