"""``towhee explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee import ops, pipe


def test_a_named_pipeline_is_explained(towhee: Any) -> None:
    shown = towhee("explain", "image-embedding")
    assert shown.exit_code == 0, shown.stderr
    assert "image_embedding.embedded()" in shown.stdout
    assert "runs as" in shown.stdout


def test_a_pipe_in_a_file_is_explained_and_drawn(towhee: Any, tmp_path: Path) -> None:
    file, drawing = tmp_path / "p.yaml", tmp_path / "p.svg"
    made = pipe.input("a").map("a", "b", ops.tensor_reshape(shape=(2, 2))).output("b")
    made.to_yaml(file)
    shown = towhee("explain", file, "--svg", drawing)
    assert shown.exit_code == 0, shown.stderr
    assert made.explain() in shown.stdout
    assert drawing.read_text() == made.dag_repr.svg


def test_a_file_s_functions_are_imported_only_if_it_is_trusted(towhee: Any, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    pipe.input("a").map("a", "b", abs).output("b").to_yaml(file)
    refused = towhee("explain", file)
    assert refused.exit_code == 1
    assert "calls the function 'builtins:abs'" in refused.stderr
    assert towhee("explain", file, "--trust-functions").exit_code == 0


def test_what_there_is_not(towhee: Any, tmp_path: Path) -> None:
    assert "did you mean 'image-embedding'" in towhee("explain", "image-embeding").stderr
    assert "cannot be read" in towhee("explain", tmp_path / "absent.yaml").stderr
    refused = towhee("explain", "image-embedding", "--svg", tmp_path / "a.svg")
    assert "has no graph to draw" in refused.stderr
