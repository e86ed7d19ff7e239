"""``POST /v1/search``: in a store, and in a file of vectors."""

from __future__ import annotations

import base64
import dataclasses
import io
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import PIL.Image
import pytest

from live_server import data_uri, running, whole
from towhee import Pipeline, open_store
from towhee.cli.served_file import vectors_in_file
from towhee.errors import UsageError
from towhee.functional.origin import origin_of
from towhee.serve import ServeSettings
from towhee.serve.starting import ServiceOptions


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory, embed: Pipeline, photographs: list[Path]
) -> str:
    """A store that the embedded model filled with the photographs."""
    uri = f"faiss:///{tmp_path_factory.mktemp('store')}"
    with open_store(uri, "photos") as opened:
        embed.preload()
        opened.ensure(
            ["x"],
            embed(photographs[:1]),
            {"size": [1]},
            fingerprint=origin_of(embed.plan, embed.spec.name),
        )
        keys = [path.name for path in photographs]
        sizes = [path.stat().st_size for path in photographs]
        opened.upsert(keys, embed(photographs), {"size": sizes})
    return uri


def options(store: str, *names: str) -> ServiceOptions:
    settings = ServeSettings(max_topk=50)
    return ServiceOptions(names, {}, settings, 10**8, store=store, read_file=vectors_in_file)


def test_neighbours_in_a_store_are_those_that_the_store_gives(
    store: str, embed: Pipeline, photographs: list[Path]
) -> None:
    with open_store(store, "photos") as opened:
        size = sorted(path.stat().st_size for path in photographs)[10]
        (expected,) = opened.search(embed(photographs[3]), 4, filter=f"size > {size}")
    service = options(store, "image-embedding").service()
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        asked = {"topk": 4, "filter": f"size > {size}"}
        by_image = client.post(
            "/v1/search", json={"input": data_uri(photographs[3].read_bytes()), **asked}
        ).json()
        by_vector = client.post(
            "/v1/search", json={"vector": embed(photographs[3]).tolist(), **asked}
        ).json()
        assert by_image == by_vector
        found = by_image["results"]
        assert [each["key"] for each in found] == expected.keys
        assert [each["score"] for each in found] == expected.scores
        assert [each["payload"] for each in found] == expected.payload
        for wrong, status in [
            ({}, 422),
            ({"key": photographs[0].name, "vector": [1.0]}, 422),
            ({"key": "nothing"}, 422),
            ({"key": True}, 422),
            ({"key": 2**70}, 422),
            ({"vector": [1.0] * 384, "collection": "nothing"}, 404),
            ({"input": "/etc/passwd"}, 422),
            ({"input": "data:,x", "vector": [1.0]}, 422),
            ({"vector": []}, 422),
            ({"vector": [1.0, 2.0]}, 422),
            ({"vector": [1e300] * 384}, 422),
            ({"vector": [0.0] * 384}, 422),
            ({"vector": [1.0] * 384, "topk": 51}, 422),
            ({"vector": [1.0] * 384, "topk": 0}, 422),
            ({"vector": [1.0] * 384, "filter": "size >"}, 422),
            ({"vector": [1.0] * 384, "filter": "nothing > 1"}, 422),
            ({"input": "data:,x", "model": "nothing"}, 404),
        ]:
            answer = client.post("/v1/search", json=wrong)
            assert answer.status_code == status, (wrong, answer.text)


def test_what_is_like_an_entry_is_found_by_its_key(
    store: str, embed: Pipeline, photographs: list[Path]
) -> None:
    with open_store(store, "photos") as opened:
        (expected,) = opened.search(embed(photographs[3]), 4)
    service = options(store, "image-embedding").service()
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        listed = client.get("/v1/collections").json()["data"]
        assert listed == [{"id": "photos", "model": "image-embedding", "metric": "cosine"}]
        asked = {"key": photographs[3].name, "topk": 4, "collection": "photos"}
        found = client.post("/v1/search", json=asked).json()["results"]
        assert [each["key"] for each in found] == expected.keys
        assert np.allclose([each["score"] for each in found], expected.scores, rtol=0, atol=1e-6)


def test_pictures_are_of_keys_that_are_images_and_of_nothing_else(
    tmp_path: Path, embed: Pipeline, photographs: list[Path]
) -> None:
    uri = f"faiss:///{tmp_path}"
    (tmp_path / "secret.txt").write_text("secret")
    keys = [str(photographs[0]), str(tmp_path / "secret.txt"), "nothing.jpg", "http://127.0.0.1:9/"]
    with open_store(uri, "photos") as opened:
        origin = origin_of(embed.plan, embed.spec.name)
        vectors = embed(photographs[: len(keys)])
        opened.ensure(keys[:1], vectors[:1], fingerprint=origin)
        opened.upsert(keys, vectors)
    asked = {"key": keys[0], "topk": 4, "pictures": True}
    service = options(uri, "image-embedding").service()
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        found = client.post("/v1/search", json=asked).json()["results"]
        pictures = {each["key"]: each["picture"] for each in found}
        refused = client.post("/v1/search", json={**asked, "topk": 101})
    assert (refused.status_code, refused.json()["error"]["param"]) == (422, "topk")
    assert [pictures[key] for key in keys[1:]] == [None] * 3
    head, _, content = (pictures[keys[0]] or "").partition(",")
    assert head == "data:image/jpeg;base64"
    small = PIL.Image.open(io.BytesIO(base64.b64decode(content)))
    assert max(small.size) <= 320
    silent = dataclasses.replace(options(uri, "image-embedding").settings, shows_pictures=False)
    service = dataclasses.replace(options(uri, "image-embedding"), settings=silent).service()
    with running(whole(service)) as address:
        answer = httpx.post(f"{address}/v1/search", json=asked).json()
    assert "picture" not in answer["results"][0]


def test_several_collections_are_served_beside_each_other(
    tmp_path: Path, embed: Pipeline, photographs: list[Path]
) -> None:
    uri = f"faiss:///{tmp_path}"
    for name, held in (("many", photographs), ("few", photographs[:1])):
        with open_store(uri, name) as opened:
            origin = origin_of(embed.plan, embed.spec.name)
            opened.ensure(["x"], embed(held[:1]), fingerprint=origin)
            opened.upsert([path.name for path in held], embed(held))
    both = dataclasses.replace(options(uri, "image-embedding"), collections=("many", "few"))
    with running(whole(both.service())) as address, httpx.Client(base_url=address) as client:
        asked = {"vector": embed(photographs[5]).tolist(), "topk": 1}
        found = [
            client.post("/v1/search", json={**asked, **where}).json()["results"][0]["key"]
            for where in ({}, {"collection": "many"}, {"collection": "few"})
        ]
    assert found == [photographs[5].name] * 2 + [photographs[0].name]


def test_a_collection_that_another_pipeline_filled_is_refused(store: str) -> None:
    with pytest.raises(UsageError, match="made by 'image-embedding': serve it too"):
        options(store, "image-embedding-phash").service()


def test_a_file_of_vectors_is_searched(
    tmp_path: Path, embed: Pipeline, photographs: list[Path]
) -> None:
    file = tmp_path / "photos.parquet"
    subprocess.run(
        [sys.executable, "-m", "towhee", "embed", str(photographs[0].parent), "-o", str(file)],
        check=True,
        capture_output=True,
    )
    service = options(str(file), "image-embedding").service()
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        query = data_uri(photographs[5].read_bytes())
        (first, _) = client.post("/v1/search", json={"input": query, "topk": 2}).json()["results"]
        assert Path(first["key"]).name == photographs[5].name
        assert np.isclose(first["score"], 1, rtol=0, atol=1e-6)  # unit length, in float32
        (again, _) = client.post("/v1/search", json={"key": first["key"], "topk": 2}).json()[
            "results"
        ]
        assert again == first
        refused = client.post("/v1/search", json={"input": query, "filter": "size > 1"})
        assert refused.status_code == 422


def test_a_server_without_a_collection_says_so(client: httpx.Client) -> None:
    answer = client.post("/v1/search", json={"vector": [1.0]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_collection")
