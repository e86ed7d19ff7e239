"""The digest by which what was found out about a network of texts is remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from towhee.errors import MissingExtraError

_PACKAGES = ("torch", "transformers", "tokenizers", "towhee")


def network_key(parts: Sequence[object]) -> str:
    """Hexadecimal digits for parts that JSON can hold, and the versions of what computes.

    Raises:
        MissingExtraError: if one of the packages is not installed.
    """
    try:
        versions = [version(name) for name in _PACKAGES]
    except PackageNotFoundError as error:
        raise MissingExtraError("a model of texts", "text") from error
    return hashlib.sha256(json.dumps([*parts, *versions]).encode()).hexdigest()[:32]
