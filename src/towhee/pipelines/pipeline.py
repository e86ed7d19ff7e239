"""``pipeline(name)``: from a name to a function that embeds."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from towhee.builder import CallablePipe
from towhee.builder.read import pipe_of
from towhee.builder.written import parsed
from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
from towhee.engine.explained import explained
from towhee.engine.function import PlanFunction
from towhee.errors import MissingFileError, UnknownNameError, UsageError
from towhee.fetch import read_bytes, source_name
from towhee.hub.home import Home
from towhee.hub.manifest import PIPELINE_FILE
from towhee.operators.base import short
from towhee.pipelines.building import built
from towhee.pipelines.catalogue_files import catalogue_pipeline, catalogue_pipelines
from towhee.pipelines.graph_function import GraphFunction
from towhee.pipelines.packaged import is_packaged, packaged_pipeline
from towhee.pipelines.reading import spec_of
from towhee.pipelines.registered import registered_pipelines
from towhee.pipelines.spec import PipelineSpec
from towhee.plan.cluster import Cluster
from towhee.plan.plan import Plan

if TYPE_CHECKING:
    from fastapi import FastAPI

_PATHS = ("./", "../", "/", "~", ".\\", "..\\")


class Pipeline:
    """A ready-made chain that is called like a function.

    One input gives one result; a list of inputs gives all results, computed in batches, and
    vectors come stacked as ``(n, d) float32``. A pipeline of several inputs takes them one behind
    the other, and a list of tuples.
    """

    def __init__(self, spec: PipelineSpec, function: PlanFunction | GraphFunction) -> None:
        self.spec = spec
        self._function = function

    def __call__(self, *values: Any) -> Any:
        if len(values) == 1 and isinstance(values[0], (list, tuple)):
            return self.batch(values[0])
        if len(values) != self.input_count:
            raise UsageError(
                f"a call of {self.spec.name!r} takes {self.input_count} values, or a list of "
                f"calls, not {len(values)} values"
            )
        return self._function(*values)

    def batch(self, values: Sequence[Any]) -> Any:
        """The results for several inputs: ``(n, d)`` for vectors, else a list."""
        results = self._function.batch(values)
        if results and all(isinstance(result, np.ndarray) for result in results):
            if len({result.shape for result in results}) == 1:
                return np.stack(results)
        elif not results and self.spec.dimension:
            return np.empty((0, self.spec.dimension), np.float32)
        return results

    def preload(self) -> Pipeline:
        """Load the weights now, not at the first call."""
        self._function.preload()
        return self

    def with_cache(
        self, path: str | os.PathLike[str] | None = None, *, limit: int | str = DEFAULT_LIMIT
    ) -> Pipeline:
        """The same pipeline, which keeps its results and computes only what is new.

        Args:
            path: the folder of the cache, made if it is not there; the user's own if not given.
            limit: the disk that it keeps within, in bytes or as ``"10GB"``.

        Example:
            >>> import tempfile
            >>> image = np.zeros((64, 64, 3), np.uint8)
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     embed = pipeline("image-embedding").with_cache(folder)
            ...     bool((embed([image]) == embed([image])).all())
            True
        """
        options = {"cache": cache_folder(path), "cache_limit": bytes_of(limit)}
        return Pipeline(self.spec, self._function.with_options(**options))

    def set_engine(
        self,
        engine: str = "local",
        *,
        address: str | None = None,
        num_worker: int | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        memory: int | None = None,
        preserve_order: bool = True,
    ) -> Pipeline:
        """The same pipeline, whose batches this process runs, or a Ray cluster.

        A call with one value stays in this process. Behind HTTP (`serve`) all batches go there,
        to replicas that have their models loaded.

        Args:
            engine: ``"local"`` or ``"ray"``.
            address: of the cluster, as ``DataCollection.set_engine`` takes it.
            num_worker: workers at most; as many as the cluster has room for if not given, one
                behind HTTP.
            num_cpus: processors of each worker.
            num_gpus: GPUs of each worker that holds a model.
            memory: bytes of main memory for each worker that holds a model.
            preserve_order: whether results come in the order of the inputs.

        Raises:
            UsageError: for an engine that there is not.
        """
        cluster = Cluster(address, num_cpus, num_gpus, memory, preserve_order)
        options: dict[str, Any] = {"engine": engine, "cluster": cluster}
        if num_worker is not None:
            options["num_worker"] = num_worker
        return Pipeline(self.spec, self._function.with_options(**options))

    def serve(self, app: FastAPI | None = None, path: str = "/", **settings: Any) -> FastAPI:
        """The pipeline behind HTTP, as ``towhee.serve.serve`` has it: run it with uvicorn.

        Args:
            app: an application of yours, which gets the route; a whole one is made if not given.
            path: of the route.
            settings: ``name``, ``settings`` and ``reads_paths`` of ``towhee.serve.serve``.
        """
        from towhee.serve import serve

        return serve(self, app, path, **settings)

    @property
    def function(self) -> PlanFunction | GraphFunction:
        """What carries out its calls."""
        return self._function

    @property
    def input_count(self) -> int:
        """How many values a call takes."""
        return self._function.input_count

    @property
    def plan(self) -> Plan:
        """What it does, as a plan."""
        return self._function.plan

    def explain(self, *, analyze: bool = False) -> str:
        """What it does, step by step, and how its models run.

        Args:
            analyze: whether to tell of the last call with a list too: the rows, times, bytes
                and batches of each stage. Calls with one input are not watched.

        Raises:
            UsageError: if it was not called with a list yet.
        """
        return explained(self.plan, analyze=analyze)

    def __repr__(self) -> str:
        return f"<pipeline {self.spec.name}: {self.spec.summary}>"


def pipeline(
    name: str | os.PathLike[str],
    *,
    on_error: str = "raise",
    batch_size: int | None = None,
    num_worker: int | None = None,
    trust_functions: bool = False,
    trust_remote_code: bool = False,
    revision: str | None = None,
    home: str | os.PathLike[str] | Home | None = None,
    **overrides: Any,
) -> Pipeline:
    """A pipeline by its name, from a file, or from a package of the hub.

    Args:
        name: ``"image-embedding"`` for the model inside the package,
            ``"image-embedding-<timm model>"``, ``"sentence-embedding"``, …; ``towhee pipelines``
            lists them. Or a YAML file, ``"./mine.yaml"``, or a folder with a ``pipeline.yaml``,
            ``"./mine/"``. A file that ``to_yaml`` of a pipe wrote gives that pipe, a
            ``CallablePipe``. Or a package of the hub, ``"owner/name"``, which is pulled if it is
            not here, and pinned by ``"owner/name@revision"``.
        on_error: what a failing input does to the others of a list: ``"raise"``, ``"skip"`` or
            ``"keep"`` (a ``Failure`` stands in its place).
        batch_size: inputs that the model takes at once; found by measuring if not given.
        num_worker: threads that read and decode.
        trust_functions: let a file import the functions that it names.
        trust_remote_code: let a package run the Python that it brings. (``trust_pickle=True``
            lets it load weights that can run code.)
        revision: of a package: a revision, the beginning of one, or a version; the one that was
            pulled last, or else the newest, if not given.
        home: where to pull a package from: a directory, the address of an index, or ``"hf"``.
        overrides: arguments of the last operator, such as ``checkpoint=``, ``layer=`` or
            ``device=``; a dict under the name of another operator's task goes to that one:
            ``face_detection={"min_score": 0.9}``. With ``preprocess="fast"``, JPEG files larger
            than the model needs are also decoded at a part of their size.

    Returns:
        A function of an image (a path, an http(s) address, bytes, a PIL image or an array), of
        a text, or of whatever the pipeline takes, or of a list of them.

    Raises:
        UnknownNameError: for an unknown name or argument; it offers the closest.
        MissingFileError: for a file that is not there.
        UsageError: for a file that describes no pipeline.
        PackageError: for a package that cannot be had, is damaged, or not trusted.

    Example:
        >>> embed = pipeline("image-embedding")
        >>> embed(np.zeros((64, 64, 3), np.uint8)).dtype
        dtype('float32')
    """
    how = {"on_error": on_error, "batch_size": batch_size, "num_worker": num_worker}
    of_package = revision is not None or home is not None
    if of_package or (is_packaged(name) and not _is_known(name)):
        if not is_packaged(name):
            raise UsageError(f"revision= and home= belong to a package, which {name!r} is not")
        spec = packaged_pipeline(
            name,
            revision=revision,
            home=home,
            trust_remote_code=trust_remote_code,
            trust_pickle=bool(overrides.pop("trust_pickle", False)),
        )
        return _made(spec, overrides, how, trust_functions or trust_remote_code)
    if not is_file(name):
        return _made(find_pipeline(cast(str, name)), overrides, how, trust_functions)
    file = Path(os.path.expanduser(name))
    file = file / PIPELINE_FILE if os.path.isdir(file) else file
    content = parsed(_text(file))
    if isinstance(content, Mapping) and {"pipe", "name"} & set(content) == {"pipe"}:
        if overrides:
            raise UsageError(f"{file} is a pipe, which takes no {', '.join(overrides)}")
        pipe = pipe_of(content, trust_functions=trust_functions)
        pipe = CallablePipe(pipe.graph, pipe.options.with_(**how))
        # A pipe has what a pipeline is mostly used for; no type tells them apart by a name.
        return cast(Pipeline, pipe.preload())
    spec = spec_of(content, source=str(file), folder=file.parent)
    return _made(spec, overrides, how, trust_functions)


def _text(file: Path) -> str:
    """What stands in a file.

    Raises:
        MissingFileError: if it is not there.
        DataError: if it cannot be read, or is no file, such as a device, which may never end.
        UsageError: if it is no text.
    """
    if not os.path.exists(file):
        raise MissingFileError(f"{source_name(file)} cannot be read: there is no such file")
    try:
        return read_bytes(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source_name(file)} is no pipeline, as it is no UTF-8 text") from error


def _made(
    spec: PipelineSpec, overrides: dict[str, Any], how: dict[str, Any], trust_functions: bool
) -> Pipeline:
    function = built(spec, overrides, trust_functions=trust_functions)
    return Pipeline(spec, function.with_options(**how))


def is_file(name: object) -> bool:
    """Whether it names a file or folder, and not a pipeline that is known by its name."""
    if isinstance(name, os.PathLike):
        return True
    return isinstance(name, str) and (name.startswith(_PATHS) or name.endswith((".yaml", ".yml")))


def _is_known(name: object) -> bool:
    """Whether it names a pipeline of this process, or one that comes with towhee."""
    if not isinstance(name, str):
        return False
    return name in registered_pipelines() or catalogue_pipeline(name) is not None


def find_pipeline(name: str) -> PipelineSpec:
    """The pipeline of that name; any model of a family has one.

    Raises:
        UnknownNameError: if there is none; it offers the closest.
    """
    if not isinstance(name, str):
        raise UsageError(f"a pipeline is asked for by its name, not by {short(name)}")
    found = registered_pipelines().get(name) or catalogue_pipeline(name.removeprefix("towhee/"))
    if found is not None:
        return found
    listed = list_pipelines()
    of_model = [spec.name for spec in listed if spec.model_name == name]
    if of_model:
        raise UsageError(f"{name!r} is a model; pipelines that run it: {', '.join(of_model)}")
    known = [spec.name for spec in listed]
    raise UnknownNameError("pipeline", name, known, "(`towhee pipelines` lists them)")


def list_pipelines() -> list[PipelineSpec]:
    """All pipelines that have a name, those of this process last."""
    return [*catalogue_pipelines(), *registered_pipelines().values()]
