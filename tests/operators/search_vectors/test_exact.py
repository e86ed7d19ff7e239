"""``search_vectors`` searches a collection, a list or an array."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, dc
from towhee.errors import OperatorError, UnknownNameError, UsageError

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
