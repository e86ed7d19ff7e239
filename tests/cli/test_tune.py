"""``towhee tune``: the parameters are set, and the figures come out as asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee.search.stores import IndexSpec, open_store

ROWS, DIMENSION = 1500, 48


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """A store whose index finds too little."""
    rows = np.random.default_rng(0).normal(size=(ROWS, DIMENSION))
    uri = f"faiss:///{tmp_path}/store"
    with open_store(uri, "photos") as store:
        store.create(DIMENSION, index=IndexSpec.of("hnsw", m=4, ef_construction=8, ef=8))
        store.upsert([f"{place}.jpg" for place in range(ROWS)], rows)
    return uri


def test_it_sets_what_it_says_that_it_chose(towhee_json: Any, uri: str) -> None:
    told = towhee_json("tune", "--store", uri, "--target-recall", 0.9, "--sample", 100)
    assert told["chosen"] in told["trials"]
    assert told["chosen"]["recall"] >= 0.9
    assert (told["topk"], told["queries"], told["rows"]) == (10, 100, ROWS)
    with open_store(uri, "photos") as store:
        index = store.schema.index
        rows = [row.vector for row in store.rows(vectors=True)][:100]
        found = store.search(rows, 10)
        exact = np.stack([row.vector for row in store.rows(vectors=True)])
        keys = [row.key for row in store.rows()]
    assert [index.kind, index.build, index.search] == [
        told["chosen"][name] for name in ("index", "build", "search")
    ]
    truth = [{keys[place] for place in np.argsort(-(exact @ row))[:10]} for row in rows]
    hits = sum(len(near & set(one.keys)) for near, one in zip(truth, found, strict=True))
    assert hits / 1000 >= 0.9


def test_the_table_and_the_page(towhee: Any, uri: str, tmp_path: Path) -> None:
    page = tmp_path / "tuned.html"
    done = towhee(
        "tune", "--store", uri, "--collection", "photos", "--topk", 5, "--index", "ivf_flat",
        "--target-recall", 0.8, "--sample", 60, "--html", page,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ivf_flat of photos in faiss:///")
    assert "1,500 rows, 60 queries, recall@5 of 0.8 or more" in lines[0]
    assert sum(line.startswith("* nlist=38 nprobe=") for line in lines) == 1
    assert lines[-1] == f"wrote {page}"
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "recall@5 (share of the exact 5 nearest)" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target-recall", 0), "target_recall is a share above 0 and up to 1, not 0.0"),
        (("--target-recall", 1.5), "target_recall is a share above 0 and up to 1, not 1.5"),
        (("--collection", "photo"), "did you mean 'photos'?"),
        (("--topk", ROWS), "take at most 1499 others"),
        (("--index", "flat"), "is exact and there is nothing to tune"),
        (("--index", "hsnw"), "did you mean 'hnsw'?"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_1(
    towhee: Any, uri: str, arguments: tuple[Any, ...], said: str
) -> None:
    done = towhee("tune", "--store", uri, *arguments)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with open_store(uri, "photos") as store:
        assert store.schema.index.search == {"ef": 8}


def test_a_page_that_cannot_be_written_is_refused_before_the_work(
    towhee: Any, uri: str, tmp_path: Path
) -> None:
    done = towhee("tune", "--store", uri, "--sample", 20, "--html", tmp_path / "no" / "tuned.html")
    assert done.exit_code == 1
    assert "tuned.html" in done.stderr
    with open_store(uri, "photos") as store:
        assert store.schema.index.search == {"ef": 8}, "nothing was done"


def test_json_holds_figures_alone(towhee: Any, uri: str) -> None:
    done = towhee("tune", "--store", uri, "--target-recall", 0.5, "--sample", 20, "--json")
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)["chosen"]) == {
        "index", "build", "search", "recall", "least_recall", "queries_per_second", "p50_ms",
        "p95_ms",
    }  # fmt: skip
