"""``DataCollection``: a list or a stream, and what chains on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, Entity, dc
from towhee.errors import OperatorError, StreamError, UnknownNameError, UsageError


class Calls:
    """A function that counts its calls."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, value: Any) -> Any:
        self.count += 1
        return value


def rows() -> DataCollection:
    return dc["a", "b"]([(1, "x"), (2, "y"), (3, "x")])


# -- lists and streams -------------------------------------------------------------------------


@pytest.mark.parametrize("data", [[1, 2], (1, 2), range(1, 3), np.array([1, 2]), {1: "a", 2: "b"}])
def test_a_sequence_can_be_read_again_and_again(data: Any) -> None:
    collection = DataCollection(data)
    assert not collection.is_stream
    assert list(collection) == list(collection) == [1, 2]


@pytest.mark.parametrize("data", [iter([1, 2]), (x for x in (1, 2)), map(int, "12")])
def test_an_iterator_is_read_once(data: Any) -> None:
    collection = DataCollection(data)
    assert collection.is_stream
    assert collection.map(str).is_stream
    assert list(collection) == [1, 2]
    assert list(collection) == []


@pytest.mark.parametrize("data", [5, "text", b"bytes", None])
def test_a_single_value_is_no_collection(data: Any) -> None:
    with pytest.raises(UsageError, match="put a single value into a list"):
        DataCollection(data)


asking_a_stream: dict[str, Callable[[DataCollection], Any]] = {
    "len": len,
    "index": lambda c: c[0],
    "slice": lambda c: c[:2],
    "set": lambda c: c.__setitem__(0, 1),
    "append": lambda c: c.append(1),
    "extend": lambda c: c.extend([1]),
    "insert": lambda c: c.insert(0, 1),
    "pop": lambda c: c.pop(),
    "remove": lambda c: c.remove(1),
    "reverse": lambda c: c.reverse(),
    "sort": lambda c: c.sort(),
    "clear": lambda c: c.clear(),
    "count": lambda c: c.count(1),
    "copy": lambda c: c.copy(),
    "in": lambda c: 1 in c,
    "reversed": reversed,
    "shuffle": lambda c: c.shuffle(),
    "split_train_test": lambda c: c.split_train_test(),
    "keys": lambda c: c.keys(),
}


@pytest.mark.parametrize("ask", asking_a_stream.values(), ids=asking_a_stream)
def test_a_stream_refuses_what_only_a_list_can_do(ask: Callable[[DataCollection], Any]) -> None:
    stream = DataCollection(iter([1, 2, 3]))
    with pytest.raises(StreamError, match="unstream") as caught:
        ask(stream)
    assert isinstance(caught.value, TypeError)
    assert stream.to_list() == [1, 2, 3]


def test_stream_makes_a_list_readable_once() -> None:
    stream = DataCollection([1, 2]).stream()
    assert stream.is_stream
    assert (stream.to_list(), stream.to_list()) == ([1, 2], [])


def test_stream_keeps_columns_and_options() -> None:
    assert rows().stream().select["a"]().as_raw().to_list() == [1, 2, 3]
    safe = DataCollection([1, 0]).safe().map(lambda x: 1 / x).stream()
    assert safe.drop_empty().to_list() == [1.0]


def test_unstream_reads_a_stream_into_memory() -> None:
    kept = DataCollection(iter([1, 2])).unstream()
    assert not kept.is_stream
    assert (len(kept), kept[1], list(kept), list(kept)) == (2, 2, [1, 2], [1, 2])


def test_what_is_chained_on_unstream_is_computed_once() -> None:
    calls = Calls()
    chained = DataCollection(iter(range(5))).unstream().map(calls).filter(lambda x: x % 2)
    assert calls.count == 0
    assert list(chained) == list(chained) == chained.to_list() == [1, 3]
    assert len(chained) == 2
    assert chained[0] == 1
    assert chained.map(str).to_list() == ["1", "3"]
    assert calls.count == 5


def test_what_is_kept_is_shared_by_the_readers_of_a_split() -> None:
    calls = Calls()
    texts, doubles = DataCollection([1, 2]).unstream().map(calls).map(str, lambda x: 2 * x)
    assert (texts.to_list(), doubles.to_list()) == (["1", "2"], [2, 4])
    assert calls.count == 2


def test_zip_and_concatenation_of_kept_rows_are_kept() -> None:
    calls = Calls()
    kept = DataCollection([1, 2]).unstream()
    zipped, longer = kept.zip([3, 4]).map(calls), (kept + range(3, 4)).map(calls)
    assert list(zipped) == list(zipped) == [(1, 3), (2, 4)]
    assert list(longer) == list(longer) == [1, 2, 3]
    assert calls.count == 5


def test_a_chain_computes_nothing_until_it_is_asked() -> None:
    calls = Calls()
    chained = DataCollection([1, 2]).map(calls).filter(calls)
    repr(chained)
    chained.explain()
    assert calls.count == 0


def test_reading_a_part_computes_little_more() -> None:
    calls = Calls()
    assert next(iter(DataCollection.range(10_000).map(calls))) == 0
    assert calls.count < 10


# -- chaining ----------------------------------------------------------------------------------


def test_map_and_filter_are_decorators() -> None:
    numbers = DataCollection([1, 2, 3, 4])

    @numbers.map
    def squares(x: int) -> int:
        return x * x

    @squares.filter
    def even_squares(x: int) -> bool:
        return x % 2 == 0

    assert even_squares.to_list() == [4, 16]


def test_operators_chain_functions() -> None:
    assert (DataCollection([1, 2]) >> str >> len).to_list() == [1, 1]
    assert (DataCollection([1, 2]) | str).to_list() == ["1", "2"]


@pytest.mark.parametrize("data", [[1, 2], iter([1, 2])])
def test_several_functions_give_a_collection_each(data: Any) -> None:
    texts, doubles = DataCollection(data).map(str, lambda x: 2 * x)
    assert texts.zip(doubles).to_list() == [("1", 2), ("2", 4)]


def test_mmap_gives_a_collection_for_each_function() -> None:
    made = DataCollection([1]).mmap([str, float])
    assert [part.to_list() for part in made] == [["1"], [1.0]]
    assert [part.to_list() for part in DataCollection([1]).mmap([str])] == [["1"]]


@pytest.mark.parametrize("what", [None, 5, "text"])
def test_what_cannot_be_called_is_refused_when_it_is_chained(what: Any) -> None:
    with pytest.raises(UsageError, match="a function or an operator is needed"):
        DataCollection([1]).map(what)


def test_filter_keeps_what_the_function_is_true_for() -> None:
    assert DataCollection([0, 1, "", "a", None]).filter(lambda x: x).to_list() == [1, "a"]


def test_flatten_opens_lists_and_leaves_the_rest() -> None:
    nested = DataCollection([[1, 2], (3,), [], 4, "text", range(2)])
    assert nested.flatten().to_list() == [1, 2, 3, 4, "text", 0, 1]


def test_flatten_opens_columns_side_by_side() -> None:
    made = dc["id", "box", "score"]([(1, ["a", "b"], [0.1, 0.2]), (2, ["c"], [0.3])])
    flat = made.flatten("box", "score").as_raw().to_list()
    assert flat == [(1, "a", 0.1), (1, "b", 0.2), (2, "c", 0.3)]


def test_columns_to_flatten_that_differ_in_length_name_the_row() -> None:
    made = dc["a", "b"]([([1], [2]), ([1, 2], [3])]).flatten("a", "b")
    with pytest.raises(OperatorError, match=r"row 1.*differ in length"):
        made.to_list()


def test_zip_ends_with_the_shortest() -> None:
    assert DataCollection([1, 2, 3]).zip(["a", "b"], iter([True])).to_list() == [(1, "a", True)]


def test_combine_puts_columns_side_by_side() -> None:
    made = DataCollection.combine(dc["a"]([1, 2]), dc["b"]([3, 4]), dc["c"]([5, 6]))
    assert made.select["c", "a"]().as_raw().to_list() == [(5, 1), (6, 2)]


def test_combine_needs_named_columns() -> None:
    with pytest.raises(OperatorError, match="combine joins rows with named columns, not 1"):
        DataCollection.combine(DataCollection([1]), dc["b"]([3])).to_list()


def test_plus_puts_one_behind_the_other() -> None:
    both = DataCollection([1]).map(str) + DataCollection([2]) + [3]
    assert both.to_list() == ["1", 2, 3]
    assert not both.is_stream
    assert (DataCollection([1]) + iter([2])).is_stream


def test_head_gives_the_first() -> None:
    assert DataCollection.range(9).head().to_list() == [0, 1, 2, 3, 4]
    assert DataCollection.range(9).head(2).to_list() == [0, 1]
    assert DataCollection.range(9).head(0).to_list() == []


def test_sample_gives_about_the_ratio_and_the_same_rows_again() -> None:
    sampled = DataCollection.range(10_000).sample(0.1, seed=3)
    assert 800 < len(sampled.to_list()) < 1200
    assert sampled.to_list() == sampled.to_list()
    assert DataCollection.range(9).sample(1.0).to_list() == list(range(9))
    assert DataCollection.range(9).sample(0.0).to_list() == []


@pytest.mark.parametrize("ratio", [-0.1, 1.1])
def test_a_ratio_beyond_the_whole_is_refused(ratio: float) -> None:
    with pytest.raises(UsageError, match="from 0 to 1"):
        DataCollection([1]).sample(ratio)


def test_shuffle_gives_every_row_once_in_one_order() -> None:
    shuffled = DataCollection.range(100).shuffle()
    once = shuffled.to_list()
    assert once != list(range(100))
    assert sorted(once) == list(range(100))
    assert shuffled.to_list() == once
    assert (
        DataCollection.range(9).shuffle(seed=1).to_list()
        != DataCollection.range(9).shuffle(seed=2).to_list()
    )


def test_batch_gives_lists_and_the_last_may_be_shorter() -> None:
    assert DataCollection.range(5).batch(2).to_list() == [[0, 1], [2, 3], [4]]
    assert DataCollection.range(5).batch(2, drop_tail=True).to_list() == [[0, 1], [2, 3]]
    assert DataCollection.range(4).batch(2, raw=False).to_list() == [[0, 1], [2, 3]]


def test_a_batch_of_entities_is_one_entity_of_lists() -> None:
    expected = [Entity(a=[1, 2], b=["x", "y"]), Entity(a=[3], b=["x"])]
    assert rows().batch(2).to_list() == expected
    assert DataCollection(rows().to_list()).batch(2).to_list() == expected


def test_the_columns_of_a_batch_are_columns() -> None:
    assert rows().batch(2).runas_op["a", "n"](func=len).select["n"]().as_raw().to_list() == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"size": 3}, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
        ({"size": 3, "drop_head": False}, [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]),
        ({"size": 3, "drop_tail": False}, [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4], [4]]),
        ({"size": 2, "step": 2}, [[0, 1], [2, 3]]),
        (
            {"size": 2, "step": 2, "drop_head": False, "drop_tail": False},
            [[0], [0, 1], [2, 3], [4]],
        ),
        ({"size": 2, "step": 4, "drop_head": False, "drop_tail": False}, [[0], [0, 1], [4]]),
        ({"size": 9}, []),
        ({"size": 9, "step": 3, "drop_tail": False}, [[0, 1, 2, 3, 4], [3, 4]]),
    ],
)
def test_rolling_gives_windows_and_partial_ones_if_told(
    arguments: dict[str, Any], expected: list[list[int]]
) -> None:
    assert DataCollection.range(5).rolling(**arguments).to_list() == expected


@pytest.mark.parametrize("verb", ["batch", "rolling", "split"])
@pytest.mark.parametrize("size", [0, -1, 1.5])
def test_a_size_below_one_is_refused(verb: str, size: Any) -> None:
    with pytest.raises(UsageError, match="a whole number of at least 1"):
        getattr(DataCollection([1]), verb)(size)


def test_group_by_gathers_rows_that_share_a_value() -> None:
    groups = rows().group_by("b").to_list()
    assert groups == [Entity(a=[1, 3], b="x"), Entity(a=[2], b="y")]


def test_group_by_a_column_that_is_not_there_names_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="'bb'; did you mean 'b'"):
        rows().group_by("bb")
    with pytest.raises(UnknownNameError, match="no column is called 'z'"):
        DataCollection([{"a": 1}]).group_by("z").to_list()


def test_group_by_values_without_a_hash_names_the_row() -> None:
    with pytest.raises(UsageError, match=r"row 1: rows cannot be grouped by \[1\]"):
        dc["a"]([(1,), [1]]).group_by("a").to_list()


@pytest.mark.parametrize("data", [[1, 2, 3], iter([1, 2, 3])])
def test_split_gives_independent_readers(data: Any) -> None:
    first, second, third = DataCollection(data).split(3)
    assert first.to_list() == [1, 2, 3]
    assert second.map(str).to_list() == ["1", "2", "3"]
    assert third.head(1).to_list() == [1]


def test_split_train_test_gives_every_row_once() -> None:
    train, test = DataCollection.range(10).split_train_test()
    assert (len(train), len(test)) == (9, 1)
    assert sorted([*train, *test]) == list(range(10))


def test_split_train_test_keeps_the_order_if_told() -> None:
    parts = DataCollection.range(10).split_train_test(size=[0.5, 0.3, 0.2], shuffle=False)
    assert [part.to_list() for part in parts] == [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9]]


def test_the_same_seed_splits_alike() -> None:
    one, other = (DataCollection.range(50).split_train_test(seed=4)[1] for _ in range(2))
    assert one.to_list() == other.to_list()


@pytest.mark.parametrize("size", [[0.9, 0.2], [], [1.5, -0.5]])
def test_shares_that_do_not_add_up_are_refused(size: list[float]) -> None:
    with pytest.raises(UsageError, match="shares that add up to 1"):
        DataCollection.range(10).split_train_test(size)


def test_select_from_takes_positions_and_lists_of_them() -> None:
    names = DataCollection(["a", "b", "c"])
    assert DataCollection([2, 0, -1]).select_from(names).to_list() == ["c", "a", "c"]
    assert DataCollection([[0, 1], [], np.array([2])]).select_from(names).to_list() == [
        ["a", "b"],
        [],
        ["c"],
    ]
    assert DataCollection([1]).select_from(["x", "y"]).to_list() == ["y"]
    assert DataCollection([1]).select_from(iter("xy")).to_list() == ["y"]


def test_select_from_takes_keys(tmp_path: Any) -> None:
    (tmp_path / "a").write_text("first")
    (tmp_path / "b").write_text("second")
    paths = DataCollection.from_glob(f"{tmp_path}/*")
    sizes = paths.map(len)
    wanted = str(tmp_path / "b")
    assert DataCollection([wanted, [wanted]]).select_from(sizes).to_list() == [
        len(wanted),
        [len(wanted)],
    ]


@pytest.mark.parametrize(("wanted", "said"), [(5, "there is no element 5"), ("k", "no row key")])
def test_select_from_names_a_position_or_key_that_is_not_there(wanted: Any, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        DataCollection([wanted]).select_from(["a"]).to_list()


def test_as_str_gives_texts() -> None:
    assert DataCollection([1, None]).as_str().to_list() == ["1", "None"]
    assert rows().head(1).as_str().to_list() == ['{"a": 1, "b": "x"}']


# -- a list ------------------------------------------------------------------------------------


def test_a_collection_is_indexed_and_sliced() -> None:
    numbers = DataCollection.range(5).map(lambda x: x * 10)
    assert (numbers[0], numbers[-1], len(numbers)) == (0, 40, 5)
    assert numbers[1:4:2].to_list() == [10, 30]
    assert 20 in numbers
    assert list(reversed(numbers)) == [40, 30, 20, 10, 0]
    with pytest.raises(IndexError):
        numbers[5]


def test_a_collection_is_edited_as_a_list() -> None:
    numbers = DataCollection([3, 1, 2])
    numbers[0] = 5
    assert numbers.append(4).extend([7, 7]).insert(0, 9).to_list() == [9, 5, 1, 2, 4, 7, 7]
    assert numbers.pop() == 7
    assert numbers.pop(0) == 9
    assert numbers.remove(5).sort(reverse=True).to_list() == [7, 4, 2, 1]
    assert numbers.reverse().to_list() == [1, 2, 4, 7]
    assert numbers.count(4) == 1
    del numbers[0]
    assert numbers.to_list() == [2, 4, 7]
    assert numbers.clear().to_list() == []


def test_editing_leaves_the_list_it_was_made_of_and_its_copies() -> None:
    mine = [1, 2]
    numbers = DataCollection(mine)
    copied = numbers.copy()
    numbers.append(3)
    assert (mine, copied.to_list(), numbers.to_list()) == ([1, 2], [1, 2], [1, 2, 3])


def test_edits_are_seen_by_what_is_chained_afterwards() -> None:
    numbers = DataCollection([1, 2]).map(lambda x: x * 10)
    numbers.append(5)
    assert numbers.map(str).to_list() == ["10", "20", "5"]


def test_an_edited_frame_still_has_columns() -> None:
    frame = rows().append(Entity(a=4, b="z"))
    assert frame.runas_op["a", "c"](func=str).select["c"]().as_raw().to_list() == list("1234")


def test_an_edited_collection_of_options_stays_one() -> None:
    safe = DataCollection([1, 0]).safe().map(lambda x: 1 / x)
    assert safe.append(7).drop_empty().to_list() == [1.0, 7]


# -- looks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("collection", "shown"),
    [
        (DataCollection([1, "a"]), "DataCollection([1, 'a'])"),
        (DataCollection.range(3), "DataCollection([0, 1, 2])"),
        (DataCollection([]), "DataCollection([])"),
        (DataCollection([1]) + range(2, 3), "DataCollection([1, 2])"),
        (DataCollection([1]).zip([2]).head(1), "DataCollection([(1, 2)])"),
        (dc["a"]([1]), "DataFrame([Entity(a=1)])"),
        (DataCollection([1]).safe(), "DataCollection([Some(1)])"),
        (DataCollection(iter([1])), "<DataCollection: stream, 0 steps>"),
        (DataCollection([1]).map(str), "<DataCollection: values(1 rows), 1 steps>"),
    ],
)
def test_repr_shows_elements_that_are_at_hand(collection: DataCollection, shown: str) -> None:
    assert repr(collection) == shown


def test_repr_of_a_long_collection_is_cut() -> None:
    assert repr(DataCollection.range(11)).endswith("8, 9, …])")
    assert repr(DataCollection.range(10)).endswith("8, 9])")


def test_repr_shows_elements_once_they_are_computed() -> None:
    made = DataCollection([1, 2]).map(str)
    len(made)
    assert repr(made) == "DataCollection(['1', '2'])"


def test_run_computes_every_row() -> None:
    calls = Calls()
    DataCollection.range(50).map(calls).run()
    assert calls.count == 50


def test_an_unknown_method_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="'to_lst'; did you mean 'to_list'") as caught:
        _ = DataCollection([1]).to_lst
    assert isinstance(caught.value, AttributeError)
    assert not hasattr(DataCollection([1]), "no_such_thing")


# -- how to run --------------------------------------------------------------------------------


def parallel_ways() -> dict[str, Callable[[DataCollection], DataCollection]]:
    return {
        "set_parallel": lambda c: c.set_parallel(num_worker=3).map(lambda x: x + 1),
        "set_parallel afterwards": lambda c: c.map(lambda x: x + 1).set_parallel(2),
        "unset_parallel": lambda c: c.set_parallel(2).map(lambda x: x + 1).unset_parallel(),
        "pmap": lambda c: c.pmap(lambda x: x + 1, 3),
        "pmap without a number": lambda c: c.pmap(lambda x: x + 1),
        "mmap": lambda c: c.mmap([lambda x: x + 1, str])[0],
        "config": lambda c: c.config(parallel=2, chunksize=8, format_priority=["onnx"]).map(
            lambda x: x + 1
        ),
        "set_engine": lambda c: c.set_engine("local", num_worker=2).map(lambda x: x + 1),
    }


@pytest.mark.parametrize("way", parallel_ways().values(), ids=parallel_ways())
@pytest.mark.parametrize("stream", [False, True])
def test_order_is_kept_however_it_runs(
    way: Callable[[DataCollection], DataCollection], stream: bool
) -> None:
    data = iter(range(500)) if stream else range(500)
    assert way(DataCollection(data)).to_list() == list(range(1, 501))


def test_set_parallel_runs_functions_in_threads_and_unset_parallel_does_not() -> None:
    import threading

    here = threading.current_thread()
    elsewhere = DataCollection.range(5).map(lambda _: threading.current_thread() is here)
    assert not any(elsewhere.set_parallel(2))
    assert all(elsewhere.set_parallel(2).unset_parallel())


@pytest.mark.parametrize("call", ["set_parallel", "pmap"])
def test_a_backend_that_is_not_there_is_refused(call: str) -> None:
    arguments = (str,) if call == "pmap" else ()
    with pytest.raises(UsageError, match="backend=\"thread\", not 'process'"):
        getattr(DataCollection([1]), call)(*arguments, backend="process")
