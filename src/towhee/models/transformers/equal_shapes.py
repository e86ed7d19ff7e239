"""Batches of rows of one shape, so that no row is padded and none is changed by its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch

    Row = Mapping[str, torch.Tensor]

Out = TypeVar("Out")


def in_equal_shapes(
    rows: Sequence[Row],
    run: Callable[[dict[str, torch.Tensor], Sequence[int]], Sequence[Out]],
) -> list[Out]:
    """The results of all rows, in order, those of one shape computed together.

    Args:
        rows: the inputs of the model by name, without the axis of the batch.
        run: the results for a batch; it is told too which rows are in it.

    Example:
        >>> import torch
        >>> rows = [{"x": torch.zeros(2)}, {"x": torch.ones(3)}, {"x": torch.ones(2)}]
        >>> in_equal_shapes(rows, lambda batch, places: batch["x"].sum(1).tolist())
        [0.0, 3.0, 2.0]
    """
    import torch

    groups: dict[tuple[object, ...], list[int]] = {}
    for place, row in enumerate(rows):
        shapes = tuple((name, tuple(values.shape)) for name, values in sorted(row.items()))
        groups.setdefault(shapes, []).append(place)
    found: dict[int, Out] = {}
    for places in groups.values():
        names = rows[places[0]]
        batch = {name: torch.stack([rows[place][name] for place in places]) for name in names}
        found.update(zip(places, run(batch, places), strict=True))
    return [found[place] for place in range(len(rows))]
