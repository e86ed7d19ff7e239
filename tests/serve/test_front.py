"""``serve()`` and the methods of its name: a pipeline as an application, or a route of one."""

from __future__ import annotations

from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

import towhee
from live_server import data_uri, running
from towhee import DataCollection, Pipeline, ops, pipe
from towhee.errors import UsageError
from towhee.serve import ServeSettings, serve


def test_a_pipeline_serves_itself_with_all_routes(embed: Pipeline, photographs: list[Path]) -> None:
    content = photographs[0].read_bytes()
    with running(embed.serve()) as address, httpx.Client(base_url=address) as client:
        answers = [
            client.post(path, files={"input": content}).json()["result"]
            for path in ("/", "/v1/pipelines/image-embedding")
        ]
        assert client.get("/readyz").json() == {"ready": True}
    for answer in answers:
        assert np.array_equal(np.array(answer, np.float32), embed(content))


def test_chains_and_pipes_are_routes_of_an_application_of_the_user(
    embed: Pipeline, photographs: list[Path]
) -> None:
    app = FastAPI()

    @app.get("/mine")
    def mine() -> str:
        return "mine"

    with towhee.api["x"]() as api:
        chain = api.runas_op["x", "y"](func=lambda x: x + 1).select["y"]().as_raw()
        assert chain.serve("/add", app) is app
    with towhee.api() as api:
        api.image_decode.pil().image_embedding.embedded().serve("/embed", app)
    doubled = pipe.input("n").map("n", "twice", lambda n: 2 * n).output("twice")
    doubled.serve(app, "/double")
    serve(len, app, "/length", settings=ServeSettings(keys={"k" * 16: "me"}))
    with running(app) as address, httpx.Client(base_url=address) as client:
        assert client.get("/mine").json() == "mine"
        assert client.post("/add", json={"input": 1}).json()["result"] == 2
        results = client.post("/double", json={"inputs": [1, "a", None]}).json()["results"]
        assert [each.get("result") for each in results] == [2, "aa", None]
        assert "error" in results[2]
        content = photographs[0].read_bytes()
        answer = client.post("/embed", json={"input": data_uri(content)}).json()["result"]
        assert np.array_equal(np.array(answer, np.float32), embed(content))
        assert client.post("/embed", json={"input": str(photographs[0])}).status_code == 422
        assert client.post("/length", json={"input": "abc"}).status_code == 401
        allowed = {"Authorization": f"Bearer {'k' * 16}"}
        length = client.post("/length", json={"input": "abc"}, headers=allowed)
        assert length.json() == {"model": "len", "result": 3}


def test_a_text_is_an_input_as_it_is() -> None:
    with towhee.api() as api:
        app = api.map(lambda x: f"{x}!").serve("/shout")
    with running(app) as address:
        answer = httpx.post(
            f"{address}/shout", content="héllo", headers={"Content-Type": "text/plain"}
        )
    assert answer.json()["result"] == "héllo!"


@pytest.mark.parametrize("thing", [DataCollection([1, 2]), 3, "image-embedding"])
def test_what_is_no_function_of_an_input_cannot_be_served(thing: object) -> None:
    with pytest.raises(UsageError, match="cannot be served"):
        serve(thing)


def test_a_route_begins_with_a_slash() -> None:
    with pytest.raises(UsageError, match="begins with a slash"):
        serve(len, path="length")


def test_a_chain_gives_one_result_for_each_input_whatever_becomes_of_its_rows() -> None:
    from towhee.serve.served import served

    with towhee.api() as api:
        some = served(api.flatten().filter(lambda x: x > 1).map(lambda x: 6 // (x - 2)))
    assert some.runner.run([[1], [3, 4], [], [5]]) == [[], [6, 3], [], [2]]
    failed = some.runner.run([[3], [2], [4]])
    assert [failed[0], failed[2]] == [[6], [3]]
    assert "ZeroDivisionError" in type(failed[1][0].error).__name__


def test_a_chain_that_puts_its_rows_together_is_called_for_each_input_alone() -> None:
    from towhee.serve.served import served

    with towhee.api() as api:
        pairs = served(api.flatten().batch(2))
    assert pairs.runner.run([[1, 2, 3], [4]]) == [[[1, 2], [3]], [[4]]]


def test_embedding_operators_of_texts_take_texts() -> None:
    from towhee.serve.served import served

    with towhee.api() as api:
        hashing = served(api.text_embedding.hashing())
    assert not hashing.inputs[0].is_file
    vector = ops.text_embedding.hashing()("a towhee")
    assert np.array_equal(hashing.runner.run(["a towhee"])[0], vector)
