"""Pieces wait on the shelf until what was made of them has arrived."""

from __future__ import annotations

import asyncio

from towhee.engine.ray.shelf import Shelf

RUN = 7


def test_a_piece_is_given_as_soon_as_it_is_there() -> None:
    async def story() -> list[bytes]:
        shelf = Shelf()
        reader = asyncio.ensure_future(shelf.get(RUN, 0))
        await asyncio.sleep(0)
        assert not reader.done()
        await shelf.put(RUN, 0, b"first")
        return await reader

    assert asyncio.run(story()) == [b"first"]


def test_pieces_that_overtake_each_other_are_given_in_order() -> None:
    async def story() -> list[bytes]:
        shelf = Shelf()
        await shelf.put(RUN, 1, b"second")
        reader = asyncio.ensure_future(shelf.get(RUN, 0))
        await asyncio.sleep(0)
        assert not reader.done()
        await shelf.put(RUN, 0, b"first")
        return await reader

    assert asyncio.run(story()) == [b"first", b"second"]


def test_the_end_is_told_only_behind_the_last_piece() -> None:
    async def story() -> tuple[list[bytes], list[bytes]]:
        shelf = Shelf()
        await shelf.end(RUN, 1)  # it overtakes the piece
        reader = asyncio.ensure_future(shelf.get(RUN, 0))
        await asyncio.sleep(0)
        await shelf.put(RUN, 0, b"only")
        return await reader, await shelf.get(RUN, 1)

    assert asyncio.run(story()) == ([b"only"], [])


def test_whoever_reads_anew_is_given_as_many_pieces_of_which_the_arrived_are_empty() -> None:
    async def story() -> list[bytes]:
        shelf = Shelf()
        for number, piece in enumerate([b"a", b"b", b"c"]):
            await shelf.put(RUN, number, piece)
        await shelf.forget(RUN, 0)
        await shelf.forget(RUN, 1)
        return await shelf.get(RUN, 0)

    assert asyncio.run(story()) == [b"", b"", b"c"]


def test_a_reader_comes_to_its_end_when_nobody_wants_the_rows_any_more() -> None:
    async def story() -> list[bytes]:
        shelf = Shelf()
        await shelf.put(RUN, 0, b"first")
        reader = asyncio.ensure_future(shelf.get(RUN, 1))
        await asyncio.sleep(0)
        await shelf.close(RUN)
        return await reader

    assert asyncio.run(story()) == []


def test_a_reader_that_comes_late_does_not_wait_for_a_run_that_is_over() -> None:
    async def story() -> list[bytes]:
        shelf = Shelf()
        await shelf.put(RUN, 0, b"first")
        await shelf.close(RUN)
        await shelf.put(RUN, 1, b"a call that was overtaken")
        return await shelf.get(RUN, 1)

    assert asyncio.run(story()) == []


def test_runs_do_not_see_each_others_pieces() -> None:
    async def story() -> tuple[list[bytes], list[bytes]]:
        shelf = Shelf()
        await shelf.put(1, 0, b"one")
        await shelf.put(2, 0, b"two")
        return await shelf.get(1, 0), await shelf.get(2, 0)

    assert asyncio.run(story()) == ([b"one"], [b"two"])
