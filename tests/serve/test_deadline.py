"""A block that takes too long is cancelled; what cancels it from outside is not its deadline."""

from __future__ import annotations

import asyncio

import pytest

from towhee.serve.deadline import Deadline


async def within(deadline: float, seconds: float) -> str:
    with Deadline(deadline):
        await asyncio.sleep(seconds)
    await asyncio.sleep(0)
    return "done"


def test_what_is_in_time_is_left_alone() -> None:
    assert asyncio.run(within(60, 0.01)) == "done"


def test_what_is_late_is_a_timeout_and_the_task_goes_on() -> None:
    async def both() -> str:
        with pytest.raises(TimeoutError):
            await within(0.01, 60)
        return await within(60, 0.01)

    assert asyncio.run(both()) == "done"


def test_a_task_that_is_cancelled_is_cancelled() -> None:
    async def cancelled() -> None:
        task = asyncio.ensure_future(within(60, 60))
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_another_error_passes() -> None:
    async def failing() -> None:
        with Deadline(60):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(failing())
