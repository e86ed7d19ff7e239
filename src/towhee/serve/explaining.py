"""Which parts of two pictures make them match, one pair at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import PIL.Image

from towhee.serve.refusals import Refusal
from towhee.serve.served import Served
from towhee.viz.heatmap import heatmap
from towhee.viz.thumbnail import data_uri

SIDE = 640  # pixels of the pictures that are compared; models see fewer
_MOST = 4


@dataclass(frozen=True, slots=True)
class Explained:
    """Why two pictures match.

    Attributes:
        pictures: both, under their heat, as data URIs.
        similarity: the cosine of their vectors.
        method: by which the heat was found.
    """

    pictures: tuple[str, str]
    similarity: float
    method: str


class Explaining:
    """Computes heatmaps in one thread, beside the lanes: each takes as long as many vectors."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="towhee-explain")
        self._waiting = 0

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def of(
        self, served: Served, one: PIL.Image.Image, other: PIL.Image.Image, seconds: float
    ) -> Explained:
        """Why a pipeline finds two pictures alike.

        Args:
            served: the pipeline, which ``explains``.
            one: the picture that was searched with.
            other: the one that was found.
            seconds: in which it is to be done.

        Raises:
            Refusal: 503 if others wait already, or it takes too long.
            TowheeError: for what the model cannot use.
        """
        if self._waiting >= _MOST:
            raise Refusal(
                503, "other pictures are being explained", kind="overloaded", retry_after=2
            )
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._thread, _explained, served, one, other)
            return await asyncio.wait_for(work, seconds)
        except asyncio.TimeoutError:
            raise Refusal(
                503, f"it was not explained within {seconds:g} s", kind="timeout", retry_after=2
            ) from None
        finally:
            self._waiting -= 1


def _explained(served: Served, one: PIL.Image.Image, other: PIL.Image.Image) -> Explained:
    found = heatmap(served, np.asarray(one), np.asarray(other))
    assert found.other is not None  # a pair was asked for
    pictures = data_uri(found.overlay(), SIDE), data_uri(found.other.overlay(), SIDE)
    return Explained(pictures, found.score, found.method)
