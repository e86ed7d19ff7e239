"""``POST /v1/explain``, by programs and on the page: why two pictures match."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from live_server import data_uri, running, whole
from real_browser import real_browser
from tiny_models import tiny_checkpoint
from towhee import open_store, pipeline, viz
from towhee.functional.origin import origin_of
from towhee.serve import ServeSettings
from towhee.serve.starting import ServiceOptions


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory, photographs: list[Path]) -> ServiceOptions:
    """A collection of photographs by a model that torch runs."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_checkpoint(folder / "model")
    embedding = {"checkpoint": "./model", "backend": "torch"}
    about = {
        "name": "tiny",
        "data": "image",
        "summary": "a test",
        "steps": ["image_decode.pil", {"operator": "image_embedding.timm", "with": embedding}],
    }
    (folder / "pipeline.yaml").write_text(json.dumps(about))
    made = pipeline(folder).preload()
    uri = f"faiss:///{folder}/store"
    with open_store(uri, "photos") as opened:
        vectors = made.batch([*map(str, photographs[:6])])
        opened.ensure(["x"], vectors[:1], fingerprint=origin_of(made.plan, made.spec.name))
        opened.upsert([*map(str, photographs[:6])], vectors)
    return ServiceOptions((str(folder),), {}, ServeSettings(), 10**8, store=uri)


@pytest.fixture(scope="module")
def explaining(options: ServiceOptions) -> Iterator[str]:
    with running(whole(options.service())) as address:
        yield address


def test_both_pictures_come_under_the_heat_of_what_they_share(
    explaining: str, options: ServiceOptions, photographs: list[Path]
) -> None:
    one, other = photographs[:2]
    asked = {"input": data_uri(one.read_bytes()), "found": str(other)}
    answer = httpx.post(f"{explaining}/v1/explain", json=asked, timeout=60)
    assert answer.status_code == 200, answer.text
    why = answer.json()
    expected = viz.heatmap(pipeline(options.names[0]), str(one), str(other))
    assert why["method"] == expected.method
    assert why["similarity"] == pytest.approx(expected.score, abs=0.02)  # of smaller pictures
    assert expected.other is not None
    for uri, heat in zip(why["pictures"], (expected, expected.other), strict=True):
        picture = PIL.Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
        whole = heat.overlay()
        assert picture.size == whole.size, "none of them is larger than what is compared"
        assert np.abs(np.asarray(picture, float) - np.asarray(whole, float)).mean() < 8
    by_key = {"key": str(one), "found": str(other)}
    again = httpx.post(f"{explaining}/v1/explain", json=by_key, timeout=60).json()
    assert again["similarity"] == pytest.approx(why["similarity"], abs=1e-5)
    (model,) = httpx.get(f"{explaining}/v1/models").json()["data"]
    assert model["explains"] is True


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"input": "data:,nothing", "found": "{0}"}, 422),
        ({"input": "/etc/passwd", "found": "{0}"}, 422),
        ({"key": "/etc/passwd", "found": "{0}"}, 422),
        ({"key": "{0}", "found": "{7}"}, 422),  # a photograph of the server that is no entry
        ({"key": "{0}", "found": "nothing"}, 422),
        ({"found": "{0}"}, 422),
        ({"key": "{0}", "found": "{1}", "collection": "nothing"}, 404),
    ],
)
def test_what_is_no_picture_or_no_entry_is_refused(
    explaining: str, photographs: list[Path], asked: dict[str, str], status: int
) -> None:
    paths = [*map(str, photographs[:8])]
    sent = {name: value.format(*paths) for name, value in asked.items()}
    assert httpx.post(f"{explaining}/v1/explain", json=sent).status_code == status


def test_models_that_torch_does_not_run_are_not_explained(
    tmp_path: Path, embed: Any, photographs: list[Path]
) -> None:
    uri = f"faiss:///{tmp_path}"
    with open_store(uri, "photos") as opened:
        origin = origin_of(embed.plan, embed.spec.name)
        opened.ensure(["x"], embed(photographs[:1]), fingerprint=origin)
    service = ServiceOptions(("image-embedding",), {}, ServeSettings(), 10**8, store=uri).service()
    with running(whole(service)) as address:
        (model,) = httpx.get(f"{address}/v1/models").json()["data"]
        asked = {"key": "x", "found": "y"}
        answer = httpx.post(f"{address}/v1/explain", json=asked)
    assert model["explains"] is False
    assert answer.status_code == 422
    assert "cannot be explained" in answer.text


def test_a_server_that_gives_no_pictures_gives_none_of_these(options: ServiceOptions) -> None:
    from dataclasses import replace

    silent = replace(options, settings=ServeSettings(shows_pictures=False))
    with running(whole(silent.service())) as address:
        answer = httpx.post(f"{address}/v1/explain", json={"key": "x", "found": "y"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_pictures")


def test_the_page_shows_why(explaining: str, photographs: list[Path]) -> None:
    with real_browser() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(explaining)
        page.locator("input[type=file]").set_input_files(photographs[0])
        page.get_by_text("Nearest to this input in photos").wait_for()
        for searched in ("this input", photographs[0].name):
            why = page.get_by_role("button", name=f"Why does {photographs[1].name} match?")
            why.focus()
            page.keyboard.press("Enter")
            dialog = page.locator("#why")
            dialog.get_by_text(f"What {searched} and {photographs[1].name}").wait_for()
            page.wait_for_function(
                "() => [...document.querySelectorAll('#why img')]"
                ".filter(each => each.naturalWidth > 0).length === 2"
            )
            page.keyboard.press("Escape")
            page.locator(".card").first.click()
            page.get_by_text(f"Nearest to {photographs[0].name} in photos").wait_for()
        assert complaints == []
        page.context.close()
