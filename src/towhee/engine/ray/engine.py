"""The Ray engine: what looks at one row is done by the workers of a cluster, through Ray Data.

The rows come back a few pieces at a time. What needs their order, or all of them, is carried out
here by the local engine's own code, and feeds the next segment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.closing import closed_by
from towhee.engine.local.job import Job
from towhee.engine.local.joined import joined
from towhee.engine.local.lowering import LOWERED, Work
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.whole_stage import WholeStage, as_options
from towhee.engine.operators import Operators
from towhee.engine.ray.cluster import connected
from towhee.engine.ray.lowering import Lowered
from towhee.engine.ray.reading import has_parts
from towhee.engine.ray.segments import Segment, segments
from towhee.engine.ray.sharing import segments_at_once, share_of_each
from towhee.engine.report import RunReport
from towhee.models.machine import cores
from towhee.plan.options import OnError, Options
from towhee.plan.plan import Plan
from towhee.plan.source import Argument, Join, Shared, Source
from towhee.plan.stage import Stage


def run(
    plan: Plan,
    report: RunReport | None = None,
    argument: Source | None = None,
    operators: Operators | None = None,
) -> Generator[Chunk, None, None]:
    """The chunks of rows that the plan gives, computed as they are asked for.

    Args:
        plan: what is to be done.
        report: is told what each stage does.
        argument: the values that stand for the plan's arguments; each row is a call.
        operators: those that were made before, for what is done here; new ones if not given.

    Raises:
        OperatorError: for the first failing row, under ``on_error="raise"``, after the rows in
            front of it were given.
        UsageError: if a step cannot be sent to a worker, or there is no such cluster.
    """
    report = report or RunReport(cores())
    with contextlib.ExitStack() as resources:
        ray = connected(plan.options.cluster)
        report.cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        resources.callback(report.stop)
        report.start()
        job = Job.without_models(plan, argument, report, resources, operators or Operators())
        yield from _Run(ray, job, share_of_each(ray, plan)).rows(plan)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a plan and of those that it is joined from.

    Attributes:
        ray: the module, connected.
        job: what the plans have in common.
        share: the options with the workers that each segment may have.
    """

    ray: Any
    job: Job
    share: Options

    def rows(self, given: Plan) -> Generator[Chunk, None, None]:
        """The rows of a plan."""
        job = self.job
        plan = job.rewritten(given)
        if isinstance(plan.source, Argument) and job.argument is not None:
            plan = replace(plan, source=job.argument)
        rows_known = plan.source.length
        waiting = list(segments(plan))
        safe = waiting[-1].safe_behind if waiting else False
        with contextlib.ExitStack() as resources:
            told = job.report.stage(plan.source.label, "source")
            if waiting and waiting[0].is_distributed and has_parts(plan.source):
                lowered = self._lowered(waiting.pop(0), plan)
                chunks = closed_by(resources, lowered.of_parts(plan.source, told))
            else:
                size = ReadSize(plan.options.memory_limit)
                read_here = closed_by(resources, self._read(plan, size, resources))
                chunks = size.noted(told.pulled(read_here))
            for segment in waiting:
                if segment.is_distributed:
                    lowered = self._lowered(segment, plan)
                    chunks = closed_by(resources, lowered.of_rows(chunks, rows_known))
                else:
                    for stage in segment.stages:
                        chunks = closed_by(resources, self._here(stage, segment, plan, chunks))
                rows_known = None
            for chunk in chunks:
                if len(chunk):
                    job.report.opened()
                    yield as_options(chunk) if safe else chunk

    def _lowered(self, segment: Segment, plan: Plan) -> Lowered:
        share = self.share
        options = plan.options.with_(num_worker=share.num_worker, cluster=share.cluster)
        asked = share.num_worker if plan.options.num_worker is not None else None
        return Lowered(self.ray, segment, options, self.job.report, asked)

    def _read(self, plan: Plan, size: ReadSize, resources: contextlib.ExitStack) -> Iterator[Chunk]:
        if isinstance(plan.source, Shared):
            return self.job.shared(plan.source.plan, self.rows)
        if isinstance(plan.source, Join):
            parts = [closed_by(resources, self.rows(each)) for each in plan.source.plans]
            return joined(plan.source, parts, size, self.job.calls)
        return read(plan.source, self._apart, size)

    def _apart(self, inner: Plan) -> Generator[Chunk, None, None]:
        """The rows of a plan that is run for one of a ``Zip`` or ``Concat``."""
        each, count = self.share.num_worker or 1, segments_at_once(inner)
        own = inner.with_options(
            engine="ray", cluster=self.share.cluster, num_worker=each * max(1, count)
        )
        return run(own)

    def _here(
        self, stage: Stage, segment: Segment, plan: Plan, chunks: Iterator[Chunk]
    ) -> Iterator[Chunk]:
        """The rows behind a stage that is carried out in this process."""
        told = self.job.report.stage(stage.label, stage.placement)
        if stage.whole:
            whole = WholeStage(stage, plan, self.job.operators, self.job.calls, segment.safe)
            return told.pulled(whole.rows(told.given(chunks)))
        on_error: OnError = "keep" if segment.safe else plan.options.on_error
        work = Work(stage, plan, self.job.operators, on_error, self.job.threads, told)
        return LOWERED[stage.placement](work, chunks)
