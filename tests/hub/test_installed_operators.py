"""An installed package offers operators through its entry points."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
class Double:
    def __call__(self, value):
        return 2 * value
"""
METADATA = "Metadata-Version: 2.1\nName: towhee-doubling\nVersion: 1.0\n"
ENTRY_POINTS = "[towhee.operators]\ndoubling.exactly = towhee_doubling:Double\n"
PROGRAM = """
import sys
from towhee import DataCollection
made = DataCollection([1, 2]).doubling.exactly()
assert "towhee_doubling" in sys.modules
print(made.to_list())
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the package, as pip would install it."""
    (tmp_path / "towhee_doubling.py").write_text(MODULE)
    info = tmp_path / "towhee_doubling-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return tmp_path


def run(program: str, site: Path) -> subprocess.CompletedProcess[str]:
    paths = f"import sys; sys.path.insert(0, {str(site)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", paths + program], capture_output=True, text=True, check=False
    )


def test_an_operator_of_an_installed_package_is_chained_by_its_name(site: Path) -> None:
    done = run(PROGRAM, site)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[2, 4]"


def test_an_installed_package_is_imported_only_when_its_operator_is_named(site: Path) -> None:
    done = run(
        "import sys; from towhee.hub import registry\n"
        "assert 'doubling.exactly' in registry.names()\n"
        "print('towhee_doubling' in sys.modules)",
        site,
    )
    assert done.stdout.strip() == "False", done.stderr


def test_an_installed_name_is_among_the_closest_offered(site: Path) -> None:
    done = run("from towhee import ops; ops.doubling.exactl()", site)
    assert "did you mean 'doubling.exactly'" in done.stderr
