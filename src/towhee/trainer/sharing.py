"""Who fits a course that several processes share: those of this machine, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from towhee.trainer.loop import Course, Outcome, Run
from towhee.trainer.several_devices import fitted_on_devices

Fit = Callable[[Course, Run, Sequence[Any]], Outcome]


@dataclass(frozen=True, slots=True)
class Processes:
    """What Lightning is told of the processes that share a course.

    Attributes:
        strategy: of Lightning: how gradients are averaged.
        environment: of Lightning: which of the processes this one is.
        devices: of this process, as Lightning takes them.
    """

    strategy: Any
    environment: Any
    devices: Any


_FIT: ContextVar[Fit] = ContextVar("_FIT", default=fitted_on_devices)


@contextmanager
def sharing(fit: Fit) -> Iterator[None]:
    """Courses of several devices are fitted by a function.

    Args:
        fit: of a course, a run and callbacks; network and loss have the weights then.
    """
    token = _FIT.set(fit)
    try:
        yield
    finally:
        _FIT.reset(token)


def fitted_by_several(course: Course, run: Run, callbacks: Sequence[Any]) -> Outcome:
    """Run a course on all the devices of a run."""
    return _FIT.get()(course, run, callbacks)
