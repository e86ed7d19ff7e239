"""Images through a pipeline, as they come, and the list of those that were left out."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from towhee.cli.messages import note, reason
from towhee.errors import DataError, OperatorError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from towhee.pipelines import Pipeline
    from towhee.pipelines.spec import PipelineSpec

logger = logging.getLogger(__name__)

SHOWN = 20
"""How many of the images that were left out are listed."""


@dataclass(slots=True)
class LeftOut:
    """What could not be embedded, and why.

    Attributes:
        limit: how many reasons are kept, ``None`` for all.
        count: how many there were.
        reasons: pairs of path and reason, the first ones.
    """

    limit: int | None = SHOWN
    count: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path: str, why: str) -> None:
        """Count one more."""
        logger.info("left out: %s", _line(path, why))
        self.count += 1
        if self.limit is None or len(self.reasons) < self.limit:
            self.reasons.append((path, why))

    def say(self) -> None:
        """List them on stderr."""
        if not self.count:
            return
        note(f"left out {self.count:,}:")
        for path, why in self.reasons[:SHOWN]:
            note(f"  {_line(path, why)}")
        if self.count > SHOWN:
            note(f"  and {self.count - SHOWN:,} more (--verbose lists them all)")

    def as_json(self) -> list[dict[str, str]]:
        """They as plain values."""
        return [{"path": path, "reason": why} for path, why in self.reasons]


def _line(path: str, why: str) -> str:
    """The reason, with the path in front unless it names it."""
    return why if path in why else f"{path}: {why}"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Some images that were embedded, and how many were left out beside them.

    Attributes:
        paths: paths or addresses.
        vectors: one for each path, ``(d,) float32``.
        failed: how many images were left out since the last.
    """

    paths: list[str]
    vectors: list[npt.NDArray[np.float32]]
    failed: int


def embedded(
    embed: Pipeline, paths: Iterable[str], left_out: LeftOut, *, raises: bool = False
) -> Iterator[Vectors]:
    """The vectors of images, computed as they are asked for, in order.

    Args:
        embed: the pipeline, whose ``on_error`` is ``"raise"`` or ``"keep"``.
        paths: of the images.
        left_out: is told those that cannot be embedded.
        raises: whether the first of them ends the run.

    Raises:
        DataError: for the first image that cannot be embedded, if ``raises``.
    """
    from towhee.engine import run
    from towhee.plan.source import Stream

    readable = _with_text_names(paths, left_out, raises)
    plan = embed.plan.with_options(on_error="raise" if raises else "keep")
    source = Stream(lambda: readable, key=str)
    dimension: int | None = None
    try:
        for chunk in run(plan, source, on_behalf_of=embed.plan):
            (elements,) = chunk.columns.values()
            for place, failure in sorted(chunk.failures.items()):
                left_out.add(str(chunk.keys[place]), reason(failure.error))
            sound = [place for place in range(len(chunk)) if place not in chunk.failures]
            vectors = [_vector(elements[place], embed.spec, dimension) for place in sound]
            dimension = vectors[0].size if vectors else dimension
            yield Vectors([str(chunk.keys[place]) for place in sound], vectors, len(chunk.failures))
    except OperatorError as error:
        why = _line(str(error.key), reason(error.__cause__ or error))
        raise DataError(f"{why} (--on-error skip embeds the others)") from error


def image_pipeline(
    name: str,
    *,
    batch_size: int | None = None,
    workers: int | None = None,
    fast: bool = False,
) -> Pipeline:
    """A pipeline that embeds images.

    Args:
        name: of the pipeline.
        batch_size: images that the model takes at once.
        workers: threads that read and decode.
        fast: whether time is worth more than the exact pixels.

    Raises:
        UsageError: if there is none of that name, or it takes something else.
    """
    from towhee.pipelines import find_pipeline, pipeline
    from towhee.pipelines.packaged import is_packaged
    from towhee.pipelines.pipeline import is_file

    by_place = is_packaged(name) or is_file(name)
    spec = pipeline(name).spec if by_place else find_pipeline(name)
    if spec.data not in ("image", "any"):
        raise UsageError(
            f"pipeline {spec.name!r} takes {spec.data}, and these are images; `towhee run` takes "
            "what any pipeline takes"
        )
    how: dict[str, Any] = {"preprocess": "fast"} if fast else {}
    return pipeline(name, batch_size=batch_size, num_worker=workers, **how)


def unreadable_folders(left_out: LeftOut, raises: bool) -> Callable[[str, OSError], None]:
    """What to do with a folder that cannot be read: leave it out, or raise."""

    def report(folder: str, error: OSError) -> None:
        why = f"the folder {folder} cannot be read ({error.strerror})"
        if raises:
            raise DataError(why) from error
        left_out.add(folder, why)

    return report


def nothing_embedded(paths: Iterable[str], left_out: LeftOut) -> str:
    """Why there is no vector at all."""
    if left_out.count:
        return "no image could be embedded, so nothing was written"
    return (
        f"there is no image in {', '.join(paths)}; in a folder, images are the files that end in "
        ".jpg, .png, .webp or the like"
    )


def _with_text_names(paths: Iterable[str], left_out: LeftOut, raises: bool) -> Iterator[str]:
    """The paths without those whose bytes are no text, which no table can hold."""
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            why = f"the name {shown!r} is not UTF-8; rename the file"
            if raises:
                raise DataError(why) from None
            left_out.add(shown, why)
        else:
            yield path


def _vector(element: Any, spec: PipelineSpec, dimension: int | None) -> npt.NDArray[np.float32]:
    import numpy as np

    vector = np.asarray(element)
    if vector.ndim != 1 or not np.issubdtype(vector.dtype, np.number):
        raise UsageError(f"pipeline {spec.name!r} gives no vectors but {type(element).__name__}")
    if dimension not in (None, vector.size):
        raise UsageError(
            f"pipeline {spec.name!r} gives vectors of different lengths, {dimension} and "
            f"{vector.size}; a table takes one"
        )
    return vector.astype(np.float32, copy=False)
