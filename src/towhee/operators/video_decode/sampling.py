"""Which frames of a video are wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import short

SampleType = Literal["all", "uniform", "key_frames", "time"]

_NAMES: dict[str, SampleType] = {
    "all": "all",
    "uniform": "uniform",
    "uniform_temporal_subsample": "uniform",
    "key_frames": "key_frames",
    "time": "time",
    "time_step_sample": "time",
}
_NEEDS = {"uniform": "num_samples", "time": "time_step"}
_ROUNDING = 1e-6  # seconds; 3 * 0.1 is not 0.3


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames are wanted; ``sampling`` makes one from a user's arguments.

    Attributes:
        kind: all frames, some of them evenly spread, those stored whole, or one every so often.
        start_time: frames shown before it are left out, in seconds from the first frame.
        end_time: frames shown then or later are left out; ``None`` for none.
        num_samples: how many, where they are evenly spread.
        time_step: the seconds from one to the next, where they are taken by time.
    """

    kind: SampleType = "all"
    start_time: float = 0.0
    end_time: float | None = None
    num_samples: int = 0
    time_step: float = 0.0

    def numbers(
        self, times: npt.NDArray[np.float64], keys: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        """The numbers of the wanted frames, ascending; none if no frame is in the time asked for.

        Args:
            times: ``(n,)``, when each frame of the video is shown, ascending.
            keys: ``(n,)``, whether it is a key frame.
        """
        end = math.inf if self.end_time is None else self.end_time
        inside = np.flatnonzero((times >= self.start_time - _ROUNDING) & (times < end - _ROUNDING))
        if not len(inside) or self.kind == "all":
            return inside
        if self.kind == "key_frames":
            return inside[keys[inside]]
        if self.kind == "uniform":
            return inside[np.linspace(0, len(inside) - 1, self.num_samples).astype(np.int64)]
        last = times[inside[-1]]
        steps = int((last - self.start_time + _ROUNDING) / self.time_step)
        moments = self.start_time + np.arange(steps + 1) * self.time_step + _ROUNDING
        shown = np.searchsorted(times, moments, side="right") - 1  # what is on the screen then
        return np.unique(np.clip(shown, inside[0], inside[-1]))


def sampling(
    sample_type: str | None = None,
    args: Mapping[str, Any] | None = None,
    *,
    start_time: float | None = None,
    end_time: float | None = None,
) -> Sampling:
    """The sampling for a user's arguments.

    Raises:
        UsageError: if they mean nothing.

    Example:
        >>> sampling("uniform_temporal_subsample", {"num_samples": 16}).num_samples
        16
    """
    if sample_type is not None and sample_type not in _NAMES:
        raise UnknownNameError("sample_type", str(sample_type), _NAMES, f"(one of {[*_NAMES]})")
    kind = _NAMES[sample_type or "all"]
    start = 0.0 if start_time is None else _seconds("start_time", start_time)
    end = None if end_time is None else _seconds("end_time", end_time)
    if end is not None and end <= start:
        raise UsageError(f"end_time is behind start_time, not {end} with {start}")
    given = dict(args or {})
    needed = _NEEDS.get(kind)
    for name in given:
        if name != needed:
            takes = f"takes {needed!r}" if needed else "takes none"
            raise UsageError(f"args has no {name!r}: sample_type={sample_type!r} {takes}")
    if needed is not None and needed not in given:
        example = 16 if needed == "num_samples" else 1
        raise UsageError(f"sample_type={sample_type!r} needs args={{{needed!r}: {example}}}")
    if kind == "uniform":
        count = given["num_samples"]
        if type(count) is not int or count < 1:
            raise UsageError(f"num_samples is a whole number from 1, not {short(count)}")
        return Sampling(kind, start, end, num_samples=count)
    if kind == "time":
        step = _seconds("time_step", given["time_step"])
        if step < 0.001:
            raise UsageError(f"time_step is at least 0.001 seconds, not {step}")
        return Sampling(kind, start, end, time_step=step)
    return Sampling(kind, start, end)


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{name} is a number of seconds, not {short(value)}")
    if not 0 <= value < math.inf:
        raise UsageError(f"{name} is a number of seconds from 0, not {value}")
    return float(value)
