"""``POST /v1/pipelines/{name}``: any pipeline, in any form that an input is sent in."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest

from live_server import data_uri, running, whole
from towhee import Pipeline, pipe, pipeline
from towhee.serve import ServeSettings
from towhee.serve.forming import BatchRules
from towhee.serve.served import served
from towhee.serve.service import Service

EMBED = "/v1/pipelines/image-embedding"


def test_every_form_of_a_file_gives_the_bits_that_the_library_gives(
    client: httpx.Client, embed: Pipeline, photographs: list[Path]
) -> None:
    content = photographs[0].read_bytes()
    expected = embed(content)
    answers = [
        client.post(EMBED, content=content, headers={"Content-Type": "image/jpeg"}),
        client.post(EMBED, files={"input": content}),
        client.post(EMBED, json={"input": data_uri(content)}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert np.array_equal(np.array(answer.json()["result"], np.float32), expected)


def test_a_bad_input_fails_alone_among_those_of_its_request(
    client: httpx.Client, embed: Pipeline, photographs: list[Path]
) -> None:
    contents = [path.read_bytes() for path in photographs[:6]]
    sent = [data_uri(content) for content in contents]
    sent[2] = data_uri(contents[2][:2000])
    sent[4] = "data:image/png;base64,!!!"
    results = client.post(EMBED, json={"inputs": sent}).json()["results"]
    assert ["error" in result for result in results] == [n in (2, 4) for n in range(6)]
    assert results[2]["error"]["message"].startswith("the file cannot be read: the JPEG image")
    assert results[4]["error"]["param"] == "inputs[4]"
    for place in (0, 1, 3, 5):
        vector = np.array(results[place]["result"], np.float32)
        assert np.array_equal(vector, embed(contents[place]))


def test_a_single_bad_input_is_an_answer_of_422(client: httpx.Client) -> None:
    answer = client.post(EMBED, content=b"no image", headers={"Content-Type": "image/png"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unusable_input"


def test_a_pipe_of_several_inputs_takes_them_by_name_and_in_order() -> None:
    made = (
        pipe.input("image", "note")
        .map("image", "image", pipeline_decode())
        .map(("image", "note"), "said", lambda image, note: f"{note} {image.shape[0]}")
        .output("said", "note")
    )
    service = Service()
    service.add(served(made, "note"))
    content = _png(3, 5)
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        sent = {"image": data_uri(content), "note": "/etc/passwd"}
        for given in (sent, list(sent.values())):
            answer = client.post("/v1/pipelines/note", json={"input": given})
            assert answer.json()["result"] == {"said": "/etc/passwd 5", "note": "/etc/passwd"}
        form = client.post("/v1/pipelines/note", files={"image": content}, data={"note": "x"})
        assert form.json()["result"]["said"] == "x 5"
        swapped = client.post("/v1/pipelines/note", json={"input": {"image": "/etc/passwd"}})
        assert swapped.status_code == 422


def pipeline_decode() -> object:
    from towhee import ops

    return ops.image_decode.pil()


def _png(width: int, height: int) -> bytes:
    import io

    import PIL.Image

    file = io.BytesIO()
    PIL.Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_a_pipeline_that_gives_many_rows_gives_them_as_a_list() -> None:
    service = Service()
    service.add(served(pipe.input("n").flat_map("n", "i", range).output("i"), "count"))
    with running(whole(service)) as address:
        answer = httpx.post(f"{address}/v1/pipelines/count", json={"inputs": [3, 0, -1, "x"]})
    *good, bad = answer.json()["results"]
    assert good == [{"result": [0, 1, 2]}, {"result": []}, {"result": []}]
    assert bad["error"]["message"].endswith("could not use this input (TypeError)")


def test_models_stand_side_by_side_and_are_unloaded_and_loaded_again(
    embed: Pipeline, photographs: list[Path]
) -> None:
    service = Service(ServeSettings(can_manage=True))
    service.add(served(embed))
    service.add(served(lambda x: x, "echo"))
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        assert client.post("/v1/models/image-embedding/unload").json()["loaded"] is False
        refused = client.post(EMBED, files={"input": photographs[0].read_bytes()})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_loaded")
        assert refused.headers["Retry-After"] == "5"
        assert client.post("/v1/pipelines/echo", json={"input": 1}).json()["result"] == 1
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/models/image-embedding/load").json()["loaded"] is True
        again = client.post(EMBED, files={"input": photographs[0].read_bytes()})
        vector = np.array(again.json()["result"], np.float32)
        assert np.array_equal(vector, embed(photographs[0]))
        assert client.post("/v1/models/nothing/load").status_code == 404


def test_models_cannot_be_unloaded_where_it_is_not_allowed(client: httpx.Client) -> None:
    assert client.post("/v1/models/echo/unload").status_code in (404, 405)
    assert client.get("/v1/models/echo").json()["loaded"] is True


def test_metrics_tell_batches_queues_and_errors(client: httpx.Client) -> None:
    client.post("/v1/pipelines/echo", json={"inputs": [1, 2, 3]})
    client.post("/v1/pipelines/nothing", json={"input": 1})
    text = client.get("/metrics").text
    for line in (
        'towhee_queue_inputs{model="echo"} 0.0',
        'towhee_requests_total{route="/v1/pipelines/{name:path}",status="200"}',
        'towhee_errors_total{kind="not_found"}',
        'towhee_batch_inputs_bucket{le="4.0",model="echo"}',
        'towhee_queue_seconds_count{model="echo"}',
        'towhee_request_seconds_sum{route="/v1/pipelines/{name:path}"}',
    ):
        assert line in text


def test_an_answer_bears_the_id_of_its_request(client: httpx.Client) -> None:
    asked = client.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert asked.headers["X-Request-Id"] == "abc-1"
    odd = client.get("/healthz", headers={"X-Request-Id": "a b\\n"})
    assert odd.headers["X-Request-Id"] not in ("", "a b\\n")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_health_ends_with_the_threads_of_a_model() -> None:
    def exit_once(value: object) -> None:
        raise SystemExit

    service = Service(ServeSettings(rules=BatchRules(runs=1)))
    service.add(served(exit_once, "exit"))
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/pipelines/exit", json={"input": 1}).status_code == 500
        assert client.get("/healthz").status_code == 503
        assert client.get("/readyz").status_code == 503


def test_a_request_whose_client_has_gone_is_never_computed() -> None:
    entered, opened = threading.Event(), threading.Event()
    seen = []

    def wait(value: object) -> object:
        seen.append(value)
        entered.set()
        assert opened.wait(30)
        return value

    service = Service(ServeSettings(rules=BatchRules(max_batch=1, runs=1)))
    service.add(served(wait, "wait"))
    with running(whole(service)) as address, ThreadPoolExecutor(1) as pool:
        path = f"{address}/v1/pipelines/wait"
        first = pool.submit(httpx.post, path, json={"input": "first"})
        try:
            assert entered.wait(30)
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(path, json={"input": "gone"}, timeout=httpx.Timeout(30, read=0.1))
            while 'status="499"' not in httpx.get(f"{address}/metrics").text:
                assert not first.done()
        finally:
            opened.set()
        assert first.result().json()["result"] == "first"
        assert httpx.post(path, json={"input": "last"}).json()["result"] == "last"
    assert seen == ["first", "last"]


def test_beyond_the_capacity_every_answer_is_200_or_503(embed: Pipeline) -> None:
    service = Service(ServeSettings(rules=BatchRules(max_batch=2, max_queue=4)))
    service.add(served(embed))
    content = _png(64, 64)
    limits = httpx.Limits(max_connections=32)
    with (
        running(whole(service)) as address,
        httpx.Client(base_url=address, limits=limits, timeout=60) as client,
        ThreadPoolExecutor(32) as pool,
    ):
        answers = [*pool.map(lambda _: client.post(EMBED, files={"input": content}), range(300))]
    assert {answer.status_code for answer in answers} == {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.headers["Retry-After"] == "1" for answer in refused)
    vectors = [answer.json()["result"] for answer in answers if answer.status_code == 200]
    assert all(np.array_equal(np.float32(vector), embed(content)) for vector in vectors)


def test_the_length_of_vectors_and_the_inputs_are_told(client: httpx.Client) -> None:
    assert client.get("/v1/models/image-embedding").json()["dimension"] == 384
    assert [each["id"] for each in client.get("/v1/models").json()["data"]] == [
        "image-embedding",
        "echo",
    ]


def test_a_pipeline_of_images_has_a_limit_of_pixels() -> None:
    from towhee.serve.starting import ServiceOptions

    options = ServiceOptions(("image-embedding",), {}, ServeSettings(), max_pixels=100)
    service = options.service()
    with running(whole(service)) as address:
        answer = httpx.post(f"{address}{EMBED}", files={"input": _png(11, 10)})
        small = httpx.post(f"{address}{EMBED}", files={"input": _png(10, 10)})
    assert answer.status_code == 422
    assert "more than the limit of 100" in answer.json()["error"]["message"]
    assert np.array_equal(
        np.array(small.json()["result"], np.float32), pipeline("image-embedding")(_png(10, 10))
    )
