"""``towhee run`` runs any pipeline over any inputs, a line of JSON each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import towhee as package
from towhee import pipeline

PICTURE = Path(package.__file__).parent / "samples/gallery/cat.jpg"


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_input_gives_a_line_with_its_result(towhee: Any) -> None:
    done = towhee("run", "image-embedding", PICTURE, PICTURE)
    assert done.exit_code == 0
    first, second = lines(done.stdout)
    assert first == second
    assert first["input"] == str(PICTURE)
    expected = pipeline("image-embedding")(PICTURE)
    assert np.abs(np.array(first["result"], np.float32) - expected).max() < 1e-6


def test_settings_are_arguments_of_the_last_operator(towhee: Any) -> None:
    refused = towhee("run", "image-embedding", PICTURE, "--set", "preprocess=quick")
    assert refused.exit_code == 1
    assert """preprocess is "exact" or "fast", not 'quick'""" in refused.stderr
    unknown = towhee("run", "image-embedding", PICTURE, "--set", "normalise=false")
    assert "did you mean 'normalize'" in unknown.stderr


def test_a_failing_input_ends_the_run_unless_told_otherwise(towhee: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    ended = towhee("run", "image-embedding", broken, PICTURE)
    assert ended.exit_code == 1
    assert str(broken) in ended.stderr
    kept = lines(towhee("run", "image-embedding", broken, PICTURE, "--on-error", "keep").stdout)
    assert "broken.jpg" in kept[0]["error"]
    assert len(kept[1]["result"]) == 384
    skipped = towhee("run", "image-embedding", broken, PICTURE, "--on-error", "skip")
    assert [line["input"] for line in lines(skipped.stdout)] == [str(PICTURE)]
    assert "left out 1" in skipped.stderr


def test_results_go_to_a_file(towhee: Any, tmp_path: Path) -> None:
    out = tmp_path / "vectors.jsonl"
    done = towhee("run", "image-embedding", PICTURE, "-o", out)
    assert done.stdout == ""
    assert "1 result" in done.stderr
    assert len(lines(out.read_text())[0]["result"]) == 384


def test_a_file_of_a_graph_takes_its_inputs_in_turn(towhee: Any, tmp_path: Path) -> None:
    file = tmp_path / "joined.yaml"
    file.write_text(
        "name: joined\ndata: text\nsummary: two texts as one\npipe:\n  pipe: 1\n"
        "  inputs: [a, b]\n  nodes:\n"
        '    - map: {in: [a, b], out: [c], function: "operator:add"}\n  outputs: [c]\n'
    )
    done = towhee("run", file, "x", "y", "1", "2", "--trust-functions")
    assert [line["result"] for line in lines(done.stdout)] == ["xy", "12"]
    lacking = towhee("run", file, "x", "y", "1", "--trust-functions")
    assert lacking.exit_code == 1
    assert "takes 2 inputs, and 1 of the last are left" in lacking.stderr


@pytest.mark.parametrize("given", ["device", "=cpu", "a b=1", "x=[1", "x=!!bool 7", "x={5: 6}"])
def test_a_setting_that_is_none_is_refused(towhee: Any, given: str) -> None:
    refused = towhee("run", "image-embedding", PICTURE, "--set", given)
    assert refused.exit_code == 2
    assert "--set" in refused.stderr


@pytest.mark.parametrize("option", ["on_error", "batch_size", "trust_functions", "name"])
def test_an_option_of_the_command_is_no_setting(towhee: Any, option: str) -> None:
    refused = towhee("run", "image-embedding", PICTURE, "--set", f"{option}=1")
    assert refused.exit_code == 1
    assert f"--set {option}=… is no argument of an operator" in refused.stderr


def test_results_are_no_table(towhee: Any, tmp_path: Path) -> None:
    refused = towhee("run", "image-embedding", PICTURE, "-o", tmp_path / "out.parquet")
    assert refused.exit_code == 2
    assert "results are lines of JSON" in refused.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_an_argument_of_another_operator_is_told_apart(towhee: Any) -> None:
    refused = towhee("run", "sentence-similarity", "a", "b", "--set", "checkpoint=x")
    assert "give it as text_embedding={'checkpoint'" in refused.stderr


def test_a_pipeline_that_needs_an_argument_says_which(towhee: Any) -> None:
    refused = towhee("run", "image-classification-zero-shot", PICTURE)
    assert (
        "image_classification.zero_shot needs labels; it takes labels, template" in refused.stderr
    )


def test_a_pattern_stands_for_the_files_that_match(towhee: Any, tmp_path: Path) -> None:
    done = towhee("run", "image-embedding", PICTURE.parent / "c*t.jpg")
    assert [line["input"] for line in lines(done.stdout)] == [str(PICTURE)]
    none = towhee("run", "image-embedding", tmp_path / "*.jpg")
    assert none.exit_code == 1
    assert "no file matches" in none.stderr


def test_inputs_that_are_no_texts_are_parsed(towhee: Any) -> None:
    series = [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]
    done = towhee("run", "timeseries-embedding", "--parse", json.dumps(series))
    (line,) = lines(done.stdout)
    assert line["input"] == series
    expected = pipeline("timeseries-embedding")(np.array(series, float))
    assert np.abs(np.array(line["result"]) - expected).max() < 1e-6
    assert "is not JSON" in towhee("run", "timeseries-embedding", "--parse", "[1,").stderr
