"""Run every Python snippet of the documents, as a reader would who types them in.

    python tools/run_snippets.py [FILE...]

The snippets of one file run in order in one process, in a temporary folder that holds the
sample pictures as ``images/`` and ``queries/``, a tune as ``recording.wav``, a part of it as
``excerpt.mp3``, and two videos of pictures, of which ``clip.mp4`` is in ``film.mp4``. Weights come
from a Hub-compatible server on loopback, which serves models of the real architectures in the real
format with random weights, and all-MiniLM-L6-v2 with its own.
A fence marked ``python no-run`` is passed over; it has to say why in the line above it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAMPLES = ROOT / "src/towhee/samples"

sys.path.insert(0, str(ROOT / "tests"))


def snippets(document: Path) -> str:
    """A program of all snippets, each line where it stands in the document."""
    text = document.read_text()
    program = ""
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start(1))
        program += "\n" * (line - program.count("\n")) + match.group(1)
    return program


def write_recordings(folder: Path) -> None:
    """Sound and video as the documents name them."""
    from audio_files import encoded, music
    from filmed_photographs import edited, film
    from tiny_videos import write_video

    tune = music(20, seed=1)
    (folder / "recording.wav").write_bytes(encoded(tune, 16000, "wav"))
    (folder / "excerpt.mp3").write_bytes(encoded(tune[8 * 16000 : 14 * 16000], 16000, "mp3"))
    frames = film(sorted((folder / "images").glob("*.jpg"))[:6], 30)
    write_video(folder / "film.mp4", frames)
    write_video(folder / "clip.mp4", edited(frames[60:120]))


def run(document: Path, endpoint: str) -> bool:
    """Whether the document's snippets run to their end; prints what failed."""
    program = snippets(document)
    if not program:
        return True
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SAMPLES / "gallery", Path(folder, "images"))
        shutil.copytree(SAMPLES / "queries", Path(folder, "queries"))
        Path(folder, "snippets.py").write_text(program)
        shutil.copy(next((SAMPLES / "gallery").glob("*.jpg")), Path(folder, "towhee.jpg"))
        if "recording.wav" in program or "film.mp4" in program:
            write_recordings(Path(folder))
        environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": f"{folder}/hub"}
        environment.pop("HF_HUB_OFFLINE", None)
        command = [sys.executable, "-W", "error::DeprecationWarning:__main__", "snippets.py"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    state = "ok" if done.returncode == 0 else "FAILED"
    print(f"{state:6}  {document.relative_to(ROOT)}  ({len(FENCE.findall(document.read_text()))})")
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:])
    return done.returncode == 0


def main() -> None:
    """Run the snippets of the named documents, or of all."""
    from hub_server import HubServer
    from sentence_models import MINILM
    from tiny_models import random_timm_repository

    named = [Path(name).resolve() for name in sys.argv[1:]]
    documents = named or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    with tempfile.TemporaryDirectory() as folder:
        for model_name in ("resnet50", "resnet18"):
            random_timm_repository(Path(folder), model_name)
        shutil.copytree(MINILM, Path(folder, "sentence-transformers/all-MiniLM-L6-v2"))
        with HubServer(Path(folder)) as endpoint:
            passed = [run(document, endpoint) for document in documents]
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
