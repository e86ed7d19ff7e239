"""Windows over a stream of readings: means by the second, and an alarm, as the readings come.

python examples/stream_windows.py [SECONDS]
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from statistics import fmean

from towhee import pipe


def sensor(seconds: int) -> Iterator[tuple[int, float]]:
    """Ten readings a second: milliseconds, and a temperature that swings."""
    for number in range(10 * seconds):
        yield 100 * number, 20 + 8 * math.sin(number / 25)


def main(seconds: int) -> list[tuple[float, bool]]:
    """Print the mean of each second, and whether it is too warm; give both."""
    watch = (
        pipe.input("seconds")
        .flat_map("seconds", ("time", "celsius"), sensor)
        .time_window("celsius", "mean", "time", 1, 1, fmean)
        .map("mean", "alarm", lambda mean: mean > 25)
        .output("mean", "alarm")
    )
    seen = []
    for mean, alarm in watch(seconds):  # the first second is here before the last is read
        print(f"{mean:5.1f} °C{'  too warm' if alarm else ''}")
        seen.append((mean, alarm))
    return seen


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10)
