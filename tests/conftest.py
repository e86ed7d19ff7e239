"""What the tests of several folders share."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(scope="session")
def clusters_asked_for() -> None:
    """Skip what starts a cluster, unless it is asked for."""
    if not os.environ.get("TOWHEE_RAY"):
        pytest.skip("clusters take minutes on two processors; TOWHEE_RAY=1 runs these tests")


@pytest.fixture(scope="session")
def cluster(clusters_asked_for: None) -> Iterator[ModuleType]:
    """``ray``, connected to a cluster of this machine alone, with two processors and a GPU."""
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    # A folder of its own, as a stale session would be joined; a short name, as sockets lie in it.
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")  # as in a cluster that the engine starts
        logging.getLogger("ray").setLevel(logging.ERROR)
        ray.init(
            _node_ip_address="127.0.0.1",
            include_dashboard=False,
            num_cpus=2,
            num_gpus=1,  # that nobody uses: it is only counted
            object_store_memory=200 * 2**20,
            _temp_dir=folder,
            logging_level="error",
            log_to_driver=False,
        )
        yield ray
        ray.shutdown()


@pytest.fixture
def sent_by_value(request: pytest.FixtureRequest, cluster: ModuleType) -> Iterator[None]:
    """The functions of a test go to workers as they are: those cannot import the tests."""
    module = sys.modules[request.module.__name__]
    cluster.cloudpickle.register_pickle_by_value(module)
    yield
    cluster.cloudpickle.unregister_pickle_by_value(module)
