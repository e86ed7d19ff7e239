"""Text is text: no key, value or filter is taken for a command, and each comes back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from store_gallery import NewStore, random_vectors
from towhee.search.stores import VectorStore
from towhee.search.stores.driver import Abilities

HOSTILE = [
    "'",
    '"',
    "''",
    '""',
    "`",
    "\\",
    "\\'",
    '\\"',
    "\\\\",
    "' OR 1=1 --",
    '" or 1==1 or "',
    '\\" or 1==1 or \\"',
    "'); DROP TABLE photos; --",
    "x'; DELETE FROM photos_0; --",
    "{}",
    "{0}",
    "{{key}}",
    "${key}",
    "%",
    "%s",
    "%(key)s",
    "_",
    "?",
    ":key",
    "$1",
    "@key",
    "*",
    "[a-z]",
    "--",
    "/* x */",
    "#",
    "\n",
    "\r\n",
    "\t",
    " ",
    " lead and trail ",
    "a\nb'c\"d\\e",
    "null",
    "NULL",
    "true",
    "0",
    "-1",
    "1e5",
    "[]",
    '["a"]',
    "../../etc/passwd",
    "..",
    "CON",
    "<script>",
    "🐦🦜",
    "e\u0301",
    "\u00e9",
    "\u202e",
    "\ufeff",
    "\x1f",
    "\x7f",
    "日本語",
    "İ",
    "ß",
    "é" * 1000,
    "'" * 2000,
    "\\" * 2000,
]


@pytest.fixture(scope="module")
def hostile(store_uri: str) -> Any:
    """Rows whose keys, texts, lists and members are all hostile."""
    from towhee.search.stores import open_store

    store = open_store(store_uri, collection="hostile", patience=0)
    store.create(
        4,
        metric="L2",
        fields={"text": "string", "tags": "strings", "extra": "json", "place": "integer"},
    )
    columns = {
        "text": HOSTILE,
        "tags": [[text, "plain"] for text in HOSTILE],
        "extra": [{"said": text, text: [text]} for text in HOSTILE],
        "place": list(range(len(HOSTILE))),
    }
    store.upsert(HOSTILE, random_vectors(len(HOSTILE), 4), columns)
    yield store
    store.close()


def quoted(text: str) -> str:
    """The text as a literal of a filter."""
    return json.dumps(text, ensure_ascii=False)


def test_hostile_keys_and_values_come_back_as_they_were(hostile: VectorStore) -> None:
    rows = {row["key"]: dict(row) for row in hostile.rows()}
    assert rows == {
        text: {
            "key": text,
            "text": text,
            "tags": [text, "plain"],
            "extra": {"said": text, text: [text]},
            "place": place,
        }
        for place, text in enumerate(HOSTILE)
    }
    assert [row["key"] for row in hostile.fetch(HOSTILE)] == HOSTILE
    assert hostile.existing([*HOSTILE, "' OR '1'='1"]) == set(HOSTILE)
    results = hostile.search(random_vectors(len(HOSTILE), 4), topk=1)
    assert [result.keys[0] for result in results] == HOSTILE


def test_a_filter_takes_hostile_text_as_text(hostile: VectorStore) -> None:
    for place, text in enumerate(HOSTILE):
        for field in ("text", "key"):
            found = [row["place"] for row in hostile.rows(f"{field} == {quoted(text)}")]
            assert found == [place], (field, text)
    several = [HOSTILE[place] for place in (0, 5, 9, 40, -1)]
    listed = ", ".join(map(quoted, several))
    found = sorted(row["place"] for row in hostile.rows(f"text in [{listed}]"))
    assert found == sorted(map(HOSTILE.index, several))


def test_a_filter_on_lists_takes_hostile_text_as_text(
    hostile: VectorStore, abilities: Abilities
) -> None:
    if "has" in abilities.lacks:
        pytest.skip("the store cannot filter by elements of lists")
    for place, text in enumerate(HOSTILE):
        assert [row["place"] for row in hostile.rows(f"tags has {quoted(text)}")] == [place], text


def test_a_filter_on_members_takes_hostile_text_as_text(
    hostile: VectorStore, abilities: Abilities
) -> None:
    if "members of JSON" in abilities.lacks:
        pytest.skip("the store cannot filter by members of JSON")
    for place, text in enumerate(HOSTILE):
        found = [row["place"] for row in hostile.rows(f"extra.said == {quoted(text)}")]
        assert found == [place], text


def test_deleting_by_a_hostile_key_deletes_that_row_alone(new_store: NewStore) -> None:
    store = new_store(4, metric="L2", fields={"text": "string"})
    left = [*HOSTILE, "stays"]
    store.upsert(left, random_vectors(len(left), 4), {"text": left})
    for text in HOSTILE[::2]:
        store.delete([text])
        left.remove(text)
    assert sorted(row["key"] for row in store.rows()) == sorted(left)
    for text in HOSTILE[1::2]:
        assert store.delete(filter=f"text == {quoted(text)}") == 1, text
    assert [row["key"] for row in store.rows()] == ["stays"]


@pytest.mark.parametrize("text", ["' OR '1'='1", '" or 1==1 or "', "%", "\\", "x%' OR key LIKE '%"])
def test_text_that_no_row_has_finds_and_deletes_nothing(new_store: NewStore, text: str) -> None:
    store = new_store(2, metric="L2", fields={"text": "string"})
    other = new_store(2, metric="L2")
    other.upsert(["x"], [[1, 1]])
    store.upsert(["a", "b"], random_vectors(2, 2), {"text": ["x", "y"]})
    where = f"text == {quoted(text)} or key == {quoted(text)}"
    assert store.count(where) == 0
    assert store.search([[0, 0]], filter=where)[0].keys == []
    assert store.delete(filter=where) == 0
    assert store.delete([text]) == 0
    assert (store.count(), other.count()) == (2, 1)


def test_a_pattern_is_no_command(
    hostile: VectorStore, abilities: Abilities, open_again: Callable[[str], VectorStore]
) -> None:
    if "like" in abilities.lacks:
        pytest.skip("the store cannot filter by patterns")
    escaped = {
        text: text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        for text in HOSTILE
        if len(text) < 100
    }
    for text, pattern in escaped.items():
        found = [row["key"] for row in hostile.rows(f"text like {quoted(pattern)}")]
        assert found == [text], text
