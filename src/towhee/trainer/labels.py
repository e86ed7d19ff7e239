"""From labels as they are written to the places of their classes."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError

Labels = npt.NDArray[np.int64]


def encode(
    labels: Sequence[Any],
    keys: Sequence[str],
    names: Sequence[str] | None,
    source: str,
) -> tuple[Labels, tuple[str, ...]]:
    """The place of each label's class, and the classes' names.

    Args:
        labels: texts, whole numbers or truth values, ``n`` of them.
        keys: the samples' names, for messages.
        names: the classes in their order; whole numbers are places in it. If not given, the
            labels that occur, sorted: numbers by their size, texts by their letters.
        source: what messages call the data.

    Raises:
        DataError: for a sample without a label, or with one that is none of the names.

    Example:
        >>> encode(["dog", "cat", "dog"], ["a", "b", "c"], None, "pets.csv")
        (array([1, 0, 1]), ('cat', 'dog'))
    """
    plain = [_plain(label, key, source) for label, key in zip(labels, keys, strict=True)]
    missing = [index for index, label in enumerate(plain) if label is None]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(plain)} samples of {source} have no label, first "
            f"{str(keys[missing[0]])!r}; give them one, or drop them"
        )
    if names is None:
        known = {label for label in plain if label is not None}
        ordered = sorted(known, key=_by_number_then_letter)
        names = tuple(map(str, ordered))
        if len(set(names)) < len(names):  # the number 1 and the text "1" are one class
            names = tuple(dict.fromkeys(names))
        places: dict[Any, int] = {label: names.index(str(label)) for label in ordered}
    else:
        names = _distinct(names)
        places = {name: index for index, name in enumerate(names)}
        places |= {index: index for index in range(len(names)) if index not in places}
    unknown = next((i for i, label in enumerate(plain) if label not in places), None)
    if unknown is not None:
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        raise DataError(
            f"sample {str(keys[unknown])!r} of {source} is labelled {plain[unknown]!r}, which is "
            f"none of its {len(names)} classes ({shown})"
        )
    return np.array([places[label] for label in plain], np.int64), tuple(names)


def require_classes(labels: Labels, classes: tuple[str, ...], source: str) -> None:
    """Refuse labels that are all the same.

    Raises:
        DataError: if there is one class only.
    """
    present = np.unique(labels)
    if len(present) == 1:
        raise DataError(
            f"all {len(labels)} samples of {source} are of the class "
            f"{classes[present[0]]!r}; a model learns from two classes or more. Is the label "
            "column the right one? For data without labels pass label=False"
        )


def _plain(label: Any, key: str, source: str) -> str | int | None:
    if label is None or isinstance(label, (str, bool, np.bool_)):
        return _text(label)
    if isinstance(label, numbers.Integral):
        return int(label)
    if isinstance(label, numbers.Real):
        number = float(label)
        if number != number:
            return None
        if number.is_integer():
            return int(number)
        raise DataError(
            f"sample {str(key)!r} of {source} is labelled {number!r}; a label is the name or the "
            "number of a class. Is the label column the right one?"
        )
    if getattr(label, "shape", None) == () and hasattr(label, "item"):  # a tensor of one number
        return _plain(label.item(), key, source)
    raise DataError(
        f"sample {str(key)!r} of {source} has a {type(label).__name__} as its label; a label is "
        "the name or the number of one class"
    )


def _text(label: str | bool | np.bool_ | None) -> str | None:
    text = "" if label is None else str(label).strip()
    return text or None


def _by_number_then_letter(label: str | int) -> tuple[bool, int, str]:
    text = str(label)
    is_number = text.lstrip("-").isdecimal()
    return (not is_number, int(text) if is_number else 0, text)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise UsageError(f"classes is a list of names, not {names!r}")
    texts = tuple(str(name) for name in names)
    twice = next((name for name in texts if texts.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"the classes name {twice!r} twice")
    return texts
