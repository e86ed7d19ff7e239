"""The engines that keep the contract."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from towhee.engine import run
from towhee.plan import Plan

Elements = Callable[..., Iterator[Any]]


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of tests that a cluster's workers cannot take part in."""
    config.addinivalue_line(
        "markers",
        "one_process(why): the test sees the work through this process's memory, or its threads",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on each engine; what stands in ``test_contract.py`` must hold for all."""
    if "elements" in metafunc.fixturenames:
        here_alone = metafunc.definition.get_closest_marker("one_process") is not None
        engines = ["local"] if here_alone else ["local", "ray"]
        metafunc.parametrize("elements", engines, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several sets of bad rows try one on a cluster, where each run takes a second."""
    items[:] = [item for item in items if not _is_spared(item)]


def _is_spared(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    return params.get("elements") == "ray" and params.get("bad", ONE_BAD_SET) != ONE_BAD_SET


@pytest.fixture(scope="session")
def clusters_asked_for() -> None:
    """Skip what starts a cluster, unless it is asked for."""
    if not os.environ.get("TOWHEE_RAY"):
        pytest.skip("clusters take minutes on two processors; TOWHEE_RAY=1 runs these tests")


ONE_BAD_SET = {3, 4, 57, 58, 98}


@pytest.fixture
def elements(request: pytest.FixtureRequest) -> Elements:
    """Runs a plan on an engine and gives its elements as they come."""
    if request.param == "ray":
        request.getfixturevalue("sent_by_value")

    def run_on_engine(plan: Plan, **options: Any) -> Iterator[Any]:
        for chunk in run(plan.with_options(engine=request.param, **options)):
            yield from chunk.elements()

    return run_on_engine


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


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Whatever a test does, the engine has ended its threads when it is over."""
    before = set(threading.enumerate())
    yield
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {name for name in left if name.startswith(("towhee", "Prefetcher"))}
