"""``config.pbtxt`` of a model repository of Triton's inference server."""

from __future__ import annotations

from typing import Any

_TYPES = {
    "tensor(uint8)": "TYPE_UINT8",
    "tensor(int64)": "TYPE_INT64",
    "tensor(float)": "TYPE_FP32",
}
_MOST = 64
_DELAY = 500  # microseconds in which a batch may fill


def triton_config(name: str, content: bytes) -> str:
    """The configuration of a model in ONNX form, whose batches the server forms.

    Args:
        name: of the folder in the repository.
        content: of the ONNX file, whose first axes are those of batches.

    Source: https://docs.nvidia.com/deeplearning/triton-inference-server, "Model Configuration"
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return (
        f'name: "{name}"\nplatform: "onnxruntime_onnx"\nmax_batch_size: {_MOST}\n'
        f"input [\n{_tensors(session.get_inputs())}\n]\n"
        f"output [\n{_tensors(session.get_outputs())}\n]\n"
        f"dynamic_batching {{\n  max_queue_delay_microseconds: {_DELAY}\n}}\n"
    )


# Any: onnxruntime's descriptions of inputs have no public type.
def _tensors(described: list[Any]) -> str:
    written = []
    for each in described:
        sizes = ", ".join(str(size) if isinstance(size, int) else "-1" for size in each.shape[1:])
        written.append(
            f'  {{\n    name: "{each.name}"\n    data_type: {_TYPES[each.type]}\n'
            f"    dims: [ {sizes} ]\n  }}"
        )
    return ",\n".join(written)
