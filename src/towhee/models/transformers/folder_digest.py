"""One digest for all files of a model in a folder."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from towhee.errors import MissingExtraError
from towhee.models.file_digest import file_sha256_once

_SUFFIXES = {".json", ".txt", ".model", ".spm", ".safetensors", ".bin", ".pt"}


def folder_digest(folder: Path, *parts: str, packages: tuple[str, ...], extra: str) -> str:
    """Hexadecimal digits that stand for the files and for what computes with them.

    Args:
        folder: with weights, configuration and tokenizer, as a model is loaded from.
        parts: what else the vectors depend on.
        packages: whose versions they depend on, besides towhee's own.
        extra: that brings the packages.

    Raises:
        MissingExtraError: if one of the packages is not installed.
    """
    files = sorted(file for file in folder.iterdir() if file.suffix in _SUFFIXES)
    digests = [[file.name, file_sha256_once(file)] for file in files]
    try:
        versions = [version(package) for package in (*packages, "towhee")]
    except PackageNotFoundError as error:
        raise MissingExtraError("this model", extra) from error
    return hashlib.sha256(json.dumps([digests, parts, versions]).encode()).hexdigest()[:32]
