"""timm behind a torch DataLoader: batches of 32, a worker process for each core."""

from __future__ import annotations

from typing import Any

import numpy as np
from job import Embed, Job, compete
from timm_model import timm_model

BATCH = 32


class Pictures:
    """The files as a dataset of prepared tensors."""

    def __init__(self, paths: list[str], transform: Any) -> None:
        self._paths, self._transform = paths, transform

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, place: int) -> Any:
        import PIL.Image

        with PIL.Image.open(self._paths[place]) as file:
            return self._transform(file.convert("RGB"))


def made(job: Job) -> Embed:
    """Load the model; each call is a pass of a loader."""
    import torch

    model, transform = timm_model(job.checkpoint, job.device)
    is_pinned = job.device != "cpu"

    def embed(paths: list[str]) -> np.ndarray:
        loader = torch.utils.data.DataLoader(
            Pictures(paths, transform),
            batch_size=BATCH,
            num_workers=job.cores,
            pin_memory=is_pinned,
        )
        with torch.inference_mode():
            moved = (batch.to(job.device, non_blocking=is_pinned) for batch in loader)
            return np.concatenate([model(batch).cpu().numpy() for batch in moved])

    return embed


if __name__ == "__main__":
    compete(made, ("timm", "torch", "pillow"), f"batches of {BATCH}, a worker for each core")
