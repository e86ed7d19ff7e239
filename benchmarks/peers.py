"""Make the environments of the libraries that benchmarks compare with.

    python benchmarks/peers.py --into FOLDER [--only NAME ...]

One virtual environment for each, at pinned versions, as they do not all fit into one; benchmarks
take the folder as ``--peers FOLDER``. Those that bring no model run the same ONNX file by
onnxruntime.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

_MODEL = ("onnxruntime==1.32.0", "pillow==13.0.0", "numpy==2.4.6")
PEERS = {
    "ray-data": ("ray[data]==2.60.0", *_MODEL),
    "daft": ("daft==0.7.26", *_MODEL),
    "fastembed": ("fastembed==0.9.1", *_MODEL),
    # It imports pkg_resources, which later versions of setuptools lack; psutil is for its memory.
    "towhee-1": ("towhee==1.1.3", "setuptools<81", "psutil", *_MODEL),
    # The other back ends of sentence-transformers go through optimum, which wants versions of its
    # own of the packages beneath.
    "sbert-onnx": ("sentence-transformers[onnx]==5.7.0", "torch==2.13.0", "onnxruntime==1.32.0"),
    "sbert-openvino": ("sentence-transformers[openvino]==6.2.0", "torch==2.13.0"),
    # It serves this library's own pipeline.
    "litserve": ("litserve==0.2.19", str(Path(__file__).parents[1])),
}
"""The environment's name → what is installed in it."""


def python_of(peers: Path | None, name: str) -> Path | None:
    """The interpreter of a peer's environment in the folder; ``None`` if it is not there."""
    if peers is None:
        return None
    found = peers / name / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    return found if found.exists() else None


def install(peers: Path, name: str) -> None:
    """Make, or complete, the environment of one peer."""
    folder = peers / name
    venv.EnvBuilder(with_pip=True).create(folder)
    python = python_of(peers, name)
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*command, *PEERS[name]], check=True)
    print(f"{name}: {', '.join(PEERS[name])}")


def main() -> None:
    """Make those that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="the folder of the environments")
    parser.add_argument("--only", nargs="+", choices=sorted(PEERS), default=list(PEERS))
    options = parser.parse_args()
    for name in options.only:
        install(options.into, name)


if __name__ == "__main__":
    main()
