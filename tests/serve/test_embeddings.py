"""``POST /v1/embeddings``, called by OpenAI's own client, unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest

from live_server import data_uri, running, whole
from sentence_models import MINILM
from towhee import Pipeline, pipeline
from towhee.serve import ServeSettings
from towhee.serve.served import served
from towhee.serve.service import Service
from towhee.types import Failure

KEY = "a-key-of-the-tests"
SENTENCES = [
    "A towhee is a bird of the undergrowth.",
    "word " * 300,
    "Où est la bibliothèque ?",
    "今天的天气很好。",
    "a",
]


@pytest.fixture(scope="module")
def sentences() -> Pipeline:
    """all-MiniLM-L6-v2 as the library calls it."""
    return pipeline("sentence-embedding", checkpoint=MINILM, backend="torch", precision="float32")


@pytest.fixture(scope="module")
def base_url(embed: Pipeline, sentences: Pipeline) -> Iterator[str]:
    service = Service(ServeSettings(keys={KEY: "tests"}))
    for each in (embed, sentences):
        service.add(served(each))
    service.add(served(len, "length"))
    with running(whole(service)) as address:
        yield f"{address}/v1"


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.mark.parametrize("encoding", ["float", "base64", None])
def test_texts_have_the_bits_that_the_library_gives_them(
    client: openai.OpenAI, sentences: Pipeline, encoding: str | None
) -> None:
    form = {} if encoding is None else {"encoding_format": encoding}
    for text in SENTENCES:
        answer = client.embeddings.create(model="sentence-embedding", input=text, **form)
        found = answer.data[0].embedding
        if encoding == "base64":
            import base64

            vector = np.frombuffer(base64.b64decode(found), "<f4")
        else:
            vector = np.array(found, np.float32)
        assert np.array_equal(vector, sentences.batch([text])[0])


def tokens_of(texts: Sequence[str]) -> int:
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return sum(len(tokenizer.encode(text).ids) for text in texts)


def test_usage_counts_the_tokens_that_the_model_reads(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model="sentence-embedding", input=SENTENCES)
    assert [each.index for each in answer.data] == list(range(len(SENTENCES)))
    expected = tokens_of(SENTENCES)
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (expected, expected)


def test_a_text_is_made_tokens_of_once_and_they_are_counted_without_padding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from towhee.models.text.tokens import Tokenizer

    read: list[str] = []
    ids = Tokenizer.ids
    monkeypatch.setattr(Tokenizer, "ids", lambda self, text: read.append(text) or ids(self, text))
    service = Service()
    # OpenVINO's rows are made longer, to one of a few lengths; nobody is to pay for that.
    made = pipeline(
        "sentence-embedding", checkpoint=MINILM, backend="openvino", precision="float32"
    )
    service.add(served(made))
    with running(whole(service)) as address:
        read.clear()
        body = {"model": "sentence-embedding", "input": SENTENCES}
        answer = httpx.post(f"{address}/v1/embeddings", json=body, timeout=60).json()
    assert sorted(read) == sorted(SENTENCES)
    assert answer["usage"]["total_tokens"] == tokens_of(SENTENCES)
    vectors = np.array([each["embedding"] for each in answer["data"]])
    assert np.abs(vectors - made.batch(SENTENCES)).max() < 1e-5


def test_a_text_that_has_no_tokens_stays_for_the_batch_which_fails_it_alone(
    sentences: Pipeline,
) -> None:
    made = served(sentences)
    made.preload()
    broken = "\ud800 is half a letter"
    assert made.look(broken) == (broken, 0)
    (read, length), unread = made.look("a bird"), made.look(broken)[0]
    assert length > 0
    vector, failure = made.runner.run([read, unread])
    assert np.array_equal(vector, sentences.batch(["a bird"])[0])
    assert isinstance(failure, Failure)


def test_images_are_data_uris(
    client: openai.OpenAI, embed: Pipeline, photographs: list[Path]
) -> None:
    contents = [path.read_bytes() for path in photographs[:3]]
    answer = client.embeddings.create(model="image-embedding", input=[*map(data_uri, contents)])
    vectors = np.array([each.embedding for each in answer.data], np.float32)
    assert np.array_equal(vectors, embed(contents))


def test_fewer_dimensions_are_the_first_ones_at_unit_length(
    client: openai.OpenAI, sentences: Pipeline
) -> None:
    answer = client.embeddings.create(model="sentence-embedding", input=SENTENCES[0], dimensions=64)
    first = sentences.batch(SENTENCES[:1])[0][:64].astype(np.float64)
    # float32 has 24 bits: half a unit in the last place of a number below 1 is 6e-8 at most.
    assert np.allclose(answer.data[0].embedding, first / np.linalg.norm(first), rtol=0, atol=6e-8)
    with pytest.raises(openai.UnprocessableEntityError, match="384 dimensions"):
        client.embeddings.create(model="sentence-embedding", input="a", dimensions=385)


def test_models_are_listed_and_retrieved(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [
        "image-embedding",
        "sentence-embedding",
        "length",
    ]
    assert client.models.retrieve("image-embedding").owned_by == "towhee"


def test_errors_are_those_of_the_client(base_url: str, client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="did you mean 'sentence-embedding'"):
        client.embeddings.create(model="sentence-embeding", input="a")
    with pytest.raises(openai.UnprocessableEntityError, match="gives no vectors"):
        client.embeddings.create(model="length", input="a")
    with pytest.raises(openai.UnprocessableEntityError, match="data URI") as refused:
        client.embeddings.create(model="image-embedding", input=["/etc/passwd", "data:,x"])
    assert (refused.value.param, refused.value.code) == ("input[0]", "unusable_input")
    with pytest.raises(openai.UnprocessableEntityError, match="at least 1"):
        client.embeddings.create(model="sentence-embedding", input=[])
    for wrong in ("a-key-of-nobody", KEY + "1"):
        with (
            openai.OpenAI(base_url=base_url, api_key=wrong, max_retries=0) as stranger,
            pytest.raises(openai.AuthenticationError),
        ):
            stranger.models.list()
