"""A heatmap over an image: its numbers, and what of it can be looked at."""

from __future__ import annotations

import html
import math
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError
from towhee.models.heatmaps.frame import Box
from towhee.viz.heat_colors import heat_colors
from towhee.viz.thumbnail import data_uri

_SIDE = 420  # pixels of a picture in a notebook


@dataclass(frozen=True, eq=False, slots=True)
class Heatmap:
    """How much each pixel of an image counts for what a model makes of it.

    Attributes:
        values: ``(height, width) float32``, in the image's own pixels. They sum to 1; for
            ``"similarity shares"`` to the similarity, and some may be below 0. They are 0 where
            the model does not see the image, outside ``seen``, and everywhere if nothing speaks
            for what was asked. What a border would have, with which some models fill an image
            up, is left out.
        image: the image, ``(height, width, 3) uint8`` in RGB.
        seen: left, top, right and bottom of what the model sees; beyond the image where it is
            filled up with a border.
        method: ``"Grad-CAM"``, ``"attention rollout"``, ``"weighted rollout"`` or
            ``"similarity shares"``.
        about: what is explained, in words.
        score: the number that is explained: the logit of a class, the length of the vector, or a
            cosine.
        other: of a pair, the heatmap of the other image.
    """

    values: npt.NDArray[np.float32] = field(repr=False)
    image: npt.NDArray[np.uint8] = field(repr=False)
    seen: Box
    method: str
    about: str
    score: float
    other: Heatmap | None = field(default=None, repr=False)

    def share(self, box: tuple[int, int, int, int]) -> float:
        """Which part of all heat lies within a box; 0 if there is none at all.

        Args:
            box: left, top, right and bottom in pixels, the last two no longer within it.

        Raises:
            UsageError: for a box that is not within the image, or empty.

        Example:
            >>> heat = np.array([[0.75, 0.25]], np.float32)
            >>> whole = Heatmap(heat, np.zeros((1, 2, 3), np.uint8), (0, 0, 2, 1), "", "", 1.0)
            >>> whole.share((0, 0, 1, 1))
            0.75
        """
        return _share(self.values, box)

    def share_above_average(self, box: tuple[int, int, int, int]) -> float:
        """The same of ``above_average``."""
        return _share(self.above_average, box)

    @property
    def above_average(self) -> npt.NDArray[np.float32]:
        """What pixels have beyond the average of those that are seen; they sum to 1.

        Any two photographs have something in common wherever one looks. What stands out of that
        is what makes two of them match.
        """
        left, top, right, bottom = self._seen_pixels()
        seen = self.values[top:bottom, left:right].astype(np.float64)
        # An even map stays even: rounding is no heat.
        beyond = seen - seen.mean()
        beyond[beyond <= 1e-6 * np.abs(seen).max(initial=0)] = 0
        found = np.zeros_like(self.values)
        total = beyond.sum()
        if total > 0:
            found[top:bottom, left:right] = beyond / total
        return found

    def overlay(self, alpha: float = 0.5) -> PIL.Image.Image:
        """The image under the heat, dark where there is none, light where it is greatest.

        What the model does not see is grey. Of similarity shares, what is above average is shown.

        Args:
            alpha: how much of the heat shows, between 0 and 1.

        Raises:
            UsageError: for an ``alpha`` that is not between 0 and 1.
        """
        if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or not 0 <= alpha <= 1:
            raise UsageError(f"alpha is a number between 0 and 1, not {alpha!r}")
        heat = self.above_average if self.method == "similarity shares" else self.values
        greatest = heat.max(initial=0)
        colours = heat_colors(heat / greatest if greatest > 0 else heat)
        painted = (1 - alpha) * self.image + alpha * colours
        grey = PIL.Image.fromarray(self.image).convert("L").convert("RGB")
        result = np.array(grey)
        left, top, right, bottom = self._seen_pixels()
        result[top:bottom, left:right] = np.rint(painted[top:bottom, left:right])
        return PIL.Image.fromarray(result)

    def save(self, path: str | os.PathLike[str], *, alpha: float = 0.5) -> None:
        """Write the overlay into a file; ``other`` of a pair is saved on its own.

        Args:
            path: of a kind that Pillow writes: ``.png``, ``.jpg``, ``.webp``, …
            alpha: as of ``overlay``.

        Raises:
            UsageError: for a kind of file that Pillow does not write.
            OSError: if the file cannot be written.
        """
        suffix = Path(path).suffix.lower()
        if PIL.Image.registered_extensions().get(suffix) not in PIL.Image.SAVE:
            raise UsageError(f"{os.fspath(path)!r} is no kind of picture: end it with .png")
        self.overlay(alpha).save(path)

    def _repr_html_(self) -> str:
        figures = "".join(each._figure() for each in (self, self.other) if each is not None)
        return f'<div style="display:flex;gap:1rem;flex-wrap:wrap">{figures}</div>'

    def _figure(self) -> str:
        said = html.escape(f"{self.about} ({self.method})")
        picture = data_uri(self.overlay(), _SIDE)
        return (
            f'<figure style="margin:0"><img src="{picture}" alt="{said}">'
            f"<figcaption>{said}</figcaption></figure>"
        )

    def _seen_pixels(self) -> tuple[int, int, int, int]:
        """The pixels that are seen, some of them in part only."""
        height, width = self.values.shape
        left, top, right, bottom = self.seen
        return (
            max(0, math.floor(left)),
            max(0, math.floor(top)),
            min(width, math.ceil(right)),
            min(height, math.ceil(bottom)),
        )


def _share(values: npt.NDArray[np.float32], box: tuple[int, int, int, int]) -> float:
    height, width = values.shape
    left, top, right, bottom = box
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise UsageError(
            f"a box is left, top, right and bottom within {width}x{height} pixels, not {box}"
        )
    total = float(values.sum(dtype=np.float64))
    part = float(values[top:bottom, left:right].sum(dtype=np.float64))
    return part / total if total else 0.0
