"""towhee: files to vectors by one chain, with the arguments that the job names."""

from __future__ import annotations

import numpy as np
from job import Embed, Job, compete


def made(job: Job) -> Embed:
    """Import towhee; each call is a chain of its own, which share the model."""
    from towhee import DataCollection

    def embed(paths: list[str]) -> np.ndarray:
        chain = (
            DataCollection(paths)
            .image_decode.pil()
            .image_embedding.timm(checkpoint=job.checkpoint, **job.options)
        )
        return np.stack(chain.to_list())

    return embed


if __name__ == "__main__":
    compete(made, ("towhee",))
