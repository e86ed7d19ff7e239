"""What a contender that embeds texts is told to do, and how it reports.

As with ``job.py``: nothing of towhee, as other environments run it too.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from job import report

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

EmbedTexts = Callable[[list[str]], "npt.NDArray[np.float32]"]
"""From texts to vectors ``(n, d) float32``."""


@dataclass(frozen=True)
class TextJob:
    """One contender's task.

    Attributes:
        texts: those that are timed.
        warm_up: those that come first and are not.
        model: the folder of the model as sentence-transformers saves it.
        onnx: the folder with the same model as ``model.onnx``, pooling within; "" if there is none.
        options: further arguments of the contender.
        vectors: the file that the vectors go to.
    """

    texts: list[str]
    warm_up: list[str]
    model: str
    onnx: str
    options: dict[str, Any] = field(default_factory=dict)
    vectors: str | None = None


def compete(
    make: Callable[[TextJob], EmbedTexts],
    packages: Sequence[str],
    remark: str | Callable[[], str] = "",
) -> None:
    """Do the job named on the command line: prepare, warm up, embed by the clock, report.

    Args:
        make: loads the model and gives a function from texts to ``(n, d) float32``.
        packages: what the figures depend on, for their versions.
        remark: what a reader of the table should know; a function is called after the run.
    """
    import numpy as np

    job = TextJob(**json.loads(Path(sys.argv[1]).read_text()))
    embed = make(job)
    embed(job.warm_up)
    gc.collect()
    started = time.perf_counter()
    vectors = embed(job.texts)
    seconds = time.perf_counter() - started
    if len(vectors) != len(job.texts):
        raise RuntimeError(f"{len(vectors)} vectors for {len(job.texts)} texts")
    said = remark if isinstance(remark, str) else remark()
    # The race counts inputs by the name that it has for them.
    report({"images": len(job.texts), "seconds": seconds, "remark": said}, packages)
    if job.vectors is not None:
        np.save(job.vectors, np.asarray(vectors, np.float32))
