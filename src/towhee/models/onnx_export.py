"""A torch model as an ONNX file, for the backends that read such files."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.backends.onnx import GRAPH_ERRORS, OnnxBackend
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.vectors import unit_length

if TYPE_CHECKING:
    import torch

_LEAST_COSINE = 0.9999
_EXPORTERS_LOG = "torch.onnx"


def can_export() -> bool:
    """Whether the packages that write ONNX are installed."""
    try:
        import onnx  # noqa: F401 (torch's exporter writes through it)
        import onnxscript  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def exported(model: torch.nn.Module, size: tuple[int, int], *, name: str) -> bytes:
    """The model as the content of an ONNX file; batches may have any size.

    Args:
        model: gives ``(n, d)`` for pixels ``(n, height, width, 3) uint8``.
        size: ``(height, width)``.
        name: what to call the model in an error.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if the model cannot be exported, or the file gives other vectors.
    """
    import torch

    if not can_export():
        raise MissingExtraError("a model as ONNX", "export")
    with tempfile.TemporaryDirectory() as folder, _quiet_exporter():
        path = Path(folder, "model.onnx")
        try:
            torch.onnx.export(
                model,
                (torch.zeros(2, *size, 3, dtype=torch.uint8),),
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
    _check_agreement(model, content, size, name)
    return content


def _check_agreement(
    model: torch.nn.Module, content: bytes, size: tuple[int, int], name: str
) -> None:
    """Compare the export's vectors with the model's, for a batch of another size than exported."""
    batch = np.random.default_rng(0).integers(0, 256, (3, *size, 3)).astype(np.uint8)
    try:
        ours = unit_length(OnnxBackend(content, name=name)(batch))
    except GRAPH_ERRORS as error:
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
