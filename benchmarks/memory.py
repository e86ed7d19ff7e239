"""Peak memory of embedding as the number of images grows a hundredfold, and under a limit.

    python benchmarks/memory.py [--images FOLDER] [--rows 1000 10000 100000] [--limits 32 128]

Each run is a process of its own that decodes pictures and embeds them with the model inside the
package, handing each vector on; its peak resident memory is the operating system's own figure.
The first table: the pictures of the folder (the sample gallery if none is named), made small so
that a hundred thousand take minutes, repeated until there are enough rows. The claim: a hundred
times the rows need no more memory.

The second: the same chain, and a chain that only decodes, whose consumer is slower than the
decoding, so that rows pile up as far as they may; both over pictures of four megapixels, with
``config(memory_limit=...)``. What the rows added to the process that has carried a few thumbnails
through the same chain, and so has its model loaded once for each core, is compared with the limit.
The claim: no more than it.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.processes import run_json
from harness.table import table

SMALL, LARGE = 160, 2000
"""The longer side, in pixels, of the pictures of each table."""

CHAINS = ("embed", "decode")
_LARGE_PICTURES = 8
_THUMBNAILS = 30
_SLOW_SECONDS = 0.02  # what the slow consumer takes for a picture


def one(chain: str, images: str, rows: int, memory_limit: int | None) -> None:
    """One run in this process: carry so many rows through a chain, and print its figures."""
    files = jpeg_files(Path(images))
    with tempfile.TemporaryDirectory() as folder:
        thumbnails = jpeg_files(resized(GALLERY, Path(folder, "thumbnails"), SMALL, _THUMBNAILS))
        _carry(chain, thumbnails, memory_limit)
    gc.collect()
    before = _peak_mib()
    started = time.perf_counter()
    _carry(chain, islice(cycle(files), rows), memory_limit)
    seconds = time.perf_counter() - started
    figures = {"rows": rows, "peak_mib": _peak_mib(), "added_mib": _peak_mib() - before}
    print(json.dumps({**figures, "seconds": seconds}))


def _carry(chain: str, files: Iterable[str], memory_limit: int | None) -> None:
    import towhee

    source = towhee.dc["path"](list(files))
    if memory_limit is not None:
        source = source.config(memory_limit=memory_limit * 2**20)
    decoded = source.image_decode.pil["path", "image"]()
    if chain == "embed":
        embedded = decoded.image_embedding.embedded["image", "embedding"]()
        embedded.select["path", "embedding"]().run()
    else:
        deque((time.sleep(_SLOW_SECONDS) for _ in decoded), maxlen=0)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(chain: str, images: Path, rows: int, memory_limit: int | None = None) -> dict[str, Any]:
    """The figures of one run in a process of its own."""
    task = json.dumps([chain, str(images), rows, memory_limit])
    return run_json([sys.executable, __file__, "--one", task])


def resized(images: Path, into: Path, side: int, count: int | None = None) -> Path:
    """A folder of the same pictures with a longer side of ``side`` pixels."""
    import PIL.Image

    into.mkdir()
    for path in jpeg_files(images)[:count]:
        with PIL.Image.open(path) as picture:
            factor = side / max(picture.size)
            size = (round(picture.width * factor), round(picture.height * factor))
            picture.convert("RGB").resize(size).save(into / Path(path).name)
    return into


def growth(images: Path, sizes: list[int], runs: int) -> list[dict[str, Any]]:
    """The median run of each number of rows, the runs in turn."""
    taken: dict[int, list[dict[str, Any]]] = {rows: [] for rows in sizes}
    for _ in range(runs):
        for rows in sizes:
            taken[rows].append(run("embed", images, rows))
    results = []
    for rows in sizes:
        ordered = sorted(taken[rows], key=_peak)
        median = ordered[len(ordered) // 2]
        peaks = [round(_peak(each), 1) for each in ordered]
        rate = round(rows / median["seconds"], 1)
        results.append(
            {"rows": rows, "peak_mib": peaks[len(peaks) // 2], "peaks_mib": peaks, "rate": rate}
        )
    for each in results:
        each["ratio"] = round(each["peak_mib"] / results[0]["peak_mib"], 3)
    return results


def _peak(figures: dict[str, Any]) -> float:
    return float(figures["peak_mib"])


def limited(images: Path, limits: list[int], rows: int, runs: int) -> list[dict[str, Any]]:
    """The largest of some runs for each chain under each limit, in MiB."""
    results = []
    for chain in CHAINS:
        for limit in limits:
            taken = [run(chain, images, rows, limit) for _ in range(runs)]
            added = max(each["added_mib"] for each in taken)
            peak = max(map(_peak, taken))
            figures = {"chain": chain, "limit_mib": limit, "rows": rows}
            figures |= {"added_mib": round(added, 1), "peak_mib": round(peak, 1)}
            results.append({**figures, "ratio": round(added / limit, 3)})
    return results


def shown(grown: list[dict[str, Any]], under: list[dict[str, Any]]) -> str:
    """Both tables."""
    sizes = [
        (
            each["rows"],
            each["peak_mib"],
            f"{each['peaks_mib'][0]}-{each['peaks_mib'][-1]}",
            f"{each['ratio']:.2f}",
            each["rate"],
        )
        for each in grown
    ]
    columns = ("chain", "limit_mib", "added_mib", "ratio", "peak_mib")
    limits = [tuple(each[column] for column in columns) for each in under]
    return "\n".join(
        [
            table(("rows", "peak MiB", "lowest-highest", "ratio", "images/s"), sizes),
            "",
            table(("chain", "limit MiB", "rows added MiB", "of limit", "peak MiB"), limits),
        ]
    )


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--images", type=Path, default=GALLERY, help="a folder of JPEG files")
    made.add_argument("--rows", type=int, nargs="+")
    made.add_argument("--limits", type=int, nargs="+", help="memory limits in MiB")
    made.add_argument("--limited-rows", type=int, help="rows of a run under a limit")
    made.add_argument("--runs", type=int, help="of each; the median is shown")
    made.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    options = made.parse_args()
    options.rows = options.rows or ([50, 100] if options.quick else [1_000, 10_000, 100_000])
    options.limits = options.limits or ([128] if options.quick else [64, 256])
    options.limited_rows = options.limited_rows or (8 if options.quick else 200)
    options.runs = options.runs or (1 if options.quick else 3)
    return options


def main() -> None:
    """Run each size and each limit in its own process and print the tables."""
    options = asked()
    if options.one:
        one(*options.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        small = resized(options.images, Path(folder, "small"), SMALL)
        large = resized(options.images, Path(folder, "large"), LARGE, _LARGE_PICTURES)
        grown = growth(small, options.rows, options.runs)
        under = limited(large, options.limits, options.limited_rows, options.runs)
    print(shown(grown, under))
    write("memory", {"runs": options.runs, "growth": grown, "limits": under}, options)


if __name__ == "__main__":
    main()
