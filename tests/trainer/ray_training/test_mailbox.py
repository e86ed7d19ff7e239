"""Letters between workers and the caller."""

from __future__ import annotations

import asyncio

import pytest

from towhee.trainer.ray_training.mailbox import Mailbox, WorkEndedError


def test_letters_come_in_order_and_a_question_behind_those_that_were_sent_before() -> None:
    async def story() -> None:
        mailbox = Mailbox()
        await mailbox.send("file", 1)
        await mailbox.send("file", 2)
        asked = asyncio.create_task(mailbox.ask("done", 3))
        await asyncio.sleep(0)
        letters = await mailbox.take()
        assert letters == [("file", 1, None), ("file", 2, None), ("done", 3, 1)]
        await mailbox.answer(1, "yes")
        assert await asked == "yes"
        await mailbox.answer(1, "again")
        await mailbox.answer(7, "of nobody")

    asyncio.run(story())


def test_who_sends_more_than_there_is_room_for_waits_for_the_caller() -> None:
    async def story() -> int:
        mailbox = Mailbox()
        sent = 0

        async def flood() -> None:
            nonlocal sent
            for number in range(1000):
                await mailbox.send("log", number)
                sent += 1

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0)
        waiting = sent
        found: list[int] = []
        while len(found) < 1000:
            found += [content for _, content, _ in await mailbox.take()]
        await flooding
        assert found == list(range(1000))
        return waiting

    assert asyncio.run(story()) < 50


def test_what_is_left_for_others_is_fetched_as_soon_as_it_is_there() -> None:
    async def story() -> None:
        mailbox = Mailbox()
        early = asyncio.create_task(mailbox.fetch("course 0"))
        await asyncio.sleep(0)
        assert not early.done()
        await mailbox.leave("course 1", None)
        await mailbox.leave("course 0", "first")
        assert await early == "first"
        assert await mailbox.fetch("course 1") is None

    asyncio.run(story())


def test_when_the_caller_ends_the_work_nobody_waits_for_an_answer() -> None:
    async def story() -> None:
        mailbox = Mailbox()
        waiting = [
            asyncio.create_task(mailbox.ask("next", None)),
            asyncio.create_task(mailbox.fetch("course 0")),
        ]
        flooding = [asyncio.create_task(mailbox.send("log", number)) for number in range(30)]
        ended = asyncio.create_task(mailbox.ended())
        await asyncio.sleep(0)
        await mailbox.end()
        await ended
        for each in waiting:
            with pytest.raises(WorkEndedError):
                await each
        with pytest.raises(WorkEndedError):
            await mailbox.ask("next", None)
        await asyncio.gather(*flooding)
        await mailbox.send("log", "which nobody reads")

    asyncio.run(story())
