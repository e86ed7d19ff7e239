"""``dataset``: training data from wherever it lies."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.trainer.columns import FILES, Chosen, choose_columns
from towhee.trainer.data import NO_LABEL, TrainingData
from towhee.trainer.folders import class_folders, unlabelled_files
from towhee.trainer.generated import CLASSES, GENERATED, GeneratedImages, generated_size
from towhee.trainer.labels import encode, require_classes
from towhee.trainer.map_style import MapStyleValues, labels_of_map_style
from towhee.trainer.media import is_picture, kind_of_file, located
from towhee.trainer.scores import scores_of
from towhee.trainer.stratified import stratified_sample
from towhee.trainer.table_of import table_of
from towhee.trainer.tables import Table

Rows = npt.NDArray[np.int64]


def dataset(
    name_or_source: Any,  # Any: what it may be is said below
    size: int | None = None,
    transform: Callable[[Any], Any] | None = None,
    *,
    label: str | Literal[False] | None = None,
    value: str | Sequence[str] | None = None,
    key: str | None = None,
    classes: Sequence[str] | None = None,
    seed: int = 0,
    side: int = 224,
) -> TrainingData:
    """Data to train a model on, or to evaluate it with.

    Args:
        name_or_source: one of

            - a folder that holds a folder of files for each class;
            - a CSV, TSV, Parquet or JSON lines file with a column of values (paths, the bytes of
              images or sounds, texts) and one of labels; relative paths begin where the file lies;
            - a ``DataCollection`` or ``DataFrame``, a pandas, Polars or Arrow table, a mapping of
              columns, or a list of rows (mappings, or pairs of a value and its label);
            - a Hugging Face ``datasets.Dataset``;
            - a dataset of torchvision, or any that gives pairs of a value and its label;
            - ``"train"`` or ``"eval"``, drawn images of four shapes to try a training with, or
              ``"fake"``, noise that nothing can be learned from.
        size: how many samples, each class in its proportion, chosen by ``seed``; all if not
            given (1,000 of the drawn images).
        transform: called with each value when it is read; images are given to it as PIL images
            in RGB, as the transforms of torchvision take them. Without it values stay what they
            are, and the operator prepares them as it does for inference.
        label: the column of labels, if its name does not say so (``"label"``, ``"class"``,
            ``"target"``, …); ``False`` for data without labels. Of several values numbers say how
            alike they are (``"score"``, ``"similarity"``).
        value: the column of values, if its name does not say so (``"image"``, ``"path"``,
            ``"text"``, ``"audio"``, …), or several, whose values become tuples.
        key: the column that names the rows in messages and reports; if not given, a column named
            so (``"id"``, ``"path"``, …) whose values differ, or the rows' numbers.
        classes: the classes in the order that their numbers have; what the source says, or the
            labels that occur, if not given.
        seed: of the sample, and of drawn images.
        side: the width and height of drawn images, in pixels.

    Raises:
        UnknownNameError: if there is no generated data, file or column of that name.
        MissingFileError: if files that a table names are not there.
        DataError: if samples lack labels, if there is one class only, or nothing at all.
        UsageError: if the columns cannot be told, or ``size`` is more than there is.

    Example:
        >>> data = dataset("train", size=20)
        >>> len(data), data.counts
        (20, {'disc': 5, 'square': 5, 'triangle': 5, 'cross': 5})
        >>> texts = dataset([("a fine day", "good"), ("what a mess", "bad")])
        >>> texts.classes, texts[0].value, texts[0].label
        (('bad', 'good'), 'a fine day', 1)
    """
    if transform is not None and not callable(transform):
        raise UsageError(f"a transform is called with each value; {transform!r} cannot be")
    source = name_or_source
    if isinstance(source, TrainingData):
        sampled = source if size is None else source.sample(size, seed)
        return sampled if transform is None else sampled.with_transform(transform)
    if isinstance(source, str) and source in GENERATED:
        return _generated(source, size, transform, seed, side)
    if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):
        return _from_folder(os.fspath(source), size, transform, label, classes, seed)
    table = table_of(source)
    if table is not None:
        chosen = choose_columns(table.columns, value, label, key, table.name)
        return _from_table(table, chosen, size, transform, classes, seed)
    if hasattr(type(source), "__getitem__") and hasattr(type(source), "__len__"):
        return _from_map_style(source, size, transform, label, classes, seed)
    raise UsageError(
        f"a {type(source).__name__} cannot be made training data of; pass a folder, a file, a "
        f"collection, a table, or one of {', '.join(map(repr, GENERATED))}"
    )


def _generated(
    name: str,
    size: int | None,
    transform: Callable[[Any], Any] | None,
    seed: int,
    side: int,
) -> TrainingData:
    if os.path.isdir(name):
        raise UsageError(
            f"{name!r} is the name of drawn images, and there is a folder of that name; write "
            f"{'./' + name!r} for the folder, or run where there is none"
        )
    count = generated_size(size)
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise UsageError(f"a number of images is 1 or more, not {size!r}")
    images = GeneratedImages(name, count, side, seed)
    labels = np.array([images.label(index) for index in range(count)])
    keys = [f"{name}[{index}]" for index in range(count)]
    return TrainingData(images, labels, CLASSES, keys, transform, images=True)


def _from_folder(
    folder: str,
    size: int | None,
    transform: Callable[[Any], Any] | None,
    label: str | Literal[False] | None,
    classes: Sequence[str] | None,
    seed: int,
) -> TrainingData:
    if isinstance(label, str):
        raise UsageError("the labels of a folder are the names of its folders; leave out label=…")
    found = unlabelled_files(folder) if label is False else class_folders(folder)
    labels, names = _encoded(found.labels or None, found.keys, classes, f"{folder!r}")
    picture = is_picture(found.paths[0], files=True)
    data = TrainingData(
        found.paths, labels, names, found.keys, transform, files=True, images=picture
    )
    return data if size is None else data.sample(size, seed)


def _from_table(
    table: Table,
    chosen: Chosen,
    size: int | None,
    transform: Callable[[Any], Any] | None,
    classes: Sequence[str] | None,
    seed: int,
) -> TrainingData:
    if len(table) == 0:
        raise DataError(f"{table.name} has no rows")
    keys = _keys(table, chosen)
    written = None if chosen.label is None else table.column(chosen.label)
    names = table.class_names.get(chosen.label or "") if classes is None else classes
    scores = None
    if written is not None and names is None and len(chosen.values) > 1:
        scores = scores_of(written, keys, table.name)
    if scores is not None:
        written = names = None
    labels, names = _encoded(written, keys, names, table.name)
    rows = np.arange(len(table)) if size is None else stratified_sample(labels, size, seed)
    taken_keys = [keys[row] for row in rows.tolist()]
    columns = [table.take(name, rows) for name in chosen.values]
    for column in columns:
        _require_values(column, taken_keys, table.name)
    files = [_are_files(column, name) for column, name in zip(columns, chosen.values, strict=True)]
    columns = [
        located(column, table.folder, taken_keys) if is_files else column
        for column, is_files in zip(columns, files, strict=True)
    ]
    values = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    return TrainingData(
        values,
        labels[rows],
        names,
        taken_keys,
        transform,
        files=any(files),
        images=is_picture(values[0], files[0]),
        scores=None if scores is None else scores[rows],
    )


def _from_map_style(
    source: Any,
    size: int | None,
    transform: Callable[[Any], Any] | None,
    label: str | Literal[False] | None,
    classes: Sequence[str] | None,
    seed: int,
) -> TrainingData:
    name = f"the {type(source).__name__}"
    if isinstance(label, str):
        raise UsageError(f"{name} has no columns; its samples are pairs of a value and its label")
    count = len(source)
    if count == 0:
        raise DataError(f"{name} is empty")
    keys = [str(index) for index in range(count)]
    written, known = (None, None) if label is False else labels_of_map_style(source, name)
    labels, names = _encoded(written, keys, known if classes is None else classes, name)
    values = MapStyleValues(source)
    data = TrainingData(
        values, labels, names, keys, transform, images=is_picture(values[0], files=False)
    )
    return data if size is None else data.sample(size, seed)


def _encoded(
    written: Sequence[Any] | None,
    keys: Sequence[str],
    names: Sequence[str] | None,
    source: str,
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    if written is None:
        if names is not None:
            raise UsageError(f"classes were given, but {source} has no labels")
        return np.full(len(keys), NO_LABEL), ()
    labels, classes = encode(written, keys, names, source)
    require_classes(labels, classes, source)
    return labels, classes


def _keys(table: Table, chosen: Chosen) -> list[str]:
    """What the rows are called: the first column whose values differ, or their numbers."""
    for name in chosen.keys:
        names = [str(value) for value in table.column(name)]
        if len(set(names)) == len(names):
            return names
        if chosen.key_is_named:
            twice = next(name for name, count in Counter(names).items() if count > 1)
            raise DataError(
                f"the column {name!r} of {table.name} cannot name its rows: it has {twice!r} more "
                "than once; name another with key=…, or none"
            )
    return [f"{table.name}[{row}]" for row in range(len(table))]


def _are_files(column: Sequence[Any], name: str) -> bool:
    """Whether a column's texts are paths: its name says so, or how they end."""
    first = next((column[index] for index in range(len(column)) if column[index] is not None), None)
    if isinstance(first, os.PathLike):
        return True
    if not isinstance(first, str):
        return False
    some = [column[index] for index in range(min(len(column), 20))]
    return name.lower() in FILES or all(
        isinstance(text, str) and kind_of_file(text) and "\n" not in text for text in some
    )


def _require_values(values: Sequence[Any], keys: Sequence[str], source: str) -> None:
    """Refuse samples without a value, where looking for them reads nothing."""
    if not isinstance(values, list):
        return
    empty = [index for index, value in enumerate(values) if value is None]
    if empty:
        raise DataError(
            f"{len(empty)} of {len(values)} samples of {source} have no value, first "
            f"{keys[empty[0]]!r}; drop them"
        )
