"""The figures of a folder of results as one picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "images_to_vectors.svg"
_OURS, _THEIRS, _LIMIT = "#1f6f8b", "#b9c4c9", "#c0392b"


def plot(results: Path) -> Path | None:
    """Draw images to vectors, a panel for each network, and how it scales, if that was measured.

    Args:
        results: the folder with ``images_to_vectors.json``, and ``scaling.json`` if there is one.

    Returns:
        The path of the picture; ``None`` if there is nothing to draw.
    """
    measured = _read(results / "images_to_vectors.json")
    scaling = _read(results / "scaling.json")
    panels = [*measured.get("models", []), *([scaling] if scaling else [])]
    if not panels:
        return None
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = NAME  # the same figures give the same file
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1, len(panels), figsize=(6.5 * len(panels), 4.5), layout="constrained", squeeze=False
    )
    for axis, panel in zip(axes[0], panels, strict=True):
        if "contenders" in panel:
            _bars(axis, panel)
        else:
            _lines(axis, panel)
    path = results / NAME
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _bars(axis: Any, model: dict[str, Any]) -> None:
    """Images a second of each contender, and the first chain's limit as a line."""
    ran = [each for each in model["contenders"] if each["images_per_second"] is not None]
    limits = [each for each in ran if "limit_of" in each]
    bars = sorted(
        (each for each in ran if "limit_of" not in each), key=lambda each: each["images_per_second"]
    )
    rates = [each["images_per_second"] for each in bars]
    colors = [_OURS if each["name"].startswith("towhee") else _THEIRS for each in bars]
    drawn = axis.barh([each["name"] for each in bars], rates, color=colors)
    axis.bar_label(drawn, fmt="%.0f", padding=3)
    if limits:
        axis.axvline(limits[0]["images_per_second"], color=_LIMIT, linestyle="--", linewidth=1)
        axis.set_title(f"{model['name']} (dashed: {limits[0]['name']})", fontsize=10)
    else:
        axis.set_title(model["name"], fontsize=10)
    axis.set_xlabel("images/s")
    axis.margins(x=0.12)
    axis.spines[["top", "right"]].set_visible(False)


def _lines(axis: Any, scaling: dict[str, Any]) -> None:
    """Throughput by cores as a multiple of one core's, beside the ideal."""
    most = 1
    for model in scaling["models"]:
        cores = [run["cores"] for run in model["runs"]]
        axis.plot(cores, [run["ratio_to_one"] for run in model["runs"]], "o-", label=model["name"])
        most = max(most, *cores)
    axis.plot([1, most], [1, most], "--", color=_LIMIT, linewidth=1, label="ideal")
    axis.set_xlabel("cores")
    axis.set_ylabel("x one core")
    axis.set_title("scaling", fontsize=10)
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
