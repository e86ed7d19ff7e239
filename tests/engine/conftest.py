"""The engines that keep the contract."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Whatever a test does, the engine has ended its threads when it is over."""
    before = set(threading.enumerate())
    yield
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {name for name in left if name.startswith(("towhee", "Prefetcher"))}
