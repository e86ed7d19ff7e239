"""Collections into stores, and searches of stores within chains."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from towhee import DataCollection, dc, open_store, ops, pipe, pipeline
from towhee.errors import (
    DataError,
    MissingFileError,
    OperatorError,
    UnknownNameError,
    UsageError,
)

VECTORS = np.random.default_rng(3).normal(size=(60, 8)).astype(np.float32)


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"faiss:///{tmp_path / 'store'}"


def _rows() -> Any:
    return dc["id", "vec", "parity"](
        [[place, vector, "odd" if place % 2 else "even"] for place, vector in enumerate(VECTORS)]
    )


def _nearest(query: np.ndarray, count: int, among: np.ndarray | None = None) -> list[int]:
    """The positions of the most similar vectors, by brute force in float64."""
    places = np.arange(len(VECTORS)) if among is None else among
    held = VECTORS[places].astype(np.float64)
    cosines = held @ query / np.linalg.norm(held, axis=1)
    return [int(place) for place in places[np.argsort(-cosines)[:count]]]


def test_columns_named_in_brackets_are_key_and_vector(uri: str) -> None:
    _rows().to_store["id", "vec"](uri)
    with open_store(uri) as store:
        assert store.schema.key_type == "integer"
        assert store.schema.fields == {"parity": "string"}
        assert {row.key: row.parity for row in store} == {
            place: "odd" if place % 2 else "even" for place in range(60)
        }
        found = store.search(VECTORS[7], topk=4, filter='parity == "even"')[0]
    assert found.keys == _nearest(VECTORS[7], 4, np.arange(0, 60, 2))
    assert [row["parity"] for row in found.payload] == ["even"] * 4


def test_a_collection_of_bare_vectors_is_kept_under_its_rows_keys(uri: str) -> None:
    DataCollection(list(VECTORS)).to_store(uri, metric="L2")
    with open_store(uri) as store:
        found = store.search(VECTORS[:2], topk=1)
    assert [one.keys for one in found] == [[0], [1]]
    assert [one.scores[0] for one in found] == pytest.approx([0, 0], abs=1e-3)


def test_texts_and_paths_of_a_list_are_their_own_keys(uri: str) -> None:
    def embed(text: str) -> np.ndarray:
        return np.array([1.0, len(text)])

    DataCollection(["cat.jpg", "fig.jpeg"]).map(embed).to_store(uri)
    DataCollection(["grass.jpg"]).map(embed).to_store(uri)
    with open_store(uri) as store:
        assert sorted(row.key for row in store) == ["cat.jpg", "fig.jpeg", "grass.jpg"]


def test_mappings_are_rows_and_nan_is_nothing(uri: str) -> None:
    rows = [
        {"name": "a", "vec": VECTORS[0], "price": 1.5},
        {"name": "b", "vec": VECTORS[1], "price": float("nan")},
    ]
    DataCollection(rows).to_store["name", "vec"](uri)
    with open_store(uri) as store:
        assert {row.key: row.price for row in store} == {"a": 1.5, "b": None}


def test_a_frame_of_pandas_is_written_as_it_is(uri: str) -> None:
    pandas = pytest.importorskip("pandas", reason="needs the extra pandas")
    frame = pandas.DataFrame(
        {
            "id": [3, 4],
            "vec": [VECTORS[0], VECTORS[1]],
            "name": ["a", None],
            "price": [1.5, float("nan")],
            "taken": pandas.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
        }
    )
    DataCollection(frame).to_store["id", "vec"](uri)
    with open_store(uri) as store:
        first, second = store.fetch([3, 4])
    assert first is not None
    assert second is not None
    assert (first.name, first.price, first.taken.day) == ("a", 1.5, 1)
    assert (second.name, second.price, second.taken.day) == (None, None, 2)


def test_a_chain_searches_the_store_in_batches(uri: str) -> None:
    _rows().to_store["id", "vec"](uri)
    queries = VECTORS[:20] + 0.01
    found = dc["q", "vec"](list(enumerate(queries))).search_store["vec", "near"](uri, topk=3)
    for row in found:
        assert row.near.keys == _nearest(queries[row.q], 3)


def test_the_names_of_earlier_versions_give_entities(tmp_path: Path) -> None:
    findex = tmp_path / "index.bin"
    _rows().to_faiss["id", "vec"](findex=findex, string="IDMap,Flat", metric="L2")
    rows = dc["vec"]([VECTORS[5]]).faiss_search["vec", "result"](findex=findex, k=2).to_list()
    first, _ = rows[0].result
    assert (first.key, first.parity) == (5, "odd")
    assert first.score == pytest.approx(0, abs=1e-3)


def test_rows_that_are_there_are_not_computed_again(uri: str, tmp_path: Path) -> None:
    seen: list[str] = []

    def embed(path: str) -> np.ndarray:
        seen.append(Path(path).name)
        return np.frombuffer(Path(path).read_bytes(), np.uint8).astype(np.float32)

    for place in range(4):
        (tmp_path / f"{place}.bin").write_bytes(bytes([1, place, 3]))
    files = DataCollection.from_glob(str(tmp_path / "*.bin"))
    files.head(2).map(embed).to_store(uri)
    files.map(embed).to_store(uri, skip_existing=True)
    assert seen == ["0.bin", "1.bin", "2.bin", "3.bin"]
    with open_store(uri) as store:
        assert sorted(Path(row.key).name for row in store) == ["0.bin", "1.bin", "2.bin", "3.bin"]


def test_rows_are_skipped_as_soon_as_their_key_is_known(uri: str) -> None:
    seen: list[int] = []

    def embed(number: int) -> np.ndarray:
        seen.append(number)
        return np.array([1.0, number])

    numbers = dc["n"](list(range(6))).runas_op["n", "id"](lambda n: f"row {n}")
    embedded = numbers.runas_op["n", "vec"](embed).select["id", "vec"]()
    embedded.head(3).to_store["id", "vec"](uri)
    seen.clear()
    embedded.to_store(uri, key="id", vector="vec", skip_existing=True)
    assert seen == [3, 4, 5]


def test_rows_without_keys_of_their_own_cannot_be_skipped(uri: str) -> None:
    flat = DataCollection([[VECTORS[0], VECTORS[1]]]).flatten()
    with pytest.raises(UsageError, match="skip_existing needs keys that stay"):
        flat.to_store(uri, skip_existing=True)


def test_what_was_computed_before_a_failure_is_kept(uri: str) -> None:
    def embed(number: int) -> np.ndarray:
        if number == 5:
            raise ValueError("no fifth")
        return np.array([1.0, number])

    with pytest.raises(OperatorError, match="no fifth"):
        DataCollection.range(9).map(embed).to_store(uri)
    with open_store(uri) as store:
        assert sorted(row.key for row in store) == [0, 1, 2, 3, 4]


def test_failures_that_were_kept_are_refused(uri: str) -> None:
    kept = DataCollection.range(3).config(on_error="keep").map(lambda n: np.ones(2) / (n - 1))
    failing = kept.map(lambda vector: vector if np.isfinite(vector).all() else 1 / 0)
    with pytest.raises(DataError, match='use on_error="skip"'):
        failing.to_store(uri)


def test_a_column_of_vectors_has_to_be_told_from_others(uri: str) -> None:
    two = dc["a", "b"]([[VECTORS[0], VECTORS[1]]])
    with pytest.raises(UsageError, match="several columns hold arrays: name the vectors' column"):
        two.to_store(uri)
    with pytest.raises(UsageError, match="no column holds arrays"):
        dc["a", "b"]([[1, "x"]]).to_store(uri)
    with pytest.raises(UnknownNameError, match="no column is called 'vex'; did you mean 'vec'"):
        _rows().to_store["id", "vex"](uri)


def test_a_collection_made_otherwise_is_refused(uri: str) -> None:
    _rows().to_store["id", "vec"](uri, metric="L2")
    with pytest.raises(UsageError, match="has metric='L2', not 'cosine'"):
        _rows().to_store["id", "vec"](uri, metric="cosine")
    _rows().to_store["id", "vec"](uri)
    with open_store(uri) as store:
        assert len(store) == 60, "the same rows, not doubled"


def test_several_vectors_of_a_row_are_found_by_the_nearest(uri: str) -> None:
    albums = dc["album", "vecs"]([["first", VECTORS[:3]], ["second", VECTORS[3:8]]])
    albums.to_store["album", "vecs"](uri)
    with open_store(uri) as store:
        assert len(store) == 2
        assert store.search(VECTORS[6], topk=2)[0].keys == ["second", "first"]


def test_vectors_of_another_model_are_refused(uri: str, tmp_path: Path) -> None:
    for seed in range(3):
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
        PIL.Image.fromarray(pixels).save(tmp_path / f"{seed}.png")
    images = DataCollection.from_glob(str(tmp_path / "*.png")).image_decode.pil()
    images.image_embedding.embedded().to_store(uri)
    with open_store(uri) as store:
        made_by = store.schema.fingerprint
    assert made_by.operators == "image_embedding.embedded()"
    assert made_by.weights is not None

    bgr = DataCollection.from_glob(str(tmp_path / "*.png")).image_decode.cv2()
    bgr.image_embedding.embedded().to_store(uri)  # another decoder gives the same vectors
    unscaled = images.image_embedding.embedded(normalize=False)
    with pytest.raises(UsageError) as refusal:
        unscaled.to_store(uri)
    assert "come from operators image_embedding.embedded(), and these from" in str(refusal.value)
    assert "image_embedding.embedded(normalize=False)" in str(refusal.value)
    assert "towhee reindex" in str(refusal.value)


def test_a_chain_is_refused_that_searches_with_another_model(uri: str) -> None:
    images = DataCollection([np.full((40, 40, 3), 9, np.uint8)])
    images.image_embedding.embedded().to_store(uri)
    found = images.image_embedding.embedded().search_store(uri, topk=1)
    assert found[0].keys == [0]
    assert "_made_by" not in found.explain()
    other = images.image_embedding.embedded(normalize=False).search_store(uri, topk=1)
    with pytest.raises(UsageError, match=r"come from operators image_embedding\.embedded"):
        other.to_list()


@pytest.mark.parametrize("on_error", ["raise", "skip", "keep"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"collection": "vektors"}, "no collection of faiss:///.* is called 'vektors'"),
        ({"filter": "size > 3"}, "no field is called 'size'"),
        ({"fields": ["names"]}, "no payload column is called 'names'"),
        ({"parameters": {"ef": 9}}, "no parameter of flat is called 'ef'"),
    ],
)
def test_a_search_that_cannot_be_is_no_failing_row(
    uri: str, on_error: str, arguments: dict[str, Any], said: str
) -> None:
    _rows().to_store["id", "vec"](uri)
    chain = DataCollection([VECTORS[0]]).search_store(uri, **arguments)
    with pytest.raises(UsageError, match=said):
        chain.config(on_error=on_error).to_list()


def test_a_search_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no store at"):
        DataCollection([VECTORS[0]]).search_store(f"faiss:///{tmp_path / 'none'}").to_list()
    assert not (tmp_path / "none").exists()


def test_a_pipe_inserts_and_searches(uri: str) -> None:
    insert = (
        pipe.input("id", "vec", "name")
        .map(("id", "vec", "name"), "key", ops.insert_store(uri, fields=["name"]))
        .output("key")
    )
    insert.batch([[place, VECTORS[place], f"name {place}"] for place in range(10)])
    search = pipe.input("vec").map("vec", "near", ops.search_store(uri, topk=1)).output("near")
    (found,) = search(VECTORS[4]).get()
    assert (found.keys, found.payload) == ([4], [{"name": "name 4"}])


def test_photographs_are_found_by_other_photographs(
    uri: str, shared_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = sorted((shared_data / "imagenet-sample").glob("*.JPEG"))[:40]
    embed = pipeline("image-embedding")
    chain = DataCollection.from_glob(*map(str, paths)).image_decode.pil()
    with caplog.at_level(logging.WARNING):
        chain.image_embedding.embedded().to_store(uri, "photos")
    assert not caplog.records
    vectors = embed(list(map(str, paths)))
    with open_store(uri, "photos") as store:
        for path, vector in zip(paths[:5], vectors[:5], strict=True):
            found = store.search(vector, topk=3)[0]
            cosines = vectors @ vector
            best = np.argsort(-cosines)[:3]
            assert found.keys == [str(paths[place]) for place in best]
            np.testing.assert_allclose(found.scores, cosines[best], atol=1e-6)
            assert found.keys[0] == str(path)


def test_a_text_finds_photographs_where_both_share_a_space(uri: str, tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra transformers")
    from tiny_image_models import clip, photographs

    folder = clip(tmp_path / "clip")
    images = photographs(4)
    see = ops.image_text_embedding.clip(checkpoint=folder, backend="torch")
    read = ops.image_text_embedding.clip(modality="text", checkpoint=folder, backend="torch")
    rows = DataCollection(images).image_text_embedding.clip(checkpoint=folder, backend="torch")
    rows.to_store(uri)
    texts = DataCollection(["a small brown bird", "a rocket"])
    found = texts.image_text_embedding.clip(
        modality="text", checkpoint=folder, backend="torch"
    ).search_store(uri, topk=4)
    held = np.stack([see(image) for image in images])
    for text, one in zip(["a small brown bird", "a rocket"], found, strict=True):
        cosines = held @ read(text)
        assert one.keys == np.argsort(-cosines).tolist()
        np.testing.assert_allclose(one.scores, np.sort(cosines)[::-1], atol=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda rows, uri: rows.to_store["id"](uri), "the columns are those of the key"),
        (lambda rows, uri: rows.to_store["id", "vec"]("photos.db"), "'milvus:///photos.db'"),
        (lambda rows, uri: rows.to_store["id", "vec"]("mylvus:///x"), "did you mean 'milvus'"),
        (lambda rows, uri: rows.to_store["id", "vec"](uri, "a/b"), "letters, digits and under"),
        (lambda rows, uri: rows.to_store["id", "vec"](uri, indexx="flat"), "'indexx'"),
        (lambda rows, uri: rows.to_store["id", "vec"](uri, batch_size=0), "batch_size is a whole"),
        (lambda rows, uri: rows.to_faiss["id", "vec"](string="PCA64,Flat"), "there are 'Flat'"),
    ],
)
def test_a_wrong_call_says_what_is_right(
    uri: str, call: Callable[[Any, str], Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        call(_rows(), uri)


def test_whole_numbers_as_keys_are_asked_for_as_such(uri: str) -> None:
    _rows().to_store["id", "vec"](uri)
    with open_store(uri) as store:
        assert [row.key for row in store.rows("key == 3")] == [3]
        assert sorted(row.key for row in store.rows("key in [1, 2, 99]")) == [1, 2]
        assert store.count("key != 3 and parity == 'odd'") == 29
        for wrong in ("key > 3", 'key == "3"', 'key like "3%"', "key == 1.5"):
            with pytest.raises(UsageError):
                store.count(wrong)


def test_an_index_in_a_folder_of_any_name_is_found_again(tmp_path: Path) -> None:
    for name, row in (("photos#1", 1), ("photos#2", 2)):
        dc["id", "vec"]([[row, VECTORS[row]]]).to_faiss["id", "vec"](findex=tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos#1", "photos#2"]
    query = dc["vec"]([VECTORS[1]])
    found = query.faiss_search["vec", "result"](findex=tmp_path / "photos#2", k=5).to_list()
    assert [entity.key for entity in found[0].result] == [2]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"index": "magic"}, "no index"), ({"metric": "far"}, "no metric")],
)
def test_what_no_collection_can_be_is_refused_before_any_work(
    tmp_path: Path, options: dict[str, str], said: str
) -> None:
    worked: list[Any] = []
    rows = DataCollection([VECTORS[0]]).map(worked.append)
    with pytest.raises(UsageError, match=said):
        rows.to_store(f"faiss:///{tmp_path / 'store'}", **options)
    assert not worked


def test_what_makes_a_vector_is_followed_by_its_column(uri: str) -> None:
    """Other embeddings of the same rows do not count."""
    images = [np.full((40, 40, 3), shade, np.uint8) for shade in (9, 200)]
    both = (
        dc["image"](images)
        .image_embedding.embedded["image", "vec"]()
        .image_embedding.colorhist["image", "colours"]()
    )
    both.select["vec"]().to_store(uri, "shown", vector="vec")
    both.to_store(uri, "coloured", vector="colours", payload=())
    with open_store(uri, "shown") as store:
        assert store.schema.fingerprint.operators == "image_embedding.embedded()"
    with open_store(uri, "coloured") as store:
        assert store.schema.fingerprint.operators == "image_embedding.colorhist()"
    found = both.search_store["vec", "near"](uri, "shown", topk=1)
    assert [row.near.keys for row in found] == [[0], [1]]
    with pytest.raises(UsageError, match=r"come from operators image_embedding\.colorhist"):
        both.search_store["vec", "near"](uri, "coloured", topk=1).to_list()


def test_pipes_refuse_vectors_of_another_model_too(uri: str) -> None:
    image = np.full((40, 40, 3), 9, np.uint8)

    def inserting(**settings: Any) -> Any:
        return (
            pipe.input("key", "image")
            .map("image", "vec", ops.image_embedding.embedded(**settings))
            .map(("key", "vec"), "done", ops.insert_store(uri))
            .output("done")
        )

    assert inserting()("a", image).get() == ["a"]
    with open_store(uri) as store:
        assert store.schema.fingerprint.operators == "image_embedding.embedded()"
    with pytest.raises(OperatorError, match="they cannot be compared"):
        inserting(normalize=False)("b", image)
    search = (
        pipe.input("image")
        .map("image", "vec", ops.image_embedding.embedded(normalize=False))
        .map("vec", "near", ops.search_store(uri))
        .output("near")
    )
    with pytest.raises(OperatorError, match="they cannot be compared"):
        search(image)
