"""A torch model as an ONNX file, for the backends that read such files."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.backends.onnx import GRAPH_ERRORS, OnnxBackend
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.network import Batch
from towhee.models.vectors import unit_length

if TYPE_CHECKING:
    import torch

_LEAST_COSINE = 0.9999
_EXPORTERS_LOGS = ("torch.onnx", "onnxscript")


def can_export() -> bool:
    """Whether the packages that write ONNX are installed."""
    try:
        import onnx  # noqa: F401 (torch's exporter writes through it)
        import onnxscript  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def exported(
    model: torch.nn.Module,
    example: Batch,
    *,
    check: Batch,
    inputs: Mapping[str, Sequence[str]],
    name: str,
) -> bytes:
    """The model as the content of an ONNX file; named axes of its inputs may have any size.

    Args:
        model: gives ``(n, d)`` for its inputs.
        example: inputs for which it is exported; named axes have at least 2 elements.
        check: inputs of other sizes, for which the file has to give the model's vectors.
        inputs: their names, and the names of their first axes: ``{"pixels": ("n",)}``. Axes of
            the same name have the same size.
        name: what to call the model in an error.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if the model cannot be exported, or the file gives other vectors.
    """
    import torch

    if not can_export():
        raise MissingExtraError("a model as ONNX", "export")
    axes = {axis: torch.export.Dim(axis, min=1) for named in inputs.values() for axis in named}
    with tempfile.TemporaryDirectory() as folder, _quiet_exporter():
        path = Path(folder, "model.onnx")
        try:
            torch.onnx.export(
                model,
                tuple(map(torch.from_numpy, example)),
                path,
                input_names=list(inputs),
                output_names=["vectors"],
                dynamic_shapes=tuple(
                    {place: axes[axis] for place, axis in enumerate(named)}
                    for named in inputs.values()
                ),
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
    _check_agreement(model, content, check, name)
    return content


def _check_agreement(model: torch.nn.Module, content: bytes, check: Batch, name: str) -> None:
    """Compare the export's vectors with the model's, for a batch of another size than exported."""
    try:
        ours = unit_length(OnnxBackend(content, name=name)(*check))
    except GRAPH_ERRORS as error:
        raise WeightsError(
            f'{name} as ONNX does not run on batches of any size: use backend="torch"'
        ) from error
    theirs = unit_length(TorchBackend(model, device="cpu")(*check))
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
    logs = [logging.getLogger(name) for name in _EXPORTERS_LOGS]
    levels = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r".*LeafSpec", FutureWarning)
            warnings.filterwarnings("ignore", r"# The axis name: .* will not be used", UserWarning)
            yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)
