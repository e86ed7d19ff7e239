"""``AutoPipes`` and ``AutoConfig``: pipes that have a name, with a typed configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from towhee.builder import CallablePipe, pipe
from towhee.builder.config import CPU, NodeConfig
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import ops
from towhee.operators.base import short
from towhee.pipelines.building import built_pipe
from towhee.pipelines.catalogue_files import catalogue_pipeline, catalogue_pipelines
from towhee.pipelines.configs import (
    ImageEmbeddingConfig,
    OperatorConfig,
    PipeConfig,
    SentenceEmbeddingConfig,
)
from towhee.pipelines.store_pipes import STORE_PIPES

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type[BaseModel])


@dataclass(frozen=True, slots=True)
class _Named:
    """A function that makes a pipe, and the class of its configuration."""

    make: Callable[..., CallablePipe]
    config: type[BaseModel] | None


_PREDECESSORS = {"text-image-embedding": "text-image-embedding-clip"}
"""Names of earlier versions, and the pipelines of the catalogue that they stand for."""

_pipes: dict[str, _Named] = {}
_configs: dict[str, type[BaseModel]] = {}


class AutoPipes:
    """Pipes by their names; names with ``-`` and with ``_`` are the same."""

    @staticmethod
    def pipeline(name: str, config: BaseModel | None = None, **settings: Any) -> CallablePipe:
        """The pipe of that name.

        Args:
            name: ``AutoPipes.names()`` lists them.
            config: as ``AutoConfig.load_config(name)`` gives it; its own if not given.
            settings: fields of the configuration to set. Of a pipeline of the catalogue that has
                no configuration of its own, they are arguments of its last operator.

        Raises:
            UnknownNameError: for an unknown name; it offers the closest.
            UsageError: for a configuration of another pipe, or a field that is wrong.

        Example:
            >>> import numpy as np
            >>> embed = AutoPipes.pipeline("image-embedding")
            >>> (vector,) = embed(np.zeros((64, 64, 3), np.uint8)).get()
            >>> vector.shape
            (384,)
        """
        named = _pipes.get(_canonical(name)) or _of_catalogue(name)
        if named is None:
            raise UnknownNameError("named pipe", name, AutoPipes.names())
        if named.config is None:
            if config is not None or settings:
                raise UsageError(f"the pipe {name!r} has no configuration")
            return named.make()
        if config is None:
            config = _made(named.config, name, settings)
        elif not isinstance(config, named.config):
            raise UsageError(
                f"{name!r} is configured by a {named.config.__name__}, not by {short(config)}"
            )
        elif settings:
            stated = {field: getattr(config, field) for field in type(config).model_fields}
            stated |= config.model_extra or {}
            config = _made(type(config), name, {**stated, **settings})
        return named.make(config)

    @staticmethod
    def names() -> list[str]:
        """The names that ``pipeline`` knows."""
        return sorted({*_pipes, *(spec.name for spec in catalogue_pipelines())})

    @staticmethod
    def register(name: str | F | None = None) -> Any:
        """Give a function that makes a pipe a name, its own if no other is given.

        It is called with the configuration that ``AutoConfig.register`` knows under the name, or
        with nothing if there is none.

        Raises:
            UsageError: if the name is taken.

        Example:
            >>> @AutoPipes.register("demo-doubling")
            ... def doubling():
            ...     return pipe.input("n").map("n", "twice", lambda n: 2 * n).output("twice")
            >>> AutoPipes.pipeline("demo_doubling")(4).get()
            [8]
        """

        def add(function: F) -> F:
            chosen = _free(_pipes, name if isinstance(name, str) else function.__name__)
            _pipes[chosen] = _Named(function, _configs.get(chosen))
            return function

        return add(name) if callable(name) else add


class AutoConfig:
    """The configurations of named pipes, and of single nodes."""

    @staticmethod
    def load_config(name: str, **settings: Any) -> Any:
        """The configuration of a pipe with its usual values, but for those that are given.

        Raises:
            UnknownNameError: for an unknown name.
            UsageError: for a field that is wrong.

        Example:
            >>> config = AutoConfig.load_config("image-embedding")
            >>> config.model = "resnet50"
            >>> config
            ImageEmbeddingConfig(device=-1, normalize_vec=True, customize_embedding_op=None, \
model='resnet50')
        """
        config = _configs.get(_canonical(name))
        if config is None and _of_catalogue(name) is not None:
            config = OperatorConfig
        if config is None:
            raise UnknownNameError("named pipe", name, AutoPipes.names())
        return _made(config, name, settings)

    @staticmethod
    def register(name: str) -> Callable[[C], C]:
        """Make a pydantic model the configuration of the pipe that is registered under the name.

        Raises:
            UsageError: if the name has one, or the class is none of pydantic's.
        """

        def add(config: C) -> C:
            if not (isinstance(config, type) and issubclass(config, BaseModel)):
                raise UsageError(f"a configuration is a pydantic model, not {short(config)}")
            chosen = _free(_configs, name)
            _configs[chosen] = config
            if chosen in _pipes:
                _pipes[chosen] = _Named(_pipes[chosen].make, config)
            return config

        return add

    @staticmethod
    def LocalCPUConfig() -> NodeConfig:  # noqa: N802 (known by this name)
        """A node's operator on the CPU."""
        return NodeConfig(device=CPU)

    @staticmethod
    def LocalGPUConfig(device: int = 0) -> NodeConfig:  # noqa: N802 (known by this name)
        """A node's operator on a GPU."""
        return NodeConfig(device=device)


def _canonical(name: str) -> str:
    return name.replace("_", "-")


def _of_catalogue(name: str) -> _Named | None:
    """A pipe of the catalogue that is not among those with a configuration of their own."""
    known = _canonical(name)
    spec = catalogue_pipeline(_PREDECESSORS.get(known, name))
    if spec is None:
        return None
    return _Named(lambda config: built_pipe(spec, config.arguments()), OperatorConfig)


def _free(known: dict[str, Any], name: str) -> str:
    chosen = _canonical(name)
    if chosen in known:
        raise UsageError(f"the name {chosen!r} is taken")
    return chosen


def _made(config: type[BaseModel], name: str, settings: dict[str, Any]) -> BaseModel:
    try:
        return config(**settings)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        fields = ", ".join(config.model_fields)
        raise UsageError(f"the configuration of {name!r}: {said} (it has {fields})") from error


def _image_embedding(config: ImageEmbeddingConfig) -> CallablePipe:
    embed = config.customize_embedding_op
    if embed is None and config.model is None:
        embed = ops.image_embedding.embedded()
    elif embed is None:
        assert config.model is not None
        embed = ops.image_embedding.timm(config.model, normalize=config.normalize_vec)
    return _embedding("image", embed, config, ops.image_decode.pil())


def _sentence_embedding(config: SentenceEmbeddingConfig) -> CallablePipe:
    embed = config.customize_embedding_op
    if embed is None:
        embed = ops.text_embedding.sentence_transformers(
            config.model, normalize=config.normalize_vec
        )
    return _embedding("text", embed, config)


def _embedding(column: str, embed: Any, config: PipeConfig, decode: Any = None) -> CallablePipe:
    """A pipe from one input to its vector."""
    start = pipe.input(column)
    if decode is not None:
        start = start.map(column, column, decode)
    node = NodeConfig(device=config.device)
    return start.map(column, "vector", embed, config=node).output("vector")


_configs["image-embedding"] = ImageEmbeddingConfig
_configs["sentence-embedding"] = SentenceEmbeddingConfig
_pipes["image-embedding"] = _Named(_image_embedding, ImageEmbeddingConfig)
_pipes["sentence-embedding"] = _Named(_sentence_embedding, SentenceEmbeddingConfig)
for _name, (_make, _config) in STORE_PIPES.items():
    _configs[_name] = _config
    _pipes[_name] = _Named(_make, _config)
