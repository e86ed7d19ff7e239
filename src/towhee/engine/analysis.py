"""What a run did, as a table: where its time went, and which stage held it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from towhee.engine.report import RunReport, StageReport

_HEADER = ("rows in", "rows out", "busy s", "waiting s", "MiB in", "MiB out", "batches", "stage")


def analysis(report: RunReport) -> Iterator[str]:
    """The lines of the table, and what bounds the run.

    ``busy`` is summed over the workers of a stage, and so is ``waiting``, the rest of their time:
    for rows, for a place further on, or for a processor.
    """
    cores = "one core" if report.cores == 1 else f"{report.cores} cores"
    after = f", after {report.opening:.1f} s of opening models" if report.opening >= 0.05 else ""
    yield f"ran in {report.seconds:.2f} s on {cores}{after}"
    rows = [_HEADER, *(_cells(stage, report) for stage in report.stages)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        *numbers, stage = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(numbers)}  {stage.strip()}"
    slowest = report.bottleneck
    if slowest is not None and report.seconds > 0:
        share = slowest.busy / (slowest.workers * report.seconds)
        of_work = slowest.busy / sum(stage.busy for stage in report.stages)
        yield (
            f"bottleneck: {_named(slowest)}, at work {share:.0%} of the time of its "
            f"{_workers(slowest.workers)}, {of_work:.0%} of all work"
        )


def _cells(stage: StageReport, report: RunReport) -> tuple[str, ...]:
    waiting = max(0.0, stage.workers * report.seconds - stage.busy)
    return (
        str(stage.rows_in),
        str(stage.rows_out),
        f"{stage.busy:.2f}",
        f"{waiting:.2f}",
        _mebibytes(stage.bytes_in),
        _mebibytes(stage.bytes_out),
        _sizes(stage.batch_sizes) if stage.place == "model" else "",
        _named(stage),
    )


_PLACES = {
    "source": "read",
    "inline": "where the rows are read",
    "threads": "in threads",
    "model": "in batches",
}


def _named(stage: StageReport) -> str:
    return f"{_PLACES[stage.place]}: {stage.label}"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f}" if size else ""


def _sizes(sizes: Counter[int]) -> str:
    """How many batches of how many rows: ``"75 x 8, 6 others"``.

    Example:
        >>> _sizes(Counter({8: 75, 1: 2, 5: 4}))
        '75 x 8, 6 others'
    """
    if not sizes:
        return ""
    (size, times) = sizes.most_common(1)[0]
    others = sum(sizes.values()) - times
    return f"{times} x {size}" + (f", {others} others" if others else "")


def _workers(count: int) -> str:
    return "one worker" if count == 1 else f"{count} workers"
