"""Writes a trained student as the package's ONNX and JSON files: `python -m ...export weights.pt`.

Weights are stored as float16 with a Cast to float32 after each, which halves the file; all
arithmetic stays in float32. The result is checked against torch before it is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from training.embedded_image_model.student import DIMENSION, SIDE, Student, create_student

NAME = "towhee-image-small"
VERSION = "1.0.1"
CONFIG: dict[str, object] = {
    "name": NAME,
    "version": VERSION,
    "architecture": "mobilenetv2_100",
    "license": "Apache-2.0",
    "sha256": "",
    "dimension": DIMENSION,
    "input_size": [3, SIDE, SIDE],
    "interpolation": "bicubic",
    "crop_pct": 1.0,
    "crop_mode": "squash",
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "figures": {},
}
_OPSET = 17
_SMALLEST_HALVED = 2048  # biases and the small early filters lose too much
_LEAST_COSINE = 0.9999


def to_onnx(student: Student) -> onnx.ModelProto:
    """Return the float32 graph: `pixels` (n, 3, S, S) to `embedding` (n, d)."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "student.onnx"
        _trace(student, path)
        return onnx.load(path)


def _trace(student: Student, path: Path) -> None:
    torch.onnx.export(
        student.eval(),
        (torch.zeros(2, 3, SIDE, SIDE),),
        path,
        dynamo=False,
        opset_version=_OPSET,
        input_names=["pixels"],
        output_names=["embedding"],
        dynamic_axes={"pixels": {0: "n"}, "embedding": {0: "n"}},
    )


def take_pixels(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with a `pixels` input (n, S, S, 3) uint8, which it normalises itself.

    The mean and the standard deviation of a channel become one factor and one summand.
    """
    taking = onnx.ModelProto()
    taking.CopyFrom(model)
    graph = taking.graph
    mean, std = np.array(CONFIG["mean"], np.float32), np.array(CONFIG["std"], np.float32)
    factor, summand = 1 / (255 * std), -mean / std
    for name, values in (("pixel_factor", factor), ("pixel_summand", summand)):
        graph.initializer.append(numpy_helper.from_array(values.reshape(1, 3, 1, 1), name))
    (old,) = graph.input
    inner = f"normalized_{old.name}"
    for node in graph.node:
        node.input[:] = [inner if name == old.name else name for name in node.input]
    first = [
        helper.make_node("Transpose", ["pixels"], ["pixels_first"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["pixels_first"], ["pixels_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["pixels_float", "pixel_factor"], ["pixels_scaled"]),
        helper.make_node("Add", ["pixels_scaled", "pixel_summand"], [inner]),
    ]
    nodes = [*first, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.input[:]
    shape = ["n", SIDE, SIDE, 3]
    graph.input.append(helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape))
    onnx.checker.check_model(taking)
    return taking


def halve_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with its large float32 weights stored as float16 and cast back."""
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    casts = []
    for weight in halved.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < _SMALLEST_HALVED:
            continue
        name, stored = weight.name, weight.name + "_float16"
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *halved.graph.node]
    del halved.graph.node[:]
    halved.graph.node.extend(nodes)
    onnx.checker.check_model(halved)
    return halved


def least_cosine(model: onnx.ModelProto, student: Student) -> float:
    """Return the smallest cosine between the ONNX model's and torch's rows on random pixels."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(32, 3, 8, 8, generator=generator) * 255
    smooth = torch.nn.functional.interpolate(coarse, SIDE, mode="bicubic")
    pixels = smooth.clamp(0, 255).to(torch.uint8)
    mean, std = (torch.tensor(CONFIG[name]).reshape(1, 3, 1, 1) for name in ("mean", "std"))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    actual = session.run(["embedding"], {"pixels": pixels.permute(0, 2, 3, 1).numpy()})[0]
    with torch.no_grad():
        expected = student.eval()((pixels / 255 - mean) / std).numpy()
    return float((actual * expected).sum(axis=1).min())


def export(student: Student, folder: Path, figures: dict[str, object]) -> Path:
    """Write the ONNX and JSON files into `folder` and return the ONNX file's path.

    Raises:
        ValueError: a row of the stored model is less than 0.9999 alike to torch's.
    """
    model = take_pixels(halve_weights(to_onnx(student)))
    cosine = least_cosine(model, student)
    if cosine < _LEAST_COSINE:
        raise ValueError(f"the exported model agrees with torch to {cosine}, not {_LEAST_COSINE}")
    path = folder / f"{NAME}.onnx"
    content = model.SerializeToString()
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    config = CONFIG | {"sha256": digest, "figures": figures}
    path.with_suffix(".json").write_text(json.dumps(config, indent=2) + "\n")
    print(f"{path}: {len(content):,} bytes, least cosine to torch {cosine:.7f}")
    return path


def main() -> None:
    """Export the weights that `train.py` saved, with the figures of `evaluate.py` if given."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("src/towhee/models/embedded"))
    parser.add_argument("--figures", type=Path)
    arguments = parser.parse_args()
    student = create_student()
    student.load_state_dict(torch.load(arguments.weights, weights_only=True))
    figures = json.loads(arguments.figures.read_text()) if arguments.figures else {}
    export(student, arguments.folder, figures)


if __name__ == "__main__":
    main()
