"""Let contenders do the same job in turn, each in a process of its own, for several rounds."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.processes import finished

CONTENDERS = Path(__file__).parents[1] / "contenders"
_TIMEOUT = 1800.0


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the table.

    Attributes:
        name: what the table calls it.
        script: its file in ``contenders``.
        python: the interpreter that runs it; ``None`` if its environment is not there.
        options: the ``options`` of its job.
        fields: other fields of its job, in place of those that all share.
        limit_of: the name of the contender whose limit it measures; ``None`` if it competes.
    """

    name: str
    script: str
    python: Path | None = Path(sys.executable)
    options: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    limit_of: str | None = None


@dataclass(slots=True)
class Standing:
    """What was seen of a contender.

    Attributes:
        rates: rows a second, of each round.
        peaks_mib: the most memory that it held, of each round.
        reports: all that it reported, of each round.
        error: why it has no figures; ``None`` if it has.
        worst_cosine: the least cosine of any of its vectors to the reference's.
    """

    rates: list[float] = field(default_factory=list)
    peaks_mib: list[float] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    worst_cosine: float | None = None

    @property
    def rate(self) -> float | None:
        """Rows a second, the median of the rounds; ``None`` if there are no figures."""
        return statistics.median(self.rates) if self.rates and not self.error else None


def race(
    contenders: Sequence[Contender], job: dict[str, Any], folder: Path, *, rounds: int
) -> dict[str, Standing]:
    """Run all contenders, one after the other, so many times.

    A contender that fails is not run again; its standing says why.

    Args:
        contenders: the first that competes gives the vectors that others are compared with.
        job: the fields of a ``Job`` that all share.
        folder: for the jobs and the vectors.
        rounds: how often each has its turn.
    """
    standings = {contender.name: Standing() for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            standing = standings[contender.name]
            if standing.error is None:
                _run(contender, standing, job, folder)
                said = standing.error or f"{standing.rates[-1]:.1f} rows/s"
                print(f"round {number + 1}: {contender.name}: {said}", file=sys.stderr)
    _compare(contenders, standings, folder)
    return standings


def _run(contender: Contender, standing: Standing, job: dict[str, Any], folder: Path) -> None:
    if contender.python is None:
        standing.error = "not installed here (python benchmarks/peers.py --into FOLDER)"
        return
    path = folder / f"{_file_name(contender)}.json"
    vectors = str(path.with_suffix(".npy"))
    own = {**contender.fields, "options": contender.options, "vectors": vectors}
    path.write_text(json.dumps({**job, **own}))
    script = str(CONTENDERS / contender.script)
    done = finished([str(contender.python), script, str(path)], timeout=_TIMEOUT)
    if done.report is None:
        standing.error = done.error
        return
    report = done.report
    rate = report.get("images_per_second") or report["images"] / report["seconds"]
    standing.rates.append(rate)
    standing.peaks_mib.append(max(report["peak_mib"], done.tree_peak_mib or 0.0))
    standing.reports.append(report)


def _compare(contenders: Sequence[Contender], standings: dict[str, Standing], folder: Path) -> None:
    competing = [each for each in contenders if each.limit_of is None]
    computed = {
        each.name: np.load(folder / f"{_file_name(each)}.npy")
        for each in competing
        if standings[each.name].rates
    }
    reference = computed.get(competing[0].name)
    if reference is None:
        return
    for name, vectors in computed.items():
        standings[name].worst_cosine = worst_cosine(vectors, reference)


def worst_cosine(vectors: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> float:
    """The least cosine of a row to the same row of the reference; both ``(n, d)``."""
    ours, theirs = (each.astype(np.float64) for each in (vectors, reference))
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    return float((ours * theirs).sum(axis=1).min())


def _file_name(contender: Contender) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in contender.name)
