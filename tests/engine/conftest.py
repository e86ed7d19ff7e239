"""The engines that keep the contract."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from towhee.engine import run
from towhee.plan import Plan

Elements = Callable[..., Iterator[Any]]


@pytest.fixture(params=["local"])
def elements(request: pytest.FixtureRequest) -> Elements:
    """Runs a plan on each engine in turn and gives its elements as they come.

    An engine is added by its name: what stands in ``test_contract.py`` must hold for all.
    """

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
    assert not {name for name in left if name.startswith("towhee")}
