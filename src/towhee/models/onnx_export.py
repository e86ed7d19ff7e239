"""A torch model as an ONNX file, for onnxruntime."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.file_digest import file_sha256
from towhee.models.layers import with_layer
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import preprocess_of, pull_weights, repository_spec
from towhee.models.timm_network import load_timm
from towhee.models.vectors import unit_length

if TYPE_CHECKING:
    import torch

_LEAST_COSINE = 0.9999
_EXPORTERS_LOG = "torch.onnx"


def onnx_backend(
    spec: ModelSpec, layer: str | None, pooling: str | None, *, threads: int | None = None
) -> OnnxBackend:
    """A model run by onnxruntime, exported from torch unless its export is kept from before.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if weights are absent or damaged, or the export gives other vectors.
    """
    if spec.source == "hub":
        spec = repository_spec(spec)
    size = preprocess_of(spec).input_size
    key = _key(spec, layer, pooling, size)
    content = kept_export(key) if key else None
    if content is None:
        model = with_layer(load_timm(spec), layer, pooling)
        content = exported(model, size, name=spec.full_name)
        if key:
            keep_export(key, content)
    return OnnxBackend(content, name=f"the export of {spec.full_name}", threads=threads)


def exported(model: torch.nn.Module, input_size: tuple[int, int, int], *, name: str) -> bytes:
    """The model as the content of an ONNX file; batches may have any size.

    Args:
        model: gives ``(n, d)`` for ``(n, *input_size)``.
        input_size: ``(3, height, width)``.
        name: what to call the model in an error.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if the model cannot be exported, or the file gives other vectors.
    """
    import torch

    if importlib.util.find_spec("onnxscript") is None or importlib.util.find_spec("onnx") is None:
        raise MissingExtraError('backend="onnxruntime"', "export")
    with tempfile.TemporaryDirectory() as folder, _quiet_exporter():
        path = Path(folder, "model.onnx")
        try:
            torch.onnx.export(
                model,
                (torch.zeros(2, *input_size),),
                path,
                input_names=["pixels"],
                output_names=["embedding"],
                dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
                dynamo=True,
                external_data=False,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            reason = str(error).strip().partition("\n")[0]
            raise WeightsError(
                f'{name} cannot be exported as ONNX: use backend="torch" ({reason})'
            ) from error
        content = path.read_bytes()
    _check_agreement(model, content, input_size, name)
    return content


def _check_agreement(
    model: torch.nn.Module, content: bytes, input_size: tuple[int, int, int], name: str
) -> None:
    """Compare the export's vectors with the model's, for a batch of another size than exported."""
    batch = np.random.default_rng(0).normal(size=(3, *input_size)).astype(np.float32)
    try:
        ours = unit_length(OnnxBackend(content, name=name)(batch))
    except Exception as error:
        raise WeightsError(
            f'{name} as ONNX does not run on batches of any size: use backend="torch"'
        ) from error
    theirs = unit_length(TorchBackend(model, device="cpu")(batch))
    cosine = float((ours * theirs).sum(axis=1).min())
    if not cosine >= _LEAST_COSINE:
        raise WeightsError(
            f"{name} as ONNX gives other vectors than in torch (cosine {cosine:.6f}, at least "
            f'{_LEAST_COSINE} is asked for): use backend="torch"'
        )


def _key(
    spec: ModelSpec, layer: str | None, pooling: str | None, size: tuple[int, int, int]
) -> str | None:
    """What the export depends on, as one digest; ``None`` for weights that are new every time."""
    if spec.source == "random":
        return None
    weights = spec.weights_file or pull_weights(spec)
    network = {name: spec.config.get(name) for name in ("model_args", "global_pool")}
    parts = [file_sha256(weights), spec.architecture, network, layer, pooling, size]
    try:
        parts += [version(package) for package in ("torch", "timm", "towhee")]
    except PackageNotFoundError as error:
        raise MissingExtraError("this model", "torch") from error
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Without what the exporter says of itself: it logs each step, and uses a name of torch's own
    that is deprecated. Its result is compared with the model."""
    log = logging.getLogger(_EXPORTERS_LOG)
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r".*LeafSpec", FutureWarning)
            yield
    finally:
        log.setLevel(level)
