"""The command as a whole: help, version, errors, exit codes, Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import towhee as package

COMMANDS = ["embed", "search", "demo", "pipelines", "operators", "info", "hub"]


def command(*arguments: object) -> list[str]:
    """The command line of a process of its own."""
    program = "from towhee.cli.main import main; main()"
    return [sys.executable, "-c", program, *map(str, arguments)]


def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120)


def test_version(towhee: Any) -> None:
    done = towhee("--version")
    assert (done.exit_code, done.stdout) == (0, f"towhee {package.__version__}\n")


def test_help_names_every_command_and_shows_examples(towhee: Any) -> None:
    done = towhee("--help")
    assert done.exit_code == 0
    assert all(name in done.stdout for name in COMMANDS)
    assert "towhee embed photos/ -o photos.parquet" in done.stdout


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "hub"])
def test_help_of_a_command_shows_examples(towhee: Any, name: str) -> None:
    done = towhee(name, "--help")
    assert done.exit_code == 0
    assert f"  towhee {name}" in done.stdout.partition("Examples:")[2]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom towhee.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'PIL', 'pyarrow', 'onnxruntime', 'faiss', 'torch', 'timm'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_without_a_command_the_help_is_shown(towhee: Any) -> None:
    done = towhee()
    assert "embed" in done.output
    assert done.exit_code == 2


def test_an_unknown_command_is_answered_with_the_closest() -> None:
    done = shell("serch", "x.parquet", "a.jpg")
    assert done.returncode == 2
    assert "'search'" in done.stderr
    assert done.stdout == ""


def test_an_option_that_means_nothing_is_a_usage_error(towhee: Any, photos: Path) -> None:
    assert towhee("embed", photos).exit_code == 2, "no output"
    assert towhee("embed", photos, "-o", "x.parquet", "--batch-size", 0).exit_code == 2
    assert towhee("embed", photos, "-o", "x.parquet", "--on-error", "hope").exit_code == 2


def test_an_error_is_one_sentence_on_stderr() -> None:
    done = shell("pipelines", "--kind", "imag")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Error: no kind of data is called 'imag'")
    assert "did you mean 'image'" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["-v", "pipelines", "--kind", "x"], ["pipelines", "--kind", "x", "--verbose"]]
)
def test_verbose_shows_where_an_error_comes_from(arguments: list[str]) -> None:
    done = shell(*arguments)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_a_file_that_cannot_be_opened_is_named(towhee: Any, tmp_path: Path) -> None:
    done = towhee("demo", "--out", tmp_path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {tmp_path}: ")


def test_logging_is_as_it_was_when_a_command_is_over(towhee: Any) -> None:
    logger = logging.getLogger("towhee")
    before = (logger.level, list(logger.handlers))
    towhee("-v", "operators")
    assert (logger.level, list(logger.handlers)) == before


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("operators", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT to another process alone")
def test_ctrl_c_ends_with_130_and_leaves_no_file(
    picture: Callable[[Path, int], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    one = picture(tmp_path / "one.png", 1)
    folder.mkdir()
    (folder / "0.png").write_bytes(b"broken: the first to be reported")
    for number in range(1, 6000):
        (folder / f"{number}.png").symlink_to(one)
    output = tmp_path / "out" / "vectors.parquet"
    output.parent.mkdir()
    output.write_bytes(b"what was there before")
    with subprocess.Popen(
        command("embed", folder, "-o", output, "-v"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        assert running.stdout is not None
        while "0.png" not in running.stderr.readline():  # it is at work
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
        assert running.wait(timeout=60) == 130
        assert rest.strip() == ""
        assert running.stdout.read() == ""
    assert [path.name for path in output.parent.iterdir()] == ["vectors.parquet"]
    assert output.read_bytes() == b"what was there before"
