"""What competes: what is installed, in what the processor computes in, as the user asked."""

from __future__ import annotations

import pytest

from towhee.errors import UsageError
from towhee.models import candidates as candidates_module
from towhee.models.backends import openvino
from towhee.models.candidates import candidates, check_choice


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is installed, and the processor has bfloat16."""
    monkeypatch.setattr(candidates_module, "is_installed", lambda package: True)
    monkeypatch.setattr(openvino, "native_precisions", lambda: ("bfloat16",))


def named(backend: str, precision: str, *, has_calibration: bool = False) -> list[str]:
    found = candidates(backend, precision, "cpu", has_calibration=has_calibration)
    return [str(each) for each in found]


FLOATS = ["torch float32", "onnxruntime float32", "openvino float32", "openvino bfloat16"]
INT8 = ["int8", "int8 but 2 layers", "int8 but 4 layers", "int8 but 8 layers"]
OPENVINO_INT8 = [f"openvino {each}" for each in INT8]


def test_what_is_fast_without_giving_up_layers_competes() -> None:
    assert named("auto", "auto") == FLOATS


def test_int8_competes_where_the_users_own_inputs_show_what_it_costs() -> None:
    found = named("auto", "auto", has_calibration=True)
    assert [each for each in found if "int8" not in each] == FLOATS
    for backend in ("onnxruntime", "openvino"):
        assert [each for each in found if each.startswith(f"{backend} int8")] == [
            f"{backend} {each}" for each in INT8
        ]


@pytest.mark.parametrize(
    ("backend", "precision", "expected"),
    [
        ("torch", "auto", ["torch float32"]),
        ("torch", "bfloat16", ["torch bfloat16"]),
        ("torch_compile", "auto", ["torch_compile float32"]),
        ("torch_compile", "bfloat16", ["torch_compile bfloat16"]),
        ("auto", "float32", FLOATS[:3]),
        ("auto", "bfloat16", ["openvino bfloat16"]),
        ("onnxruntime", "auto", ["onnxruntime float32"]),
        ("onnxruntime", "int8", [f"onnxruntime {each}" for each in INT8]),
        ("openvino", "int8", OPENVINO_INT8),
        (
            "auto",
            "int8",
            [f"{name} {each}" for name in ("onnxruntime", "openvino") for each in INT8],
        ),
    ],
)
def test_what_was_asked_for_by_name_competes_alone(
    backend: str, precision: str, expected: list[str]
) -> None:
    assert named(backend, precision) == expected


def test_what_is_not_installed_does_not_compete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates_module, "is_installed", lambda package: package != "openvino")
    assert named("auto", "auto") == FLOATS[:2]
    monkeypatch.setattr(candidates_module, "is_installed", lambda package: package != "onnxscript")
    assert named("auto", "auto") == FLOATS[:1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("onnx", "auto", "cpu", 0.9),
            "backend is one of auto, torch, torch_compile, onnx",
        ),
        (("auto", "fp16", "cpu", 0.9), "precision is one of auto, float32, bfloat16, float16"),
        (("openvino", "auto", "cuda", 0.9), "runs on the CPU, not on device='cuda'"),
        (("torch", "int8", "cpu", 0.9), 'needs backend="openvino", "onnxruntime" or "auto"'),
        (("onnxruntime", "bfloat16", "cpu", 0.9), "does not compute in bfloat16"),
        (("auto", "auto", "cpu", 1.1), "fidelity is a cosine between 0 and 1, not 1.1"),
        (("auto", "auto", "cpu", float("nan")), "fidelity is a cosine between 0 and 1, not nan"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    arguments: tuple[str, str, str, float], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        check_choice(*arguments)
