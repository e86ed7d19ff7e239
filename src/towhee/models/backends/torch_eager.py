"""torch: the reference that other backends are compared with, and the way to a GPU."""

from __future__ import annotations

import contextlib
import copy
import queue
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError, UsageError
from towhee.models.backends.base import Precision
from towhee.models.backends.device import check_device
from towhee.models.backends.full_float32 import full_float32

if TYPE_CHECKING:
    import torch

_CALLS_PER_GPU = 2  # one copies its pixels there while the other computes


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one call at a time runs.

    Attributes:
        device: its name, with a number where there are several.
        model: the module on it. Any: a compiled module is typed as a function.
        stream: of a GPU, in which this call's copies and kernels follow each other.
    """

    device: str
    model: Any
    stream: torch.cuda.Stream | None

    def in_its_stream(self) -> contextlib.AbstractContextManager[Any]:
        import torch

        return torch.cuda.stream(self.stream) if self.stream else contextlib.nullcontext()


class TorchBackend:
    """A torch model; in float32 on the CPU it is the reference.

    Args:
        model: gives ``(n, d)`` for its inputs.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``. ``"cuda"`` without a number takes every GPU
            there is.
        threads: how many torch may use in this process, where it is set to more.
        precision: lower ones by autocast, which keeps normalisations and sums in float32.
        compiled: whether torch compiles the model at the first call, which takes half a minute;
            for a batch of another size it may do so once or twice more.

    Raises:
        UsageError: if the device is not there, as nothing falls back to another in silence; at
            the first call, if the model is to be compiled and cannot be.
        MemoryError: at a call, if its batch does not fit the memory of the GPU.
    """

    name = "torch"

    def __init__(
        self,
        model: torch.nn.Module,
        *,
        device: str = "auto",
        threads: int | None = None,
        precision: Precision = "float32",
        compiled: bool = False,
    ) -> None:
        import torch

        if precision == "int8":
            raise UsageError('precision="int8": torch computes in floating point only')
        self.device = chosen_device(device)
        self.precision: Precision = precision
        self._is_compiled = compiled
        self._dtype = {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(precision)
        self._wanted_threads = threads
        devices = _every(self.device)
        usual = torch.get_num_threads()
        self.threads = 0 if self._is_accelerated else min(usual, threads or usual)
        self.parallel = _CALLS_PER_GPU * len(devices) if self._is_accelerated else 1
        places = []
        for device in devices:
            placed = _placed(model, device, copied=len(devices) > 1, exact=self._is_reference)
            ready = _compiled(placed) if compiled else placed
            calls = range(_CALLS_PER_GPU if self._is_accelerated else 1)
            places.append([_Place(device, ready, _stream(device)) for _ in calls])
        self._idle: queue.SimpleQueue[_Place] = queue.SimpleQueue()
        for round_of_devices in zip(*places, strict=True):  # calls go to one GPU after the other
            for place in round_of_devices:
                self._idle.put(place)

    @property
    def _is_reference(self) -> bool:
        return self.device == "cpu" and self._dtype is None and not self._is_compiled

    @property
    def _is_accelerated(self) -> bool:
        return self.device != "cpu"

    def __call__(self, *inputs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        import torch

        wanted = self._wanted_threads
        if wanted is not None and torch.get_num_threads() > wanted:
            torch.set_num_threads(wanted)
        place = self._idle.get()
        if not self._is_accelerated:
            self._idle.put(place)  # the CPU takes as many calls at once as there come
            return self._computed(place, inputs)
        try:
            return self._computed(place, inputs)
        except torch.cuda.OutOfMemoryError as error:
            problem = str(error)
        finally:
            self._idle.put(place)
        # Not from within the handler: the error would hold what the batch has on the GPU.
        raise MemoryError(problem)

    def _computed(
        self, place: _Place, inputs: tuple[npt.NDArray[Any], ...]
    ) -> npt.NDArray[np.float32]:
        import torch

        with torch.inference_mode(), self._arithmetic(place.device), place.in_its_stream():
            vectors = place.model(*(_moved(part, place.device) for part in inputs))
            result: npt.NDArray[np.float32] = vectors.float().cpu().numpy()
        return result

    def _arithmetic(self, device: str) -> contextlib.AbstractContextManager[Any]:
        import torch

        if self._dtype is None:
            return full_float32 if device.startswith("cuda") else contextlib.nullcontext()
        # The weights that autocast would keep are those of all threads: one made in the stream of
        # one call would be read by another before it is there.
        return torch.autocast(device.partition(":")[0], self._dtype, cache_enabled=False)


def _every(device: str) -> list[str]:
    """The devices that a name stands for: all GPUs for ``"cuda"``."""
    import torch

    if device != "cuda":
        return [device]
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def _placed(model: torch.nn.Module, device: str, *, copied: bool, exact: bool) -> torch.nn.Module:
    import torch

    # Any: torch's stubs lack the memory format.
    own: Any = copy.deepcopy(model) if copied else model
    # Convolutions are quicker with the channels last, and add up in another order.
    layout = torch.contiguous_format if exact else torch.channels_last
    placed: torch.nn.Module = own.to(device).to(memory_format=layout).eval()
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)  # calls run in streams that do not wait for this one
    return placed


def _stream(device: str) -> torch.cuda.Stream | None:
    import torch

    return torch.cuda.Stream(device) if device.startswith("cuda") else None  # type: ignore[no-untyped-call]


# Any: a compiled module is typed as a function.
def _compiled(model: torch.nn.Module) -> Any:
    import torch
    from torch._dynamo.exc import BackendCompilerFailed

    compiled = torch.compile(model)

    def run(*inputs: torch.Tensor) -> Any:
        try:
            return compiled(*inputs)
        except BackendCompilerFailed as error:
            reason = str(error).strip().splitlines()[0]
            raise UsageError(
                f'backend="torch_compile" cannot compile this model ({reason}); on the CPU it '
                'needs a C++ compiler (apt-get install g++), or use backend="auto"'
            ) from error

    return run


def _moved(values: npt.NDArray[Any], device: str) -> torch.Tensor:
    """A copy of the values on the device: networks may work in place, and they are the caller's."""
    import torch

    if not device.startswith("cuda"):
        return torch.tensor(values, device=device)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        pinned = torch.from_numpy(np.ascontiguousarray(values)).pin_memory()
    return pinned.to(device, non_blocking=True)


def chosen_device(device: str) -> str:
    """The device that a name stands for.

    Raises:
        UsageError: if it is not there.
        MissingExtraError: if torch is not installed.
    """
    check_device(device)
    try:
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError("this model", "torch") from error
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    count = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[kind]
    if not count:
        raise UsageError(
            f"device={device!r}: this machine has no {kind} device that torch {torch.__version__} "
            'can use; device="auto" takes what there is'
        )
    if number and int(number) >= count:
        raise UsageError(f"device={device!r}: this machine has {count}, numbered from cuda:0")
    return device
