"""Find the pictures of a folder that are nearest to others.

    python examples/image_search.py [FOLDER [QUERY ...]]

Without arguments it searches towhee's own sample pictures with edited copies of some of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import towhee
from towhee import ops, pipe

SAMPLES = Path(towhee.__file__).parent / "samples"


def main(folder: Path, queries: list[Path]) -> list[tuple[str, str]]:
    """Print the nearest picture of each query, and give the pairs."""
    embed = (
        pipe.input("path")
        .map("path", "image", ops.image_decode.pil())
        .map("image", "vector", ops.image_embedding.embedded())
        .output("vector")
    )
    pictures = sorted(folder.glob("*.jpg"))
    gallery = np.stack([result.get()[0] for result in embed.batch(pictures)])
    found = []
    for query in queries:
        (vector,) = embed(query).get()
        scores = gallery @ vector  # vectors have unit length, so this is the cosine
        best = int(np.argmax(scores))
        print(f"{query.name} -> {pictures[best].name} ({scores[best]:.3f})")
        found.append((query.name, pictures[best].name))
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else SAMPLES / "gallery"
    main(folder, [Path(q) for q in sys.argv[2:]] or sorted((SAMPLES / "queries").glob("*.jpg")))
