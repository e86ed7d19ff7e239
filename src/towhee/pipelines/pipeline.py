"""``pipeline(name)``: from a name to a function that embeds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from towhee.builder import CallablePipe
from towhee.builder.read import pipe_from_yaml
from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
from towhee.engine.explained import explained
from towhee.engine.function import PlanFunction
from towhee.errors import MissingFileError, UnknownNameError, UsageError
from towhee.hub import registry
from towhee.hub.reference import reference
from towhee.operators.base import ModelOperator, OperatorRef, short
from towhee.pipelines.catalogue import (
    EMBEDDED,
    PREFIX,
    SENTENCE_EMBEDDING,
    SENTENCE_PREFIX,
    PipelineSpec,
)
from towhee.pipelines.image_models import image_pipelines, timm_spec
from towhee.pipelines.sentence_models import sentence_pipelines, unlisted_sentence_pipeline
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import Map

_registered: dict[str, PipelineSpec] = {}


class Pipeline:
    """A ready-made chain that is called like a function.

    One input gives one result; a list of inputs gives all results, computed in batches, and
    vectors come stacked as ``(n, d) float32``.
    """

    def __init__(self, spec: PipelineSpec, function: PlanFunction) -> None:
        self.spec = spec
        self._function = function

    def __call__(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return self.batch(value)
        return self._function(value)

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
        return Pipeline(self.spec, PlanFunction(self.plan.with_options(**options)))

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
    name: str,
    *,
    on_error: str = "raise",
    batch_size: int | None = None,
    num_worker: int | None = None,
    **overrides: Any,
) -> Pipeline:
    """A pipeline by its name.

    Args:
        name: ``"image-embedding"`` for the model inside the package,
            ``"image-embedding-<timm model>"``, ``"sentence-embedding"``, or
            ``"sentence-embedding-<model of sentence-transformers>"``; ``towhee pipelines`` lists
            them. Or a file that ``to_yaml`` of a pipe wrote, ``"embed.yaml"``, which gives that
            pipe, a ``CallablePipe``.
        on_error: what a failing input does to the others of a list: ``"raise"``, ``"skip"`` or
            ``"keep"`` (a ``Failure`` stands in its place).
        batch_size: inputs that the model takes at once; found by measuring if not given.
        num_worker: threads that read and decode.
        overrides: arguments of the last operator, such as ``checkpoint=``, ``layer=`` or
            ``device=``. With ``preprocess="fast"``, JPEG files larger than the model needs are
            also decoded at a part of their size. For a file, ``trust_functions=True`` lets it
            import the functions that it names.

    Returns:
        A function of an image (a path, an http(s) address, bytes, a PIL image or an array) or of
        a text, or of a list of them.

    Raises:
        UnknownNameError: for an unknown name or argument; it offers the closest.

    Example:
        >>> embed = pipeline("image-embedding")
        >>> embed(np.zeros((64, 64, 3), np.uint8)).dtype
        dtype('float32')
    """
    if name.endswith((".yaml", ".yml")):
        # A pipe has what a pipeline is mostly used for; no type tells them apart by a name.
        return cast(Pipeline, _from_file(name, **overrides))
    spec = find_pipeline(name)
    (*others, (operator, arguments)) = spec.steps
    refs = [reference(other, **about) for other, about in others]
    refs.append(reference(operator, **{**arguments, **overrides}))
    if overrides.get("preprocess") == "fast":
        refs = _with_smaller_images(refs)
    plan = Plan.of(Argument())
    for ref in refs:
        plan = plan.then(Map(ref))
    plan = plan.with_options(on_error=on_error, batch_size=batch_size, num_worker=num_worker)
    return Pipeline(spec, PlanFunction(plan))


def _from_file(path: str, *, trust_functions: bool = False) -> CallablePipe:
    """The pipe in a YAML file."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}") from error
    return pipe_from_yaml(text, trust_functions=trust_functions)


def register_pipeline(
    name: str, steps: Sequence[str | tuple[str, dict[str, Any]] | Callable[..., Any]], **about: Any
) -> PipelineSpec:
    """Give a chain of registered operators a name that ``pipeline`` knows.

    Args:
        name: the new name.
        steps: operators' names, or pairs of a name and keyword arguments.
        about: other fields of ``PipelineSpec``: ``data``, ``summary``, ``dimension``, …

    Raises:
        UsageError: if the name is taken.

    Example:
        >>> from towhee import register
        >>> @register("double", replace=True)
        ... def double(x):
        ...     return 2 * x
        >>> _ = register_pipeline("doubling", ["double"])
        >>> pipeline("doubling")(21)
        42
        >>> unregister_pipeline("doubling")
    """
    own = name in (EMBEDDED.name, SENTENCE_EMBEDDING)
    if name in _registered or own or name.startswith((PREFIX, SENTENCE_PREFIX)):
        raise UsageError(f"a pipeline is called {name!r} already")
    chosen: list[tuple[str, dict[str, Any]]] = []
    for step in steps:
        operator, arguments = (step, {}) if isinstance(step, str) else _pair(step)
        registry.find(operator)
        chosen.append((operator, arguments))
    if not chosen:
        raise UsageError("a pipeline needs at least one step")
    about.setdefault("data", "any")
    about.setdefault("summary", " → ".join(operator for operator, _ in chosen))
    _registered[name] = PipelineSpec(name=name, steps=tuple(chosen), **about)
    return _registered[name]


def unregister_pipeline(name: str) -> None:
    """Forget a pipeline that this process registered."""
    if _registered.pop(name, None) is None:
        raise UnknownNameError("registered pipeline", name, _registered)


def find_pipeline(name: str) -> PipelineSpec:
    """The pipeline of that name; any model of timm or sentence-transformers has one."""
    if not isinstance(name, str):
        raise UsageError(f"a pipeline is asked for by its name, not by {short(name)}")
    chosen = name.removeprefix("towhee/").replace("_", "-") if name not in _registered else name
    for spec in list_pipelines():
        if chosen == spec.name.replace("_", "-") or name == spec.name:
            return spec
    if name.startswith(PREFIX):
        return timm_spec(name[len(PREFIX) :])
    if name.startswith(SENTENCE_PREFIX):
        return unlisted_sentence_pipeline(name[len(SENTENCE_PREFIX) :])
    known = [spec.name for spec in list_pipelines()]
    raise UnknownNameError("pipeline", name, known, "`towhee pipelines` lists them")


def list_pipelines() -> list[PipelineSpec]:
    """All pipelines that have a name, those of this process last."""
    return [*image_pipelines(), *sentence_pipelines(), *_registered.values()]


def _with_smaller_images(refs: list[OperatorRef]) -> list[OperatorRef]:
    """The same steps, which decode no more of an image than the model at the end makes use of."""
    model = refs[-1].instantiate()
    side = model.least_side() if isinstance(model, ModelOperator) else None
    if side is None:
        return refs
    return [
        reference(ref.name, *ref.args, **{**dict(ref.kwargs), "min_side": side})
        if ref.name.startswith("image_decode.")
        else ref
        for ref in refs
    ]


def _pair(step: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(step, tuple) and len(step) == 2 and isinstance(step[0], str):
        return step[0], dict(step[1])
    raise UsageError(f"a step is an operator's name or a (name, arguments) pair, not {short(step)}")
