"""Random pipes give the rows that the plainest interpreter gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.interpreter import Op, Program, built, interpret

NAMES = ("n", "a", "b", "c", "d")


def added(constant: int, outputs: int) -> Any:
    def function(*values: int) -> Any:
        total = (sum(values) + constant) % 23
        return total if outputs < 2 else tuple(total + number for number in range(outputs))

    return function


def opened(constant: int, outputs: int) -> Any:
    def function(*values: int) -> Any:
        for item in range((sum(values) + constant) % 4):
            yield item if outputs < 2 else tuple(item + number for number in range(outputs))

    return function


def summed(constant: int, outputs: int) -> Any:
    def function(*columns: Any) -> Any:
        total = sum(sum(column) for column in columns) + constant
        return total if outputs < 2 else tuple(total + number for number in range(outputs))

    return function


MAKERS = {
    "map": added,
    "flat_map": opened,
    "filter": lambda constant, outputs: lambda *values: (sum(values) + constant) % 3,
    "window": summed,
    "window_all": summed,
    "reduce": summed,
}


@st.composite
def ops(draw: Any, known: tuple[str, ...], depth: int) -> tuple[Op, ...]:
    """Some calls of the builder that can follow each other."""
    found: list[Op] = []
    for _ in range(draw(st.integers(1, 6 if depth else 3))):
        if depth and draw(st.integers(0, 6)) == 0:
            count = draw(st.integers(1, 3))
            branches = tuple(draw(ops(known, depth - 1)) for _ in range(count))
            found.append(Op("concat", branches=branches))
            known = tuple(dict.fromkeys((*known, *_written(branches))))
            continue
        kind = draw(st.sampled_from(sorted(MAKERS)))
        some = st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True).map(tuple)
        inputs, by = draw(some), draw(some) if kind == "filter" else ()
        fewest = len(inputs) if kind == "filter" else draw(st.integers(0, 1))
        most = len(inputs) if kind == "filter" else 2
        names = st.lists(st.sampled_from(NAMES), min_size=fewest, max_size=most, unique=True)
        outputs = tuple(draw(names))
        function = MAKERS[kind](draw(st.integers(0, 5)), len(outputs))
        size, step = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        found.append(Op(kind, inputs, outputs, function, by, size, step))
        known = tuple(dict.fromkeys((*known, *outputs)))
    return tuple(found)


def _written(branches: tuple[tuple[Op, ...], ...]) -> list[str]:
    return [
        name
        for branch in branches
        for op in branch
        for name in (_written(op.branches) if op.kind == "concat" else op.outputs)
    ]


@st.composite
def programs(draw: Any) -> Program:
    """A pipe of one input."""
    made = draw(ops(("n",), 2))
    known = tuple(dict.fromkeys(("n", *_written((made,)))))
    outputs = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True))
    return Program(("n",), made, tuple(outputs))


@settings(max_examples=400, deadline=None, report_multiple_bugs=False)
@given(programs(), st.lists(st.integers(0, 9), max_size=4))
def test_a_pipe_gives_the_rows_of_the_interpreter(program: Program, calls: list[int]) -> None:
    function = built(program)
    expected = [interpret(program, [call]) for call in calls]
    assert [function(call).to_list() for call in calls] == expected
    assert [result.to_list() for result in function.batch(calls)] == expected
