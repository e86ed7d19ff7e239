"""``search_vectors`` searches a collection, a list or an array."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, dc
from towhee.engine.history import last_run
from towhee.errors import OperatorError, UnknownNameError, UsageError
from towhee.operators.search_vectors.exact import chosen_index

VECTORS = [[0.0, 1.0], [1.0, 0.0], [5.0, 5.0]]


@pytest.mark.parametrize(
    "data", [VECTORS, np.array(VECTORS), DataCollection(VECTORS), DataCollection(iter(VECTORS))]
)
def test_any_collection_of_vectors_is_searched(data: Any) -> None:
    found = DataCollection([[0.9, 0.1]]).towhee.search_vectors(data=data, cal="L2", topk=2)
    assert found[0].ids == [1, 0]


def test_results_have_positions_scores_and_keys() -> None:
    data = dc["vec"](VECTORS)
    result = DataCollection([[3.0, 4.0]]).search_vectors(data=data, cal="IP", topk=1)[0]
    assert (result.ids, result.scores, result.keys) == ([2], [35.0], [2])


def test_the_keys_are_those_of_the_searched_rows(tmp_path: Any) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    data = DataCollection.from_glob(f"{tmp_path}/*").map(lambda path: [float(path.endswith("b"))])
    result = DataCollection([[1.0]]).search_vectors(data=data, topk=1)[0]
    assert result.keys == [str(tmp_path / "b")]


def test_it_reads_and_writes_columns() -> None:
    rows = dc["name", "vec"]([("q", [5.0, 4.0])])
    found = rows.towhee.search_vectors["vec", "near"](data=VECTORS, topk=1)[0]
    assert (found.name, found.near.ids) == ("q", [2])


def test_the_collection_is_computed_once_for_all_queries() -> None:
    computed: list[int] = []

    def vector(place: int) -> list[float]:
        computed.append(place)
        return VECTORS[place]

    data = DataCollection.range(3).map(vector)
    found = DataCollection(VECTORS * 20).search_vectors(data=data, topk=1)
    assert [result.ids for result in found] == [[0], [1], [2]] * 20
    assert computed == [0, 1, 2]


def test_the_example_of_reverse_search_runs() -> None:
    dataset = DataCollection(["up.jpg", "right.jpg", "far.jpg"]).unstream()
    data = dataset.map(lambda path: VECTORS[dataset.to_list().index(path)])
    result = (
        DataCollection([[0.0, 0.9], [4.0, 4.0]])
        .towhee.search_vectors(data=data, cal="L2", topk=2)
        .map(lambda x: x.ids)
        .select_from(dataset)
    )
    assert result.to_list() == [["up.jpg", "right.jpg"], ["far.jpg", "up.jpg"]]


def test_an_unknown_metric_fails_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'cosine'"):
        DataCollection(VECTORS).search_vectors(data=VECTORS, cal="cosin").to_list()


@pytest.mark.parametrize("data", ["vectors", 5])
def test_what_is_no_collection_is_refused(data: Any) -> None:
    with pytest.raises(UsageError, match="searches a collection of vectors"):
        DataCollection(VECTORS).search_vectors(data=data).to_list()


def test_rows_of_several_columns_must_be_told_which_holds_the_vectors() -> None:
    data = dc["name", "vec"]([("a", [1.0])])
    with pytest.raises(UsageError, match="rows have the columns name, vec; select the one"):
        DataCollection([[1.0]]).search_vectors(data=data).to_list()


def test_a_query_of_another_length_fails_alone() -> None:
    queries = DataCollection([[1.0, 0.0], [1.0], [0.0, 1.0]])
    found = queries.search_vectors(data=VECTORS, topk=1)
    with pytest.raises(OperatorError, match="embed both with the same model") as caught:
        found.to_list()
    assert caught.value.key == 1
    assert [result.ids for result in found.config(on_error="skip")] == [[1], [0]]


def test_the_other_columns_come_back_as_payload() -> None:
    data = dc["name", "vec", "year"](zip("abc", VECTORS, (1, 2, 3), strict=True))
    found = DataCollection([[5.0, 4.0]]).search_vectors(data=data, vector="vec", topk=2)[0]
    assert found.payload == [{"name": "c", "year": 3}, {"name": "b", "year": 2}]
    assert [(row.key, row.name) for row in found.entities()] == [(2, "c"), (1, "b")]


def test_a_named_column_that_is_not_there_is_answered_with_the_others() -> None:
    data = dc["name", "vec"]([("a", [1.0])])
    with pytest.raises(UnknownNameError, match="'vecs'; did you mean 'vec'"):
        DataCollection([[1.0]]).search_vectors(data=data, vector="vecs").to_list()
    with pytest.raises(UsageError, match="has elements without columns"):
        DataCollection([[1.0]]).search_vectors(data=[[1.0]], vector="vec").to_list()


@pytest.mark.parametrize("index", ["exact", "hnsw", "ivf_pq"])
def test_the_index_that_is_asked_for_is_taken_and_told(
    index: Any, caplog: pytest.LogCaptureFixture
) -> None:
    data = np.random.default_rng(0).normal(size=(600, 8)).astype(np.float32)
    with caplog.at_level("INFO", "towhee.operators.search_vectors"):
        found = DataCollection(list(data[:50])).search_vectors(data=data, topk=1, index=index)
        assert [result.ids for result in found] == [[place] for place in range(50)]
    told = f"search_vectors searches 600 vectors of 8 numbers: {index} ({index} was asked for)"
    assert told in caplog.messages
    assert told in found.explain()
    assert found.explain(analyze=True).count(told) == 1


def test_the_index_is_chosen_by_the_numbers_to_compare() -> None:
    few, many = np.empty((2**20, 256), np.float32), np.empty((2**20, 257), np.float32)
    assert (chosen_index(few), chosen_index(many), chosen_index([])) == ("exact", "hnsw", "exact")


def test_an_unknown_index_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'hnsw'"):
        DataCollection(VECTORS).search_vectors(data=VECTORS, index="hnws").to_list()


def test_a_list_that_has_grown_is_searched_anew() -> None:
    data = [[0.0, 1.0]]
    chain = DataCollection([[1.0, 0.0]]).search_vectors(data=data, topk=1)
    assert chain.to_list()[0].ids == [0]
    data.append([1.0, 0.0])
    assert chain.to_list()[0].ids == [1]


def test_many_queries_are_searched_many_at_a_time() -> None:
    data = np.random.default_rng(0).normal(size=(20_000, 64)).astype(np.float32)
    chain = DataCollection(list(data[:3000])).search_vectors(data=data, topk=1)
    assert [result.ids[0] for result in chain] == list(range(3000))
    report = last_run(chain._plan)
    assert report is not None
    (search,) = [stage for stage in report.stages if stage.place == "model"]
    assert sum(search.batch_sizes.values()) < 30
