"""What is particular to PostgreSQL: its limits, its indexes, its names and its types."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from postgres_server import PostgresServer
from towhee.errors import DataError, StoreError, UnknownNameError, UsageError
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.schema import IndexSpec

psycopg = pytest.importorskip("psycopg", reason="needs the extra pgvector")
Vectors = npt.NDArray[np.float32]
Opens = Callable[..., VectorStore]
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer) -> str:
    """The address of a database of this module's own."""
    with psycopg.connect(postgres_server.uri, autocommit=True) as connection:
        connection.execute("CREATE DATABASE particular")
    return postgres_server.uri_for("postgres", postgres_server.password, "particular")


@pytest.fixture
def opens(database: str) -> Iterator[Opens]:
    """Opens a collection, a new one unless it is named."""
    opened: list[VectorStore] = []

    def opening(collection: str | None = None, **options: Any) -> VectorStore:
        name = collection or f"collection_{next(_NUMBERS)}"
        opened.append(open_store(database, name, patience=0, **options))
        return opened[-1]

    yield opening
    for store in opened:
        store.close()


@pytest.fixture
def sql(database: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Says something to the database, as another client would."""
    with psycopg.connect(database, autocommit=True) as connection:

        def said(text: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

        yield said


def random_vectors(count: int, dimension: int, seed: int = 0) -> Vectors:
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


def nearest(vectors: Vectors, query: Vectors, topk: int, among: Sequence[int]) -> list[int]:
    """The truth, in float64."""
    distances = np.linalg.norm(vectors[list(among)].astype(float) - query, axis=1)
    return [among[place] for place in np.argsort(distances, kind="stable")[:topk]]


def test_vectors_are_encoded_as_the_package_pgvector_does() -> None:
    pgvector = pytest.importorskip("pgvector")
    from towhee.search.stores.drivers.pgvector import encoding

    vectors = random_vectors(3, 7)
    expected = [pgvector.Vector(vector).to_binary() for vector in vectors]
    assert encoding.encoded(vectors) == expected
    assert encoding.decoded(expected, 7).tolist() == vectors.tolist()
    sparse = {999_999_999: 0.5, 0: -2.0, 7: 1e-60}  # the last is none in float32
    kept = pgvector.SparseVector({0: -2.0, 999_999_999: 0.5}, 1_000_000_000).to_binary()
    assert encoding.encoded_sparse(sparse) == kept
    assert encoding.decoded_sparse(kept) == {0: -2.0, 999_999_999: 0.5}


@pytest.mark.parametrize(
    ("dimension", "index", "match"),
    [(16_001, "flat", "at most 16,000"), (4_001, "hnsw", "at most 4,000")],
)
def test_vectors_too_long_are_refused_and_nothing_is_made(
    opens: Opens, dimension: int, index: str, match: str
) -> None:
    store = opens()
    with pytest.raises(UsageError, match=match):
        store.create(dimension, index=index)
    assert not store.exists
    assert store.collection not in store.collections()


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"m": 101}, "m from 2 to 100, not 101"),
        ({"m": 40, "ef_construction": 50}, "twice m, which is 80"),
    ],
)
def test_parameters_that_the_index_does_not_take_are_refused(
    opens: Opens, parameters: dict[str, int], match: str
) -> None:
    store = opens()
    store.create(4)
    with pytest.raises(UsageError, match=match):
        store.set_index("hnsw", **parameters)
    assert store.schema.index.kind == "flat"


def test_a_search_with_more_effort_than_pgvector_takes_is_refused(opens: Opens) -> None:
    store = opens()
    store.create(4, index="hnsw")
    with pytest.raises(UsageError, match="ef up to 1,000, not 2,000"):
        store.search(np.ones(4), ef=2000)


def test_a_flat_search_is_exact_beside_an_index_that_is_not(opens: Opens, sql: Any) -> None:
    vectors, queries = random_vectors(3000, 32), random_vectors(20, 32, seed=1)
    store = opens()
    store.create(32, metric="L2")
    store.upsert([f"{n:05}" for n in range(3000)], vectors)
    truth = [[f"{n:05}" for n in nearest(vectors, query, 10, range(3000))] for query in queries]
    sql(
        f"CREATE INDEX ON towhee.{store.collection} "
        "USING hnsw (vector vector_l2_ops) WITH (m = 2, ef_construction = 4)"
    )
    sql(f"ANALYZE towhee.{store.collection}")
    assert [result.keys for result in store.search(queries, 10)] == truth
    store.set_index("hnsw", m=2, ef_construction=4, ef=1)
    # The index of a graph as poor as this misses neighbours, which shows that it is used.
    assert [result.keys for result in store.search(queries, 10)] != truth
    store.set_index("flat")
    assert [result.keys for result in store.search(queries, 10)] == truth


@pytest.mark.parametrize("kind", ["hnsw", "ivf_flat"])
def test_an_index_fills_topk_under_a_filter_nearest_first(opens: Opens, kind: str) -> None:
    vectors, queries = random_vectors(3000, 16), random_vectors(5, 16, seed=1)
    store = opens()
    store.create(16, metric="L2", fields={"rare": "boolean"}, index=kind)
    rare = [n % 100 == 0 for n in range(3000)]
    store.upsert([f"{n:05}" for n in range(3000)], vectors, {"rare": rare})
    store.flush()
    for query, result in zip(
        queries, store.search(queries, 25, filter="rare == true"), strict=True
    ):
        truth = nearest(vectors, query, 25, range(0, 3000, 100))
        assert len(result.keys) == 25
        assert result.scores == sorted(result.scores)
        assert len({f"{n:05}" for n in truth} & set(result.keys)) >= 24


def test_an_index_of_long_vectors_compares_what_it_finds_exactly(opens: Opens) -> None:
    vectors, queries = random_vectors(300, 3000), random_vectors(4, 3000, seed=1)
    store = opens()
    store.create(3000, metric="L2", index=IndexSpec.of("hnsw", ef=300))
    store.upsert([f"{n:03}" for n in range(300)], vectors)
    for query, result in zip(queries, store.search(queries, 10), strict=True):
        assert result.keys == [f"{n:03}" for n in nearest(vectors, query, 10, range(300))]
        distances = np.linalg.norm(vectors[list(map(int, result.keys))] - query, axis=1)
        np.testing.assert_allclose(result.scores, distances, rtol=1e-6)


def test_lists_are_learned_once_there_are_rows_and_again_when_they_double(
    opens: Opens, sql: Any
) -> None:
    vectors, queries = random_vectors(4000, 16), random_vectors(10, 16, seed=1)
    keys = [f"{n:05}" for n in range(4000)]
    store = opens()
    store.create(16, metric="L2", index="ivf_flat")

    def lists() -> list[tuple[Any, ...]]:
        return sql(
            "SELECT option_value::integer FROM pg_class JOIN pg_index ON indexrelid = oid, "
            "pg_options_to_table(reloptions) WHERE indrelid = %s::regclass "
            "AND option_name = 'lists'",
            f"towhee.{store.collection}",
        )

    store.upsert(keys[:2000], vectors[:2000])
    assert lists() == []
    truth = [[keys[n] for n in nearest(vectors, query, 5, range(2000))] for query in queries]
    assert [result.keys for result in store.search(queries, 5)] == truth
    store.flush()
    assert lists() == [(2,)]
    store.upsert(keys[2000:3000], vectors[2000:3000])
    store.flush()
    assert lists() == [(2,)]
    store.upsert(keys[3000:], vectors[3000:])
    store.flush()
    assert lists() == [(4,)]
    truth = [[keys[n] for n in nearest(vectors, query, 5, range(4000))] for query in queries]
    assert [result.keys for result in store.search(queries, 5, nprobe=4)] == truth


def test_columns_may_be_called_what_postgresql_and_its_statements_use(opens: Opens) -> None:
    names = ["xmin", "ctid", "select", "distance", "words", "element", "word", "sent", "held", "T"]
    store = opens()
    store.create(2, fields={**dict.fromkeys(names, "integer"), "text": "string"}, text="text")
    rows = [{**{name: n * 10 + at for at, name in enumerate(names)}, "text": "a"} for n in (1, 2)]
    store.upsert(["a", "b"], np.eye(2), rows)
    for name in names:
        assert store.search([1, 0], filter=f"`{name}` < 20")[0].payload == [rows[0]]
        assert store.text_search("a", filter=f"`{name}` >= 20").payload == [rows[1]]
    assert store.delete(filter="xmin == 10") == 1
    assert [entity.xmin for entity in store] == [20]


def test_json_comes_back_as_it_was_to_the_type_and_the_order(opens: Opens) -> None:
    value = {"z": 1e20, "a": [-0.0, 2**63 - 1, 1.0, True, None], "é\n": {"": "\\u0041 \U0001f600"}}
    store = opens()
    store.create(2, fields={"extra": "json"})
    store.upsert(["a"], [[1, 0]], {"extra": [value]})
    [found] = store.search([1, 0])[0].payload
    assert repr(found["extra"]) == repr(value)


def test_sparse_vectors_have_the_limits_of_the_type(opens: Opens) -> None:
    store = opens()
    store.create(2, sparse=True)
    with pytest.raises(DataError, match=r"16,001 numbers.*16,000"):
        store.upsert(["a"], [[1, 0]], sparse=[dict.fromkeys(range(16_001), 1.0)])
    with pytest.raises(DataError, match="at 1,000,000,000, and pgvector"):
        store.upsert(["a"], [[1, 0]], sparse=[{1_000_000_000: 1.0}])
    assert store.count() == 0


@pytest.mark.parametrize(
    "query",
    ["'", "\\", "red' | 'blue", "red:* & !blue", "<-> (red", "'; DROP TABLE towhee.x; --", "%s {}"],
)
def test_words_are_words_and_never_a_query_language(opens: Opens, query: str) -> None:
    store = opens()
    store.create(2, fields={"text": "string"}, text="text")
    store.upsert(["a", "b"], np.eye(2), {"text": ["a red rose", "nothing else"]})
    assert store.text_search(query).keys == (["a"] if "red" in query else [])


def test_any_word_is_enough_and_more_words_rank_higher(opens: Opens) -> None:
    store = opens()
    store.create(2, fields={"text": "string"}, text="text")
    texts = ["a red rose", "a red car, red all over", "a blue car", "the sky"]
    store.upsert(list("abcd"), random_vectors(4, 2), {"text": texts})
    found = store.text_search("Red rose")
    assert found.keys == ["a", "b"]
    assert found.scores[0] > found.scores[1] > 0
    assert store.text_search("").keys == []


def test_the_language_of_a_collection_is_remembered(opens: Opens) -> None:
    store = opens(language="english")
    store.create(2, fields={"text": "string"}, text="text")
    store.upsert(["a"], [[1, 0]], {"text": ["the roses were running"]})
    assert opens(store.collection).text_search("rose run").keys == ["a"]
    assert opens(store.collection).text_search("the").keys == []
    with pytest.raises(UnknownNameError, match="'englisch'; did you mean 'english'"):
        opens(language="englisch")


def test_a_text_of_any_length_is_kept_and_searched_at_its_beginning(opens: Opens) -> None:
    store = opens()
    store.create(2, fields={"text": "string"}, text="text")
    text = "first " + " ".join(f"{n:x}" for n in range(600_000))
    store.upsert(["a"], [[1, 0]], {"text": [text]})
    assert store.text_search("first").payload == [{"text": text}]


def test_a_schema_of_ones_own_holds_other_collections(opens: Opens, database: str) -> None:
    mine = opens("shared", schema="mine")
    mine.create(2)
    assert not opens("shared").exists
    assert opens("shared", schema="mine").collections() == ["shared"]
    with open_store(f"{database}?schema=mine", "shared", patience=0) as store:
        assert store.exists


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("pgvector://me:a%2Fb@host:1/photos", {"host": "host", "port": "1", "password": "a/b"}),
        ("postgres:///photos?host=/run/pg&schema=mine", {"host": "/run/pg", "dbname": "photos"}),
        ("postgresql://host/photos?sslmode=require&connect_timeout=3", {"connect_timeout": "3"}),
        ("postgresql://host/x?options=-c%20lock_timeout%3D5s", {"options": "-c lock_timeout=5s"}),
    ],
)
def test_all_that_libpq_knows_may_stand_in_the_address(uri: str, expected: dict[str, str]) -> None:
    from towhee.search.stores.drivers.pgvector.address import Address
    from towhee.search.stores.uri import StoreUri

    parameters = Address.of(StoreUri.parse(uri), {}).parameters
    assert expected.items() <= parameters.items()
    assert "schema" not in parameters


def test_a_table_that_towhee_did_not_make_is_never_touched(opens: Opens, sql: Any) -> None:
    opens().create(2)
    sql("CREATE TABLE towhee.theirs AS SELECT 1 AS number")
    sql("COMMENT ON TABLE towhee.theirs IS 'not for towhee'")
    with pytest.raises(StoreError, match=r"towhee\.theirs that towhee did not make"):
        opens("theirs")
    store = opens()
    with pytest.raises(StoreError, match="did not make"):
        store.driver.drop("theirs")
    assert "theirs" not in store.collections()
    assert sql("SELECT * FROM towhee.theirs") == [(1,)]


def test_many_may_make_the_same_collection_at_the_same_time(opens: Opens) -> None:
    stores = [opens("made_by_many") for _ in range(8)]
    start = threading.Barrier(8)
    errors: list[Exception] = []

    def makes(store: VectorStore, number: int) -> None:
        start.wait()
        try:
            store.upsert([f"{number}"], [[1.0, 0.0]], {"n": [number]})
        except StoreError as error:
            errors.append(error)

    threads = [
        threading.Thread(target=makes, args=(store, number)) for number, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(entity.n for entity in stores[0]) == list(range(8))


def test_a_scan_sees_the_rows_as_they_were_when_it_began(opens: Opens) -> None:
    store = opens()
    store.upsert([f"{n:04}" for n in range(1000)], random_vectors(1000, 4))
    reading = store.rows(batch_size=10)
    seen = [next(reading).key]
    store.delete([f"{n:04}" for n in range(500, 1000)])
    store.upsert([f"{n:04}" for n in range(2000, 2100)], random_vectors(100, 4))
    seen += [entity.key for entity in reading]
    assert sorted(seen) == [f"{n:04}" for n in range(1000)]
    assert store.count() == 600


def test_behind_a_pooler_a_search_leaves_no_setting_in_the_session(opens: Opens) -> None:
    from towhee.search.stores.drivers.pgvector.driver import PgvectorDriver

    vectors = random_vectors(500, 8)
    store = opens()
    store.create(8, metric="L2", index="hnsw")
    store.upsert([f"{n:03}" for n in range(500)], vectors)
    driver = store.driver
    assert isinstance(driver, PgvectorDriver)
    session = driver._connections.take()
    session.is_pooled = True  # as it is where the server's session is not the one connected to
    driver._connections.give(session)
    assert store.search(vectors[7], 3, ef=200)[0].keys[0] == "007"
    assert [result.keys[0] for result in store.search(vectors[:3], 3, ef=200)] == [
        "000",
        "001",
        "002",
    ]
    assert session.execute("SHOW hnsw.ef_search").fetchone() == ("40",)
