"""What is told of a decision names what would be worth installing."""

from __future__ import annotations

import pytest

from towhee.models import decision_text
from towhee.models.candidates import Candidate
from towhee.models.decision_text import decision_lines
from towhee.models.selection import Decision, Measurement

TORCH = Measurement(Candidate("torch"), 28.1, 8, 1.0)
ONNX = Measurement(Candidate("onnxruntime"), 53.2, 4, 1.0)
OPENVINO = Measurement(Candidate("openvino", "int8", 2), problem="its worst cosine is 0.9")


@pytest.mark.parametrize(
    ("installed", "measured", "is_offered"),
    [
        (False, (TORCH, ONNX), True),
        (True, (TORCH, ONNX), False),
        (False, (ONNX,), False),  # asked for by name
        (True, (TORCH, ONNX, OPENVINO), False),
    ],
)
def test_openvino_is_offered_where_it_would_have_competed(
    installed: bool,
    measured: tuple[Measurement, ...],
    is_offered: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decision_text, "is_installed", lambda package: installed)
    told = "\n".join(decision_lines(Decision(ONNX, 0.999, measured)))
    assert ("pip install 'towhee[openvino]'" in told) == is_offered


def test_what_was_refused_stands_with_its_reason() -> None:
    told = decision_lines(Decision(ONNX, 0.999, (ONNX, OPENVINO)))
    assert told[2] == "  openvino int8 but 2 layers  its worst cosine is 0.9"


def test_nothing_is_told_of_what_was_not_measured() -> None:
    assert decision_lines(Decision(ONNX, 0.999, ())) == ["runs on onnxruntime float32"]
