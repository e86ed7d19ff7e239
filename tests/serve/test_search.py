"""``POST /v1/search``: in a store, and in a file of vectors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from live_server import data_uri, running
from towhee import Pipeline, open_store
from towhee.cli.served_file import vectors_in_file
from towhee.errors import UsageError
from towhee.functional.origin import origin_of
from towhee.serve import ServeSettings
from towhee.serve.app import application
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
    with running(application(service)) as address, httpx.Client(base_url=address) as client:
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
    with running(application(service)) as address, httpx.Client(base_url=address) as client:
        query = data_uri(photographs[5].read_bytes())
        (first, _) = client.post("/v1/search", json={"input": query, "topk": 2}).json()["results"]
        assert Path(first["key"]).name == photographs[5].name
        assert np.isclose(first["score"], 1, rtol=0, atol=1e-6)  # unit length, in float32
        refused = client.post("/v1/search", json={"input": query, "filter": "size > 1"})
        assert refused.status_code == 422


def test_a_server_without_a_collection_says_so(client: httpx.Client) -> None:
    answer = client.post("/v1/search", json={"vector": [1.0]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_collection")
