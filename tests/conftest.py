"""What the tests of several folders share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Threads of OpenMP that spin while they wait take the cores from everything else that runs; torch
# reads this when it is first imported, in the tests and in the processes that they start.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Ray reads this when it is imported: without it, it takes 127.0.0.1 for the machine's address in
# its network, and answers there.
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exports and decisions are kept for the length of the tests, and never read from before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photographs and tables; tests that need it skip where it is absent."""
    default = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("TOWHEE_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}; set TOWHEE_SHARED to the folder that holds data/")
    return folder
