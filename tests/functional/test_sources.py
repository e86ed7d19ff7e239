"""Collections come from files, tables and data sets."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pyarrow
import pytest
from pyarrow import parquet

import towhee
from towhee import DataCollection, DataFrame, Entity
from towhee.errors import DataError, MissingExtraError, MissingFileError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.txt", "c.jpg", "deep/d.txt"):
        (tmp_path / name).write_text(name)
    return tmp_path


# -- files by pattern --------------------------------------------------------------------------


def test_glob_gives_sorted_paths_that_are_the_keys(folder: Path) -> None:
    found = DataCollection.from_glob(f"{folder}/*.txt")
    assert found.to_list() == [str(folder / "a.txt"), str(folder / "b.txt")]
    assert found.keys() == found.to_list()


def test_glob_takes_several_patterns_and_gives_each_path_once(folder: Path) -> None:
    found = DataCollection.from_glob(f"{folder}/*.jpg", folder / "*.txt", f"{folder}/a*")
    assert [Path(path).name for path in found] == ["c.jpg", "a.txt", "b.txt"]


def test_two_stars_match_folders_at_any_depth(folder: Path) -> None:
    found = DataCollection.from_glob(f"{folder}/**/*.txt")
    assert [Path(path).name for path in found] == ["a.txt", "b.txt", "d.txt"]


def test_glob_without_a_match_names_the_patterns(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file matches .*\.png', .*\.gif'"):
        DataCollection.from_glob(f"{folder}/*.png", f"{folder}/*.gif")


def test_glob_without_a_pattern_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one pattern"):
        DataCollection.from_glob()


# -- CSV ---------------------------------------------------------------------------------------


def test_csv_gives_rows_of_typed_columns(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,name\n1,a\n2,\n")
    made = DataCollection.from_csv(path)
    assert isinstance(made, DataFrame)
    assert made.to_list() == [Entity(id=1, name="a"), Entity(id=2, name="")]
    assert towhee.read_csv(path).to_list() == DataCollection.read_csv(path).to_list()


def test_csv_types_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id\n007\n")
    assert DataCollection.from_csv(path, column_types={"id": pyarrow.string()})[0].id == "007"
    with pytest.raises(UsageError, match="ConvertOptions"):
        DataCollection.from_csv(path, no_such_option=1)


def test_csv_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2,3\n")
    with pytest.raises(DataError, match=r"rows\.csv' cannot be read as CSV"):
        DataCollection.from_csv(path)


# -- JSON lines --------------------------------------------------------------------------------


def test_json_lines_give_a_row_each(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2, "b": [3]}\n')
    assert DataCollection.from_json(path).to_list() == [Entity(a=1, b=None), Entity(a=2, b=[3])]
    assert towhee.read_json(path).to_list() == DataCollection.read_json(path).to_list()


@pytest.mark.parametrize(("line", "said"), [("{", "not JSON"), ("[1]", "not a JSON object")])
def test_a_line_that_is_no_json_object_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n' + line)
    with pytest.raises(DataError, match=f"line 2: {said}"):
        DataCollection.from_json(path)


# -- Parquet -----------------------------------------------------------------------------------


@pytest.fixture
def parquet_file(tmp_path: Path) -> Path:
    table = pyarrow.table({"id": list(range(5000)), "name": [str(n) for n in range(5000)]})
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=500)
    return tmp_path / "rows.parquet"


def test_parquet_gives_its_rows_again_and_again(parquet_file: Path) -> None:
    made = DataCollection.read_parquet(parquet_file)
    assert not made.is_stream
    assert made.head(1).to_list() == [Entity(id=0, name="0")]
    assert [row.id for row in made] == list(range(5000))


def test_columns_of_parquet_can_be_chosen(parquet_file: Path) -> None:
    made = towhee.read_parquet(parquet_file, columns=["name"])
    assert made.head(2).to_list() == [Entity(name="0"), Entity(name="1")]


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(DataError, match=r"x\.parquet' cannot be read as Parquet"):
        DataCollection.read_parquet(tmp_path / "x.parquet")


# -- zip archives ------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as made:
        made.mkdir("deep")
        for name in ("a.txt", "deep/b.txt", "c.jpg"):
            made.writestr(name, name.upper())
    return tmp_path / "files.zip"


def test_an_archive_gives_the_contents_keyed_by_name(archive: Path) -> None:
    made = DataCollection.from_zip(archive, "*.txt")
    assert made.to_list() == [b"A.TXT", b"DEEP/B.TXT"]
    assert made.keys() == ["a.txt", "deep/b.txt"]
    assert len(towhee.read_zip(archive)) == 3
    assert made[1] == b"DEEP/B.TXT"


def test_an_archive_without_a_match_names_the_pattern(archive: Path) -> None:
    with pytest.raises(MissingFileError, match=r"matches '\*\.png'"):
        DataCollection.read_zip(archive, "*.png")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no")
    with pytest.raises(DataError, match="is not a zip archive"):
        DataCollection.from_zip(tmp_path / "x.zip")


# -- tables in memory --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
        pyarrow.table({"a": [1, 2], "b": ["x", "y"]}),
        pyarrow.record_batch({"a": [1, 2], "b": ["x", "y"]}),
    ],
)
def test_a_table_gives_rows_of_its_columns(table: Any) -> None:
    expected = [Entity(a=1, b="x"), Entity(a=2, b="y")]
    assert DataCollection(table).to_list() == expected
    assert DataCollection.from_df(table).to_list() == expected
    assert DataCollection(table).select["b"]().as_raw().to_list() == ["x", "y"]
    assert towhee.dc["b"](table).to_list() == [Entity(b="x"), Entity(b="y")]


def test_arrays_in_a_pandas_frame_stay_arrays() -> None:
    import numpy as np

    frame = pandas.DataFrame({"vec": [np.zeros(3), np.ones(3)]})
    assert DataCollection.from_df(frame)[1].vec.tolist() == [1, 1, 1]


# -- data sets of other libraries --------------------------------------------------------------


def test_a_torch_data_set_gives_its_items_again_and_again() -> None:
    import torch

    items = torch.utils.data.TensorDataset(torch.arange(4), torch.arange(4) * 10)
    made = DataCollection.from_torch(items).map(lambda pair: pair[0] + pair[1])
    assert [int(value) for value in made] == [0, 11, 22, 33]
    assert len(made.to_list()) == 4


def test_a_torch_loader_gives_its_batches() -> None:
    import torch

    loader = torch.utils.data.DataLoader(torch.arange(5), batch_size=2)  # type: ignore[arg-type]
    batches = DataCollection.from_torch(loader)
    assert [batch.tolist() for batch in batches] == [[0, 1], [2, 3], [4]]


def test_an_iterable_torch_data_set_gives_its_items() -> None:
    import torch

    class Numbers(torch.utils.data.IterableDataset[int]):
        def __iter__(self) -> Iterator[int]:
            return iter([1, 2])

    assert DataCollection.from_torch(Numbers()).to_list() == [1, 2]


def test_what_is_no_data_set_is_refused() -> None:
    with pytest.raises(UsageError, match="neither a torch Dataset nor a DataLoader"):
        DataCollection.from_torch(5)
    with pytest.raises(UsageError, match="names no columns"):
        DataCollection.from_dataset([1])


@pytest.mark.parametrize("columns", [["a"], ["a", "b"]])
def test_a_hugging_face_data_set_gives_rows_of_its_columns(columns: list[str]) -> None:
    class Dataset(list[dict[str, int]]):
        """What is used of one: named columns, and rows that are dicts."""

        column_names = columns

    rows = [dict.fromkeys(columns, n) for n in range(3)]
    made = DataCollection.from_dataset(Dataset(rows))
    assert [dict(row) for row in made] == rows


def test_writing_a_hugging_face_data_set_without_the_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[datasets\]"'):
        DataCollection([1]).to_dataset()


# -- sources as functions ----------------------------------------------------------------------


def test_sources_are_functions_with_a_column_in_brackets(folder: Path) -> None:
    assert towhee.range(3).to_list() == [0, 1, 2]
    assert towhee.range["n"](1, 3).to_list() == [Entity(n=1), Entity(n=2)]
    assert towhee.dc(["a"]).to_list() == ["a"]
    assert towhee.dc["x"](iter("ab")).to_list() == [Entity(x="a"), Entity(x="b")]
    named = towhee.glob["path"](f"{folder}/*.jpg")
    assert named.to_list() == [Entity(path=str(folder / "c.jpg"))]
    assert named.keys() == towhee.glob(f"{folder}/*.jpg").to_list()


@pytest.mark.parametrize("read", [towhee.read_csv, towhee.read_json, towhee.read_parquet])
def test_a_file_that_is_not_there_is_named(read: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone' does not exist"):
        read(tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        read(tmp_path)


def test_json_lines_that_were_written_are_read_back(tmp_path: Path) -> None:
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    (tmp_path / "rows").write_text("\n".join(map(json.dumps, rows)))
    assert [dict(row) for row in towhee.read_json(tmp_path / "rows")] == rows
