"""``data_source.csv``: the rows of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from towhee.errors import DataError, UsageError
from towhee.fetch import read_bytes, source_name
from towhee.fetch.source import Source
from towhee.operators.base import Operator
from towhee.operators.data_loader.plain import check_encoding, plain_text
from towhee.operators.data_source.table import rows_of
from towhee.types import Entity


class CsvDataSource(Operator[Source, list[Entity]]):
    """The rows of a CSV file as entities; give it to ``flat_map`` for a row a row.

    Every value is a text, as the file has it; ``DataCollection.from_csv`` guesses types.

    Args:
        delimiter: between the values of a row, one character.
        names: of the columns; the first row's values if not given.
        encoding: UTF-8, or what the first bytes of the file say, if not given.

    Raises:
        UsageError: for arguments that cannot be.

    Example:
        >>> CsvDataSource()(b"name,song\\ntowhee,drink your tea\\n")
        [Entity(name='towhee', song='drink your tea')]
    """

    placement = "threads"
    reads_files = True

    def __init__(
        self,
        *,
        delimiter: str = ",",
        names: Sequence[str] | None = None,
        encoding: str | None = None,
    ) -> None:
        if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
            raise UsageError(f"delimiter is one character, not {delimiter!r}")
        check_encoding(encoding)
        self._delimiter, self._names, self._encoding = delimiter, names, encoding

    def content(self, value: Source) -> bytes:
        """The file's bytes."""
        return read_bytes(value)

    def batch(self, values: Sequence[Source]) -> list[list[Entity]]:
        """The rows of each path, address, or content.

        Raises:
            DataError: if it is missing, empty, no text, or a row has more values than columns.
        """
        return [self._rows(read_bytes(value), source_name(value)) for value in values]

    def _rows(self, content: bytes, name: str) -> list[Entity]:
        text = plain_text(content, name, encoding=self._encoding)
        reader = csv.reader(text.splitlines(keepends=True), delimiter=self._delimiter, strict=True)
        try:
            return rows_of((tuple(row) for row in reader), name, self._names)
        except csv.Error as error:
            raise DataError(f"{name}, line {reader.line_num}: {error}") from error
