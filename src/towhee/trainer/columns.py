"""Which columns of a table hold the values, the labels and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from towhee.errors import UnknownNameError, UsageError

LABELS = ("label", "labels", "class", "class_name", "category", "target", "species", "y")
SCORES = ("score", "similarity", "similarity_score")
VALUES = (
    *("image", "img", "picture", "photo", "image_bytes", "audio", "sound", "waveform", "video"),
    *("image_path", "img_path", "path", "file_path", "filepath", "file", "filename", "file_name"),
    *("uri", "url", "text", "sentence", "content", "document", "smiles", "value", "data"),
)
KEYS = ("key", "id", "path", "image_path", "file_path", "filepath", "file_name", "filename", "url")
FILES = frozenset(VALUES[: VALUES.index("text")])
"""Columns of these names hold paths wherever they hold texts."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of a table that data is made of.

    Attributes:
        values: one column, or several, whose values become tuples.
        label: the column of labels, ``None`` for data without.
        keys: columns that may name the rows, the best first.
        key_is_named: whether the user named the one that does.
    """

    values: tuple[str, ...]
    label: str | None
    keys: tuple[str, ...]
    key_is_named: bool = False


def choose_columns(
    names: Sequence[str],
    value: str | Sequence[str] | None,
    label: str | Literal[False] | None,
    key: str | None,
    source: str,
) -> Chosen:
    """The columns that were named, or whose names say what they hold.

    Of a table with two columns, the one that is not the other is known too.

    Raises:
        UsageError: if a column is not named, and cannot be told.
        UnknownNameError: if there is no column of a name.

    Example:
        >>> choose_columns(("path", "label", "image"), None, None, None, "cifar10.parquet").values
        ('image',)
    """
    shown = f"in {source} (it has {', '.join(names) or 'no columns'})"
    named = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    for name in (*named, *(name for name in (label, key) if isinstance(name, str))):
        if name not in names:
            raise UnknownNameError("column", str(name), names, shown)
    known_labels = LABELS if len(named) < 2 else (*SCORES, *LABELS)
    found_label = None if label is False else label or _first(known_labels, names, named)
    others = [name for name in names if name not in (*named, found_label)]
    if found_label is None and label is None and len(names) == 2 and len(others) == 1 and named:
        found_label = others.pop()
    if found_label is None and label is None:
        raise UsageError(
            f"no column of labels is known {shown}; name it with label=…, or pass label=False "
            "for data without labels"
        )
    if not named:
        taken = () if found_label is None else (found_label,)
        best = _first(VALUES, names, taken) or (others[0] if len(others) == 1 else None)
        if best is None:
            raise UsageError(f"no column of values is known {shown}; name it with value=…")
        named = (best,)
    if found_label in named:
        raise UsageError(f"the column {found_label!r} cannot be both the value and the label")
    by_name = {name.lower(): name for name in reversed(names)}
    keys = (key,) if key else tuple(by_name[name] for name in KEYS if name in by_name)
    return Chosen(named, found_label, keys, key_is_named=bool(key))


def _first(known: Sequence[str], names: Sequence[str], taken: Sequence[str]) -> str | None:
    by_name = {name.lower(): name for name in reversed(names) if name not in taken}
    return next((by_name[name] for name in known if name in by_name), None)
