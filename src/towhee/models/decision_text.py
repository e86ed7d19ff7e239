"""How a model runs, in words: the candidates, their speed, and how well they agree."""

from __future__ import annotations

from collections.abc import Iterator

from towhee.models.candidates import is_installed
from towhee.models.selection import Decision


def decision_lines(decision: Decision) -> list[str]:
    """The way that was chosen, and a line for each that was measured.

    Example:
        >>> from towhee.models.candidates import Candidate
        >>> from towhee.models.selection import Measurement
        >>> torch = Measurement(Candidate("torch"), 28.1, 8, 1.0)
        >>> onnx = Measurement(Candidate("onnxruntime"), 53.2, 4, 0.9999998)
        >>> print("\\n".join(decision_lines(Decision(onnx, 0.999, (torch, onnx)))))
        runs on onnxruntime float32
          torch float32        28.1 rows/s  batch 8  worst cosine 1.00000
          onnxruntime float32  53.2 rows/s  batch 4  worst cosine 1.00000  chosen
          a worst cosine of at least 0.999 to torch in float32 is asked for
    """
    return [f"runs on {decision.chosen.candidate}", *_measured(decision)]


def _measured(decision: Decision) -> Iterator[str]:
    """Nothing, if there was nothing to choose."""
    names = [str(each.candidate) for each in decision.measurements]
    speeds = [f"{each.rows_per_second:.1f}" for each in decision.measurements]
    for each, name, speed in zip(decision.measurements, names, speeds, strict=True):
        line = f"  {name:<{max(map(len, names))}}  "
        if each.problem:
            yield line + each.problem
            continue
        line += f"{speed:>{max(map(len, speeds))}} rows/s  batch {each.batch_size}"
        line += f"  worst cosine {each.worst_cosine:.5f}"
        yield line + ("  chosen" if each == decision.chosen else "")
    backends = {each.candidate.backend for each in decision.measurements}
    if backends == {"torch", "onnxruntime"} and not is_installed("openvino"):
        yield "  openvino, often the fastest, is not installed: pip install 'towhee[openvino]'"
    if names:
        yield f"  a worst cosine of at least {decision.fidelity} to torch in float32 is asked for"
