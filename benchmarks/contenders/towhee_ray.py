"""towhee on Ray: the chain of ``towhee_chain.py`` on a cluster of this machine alone."""

from __future__ import annotations

import numpy as np
from job import Embed, Job, compete_by_difference


def made(job: Job) -> Embed:
    """Each call is a chain of its own; the first one starts the cluster."""
    from towhee import DataCollection

    def embed(paths: list[str]) -> np.ndarray:
        chain = (
            DataCollection(paths)
            .image_decode.pil()
            .image_embedding.timm(checkpoint=job.checkpoint, **job.options)
            .set_engine("ray", num_worker=job.cores)
        )
        return np.stack(chain.to_list())

    return embed


if __name__ == "__main__":
    compete_by_difference(made, ("towhee", "ray"))
