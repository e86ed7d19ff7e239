"""``towhee demo``: the sample pictures embedded, searched and shown."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, say, say_json, say_table
from towhee.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from towhee.pipelines import Pipeline

_TOPK = 5


def demo(
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("demo.html"),
    samples_into: Annotated[
        Path | None,
        typer.Option(
            "--samples",
            metavar="FOLDER",
            help="Only copy the sample pictures there, as images/ and queries/, and towhee.jpg.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Embed sample pictures, search them, and write a page that shows what was found.

    Each query is one of the pictures cropped, turned, blurred or otherwise changed. All that it
    needs is inside the package: no download, no torch, no network.

    Examples:

    \b
      towhee demo
      towhee demo --out found.html
      towhee demo --samples .
    """
    from towhee.cli.pages import Found, write_page

    if samples_into is not None:
        _copy_samples(samples_into)
        return
    started = time.perf_counter()
    with as_file(files("towhee") / "samples") as samples:
        answers = _answers(samples)
        seconds = time.perf_counter() - started
        write_page(
            out,
            [
                Found(
                    str(samples / "queries" / answer.query),
                    [(str(samples / "gallery" / name), near) for name, near in answer.neighbours],
                )
                for answer in answers
            ],
            title="towhee demo",
            subtitle="Each query and its five nearest pictures, with the cosine distance",
        )
    first = sum(answer.is_first for answer in answers)
    if as_json:
        say_json(
            {
                "queries": [answer.as_json() for answer in answers],
                "found_first": first,
                "seconds": round(seconds, 3),
                "html": str(out.resolve()),
            }
        )
        return
    say_table(
        ("query", *(f"neighbour {rank}" for rank in range(1, _TOPK + 1))),
        [
            (_title(answer.query), *(f"{_title(n)} {near:.3f}" for n, near in answer.neighbours))
            for answer in answers
        ],
    )
    say(
        f"\n{first} of {len(answers)} queries found their picture first, in {seconds:.1f} s\n"
        f"wrote {out.resolve()}"
    )


def _copy_samples(into: Path) -> None:
    """The sample pictures as the documents name them."""
    with as_file(files("towhee") / "samples") as samples:
        for folder, name in (("gallery", "images"), ("queries", "queries")):
            shutil.copytree(samples / folder, into / name, dirs_exist_ok=True)
        shutil.copy(samples / "gallery/wren.jpg", into / "towhee.jpg")
    say(f"wrote {into / 'images'}, {into / 'queries'} and {into / 'towhee.jpg'}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one query.

    Attributes:
        query: the name of the query.
        expected: the name of the picture that it was made of.
        neighbours: names and cosine distances, the nearest first.
    """

    query: str
    expected: str
    neighbours: Sequence[tuple[str, float]]

    @property
    def is_first(self) -> bool:
        """Whether the expected picture is the nearest."""
        return self.neighbours[0][0] == self.expected

    def as_json(self) -> dict[str, Any]:
        """It as plain values."""
        return {
            "query": self.query,
            "expected": self.expected,
            "is_first": self.is_first,
            "neighbours": [{"name": name, "distance": near} for name, near in self.neighbours],
        }


def _answers(samples: Path) -> list[Answer]:
    from towhee.cli.image_inputs import is_image_name
    from towhee.pipelines import pipeline
    from towhee.search import ExactSearch

    if not (samples / "expected.json").is_file():
        raise DataError("the sample pictures are not in this installation of towhee")
    expected: dict[str, str] = json.loads((samples / "expected.json").read_text(encoding="utf-8"))
    names = (path.name for path in (samples / "gallery").iterdir())
    gallery = sorted(name for name in names if is_image_name(name))
    embed = pipeline("image-embedding")
    index = ExactSearch(_vectors(embed, samples / "gallery", gallery), "cosine", gallery)
    results = index.search(_vectors(embed, samples / "queries", list(expected)), _TOPK)
    return [
        Answer(
            query,
            name,
            [
                (key, _distance(score))
                for key, score in zip(result.keys, result.scores, strict=True)
            ],
        )
        for (query, name), result in zip(expected.items(), results, strict=True)
    ]


def _vectors(embed: Pipeline, folder: Path, names: Sequence[str]) -> Any:
    return embed([str(folder / name) for name in names])


def _title(name: str) -> str:
    """A file's name as words, which a narrow terminal can break."""
    return Path(name).stem.replace("_", " ")


def _distance(cosine: float) -> float:
    """The cosine distance: 0 for the same direction."""
    return max(0.0, 1.0 - cosine)
