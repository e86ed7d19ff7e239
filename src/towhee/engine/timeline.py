"""What a run did, as a timeline that browsers can show."""

from __future__ import annotations

from typing import Any

from towhee.engine.report import RunReport


def timeline(report: RunReport) -> dict[str, Any]:
    """A run in the Chrome trace format, for ``chrome://tracing`` or https://ui.perfetto.dev.

    Each piece of work is a bar in the row of its thread, with its stage's name and its rows. The
    time begins with the first piece.

    Args:
        report: of a run that was ``traced``.

    Source: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
    """
    tasks = [(stage, task) for stage in report.stages for task in stage.tasks or ()]
    tasks.sort(key=lambda pair: pair[1].started)
    zero = tasks[0][1].started if tasks else 0.0
    threads: dict[int, int] = {}
    events = []
    for stage, task in tasks:
        row = threads.setdefault(task.thread, len(threads) + 1)
        events.append(
            {
                "name": stage.label,
                "cat": stage.place,
                "ph": "X",
                "ts": round(1e6 * (task.started - zero), 1),
                "dur": round(1e6 * task.seconds, 1),
                "pid": 1,
                "tid": row,
                "args": {"rows": task.rows},
            }
        )
    names = [
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": row, "args": {"name": f"thread {row}"}}
        for row in threads.values()
    ]
    return {"traceEvents": [*names, *events], "displayTimeUnit": "ms"}
