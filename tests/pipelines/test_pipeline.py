"""A pipeline takes any form of an image, one or many, and gives the same vectors."""

from __future__ import annotations

import io
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import towhee
from towhee import Image, pipeline, register
from towhee.errors import UsageError
from towhee.hub.registry import unregister
from towhee.pipelines import list_pipelines, register_pipeline, unregister_pipeline

PICTURE = Path(towhee.__file__).parent / "samples/gallery/coffee_cup.jpg"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> object:
    """The picture's address on a server on loopback."""
    handler = partial(_Quiet, directory=str(PICTURE.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/{PICTURE.name}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_form_of_an_image_gives_the_same_vector(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWHEE_ALLOW_HOSTS", "127.0.0.1")
    embed = pipeline("image-embedding")
    expected = embed(str(PICTURE))
    assert expected.shape == (384,)
    assert expected.dtype == np.float32
    assert np.linalg.norm(expected) == pytest.approx(1, abs=1e-5)
    pixels = np.asarray(PIL.Image.open(PICTURE).convert("RGB"))
    forms = [
        PICTURE,
        address,
        PICTURE.read_bytes(),
        io.BytesIO(PICTURE.read_bytes()),
        PIL.Image.open(PICTURE),
        pixels,
        Image(pixels, "RGB"),
        Image(pixels[:, :, ::-1], "BGR"),
    ]
    for form in forms:
        assert np.array_equal(embed(form), expected), type(form)


def test_a_list_gives_stacked_vectors_equal_to_single_calls() -> None:
    embed = pipeline("image-embedding")
    paths = sorted(map(str, PICTURE.parent.iterdir()))[:9]
    together = embed(paths)
    assert together.shape == (9, 384)
    assert np.abs(together - np.stack([embed(path) for path in paths])).max() < 1e-5


def test_an_empty_list_gives_no_vectors() -> None:
    assert pipeline("image-embedding")([]).shape == (0, 384)


def test_a_pipeline_of_a_local_checkpoint(shared_data: Path) -> None:
    folder = shared_data.parent / "models/mobilenetv2_100.tf_in1k"
    embed = pipeline("image-embedding-mobilenetv2_100", checkpoint=folder)
    assert embed(PICTURE).shape == (1280,)
    near = embed(PIL.Image.open(PICTURE).resize((300, 200)))
    far = embed(PICTURE.parent / "astronaut.jpg")
    assert embed(PICTURE) @ near > 0.9 > embed(PICTURE) @ far


def test_names_are_listed_once_with_what_they_need() -> None:
    listed = list_pipelines()
    names = [spec.name for spec in listed]
    assert len(names) == len(set(names))
    assert {"image-embedding", "image-embedding-resnet50"} <= set(names)
    extras = {spec.name: spec.extra for spec in listed}
    assert extras["image-embedding"] is None
    assert extras["image-embedding-resnet50"] == "torch"


def test_a_chain_of_registered_operators_gets_a_name() -> None:
    register("pipeline_test.double")(lambda x: 2 * x)
    register("pipeline_test.text")(str)
    register_pipeline("double-text", ["pipeline_test.double", "pipeline_test.text"])
    try:
        assert pipeline("double-text")(21) == "42"
        assert pipeline("double-text")([1, 2]) == ["2", "4"]
        with pytest.raises(UsageError, match="is called 'double-text' already"):
            register_pipeline("double-text", ["pipeline_test.double"])
    finally:
        unregister_pipeline("double-text")
        unregister("pipeline_test.double")
        unregister("pipeline_test.text")


def test_fast_preprocessing_decodes_no_more_than_the_model_needs(tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    PIL.Image.open(PICTURE).resize((2400, 1800)).save(large, quality=95)
    exact, fast = pipeline("image-embedding"), pipeline("image-embedding", preprocess="fast")
    assert "image_decode.pil(min_side=256)" in fast.explain()
    assert "min_side" not in exact.explain()
    cosine = float(exact(large) @ fast(large))
    assert 0.999 < cosine < 1 - 1e-7
    with pytest.raises(UsageError, match='preprocess is "exact" or "fast", not \'quick\''):
        pipeline("image-embedding", preprocess="quick")(large)


def test_what_is_asked_for_wrongly_is_said() -> None:
    with pytest.raises(UsageError, match="pipelines that run it: image-embedding-resnet50"):
        pipeline("resnet50")
    with pytest.raises(UsageError, match="by its name, not by None"):
        pipeline(None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="takes 1 values, or a list of calls, not 2 values"):
        pipeline("image-embedding")(PICTURE, PICTURE)
