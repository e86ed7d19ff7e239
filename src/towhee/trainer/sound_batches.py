"""Sounds of unequal length and number of windows, as one batch of a network."""

from __future__ import annotations

from typing import Any

import torch

_WINDOWS_AT_ONCE = 16


class SoundVectors(torch.nn.Module):
    """Vectors ``(n, d)`` of sounds, the mean over the windows of each.

    It takes a tensor of one window for each sound, or a list with the windows ``(w, …)`` of each.
    Windows of unequal size do not share a batch, as padding would change their vectors.

    Args:
        network: gives vectors for windows of one size.
    """

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, sounds: torch.Tensor | list[torch.Tensor]) -> torch.Tensor:
        """The vectors, in order."""
        if isinstance(sounds, torch.Tensor):
            alone: torch.Tensor = self.network(sounds)
            return alone
        groups: dict[tuple[int, ...], list[int]] = {}
        for place, windows in enumerate(sounds):
            groups.setdefault(tuple(windows.shape[1:]), []).append(place)
        found: list[torch.Tensor] = [torch.empty(0)] * len(sounds)
        for places in groups.values():
            parts = torch.split(torch.cat([sounds[place] for place in places]), _WINDOWS_AT_ONCE)
            vectors = torch.cat([self.network(part) for part in parts])
            counts = [len(sounds[place]) for place in places]
            for place, own in zip(places, torch.split(vectors, counts), strict=True):
                found[place] = own.mean(dim=0)
        return torch.stack(found)


def collated_sounds(samples: list[Any]) -> tuple[Any, Any, list[str]]:
    """A batch: a tensor where all sounds are one window of one size, or a list; labels; messages.

    Args:
        samples: windows ``(w, …)`` of a sound with its label, or the message of one not to be
            read.
    """
    read = [sample for sample in samples if not isinstance(sample, str)]
    failed = [sample for sample in samples if isinstance(sample, str)]
    if not read:
        return None, None, failed
    labels = torch.tensor([label for _, label in read], dtype=torch.int64)
    windows = [torch.as_tensor(each, dtype=torch.float32) for each, _ in read]
    if all(len(each) == 1 and each.shape == windows[0].shape for each in windows):
        return torch.cat(windows), labels, failed
    return windows, labels, failed
