"""``towhee index``, ``search --store``, ``copy`` and ``reindex`` on stores on the disk."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, open_store, pipeline
from towhee.pipelines import register_pipeline, unregister_pipeline

GALLERY = Path(str(files("towhee") / "samples" / "gallery"))
QUERY = next((GALLERY.parent / "queries").iterdir())


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"faiss:///{tmp_path / 'store'}"


def test_the_neighbours_are_those_of_the_vectors(towhee: Any, towhee_json: Any, store: str) -> None:
    done = towhee("index", GALLERY, "--store", store)
    assert done.exit_code == 0, done.stderr
    told = towhee_json("search", "--store", store, QUERY, "--topk", 3)
    paths = sorted(map(str, GALLERY.iterdir()))
    embed = pipeline("image-embedding")
    cosines = embed(paths) @ embed(str(QUERY))
    best = np.argsort(-cosines)[:3]
    (result,) = told["results"]
    assert [near["path"] for near in result["neighbours"]] == [paths[place] for place in best]
    scores = [near["score"] for near in result["neighbours"]]
    np.testing.assert_allclose(scores, cosines[best], atol=1e-5)
    assert (told["pipeline"], told["cal"], told["index"]) == ("image-embedding", "cosine", store)


def test_what_is_there_and_has_not_changed_is_passed_over(
    towhee_json: Any, store: str, photos: Path, picture: Any
) -> None:
    first = towhee_json("index", photos, "--store", store)
    assert (first["written"], first["unchanged"], first["failed"], first["rows"]) == (3, 0, 1, 3)
    assert first["failures"][0]["path"] == str(photos / "broken.jpg")

    again = towhee_json("index", photos, "--store", store)
    assert (again["written"], again["unchanged"], again["rows"]) == (0, 3, 3)

    picture(photos / "a.png", 77)
    picture(photos / "new.png", 78)
    changed = towhee_json("index", photos, "--store", store)
    assert (changed["written"], changed["unchanged"], changed["rows"]) == (2, 2, 4)
    with open_store(store) as opened:
        (row,) = opened.fetch([str(photos / "a.png")], vectors=True)
    assert row is not None
    embedded = pipeline("image-embedding")(str(photos / "a.png"))
    np.testing.assert_allclose(row.vector, embedded, atol=1e-6)
    assert row.size == (photos / "a.png").stat().st_size

    every = towhee_json("index", photos, "--store", store, "--all")
    assert (every["written"], every["rows"]) == (4, 4)


def test_one_folder_named_in_two_ways_is_indexed_once(
    towhee_json: Any, store: str, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    towhee_json("index", photos, "--store", store)
    monkeypatch.chdir(photos.parent)
    again = towhee_json("index", f"./{photos.name}", "--store", store)
    assert (again["written"], again["unchanged"], again["rows"]) == (0, 3, 3)


def test_rows_of_files_that_are_gone_are_removed_if_asked(
    towhee_json: Any, store: str, photos: Path
) -> None:
    towhee_json("index", photos, "--store", store)
    (photos / "a.png").unlink()
    kept = towhee_json("index", photos, "--store", store)
    assert kept["rows"] == 3
    pruned = towhee_json("index", photos, "--store", store, "--prune")
    assert (pruned["removed"], pruned["rows"]) == (1, 2)


def test_rows_of_other_folders_are_not_removed(
    towhee_json: Any, store: str, photos: Path, picture: Any, tmp_path: Path
) -> None:
    other = picture(tmp_path / "other" / "x.png", 3)
    towhee_json("index", photos, other.parent, "--store", store)
    other.unlink()
    pruned = towhee_json("index", photos, "--store", store, "--prune")
    assert (pruned["removed"], pruned["rows"]) == (0, 4)
    elsewhere = towhee_json("index", photos, other.parent, "--store", store, "--prune")
    assert (elsewhere["removed"], elsewhere["rows"]) == (1, 3)


def test_the_only_collection_of_a_store_is_meant(towhee: Any, towhee_json: Any, store: str) -> None:
    towhee_json("index", GALLERY, "--store", store, "--collection", "gallery")
    done = towhee("search", "--store", store, QUERY)
    assert done.exit_code == 0, done.stderr
    assert towhee_json("index", GALLERY, "--store", store)["collection"] == "gallery"


def test_a_collection_that_a_chain_filled_is_searched_and_added_to(
    towhee: Any, towhee_json: Any, store: str
) -> None:
    paths = sorted(map(str, GALLERY.iterdir()))
    images = DataCollection.from_glob(f"{GALLERY}/*").image_decode.pil()
    images.head(9).image_embedding.embedded().to_store(store)
    refused = towhee("search", "--store", store, QUERY)
    assert refused.exit_code == 1
    assert "were made by image_embedding.embedded(), and not by a pipeline" in refused.stderr
    named = ("--pipeline", "image-embedding")
    told = towhee_json("search", "--store", store, QUERY, *named, "--topk", 9)
    assert sorted(n["path"] for n in told["results"][0]["neighbours"]) == paths[:9]
    added = towhee_json("index", GALLERY, "--store", store)
    assert (added["unchanged"], added["rows"]) == (9, len(paths))


def test_what_a_store_holds_is_listed_and_removed(
    towhee: Any, towhee_json: Any, store: str
) -> None:
    towhee_json("index", GALLERY, "--store", store)
    (listed,) = towhee_json("stores", store)
    count = len(list(GALLERY.iterdir()))
    assert (listed["collection"], listed["rows"], listed["dimension"]) == ("vectors", count, 384)
    assert listed["columns"] == {"modified": "time", "size": "integer"}
    assert listed["made_by"]["pipeline"] == "image-embedding"
    assert "image-embedding" in towhee("stores", store).stdout
    assert towhee("stores", store, "--drop", "vectors").exit_code == 1, "nobody said yes"
    dropped = towhee("stores", store, "--drop", "vectors", "--yes")
    assert dropped.stdout == f"removed vectors: {count} rows\n"
    assert towhee_json("stores", store) == []


def test_a_filter_chooses_among_the_rows(towhee_json: Any, towhee: Any, store: str) -> None:
    towhee_json("index", GALLERY, "--store", store)
    sizes = sorted(path.stat().st_size for path in GALLERY.iterdir())
    least = sizes[-3]
    told = towhee_json(
        "search", "--store", store, QUERY, "--topk", 9, "--filter", f"size >= {least}"
    )
    (result,) = told["results"]
    assert len(result["neighbours"]) == 3
    assert all(os.path.getsize(near["path"]) >= least for near in result["neighbours"])
    wrong = towhee("search", "--store", store, QUERY, "--filter", "sise > 3")
    assert wrong.exit_code == 1
    assert "'sise'; did you mean 'size'" in wrong.stderr


def test_another_metric_or_index_than_the_collections_is_refused(towhee: Any, store: str) -> None:
    assert towhee("index", GALLERY, "--store", store).exit_code == 0
    done = towhee("index", GALLERY, "--store", store, "--metric", "L2")
    assert done.exit_code == 1
    assert "has metric='cosine', not 'L2'" in done.stderr


def test_vectors_of_another_pipeline_are_refused(towhee: Any, store: str) -> None:
    assert towhee("index", GALLERY, "--store", store).exit_code == 0
    for refused in (
        towhee("index", GALLERY, "--store", store, "--pipeline", "image-embedding-colorhist"),
        towhee("search", "--store", store, QUERY, "--pipeline", "image-embedding-phash"),
    ):
        assert refused.exit_code == 1
        assert "come from operators image_embedding.embedded()" in refused.stderr
        assert "towhee reindex" in refused.stderr


def test_reindex_moves_over_to_another_pipeline(towhee: Any, towhee_json: Any, store: str) -> None:
    towhee_json("index", GALLERY, "--store", store)
    moved = towhee_json(
        "reindex", "--store", store, "--pipeline", "image-embedding-colorhist", "--into", "colours"
    )
    count = len(list(GALLERY.iterdir()))
    assert (moved["written"], moved["rows"], moved["failed"]) == (count, count, 0)
    again = towhee_json(
        "reindex", "--store", store, "--pipeline", "image-embedding-colorhist", "--into", "colours"
    )
    assert again["written"] == 0
    paths = sorted(map(str, GALLERY.iterdir()))
    embed = pipeline("image-embedding-colorhist")
    query = embed(str(QUERY))
    held = embed(paths)
    cosines = held @ query / np.linalg.norm(held, axis=1) / np.linalg.norm(query)
    told = towhee_json("search", "--store", store, "--collection", "colours", QUERY, "--topk", 1)
    assert told["results"][0]["neighbours"][0]["path"] == paths[int(np.argmax(cosines))]
    with open_store(store) as old, open_store(store, "colours") as new:
        assert {row.key: row.size for row in old} == {row.key: row.size for row in new}
    dropped = towhee(
        *("reindex", "--store", store, "--pipeline", "image-embedding-colorhist"),
        *("--into", "colours", "--drop-old"),
    )
    assert dropped.exit_code == 0, dropped.stderr
    with open_store(store) as old:
        assert not old.exists


def test_a_collection_whose_pictures_are_gone_is_not_dropped(
    towhee: Any, store: str, photos: Path
) -> None:
    towhee("index", photos, "--store", store)
    (photos / "a.png").unlink()
    done = towhee(
        *("reindex", "--store", store, "--pipeline", "image-embedding-colorhist"),
        *("--into", "colours", "--drop-old"),
    )
    assert done.exit_code == 1
    assert "a.png" in done.stderr
    assert "1 row of 'vectors' could not be embedded, so it stays" in done.stderr
    with open_store(store) as old:
        assert len(old) == 3


def test_rows_of_others_do_not_stand_for_those_that_are_missing(
    towhee: Any, store: str, photos: Path
) -> None:
    towhee("index", photos, "--store", store)
    colours = ("--pipeline", "image-embedding-colorhist")
    towhee("index", GALLERY, "--store", store, "--collection", "colours", *colours)
    (photos / "a.png").unlink()
    done = towhee("reindex", "--store", store, *colours, "--into", "colours", "--drop-old")
    assert done.exit_code == 1
    assert "1 row of 'vectors' could not be embedded, so it stays" in done.stderr
    with open_store(store) as old:
        assert len(old) == 3


def test_copy_keeps_rows_vectors_and_what_made_them(
    towhee_json: Any, store: str, tmp_path: Path
) -> None:
    pytest.importorskip("lancedb", reason="needs the extra lancedb")
    towhee_json("index", GALLERY, "--store", store)
    target = f"lancedb:///{tmp_path / 'lance'}"
    copied = towhee_json("copy", store, target)
    count = len(list(GALLERY.iterdir()))
    assert (copied["written"], copied["rows"]) == (count, count)
    assert towhee_json("copy", store, target)["written"] == 0
    with open_store(store) as old, open_store(target) as new:
        assert new.schema.fingerprint == old.schema.fingerprint
        held = {row.key: row for row in old.rows(vectors=True)}
        for row in new.rows(vectors=True):
            assert row.size == held[row.key].size
            assert row.modified == held[row.key].modified
            np.testing.assert_array_equal(row.vector, held[row.key].vector)
    there = towhee_json("index", GALLERY, "--store", target)
    assert there["unchanged"] == count, "the copy goes on where the original was"
    (here,), (copy,) = (
        towhee_json("search", "--store", uri, QUERY)["results"] for uri in (store, target)
    )
    assert [near["path"] for near in here["neighbours"]] == [
        near["path"] for near in copy["neighbours"]
    ]


def test_a_text_is_refused_where_the_pipeline_embeds_images_alone(towhee: Any, store: str) -> None:
    towhee("index", GALLERY, "--store", store)
    done = towhee("search", "--store", store, "--text", "a cat")
    assert done.exit_code == 1
    assert "'image-embedding' embeds no texts" in done.stderr


def test_a_pipeline_of_the_users_own_fills_and_searches_a_store(
    towhee: Any, towhee_json: Any, store: str
) -> None:
    register_pipeline("tiny-colours", ["image_decode.pil", "image_embedding.colorhist"])
    try:
        towhee_json("index", GALLERY, "--store", store, "--pipeline", "tiny-colours")
        told = towhee_json("search", "--store", store, QUERY)
    finally:
        unregister_pipeline("tiny-colours")
    assert told["pipeline"] == "tiny-colours"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "--store", "faiss:///{folder}/none", QUERY), "there is no store at {folder}"),
        (("search", "--store", "faiss:///{folder}", QUERY), "no collection of faiss:///"),
        (("stores", "faiss:///{folder}/none"), "there is no store at {folder}/none"),
        (("search", "--store", "{folder}", QUERY), "a store is named by an address"),
        (("search", "--store", "sqlite:///{folder}", QUERY), "no store is called 'sqlite'"),
        (("search", "photos.parquet"), "what is to be found in 'photos.parquet'?"),
        (("index", "{folder}", "--store", "faiss:///{folder}/s"), "there is no image in"),
        (("copy", "faiss:///{folder}/none", "faiss:///{folder}/b"), "there is no store at"),
    ],
)
def test_a_wrong_call_says_what_is_right(
    towhee: Any, tmp_path: Path, arguments: tuple[Any, ...], said: str
) -> None:
    done = towhee(*(str(each).format(folder=tmp_path) for each in arguments))
    assert done.exit_code == 1
    assert said.format(folder=tmp_path) in done.stderr
    assert "Traceback" not in done.stderr
