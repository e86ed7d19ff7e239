"""The command of a job that embeds images on the cluster that it runs on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

from towhee.cli.vector_files import SUFFIXES
from towhee.errors import UsageError

WORKERS = "TOWHEE_RAY_WORKERS"
"""The variable of the pods that says for how many workers of the engine the cluster has room."""


def embedding_job(
    paths: Sequence[str], output: str | None, pipeline: str, *, claim: str, mount: str
) -> str:
    """``towhee embed …`` as a line for a shell in a pod.

    Args:
        paths: what to embed, as the pods see it.
        output: the file to write, as the pods see it.
        pipeline: the name of the pipeline.
        claim: what holds the files; none if empty.
        mount: where the pods see it.

    Raises:
        UsageError: for a file that the pods would not see, or that would be lost with them.
    """
    if output is None:
        raise UsageError(f"--embed needs --output: the file to write, {mount}/vectors.parquet, say")
    if not claim:
        raise UsageError(
            "what a job writes is lost with its pods: name the PersistentVolumeClaim to write to "
            "with --claim, one that all pods can mount (ReadWriteMany)"
        )
    if PurePosixPath(output).suffix.lower() not in SUFFIXES:
        raise UsageError(f"{output!r} ends in none of {', '.join(SUFFIXES)}")
    for path in (*paths, output):
        if path.startswith(("http://", "https://")) and path != output:
            continue
        inside = PurePosixPath(path)
        if not inside.is_relative_to(mount) or ".." in inside.parts:
            raise UsageError(
                f"the pods do not see {path!r}: of the claim they see {mount} and what is below it"
            )
    words = ["towhee", "embed", *paths, "-o", output, "--pipeline", pipeline]
    line = shlex.join([*words, "--engine", "ray", "--address", "auto", "--workers"])
    return f"{line} ${WORKERS}"
