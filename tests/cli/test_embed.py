"""``towhee embed``: what the file holds is what the pipeline gives."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

import towhee as package
from towhee import pipeline, register
from towhee.hub.registry import unregister
from towhee.pipelines import register_pipeline, unregister_pipeline

GOOD = ["B.JPG", "a.png", "trips/c.jpeg"]


def rows_of(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    table = parquet.read_table(path)
    vectors = np.stack(table["embedding"].to_numpy())
    return dict(zip(table["path"].to_pylist(), vectors, strict=True))


def test_the_vectors_are_the_pipelines_own(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 0, done.stderr
    rows = rows_of(tmp_path / "out.parquet")
    assert list(rows) == [str(photos / name) for name in GOOD], "sorted, broken and hidden left out"
    embed = pipeline("image-embedding")
    for path, vector in rows.items():
        np.testing.assert_allclose(vector, embed(path), atol=1e-6)


def test_the_file_says_what_made_it(towhee: Any, photos: Path, tmp_path: Path) -> None:
    towhee("embed", photos, "-o", tmp_path / "out.parquet")
    schema = parquet.read_schema(tmp_path / "out.parquet")
    dimension = pipeline("image-embedding").spec.dimension
    assert schema.field("embedding").type.equals(pyarrow.list_(pyarrow.float32(), dimension))
    assert schema.field("path").type == pyarrow.string()
    assert schema.metadata[b"towhee.pipeline"] == b"image-embedding"
    assert schema.metadata[b"towhee.dimension"] == str(dimension).encode()
    assert schema.metadata[b"towhee.version"] == package.__version__.encode()


def test_a_broken_picture_is_listed_and_the_others_are_kept(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 0
    assert "left out 1:" in done.stderr
    assert str(photos / "broken.jpg") in done.stderr
    assert "truncated or damaged" in done.stderr
    last = done.stdout.splitlines()[-1]
    assert "3 rows" in last
    assert "1 left out" in last
    assert "images/s" in last


def test_raise_ends_at_the_broken_picture_and_writes_nothing(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "out.parquet", "--on-error", "raise")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {photos / 'broken.jpg'} cannot be read")
    assert "--on-error skip" in done.stderr
    assert list(tmp_path.iterdir()) == [photos]


def test_keep_does_what_skip_does(towhee_json: Any, photos: Path, tmp_path: Path) -> None:
    kept = towhee_json("embed", photos, "-o", tmp_path / "out.parquet", "--on-error", "keep")
    assert (kept["rows"], kept["failed"]) == (3, 1)


def test_only_broken_pictures_are_an_error(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos / "broken.jpg", "-o", tmp_path / "out.parquet")
    assert done.exit_code == 1
    assert "nothing was written" in done.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_at_most_twenty_are_listed(towhee: Any, photos: Path, tmp_path: Path) -> None:
    for number in range(30):
        (photos / f"empty{number}.jpg").touch()
    done = towhee("embed", photos, "-o", tmp_path / "out.parquet")
    assert "left out 31:" in done.stderr
    assert "and 11 more" in done.stderr
    assert len(done.stderr.splitlines()) == 22


def test_json_tells_everything(towhee_json: Any, photos: Path, tmp_path: Path) -> None:
    told = towhee_json("embed", photos, "-o", tmp_path / "out.parquet")
    assert told["output"] == str(tmp_path / "out.parquet")
    assert told["pipeline"] == "image-embedding"
    assert told["dimension"] == pipeline("image-embedding").spec.dimension
    assert told["rows"] == 3
    assert [failure["path"] for failure in told["failures"]] == [str(photos / "broken.jpg")]
    assert told["images_per_second"] == pytest.approx(3 / told["seconds"], rel=0.1)


def test_options_of_the_run_do_not_change_the_vectors(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    towhee("embed", photos, "-o", tmp_path / "a.parquet", "--batch-size", 2, "--workers", 1)
    towhee("embed", photos, "-o", tmp_path / "b.parquet")
    first, second = rows_of(tmp_path / "a.parquet"), rows_of(tmp_path / "b.parquet")
    assert list(first) == list(second)
    np.testing.assert_allclose(np.stack([*first.values()]), np.stack([*second.values()]), atol=1e-6)


def test_csv(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "out.CSV")
    assert done.exit_code == 0, done.stderr
    with open(tmp_path / "out.CSV", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [str(photos / name) for name in GOOD]
    vector = np.array(json.loads(rows[0]["embedding"]), np.float32)
    np.testing.assert_allclose(vector, pipeline("image-embedding")(rows[0]["path"]), atol=1e-6)


def test_npy_and_the_paths_beside_it(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "out.npy")
    assert done.exit_code == 0, done.stderr
    vectors = np.load(tmp_path / "out.npy", allow_pickle=False)
    paths = json.loads((tmp_path / "out.paths.json").read_text(encoding="utf-8"))
    assert paths == [str(photos / name) for name in GOOD]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, pipeline("image-embedding")(paths), atol=1e-6)


def test_an_ending_that_is_none_of_them_is_a_usage_error(towhee: Any, photos: Path) -> None:
    done = towhee("embed", photos, "-o", "vectors.txt")
    assert done.exit_code == 2
    assert ".parquet" in done.stderr


def test_a_folder_that_does_not_exist_is_told_before_any_work(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "nowhere" / "out.parquet")
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_a_folder_in_the_place_of_the_file_is_told_before_any_work(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "out.parquet").mkdir()
    done = towhee("embed", photos, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 1
    assert "is a folder" in done.stderr
    assert "left out" not in done.stderr


def test_a_path_that_does_not_exist_is_told(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos, photos / "nosuch.jpg", "-o", tmp_path / "out.parquet")
    assert done.exit_code == 1
    assert "nosuch.jpg" in done.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_a_folder_without_images_is_told(towhee: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = towhee("embed", tmp_path / "empty", "-o", tmp_path / "out.parquet")
    assert done.exit_code == 1
    assert "no image in" in done.stderr


def test_an_unknown_pipeline_is_answered_with_the_closest(towhee: Any, photos: Path) -> None:
    done = towhee("embed", photos, "-o", "x.parquet", "--pipeline", "image-embeding")
    assert done.exit_code == 1
    assert "did you mean 'image-embedding'" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal")
def test_a_terminal_shows_a_bar_with_the_rate(photos: Path, tmp_path: Path) -> None:
    mine, its = os.openpty()
    program = "from towhee.cli.main import main; main()"
    arguments = ["embed", str(photos), "-o", str(tmp_path / "out.parquet")]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=its, text=True
    ) as running:
        os.close(its)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while block := os.read(mine, 65536):
                shown += block
        os.close(mine)
        assert running.stdout is not None
        assert "3 rows" in running.stdout.read(), "no bar on stdout"
    assert b"4/4" in shown
    assert b"images/s" in shown
    assert b"broken.jpg" in shown


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served(photos: Path) -> Iterator[str]:
    """The address under which the photos are served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(photos)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses(
    towhee: Any, photos: Path, tmp_path: Path, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWHEE_ALLOW_HOSTS", served)
    good, bad = f"http://{served}/a.png?size=1", f"http://{served}/nosuch.png"
    done = towhee("embed", good, bad, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 0, done.stderr
    assert "nosuch.png" in done.stderr
    rows = rows_of(tmp_path / "out.parquet")
    assert list(rows) == [good]
    expected = pipeline("image-embedding")(str(photos / "a.png"))
    np.testing.assert_allclose(rows[good], expected, atol=1e-6)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_left_out(
    towhee_json: Any, picture: Callable[[Path, int], Path], tmp_path: Path
) -> None:
    picture(tmp_path / "photos" / "a.png", 1)
    odd = os.path.join(os.fsencode(tmp_path), b"photos", b"\xff.png")
    try:
        os.link(tmp_path / "photos" / "a.png", odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    told = towhee_json("embed", tmp_path / "photos", "-o", tmp_path / "out.parquet")
    assert (told["rows"], told["failed"]) == (1, 1)
    assert "not UTF-8" in told["failures"][0]["reason"]


@pytest.fixture
def wide_vectors() -> Iterator[str]:
    """A pipeline of vectors of 256 KiB, one for each path."""

    @register("cli_test.wide")
    def wide(path: str) -> Any:
        return np.full(65536, len(path), np.float32)

    register_pipeline("wide", ["cli_test.wide"])
    yield "wide"
    unregister_pipeline("wide")
    unregister("cli_test.wide")


@pytest.mark.parametrize("suffix", [".parquet", ".npy"])
def test_memory_stays_flat(
    towhee_json: Any, tmp_path: Path, wide_vectors: str, suffix: str
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number}.png").touch()
    tracemalloc.start()
    try:
        output = tmp_path / f"out{suffix}"
        told = towhee_json("embed", folder, "-o", output, "--pipeline", wide_vectors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told["rows"] == 1000
    written = 1000 * 65536 * 4
    assert peak < written / 2, f"{peak / 2**20:.0f} MiB at once of {written / 2**20:.0f} MiB"


def test_a_pipeline_that_gives_no_vectors_is_refused(
    towhee: Any, photos: Path, tmp_path: Path
) -> None:
    register_pipeline("decoded", ["image_decode.pil"])
    try:
        done = towhee("embed", photos / "a.png", "-o", tmp_path / "x.csv", "--pipeline", "decoded")
    finally:
        unregister_pipeline("decoded")
    assert done.exit_code == 1
    assert "gives no vectors" in done.stderr
    assert not (tmp_path / "x.csv").exists()


def test_analyze_tells_where_the_time_went(towhee: Any, photos: Path, tmp_path: Path) -> None:
    done = towhee("embed", photos, "-o", tmp_path / "vectors.csv", "--analyze")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"^ +4 +4 .* in batches: image_embedding\.embedded", done.stderr, re.MULTILINE)
    assert "bottleneck: " in done.stderr
    assert "bottleneck: " not in done.stdout
