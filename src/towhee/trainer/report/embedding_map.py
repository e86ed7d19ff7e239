"""Embeddings on a plane: the points, and their drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import UnknownNameError, UsageError
from towhee.search import umap
from towhee.search.metric import as_vectors
from towhee.trainer.metrics.labels import as_labels, same_number
from towhee.trainer.metrics.neighbours import directions
from towhee.trainer.report.report_data import EmbeddingMap
from towhee.trainer.report.scale import Scale
from towhee.viz.html_text import html_text

_SIDE, _MARGIN = 420, 10
_COLOURS = 8
_SHAPES = (  # of eight classes each, so that 32 are told apart; about (0, 0), 3 pixels large
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "M-2.7-2.7H2.7V2.7H-2.7Z",
    "M0-3.6L3.4 2.6H-3.4Z",
    "M0-3.8L3.8 0L0 3.8L-3.8 0Z",
)


def embedding_map(
    embeddings: Any,
    labels: Any,
    *,
    title: str = "Embeddings",
    method: Literal["pca", "umap"] = "pca",
    names: Sequence[str] = (),
    most: int = 1500,
    seed: int = 0,
) -> EmbeddingMap:
    """Directions of embeddings as points of a plane.

    Args:
        embeddings: ``(n, d)``.
        labels: ``(n,)``; negative for none.
        title: what the map shows.
        method: ``"pca"``, the plane with the greatest spread, or ``"umap"``, which keeps
            neighbours near and needs the extra of that name.
        names: what to call each sample.
        most: points to draw; of more samples so many are drawn by lot.
        seed: of the lot, and of UMAP.

    Raises:
        MissingExtraError: for ``"umap"`` without the extra.
        UsageError: for fewer than two samples.

    Example:
        >>> embedding_map([[1.0, 0.0], [0.0, 1.0], [1.0, 0.1]], [0, 1, 0]).points.shape
        (3, 2)
    """
    vectors, true = as_vectors(embeddings, "embeddings"), as_labels(labels)
    same_number(vectors, true, "embeddings and labels")
    if len(vectors) < 2:
        raise UsageError(f"a map needs at least two samples, not {len(vectors)}")
    if method not in ("pca", "umap"):
        raise UnknownNameError("map", str(method), ("pca", "umap"))
    places = np.arange(len(vectors))
    if len(places) > most:
        places = np.sort(np.random.default_rng(seed).choice(len(places), most, replace=False))
    pointing = directions(vectors[places])
    if method == "umap":
        points = umap(pointing, metric="L2", seed=seed).astype(np.float64)
        how = "UMAP: near points are alike"
    else:
        points, shares = principal_plane(pointing)
        how = f"PCA: {shares[0]:.0%} of the spread runs across, {shares[1]:.0%} up"
    chosen = tuple(names[place] for place in places.tolist()) if names else ()
    return EmbeddingMap(title, points, true[places], how, chosen)


def principal_plane(
    vectors: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.float64], tuple[float, float]]:
    """The two directions of the greatest spread, and the shares of all spread in them.

    Args:
        vectors: ``(n, d)``.

    Returns:
        The points ``(n, 2) float64``, whose axes point to where the largest loading is positive,
        and two shares of 1.
    """
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    points = np.zeros((len(vectors), 2))
    points[:, : len(axes)] = centred @ (axes * np.where(signs == 0, 1, signs)[:, None]).T
    squares = np.zeros(2)
    squares[: len(axes)] = lengths[:2] ** 2
    shares = squares / (float((lengths**2).sum()) or 1.0)
    return points, (float(shares[0]), float(shares[1]))


def map_figure(shown: EmbeddingMap, classes: Sequence[str]) -> str:
    """The points in the colours and shapes of their classes, both axes on one scale."""
    points = np.asarray(shown.points, np.float64)
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (0.0, np.ones(2))
    middle, half = (low + high) / 2, float(np.max(high - low)) / 2 or 1.0
    across = Scale(middle[0] - half, middle[0] + half, _MARGIN, _SIDE - _MARGIN)
    up = Scale(middle[1] - half, middle[1] + half, _SIDE - _MARGIN, _MARGIN)
    marks = []
    for row, ((x, y), label) in enumerate(zip(points, shown.labels, strict=True)):
        said = _named(int(label), classes) + (f", {shown.names[row]}" if shown.names else "")
        marks.append(
            f'<path class="point f{label % _COLOURS if label >= 0 else 7}" '
            f'transform="translate({across(x):.2f} {up(y):.2f})" d="{_shape(int(label))}" '
            f'fill-opacity=".75"><title>{html_text(said)}</title></path>'
        )
    legend = "".join(
        f'<li><svg viewBox="-5 -5 10 10" aria-hidden="true"><path class="f{label % _COLOURS}" '
        f'd="{_shape(label)}"/></svg>{html_text(_named(label, classes))}</li>'
        for label in sorted({int(label) for label in shown.labels if label >= 0})
    )
    name = f"{shown.title} ({len(points)} samples)"
    return (
        f'<figure class="chart"><figcaption>{html_text(name)}<br>'
        f"<small>{html_text(shown.method)}</small></figcaption>"
        f'<svg viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-label="{html_text(name)}">'
        f'{"".join(marks)}</svg><ul class="legend">{legend}</ul></figure>'
    )


def _shape(label: int) -> str:
    return _SHAPES[max(0, label) // _COLOURS % len(_SHAPES)]


def _named(label: int, classes: Sequence[str]) -> str:
    if label < 0:
        return "no label"
    return classes[label] if label < len(classes) else f"class {label}"
