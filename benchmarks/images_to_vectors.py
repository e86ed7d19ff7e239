"""JPEG files to vectors: towhee, a plain timm loop, other libraries, and what the machine allows.

    python benchmarks/images_to_vectors.py [--images FOLDER] [--checkpoint FOLDER] [--peers FOLDER]
        [--device cuda]

Every contender is a process of its own that embeds the same files with the same network; after a
warm-up over a few of them the clock runs, so that neither start-up nor the loading of models
counts. Rounds are interleaved: each has its turn in each round, and the median of the rounds
stands in the table. Vectors are compared with those of the plain loop: the worst cosine is shown.

The limit of each towhee chain is computed in the same rounds, by ``contenders/limit.py``:
``cores / (decode + prepare + model)``, in seconds of one core. Other contenders are compared with
the limit of the first chain.

With ``--device cuda``, towhee, the plain loop and the DataLoader compute on the GPU, and the limit
is the slower of two: all cores preparing, and the GPU with images that lie ready. The others have
no part in it, as they run onnxruntime on the CPU.

The networks: a ResNet-50 with random weights, which its speed does not depend on and its cosines
do (they flatter every shortcut), and each ``--checkpoint``, a folder of timm with trained weights.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from harness.image_models import ImageModel, image_model
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.race import Contender, Standing, race
from harness.table import table
from peers import python_of

PLAIN = "plain timm loop"
VARIANTS = ("", "precision=float32", "precision=int8,fidelity=0.99")
GPU_VARIANTS = VARIANTS[:2]
HEADER = ("", "images/s", "lowest-highest", "x plain", "of limit", "peak MiB", "worst cosine")
_FEWEST = 512


def field(peers: Path | None, variants: list[str], device: str) -> list[Contender]:
    """All rows of the table, the plain loop first."""
    ours = [
        Contender(_named(each), "towhee_chain.py", options={"device": device, **arguments(each)})
        for each in variants
    ]
    limits = [
        Contender(f"limit of {chain.name}", "limit.py", options=chain.options, limit_of=chain.name)
        for chain in ours
    ]
    there = {"device": device}
    competing = [
        Contender(PLAIN, "timm_loop.py", fields=there),
        *ours,
        *limits,
        Contender("torch DataLoader", "torch_loader.py", fields=there),
    ]
    if device != "cpu":
        return competing
    fastembed = python_of(peers, "fastembed")
    several = {"parallel": True}
    return [
        *competing,
        Contender("Ray Data", "ray_data.py", python_of(peers, "ray-data")),
        Contender("Daft native", "daft_native.py", python_of(peers, "daft")),
        Contender("fastembed", "fastembed_images.py", fastembed),
        Contender("fastembed, parallel", "fastembed_images.py", fastembed, several),
        Contender("Towhee 1.1.3 pipe", "towhee_one.py", python_of(peers, "towhee-1")),
    ]


def arguments(variant: str) -> dict[str, Any]:
    """The keyword arguments that ``"precision=int8,fidelity=0.99"`` stands for."""
    pairs = (item.partition("=") for item in variant.split(",") if item)
    return {name.strip(): _number(value.strip()) for name, _, value in pairs}


def _number(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value


def _named(variant: str) -> str:
    return f"towhee, {variant}" if variant else "towhee"


def result(
    contender: Contender, standings: dict[str, Standing], limits: dict[str, str]
) -> dict[str, Any]:
    """The figures of one contender, with their ratios to the plain loop and to the limit.

    Args:
        contender: whose.
        standings: of all.
        limits: the name of the contender that measured the limit, by the chain's; ``""`` has the
            one for all others.
    """
    standing = standings[contender.name]
    told: dict[str, Any] = {"name": contender.name, "images_per_second": None}
    if standing.rate is None:
        return {**told, "error": standing.error}
    last = standing.reports[-1]
    told |= {
        "images_per_second": round(standing.rate, 2),
        "rates": [round(rate, 2) for rate in standing.rates],
        "ratio_to_plain": _ratio(standing.rate, standings[PLAIN].rate),
        "peak_mib": round(statistics.median(standing.peaks_mib), 1),
        "versions": last["versions"],
    }
    if contender.limit_of is not None:
        parts = ("prepare_core_ms", "model_core_ms", "batch_size", "on_gpu")
        return {**told, "limit_of": contender.limit_of, **{part: last[part] for part in parts}}
    limit = standings[limits.get(contender.name, limits[""])].rate
    return {
        **told,
        "ratio_to_limit": _ratio(standing.rate, limit),
        "worst_cosine": standing.worst_cosine,
        "remark": last["remark"],
    }


def _ratio(rate: float, other: float | None) -> float | None:
    return None if other is None else round(rate / other, 3)


def compared(model: ImageModel, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The results of all contenders with one network."""
    contenders = field(options.peers, options.variant, options.device)
    measuring = [each for each in contenders if each.limit_of is not None]
    limits = {each.limit_of: each.name for each in measuring if each.limit_of is not None}
    limits[""] = measuring[0].name
    images, warm_up = (
        jpeg_files(options.images, count) for count in (options.count, options.warm_up)
    )
    job = model.job(images, warm_up)
    standings = race(contenders, job, folder, rounds=options.rounds)
    return {
        "name": model.name,
        "random_weights": model.random_weights,
        "preprocess": model.preprocess,
        "contenders": [result(each, standings, limits) for each in contenders],
    }


def shown(compared: dict[str, Any]) -> str:
    """The table of one network, with what is to be said of its rows below it."""
    weights = "random weights: cosines flatter" if compared["random_weights"] else "trained weights"
    rows, remarks = [], []
    for each in compared["contenders"]:
        rows.append(_row(each))
        if "prepare_core_ms" in each:
            parts = f"{each['prepare_core_ms']} + {each['model_core_ms']} ms of one core an image"
            remarks.append(f"  {each['name']}: {parts}, batches of {each['batch_size']}")
        elif said := each.get("error") or each.get("remark"):
            remarks.append(f"  {each['name']}: {said}")
    title = f"{compared['name']} ({weights})"
    return "\n".join([title, table(HEADER, rows), *remarks])


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    if each["images_per_second"] is None:
        return (each["name"], *[None] * (len(HEADER) - 1))
    spread = f"{min(each['rates']):.1f}-{max(each['rates']):.1f}"
    rate, plain = f"{each['images_per_second']:.1f}", f"{each['ratio_to_plain']:.2f}"
    if "limit_of" in each:
        return (each["name"], rate, spread, plain, None, None, None)
    limit = None if each["ratio_to_limit"] is None else f"{each['ratio_to_limit']:.2f}"
    cosine = None if each["worst_cosine"] is None else f"{each['worst_cosine']:.5f}"
    return (each["name"], rate, spread, plain, limit, f"{each['peak_mib']:.0f}", cosine)


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--images", type=Path, default=GALLERY, help="a folder of JPEG files")
    made.add_argument("--count", type=int, help="how many to embed; repeated if there are fewer")
    made.add_argument("--warm-up", type=int, help="how many to embed before the clock runs")
    made.add_argument("--rounds", type=int)
    made.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a folder of timm; repeatable"
    )
    made.add_argument("--peers", type=Path, help="the folder that benchmarks/peers.py made")
    made.add_argument(
        "--variant",
        action="append",
        help='arguments of image_embedding.timm, "precision=int8,fidelity=0.99"; repeatable; '
        '"" for none',
    )
    made.add_argument("--device", default="cpu", choices=("cpu", "cuda"), help="of torch")
    options = made.parse_args()
    there = len(jpeg_files(options.images))
    options.count = options.count or (16 if options.quick else max(there, _FEWEST))
    options.warm_up = options.warm_up or (8 if options.quick else 64)
    options.rounds = options.rounds or (1 if options.quick else 5)
    variants = VARIANTS if options.device == "cpu" else GPU_VARIANTS
    options.variant = options.variant or list(variants[: 1 if options.quick else None])
    return options


def main() -> None:
    """Compare all contenders with each network and print the tables."""
    options = asked()
    checkpoints: list[Path | None] = [*options.checkpoint]
    if not (options.quick and checkpoints):
        checkpoints = [None, *checkpoints]
    models = []
    for checkpoint in checkpoints:
        with tempfile.TemporaryDirectory() as folder:
            model = image_model(Path(folder), checkpoint, jpeg_files(options.images))
            models.append(compared(model, options, Path(folder)))
        print(shown(models[-1]), end="\n\n")
    counts = {name: getattr(options, name) for name in ("count", "warm_up", "rounds", "device")}
    write("images_to_vectors", {**counts, "models": models}, options)


if __name__ == "__main__":
    main()
