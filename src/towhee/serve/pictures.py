"""Small pictures of the entries of a collection, where their keys are images."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import PIL.Image

from towhee.errors import DataError
from towhee.fetch import FetchPolicy, is_url, read_bytes
from towhee.operators.image_decode.pil import PilImageDecode
from towhee.viz.thumbnail import data_uri

logger = logging.getLogger(__name__)

SIDE = 320  # pixels
_MAX_PIXELS = 64_000_000
_THREADS = 4


class Pictures:
    """Reads the files and addresses that keys name, and makes small JPEG files of them.

    It is asked for keys of a collection alone, which whoever filled it chose, and never for what
    a client sent. Nothing but the pixels of images is given out.

    Args:
        policy: what may be fetched.
        max_pixels: of an image; larger ones have no picture.
    """

    def __init__(self, policy: FetchPolicy, max_pixels: int = _MAX_PIXELS) -> None:
        self._policy = policy
        self._max_pixels = max_pixels
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="towhee-pictures")

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def of(self, keys: Sequence[Any], seconds: float) -> list[str | None]:
        """A data URI for each key; ``None`` where it is no image, or is not there in time.

        Args:
            keys: of a collection.
            seconds: in which they are made.
        """
        loop = asyncio.get_running_loop()
        tasks = [loop.run_in_executor(self._threads, self.picture, key) for key in keys]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
        return [task.result() if task.done() and not task.cancelled() else None for task in tasks]

    def picture(self, key: Any) -> str | None:
        """The picture of one key."""
        if not isinstance(key, str):
            return None
        try:
            return data_uri(self.image(key, SIDE), SIDE)
        except DataError as error:
            logger.info("no picture of %s: %s", key, error)
            return None

    def image(self, source: str | bytes, side: int) -> PIL.Image.Image:
        """A picture, shrunk to at most ``side`` by ``side`` pixels.

        Args:
            source: the path or address that a key of a collection is, or the content of a file.
            side: in pixels.

        Raises:
            DataError: if there is no image.
        """
        if isinstance(source, str) and is_url(source):
            source = read_bytes(source, policy=self._policy)
        decode = PilImageDecode(max_pixels=self._max_pixels, min_side=side)
        picture = PIL.Image.fromarray(np.asarray(decode(source)))
        picture.thumbnail((side, side))
        return picture
