"""Exported models, kept on the disk so that each is exported once."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)


def export_folder() -> Path:
    """Where exported models are kept: under ``XDG_CACHE_HOME``, or ``~/.cache``."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "towhee" / "onnx"


def kept_export(key: str) -> bytes | None:
    """The model kept under a key, ``None`` if there is none or its file has changed since.

    Args:
        key: hexadecimal digits, which stand for everything that the export depends on.
    """
    for file in export_folder().glob(f"{key}.*.onnx"):
        try:
            content = file.read_bytes()
        except OSError:
            continue
        if hashlib.sha256(content).hexdigest() == file.name.split(".")[1]:
            return content
        logger.warning("%s is damaged; the model is exported again", file)
    return None


def keep_export(key: str, content: bytes) -> None:
    """Keep a model under a key; a folder that cannot be written to keeps nothing."""
    folder = export_folder()
    digest = hashlib.sha256(content).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        kept = folder / f"{key}.{digest}.onnx"
        os.replace(name, kept)
        for damaged in set(folder.glob(f"{key}.*.onnx")) - {kept}:
            damaged.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("the exported model is not kept: %s", error)
