"""A segment of a plan as a dataset of Ray Data, and its rows as they come back."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from traceback import clear_frames
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.local.batching import regrouped
from towhee.engine.local.job import is_model
from towhee.engine.local.size import size_of
from towhee.engine.ray.cluster import workers
from towhee.engine.ray.feed import Feed
from towhee.engine.ray.pace import Pace
from towhee.engine.ray.packing import Packed, of_block, packed
from towhee.engine.ray.pickling import pickled
from towhee.engine.ray.portable import joined_error
from towhee.engine.ray.reading import dataset_of_parts
from towhee.engine.ray.records import level_of_caller, tell
from towhee.engine.ray.segments import Segment, crews
from towhee.engine.ray.worker import USUAL_BATCH, PoolWorker, Task, work
from towhee.engine.report import RunReport, StageReport
from towhee.errors import UsageError
from towhee.plan.options import Options
from towhee.plan.source import Stream


class Lowered:
    """A segment, ready to be run by the workers of a cluster.

    Args:
        ray: the module, connected.
        segment: what the workers do.
        options: of the run, with the workers that the segment may have.
        report: of the run.
        tasks_at_once: how many tasks may run at once; as many as there is room for if ``None``.
    """

    def __init__(
        self,
        ray: Any,
        segment: Segment,
        options: Options,
        report: RunReport,
        tasks_at_once: int | None = None,
    ) -> None:
        self._ray = ray
        self._segment = segment
        self._options = options
        self._report = report
        self._tasks_at_once = tasks_at_once
        self._workers = workers(ray, options.cluster, options.num_worker)
        self._told = [report.stage(stage.label, stage.placement) for stage in segment.stages]
        cluster = options.cluster
        reading = workers(ray, replace(cluster, num_gpus=0), None) if cluster.num_gpus else 0
        self._at_work = self._workers + reading
        of_each = options.with_(num_worker=None)  # of their threads, that would be
        level = level_of_caller()
        self._crews: list[tuple[Segment, bytes]] = []
        first = 0
        for crew in crews(segment, options.cluster.num_gpus > 0):
            self._crews.append((crew, _sent(Task(crew, first, of_each, level))))
            first += len(crew.stages)

    def of_parts(self, source: Stream, read: StageReport) -> Iterator[Chunk]:
        """The rows of a source that the workers read, and count for its report."""
        with _context(self._options):
            data = dataset_of_parts(source, self._options.batch_size, self._workers)
            results = self._results(data)
        with closing(results):
            for item in results:
                read.rows_out += item.read
                yield from self._arrived(item)

    def of_rows(self, chunks: Iterator[Chunk], total: int | None) -> Iterator[Chunk]:
        """The rows that these become, which are read a few pieces ahead.

        What is asked for here first is sent first; when nobody asks, nothing more is read.
        """
        limit = self._options.memory_limit
        usual = USUAL_BATCH if any(map(is_model, self._segment.stages)) else 1
        pace = Pace(self._at_work, limit, total, self._options.batch_size, usual)
        under_way: dict[int, int] = {}
        waits = self._options.batch_size is not None  # for whole batches
        pieces = regrouped(chunks, pace.rows, is_urgent=lambda: not under_way and not waits)
        feed = Feed(self._ray)
        with closing(feed):
            with _context(self._options) as context:
                # What is under way is bounded by what is put in, and Ray knows only a second after
                # the start what it has: it would wait for that as long as the reader runs.
                context.op_resource_reservation_enabled = False
                results = self._results(feed.dataset())
            failure: Exception | None = None
            number, exhausted = 0, False
            with closing(results):
                while True:
                    while not exhausted and len(under_way) < pace.pieces:
                        try:
                            chunk = next(pieces, None)
                        except Exception as raised:  # noqa: BLE001 (raised below, behind the rows before it)
                            failure, chunk = raised, None
                        if chunk is None:
                            exhausted = True
                            feed.end(number)
                            break
                        pace.note_size(len(chunk), size_of(chunk))
                        pace.note_given(len(chunk))
                        feed.put(number, packed(Packed(chunk, number)))
                        under_way[number] = len(chunk)
                        number += 1
                    if not under_way:
                        break
                    item = next(results, None)
                    if item is None:
                        raise RuntimeError(f"Ray Data lost {len(under_way)} pieces of the rows")
                    if item.last:
                        feed.arrived(item.at)
                        rows = under_way.pop(item.at)
                        pace.note_time(rows, item.seconds)
                        for _, told in item.reports:
                            pace.note_weight(told.rows_in, told.bytes_in)
                            pace.note_weight(told.rows_out, told.bytes_out)
                    pace.note_size(len(item.chunk), size_of(item.chunk))
                    yield from self._arrived(item)
                for _ in results:  # lets the workers end by themselves
                    pass
            if failure is not None:
                raise failure

    def _results(self, data: Any) -> Generator[Packed, None, None]:
        """What the workers give, as it comes."""
        cluster = self._options.cluster
        for crew, task in self._crews:
            has_model = any(map(is_model, crew.stages))
            asked: dict[str, Any] = {"num_cpus": cluster.num_cpus}
            if has_model:
                from ray.data import ActorPoolStrategy

                asked["compute"] = ActorPoolStrategy(
                    min_size=1, max_size=self._workers, initial_size=self._workers
                )
                if cluster.num_gpus:
                    asked["num_gpus"] = cluster.num_gpus
                if cluster.memory is not None:
                    asked["memory"] = cluster.memory
                data = data.map_batches(
                    PoolWorker,
                    fn_constructor_args=(task,),
                    batch_size=1,
                    batch_format="pyarrow",
                    **asked,
                )
            else:
                from ray.data import TaskPoolStrategy

                asked["compute"] = TaskPoolStrategy(self._tasks_at_once)
                data = data.map_batches(
                    work, fn_args=(task,), batch_size=1, batch_format="pyarrow", **asked
                )
        return _unpacked(self._ray, data)

    def _arrived(self, item: Packed) -> Iterator[Chunk]:
        """The rows of a piece, after what was told with them; raises the error that ended it."""
        self._report.opened()
        tell(item.records)
        for place, told in item.reports:
            _add(self._told[place], told, self._workers)
        for line in item.ways:
            if line not in self._report.ways:
                self._report.ways.append(line)
        if len(item.chunk):
            yield item.chunk
        if item.error:
            raise joined_error(item.error)


def _unpacked(ray: Any, data: Any) -> Generator[Packed, None, None]:
    """What a dataset gives, block by block; its workers end with the generator.

    Ray ends an actor when nobody refers to it any more. The executor of a run that was left early
    does, and is part of a cycle: until that is collected, others would wait for the processors.
    """
    blocks = _blocks(data)
    try:
        for ref in blocks:
            item = of_block(ray.get(ref))
            if item is not None:
                yield item
    except BaseException as error:
        blocks.close()
        clear_frames(error.__traceback__)  # whoever keeps the error would keep the executor
        gc.collect()
        raise


def _blocks(data: Any) -> Generator[Any, None, None]:
    """References to a dataset's blocks, from an executor that ends with the generator.

    ``iter_batches`` would leave a thread behind whenever its consumer stops early.
    """
    executor: Any = None
    try:
        # Nothing public gives the executor; captured, it would live as long as the dataset.
        bundles, _, executor = data._execute_to_iterator(capture_executor=False)
        for bundle in bundles:
            for entry in bundle.blocks:
                yield entry.ref
    finally:
        if executor is not None:
            executor.shutdown(force=False)  # by force would end processes that others can use
            executor.join()  # Ray waits two seconds for it, in which it may start actors


@contextmanager
def _context(options: Options) -> Iterator[Any]:
    """Datasets that are made in here are run as the options say; others are left alone."""
    from ray.data import DataContext

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Ray's own, of its own defaults
        context = DataContext.get_current().copy()
    context.target_max_block_size = 1  # each chunk is a block of its own
    context.execution_options.preserve_order = options.cluster.preserve_order
    context.enable_progress_bars = True  # in a terminal; elsewhere Ray logs, at a level below ours
    context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a stream may be quiet for days
    with DataContext.current(context):
        yield context


def _sent(task: Task) -> bytes:
    """A task as bytes.

    Raises:
        UsageError: for a step that cannot be sent to another process.
    """
    try:
        return pickled(task)
    except Exception as whole:
        for stage in task.segment.stages:
            for step in stage.steps:
                try:
                    pickled(step)
                except Exception as error:
                    raise UsageError(
                        f"{step.label} cannot be sent to the workers of a cluster: {error}; what "
                        "a function uses must be values that pickle takes, or be made within it; "
                        'or use set_engine("local")'
                    ) from error
        raise UsageError(f"the plan cannot be sent to the workers of a cluster: {whole}") from whole


def _add(told: StageReport, more: StageReport, workers: int) -> None:
    """Add what a worker's stage did on one piece."""
    told.workers = workers * more.workers
    told.rows_in += more.rows_in
    told.rows_out += more.rows_out
    told.busy += more.busy
    told.bytes_in += more.bytes_in
    told.bytes_out += more.bytes_out
    told.batch_sizes.update(more.batch_sizes)
