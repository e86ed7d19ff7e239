"""``tune_index``: the fastest parameters of an index that find what a user wants found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from numbers import Real
from typing import Any

from towhee.errors import StoreError, UsageError
from towhee.search.stores.schema import IndexKind, IndexSpec
from towhee.search.stores.searching import checked_count
from towhee.search.stores.store import VectorStore
from towhee.search.tuning.grid import (
    Parameters,
    first_build,
    kind_to_tune,
    larger_build,
    searches,
)
from towhee.search.tuning.guard import IndexGuard
from towhee.search.tuning.report import Tuning
from towhee.search.tuning.trial import Trial, measured
from towhee.search.tuning.truth import LabelledQueries, given_queries, sampled_queries

_BUILDS = 3
_BEYOND = 2  # trials in a series that hold the recall, so that one sees what more would cost
_NO_GAIN = 0.001  # of recall, in two steps of a series: it will not get there

Told = Callable[[str], object]


def tune_index(
    store: VectorStore,
    target_recall: float = 0.95,
    *,
    topk: int = 10,
    kind: str | None = None,
    queries: Any = None,
    sample: int = 200,
    seed: int = 0,
    told: Told = lambda step: None,
) -> Tuning:
    """Set the parameters of a collection's index so that searches find what they should.

    The true neighbours are found by comparing with every row, which are read once, a batch at a
    time. An index is made, and searched with more and more thorough parameters; of those that
    hold the recall the fastest are set. If none do, the index is made anew, larger, up to twice.
    Recall holds if it does with 95 % confidence, as other queries than these are to come.

    While it runs, searches of the collection use the index that is being tried. When it fails or
    is interrupted, the index that was there is made again.

    Args:
        store: the collection.
        target_recall: the share of the true neighbours to find, above 0 and up to 1.
        topk: how many neighbours are looked for.
        kind: ``"hnsw"``, ``"ivf_flat"`` or ``"ivf_pq"``. What the collection has if not given; if
            that is ``"flat"``, ``"hnsw"`` where the store has it, else ``"ivf_flat"``.
        queries: ``(q, d)``, such as will be searched for; rows of the collection if not given,
            each left out of its own neighbours.
        sample: how many rows to take as queries.
        seed: which rows.
        told: called with what is done next, in words.

    Returns:
        The figures of all trials and the one that was chosen; it prints as a table, and shows a
        plot in a notebook.

    Raises:
        UnknownNameError: if the collection is not there.
        UsageError: for a recall that cannot be, more neighbours than rows, an index that the
            store does not have, or ``"flat"``, which is exact.
        StoreError: if no parameters hold the recall; the message says what was reached.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from towhee import open_store, tune_index
        >>> rows = np.random.default_rng(0).normal(size=(500, 8))
        >>> with tempfile.TemporaryDirectory() as folder, open_store(f"faiss:///{folder}") as store:
        ...     store.upsert(range(500), rows)
        ...     tuning = tune_index(store, target_recall=0.9, sample=50)
        ...     store.schema.index == tuning.chosen.index, tuning.chosen.recall >= 0.9
        (True, True)
    """
    target, topk = _checked_target(target_recall), checked_count(topk, "topk")
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 1:
        raise UsageError(f"sample is a whole number of at least 1, not {sample!r}")
    schema, driver = store.schema, store.driver
    chosen_kind = kind_to_tune(kind, schema.index, driver.abilities, driver.name)
    rows = store.count()
    _require_rows(store, rows, topk, are_sampled=queries is None)
    told(f"comparing with all {rows:,} rows")
    if queries is None:
        labelled = sampled_queries(store.connection, sample, seed, topk)
    else:
        labelled = given_queries(store.connection, queries, topk)
    trials: list[Trial] = []
    exact: Trial | None = None
    with IndexGuard(store) as guard:
        if schema.index.kind == "flat":
            told("searching without an index")
            exact = measured(store, IndexSpec.of("flat"), labelled)
        build = first_build(chosen_kind, schema.index, rows, schema.dimension)
        for _ in range(_BUILDS):
            made = IndexSpec.of(chosen_kind, **build)
            told(f"making the index {chosen_kind} ({_shown(build)})")
            guard.build(made)
            for trial in _tried(store, chosen_kind, build, labelled, target, told):
                trials.append(trial)
            holding = [trial for trial in trials if trial.least_recall >= target]
            if holding:
                chosen = max(holding, key=lambda trial: trial.queries_per_second)
                guard.keep(chosen.index)
                return Tuning(
                    store.uri, store.collection, rows, len(labelled), topk, target,
                    tuple(trials), chosen, exact,
                )  # fmt: skip
            larger = larger_build(chosen_kind, build, rows, schema.dimension)
            if larger == build:
                break
            build = larger
    raise StoreError(_missed(store, chosen_kind, trials, target, topk))


def _tried(
    store: VectorStore,
    kind: IndexKind,
    build: Parameters,
    queries: LabelledQueries,
    target: float,
    told: Told,
) -> Iterator[Trial]:
    """Trials of an index that was made, as far as they may be worth it."""
    fastest = 0.0
    for series in searches(kind, build, queries.to_find):
        done: list[Trial] = []
        for parameters in series:
            told(f"searching with {_shown(parameters)}")
            trial = measured(store, IndexSpec.of(kind, **build, **parameters), queries)
            done.append(trial)
            yield trial
            if _is_enough(done, target):
                break
        speeds = [each.queries_per_second for each in done if each.least_recall >= target]
        if fastest and max(speeds, default=0.0) < fastest:
            return  # the next series would be still slower
        fastest = max(speeds, default=0.0)


def _is_enough(done: list[Trial], target: float) -> bool:
    if done[-1].recall == 1.0 or sum(trial.least_recall >= target for trial in done) == _BEYOND:
        return True
    gains = [after.recall - before.recall for before, after in pairwise(done[-3:])]
    return done[-1].least_recall < target and len(gains) == 2 and max(gains) < _NO_GAIN


def _checked_target(target: Any) -> float:
    if isinstance(target, bool) or not isinstance(target, Real) or not 0 < float(target) <= 1:
        raise UsageError(f"target_recall is a share above 0 and up to 1, not {target!r}")
    return float(target)


def _require_rows(store: VectorStore, rows: int, topk: int, *, are_sampled: bool) -> None:
    if not rows:
        raise UsageError(f"the collection {store.collection!r} is empty: there is nothing to tune")
    if rows < topk + are_sampled:
        others = " others" if are_sampled else ""
        raise UsageError(
            f"topk={topk} neighbours cannot be found among {rows:,} rows of {store.collection!r}: "
            f"take at most {rows - are_sampled}{others}"
        )


def _missed(
    store: VectorStore, kind: IndexKind, trials: list[Trial], target: float, topk: int
) -> str:
    best = max(trials, key=lambda trial: (trial.least_recall, trial.recall))
    return (
        f"no parameters of {kind} hold a recall@{topk} of {target:g} in {store.collection!r}: the "
        f"best is {best.recall:.4f}, at least {best.least_recall:.4f} with 95 % confidence "
        f"({best.label}). The index is as it was; ask for less, give more queries, or take another "
        "kind of index"
    )


def _shown(parameters: Parameters) -> str:
    return ", ".join(f"{name}={value}" for name, value in parameters.items())
