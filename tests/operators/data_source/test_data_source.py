"""Rows of files, tables and databases, for ``flat_map``."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tiny_documents import pdf_of, workbook
from towhee import Entity, ops, pipe
from towhee.errors import DataError, MissingFileError, UsageError
from towhee.operators.data_source.csv import CsvDataSource
from towhee.operators.data_source.glob import GlobDataSource
from towhee.operators.data_source.spreadsheet import SpreadsheetDataSource
from towhee.operators.data_source.sql import SqlDataSource

TABLE = b'name,song\ntowhee,"drink your tea, please"\n\nwren\n'
ROWS = [
    Entity(name="towhee", song="drink your tea, please"),
    Entity(name="wren", song=None),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "birds #1.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("create table birds (name text, grams real)")
        made.executemany("insert into birds values (?, ?)", [("towhee", 40), ("wren", 10)])
        made.commit()
    return path


def test_glob_gives_the_paths_in_order(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.txt", "a.txt", "c.md", "below/d.txt"):
        (tmp_path / name).touch()
    found = GlobDataSource()(f"{tmp_path}/**/*.txt")
    assert found == [str(tmp_path / name) for name in ("a.txt", "b.txt", "below/d.txt")]


def test_glob_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"no file matches '.*\*\.png'"):
        GlobDataSource()(f"{tmp_path}/*.png")
    with pytest.raises(DataError, match="a pattern is a text"):
        GlobDataSource().batch([3])  # type: ignore[list-item]


def test_csv_gives_an_entity_for_each_row(tmp_path: Path) -> None:
    assert CsvDataSource()(TABLE) == ROWS
    path = tmp_path / "birds.csv"
    path.write_bytes(TABLE)
    assert CsvDataSource()(path) == ROWS


def test_csv_in_other_forms() -> None:
    assert CsvDataSource(delimiter=";", names=["name", "song"])(b"towhee;tea\n") == [
        Entity(name="towhee", song="tea")
    ]
    assert CsvDataSource(encoding="latin-1")(b"n\ncaf\xe9\n") == [Entity(n="café")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2,3\n", r"row 2: 3 values for the 2 columns a, b"),
        (b"a,a\n1,2\n", r"two columns of the name 'a'; pass names="),
        (b"\n\n", "has no row, so that its columns have no names"),
        (b'a,b\n"1,2\n', "line 2: unexpected end of data"),
        (pdf_of(["text \xe9"]), "is no text in utf-8"),
    ],
    ids=["long row", "twice", "no row", "open quote", "pdf"],
)
def test_a_broken_csv_is_refused_with_the_place(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        CsvDataSource()(content)


def test_a_spreadsheet_gives_values_with_their_types() -> None:
    rows = SpreadsheetDataSource()(workbook())
    assert rows == [
        Entity(bird="towhee", grams=40.5, seen=datetime.datetime(2024, 5, 1)),
        Entity(bird="wren", grams=10, seen=None),
    ]
    (noted,) = SpreadsheetDataSource(sheet="notes", names=["empty", "note"])(workbook())
    assert noted == Entity(empty=None, note="two\nlines")


def test_a_spreadsheet_without_the_sheet_says_which_it_has() -> None:
    with pytest.raises(DataError, match="has no sheet 'trees'; it has birds, notes"):
        SpreadsheetDataSource(sheet="trees")(workbook())
    with pytest.raises(DataError, match="is no Excel workbook"):
        SpreadsheetDataSource()(TABLE)


def test_sql_binds_what_comes_in(database: Path) -> None:
    heavier = SqlDataSource("select name from birds where grams > ?", database=database)
    assert heavier.batch([(20,), 5]) == [
        [Entity(name="towhee")],
        [Entity(name="towhee"), Entity(name="wren")],
    ]
    named = SqlDataSource("select grams from birds where name = :name", database=database)
    assert named({"name": "wren' or 1=1 --"}) == []
    assert named(Entity(name="wren")) == [Entity(grams=10.0)]
    every = SqlDataSource("select count(*) as n from birds", database=str(database))
    assert every(None) == [Entity(n=2)]


def test_sql_takes_any_function_that_connects(database: Path) -> None:
    counted = SqlDataSource(
        "select count(*) as n from birds", database=lambda: sqlite3.connect(database)
    )
    assert counted(None) == [Entity(n=2)]


def test_sql_changes_nothing(database: Path) -> None:
    with pytest.raises(DataError, match="attempt to write a readonly database"):
        SqlDataSource("delete from birds", database=database)(None)
    with pytest.raises(DataError, match="the query finds no rows"):
        SqlDataSource("create temporary table t (a)", database=lambda: sqlite3.connect(database))(
            None
        )


def test_sql_says_what_the_database_refuses(database: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="refuses 'select x from birds' with None: no such column"):
        SqlDataSource("select x from birds", database=database)(None)
    with pytest.raises(MissingFileError, match="there is no database"):
        SqlDataSource("select 1", database=tmp_path / "absent.db")(None)
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(DataError, match="file is not a database"):
        SqlDataSource("select 1 from sqlite_master", database=tmp_path / "text.db")(None)


def test_a_pipe_makes_a_row_of_each(database: Path) -> None:
    rows = (
        pipe.input("least")
        .flat_map(
            "least",
            "row",
            ops.data_source.sql("select * from birds where grams > ?", database=str(database)),
        )
        .map("row", "name", lambda row: row.name)
        .output("name")
    )
    assert rows(5).to_list() == [["towhee"], ["wren"]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CsvDataSource(delimiter="--"), "delimiter is one character"),
        (lambda: CsvDataSource(encoding="utf-9"), "there is no encoding"),
        (lambda: SqlDataSource(" ", database="a.db"), "query is SQL"),
        (lambda: SqlDataSource("select 1", database=3), "database is a path or a function"),
    ],
)
def test_arguments_are_checked(make: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make()
