"""``DataCollection``: the method-chaining front door.

Three ideas. A collection is a *plan* over rows; nothing runs until an element is asked for.
A chain method makes a new collection; only the methods of a list (``append``, ``sort``, …)
change one. A collection over a list can be read again and again, one over an iterator (a
*stream*) once.

The file is long because the class is the whole vocabulary of the API; each method is a line
or two over ``plan``, ``sources`` and ``sinks``.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
from towhee.engine import run
from towhee.engine.explained import explained
from towhee.errors import StreamError, UnknownNameError, UsageError
from towhee.functional import show, sinks, sources
from towhee.functional._namespaces import Namespaces
from towhee.functional.fitting import fit_and_apply, fit_and_apply_named, learns
from towhee.functional.operator_call import OperatorCall, namespace
from towhee.functional.rows import Rows, elements, restarted
from towhee.functional.state import State
from towhee.functional.told import told_origin
from towhee.operators.base import OperatorRef, short
from towhee.plan.cluster import Cluster
from towhee.plan.plan import Plan
from towhee.plan.source import Concat, Source, Stream, Table, Values, Zip
from towhee.plan.step import (
    VALUE,
    Batch,
    Drop,
    DropEmpty,
    Explode,
    FillEmpty,
    Filter,
    Flatten,
    GroupBy,
    Head,
    Map,
    Rename,
    Rolling,
    Safe,
    Sample,
    Select,
    Shuffle,
    Step,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow

    from towhee.functional.data_frame import ColumnSelect, DataFrame
    from towhee.functional.store_sinks import ToFaiss, ToMilvus, ToStore

Function = Callable[..., Any]
C = TypeVar("C", bound="DataCollection")
_SHOWN = 10
_LOOKS = (Drop, Explode, Head, Rename, Safe, Select)


class DataCollection(Namespaces["DataCollection", "DataFrame"]):
    """Rows, and what is to be done with them.

    Args:
        data: a list or other sequence, a pandas or Polars frame or an Arrow table, which can
            be read again and again; the result of a pipe; or an iterator, which makes a stream.

    Example:
        >>> DataCollection.range(5).map(lambda x: x + 1).filter(lambda x: x % 2).to_list()
        [1, 3, 5]
    """

    def __init__(self, data: Iterable[Any] | Plan) -> None:
        self._plan: Plan = _plan_of(data)
        self._rows: Rows | None = None
        self._keeps_rows = False
        self._state: State | None = None
        self._learned: tuple[str, ...] = ()

    # -- sources ---------------------------------------------------------------------------

    @classmethod
    def range(cls, *bounds: int) -> DataCollection:
        """The integers that the built-in ``range`` of these arguments gives."""
        return cls(range(*bounds))

    @classmethod
    def from_glob(cls, *patterns: sources.Path) -> DataCollection:
        """The paths that match, sorted; ``**`` matches folders at any depth.

        Raises:
            MissingFileError: if there is none (a ``FileNotFoundError``).
        """
        return cls(sources.from_glob(*patterns))

    @classmethod
    def from_csv(cls, path: sources.Path, **options: Any) -> DataFrame:
        """The rows of a CSV file with a header line."""
        return _frame_of(sources.from_csv(path, **options))

    @classmethod
    def from_json(cls, path: sources.Path) -> DataFrame:
        """The objects of a JSON lines file."""
        return _frame_of(sources.from_json(path))

    @classmethod
    def read_parquet(cls, path: sources.Path, columns: Sequence[str] | None = None) -> DataFrame:
        """The rows of a Parquet file, read as they are needed."""
        return _frame_of(sources.from_parquet(path, columns))

    @classmethod
    def from_zip(cls, path_or_url: sources.Path, pattern: str = "*") -> DataCollection:
        """The contents (``bytes``) of the files in a zip archive whose names match."""
        from towhee.fetch import read_bytes

        return cls(sources.from_zip(path_or_url, pattern, read=read_bytes))

    @classmethod
    def read_audio(cls, path: sources.Path) -> DataCollection:
        """The frames of a file of sound, ``AudioFrame``, decoded as they are needed."""
        from towhee.operators.audio_decode.frames import audio_frames

        name = sources.existing(path)
        frames = Stream(lambda: audio_frames(name), once=False, describe=f"audio({name!r})")
        return cls(Plan.of(frames))

    @classmethod
    def read_video(
        cls,
        path: sources.Path,
        *,
        start_time: float | None = None,
        end_time: float | None = None,
        sample_type: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> DataCollection:
        """The frames of a video, ``VideoFrame``, decoded as they are needed.

        Args:
            path: the file.
            start_time: leave out what is shown before, in seconds from the first frame.
            end_time: leave out what is shown then or later.
            sample_type: which frames, and
            args: how many or how often, as of ``video_decode.ffmpeg``; all if not given.
        """
        from towhee.operators.video_decode.ffmpeg import FfmpegVideoDecode

        name = sources.existing(path)
        decode = FfmpegVideoDecode(start_time, end_time, sample_type, args)
        frames = Stream(lambda: decode(name), once=False, describe=f"video({name!r})")
        return cls(Plan.of(frames))

    @classmethod
    def from_df(cls, frame: Any) -> DataFrame:
        """The rows of a pandas or Polars frame, or of an Arrow table."""
        return _frame_of(sources.from_table(frame))

    @classmethod
    def from_dataset(cls, dataset: Any) -> DataFrame:
        """The rows of a Hugging Face ``Dataset``."""
        return _frame_of(sources.from_dataset(dataset))

    @classmethod
    def from_torch(cls, dataset: Any) -> DataCollection:
        """The items of a torch ``Dataset`` or ``DataLoader``."""
        return cls(sources.from_torch(dataset))

    read_csv = from_csv
    read_json = from_json
    read_zip = from_zip

    # -- streams and lists -----------------------------------------------------------------

    @property
    def is_stream(self) -> bool:
        """Whether the rows can be read only once."""
        return self._rows is None and self._plan.is_stream

    def stream(self) -> DataCollection:
        """The same elements, to be read once."""
        return self._like(restarted(Stream.of_iterator(iter(self)), self._plan))

    def unstream(self) -> DataCollection:
        """The same elements, read now and kept in memory.

        What is chained on it keeps its own results too: iterating it again computes nothing.
        """
        rows = Rows.of(self._plan) if self._rows is None else self._rows
        kept = self._like(rows.plan(self._plan))
        kept._rows = rows
        kept._keeps_rows = True
        return kept

    def __iter__(self) -> Iterator[Any]:
        # A generator looks at what is in memory when it begins: list(dc) asks for len(dc)
        # between making the iterator and reading it, and must not compute everything twice.
        if self._rows is not None:
            yield from self._rows.elements
        elif self._keeps_rows and not self._plan.is_stream:
            yield from Rows().filled_by(self._plan, then=self._keep)
        else:
            yield from elements(self._plan)

    def _keep(self, rows: Rows) -> None:
        self._rows = rows
        self._plan = rows.plan(self._plan)

    def _listed(self, wanted: str) -> Rows:
        """The rows in memory, computed if need be; a stream cannot give them."""
        if self._rows is None:
            if self._plan.is_stream:
                raise StreamError(
                    f"a stream is read once and has no {wanted}; call unstream() before"
                )
            self._keep(Rows.of(self._plan))
        assert self._rows is not None
        return self._rows

    def keys(self) -> list[Any]:
        """The rows' keys: paths, ids or positions."""
        return list(self._listed("keys").keys)

    # -- chaining --------------------------------------------------------------------------

    def map(self, *functions: Function) -> Any:
        """Apply a function to each element; several functions give one collection each."""
        if not functions:
            raise UsageError("map needs a function")
        if len(functions) > 1:
            return [
                part._then(Map(_operator(f)))
                for part, f in zip(self.split(len(functions)), functions, strict=True)
            ]
        return self._then(Map(_operator(functions[0])))

    def __rshift__(self, function: Function) -> DataCollection:
        return self._then(Map(_operator(function)))

    __or__ = __rshift__

    def filter(self, function: Function, drop_empty: bool = False) -> DataCollection:
        """Keep the elements for which the function is true; ``Empty`` passes unless dropped."""
        return self._then(Filter(_operator(function), drop_empty=drop_empty))

    def flatten(self, *columns: str) -> DataCollection:
        """One row for each item of each element, or of the columns side by side."""
        return self._then(Flatten(columns))

    def zip(self, *others: Iterable[Any]) -> DataCollection:
        """Tuples of the elements of this and other collections, as long as the shortest."""
        plans = tuple(DataCollection(other)._plan for other in others)
        zipped = Plan.of(Zip((self._plan, *plans)), self._plan.options)
        return self._passed_on(DataCollection(zipped))

    @staticmethod
    def combine(*collections: DataCollection) -> DataCollection:
        """Rows that have the columns of all collections, side by side."""
        if not collections:
            raise UsageError("combine needs at least one collection")
        first = collections[0]
        together = first.zip(*collections[1:])._then(Map(_combined))
        return together._then(Explode())

    def __add__(self, other: Iterable[Any]) -> DataCollection:
        plans = (self._plan, DataCollection(other)._plan)
        both = Plan.of(Concat(plans), self._plan.options)
        return self._like(both.then(Safe()) if any(plan.is_safe for plan in plans) else both)

    def head(self, n: int = 5) -> DataCollection:
        """The first ``n`` rows."""
        return self._then(Head(_at_least("n", n, 0)))

    def sample(self, ratio: float, *, seed: int | None = None) -> DataCollection:
        """Each row with probability ``ratio``; a seed makes it the same rows every time."""
        if not 0 <= ratio <= 1:
            raise UsageError(f"sample takes a ratio from 0 to 1, not {ratio!r}")
        return self._then(Sample(ratio, random.getrandbits(64) if seed is None else seed))

    def shuffle(self, *, seed: int | None = None) -> DataCollection:
        """All rows in a random order; a seed makes it the same order every time."""
        if self.is_stream:
            raise StreamError("a stream cannot be shuffled; call unstream() before")
        return self._then(Shuffle(random.getrandbits(64) if seed is None else seed))

    def batch(self, size: int, drop_tail: bool = False, raw: bool = True) -> DataCollection:
        """Lists of ``size`` elements; of entities, one entity of lists.

        ``raw`` is accepted for code written for earlier versions.
        """
        del raw
        return self._then(Batch(_at_least("size", size), drop_tail))

    def rolling(
        self, size: int, step: int = 1, drop_head: bool = True, drop_tail: bool = True
    ) -> DataCollection:
        """Windows of ``size`` elements, each ``step`` further on.

        Partial windows at either end are kept if not dropped: the growing ones in front of the
        first full window, and those that begin too late to be full.
        """
        windows = Rolling(_at_least("size", size), _at_least("step", step), drop_head, drop_tail)
        return self._then(windows)

    def group_by(self, column: str) -> DataCollection:
        """One row for each value of the column; the other columns become lists."""
        return self._named()._then(GroupBy(column))

    def split(self, n: int) -> list[DataCollection]:
        """``n`` independent readers of the same rows.

        Rows that are kept (behind ``unstream``) are computed now, once for all readers.
        """
        _at_least("n", n)
        if self.is_stream:
            readers = itertools.tee(iter(self), n)
            return [self._like(restarted(Stream.of_iterator(r), self._plan)) for r in readers]
        if self._keeps_rows:
            self._listed("rows")
        return [self._like(self._plan) for _ in range(n)]

    def split_train_test(
        self, size: Sequence[float] = (0.9, 0.1), *, shuffle: bool = True, seed: int | None = None
    ) -> list[DataCollection]:
        """Disjoint parts, as large as ``size`` says, that hold every row once."""
        total = sum(size)
        if not size or min(size) < 0 or abs(total - 1) > 1e-6:
            raise UsageError(f"sizes are shares that add up to 1, not {list(size)}")
        rows = self._listed("parts")
        order = list(range(len(rows.elements)))
        if shuffle:
            random.Random(seed).shuffle(order)
        bounds = [round(share * len(order)) for share in itertools.accumulate(size)]
        parts = itertools.pairwise([0, *bounds[:-1], len(order)])
        return [self._picked(order[start:stop]) for start, stop in parts]

    def select_from(self, other: Iterable[Any]) -> DataCollection:
        """The elements of ``other`` at the positions, or with the keys, that the elements are."""
        source = other if isinstance(other, DataCollection) else DataCollection(list(other))
        return self._then(Map(_Selection(source)))

    # -- failing rows ----------------------------------------------------------------------

    def exception_safe(self) -> DataCollection:
        """From here on elements are ``Some``, and those whose function raised are ``Empty``."""
        return self._then(Safe())

    safe = exception_safe

    def fill_empty(self, default: Any = None) -> DataCollection:
        """The bare values again, with a default where there was none."""
        return self._then(FillEmpty(default))

    def drop_empty(self, callback: Callable[[Any], Any] | None = None) -> DataCollection:
        """The bare values again; the callback receives each ``Empty`` that is dropped."""
        return self._then(DropEmpty(callback))

    # -- how to run ------------------------------------------------------------------------

    def set_parallel(self, num_worker: int = 2, backend: str = "thread") -> DataCollection:
        """Run functions in so many threads; the order of the rows is kept."""
        _require_threads(backend)
        return self.config(parallel=num_worker)

    def unset_parallel(self) -> DataCollection:
        """Run functions one after the other again."""
        return self._like(self._plan.with_options(parallel_functions=False, num_worker=None))

    def pmap(
        self, function: Function, num_worker: int | None = None, backend: str = "thread"
    ) -> DataCollection:
        """``map`` in several threads; the order of the rows is kept."""
        _require_threads(backend)
        workers = _at_least("num_worker", 4 if num_worker is None else num_worker)
        return self._then(Map(_operator(function), workers=workers))

    def mmap(self, functions: Sequence[Function]) -> list[DataCollection]:
        """One collection for each function, of the same elements."""
        made = self.map(*functions)
        return made if isinstance(made, list) else [made]

    def set_engine(
        self,
        engine: str = "local",
        *,
        address: str | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        memory: int | None = None,
        preserve_order: bool = True,
        **options: Any,
    ) -> DataCollection:
        """Choose the engine: this process, or a Ray cluster, which runs the same plan.

        Args:
            engine: ``"local"`` or ``"ray"``.
            address: of the cluster, ``"host:port"``, or ``"auto"`` for the one that this machine
                belongs to. Without it, the cluster that the process is connected to, or one of
                this machine alone, which is started.
            num_cpus: processors of each worker.
            num_gpus: GPUs of each worker that holds a model.
            memory: bytes of main memory for each worker that holds a model.
            preserve_order: whether rows come in the order of the source, or as they are done.
            options: as ``config`` takes them; ``num_worker`` is the number of workers.

        Raises:
            UsageError: for an engine or an option that there is not.

        Example:
            >>> from towhee import dc
            >>> dc.range(3).map(str).set_engine("local").to_list()
            ['0', '1', '2']
        """
        cluster = Cluster(address, num_cpus, num_gpus, memory, preserve_order)
        if engine == "local" and cluster != Cluster():
            raise UsageError(
                'address, num_cpus, num_gpus, memory and preserve_order are of engine "ray"; the '
                "local engine takes num_worker and what config() takes"
            )
        return self._like(self._plan.with_options(engine=engine, cluster=cluster, **options))

    def config(
        self,
        *,
        parallel: int | None = None,
        chunksize: int | None = None,
        format_priority: Sequence[str] | None = None,
        **options: Any,
    ) -> DataCollection:
        """Set how the whole chain runs.

        Args:
            parallel: threads that run functions and decoding.
            chunksize: rows that a model takes at once (``batch_size``).
            format_priority: accepted for code written for earlier versions; backends are
                chosen by the operators.
            options: ``on_error``, ``batch_size``, ``num_worker``, ``memory_limit``.
        """
        del format_priority
        if parallel is not None:
            options.update(num_worker=parallel, parallel_functions=True)
        if chunksize is not None:
            options["batch_size"] = chunksize
        return self._like(self._plan.with_options(**options))

    def cache(
        self, path: sources.Path | None = None, *, limit: int | str = DEFAULT_LIMIT
    ) -> DataCollection:
        """Keep what the models of the chain compute, and compute only what is new next time.

        A result is known by the content that it was computed from (a file's bytes, not its
        path), by the operators and arguments on the way, and by the model's weights, backend
        and precision; what is found is the same to the last bit. Decoding is spared with the
        model. A failing row is never kept. ``docs/cache.md`` says more.

        Args:
            path: the folder of the cache, made if it is not there; the user's own if not given.
                Several processes of one machine may use a folder at once.
            limit: the disk that it keeps within, in bytes or as ``"10GB"``; what was used least
                recently goes first.

        Raises:
            UsageError: if the limit is no size.

        Example:
            >>> import tempfile
            >>> image = np.zeros((64, 64, 3), np.uint8)
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     chain = DataCollection([image]).image_embedding.embedded().cache(folder)
            ...     first, again = chain.to_numpy(), chain.to_numpy()
            >>> bool((first == again).all())
            True
        """
        options = {"cache": cache_folder(path), "cache_limit": bytes_of(limit)}
        return self._like(self._plan.with_options(**options))

    def explain(self, *, analyze: bool = False) -> str:
        """What the chain does, step by step, in which stages, and how its models run.

        Args:
            analyze: whether to tell of its last run too: the rows, times, bytes and batches of
                each stage, and which one holds it up. A chain that was not run yet is run.

        Raises:
            UsageError: if it was not run, and its rows can be read only once.

        Example:
            >>> chain = DataCollection.range(1000).map(str)
            >>> print(chain.explain(analyze=True))  # doctest: +ELLIPSIS
            values(range(0, 1000))
              map(str)
            runs as
              1. where the rows are read: map(str)
            ran in ...
        """
        return explained(self._plan, analyze=analyze)

    # -- state -----------------------------------------------------------------------------

    def set_state(self, state: State) -> DataCollection:
        """Use operators that were fitted before."""
        return self._stateful(state)

    def get_state(self) -> State | None:
        """The fitted operators."""
        return self._state

    def set_training(self, state: State | None = None) -> DataCollection:
        """From here on operators that learn are fitted on the rows, then applied to them.

        Example:
            >>> from towhee import dc
            >>> train = dc["a"]([1.0, 3.0]).set_training().standard_scaler["a", "b"]()
            >>> test = dc["a"]([5.0]).set_evaluating(train.get_state())
            >>> test.standard_scaler["a", "b"]().to_list()[0].b
            3.0
        """
        return self._stateful(State.training(state))

    def set_evaluating(self, state: State | None = None) -> DataCollection:
        """From here on operators that learn are applied as they were fitted before."""
        return self._stateful(State.evaluating(state if state is not None else self._state))

    def smap(self, operator: Any, name: str | None = None) -> DataCollection:
        """Fit an operator on all elements when training; apply it to each element.

        Args:
            operator: an object with ``fit(values)``, or an operator by name, such as
                ``ops.standard_scaler()``.
            name: by which the state knows it; its own if not given.
        """
        if self._state is None:
            raise UsageError("smap needs set_training() or set_evaluating(state) before it")
        ref = getattr(operator, "ref", None)
        if isinstance(ref, OperatorRef) and learns(ref):
            return fit_and_apply_named(self, ref, None, None, name=name)
        return fit_and_apply(self, operator, self._state, name)

    def _stateful(self, state: State) -> DataCollection:
        made = self._like(self._plan)
        made._state, made._learned = state, ()
        return made

    # -- operators by name -----------------------------------------------------------------

    def __getattr__(self, name: str) -> OperatorCall[DataCollection, DataFrame]:
        if name.startswith("_"):
            raise AttributeError(name)
        return namespace(self._apply, name, known=dir(type(self)))

    def _apply(
        self,
        ref: OperatorRef,
        inputs: tuple[str, ...] | None,
        outputs: tuple[str, ...] | None,
    ) -> DataCollection:
        """The chain with one more operator, on the element or on columns."""
        origin = self if inputs is None else self._named()
        if learns(ref):
            return fit_and_apply_named(origin, ref, inputs, outputs)
        return origin._then(Map(told_origin(ref, origin._plan, inputs), inputs, outputs))

    def _named(self) -> DataCollection:
        return self._then(Explode()) if self._plan.columns == (VALUE,) else self

    def as_str(self) -> DataCollection:
        """Each element as text."""
        return self._then(Map(str))

    def as_entity(self, schema: Sequence[str] | None = None) -> DataFrame:
        """Mappings, or tuples with a schema, as rows of named columns."""
        names = tuple(schema) if schema is not None else None
        return self._passed_on(_frame_of(self._plan.then(Explode(names))))

    def parse_json(self) -> DataFrame:
        """JSON texts as rows of named columns."""
        import json

        return self._then(Map(json.loads)).as_entity()

    @property
    def select(self) -> ColumnSelect:
        """``.select["a", "b"]()``: only these columns, in this order."""
        return self.as_entity().select

    def as_raw(self) -> DataCollection:
        """Each entity as a tuple of its columns, or as the bare value if it has one column."""
        return self.as_entity().as_raw()

    def as_json(self) -> DataCollection:
        """Each entity as a JSON object; arrays become lists."""
        return self.as_entity().as_json()

    def fill_entity(self, _defaults: Mapping[str, Any] | None = None, **defaults: Any) -> DataFrame:
        """Give columns that an entity lacks, or in which it has ``None``, a default value."""
        return self.as_entity().fill_entity(_defaults, **defaults)

    def replace(self, **replacements: Mapping[Any, Any]) -> DataFrame:
        """Replace values of columns: ``.replace(col={old: new})``; other values stay."""
        return self.as_entity().replace(**replacements)

    def dropna(self, na: Any = frozenset({"", None})) -> DataFrame:
        """Leave out entities in which any column is one of ``na`` (or is a NaN)."""
        return self.as_entity().dropna(na)

    def rename(self, column: Mapping[str, str]) -> DataFrame:
        """Give columns other names: ``.rename(column={"old": "new"})``."""
        return self.as_entity().rename(column)

    @property
    def df(self) -> Any:
        """The rows as a pandas frame."""
        return self.to_pandas()

    # -- a list ----------------------------------------------------------------------------

    @overload
    def __getitem__(self, index: slice) -> DataCollection: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    def __getitem__(self, index: Any) -> Any:
        rows = self._listed("positions")
        if isinstance(index, slice):
            return self._picked(range(len(rows.elements))[index])
        return rows.elements[index]

    def __setitem__(self, index: int, value: Any) -> None:
        self._edit(lambda values: values.__setitem__(index, value))

    def __delitem__(self, index: int) -> None:
        self._edit(lambda values: values.__delitem__(index))

    def __len__(self) -> int:
        return len(self._listed("length").elements)

    def __bool__(self) -> bool:
        return True if self.is_stream else len(self) > 0

    def __contains__(self, value: object) -> bool:
        return value in self._listed("members").elements

    def __reversed__(self) -> Iterator[Any]:
        return iter(self._listed("last element").elements[::-1])

    def append(self, value: Any) -> DataCollection:
        """Put an element at the end."""
        return self._edit(lambda values: values.append(value))

    def extend(self, values: Iterable[Any]) -> DataCollection:
        """Put elements at the end."""
        return self._edit(lambda own: own.extend(values))

    def insert(self, index: int, value: Any) -> DataCollection:
        """Put an element in front of the one at a position."""
        return self._edit(lambda values: values.insert(index, value))

    def pop(self, index: int = -1) -> Any:
        """Take an element out."""
        value = self[index]
        self._edit(lambda values: values.pop(index))
        return value

    def remove(self, value: Any) -> DataCollection:
        """Take out the first element that equals a value."""
        return self._edit(lambda values: values.remove(value))

    def reverse(self) -> DataCollection:
        """Turn the order round."""
        return self._edit(lambda values: values.reverse())

    def sort(self, *, key: Function | None = None, reverse: bool = False) -> DataCollection:
        """Sort the elements in place."""
        return self._edit(lambda values: values.sort(key=key, reverse=reverse))

    def clear(self) -> DataCollection:
        """Take all elements out."""
        return self._edit(lambda values: values.clear())

    def count(self, value: Any) -> int:
        """How many elements equal a value."""
        return self._listed("count").elements.count(value)

    def copy(self) -> DataCollection:
        """A collection with the same elements that can be edited on its own."""
        return self._picked(range(len(self._listed("copy").elements)))

    def _edit(self, change: Callable[[list[Any]], Any]) -> DataCollection:
        """Change the elements; the rows are then keyed by their positions again."""
        values = list(self._listed("elements that could be edited").elements)
        change(values)
        rows = Rows(values, list(range(len(values))))
        self._plan, self._rows = rows.plan(self._plan), rows
        return self

    def _picked(self, places: Iterable[int]) -> DataCollection:
        rows = self._listed("positions")
        chosen = list(places)
        part = Rows([rows.elements[i] for i in chosen], [rows.keys[i] for i in chosen])
        made = self._like(part.plan(self._plan))
        made._rows = part
        return made

    # -- sinks -----------------------------------------------------------------------------

    def to_list(self) -> list[Any]:
        """All elements."""
        if self._rows is not None or (self._keeps_rows and not self._plan.is_stream):
            return list(self._listed("elements").elements)
        gathered: list[Any] = []
        for chunk in run(self._plan):
            gathered.extend(chunk.elements())
        return gathered

    def run(self) -> DataCollection:
        """Compute all rows and keep nothing; for chains whose functions do the work."""
        for _ in self:
            pass
        return self

    def to_numpy(self) -> npt.NDArray[Any]:
        """All elements stacked: ``(n, d) float32`` for vectors."""
        return sinks.to_numpy(self.to_list())

    def to_arrow(self) -> pyarrow.Table:
        """All rows as an Arrow table."""
        return sinks.to_arrow(self._source_plan())

    def to_pandas(self) -> Any:
        """All rows as a pandas frame."""
        return sinks.to_pandas(self._source_plan())

    def to_dataset(self) -> Any:
        """All rows as a Hugging Face ``Dataset``."""
        return sinks.to_dataset(self._source_plan())

    def to_parquet(self, path: sources.Path) -> DataCollection:
        """Write the rows to a Parquet file as they are computed."""
        sinks.to_parquet(self._source_plan(), path)
        return self

    def to_csv(self, path: sources.Path) -> DataCollection:
        """Write the rows to a CSV file as they are computed."""
        sinks.to_csv(self._source_plan(), path)
        return self

    @property
    def to_store(self: C) -> ToStore[C]:
        """Write the rows to a store: ``.to_store("milvus:///photos.db")``.

        ``.to_store["id", "vec"](uri)`` names the columns of keys and vectors.
        """
        from towhee.functional.store_sinks import ToStore

        return ToStore(self)

    @property
    def to_milvus(self: C) -> ToMilvus[C]:
        """Write the rows to Milvus: ``.to_milvus["id", "vec"](collection)``."""
        from towhee.functional.store_sinks import ToMilvus

        return ToMilvus(self)

    @property
    def to_faiss(self: C) -> ToFaiss[C]:
        """Write the rows to an index of FAISS: ``.to_faiss["id", "vec"]("./index.bin")``."""
        from towhee.functional.store_sinks import ToFaiss

        return ToFaiss(self)

    def _source_plan(self) -> Plan:
        if self._keeps_rows and not self._plan.is_stream:
            self._listed("rows")
        return self._plan

    def show(
        self,
        limit: int = 5,
        header: Sequence[str] | None = None,
        tablefmt: str = "html",
        formatter: Mapping[str, str | Callable[[Any], str]] | None = None,
    ) -> Any:
        """A table of the first rows: HTML in a notebook, text elsewhere.

        Args:
            limit: how many rows; all of them if it is not positive.
            header: what to call the columns.
            tablefmt: ``"html"``, ``"plain"`` or ``"grid"``.
            formatter: by column, ``"image"`` to show pictures, ``"text"``, or a function that
                gives HTML.
        """
        rows = self.head(limit) if limit > 0 else self
        return show.table(rows, header, tablefmt, formatter or {})

    def plot_img(self, *, title: str = "", cols: int = 5) -> Any:
        """The elements, images or paths of images, as a grid in a notebook or an HTML page."""
        return show.images(self, title, cols)

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._rows is not None:
            first = self._rows.elements[: _SHOWN + 1]
        elif _is_at_hand(self._plan):
            first = list(itertools.islice(elements(self._plan), _SHOWN + 1))
        else:
            return f"<{name}: {self._plan.source.label}, {len(self._plan.steps)} steps>"
        shown = [short(element) for element in first[:_SHOWN]]
        return f"{name}([{', '.join(shown + ['…'] * (len(first) > _SHOWN))}])"

    # -- making new ones -------------------------------------------------------------------

    def _then(self, step: Step) -> DataCollection:
        return self._like(self._plan.then(step))

    def _like(self, plan: Plan) -> DataCollection:
        made = DataCollection(plan) if plan.columns == (VALUE,) else _frame_of(plan)
        return self._passed_on(made)

    def _passed_on(self, made: C) -> C:
        """The new collection, with what this one hands on besides its plan."""
        made._keeps_rows = self._keeps_rows
        made._state, made._learned = self._state, self._learned
        return made


def _frame_of(plan: Plan) -> DataFrame:
    from towhee.functional.data_frame import DataFrame  # a subclass of what stands above

    return DataFrame(plan)


def _plan_of(data: Iterable[Any] | Plan) -> Plan:
    if isinstance(data, DataCollection):
        return data._plan
    return data if isinstance(data, Plan) else sources.from_iterable(data)


def _is_at_hand(plan: Plan) -> bool:
    """Whether its elements can be looked at without calling any function."""
    return _is_in_memory(plan.source) and all(isinstance(step, _LOOKS) for step in plan.steps)


def _is_in_memory(source: Source) -> bool:
    if isinstance(source, (Concat, Zip)):
        return all(map(_is_at_hand, source.plans))
    return isinstance(source, (Values, Table))


def _operator(function: Any) -> Any:
    """What a step holds for a function: the reference of an operator's handle, or itself."""
    ref = getattr(function, "ref", None)
    if isinstance(ref, OperatorRef):
        return ref
    if not callable(function):
        raise UsageError(f"a function or an operator is needed, not {short(function)}")
    return function


def _combined(parts: tuple[Any, ...]) -> dict[str, Any]:
    """One row of the columns of several."""
    row: dict[str, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            raise UsageError(f"combine joins rows with named columns, not {short(part)}")
        row.update(part)
    return row


class _Selection:
    """The elements of a collection by position or by key, one or a list of them."""

    __name__ = "select_from"

    def __init__(self, source: DataCollection) -> None:
        self._source = source

    @functools.cached_property
    def _elements(self) -> list[Any]:
        with contextlib.suppress(StreamError):
            return self._source._listed("elements").elements
        return self._source.to_list()

    @functools.cached_property
    def _places(self) -> dict[Any, int]:
        keys = self._source._listed("keys").keys
        return {key: place for place, key in enumerate(keys)}

    def __call__(self, wanted: Any) -> Any:
        if isinstance(wanted, str) or not hasattr(wanted, "__iter__"):
            return self._one(wanted)
        return [self._one(item) for item in wanted]

    def _one(self, wanted: Any) -> Any:
        if hasattr(wanted, "__index__"):
            place = wanted.__index__()
            if not -len(self._elements) <= place < len(self._elements):
                raise UsageError(
                    f"there is no element {place}: the collection has {len(self._elements)}"
                )
            return self._elements[place]
        if wanted not in self._places:
            raise UnknownNameError("row key", str(wanted), map(str, self._places))
        return self._elements[self._places[wanted]]


def _at_least(name: str, value: int, least: int = 1) -> int:
    if not isinstance(value, int) or value < least:
        raise UsageError(f"{name} is a whole number of at least {least}, not {value!r}")
    return value


def _require_threads(backend: str) -> None:
    if backend != "thread":
        raise UsageError(
            f'the local engine runs functions in threads: backend="thread", not {backend!r}'
        )
