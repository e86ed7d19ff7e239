"""Embedding a folder again: from the cache, and with one file in a hundred new.

    python benchmarks/cache.py [--images FOLDER] [--count 2000] [--checkpoint FOLDER]

Each run is a process of its own, which embeds the same folder with ``dc.cache(path)``: without a
cache, with an empty one, again, and after one file in a hundred was replaced. The clock runs from
the first file to the last vector, once the model is loaded. Files are the pictures of the folder,
repeated, each with its number behind its end, so that no two have the same content.

The claims: again, nothing is embedded; with one file in a hundred new, those alone are; and the
vectors are the same, bit by bit, as without a cache.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.processes import run_json
from harness.table import table

EMBEDDED = "the model inside the package"
PHASES = ("no cache", "first run", "again", "1 % new")
HEADER = ("", "embedded", "seconds", "images/s", "x no cache", "disk MiB", "peak MiB", "vectors")
_NEW = 100  # one file in so many


def one(images: str, checkpoint: str | None, cache: str | None, vectors: str) -> None:
    """One run in this process: embed the folder, and print its figures."""
    from towhee import DataCollection
    from towhee.cache.location import DEFAULT_LIMIT, bytes_of
    from towhee.cache.store import opened

    def chain(paths: list[str]) -> DataCollection:
        decoded = DataCollection(paths).image_decode.pil()
        if checkpoint is None:
            return decoded.image_embedding.embedded()
        return decoded.image_embedding.timm(checkpoint=checkpoint)

    files = jpeg_files(Path(images))
    chain(files[:8]).to_numpy()  # loads the model, and settles how it runs
    used = None if cache is None else opened(cache, bytes_of(DEFAULT_LIMIT))
    started = time.perf_counter()
    embedded = chain(files) if cache is None else chain(files).cache(cache)
    np.save(vectors, embedded.to_numpy())
    seconds = time.perf_counter() - started
    found = 0 if used is None else used.hits.total()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "embedded": len(files) - found, "peak_mib": peak}))


def numbered(images: Path, into: Path, count: int) -> None:
    """So many files in a new folder, no two of the same content."""
    into.mkdir()
    for number, path in enumerate(jpeg_files(images, count)):
        _write(into / f"{number:06}.jpg", Path(path).read_bytes(), number)


def renewed(folder: Path, count: int) -> int:
    """Replace one file in a hundred by one that was not there; gives their number."""
    files = jpeg_files(folder)[::_NEW]
    for number, path in enumerate(files, count):
        _write(Path(path), Path(path).read_bytes(), number)
    return len(files)


def _write(path: Path, picture: bytes, number: int) -> None:
    path.write_bytes(picture + number.to_bytes(8, "big"))  # decoders stop where the picture ends


def phases(images: Path, checkpoint: Path | None, count: int) -> list[dict[str, Any]]:
    """One run of each phase, with the vectors compared to those without a cache."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        pictures, cache = Path(folder, "images"), Path(folder, "cache")
        numbered(images, pictures, count)
        for phase in PHASES:
            expected_new = {"again": 0, "1 % new": -(-count // _NEW)}.get(phase, count)
            if phase == "1 % new":
                assert renewed(pictures, count) == expected_new
            used = None if phase == "no cache" else cache
            figures = run(pictures, checkpoint, used, Path(folder, f"{phase}.npy"))
            same = np.array_equal(
                np.load(Path(folder, f"{phase}.npy")), np.load(Path(folder, "no cache.npy"))
            )
            disk = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
            figures |= {"phase": phase, "disk_mib": disk / 2**20, "same_vectors": same}
            results.append({**figures, "expected": expected_new})
    return results


def run(images: Path, checkpoint: Path | None, cache: Path | None, vectors: Path) -> dict[str, Any]:
    """The figures of one run in a process of its own."""
    given = [None if path is None else str(path) for path in (images, checkpoint, cache, vectors)]
    return run_json([sys.executable, __file__, "--one", json.dumps(given)])


def measured(
    name: str, images: Path, checkpoint: Path | None, count: int, rounds: int
) -> dict[str, Any]:
    """The median run of each phase."""
    taken = [phases(images, checkpoint, count) for _ in range(rounds)]
    results = []
    for runs in zip(*taken, strict=True):
        told = {"phase": runs[0]["phase"], "same_vectors": all(map(_is_same, runs))}
        told |= {"embedded": runs[0]["embedded"], "expected": runs[0]["expected"]}
        for figure in ("seconds", "peak_mib", "disk_mib"):
            told[figure] = round(statistics.median(each[figure] for each in runs), 3)
        results.append(told)
    for each in results:
        each["ratio"] = round(results[0]["seconds"] / each["seconds"], 2)
    return {"model": name, "count": count, "phases": results}


def _is_same(run: dict[str, Any]) -> bool:
    return bool(run["same_vectors"])


def shown(measured: dict[str, Any]) -> str:
    """The table of one model."""
    rows = [
        (
            each["phase"],
            each["embedded"],
            f"{each['seconds']:.2f}",
            f"{measured['count'] / each['seconds']:.0f}",
            f"{each['ratio']:.1f}",
            f"{each['disk_mib']:.1f}",
            f"{each['peak_mib']:.0f}",
            "the same" if each["same_vectors"] else "OTHERS",
        )
        for each in measured["phases"]
    ]
    return f"{measured['count']:,} images, {measured['model']}\n{table(HEADER, rows)}"


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--images", type=Path, default=GALLERY, help="a folder of JPEG files")
    made.add_argument("--count", type=int, help="how many to embed")
    made.add_argument("--rounds", type=int, help="of each; the median is shown")
    made.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a folder of timm; repeatable"
    )
    made.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    options = made.parse_args()
    options.count = options.count or (200 if options.quick else 2000)
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main() -> None:
    """Run all phases for each model and print the tables."""
    options = asked()
    if options.one:
        one(*options.one)
        return
    checkpoints: list[Path | None] = [None, *([] if options.quick else options.checkpoint)]
    models = []
    for checkpoint in checkpoints:
        name = EMBEDDED if checkpoint is None else checkpoint.name
        models.append(measured(name, options.images, checkpoint, options.count, options.rounds))
        print(shown(models[-1]), end="\n\n")
    write("cache", {"rounds": options.rounds, "models": models}, options)


if __name__ == "__main__":
    main()
