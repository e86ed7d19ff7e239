"""A pipe as YAML, and back."""

from __future__ import annotations

import operator
from pathlib import Path

import numpy as np
import pytest

import towhee
from towhee import ops, pipe, pipeline, register
from towhee.builder.read import pipe_from_yaml
from towhee.errors import MissingFileError, UnknownNameError, UsageError

TWICE = """\
pipe: 1
inputs: [n]
nodes:
- map: {in: [n, n], out: [n~2], function: 'operator:add'}
outputs: [n~2]
"""


def test_operators_are_written_by_name_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "embed.yaml"
    embed = (
        pipe.input("path")
        .map("path", "image", ops.image_decode.pil())
        .map("image", "image", ops.image_resize(size=(64, 64)))
        .map("image", "vector", ops.image_embedding.embedded())
        .output("vector")
    )
    text = embed.to_yaml(file)
    again = pipeline(str(file))
    assert again.plan == embed.plan
    assert again.to_yaml() == text == file.read_text()
    picture = str(Path(towhee.__file__).parent / "samples/gallery/cat.jpg")
    (ours,), (theirs,) = again(picture).get(), embed(picture).get()
    assert np.array_equal(ours, theirs)


def test_every_node_and_branch_comes_back() -> None:
    start = pipe.input("n", "k").flat_map("n", "i", range)
    left = start.map("i", "i", str).window("i", "w", 2, 1, "".join)
    right = start.filter("i", "odd", "i", operator.truth).reduce("odd", "sum", sum)
    timed = start.time_window("i", "t", "i", 2, 1, len).window_all("i", "all", len)
    whole = start.concat(left, right, timed).output("i", "w", "sum", "t", "all", "k")
    again = pipe_from_yaml(_with_addresses(whole), trust_functions=True)
    assert again(4, 0).to_list() == whole(4, 0).to_list()


def _with_addresses(whole: object) -> str:
    with pytest.raises(UsageError, match="cannot be imported by a name"):
        whole.to_yaml()  # type: ignore[attr-defined]  # "".join is a method of a value
    return """\
pipe: 1
inputs: [n, k]
nodes:
- flat_map: {in: [n], out: [i], function: 'builtins:range'}
- map: {in: [i], out: [i~2], function: 'builtins:str'}
- window: {in: [i~2], out: [w], function: 'builder.test_yaml:joined', size: 2, step: 1}
- filter: {in: [i], out: [odd], function: '_operator:truth', by: [i]}
- reduce: {in: [odd], out: [sum], function: 'builtins:sum'}
- time_window: {in: [i], out: [t], function: 'builtins:len', by: [i], size: 2, step: 1}
- window_all: {in: [i], out: [all], function: 'builtins:len'}
outputs: [i, w, sum, t, all, k]
"""


def joined(texts: list[str]) -> str:
    return "".join(texts)


def test_a_pipe_in_a_pipe() -> None:
    inner = pipe.input("a").map("a", "b", joined).output("b")
    outer = pipe.input("x").map("x", "y", inner).output("y")
    again = pipe_from_yaml(outer.to_yaml(), trust_functions=True)
    assert again(["a", "b"]).get() == ["ab"]


def test_a_function_is_imported_only_for_who_trusts_the_file() -> None:
    with pytest.raises(
        UsageError, match=r"calls the function 'operator:add'.*trust_functions=True"
    ):
        pipe_from_yaml(TWICE)
    assert pipe_from_yaml(TWICE, trust_functions=True)(2).get() == [4]
    argument = "operator: runas_op, with: {func: {function: 'os:system'}}"
    hidden = TWICE.replace("function: 'operator:add'", argument)
    with pytest.raises(UsageError, match="calls the function 'os:system'"):
        pipe_from_yaml(hidden)


def test_a_lambda_cannot_be_written() -> None:
    with pytest.raises(UsageError, match=r"cannot be imported by a name.*@towhee.register"):
        pipe.input("n").map("n", "m", lambda n: n).output("m").to_yaml()


def test_a_registered_function_can() -> None:
    register("test.written", replace=True)(lambda n: n + 1)
    text = pipe.input("n").map("n", "m", ops.test.written()).output("m").to_yaml()
    assert pipe_from_yaml(text)(1).get() == [2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is no YAML"),
        ("a: 1", "is no pipe"),
        ("- 1", "is no pipe"),
        (TWICE.replace("pipe: 1", "pipe: 9"), "has the form 9; this version reads 1"),
        (TWICE.replace("[n, n]", "[z]"), "no column is called 'z'"),
        (TWICE.replace("map:", "mapp:"), "did you mean 'map'"),
        (TWICE.replace("function:", "funktion:"), "map has in, out and a function"),
        (TWICE.replace("'operator:add'", "'operator:ad'"), "there is no function 'operator:ad'"),
        (TWICE.replace("'operator:add'", "'no_such_module:f'"), "there is no function"),
        (TWICE.replace("in: [n, n]", "in: 3"), "'in' is a list of columns"),
        (TWICE.replace("- map", "- 3\n- map"), "a node is one kind"),
    ],
)
def test_what_is_no_pipe_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pipe_from_yaml(text, trust_functions=True)


def test_a_file_or_an_operator_that_is_not_there() -> None:
    with pytest.raises(MissingFileError, match=r"absent\.yaml cannot be read"):
        pipeline("absent.yaml")
    unknown = TWICE.replace("function: 'operator:add'", "operator: image_decode.pill")
    with pytest.raises(UnknownNameError, match=r"did you mean 'image_decode\.pil'"):
        pipe_from_yaml(unknown)


@pytest.mark.parametrize(
    "text",
    [
        "pipe: 1\nnodes: 5",
        "pipe: 1\ninputs: [a]\nnodes: [{map: {in: [a], out: [b], operator: str, args: 5}}]",
        "pipe: 1\ninputs: [a]\nnodes: [{map: {in: [a], out: [b], operator: str, with: 5}}]",
        "pipe: 1\ninputs: [a]\nnodes: [{map: {out: [b], operator: tensor_unstack}}]",
        "pipe: !!bool foo",
        'pipe: !!int ""',
        "pipe: !!timestamp x",
        "pipe: 2020-13-45",
        "pipe: " + "9" * 5000,
        "[" * 5000,
        "pipe: 1\npipe: 1",
        "pipe: 1\n1: 2",
    ],
    ids=lambda text: text[:60],
)
def test_what_is_no_pipe_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        pipe_from_yaml(text)
