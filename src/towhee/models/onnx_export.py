"""A torch model as an ONNX file in memory, for onnxruntime."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.errors import MissingExtraError
from towhee.models.backends.onnx import OnnxBackend

if TYPE_CHECKING:
    import torch


def exported(model: torch.nn.Module, input_size: tuple[int, int, int], name: str) -> OnnxBackend:
    """The model run by onnxruntime; batches may have any size.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
    """
    import torch

    if importlib.util.find_spec("onnxscript") is None or importlib.util.find_spec("onnx") is None:
        raise MissingExtraError('backend="onnxruntime"', "export")
    example = torch.zeros(2, *input_size)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter warns of its own internals on every run; its result is checked by use.
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        path = Path(folder, "model.onnx")
        torch.onnx.export(
            model,
            (example,),
            path,
            input_names=["pixels"],
            output_names=["embedding"],
            dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        return OnnxBackend(path.read_bytes(), name=name)
