"""A pipeline is a YAML file, and what is wrong in one is said in a sentence."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from towhee import Entity, pipeline
from towhee.errors import DataError, MissingFileError, UnknownNameError, UsageError
from towhee.pipelines.building import built
from towhee.pipelines.reading import spec_of

CHAIN: dict[str, Any] = {
    "name": "mine",
    "data": "vector",
    "summary": "four numbers as a square",
    "steps": [{"operator": "tensor_reshape", "with": {"shape": [2, 2]}}],
}

GRAPH = """
name: halves
data: number
summary: the halves of the numbers below one
pipe:
  pipe: 1
  inputs: [n]
  nodes:
    - flat_map: {in: [n], out: [i], function: "builtins:range"}
    - map: {in: [i], out: [text], function: "builtins:str"}
  outputs: [i, text]
"""


def test_a_file_gives_the_pipeline_that_it_describes(tmp_path: Path) -> None:
    file = tmp_path / "square.yaml"
    file.write_text(
        "name: square\ndata: vector\nsummary: four numbers as a square\n"
        "steps:\n  - operator: tensor_reshape\n    with: {shape: [2, 2]}\n"
    )
    square = pipeline(file)
    assert square(np.arange(4)).tolist() == [[0, 1], [2, 3]]
    assert pipeline(str(file), shape=[4, 1])(np.arange(4)).shape == (4, 1)
    assert square.spec.summary == "four numbers as a square"


def test_a_folder_is_a_pipeline_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(
        "name: raw\ndata: image\nsummary: pixels\nsteps: [image_decode.pil]\n"
    )
    assert pipeline(tmp_path).explain() == pipeline(tmp_path / "pipeline.yaml").explain()


def test_a_path_in_a_file_starts_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(
        "name: own\ndata: image\nsummary: our model\nsteps:\n"
        "  - operator: image_embedding.timm\n    with: {checkpoint: ./weights}\n"
    )
    with pytest.raises(Exception, match=f"{tmp_path}/weights' does not exist"):
        pipeline(tmp_path)


def test_a_graph_of_many_rows_gives_a_list_of_entities(tmp_path: Path) -> None:
    file = tmp_path / "halves.yaml"
    file.write_text(GRAPH)
    count = pipeline(file, trust_functions=True)
    assert count(2) == [Entity(i=0, text="0"), Entity(i=1, text="1")]
    assert count([1, 0, 2]) == [
        [Entity(i=0, text="0")],
        [],
        [Entity(i=0, text="0"), Entity(i=1, text="1")],
    ]
    with pytest.raises(UsageError, match="trust_functions=True"):
        pipeline(file)


def test_a_failing_call_of_a_graph_stands_alone(tmp_path: Path) -> None:
    file = tmp_path / "halves.yaml"
    file.write_text(GRAPH)
    kept = pipeline(file, trust_functions=True, on_error="keep")([1, "two", 2, "three"])
    assert [len(each) if isinstance(each, list) else each.value for each in kept] == [
        1,
        "two",
        2,
        "three",
    ]
    assert kept[1].key == "two"
    assert "cannot be interpreted as an integer" in str(kept[1].error)
    skipped = pipeline(file, trust_functions=True, on_error="skip")([1, "two", 2])
    assert [len(each) for each in skipped] == [1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"nam": "x"},
            r"no field of a pipeline \(mine.yaml\) is called 'nam'; did you mean 'name'",
        ),
        ({"name": None}, "name is a text, not None"),
        ({"dimension": "384"}, "dimension is a whole number from 1, not '384'"),
        ({"pipe": {"nodes": []}}, "either steps, a chain, or pipe, a graph"),
        ({"steps": []}, r"steps is a list of operators, not \[\]"),
        ({"steps": [{"with": {}}]}, "a step names its operator"),
        ({"steps": [{"operator": "str", "args": 1}]}, "a step has operator, with and when"),
        ({"steps": [{"operator": "str", "with": [1]}]}, "with and when hold arguments by name"),
        ({"family": "image_embedding.timm"}, "a name that ends in {model_name}"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        spec_of({**CHAIN, **change}, source="mine.yaml")


def test_an_empty_file_and_one_without_steps_are_no_pipelines() -> None:
    with pytest.raises(UsageError, match=r"mine\.yaml is no pipeline: it holds None"):
        spec_of(None, source="mine.yaml")
    with pytest.raises(UsageError, match="it has no data, summary"):
        spec_of({"name": "x"}, source="mine.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.yaml cannot be read"):
        pipeline(tmp_path / "absent.yaml")


def test_arguments_go_to_the_last_step_or_to_the_task_that_is_named() -> None:
    made = pipeline("image-embedding", normalize=False, image_decode={"mode": "RGBA"})
    assert "image_decode.pil(mode='RGBA')" in made.explain()
    assert "image_embedding.embedded(normalize=False)" in made.explain()
    with pytest.raises(UnknownNameError, match=r"argument of image_embedding\.embedded"):
        pipeline("image-embedding", image_decoder={"mode": "RGBA"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "name is a text, not ''"),
        ({"model": 5}, "model is a text, not 5"),
        ({"dimension": True}, "dimension is a whole number from 1, not True"),
        ({"dimension": -5}, "dimension is a whole number from 1, not -5"),
    ],
)
def test_what_cannot_describe_a_pipeline_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        spec_of({**CHAIN, **change}, source="mine.yaml")


@pytest.mark.parametrize(
    "node",
    ["1", "{map: 1}", "{map: {operator: 5}}", "{map: {operator: str, with: 5}}", "{a: {}, b: {}}"],
)
def test_a_graph_whose_nodes_are_none_is_refused(tmp_path: Path, node: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        f"name: a\ndata: b\nsummary: c\npipe: {{pipe: 1, inputs: [a], nodes: [{node}]}}\n"
    )
    with pytest.raises(UsageError, match=r"mine\.yaml"):
        pipeline(file)


def test_a_graph_that_holds_itself_and_a_bomb_of_aliases_are_refused(tmp_path: Path) -> None:
    for text in (
        "pipe: &p {pipe: 1, inputs: [a], nodes: [{map: {in: [a], out: [b], pipe: *p}}]}",
        "steps:\n- operator: &o str\n- operator: *o\n",
    ):
        file = tmp_path / "mine.yaml"
        file.write_text(f"name: a\ndata: b\nsummary: c\n{text}")
        with pytest.raises(UsageError, match="aliases are not taken"):
            pipeline(file)


@pytest.mark.parametrize("name", [None, 5, b"image-embedding", [], True])
def test_what_is_no_name_is_told(name: Any) -> None:
    with pytest.raises(UsageError, match="a pipeline is asked for by its name"):
        pipeline(name)


def test_a_name_too_long_for_a_file_is_an_unknown_name() -> None:
    with pytest.raises(UnknownNameError, match="no pipeline is called"):
        pipeline("x" * 5000)


@pytest.mark.parametrize("path", ["./a\x00b.yaml", "./a\ud800.yaml", "./" + "x" * 5000 + ".yaml"])
def test_a_path_that_cannot_be_is_a_file_that_is_not_there(path: str) -> None:
    with pytest.raises(MissingFileError, match="there is no such file"):
        pipeline(path)


def test_a_file_that_may_never_end_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    endless = tmp_path / "endless.yaml"
    endless.symlink_to("/dev/zero")
    for file in (pipe, endless):
        with pytest.raises(DataError, match="not a regular file"):
            pipeline(file)


def test_a_file_that_is_no_text_is_no_pipeline(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="it is no UTF-8 text"):
        pipeline(file)


def test_a_file_in_a_folder_beneath_is_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipes").mkdir()
    (tmp_path / "pipes/mine.yaml").write_text(yaml.safe_dump(CHAIN))
    monkeypatch.chdir(tmp_path)
    assert pipeline("pipes/mine.yaml")(np.arange(4)).tolist() == [[0, 1], [2, 3]]


def test_a_condition_on_an_argument_that_there_is_not_is_told() -> None:
    step = {"operator": "tensor_reshape", "with": {"shape": [4]}, "when": {"shap": [2, 2]}}
    spec = spec_of({**CHAIN, "steps": [step, *CHAIN["steps"]]}, source="mine.yaml")
    with pytest.raises(UnknownNameError, match="did you mean 'shape'"):
        built(spec, {})


def test_a_pipeline_that_was_called_can_be_pickled_and_copied() -> None:
    embed = pipeline("image-embedding")
    image = np.zeros((8, 8, 3), np.uint8)
    vector = embed(image)
    for again in (pickle.loads(pickle.dumps(embed)), copy.deepcopy(embed)):
        assert (again(image) == vector).all()
