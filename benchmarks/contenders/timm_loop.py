"""The plain loop: timm as its documentation shows it, one image at a time."""

from __future__ import annotations

import numpy as np
from job import Embed, Job, compete
from timm_model import timm_model


def made(job: Job) -> Embed:
    """Load the model; each call is the loop."""
    import PIL.Image
    import torch

    model, transform = timm_model(job.checkpoint, job.device)

    def embed(paths: list[str]) -> np.ndarray:
        vectors = []
        with torch.inference_mode():
            for path in paths:
                with PIL.Image.open(path) as file:
                    pixels = transform(file.convert("RGB"))
                vectors.append(model(pixels.unsqueeze(0).to(job.device))[0].cpu().numpy())
        return np.stack(vectors)

    return embed


if __name__ == "__main__":
    compete(made, ("timm", "torch", "pillow"))
