"""towhee: texts to vectors by one chain, with the arguments that the job names."""

from __future__ import annotations

import numpy as np
from text_job import EmbedTexts, TextJob, compete

_ran: list[str] = []


def made(job: TextJob) -> EmbedTexts:
    """Import towhee; each call is a chain of its own, which share the model."""
    from towhee import DataCollection

    def embed(texts: list[str]) -> np.ndarray:
        chain = DataCollection(texts).text_embedding.sentence_transformers(
            checkpoint=job.model, **job.options
        )
        vectors = np.stack(chain.to_list())
        said = chain.explain().splitlines()
        _ran[:] = [line.partition("runs on ")[2] for line in said if "runs on " in line]
        return vectors

    return embed


if __name__ == "__main__":
    compete(made, ("towhee",), lambda: f"runs on {', '.join(_ran)}")
