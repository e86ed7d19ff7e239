"""Rows of the caller's process on their way to the workers, a few pieces ahead of the results."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from towhee.engine.ray.packing import block
from towhee.engine.ray.reading import read_tasks
from towhee.engine.ray.shelf import shelf_of_caller

_numbers = count()


class Feed:
    """Puts pieces on the caller's shelf, from where one task of Ray Data reads them.

    Args:
        ray: the module, connected.
    """

    def __init__(self, ray: Any) -> None:
        self._shelf = shelf_of_caller(ray)
        self._run = next(_numbers)
        self._here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}

    def put(self, number: int, piece: bytes) -> None:
        """Send a piece; they are numbered from 0."""
        self._shelf.put.remote(self._run, number, piece)

    def arrived(self, number: int) -> None:
        """Everything that was made of a piece has arrived."""
        self._shelf.forget.remote(self._run, number)

    def end(self, number: int) -> None:
        """There are so many pieces, and no more."""
        self._shelf.end.remote(self._run, number)

    def close(self) -> None:
        """Let go of all pieces."""
        self._shelf.close.remote(self._run)

    def dataset(self) -> Any:
        """The pieces as a dataset of Ray Data."""
        shelf, run = self._shelf, self._run

        def read() -> Iterator[Any]:
            import ray

            number = 0
            while pieces := ray.get(shelf.get.remote(run, number)):
                yield from map(block, pieces)
                number += len(pieces)

        return read_tasks("Rows", [read], num_cpus=0, label_selector=self._here)
