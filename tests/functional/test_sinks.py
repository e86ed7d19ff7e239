"""Collections go to files, tables and arrays, and come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, DataFrame, Entity, dc
from towhee.errors import OperatorError, UsageError


def rows() -> DataFrame:
    return dc["id", "name"]([(1, "a,b"), (2, 'with "quotes"\nand lines'), (3, "ü")])


def vectors(count: int = 5) -> DataFrame:
    return dc["id", "vec"]([(n, np.full(4, n, np.float32)) for n in range(count)])


def failing(count: int) -> DataCollection:
    made: DataCollection = DataCollection.range(count).map(lambda n: 1 / (count - 1 - n))
    return made


# -- CSV ---------------------------------------------------------------------------------------


def test_csv_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert rows().to_csv(tmp_path / "out.csv").to_list() == rows().to_list()
    assert DataCollection.from_csv(tmp_path / "out.csv").to_list() == rows().to_list()


def test_csv_of_bare_values_has_one_column(tmp_path: Path) -> None:
    DataCollection([1, 2]).to_csv(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().split() == ["value", "1", "2"]


def test_csv_of_entities_that_are_elements_has_their_columns(tmp_path: Path) -> None:
    DataCollection(rows().to_list()).to_csv(tmp_path / "out.csv")
    assert DataCollection.from_csv(tmp_path / "out.csv").to_list() == rows().to_list()


def test_csv_without_rows_has_its_header(tmp_path: Path) -> None:
    rows().filter(lambda row: False).to_csv(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().split() == ["id,name"]


def test_a_row_that_lacks_a_column_leaves_it_empty(tmp_path: Path) -> None:
    DataCollection([{"a": 1, "b": 2}, {"a": 3}]).as_entity().to_csv(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().split() == ["a,b", "1,2", "3,"]


def test_a_row_with_a_column_that_the_first_lacks_is_refused(tmp_path: Path) -> None:
    ragged = DataCollection([{"a": 1}, {"a": 2}, {"b": 3}]).as_entity()
    with pytest.raises(UsageError, match="'b', which the first rows lack: they have a"):
        ragged.to_csv(tmp_path / "out.csv")


@pytest.mark.parametrize("sink", ["to_csv", "to_parquet"])
def test_a_file_appears_only_when_it_is_whole(tmp_path: Path, sink: str) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    with pytest.raises(OperatorError):
        getattr(failing(3000), sink)(path)
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert path.read_text() == "before"


@pytest.mark.parametrize("sink", ["to_csv", "to_parquet"])
def test_a_failure_that_was_kept_has_no_place_in_a_file(tmp_path: Path, sink: str) -> None:
    with pytest.raises(UsageError, match="has no place in a table"):
        getattr(failing(3).config(on_error="keep"), sink)(tmp_path / "out")


# -- Parquet and Arrow -------------------------------------------------------------------------


def test_parquet_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    vectors(3000).to_parquet(tmp_path / "out.parquet")
    back = DataCollection.read_parquet(tmp_path / "out.parquet").to_list()
    assert [row.id for row in back] == list(range(3000))
    assert back[7].vec == [7, 7, 7, 7]


def test_vectors_are_fixed_size_lists_of_float32() -> None:
    field = vectors().to_arrow().schema.field("vec").type
    assert (field.list_size, str(field.value_type)) == (4, "float")


def test_parquet_without_rows_has_its_columns(tmp_path: Path) -> None:
    rows().filter(lambda row: False).to_parquet(tmp_path / "out.parquet")
    made = DataCollection.read_parquet(tmp_path / "out.parquet")
    assert made.to_list() == []
    assert made.to_arrow().column_names == ["id", "name"]


def test_arrow_has_none_where_a_row_lacks_a_column() -> None:
    table = DataCollection([{"a": 1}, {"b": "x"}]).as_entity().to_arrow()
    assert table.to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": "x"}]


def test_matrices_and_entities_inside_rows_are_written() -> None:
    table = dc["m", "e"]([(np.eye(2), Entity(x=1))]).to_arrow()
    assert table.to_pylist() == [{"m": [[1, 0], [0, 1]], "e": {"x": 1}}]


def test_a_column_of_mixed_values_is_named() -> None:
    with pytest.raises(UsageError, match="column 'a' cannot be written to a table"):
        dc["a"]([1, "x"]).to_arrow()


# -- pandas and NumPy --------------------------------------------------------------------------


def test_pandas_frames_have_the_columns_and_vectors_stay_arrays() -> None:
    frame = vectors().to_pandas()
    assert frame["id"].tolist() == [0, 1, 2, 3, 4]
    assert frame["vec"][2].tolist() == [2, 2, 2, 2]
    assert DataCollection(frame).select["id"]().as_raw().to_list() == [0, 1, 2, 3, 4]


def test_pandas_frames_of_bare_values_and_of_no_rows() -> None:
    assert DataCollection([1, 2]).to_pandas()["value"].tolist() == [1, 2]
    empty = rows().filter(lambda row: False).to_pandas()
    assert (list(empty.columns), len(empty)) == (["id", "name"], 0)


def test_pandas_has_none_where_a_row_lacks_a_column() -> None:
    frame = DataCollection([{"a": "x"}, {"b": "y"}]).as_entity().to_pandas()
    assert frame["b"].isna().tolist() == [True, False]


def test_vectors_are_stacked() -> None:
    stacked = vectors().select["vec"]().to_numpy()
    assert (stacked.shape, stacked.dtype) == ((5, 4), np.float32)
    assert DataCollection([1, 2]).to_numpy().tolist() == [1, 2]
    assert DataCollection([]).to_numpy().shape == (0,)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([np.ones(2), np.ones(3)], "row 1 cannot be stacked"),
        ([Entity(a=1, b=2)], "rows have the columns a, b; select one"),
    ],
)
def test_what_cannot_be_stacked_is_named(data: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        DataCollection(data).to_numpy()


def test_a_sink_computes_kept_rows_once(tmp_path: Path) -> None:
    seen: list[int] = []
    kept = DataCollection([1, 2]).unstream().map(lambda n: seen.append(n) or n)
    kept.to_csv(tmp_path / "out.csv").to_parquet(tmp_path / "out.parquet")
    assert kept.to_pandas()["value"].tolist() == [1, 2]
    assert seen == [1, 2]
