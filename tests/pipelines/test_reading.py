"""A pipeline is a YAML file, and what is wrong in one is said in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee import Entity, pipeline
from towhee.errors import MissingFileError, UnknownNameError, UsageError
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
        ({"dimension": "384"}, "dimension is a whole number, not '384'"),
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
