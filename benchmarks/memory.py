"""Peak memory of embedding, as the number of images grows tenfold.

    python benchmarks/memory.py [--images FOLDER] [--rows 1000 10000]

Each run is a process of its own that decodes photographs and embeds them with the model inside
the package, handing each vector on; its peak resident memory is the operating system's own
figure. The photographs of the folder (the sample gallery if none is named) are
repeated until there are enough rows.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SUFFIXES = {".jpg", ".jpeg", ".png"}


def embed(folder: str, rows: int) -> None:
    """One run: embed so many rows and print its figures as JSON."""
    import towhee

    files = sorted(str(path) for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES)
    started = time.perf_counter()
    (
        towhee.dc["path"](list(islice(cycle(files), rows)))
        .image_decode.pil["path", "image"]()
        .image_embedding.embedded["image", "embedding"]()
        .select["path", "embedding"]()
        .run()
    )
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "peak_mib": round(peak, 1), "seconds": round(seconds, 1)}))


def one_run(images: str, rows: int) -> dict[str, Any]:
    """The figures of one run in a process of its own."""
    command = [sys.executable, __file__, "--images", images, "--one", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _peak(result: dict[str, Any]) -> float:
    return float(result["peak_mib"])


def main() -> None:
    """Run each size in its own process and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", default=str(HERE.parent / "src/towhee/samples/gallery"))
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--runs", type=int, default=3, help="of each size; the median is shown")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        embed(options.images, options.one)
        return
    results = []
    for rows in options.rows:
        runs = sorted((one_run(options.images, rows) for _ in range(options.runs)), key=_peak)
        results.append({**runs[len(runs) // 2], "peaks_mib": [_peak(run) for run in runs]})
    print(f"{'rows':>8}  {'peak MiB':>9}  {'(lowest, highest)':>18}  {'ratio':>6}  {'images/s':>9}")
    for result in results:
        ratio = result["peak_mib"] / results[0]["peak_mib"]
        rate = result["rows"] / result["seconds"]
        spread = f"({result['peaks_mib'][0]}, {result['peaks_mib'][-1]})"
        peak = result["peak_mib"]
        print(f"{result['rows']:>8}  {peak:>9}  {spread:>18}  {ratio:>6.2f}  {rate:>9.1f}")
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results/memory.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
