"""``towhee search``: the neighbours are those that exact search gives."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from towhee import pipeline
from towhee.pipelines import register_pipeline, unregister_pipeline

SAMPLES = Path(str(files("towhee") / "samples"))
QUERY_NAME, NEAREST = next(
    iter(json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8")).items())
)
QUERY = SAMPLES / "queries" / QUERY_NAME


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample gallery, embedded by the command."""
    from typer.testing import CliRunner

    from towhee.cli.main import app

    path = tmp_path_factory.mktemp("index") / "gallery.parquet"
    done = CliRunner().invoke(app, ["embed", str(SAMPLES / "gallery"), "-o", str(path)])
    assert done.exit_code == 0, done.stderr
    return path


@pytest.mark.parametrize("cal", ["cosine", "L2", "IP", "l2"])
def test_neighbours_and_scores_are_exact(towhee_json: Any, index: Path, cal: str) -> None:
    told = towhee_json("search", index, QUERY, "--topk", 3, "--cal", cal)
    table = parquet.read_table(index)
    vectors = np.stack(table["embedding"].to_numpy())
    query = pipeline("image-embedding")(str(QUERY))
    near = -np.linalg.norm(vectors - query, axis=1) if cal.upper() == "L2" else vectors @ query
    best = np.argsort(-near)[:3]
    (result,) = told["results"]
    assert result["query"] == str(QUERY)
    assert [near["path"] for near in result["neighbours"]] == [
        table["path"][int(place)].as_py() for place in best
    ]
    scores = [near["score"] for near in result["neighbours"]]
    np.testing.assert_allclose(scores, np.abs(near[best]), atol=1e-5)
    assert told["pipeline"] == "image-embedding"


def test_the_table_names_query_and_neighbours_in_full(towhee: Any, index: Path) -> None:
    done = towhee("search", index, QUERY, "--topk", 2)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["query", "rank", "path", "cosine"]
    assert lines[1].split()[:3] == [str(QUERY), "1", str(SAMPLES / "gallery" / NEAREST)]
    assert len(lines) == 3


def test_the_page_holds_the_thumbnails(towhee: Any, index: Path, tmp_path: Path) -> None:
    page = tmp_path / "found.html"
    done = towhee("search", index, QUERY, "--topk", 4, "--html", page)
    assert done.exit_code == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,") == 5, "the query and four neighbours"
    assert NEAREST in text
    assert str(page) in done.stdout


def test_a_picture_that_is_gone_does_not_lose_the_page(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    towhee("embed", photos, "-o", tmp_path / "x.parquet")
    (photos / "a.png").unlink()
    page = tmp_path / "found.html"
    done = towhee("search", tmp_path / "x.parquet", photos / "B.JPG", "--html", page)
    assert done.exit_code == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,") == 3
    assert "a.png" in text


def test_a_broken_query_is_listed_and_the_others_are_answered(
    towhee: Any, index: Path, photos: Path
) -> None:
    done = towhee("search", index, QUERY, photos / "broken.jpg", "--json")
    assert done.exit_code == 1
    assert "broken.jpg" in done.stderr
    told = json.loads(done.stdout)
    assert [result["query"] for result in told["results"]] == [str(QUERY)]
    assert [failure["path"] for failure in told["failures"]] == [str(photos / "broken.jpg")]


def test_the_recorded_pipeline_may_be_named(towhee_json: Any, index: Path) -> None:
    told = towhee_json("search", index, QUERY, "--pipeline", "towhee/image_embedding")
    assert told["pipeline"] == "image-embedding"


def test_another_pipeline_is_refused(towhee: Any, index: Path) -> None:
    done = towhee("search", index, QUERY, "--pipeline", "image-embedding-resnet50")
    assert done.exit_code == 1
    assert "pipeline image-embedding (" in done.stderr
    assert "pipeline image-embedding-resnet50" in done.stderr


def test_another_version_of_the_model_is_refused(towhee: Any, index: Path, tmp_path: Path) -> None:
    table = parquet.read_table(index)
    older = {**table.schema.metadata, b"towhee.model": b"towhee-image-small 0.0.1 (abc)"}
    parquet.write_table(table.replace_schema_metadata(older), tmp_path / "old.parquet")
    done = towhee("search", tmp_path / "old.parquet", QUERY)
    assert done.exit_code == 1
    assert "model towhee-image-small 0.0.1 (abc)" in done.stderr
    assert "embed the images again" in done.stderr


def test_a_file_of_unknown_origin_needs_the_pipeline_by_name(
    towhee: Any, index: Path, tmp_path: Path
) -> None:
    table = parquet.read_table(index).replace_schema_metadata(None)
    lists = table["embedding"].cast(pyarrow.list_(pyarrow.float64()))
    parquet.write_table(table.set_column(1, "embedding", lists), tmp_path / "x.parquet")
    refused = towhee("search", tmp_path / "x.parquet", QUERY)
    assert refused.exit_code == 1
    assert "--pipeline" in refused.stderr
    done = towhee(
        "search", tmp_path / "x.parquet", QUERY, "--pipeline", "image-embedding", "--topk", 1
    )
    assert done.exit_code == 0, done.stderr
    assert NEAREST in done.stdout


def test_vectors_of_another_length_are_refused(towhee: Any, tmp_path: Path) -> None:
    table = pyarrow.table({"path": ["a.jpg"], "embedding": [[1.0, 2.0]]})
    parquet.write_table(table, tmp_path / "x.parquet")
    done = towhee("search", tmp_path / "x.parquet", QUERY, "--pipeline", "image-embedding")
    assert done.exit_code == 1
    assert "vectors of 2 numbers" in done.stderr


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"path": ["a"], "vector": [[1.0]]}, "no column embedding"),
        ({"path": ["a"], "embedding": [3]}, "not lists of numbers"),
        ({"path": ["a", "b"], "embedding": [[1.0], [1.0, 2.0]]}, "no vectors of one length"),
        ({"path": ["a", "b"], "embedding": [[1.0], None]}, "row 1"),
        ({"path": ["a"], "embedding": [["x"]]}, "no vectors of one length"),
    ],
)
def test_a_file_that_is_no_index_says_why(
    towhee: Any, tmp_path: Path, columns: dict[str, Any], said: str
) -> None:
    parquet.write_table(pyarrow.table(columns), tmp_path / "x.parquet")
    done = towhee("search", tmp_path / "x.parquet", QUERY, "--pipeline", "image-embedding")
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_file_that_is_no_parquet_says_so(towhee: Any, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("not a table")
    done = towhee("search", tmp_path / "x.parquet", QUERY)
    assert done.exit_code == 1
    assert "no Parquet file" in done.stderr
    assert towhee("search", tmp_path / "nosuch.parquet", QUERY).exit_code == 1


def test_a_pipeline_that_is_gone_is_named(towhee: Any, photos: Path, tmp_path: Path) -> None:
    register_pipeline("mine", ["image_decode.pil", "image_embedding.embedded"])
    made = towhee("embed", photos / "a.png", "-o", tmp_path / "x.parquet", "--pipeline", "mine")
    unregister_pipeline("mine")
    assert made.exit_code == 0, made.stderr
    done = towhee("search", tmp_path / "x.parquet", photos / "a.png")
    assert done.exit_code == 1
    assert "no pipeline is called 'mine'" in done.stderr
