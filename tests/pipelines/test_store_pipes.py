"""``insert_milvus``, ``search_milvus``, ``eqa-insert`` and ``eqa-search``, on real stores."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import MINILM
from tiny_texts import SMALL, tiny_model
from towhee import AutoConfig, AutoPipes, ops, pipe
from towhee.errors import OperatorError, UsageError
from towhee.operators.text_embedding.hashing import HashingTextEmbedding
from towhee.pipelines.store_configs import (
    EnhancedQAInsertConfig,
    EnhancedQASearchConfig,
    InsertMilvusConfig,
    SearchMilvusConfig,
    StoreConfig,
)
from towhee.search.stores import open_store

BIRDS = "Towhees scratch among fallen leaves. They eat seeds and insects."
FRUIT = "Bananas are yellow. They grow in warm countries."
TAXES = "A tax return is due at the end of July."
HASHING = ops.text_embedding.hashing()


@pytest.fixture(params=["faiss", "milvus"])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store."""
    if request.param == "milvus" and importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("needs the extra milvus")
    return f"{request.param}:///{tmp_path}/store.db"


@pytest.fixture
def faiss_uri(tmp_path: Path) -> str:
    return f"faiss:///{tmp_path}/store"


def written(path: Path, *paragraphs: str) -> Path:
    path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    return path


# -- rows ---------------------------------------------------------------------------------------


def test_a_row_is_inserted_and_found(uri: str) -> None:
    insert = AutoPipes.pipeline("insert_milvus", uri=uri, fields=["kind", "year"])
    assert insert(["a", np.array([0.0, 1.0]), "cat", 1999]).get() == ["a"]
    assert insert({"key": "b", "vector": [1.0, 0.0], "kind": "dog", "year": 2024}).get() == ["b"]
    insert(["a", [0.0, 2.0], "cat", 2000])
    search = AutoPipes.pipeline("search-milvus", uri=uri, limit=1, output_fields=["year"])
    ((found,),) = search([0.1, 0.9]).get()
    assert (found.id, found.year) == ("a", 2000)
    assert found.score == pytest.approx(0.9 / np.hypot(0.1, 0.9), abs=1e-6)
    assert not hasattr(found, "kind")
    filtered = AutoPipes.pipeline("search_milvus", uri=uri, filter="year > 2010")
    assert [row.id for row in filtered([0.1, 0.9]).get()[0]] == ["b"]


def test_many_rows_go_together_and_within_another_pipe(faiss_uri: str) -> None:
    insert = AutoPipes.pipeline("insert_milvus", uri=faiss_uri)
    search = AutoPipes.pipeline("search_milvus", uri=faiss_uri, limit=1)
    both = (
        pipe.input("text")
        .map("text", "vector", HASHING)
        .map(("text", "vector"), "row", lambda text, vector: [text, vector])
        .map("row", "key", insert)
        .map("vector", "near", search)
        .output("key", "near")
    )
    for text, (key, near) in zip(
        [BIRDS, FRUIT], (r.get() for r in both.batch([BIRDS, FRUIT])), strict=True
    ):
        assert key == text == near[0].id


def test_rows_go_into_a_collection_that_was_given_another_index(faiss_uri: str) -> None:
    insert = AutoPipes.pipeline("insert_milvus", uri=faiss_uri)
    insert(["a", [0.0, 1.0]])
    with open_store(faiss_uri) as store:
        store.set_index("hnsw", ef=64)
    assert AutoPipes.pipeline("insert_milvus", uri=faiss_uri)(["b", [1.0, 0.0]]).get() == ["b"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["a"], "a row is a list of key, vector, year, or a mapping, not "),
        ("a", "a row is a list of key, vector, year, or a mapping, not"),
        ({"key": "a", "vec": [1.0]}, "a row has key, vector, year, not key, vec"),
    ],
)
def test_a_row_that_is_none(faiss_uri: str, row: Any, said: str) -> None:
    insert = AutoPipes.pipeline("insert_milvus", uri=faiss_uri, fields=["year"])
    with pytest.raises(OperatorError, match=said):
        insert(row)


# -- configurations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("insert_milvus", InsertMilvusConfig),
        ("insert-milvus", InsertMilvusConfig),
        ("search_milvus", SearchMilvusConfig),
        ("eqa-insert", EnhancedQAInsertConfig),
        ("eqa_search", EnhancedQASearchConfig),
    ],
)
def test_names_with_either_dash_are_the_same(name: str, kind: type) -> None:
    assert type(AutoConfig.load_config(name)) is kind
    assert name.replace("_", "-") in AutoPipes.names()


def test_a_store_is_a_file_of_milvus_a_host_or_an_address() -> None:
    assert StoreConfig().address == "milvus:///milvus.db"
    config = AutoConfig.load_config("eqa-insert")
    config.host, config.port = "10.1.10.20", "19531"  # as code of earlier versions does
    config.user, config.password = "me", "s3cret"
    assert config.address == "milvus://10.1.10.20:19531"
    assert config.options == {"user": "me", "password": "s3cret"}
    assert "s3cret" not in repr(config)
    assert StoreConfig(host="::1").address == "milvus://[::1]:19530"
    assert StoreConfig(uri="lancedb:///folder").address == "lancedb:///folder"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"uri": "faiss:///x", "host": "localhost"}, "uri and host both say where the store is"),
        ({"port": 0}, "port: Input should be greater than or equal to 1"),
        ({"collection": "x"}, r"collection: Extra inputs .*it has uri, host, port, coll"),
        ({"limit": 0}, "limit: Input should be greater"),
        ({"uri": "nowhere"}, "a store is named by an address"),
        ({"collection_name": "no good"}, "letters, digits and underscores"),
    ],
)
def test_a_configuration_that_cannot_be(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        AutoPipes.pipeline("search_milvus", **settings)


def test_an_embedded_store_has_no_users(tmp_path: Path) -> None:
    if importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("needs the extra milvus")
    search = AutoPipes.pipeline("search_milvus", uri=f"milvus:///{tmp_path}/x.db", user="me")
    with pytest.raises(OperatorError, match="Milvus Lite has no user"):
        search([0.0, 1.0])


# -- documents ----------------------------------------------------------------------------------


def test_a_question_finds_the_text_and_its_source(uri: str, tmp_path: Path) -> None:
    insert = AutoPipes.pipeline(
        "eqa-insert", uri=uri, customize_embedding_op=HASHING, chunk_size=60
    )
    birds = written(tmp_path / "birds.txt", BIRDS)
    others = written(tmp_path / "others.md", FRUIT, TAXES)
    (first,), (second,) = (result.get() for result in insert.batch([birds, str(others)]))
    assert first == [f"{birds}#0", f"{birds}#1"]
    assert second[0] == f"{others}#0"
    search = AutoPipes.pipeline("eqa-search", uri=uri, customize_embedding_op=HASHING, top_k=2)
    texts, scores, sources = search("when is the tax return due").get()
    assert texts[0] == TAXES
    assert sources[0] == str(others)
    assert len(texts) == len(scores) == len(sources) == 2
    question, answer = HashingTextEmbedding().batch(["when is the tax return due", TAXES])
    assert scores[0] == pytest.approx(float(question @ answer), abs=1e-5)
    only = AutoPipes.pipeline(
        "eqa-search",
        uri=uri,
        customize_embedding_op=HASHING,
        filter=f"source == {str(birds)!r}".replace("'", '"'),
    )
    assert set(only("when is the tax return due").get()[2]) == {str(birds)}


def test_the_pieces_together_are_the_document(faiss_uri: str, tmp_path: Path) -> None:
    document = written(tmp_path / "d.txt", *(f"Paragraph {n} of the text." for n in range(40)))
    insert = AutoPipes.pipeline("eqa-insert", uri=faiss_uri, customize_embedding_op=HASHING)
    (keys,) = insert(document).get()
    with open_store(faiss_uri, "chatbot") as store:
        rows = store.fetch(keys, vectors=True)
        assert len(store) == len(keys) > 3
    assert [row.chunk for row in rows if row] == list(range(len(keys)))
    assert "\n\n".join(row.text for row in rows if row) == document.read_text(encoding="utf-8")
    for row in rows:
        assert row is not None
        np.testing.assert_allclose(row.vector, HashingTextEmbedding()(row.text), atol=1e-6)


def test_a_document_again_leaves_its_pieces_once_and_no_stale_ones(
    uri: str, tmp_path: Path
) -> None:
    insert = AutoPipes.pipeline(
        "eqa-insert", uri=uri, customize_embedding_op=HASHING, chunk_size=70
    )
    document = written(tmp_path / """o'ne "two" 100%.txt""", BIRDS, FRUIT, TAXES)
    neighbour = written(tmp_path / "o.txt", BIRDS, FRUIT)
    (keys,), (others,) = insert(document).get(), insert(neighbour).get()
    assert insert(document).get() == [keys]
    with open_store(uri, "chatbot") as store:
        assert {row.key for row in store.rows()} == {*keys, *others}
    written(document, TAXES)
    (now,) = insert(document).get()
    assert len(now) == 1 < len(keys)
    with open_store(uri, "chatbot") as store:
        assert {row.key for row in store.rows()} == {*now, *others}
        (kept,) = store.fetch(now)
        assert kept is not None
        assert kept.text == TAXES


def test_a_run_that_was_cut_off_in_front_of_the_removal_is_mended_by_the_next(
    faiss_uri: str, tmp_path: Path
) -> None:
    insert = AutoPipes.pipeline(
        "eqa-insert", uri=faiss_uri, customize_embedding_op=HASHING, chunk_size=70
    )
    document = written(tmp_path / "d.txt", TAXES)
    (keys,) = insert(document).get()
    with open_store(faiss_uri, "chatbot") as store:  # as it is when the pieces before were more
        stale = {"text": ["old"], "source": [str(document)], "chunk": [7]}
        store.upsert([f"{document}#7"], [HashingTextEmbedding()("old")], stale)
    assert insert(document).get() == [keys]
    with open_store(faiss_uri, "chatbot") as store:
        assert {row.key for row in store.rows()} == set(keys)


def test_paths_from_elsewhere_name_the_same_document(
    faiss_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = AutoPipes.pipeline("eqa-insert", uri=faiss_uri, customize_embedding_op=HASHING)
    document = written(tmp_path / "d.txt", TAXES)
    monkeypatch.chdir(tmp_path)
    assert insert("d.txt").get() == insert(document).get() == [[f"{document}#0"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "is empty"), (" \n\t\n ", "holds no text; leave it out"), (None, "does not exist")],
)
def test_a_document_without_text(
    faiss_uri: str, tmp_path: Path, content: str | None, said: str
) -> None:
    insert = AutoPipes.pipeline("eqa-insert", uri=faiss_uri, customize_embedding_op=HASHING)
    document = tmp_path / "d.txt"
    if content is not None:
        document.write_text(content)
    with pytest.raises(OperatorError, match=f"(?i){said}"):
        insert(document)
    with open_store(faiss_uri, "chatbot") as store:
        assert not store.exists


def test_a_document_that_is_no_path(faiss_uri: str) -> None:
    insert = AutoPipes.pipeline("eqa-insert", uri=faiss_uri, customize_embedding_op=HASHING)
    with pytest.raises(OperatorError, match="a document is a path or an address, by which"):
        insert(b"the text itself")


def shared_words(question: str, texts: Sequence[str]) -> tuple[list[str], list[float]]:
    """Texts as they come, and how many words each shares with a question."""
    asked = set(question.split())
    return list(texts), [float(len(asked & set(text.split()))) for text in texts]


def test_what_was_found_is_put_in_order_once_more(faiss_uri: str, tmp_path: Path) -> None:
    embed = {"uri": faiss_uri, "customize_embedding_op": HASHING}
    insert = AutoPipes.pipeline("eqa-insert", **embed)
    for name, text in (("a", BIRDS), ("b", FRUIT), ("c", TAXES)):
        insert(written(tmp_path / name, text))
    question = "They grow in warm countries Towhees"
    search = AutoPipes.pipeline("eqa-search", **embed, customize_rerank_op=shared_words, top_k=3)
    texts, scores, sources = search(question).get()
    assert scores == sorted((shared_words(question, [text])[1][0] for text in texts), reverse=True)
    assert [Path(source).name for source in sources] == ["b", "a", "c"]
    assert [text == Path(source).read_text() for text, source in zip(texts, sources, strict=True)]
    few = AutoPipes.pipeline(
        "eqa-search", **embed, customize_rerank_op=shared_words, top_k=3, threshold=2
    )
    assert few(question).get() == [texts[:2], scores[:2], sources[:2]]
    best = AutoPipes.pipeline("eqa-search", **embed, customize_rerank_op=shared_words, top_k=1)
    assert best(question).get() == [texts[:1], scores[:1], sources[:1]]


def test_a_cross_encoder_s_scores_are_those_of_the_operator(faiss_uri: str, tmp_path: Path) -> None:
    folder = tiny_model(
        tmp_path / "bert",
        "AutoModelForSequenceClassification",
        "bert",
        **SMALL,
        num_labels=1,
        initializer_range=0.5,
    )
    rank = ops.rerank(checkpoint=folder, order="given")
    embed = {"uri": faiss_uri, "customize_embedding_op": HASHING}
    insert = AutoPipes.pipeline("eqa-insert", **embed)
    insert.batch([written(tmp_path / str(n), text) for n, text in enumerate([BIRDS, FRUIT, TAXES])])
    search = AutoPipes.pipeline("eqa-search", **embed, customize_rerank_op=rank)
    texts, scores, _ = search("a question").get()
    assert set(texts) == {BIRDS, FRUIT, TAXES}
    assert scores == sorted(scores, reverse=True)
    np.testing.assert_allclose(scores, rank("a question", texts)[1], rtol=1e-4)


def test_a_threshold_leaves_out_what_is_far(faiss_uri: str, tmp_path: Path) -> None:
    embed = {"uri": faiss_uri, "customize_embedding_op": HASHING}
    insert = AutoPipes.pipeline("eqa-insert", **embed)
    insert.batch([written(tmp_path / "a", BIRDS), written(tmp_path / "b", TAXES)])
    search = AutoPipes.pipeline("eqa-search", **embed, threshold=0.3)
    assert search("is a tax return due?").get()[0] == [TAXES]
    assert search("xyz").get() == [[], [], []]


def test_a_threshold_on_distances_is_refused(faiss_uri: str, tmp_path: Path) -> None:
    embed = {"uri": faiss_uri, "customize_embedding_op": HASHING}
    AutoPipes.pipeline("eqa-insert", **embed, metric="L2")(written(tmp_path / "a", BIRDS))
    search = AutoPipes.pipeline("eqa-search", **embed, threshold=0.3)
    with pytest.raises(OperatorError, match="are distances, smaller for what is nearer"):
        search("birds")


def test_a_collection_of_something_else(faiss_uri: str) -> None:
    insert = AutoPipes.pipeline("insert_milvus", uri=faiss_uri, collection_name="chatbot")
    insert(["a", HashingTextEmbedding()("a")])
    search = AutoPipes.pipeline("eqa-search", uri=faiss_uri, customize_embedding_op=HASHING)
    with pytest.raises(OperatorError, match="no payload column is called 'text'"):
        search("birds")


def test_a_search_that_is_made_before_the_collection_is_there(
    faiss_uri: str, tmp_path: Path
) -> None:
    embed = {"uri": faiss_uri, "customize_embedding_op": HASHING}
    search = AutoPipes.pipeline("eqa-search", **embed)
    AutoPipes.pipeline("eqa-insert", **embed)(written(tmp_path / "a", BIRDS))
    assert search("towhees").get()[0] == [BIRDS]


def test_a_collection_that_is_not_there(faiss_uri: str) -> None:
    search = AutoPipes.pipeline("eqa-search", uri=faiss_uri, customize_embedding_op=HASHING)
    with pytest.raises(OperatorError, match="'chatbot'"):
        search("birds")


# -- a real model -------------------------------------------------------------------------------


def test_meaning_is_found_by_a_sentence_model_and_other_models_are_refused(
    faiss_uri: str, tmp_path: Path
) -> None:
    def model(**how: Any) -> Any:
        return ops.text_embedding.sentence_transformers(
            checkpoint=MINILM, backend="torch", precision="float32", **how
        )

    insert = AutoPipes.pipeline("eqa-insert", uri=faiss_uri, customize_embedding_op=model())
    insert.batch([written(tmp_path / "a", BIRDS), written(tmp_path / "b", TAXES)])
    search = AutoPipes.pipeline(
        "eqa-search", uri=faiss_uri, customize_embedding_op=model(prompt_name="query"), top_k=1
    )
    assert search("What do ground-dwelling songbirds feed on?").get()[0] == [BIRDS]
    assert search("What must I send to the fiscal authority?").get()[0] == [TAXES]
    with open_store(faiss_uri, "chatbot") as store:
        assert store.schema.fingerprint.weights
    longer = AutoPipes.pipeline(
        "eqa-search", uri=faiss_uri, customize_embedding_op=model(normalize=False)
    )
    with pytest.raises(OperatorError, match=r"they cannot be compared"):
        longer("birds")
