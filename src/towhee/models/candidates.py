"""The ways to run a model that this machine has."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import get_args

from towhee.errors import UsageError
from towhee.models.backends.base import Precision

BACKENDS = ("torch", "torch_compile", "onnxruntime", "openvino")
OF_TORCH = BACKENDS[:2]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backend and the precision that it computes in.

    Attributes:
        backend: ``"torch"``, ``"torch_compile"``, ``"onnxruntime"`` or ``"openvino"``.
        precision: of its arithmetic.
        float_layers: with int8, how many layers stay in float32.
    """

    backend: str
    precision: Precision = "float32"
    float_layers: int = 0

    @property
    def keeps_shapes(self) -> bool:
        """Whether it keeps memory for each shape of its inputs, so that few are better."""
        return self.backend == "openvino"

    def __str__(self) -> str:
        kept = f" but {self.float_layers} layers" if self.float_layers else ""
        return f"{self.backend} {self.precision}{kept}"


REFERENCE = Candidate("torch")


def check_choice(backend: str, precision: str, device: str, fidelity: float) -> None:
    """Raise ``UsageError`` for a backend, precision or bound that cannot be asked for."""
    if backend not in ("auto", *BACKENDS):
        raise UsageError(f"backend is one of auto, {', '.join(BACKENDS)}, not {backend!r}")
    if precision not in ("auto", *get_args(Precision)):
        choices = ", ".join(get_args(Precision))
        raise UsageError(f"precision is one of auto, {choices}, not {precision!r}")
    if backend in ("onnxruntime", "openvino") and device not in ("auto", "cpu"):
        raise UsageError(f'backend="{backend}" runs on the CPU, not on device={device!r}')
    if backend in OF_TORCH and precision == "int8":
        raise UsageError('precision="int8" needs backend="openvino", "onnxruntime" or "auto"')
    if backend == "onnxruntime" and precision in ("bfloat16", "float16"):
        raise UsageError(f'backend="onnxruntime" on the CPU does not compute in {precision}')
    if not isinstance(fidelity, (int, float)) or not 0 <= fidelity <= 1:
        raise UsageError(f"fidelity is a cosine between 0 and 1, not {fidelity!r}")


def candidates(
    backend: str, precision: str, device: str, *, has_calibration: bool
) -> tuple[Candidate, ...]:
    """What is worth measuring for a choice as the user made it.

    Args:
        backend: a name, or ``"auto"`` for all that are installed.
        precision: a name, or ``"auto"`` for all that the machine computes in natively.
        device: where it shall run, no longer ``"auto"``.
        has_calibration: whether the user gave inputs of their own, without which int8 is offered
            only where it is asked for by name.
    """
    if device != "cpu" or backend in OF_TORCH:
        return _of_torch("torch" if backend == "auto" else backend, precision, device)
    found = [REFERENCE]
    can_measure = backend == "auto" and all(map(is_installed, ("onnx", "onnxscript")))
    takes_int8 = precision == "int8" or has_calibration
    if can_measure or backend == "onnxruntime":
        found.append(Candidate("onnxruntime"))
        found += _in_int8("onnxruntime") if takes_int8 else []
    if (can_measure and is_installed("openvino")) or backend == "openvino":
        found += _of_openvino()
        found += _in_int8("openvino") if takes_int8 else []
    return tuple(
        each
        for each in found
        if backend in ("auto", each.backend) and precision in ("auto", each.precision)
    )


def _of_torch(backend: str, precision: str, device: str) -> tuple[Candidate, ...]:
    """On a GPU all of floating point; on the CPU, lower precisions are slow in torch."""
    floats: tuple[Precision, ...] = ("float32", "float16", "bfloat16")
    if precision == "auto" and device == "cpu":
        floats = ("float32",)
    found = [Candidate(backend, each) for each in floats]
    return tuple(each for each in found if precision in ("auto", each.precision))


def _of_openvino() -> list[Candidate]:
    from towhee.models.backends.openvino import native_precisions

    return [Candidate("openvino")] + [Candidate("openvino", each) for each in native_precisions()]


def _in_int8(backend: str) -> list[Candidate]:
    from towhee.models.quantization import FLOAT_LAYERS

    return [Candidate(backend, "int8", layers) for layers in FLOAT_LAYERS]


def is_installed(package: str) -> bool:
    """Whether a package could be imported; it is not."""
    return importlib.util.find_spec(package) is not None
