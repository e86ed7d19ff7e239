"""What a model is trained on: samples with labels, read when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.reading import as_picture, sample_digest
from towhee.trainer.stratified import stratified_sample

NO_LABEL = -1
"""Stands in ``TrainingData.labels`` where a sample has no label."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One example, as it is read.

    Attributes:
        value: what the operator takes: a path, bytes, an array, a PIL image, a text, a tuple of
            these, …; or what the transform made of it.
        label: the place of its class in ``TrainingData.classes``; ``None`` where it has none.
        key: names it in messages and reports.
    """

    value: Any
    label: int | None
    key: str


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Samples with labels: ``len(data)``, ``data[i]``, and a loop over all of them.

    Values are read from their source when they are asked for, so a collection of files costs no
    more memory than their paths. It is immutable, and can be pickled to the processes of a
    ``torch.utils.data.DataLoader`` if its source and its transform can.

    Args:
        values: the values of the source, by row; of a class with ``[i]`` and ``len()``.
        labels: for each sample, the place of its class in ``classes``, ``-1`` for none;
            ``(n,) int64``.
        classes: the names of the classes.
        keys: the names of the source's rows.
        transform: called with a value each time it is read.
        files: whether values that are texts are paths of files, and not texts to learn from.
        images: whether values are images, which a transform is given as PIL images in RGB.
        rows: the samples' rows in the source, ``(n,) int64``; all of them, in order, if not given.
        scores: of the source's rows, how alike the values of a tuple are; ``None`` for none.

    Raises:
        UsageError: if the parts do not fit each other.

    Example:
        >>> data = TrainingData(["a", "b", "c"], np.array([0, 1, 1]), ("x", "y"), ["1", "2", "3"])
        >>> len(data), data[2], data.counts
        (3, Sample(value='c', label=1, key='3'), {'x': 1, 'y': 2})
    """

    values: Sequence[Any]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    keys: Sequence[str]
    transform: Callable[[Any], Any] | None = None
    files: bool = False
    images: bool = False
    rows: npt.NDArray[np.int64] = field(default=None)  # type: ignore[arg-type]  # set below
    scores: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        rows = np.arange(len(self.values)) if self.rows is None else self.rows
        for name, array in (("rows", rows), ("labels", self.labels)):
            own = np.array(array, np.int64)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        if len(self.keys) != len(self.values):
            raise UsageError(f"{len(self.keys)} keys were given for {len(self.values)} values")
        if len(self.labels) != len(self.rows):
            raise UsageError(f"{len(self.labels)} labels were given for {len(self.rows)} samples")
        if len(self.labels) and not NO_LABEL <= self.labels.min() <= self.labels.max() < max(
            1, len(self.classes)
        ):
            raise UsageError(
                f"labels are from {self.labels.min()} to {self.labels.max()}, but there are "
                f"{len(self.classes)} classes"
            )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Sample:
        """The sample at a place, read and transformed.

        Raises:
            IndexError: behind the last.
            DataError: if an image for the transform is missing or damaged; the message names the
                sample.
        """
        row = int(self.rows[index])
        key = str(self.keys[row])
        value = self.values[row]
        if self.transform is not None:
            value = self.transform(as_picture(value, key) if self.images else value)
        label = int(self.labels[index])
        return Sample(value, None if label == NO_LABEL else label, key)

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        has = f"{len(self.classes)} classes" if self.classes else "no labels"
        return f"TrainingData({len(self)} samples, {has})"

    @property
    def counts(self) -> dict[str, int]:
        """How many samples each class has."""
        has = np.bincount(self.labels[self.labels != NO_LABEL], minlength=len(self.classes))
        return dict(zip(self.classes, has.tolist(), strict=True))

    @property
    def is_labelled(self) -> bool:
        """Whether every sample has a label."""
        return bool(self.classes) and bool((self.labels != NO_LABEL).all())

    @property
    def sample_keys(self) -> list[str]:
        """The samples' keys, in order; nothing is read."""
        return [str(self.keys[row]) for row in self.rows.tolist()]

    def key(self, index: int) -> str:
        """The key of the sample at a place; nothing is read."""
        return str(self.keys[int(self.rows[index])])

    def subset(self, indices: Any) -> TrainingData:
        """The samples at these places, in this order.

        Args:
            indices: places, ``(m,)`` whole numbers, or a mask, ``(n,)`` truth values.

        Example:
            >>> data = TrainingData(["a", "b"], np.array([0, 1]), ("x", "y"), ["1", "2"])
            >>> [sample.key for sample in data.subset([1])]
            ['2']
        """
        chosen = np.asarray(indices)
        if chosen.size == 0:
            chosen = np.empty(0, np.int64)
        try:
            return replace(self, rows=self.rows[chosen], labels=self.labels[chosen])
        except IndexError as error:
            raise UsageError(f"no such samples among {len(self)}: {error}") from error

    def sample(self, size: int, seed: int = 0) -> TrainingData:
        """So many samples, each class in its proportion, in the order that they have here.

        Raises:
            UsageError: if there are fewer.
        """
        return self.subset(stratified_sample(self.labels, size, seed))

    def split(self, fraction: float, seed: int = 0) -> tuple[TrainingData, TrainingData]:
        """Two parts without a sample in common, each class in its proportion in both.

        A class of two samples or more has at least one in each.

        Args:
            fraction: the second part's share, above 0 and below 1.
            seed: the same seed gives the same parts.

        Returns:
            The larger part to train on, and the part of ``fraction`` to evaluate with.

        Raises:
            UsageError: for another fraction, or fewer than two samples.
        """
        if not isinstance(fraction, float) or not 0 < fraction < 1:
            raise UsageError(f"a fraction is above 0 and below 1, not {fraction!r}")
        if len(self) < 2:
            raise UsageError(f"{len(self)} samples cannot be split in two")
        size = min(max(1, round(len(self) * fraction)), len(self) - 1)
        held_out = stratified_sample(self.labels, size, seed, leave_one=True)
        rest = np.setdiff1d(np.arange(len(self)), held_out)
        return self.subset(rest), self.subset(held_out)

    def aligned(self, classes: Sequence[str]) -> TrainingData:
        """The same samples with their labels as places in another list of classes.

        Data to evaluate with, read on its own, may lack a class, and count the others differently.
        Classes that are not in the list are put behind it: their labels are ``len(classes)`` and
        above.

        Example:
            >>> data = TrainingData(["a", "b"], np.array([0, 1]), ("x", "y"), ["1", "2"])
            >>> data.aligned(("y", "z")).labels.tolist()
            [2, 0]
        """
        names = tuple(dict.fromkeys((*classes, *self.classes)))
        places = np.array([*map(names.index, self.classes), NO_LABEL], np.int64)
        return replace(self, classes=names, labels=places[self.labels])

    def with_transform(self, transform: Callable[[Any], Any] | None) -> TrainingData:
        """The same samples, read through another transform, or as they are with ``None``."""
        return replace(self, transform=transform)

    def digest(self, index: int) -> bytes:
        """A digest of a sample's content before the transform.

        Files and bytes of the same content have the same, wherever they lie.

        Raises:
            DataError: if its file cannot be read, or nothing is known of its kind.
        """
        return sample_digest(self.values[int(self.rows[index])], self.key(index), self.files)

    def fingerprint(self) -> str:
        """A digest of all contents, their order, their labels and the classes, in hexadecimal.

        It reads all of them. The transform is not part of it, because what a function does cannot
        be told.

        Raises:
            DataError: as `digest`.
        """
        digest = hashlib.sha256(repr(self.classes).encode())
        digest.update(self.labels.astype("<i8").tobytes())
        if self.scores is not None:
            digest.update(self.scores[self.rows].astype("<f8").tobytes())
        for index in range(len(self)):
            digest.update(self.digest(index))
        return digest.hexdigest()
