"""The forms that a model is exported in, each with what runs it, to compare its vectors."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.cli.exporting.exportable import Exportable
from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.models.network import Batch

Vectors = npt.NDArray[np.float32]
Check = Callable[[], Vectors]
"""Gives the vectors of an exported model for the samples of the pipeline."""


def write_onnx(what: Exportable, folder: Path) -> Check:
    """A package that ``pipeline``, ``towhee serve`` and ``ops`` load, without torch."""
    from towhee.cli.exporting.package import write_package

    (folder / "model.onnx").write_bytes(what.graph.onnx())
    write_beside(what, folder)
    write_package(what, folder)

    def check() -> Vectors:
        from towhee.pipelines import pipeline

        vectors: Vectors = pipeline(folder).batch(what.samples())
        return vectors

    return check


def write_openvino(what: Exportable, folder: Path) -> Check:
    """OpenVINO's intermediate representation: ``model.xml`` and ``model.bin``."""
    from towhee.models.backends.openvino import OpenVinoBackend, import_openvino, kept_core

    openvino = import_openvino()
    graph = kept_core(openvino).read_model(what.graph.onnx())
    openvino.save_model(graph, str(folder / "model.xml"), compress_to_fp16=False)
    write_beside(what, folder)
    file = folder / "model.xml"
    return lambda: _of_rows(OpenVinoBackend(file, name=what.name), what)


def write_torchscript(what: Exportable, folder: Path) -> Check:
    """A traced module, ``model.pt``, which torch loads without the code of the model.

    Raises:
        UsageError: for a model that there is in ONNX form alone, or that cannot be traced.
    """
    from towhee.models.backends.torch_eager import TorchBackend

    if not hasattr(what.graph, "module"):
        raise UsageError(f"{what.name} has no torch module: export it with --format onnx")
    import torch

    example = what.graph.joined(what.graph.calibration()[:2])
    module = what.graph.module().eval()
    file = folder / "model.pt"
    with torch.no_grad(), _as_torch_deprecates_it():
        try:
            traced = torch.jit.trace(  # type: ignore[no-untyped-call]  # torch states no types here
                module, tuple(map(torch.from_numpy, example)), check_trace=False
            )
        except RuntimeError as error:
            reason = str(error).strip().partition("\n")[0]
            raise UsageError(f"{what.name} cannot be traced by torch: {reason}") from error
        torch.jit.save(traced, str(file))
    write_beside(what, folder)

    def check() -> Vectors:
        with _as_torch_deprecates_it():
            loaded = torch.jit.load(str(file))  # type: ignore[no-untyped-call]  # as above
        return _of_rows(TorchBackend(loaded, device="cpu"), what)

    return check


@contextmanager
def _as_torch_deprecates_it() -> Iterator[None]:
    """Without what torch says of the form, and of what tracing may lose: that is compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def write_triton(what: Exportable, folder: Path) -> Check:
    """A model repository of Triton's inference server, with batches formed by the server."""
    from towhee.cli.exporting.triton import triton_config
    from towhee.models.backends.onnx import OnnxBackend

    content = what.graph.onnx()
    model = folder / what.plain_name
    (model / "1").mkdir(parents=True)
    (model / "1" / "model.onnx").write_bytes(content)
    (model / "config.pbtxt").write_text(triton_config(what.plain_name, content), "utf-8")
    write_beside(what, model)
    return lambda: _of_rows(OnnxBackend(content, name=what.name), what)


FORMATS: dict[str, Callable[[Exportable, Path], Check]] = {
    "onnx": write_onnx,
    "openvino": write_openvino,
    "torchscript": write_torchscript,
    "triton": write_triton,
}


def write_beside(what: Exportable, folder: Path) -> None:
    """Write how a value becomes what the network takes."""
    for name, content in what.beside.items():
        text = content if isinstance(content, str) else json.dumps(content, indent=1) + "\n"
        (folder / name).write_text(text, "utf-8")


# Any: a backend, of which each has another class.
def _of_rows(backend: Any, what: Exportable) -> Vectors:
    from towhee.models.vectors import unit_length

    rows: Batch = what.rows()
    vectors: Vectors = backend(*rows)
    return unit_length(vectors) if what.normalize else vectors
