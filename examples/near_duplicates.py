"""List the pictures of folders that look like copies of each other.

python examples/near_duplicates.py [FOLDER ...] [--cosine 0.9]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import towhee
from towhee import DataCollection

SAMPLES = Path(towhee.__file__).parent / "samples"


def main(folders: list[Path], cosine: float) -> list[tuple[str, str]]:
    """Print the pairs whose cosine reaches the bound, the most alike first, and give them."""
    paths = [str(path) for folder in folders for path in sorted(folder.glob("*.jpg"))]
    vectors = DataCollection(paths).image_decode.pil().image_embedding.embedded().to_numpy()
    scores = np.triu(vectors @ vectors.T, k=1)
    pairs = np.argwhere(scores >= cosine)
    pairs = pairs[np.argsort(-scores[tuple(pairs.T)])]
    for one, other in pairs:
        print(f"{scores[one, other]:.3f}  {Path(paths[one]).name}  {Path(paths[other]).name}")
    return [(Path(paths[one]).name, Path(paths[other]).name) for one, other in pairs]


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folders", nargs="*", type=Path)
    asked.add_argument("--cosine", type=float, default=0.9)
    options = asked.parse_args()
    main(options.folders or [SAMPLES / "gallery", SAMPLES / "queries"], options.cosine)
