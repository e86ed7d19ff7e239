"""``pipe``: what its nodes mean, and what is wrong with those that mean nothing."""

from __future__ import annotations

import asyncio
import gc
import pickle
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import towhee
from towhee import DataCollection, Empty, Pipe, ops, pipe
from towhee.errors import OperatorError, UnknownNameError, UsageError
from towhee.operators.base import ModelOperator


def numbers(column: str = "i") -> Pipe:
    """``n`` and the numbers below it."""
    return pipe.input("n").flat_map("n", column, range)


class TestMap:
    def test_outputs_take_the_values_of_a_tuple(self) -> None:
        divided = pipe.input("a", "b").map(("a", "b"), ("q", "r"), divmod).output("r", "q")
        assert divided(7, 2).to_list() == [[1, 3]]
        assert divided.batch([(7, 2), (9, 5)])[1].get() == [4, 1]

    def test_a_wrong_number_of_values_names_the_operator(self) -> None:
        with pytest.raises(OperatorError, match=r"divmod.*3 outputs \(x, y, z\) were declared"):
            pipe.input("a", "b").map(("a", "b"), ("x", "y", "z"), divmod).output("x")(7, 2)

    def test_a_generator_becomes_a_list(self) -> None:
        def up_to(n: int) -> Iterator[int]:
            yield from range(n)

        listed = pipe.input("n").map("n", "below", up_to).output("below")
        assert listed(3).get() == [[0, 1, 2]]
        assert listed.batch([1, 2])[1].get() == [[0, 1]]

    def test_a_discarded_result_is_computed_for_its_effect(self) -> None:
        seen: list[int] = []
        kept = numbers().map("i", (), seen.append).output("n")
        assert kept(3).to_list() == [[3]]
        assert seen == [0, 1, 2]

    def test_none_is_a_value(self) -> None:
        echo = pipe.input("a").map("a", "b", lambda a: a).output("a", "b")
        assert echo(None).to_list() == [[None, None]]

    def test_a_column_can_be_written_again(self) -> None:
        grown = numbers().map("i", "i", lambda i: i + 1).map(("i", "n"), "n", lambda i, n: i * n)
        assert grown.output("i", "n")(3).to_list() == [[1, 3], [2, 6], [3, 9]]

    def test_an_operator_is_made_once(self) -> None:
        made: list[int] = []

        @towhee.register("test.counted_operator")
        class Counted:
            def __init__(self) -> None:
                made.append(1)

            def __call__(self, n: int) -> int:
                return n + 1

        add = pipe.input("n").map("n", "m", ops.test.counted_operator()).output("m")
        assert [add(1).get(), add(2).get(), add.batch([3])[0].get()] == [[2], [3], [4]]
        assert made == [1]
        rows = numbers().map("i", "m", ops.test.counted_operator()).output("m")
        assert [rows(1).get(), rows(1).get()] == [[1], [1]]
        assert made == [1, 1]

    def test_flush_reaches_the_operators_that_worked(self) -> None:
        written: list[int] = []

        @towhee.register("test.gathering")
        class Gathering:
            def __init__(self) -> None:
                self._waiting: list[int] = []

            def __call__(self, n: int) -> None:
                self._waiting.append(n)

            def flush(self) -> None:
                written.extend(self._waiting)
                self._waiting.clear()

        insert = numbers().map("i", (), ops.test.gathering()).output()
        insert(3).wait()
        insert.flush()
        assert written == [0, 1, 2]


class TestRows:
    def test_single_values_stand_in_every_row(self) -> None:
        assert numbers().output("n", "i")(2).to_list() == [[2, 0], [2, 1]]

    def test_no_rows_at_all(self) -> None:
        assert numbers().output("n", "i")(0).to_list() == []
        assert numbers().output("i")(0).get() is None

    def test_the_shorter_of_two_columns_ends_in_empty(self) -> None:
        odd = numbers().filter("i", "odd", "i", lambda i: i % 2).output("i", "odd")
        assert odd(3).to_list() == [[0, 1], [1, Empty()], [2, Empty()]]

    def test_columns_of_other_lengths_meet_as_far_as_both_go(self) -> None:
        met = numbers().filter("i", "odd", "i", lambda i: i % 2)
        met = met.map(("i", "odd"), "both", lambda i, odd: (i, odd))
        assert met.output("both")(5).to_list() == [[(0, 1)], [(1, 3)]]

    def test_items_of_several_columns(self) -> None:
        pairs = pipe.input("d").flat_map("d", ("key", "value"), dict.items).output("value", "key")
        assert pairs({"a": 1, "b": 2}).to_list() == [[1, "a"], [2, "b"]]

    def test_rows_of_rows(self) -> None:
        inner = numbers().flat_map("i", "j", range).output("j", "n")
        assert inner(4).to_list() == [[j, 4] for i in range(4) for j in range(i)]

    def test_one_value_is_computed_once_for_all_rows(self) -> None:
        calls: list[int] = []
        shown = numbers().map("n", "name", lambda n: calls.append(n) or str(n))
        assert shown.output("name", "i")(3).to_list() == [["3", 0], ["3", 1], ["3", 2]]
        assert calls == [3]


class TestFilter:
    def test_a_single_value_that_is_left_out_leaves_no_row(self) -> None:
        even = pipe.input("n").filter("n", "even", "n", lambda n: n % 2 == 0)
        assert even.output("even")(3).to_list() == []
        assert even.output("n", "even")(3).to_list() == []
        assert even.map("even", "half", lambda n: n // 2).output("half")(4).get() == [2]
        assert [r.to_list() for r in even.output("even").batch([1, 2, 3])] == [[], [[2]], []]

    def test_columns_can_change_places(self) -> None:
        swapped = pipe.input("a", "b").filter(("a", "b"), ("b", "a"), "a", bool).output("a", "b")
        assert swapped(1, 2).get() == [2, 1]

    def test_as_many_columns_come_out(self) -> None:
        with pytest.raises(ValueError, match="filter copies 2 columns to as many, not to 1"):
            pipe.input("a", "b").filter(("a", "b"), "c", "a", bool)


class TestWindows:
    @pytest.mark.parametrize(
        ("size", "step", "expected"),
        [
            (2, 2, [[0, 1], [2, 3], [4]]),
            (3, 2, [[0, 1, 2], [2, 3, 4], [4]]),
            (2, 3, [[0, 1], [3, 4]]),
            (9, 1, [[0, 1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4], [3, 4], [4]]),
            (1, 9, [[0]]),
        ],
    )
    def test_the_last_may_be_short(self, size: int, step: int, expected: list[list[int]]) -> None:
        cut = numbers().window("i", "w", size, step, list).output("w")
        assert [window for (window,) in cut(5).to_list()] == expected

    def test_several_columns_and_single_values(self) -> None:
        cut = numbers().window(("i", "n"), "w", 2, 2, lambda i, n: (i, n)).output("w", "n")
        assert cut(3).to_list() == [[([0, 1], [3, 3]), 3], [([2], [3]), 3]]

    def test_all_rows(self) -> None:
        total = numbers().window_all("i", "sum", sum).output("sum", "i")
        assert total(3).to_list() == [[3, 0], [3, 1], [3, 2]]
        assert total(0).to_list() == []

    def test_reduce_reads_as_it_goes_and_is_called_for_nothing_too(self) -> None:
        first = numbers().reduce("i", "first", lambda rows: next(rows, "none")).output("first")
        assert [first(3).get(), first(0).get()] == [[0], ["none"]]
        assert [result.get() for result in first.batch([0, 2, 0])] == [["none"], [0], ["none"]]

    def test_reduce_has_an_iterator_for_each_column(self) -> None:
        both = numbers().map("i", "s", lambda i: i * i)
        both = both.reduce(("i", "s"), ("i", "s"), lambda i, s: (list(i), list(s)))
        assert both.output("i", "s")(3).get() == [[0, 1, 2], [0, 1, 4]]

    @pytest.mark.parametrize(("size", "step"), [(0, 1), (1, 0), (-1, 1), (1.5, 1)])
    def test_sizes_are_whole_and_positive(self, size: Any, step: Any) -> None:
        for add in (
            lambda: numbers().window("i", "w", size, step, sum),
            lambda: numbers().time_window("i", "w", "i", size, step, sum),
        ):
            with pytest.raises(ValueError, match="is a whole number of at least 1"):
                add()


class TestTimeWindows:
    def cut(self, times: list[float], size: int, step: int) -> list[list[float]]:
        timed = pipe.input("times").flat_map("times", "t", lambda times: times)
        cut = timed.time_window("t", "w", "t", size, step, list).output("w")
        return [window for (window,) in cut(times).to_list()]

    def test_a_window_begins_with_its_first_millisecond(self) -> None:
        assert self.cut([0, 999, 1000, 2500], 1, 1) == [[0, 999], [1000], [2500]]

    def test_windows_that_overlap(self) -> None:
        assert self.cut([500, 1500], 2, 1) == [[500], [500, 1500], [1500]]

    def test_gaps_have_no_windows(self) -> None:
        assert self.cut([0, 10_000, 60_000], 1, 1) == [[0], [10_000], [60_000]]
        assert self.cut([0, 1500, 3000], 1, 3) == [[0], [3000]]

    def test_a_time_that_is_none(self) -> None:
        with pytest.raises(OperatorError, match="a time is a number of milliseconds, not 'noon'"):
            self.cut(["noon"], 1, 1)  # type: ignore[list-item]


class TestConcat:
    def test_branches_with_other_numbers_of_rows(self) -> None:
        start = pipe.input("n")
        rows = start.flat_map("n", "i", range)
        single = start.map("n", "m", lambda n: -n)
        none = start.flat_map("n", "z", lambda n: [])
        joined = start.concat(rows, single, none)
        assert joined.output("i", "m")(2).to_list() == [[0, -2], [1, -2]]
        assert joined.output("i", "z")(1).to_list() == [[0, Empty()]]

    def test_what_branches_share_is_computed_once(self) -> None:
        calls: list[int] = []
        start = pipe.input("n").map("n", "m", lambda n: calls.append(n) or n + 1)
        left, right = start.map("m", "a", lambda m: m * 2), start.flat_map("m", "b", range)
        assert start.concat(left, right).output("a", "b")(1).to_list() == [[4, 0], [4, 1]]
        assert calls == [1]

    def test_the_last_of_a_name_is_taken(self) -> None:
        start = pipe.input("n")
        one, two = (start.map("n", "a", lambda n, k=k: k) for k in (1, 2))
        assert start.concat(one, two).output("a")(0).get() == [2]

    def test_only_open_pipes_of_one_input_can_be_joined(self) -> None:
        with pytest.raises(ValueError, match="go on from one"):
            pipe.input("n").concat(pipe.input("n"))
        with pytest.raises(ValueError, match="pipes that are open"):
            pipe.input("n").concat(lambda n: n)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="needs a pipe"):
            pipe.input("n").concat()


class TestNested:
    def test_a_pipe_is_a_function_of_another(self) -> None:
        both = pipe.input("a").map("a", "b", lambda a: a + 1).output("a", "b")
        assert pipe.input("x").map("x", ("y", "z"), both).output("z")(1).get() == [2]
        assert pipe.input("x").map("x", "y", both).output("y")(1).get() == [(1, 2)]

    def test_one_with_many_rows_gives_a_list(self) -> None:
        below = numbers().output("i")
        assert pipe.input("x").map("x", "y", below).output("y")(2).get() == [[0, 1]]
        assert pipe.input("x").flat_map("x", "y", below).output("y")(2).to_list() == [[0], [1]]


class TestWhatIsWrong:
    def test_names(self) -> None:
        for name in ("a b", "1a", "", "a-b"):
            with pytest.raises(ValueError, match="a column's name is an identifier"):
                pipe.input(name)
            with pytest.raises(ValueError, match="a column's name is an identifier"):
                pipe.input("a").map("a", name, str)
        with pytest.raises(ValueError, match="a column is named once"):
            pipe.input("a", "a")

    def test_a_column_that_is_not_there_is_told_when_the_pipe_is_built(self) -> None:
        with pytest.raises(UnknownNameError, match="did you mean 'image'"):
            pipe.input("image").map("imagge", "b", str)
        with pytest.raises(ValueError, match="no column is called 'z'"):
            pipe.input("a").output("z")

    @pytest.mark.parametrize("fn", [None, 3, "image_decode.cv2", pipe.input("a")])
    def test_what_cannot_be_called(self, fn: Any) -> None:
        with pytest.raises(ValueError, match=r"fn is an operator|cannot be called"):
            pipe.input("a").map("a", "b", fn)

    def test_an_operator_that_is_not_there_is_told_with_the_closest(self) -> None:
        with pytest.raises(AttributeError, match="did you mean 'image_decode"):
            ops.image_decod.cv2()

    def test_operators_are_those_that_are_installed(self) -> None:
        decode = ops.image_decode.pil().revision("main").latest()
        assert (
            pipe.input("a").map("a", "b", decode).output("b").plan.steps[0].operator == decode.ref
        )
        with pytest.raises(UsageError, match=r"image_decode\.pil cannot be had in revision 'v2'"):
            ops.image_decode.pil().revision("v2")

    def test_a_wrong_number_of_inputs(self) -> None:
        add = pipe.input("a", "b").output("a")
        for call in (lambda: add(1), lambda: add.batch([(1, 2, 3)]), lambda: add.batch([1])):
            with pytest.raises(UsageError, match=r"takes 2 inputs|a call of 2 inputs is a tuple"):
                call()

    def test_a_failing_operator_raises_at_the_call(self) -> None:
        failing = pipe.input("a").map("a", "b", lambda a: 1 / a).output("b")
        with pytest.raises(
            OperatorError, match=r"map\(<lambda>\) raised ZeroDivisionError"
        ) as told:
            failing(0)
        assert isinstance(told.value.__cause__, ZeroDivisionError)
        assert failing(2).get() == [0.5]

    def test_a_generator_that_raises_half_way_gives_the_rows_before(self) -> None:
        def counting(n: int) -> Iterator[int]:
            yield from range(n)
            raise OSError("the tape broke")

        read = pipe.input("n").flat_map("n", "i", counting).map("i", "j", lambda i: -i).output("j")
        result = read(2)
        assert [result.get(), result.get()] == [[0], [-1]]
        with pytest.raises(OperatorError, match=r"counting.* raised OSError: the tape broke"):
            result.get()
        with pytest.raises(OperatorError, match="the tape broke"):
            read(0)
        with pytest.raises(OperatorError, match="the tape broke"):
            read.batch([2])

    def test_an_error_in_front_of_a_reduction_is_the_step_s_own(self) -> None:
        read = numbers().map("i", "j", lambda i: 1 // (i - 1)).reduce("j", "sum", sum).output("sum")
        with pytest.raises(OperatorError, match=r"map\(<lambda>\) raised ZeroDivisionError"):
            read(3)


class TestCalls:
    def test_rows_can_be_read_while_later_ones_are_computed(self) -> None:
        go_on = threading.Event()

        def slowly(n: int) -> Iterator[int]:
            yield 0
            assert go_on.wait(30)
            yield from range(1, n)

        result = pipe.input("n").flat_map("n", "i", slowly).output("i")(3)
        assert result.get() == [0]
        go_on.set()
        assert result.to_list() == [[1], [2]]

    def test_what_nobody_reads_is_computed_all_the_same(self) -> None:
        done = threading.Event()
        insert = numbers().map("i", (), lambda i: i == 4999 and done.set()).output("i")
        insert(5000)
        assert done.wait(30)

    def test_rows_that_nobody_can_read_are_let_go(self) -> None:
        class Item:
            pass

        alive: list[weakref.ref[Item]] = []
        go_on, done = threading.Event(), threading.Event()

        def items(n: int) -> Iterator[Item]:
            for _ in range(n):
                item = Item()
                alive.append(weakref.ref(item))
                yield item
                del item
                assert go_on.wait(30)
            done.set()

        result = pipe.input("n").flat_map("n", "i", items).output("i")(3000)
        del result
        go_on.set()
        assert done.wait(30)
        gc.collect()
        assert sum(ref() is not None for ref in alive) < 2000

    def test_a_failure_that_nobody_could_see_is_logged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        go_on = threading.Event()

        def failing(n: int) -> Iterator[int]:
            yield n
            go_on.wait(30)
            raise OSError("the disk is full")

        before = set(threading.enumerate())
        pipe.input("n").flat_map("n", "i", failing).output("i")(1)
        go_on.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(30)
        assert "the disk is full" in caplog.text

    def test_a_result_is_a_queue(self) -> None:
        result = numbers().output("n", "i")(2)
        assert (result.schema, result.size) == (["n", "i"], 2)
        assert result.get_dict() == {"n": 2, "i": 0}
        assert result.to_list(kv_format=True) == [{"n": 2, "i": 1}]
        assert (result.get(), result.get_dict(), result.size) == (None, None, 0)

    def test_a_collection_of_a_result(self) -> None:
        found = DataCollection(numbers().output("n", "i")(2))
        assert [(row.n, row.i) for row in found] == [(2, 0), (2, 1)]
        assert len(found) == 2

    def test_a_batch_goes_through_operators_together(self) -> None:
        sizes: list[int] = []

        class Doubled:
            def __call__(self, n: int) -> int:
                return 2 * n

            def batch(self, column: list[int]) -> list[int]:
                sizes.append(len(column))
                return [2 * n for n in column]

        double = pipe.input("n").map("n", "m", Doubled()).output("m")
        assert [result.get() for result in double.batch(range(100))] == [
            [2 * n] for n in range(100)
        ]
        assert max(sizes) > 1

    def test_a_batch_of_nothing(self) -> None:
        assert numbers().output("i").batch([]) == []

    def test_awaiting(self) -> None:
        async def both() -> list[Any]:
            several = (numbers().output("i").acall(n) for n in (1, 2))
            return [result.to_list() for result in await asyncio.gather(*several)]

        assert asyncio.run(both()) == [[[0]], [[0], [1]]]

    def test_no_thread_outlives_its_call(self) -> None:
        before = set(threading.enumerate())
        for _ in range(20):
            numbers().map("i", "j", str).output("j")(3).wait()
        left = [thread for thread in threading.enumerate() if thread not in before]
        for thread in left:
            thread.join(10)
        assert not any(thread.is_alive() for thread in left)

    def test_a_pipe_that_is_dropped_is_gone(self) -> None:
        made = numbers().output("i")
        made(3).wait()
        gone = weakref.ref(made)
        del made
        gc.collect()
        assert gone() is None

    def test_after_an_interrupt_it_can_be_called_again(self) -> None:
        calls: list[int] = []

        def interrupted(n: int) -> int:
            calls.append(n)
            if len(calls) == 1:
                raise KeyboardInterrupt
            return n

        for end in (pipe.input("n"), numbers()):
            calls.clear()
            made = end.map("n", "m", interrupted).output("m")
            with pytest.raises(KeyboardInterrupt):
                made(1)
            assert made(1).get() == [1]


def less(n: int) -> int:
    return n - 1


class Meeting(ModelOperator[int, int]):
    """A model whose calls end only when so many are under way."""

    def __init__(self, barrier: threading.Barrier, amount: int) -> None:
        self._barrier, self._amount = barrier, amount

    def prepare(self, value: int) -> int:
        return value

    def forward(self, prepared: Sequence[int]) -> list[int]:
        self._barrier.wait(30)
        return [value + self._amount for value in prepared]


class TestBranches:
    def test_models_that_do_not_need_each_other_run_at_the_same_time(self) -> None:
        barrier = threading.Barrier(2)
        start = pipe.input("n").map("n", "m", abs)
        left = start.map("m", "a", Meeting(barrier, 1))
        right = start.map("m", "b", Meeting(barrier, 2)).map("b", "c", lambda b: b * 10)
        assert start.concat(left, right).output("a", "c")(-5).get() == [6, 70]

    def test_one_that_fails_is_the_one_that_is_told(self) -> None:
        class Failing(Meeting):
            def forward(self, prepared: Sequence[int]) -> list[int]:
                super().forward(prepared)
                raise ValueError("no model")

        barrier = threading.Barrier(2)
        made = pipe.input("n").map("n", "a", Meeting(barrier, 1)).map("n", "b", Failing(barrier, 1))
        with pytest.raises(OperatorError, match=r"Failing.* raised ValueError: no model"):
            made.output("a", "b")(1)

    def test_one_that_reads_what_another_writes_comes_behind_it(self) -> None:
        alone = threading.Barrier(1)
        made = pipe.input("n").map("n", "n", Meeting(alone, 1)).map("n", "m", Meeting(alone, 1))
        assert made.map("m", "n", Meeting(alone, 5)).output("n", "m")(1).get() == [8, 3]


class TestOptions:
    def test_it_can_be_pickled_as_far_as_its_functions_can(self) -> None:
        rows = numbers().map("i", "j", less).filter("j", "k", "j", bool)
        made = rows.map(("j", "k"), "l", max).output("j", "k", "l")
        again = pickle.loads(pickle.dumps(made))
        assert again(3).to_list() == made(3).to_list()
        single = pickle.loads(pickle.dumps(pipe.input("n").map("n", "m", less).output("m")))
        assert single(3).get() == [2]

    def test_batches_have_the_size_that_is_asked_for(self) -> None:
        counted = ops.runas_op(func=abs)
        made = pipe.input("n").map("n", "m", counted).output("m").config(batch_size=2)
        assert made.options.batch_size == 2
        assert [result.get() for result in made.batch([-1, 2])] == [[1], [2]]
        with pytest.raises(UsageError, match="batch_size"):
            made.config(batch_size=0)

    def test_what_was_embedded_is_found_in_the_cache(self, tmp_path: Path) -> None:
        picture = np.zeros((40, 60, 3), np.uint8)
        embed = pipe.input("image").map("image", "v", ops.image_embedding.embedded()).output("v")
        kept = embed.cache(tmp_path)
        (first,), (again,) = kept(picture).get(), kept(picture).get()
        assert np.array_equal(first, again)
        assert np.array_equal(first, embed(picture).get()[0])
        assert "results of models are kept" in kept.explain()
        assert any(tmp_path.iterdir())


class TestPlans:
    def test_the_same_chain_of_methods_has_an_equal_plan(self) -> None:
        width = ops.runas_op(func=np.size)
        piped = (
            pipe.input("path")
            .map("path", "image", ops.image_decode.pil())
            .map("image", "vector", ops.image_embedding.embedded())
            .map("vector", "width", width)
            .output("path", "width")
        )
        with towhee.api["path"]() as chain:
            chained = (
                chain.image_decode.pil["path", "image"]()
                .image_embedding.embedded["image", "vector"]()
                .runas_op["vector", "width"](func=np.size)
                .select["path", "width"]()
                .as_function()
            )
        assert piped.plan == chained.plan
        assert piped.explain() == towhee_explain(chained)

    def test_flat_maps_too(self) -> None:
        split = ops.runas_op(func=str.split)
        piped = pipe.input("text").flat_map("text", "word", split).output("word", "text")
        with towhee.api["text"]() as chain:
            chained = chain.runas_op["text", "word"](func=str.split).flatten("word")
            chained = chained.select["word", "text"]().as_function()
        assert piped.plan == chained.plan

    def test_columns_go_after_their_last_use(self) -> None:
        piped = numbers().map("i", "j", str).map("j", "k", len).output("k")
        assert "drop('n')" in piped.explain()
        assert "drop('j')" in piped.explain()

    def test_all_branches_are_explained_each_once(self) -> None:
        piped = numbers().map("n", "n", len).window("i", "w", 2, 1, sum).output("n", "i", "w")
        told = piped.explain()
        logical, runs = told.split("runs as")
        for step in ("map(len)", "map(range)", "flatten", "window(size=2, step=1)", "map(sum)"):
            assert logical.count(step) == runs.count(step) == 1

    def test_what_a_run_did_is_told(self) -> None:
        piped = numbers().output("i")
        piped(3).wait()
        assert "flatten" in piped.explain(analyze=True)


def towhee_explain(function: Any) -> str:
    from towhee.engine.explained import explained

    return explained(function.plan)
