"""Python in a package runs for those alone who trust it."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee import DataCollection, ops, pipeline
from towhee.errors import PackageError
from towhee.hub import push
from towhee.hub.manifest import Manifest
from towhee.hub.package import listed_files
from towhee.hub.pushing import write_package

CODE = """
from pathlib import Path
Path({marker!r}).touch()


class Times:
    def __init__(self, factor=2):
        self.factor = factor

    def __call__(self, value):
        return value * self.factor


text = "no operator"
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there once the code has run."""
    return tmp_path / "ran"


def packed(
    tmp_path: Path, marker: Path, attribute: str = "Times", code: str = CODE, name: str = "me/times"
) -> Path:
    """A home with a package whose operator is Python of its own."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "times.py").write_text(code.format(marker=str(marker)))
    manifest = Manifest(
        name=name,
        version="1.0",
        kind="operator",
        code=f"times.py:{attribute}",
        arguments={"factor": 3},
        files=listed_files(folder),
    )
    push(write_package(folder, manifest).folder, name, home=tmp_path / "home")
    return tmp_path / "home"


def test_code_that_is_not_trusted_does_not_run(tmp_path: Path, marker: Path) -> None:
    home = packed(tmp_path, marker)
    for use in (lambda: ops("me/times", home=home), lambda: pipeline("me/times", home=home)):
        with pytest.raises(PackageError, match="trust_remote_code=True") as caught:
            use()
        assert "times.py" in str(caught.value)
    assert not marker.exists()


def test_code_that_is_trusted_runs_alone_in_chains_and_as_a_pipeline(
    tmp_path: Path, marker: Path
) -> None:
    home = packed(tmp_path, marker, name="me/3-times")
    op = ops("me/3-times", home=home, trust_remote_code=True)
    assert op(7) == 21
    assert marker.exists()
    assert ops("me/3-times", trust_remote_code=True, factor=5)(7) == 35
    assert DataCollection([1, 2]).map(op).to_list() == [3, 6]
    times = pipeline("me/3-times", trust_remote_code=True)
    assert times([1, 2]) == [3, 6]
    assert pipeline("me/3-times", trust_remote_code=True, factor=2)(4) == 8


def test_importing_leaves_nothing_in_the_package(tmp_path: Path, marker: Path) -> None:
    home = packed(tmp_path, marker)
    ops("me/times", home=home, trust_remote_code=True)
    ops("me/times", trust_remote_code=True)  # it is verified again, and holds nothing more


@pytest.mark.parametrize(
    ("attribute", "code", "said"),
    [
        ("Plus", CODE, "defines no Plus"),
        ("text", CODE, "defines no text that can be called"),
        ("Times", "import no_such_module_at_all", "cannot be imported: ModuleNotFoundError"),
        ("Times", "raise SystemError('stop')", "cannot be imported: SystemError: stop"),
    ],
)
def test_code_that_does_not_work_is_told_as_such(
    tmp_path: Path, marker: Path, attribute: str, code: str, said: str
) -> None:
    home = packed(tmp_path, marker, attribute, code)
    with pytest.raises(PackageError, match=said):
        ops("me/times", home=home, trust_remote_code=True)


def test_an_unknown_argument_is_answered_with_the_closest(tmp_path: Path, marker: Path) -> None:
    home = packed(tmp_path, marker)
    with pytest.raises(LookupError, match="did you mean 'factor'"):
        ops("me/times", home=home, trust_remote_code=True, factr=3)
