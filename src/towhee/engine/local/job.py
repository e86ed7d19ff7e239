"""What the plans of one run have in common: threads, operators, shared rows, the arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from towhee.engine.chunk import Chunk
from towhee.engine.local.lowering import model_of
from towhee.engine.local.shared import SharedRows
from towhee.engine.local.threads import Threads
from towhee.engine.operators import Operators
from towhee.engine.report import RunReport
from towhee.plan.passes import rewrite
from towhee.plan.plan import Plan
from towhee.plan.source import Shared, Source
from towhee.plan.stage import Stage, stages

Rows = Generator[Chunk, None, None]


@dataclass
class Job:
    """One run of a plan and of those that it is joined from.

    Attributes:
        argument: the values that stand for the plan's arguments, a row for each call.
        report: is told what each stage does.
        resources: what ends with the run.
        operators: of all its plans.
        threads: for all its plans.
    """

    argument: Source | None
    report: RunReport
    resources: ExitStack
    threads: Threads
    operators: Operators
    _rewritten: dict[int, Plan] = field(default_factory=dict)
    _readers: Counter[int] = field(default_factory=Counter)
    _shared: dict[int, SharedRows] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        plan: Plan,
        argument: Source | None,
        report: RunReport,
        resources: ExitStack,
        operators: Operators,
    ) -> Job:
        """The job of a plan, with its models opened."""
        job = cls.without_models(plan, argument, report, resources, operators)
        called = [
            model_of(stage).operator
            for each in job._rewritten.values()
            for stage in stages(each)
            if is_model(stage)
        ]
        models = [operators.streams(operator) for operator in called]
        report.ways = [line for operator in called for line in operators.way(operator)]
        job.threads = Threads(report.cores, models, resources)
        return job

    @classmethod
    def without_models(
        cls,
        plan: Plan,
        argument: Source | None,
        report: RunReport,
        resources: ExitStack,
        operators: Operators,
    ) -> Job:
        """The job of a plan whose models are opened somewhere else."""
        plans = list(plan.plans_of_run())
        readers = Counter(id(each.source.plan) for each in plans if isinstance(each.source, Shared))
        rewritten = {id(each): rewrite(each) for each in plans}
        threads = Threads(report.cores, [], resources)
        return cls(argument, report, resources, threads, operators, rewritten, readers)

    @property
    def calls(self) -> int:
        """How many calls run together; one, if the plan is no function."""
        return 1 if self.argument is None else (self.argument.length or 0)

    def rewritten(self, plan: Plan) -> Plan:
        """The plan as the engine runs it."""
        return self._rewritten[id(plan)]

    def shared(self, plan: Plan, run: Callable[[Plan], Rows]) -> Iterator[Chunk]:
        """The rows of a plan, for one of those that read it."""
        rows = self._shared.get(id(plan))
        if rows is None:
            own = run(plan)
            self.resources.callback(own.close)
            rows = self._shared[id(plan)] = SharedRows(own, self._readers[id(plan)])
        return rows.reader()


def is_model(stage: Stage) -> bool:
    """Whether a stage is a model's, which is given batches."""
    return stage.placement == "model" and not stage.whole
