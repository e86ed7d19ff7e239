"""``image_filter``: each pixel by those around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import PIL.ImageFilter

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import Operator
from towhee.operators.image_transform.pixels import checked_image, through_pillow
from towhee.operators.image_transform.surroundings import weighted_sums
from towhee.types.image import Image

_BY_NAME = {
    "blur": PIL.ImageFilter.BLUR,
    "contour": PIL.ImageFilter.CONTOUR,
    "detail": PIL.ImageFilter.DETAIL,
    "edge_enhance": PIL.ImageFilter.EDGE_ENHANCE,
    "edge_enhance_more": PIL.ImageFilter.EDGE_ENHANCE_MORE,
    "emboss": PIL.ImageFilter.EMBOSS,
    "find_edges": PIL.ImageFilter.FIND_EDGES,
    "sharpen": PIL.ImageFilter.SHARPEN,
    "smooth": PIL.ImageFilter.SMOOTH,
    "smooth_more": PIL.ImageFilter.SMOOTH_MORE,
}
_BY_SIZE = {
    "max": PIL.ImageFilter.MaxFilter,
    "median": PIL.ImageFilter.MedianFilter,
    "min": PIL.ImageFilter.MinFilter,
    "mode": PIL.ImageFilter.ModeFilter,
}


class ImageFilter(Operator[Image, Image]):
    """Sharpen, smooth, find edges, take out specks, or weigh each pixel's surroundings.

    An alpha channel stays as it is.

    Args:
        name: one of Pillow's filters: ``"blur"``, ``"contour"``, ``"detail"``,
            ``"edge_enhance"``, ``"edge_enhance_more"``, ``"emboss"``, ``"find_edges"``,
            ``"sharpen"``, ``"smooth"``, ``"smooth_more"``, ``"max"``, ``"median"``, ``"min"`` or
            ``"mode"``.
        kernel: in its place, a matrix of weights; the pixel in its middle becomes the weighted
            sum of those that it lies on. At the border, pixels are mirrored. It is what OpenCV's
            ``filter2D`` does.
        size: the side in pixels, odd, of the square that ``"max"``, ``"median"``, ``"min"`` and
            ``"mode"`` look at.
        ddepth: -1, the depth of the images, and nothing else; it is accepted for code written
            for earlier versions.

    Raises:
        UnknownNameError: if there is no such filter.
        UsageError: if there is neither name nor kernel, or both, or one of them means nothing.
        DataError: for what is no image.

    Example:
        >>> import numpy as np
        >>> ImageFilter(kernel=[[0, 0, 0], [0, 2, 0], [0, 0, 0]])(np.full((2, 2), 9, np.uint8))
        Image([[18, 18],
               [18, 18]], dtype=uint8)
    """

    placement = "threads"

    def __init__(
        self,
        name: str | None = None,
        *,
        kernel: npt.ArrayLike | None = None,
        size: int = 3,
        ddepth: int = -1,
    ) -> None:
        if (name is None) == (kernel is None):
            raise UsageError('image_filter takes a name, as "sharpen", or a kernel, one of them')
        if ddepth != -1:
            raise UsageError(f"images stay uint8, so ddepth is -1, not {ddepth!r}")
        self._how = _pillow_filter(str(name), size) if kernel is None else _checked_kernel(kernel)

    def batch(self, values: Sequence[Image]) -> list[Image]:
        """Each image filtered, in the mode that it has."""
        return [self._filtered(checked_image(image)) for image in values]

    def _filtered(self, image: Image) -> Image:
        if image.mode not in ("RGBA", "BGRA"):
            return self._changed(image)
        pixels = np.asarray(image)
        colours = self._changed(Image(np.ascontiguousarray(pixels[:, :, :3]), "RGB"))
        return Image(np.concatenate([colours, pixels[:, :, 3:]], axis=2), image.mode)

    def _changed(self, image: Image) -> Image:
        how = self._how
        if isinstance(how, np.ndarray):
            return Image(weighted_sums(np.asarray(image), how), image.mode)
        return through_pillow(image, lambda shown: shown.filter(how))


def _pillow_filter(name: str, size: int) -> PIL.ImageFilter.Filter:
    """One of Pillow's filters."""
    if name in _BY_NAME:
        return _BY_NAME[name]()
    if name not in _BY_SIZE:
        raise UnknownNameError("image filter", name, [*_BY_NAME, *_BY_SIZE])
    if not isinstance(size, int) or size < 3 or size % 2 == 0:
        raise UsageError(f"size is an odd number of pixels, 3 or more, not {size!r}")
    return _BY_SIZE[name](size)


def _checked_kernel(kernel: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A matrix of finite weights."""
    try:
        weights = np.asarray(kernel, np.float64)
    except (TypeError, ValueError):
        weights = np.empty(0)
    if weights.ndim != 2 or not weights.size or not np.isfinite(weights).all():
        raise UsageError(f"kernel is a matrix of numbers, not {kernel!r}")
    return weights
