"""How a user wants a model to run."""

from __future__ import annotations

from dataclasses import dataclass

from towhee.models.backends.device import check_device
from towhee.models.candidates import check_choice


@dataclass(frozen=True, slots=True)
class RunConditions:
    """Device, backend and precision by name or ``"auto"``, and the bound that they have to keep.

    Attributes:
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
        backend: ``"auto"``, ``"torch"``, ``"torch_compile"``, ``"onnxruntime"`` or ``"openvino"``.
        precision: ``"auto"``, ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``.
        fidelity: the least cosine of any vector to that of torch in float32.

    Raises:
        UsageError: for what there is not, or does not go together.
    """

    device: str = "auto"
    backend: str = "auto"
    precision: str = "auto"
    fidelity: float = 0.999

    def __post_init__(self) -> None:
        check_device(self.device)
        check_choice(self.backend, self.precision, self.device, self.fidelity)

    @property
    def is_open(self) -> bool:
        """Whether backend and precision are left to be measured."""
        return self.backend == self.precision == "auto"

    def chosen_device(self) -> str:
        """The device that there is.

        Raises:
            UsageError: if the one that was asked for is not there.
        """
        if self.backend in ("onnxruntime", "openvino"):
            return "cpu"
        from towhee.models.backends.torch_eager import chosen_device

        return chosen_device(self.device)
