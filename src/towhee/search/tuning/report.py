"""What tuning an index gave: a table, a plot, plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from towhee.search.tuning import plot
from towhee.search.tuning.trial import Trial

_COLUMNS = ("recall", "at least", "queries/s", "p50 ms", "p95 ms")


@dataclass(frozen=True, slots=True)
class Tuning:
    """The figures of all trials, and which was chosen. Prints as a table.

    Attributes:
        store: the address of the store.
        collection: its name.
        rows: how many it had.
        queries: how many were made in each trial.
        topk: how many neighbours were looked for.
        target_recall: the recall that was asked for.
        trials: in the order in which they were made.
        chosen: the fastest that holds the recall, which is set.
        exact: a search without an index, where the collection had none.
    """

    store: str
    collection: str
    rows: int
    queries: int
    topk: int
    target_recall: float
    trials: tuple[Trial, ...]
    chosen: Trial
    exact: Trial | None = None

    @property
    def title(self) -> str:
        """What was tuned, in a line."""
        return (
            f"{self.chosen.index.kind} of {self.collection} in {self.store}: {self.rows:,} rows, "
            f"{self.queries:,} queries, recall@{self.topk} of {self.target_recall:g} or more"
        )

    @property
    def advice(self) -> str | None:
        """That a search without an index is as fast, if it is."""
        if self.exact is None or self.exact.queries_per_second < self.chosen.queries_per_second:
            return None
        return (
            f"A search without an index is as fast among {self.rows:,} rows, and exact: "
            'set_index("flat") goes back to it.'
        )

    def as_dict(self) -> dict[str, Any]:
        """It as plain values, which JSON can hold."""
        return {
            "store": self.store,
            "collection": self.collection,
            "rows": self.rows,
            "queries": self.queries,
            "topk": self.topk,
            "target_recall": self.target_recall,
            "chosen": self.chosen.as_dict(),
            "trials": [trial.as_dict() for trial in self.trials],
            "exact": None if self.exact is None else self.exact.as_dict(),
        }

    def cells(self) -> list[tuple[Trial, tuple[str, ...]]]:
        """The trials and their figures as they are shown, a search without an index first."""
        every = self.trials if self.exact is None else (self.exact, *self.trials)
        return [(trial, _figures(trial)) for trial in every]

    def __str__(self) -> str:
        rows = self.cells()
        width = max(len(trial.label) for trial, _ in rows)
        lines = [self.title, "  " + " " * width + "".join(f"  {name:>9}" for name in _COLUMNS)]
        for trial, figures in rows:
            mark = "*" if trial is self.chosen else " "
            numbers = "".join(f"  {figure:>9}" for figure in figures)
            lines.append(f"{mark} {trial.label:<{width}}{numbers}")
        lines.append("* is set: the fastest whose recall holds with 95 % confidence")
        return "\n".join([*lines, self.advice] if self.advice else lines)

    @property
    def svg(self) -> str:
        """The plot: recall to the right, queries a second upwards."""
        return plot.drawn(self.trials, self.chosen, self.exact, self.target_recall, self.topk)

    def html(self) -> str:
        """A whole page with the plot and the table, which needs no other file."""
        return plot.page(self.title, self._repr_html_())

    def _repr_html_(self) -> str:
        rows = [
            (trial.label, figures, "*" if trial is self.chosen else "")
            for trial, figures in self.cells()
        ]
        return self.svg + plot.table(_COLUMNS, rows, self.advice)


def _figures(trial: Trial) -> tuple[str, ...]:
    return (
        f"{trial.recall:.4f}",
        f"{trial.least_recall:.4f}",
        f"{trial.queries_per_second:,.0f}",
        f"{trial.p50_ms:.2f}",
        f"{trial.p95_ms:.2f}",
    )
