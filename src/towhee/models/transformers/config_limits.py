"""Configurations that no computer could build, refused before one tries to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from towhee.errors import WeightsError
from towhee.models.json_file import read_json

_MOST_LAYERS = 2000  # the deepest that are published have some hundreds


def check_layers(folder: Path) -> None:
    """Raise unless the ``config.json`` of a folder, if there is one, asks for a network to build.

    transformers makes the layers that it names one by one, before it looks for their weights.

    Raises:
        WeightsError: if it asks for more layers than any model has, or is not JSON.
    """
    file = folder / "config.json"
    if not file.is_file():
        return
    for name, number in _numbers(read_json(file)):
        if "layers" in name and number > _MOST_LAYERS:
            raise WeightsError(
                f"{str(file)!r} asks for {number:,} layers ({name}); {_MOST_LAYERS:,} are the most"
            )


def _numbers(config: Any) -> Iterator[tuple[str, int]]:
    """The whole numbers of a configuration and of those within it, with their names."""
    for name, value in config.items():
        if isinstance(value, dict):
            yield from _numbers(value)
        elif isinstance(value, int):
            yield name, value
