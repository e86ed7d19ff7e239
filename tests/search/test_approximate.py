"""Approximate search finds nearly all neighbours, by the parameters that were named."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.search import ApproximateSearch, ExactSearch, Metric

Kind = Literal["hnsw", "ivf_pq"]
KINDS: tuple[Kind, ...] = ("hnsw", "ivf_pq")


def clustered(rows: int, dimension: int = 32, seed: int = 0) -> Any:
    """Vectors about fifty centres, and others about the same."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(50, dimension))
    places = random.integers(50, size=rows + 200)
    made = centres[places] + 0.3 * random.normal(size=(rows + 200, dimension))
    made = made.astype(np.float32)
    return made[:rows], made[rows:]


DATA, QUERIES = clustered(12_000)


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_defaults_find_at_least_nineteen_of_twenty_neighbours(
    kind: Kind, metric: Metric
) -> None:
    found = ApproximateSearch(DATA, metric, kind=kind).search(QUERIES, 10)
    truth = ExactSearch(DATA, metric).search(QUERIES, 10)
    hits = [len(set(a.ids) & set(b.ids)) for a, b in zip(found, truth, strict=True)]
    assert np.mean(hits) / 10 >= 0.95
    for ours, exact in zip(found, truth, strict=True):
        known = dict(zip(exact.ids, exact.scores, strict=True))
        for place, score in zip(ours.ids, ours.scores, strict=True):
            if place in known:
                assert score == pytest.approx(known[place], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_and_payload_come_back(kind: Kind) -> None:
    keys = [f"row {n}" for n in range(len(DATA))]
    index = ApproximateSearch(DATA, "L2", keys, {"n": range(len(DATA))}, kind=kind)
    result = index.search(DATA[7:8], 1)[0]
    assert (result.ids, result.keys, result.payload) == ([7], ["row 7"], [{"n": 7}])
    assert (len(index), index.dimension, index.index_kind) == (12_000, 32, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_one_building_thread_makes_the_same_index_each_time(kind: Kind) -> None:
    made = [ApproximateSearch(DATA[:3000], "L2", kind=kind, build_threads=1) for _ in range(2)]
    first, second = (index.search(QUERIES, 20) for index in made)
    assert first == second


def test_the_building_threads_do_not_stay_as_they_were_set() -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    ApproximateSearch(DATA[:100], "L2", build_threads=1)
    assert faiss.omp_get_max_threads() == before


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_a_range_of_a_graph_holds_only_what_is_within(metric: Metric) -> None:
    radius = {"L2": 2.0, "IP": 35.0, "cosine": 0.95}[metric]
    found = ApproximateSearch(DATA, metric, ef_search=400).range_search(QUERIES[:50], radius)
    truth = ExactSearch(DATA, metric).range_search(QUERIES[:50], radius)
    wanted = sum(map(len, truth))
    assert wanted > 50
    hits = 0
    for ours, exact in zip(found, truth, strict=True):
        assert set(ours.ids) <= set(exact.ids)
        known = dict(zip(exact.ids, exact.scores, strict=True))
        assert ours.scores == pytest.approx([known[place] for place in ours.ids])
        hits += len(ours)
    assert hits / wanted >= {"L2": 0.95, "IP": 0.8, "cosine": 0.95}[metric]


def test_compressed_vectors_have_no_range() -> None:
    with pytest.raises(UsageError, match="ivf_pq knows compressed vectors"):
        ApproximateSearch(DATA, kind="ivf_pq").range_search(QUERIES, 1.0)


def test_comparing_again_finds_more_and_gives_exact_scores() -> None:
    truth = ExactSearch(DATA, "L2").search(QUERIES, 10)

    def recall(refine: int) -> float:
        found = ApproximateSearch(DATA, "L2", kind="ivf_pq", refine=refine).search(QUERIES, 10)
        hits = [len(set(a.ids) & set(b.ids)) for a, b in zip(found, truth, strict=True)]
        return float(np.mean(hits)) / 10

    assert recall(0) < recall(10)


def test_a_graph_of_a_few_rows_gives_them_all() -> None:
    results = ApproximateSearch(DATA[:3]).search(QUERIES[:2], 10)
    assert [sorted(result.ids) for result in results] == [[0, 1, 2]] * 2
    assert [len(result) for result in ApproximateSearch([]).search(QUERIES[:2])] == [0, 0]


def test_fewer_rows_than_codes_are_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="needs at least 256, not 100; use ExactSearch"):
        ApproximateSearch(DATA[:100], kind="ivf_pq")
    few = ApproximateSearch(DATA[:100], kind="ivf_pq", nbits=4)
    assert few.search(DATA[:1], 1)[0].ids == [0]


def test_fewer_neighbours_are_given_where_the_lists_hold_fewer() -> None:
    index = ApproximateSearch(DATA[:1000], kind="ivf_pq", nlist=200, nprobe=1, refine=0)
    result = index.search(QUERIES[:1], 500)[0]
    assert 0 < len(result) < 500
    assert len(result.ids) == len(result.scores) == len(result.keys)
    assert min(result.ids) >= 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"nlist": 5}, "hnsw has no parameter nlist"),
        ({"kind": "ivf_pq", "ef_search": 5}, "ivf_pq has no parameter ef_search"),
        ({"m": 1}, "m is a whole number of at least 2, not 1"),
        ({"ef_search": 2.5}, "ef_search is a whole number"),
        ({"kind": "ivf_pq", "pq_m": 5}, "cannot be cut in 5 equal parts; pq_m may be 1, 2, 4, 8"),
        ({"kind": "ivf_pq", "nbits": 20}, "nbits is from 4 to 12"),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ApproximateSearch(DATA, **given)


def test_an_unknown_index_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'hnsw'"):
        ApproximateSearch(DATA, kind="hnws")  # type: ignore[arg-type]


def test_what_is_no_vector_is_refused_as_by_exact_search() -> None:
    with pytest.raises(DataError, match="row 1: a zero vector"):
        ApproximateSearch([[1.0], [0.0]], "cosine")
    with pytest.raises(UsageError, match="queries have 2 numbers"):
        ApproximateSearch(DATA).search([[1.0, 2.0]])
