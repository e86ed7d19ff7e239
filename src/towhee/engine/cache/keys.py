"""The key of a result: what went in, what was done with it, and with which weights and code."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import cache

from towhee.cache.versions import installed_versions
from towhee.engine.operators import Operators
from towhee.operators.identity import operator_fingerprint, reference_identity
from towhee.plan.cache_step import Keyed

logger = logging.getLogger(__name__)

_FORM = 1  # another number makes all results unknown


def way_digest(keyed: Keyed, operators: Operators) -> bytes | None:
    """A digest of the steps that lead to a result; ``None`` if they never give the same again."""
    steps = []
    for ref in keyed.operators:
        fingerprint = operator_fingerprint(operators.get(ref))
        if fingerprint is None:
            logger.warning("results of %s are not cached: they are new every time", ref)
            return None
        steps.append([reference_identity(ref), fingerprint])
    return hashlib.sha256(json.dumps([_FORM, _versions(), steps]).encode()).digest()


def result_key(way: bytes, content: bytes) -> bytes:
    """The key of the result of a way for a content, both given as digests."""
    return hashlib.sha256(way + content).digest()


@cache
def _versions() -> dict[str, str]:
    """Of what makes the pixels that every image model is given; models name their own."""
    from PIL import features

    # The one that Pillow was built with; distributions build it with their own.
    jpeg = str(features.version("libjpeg_turbo"))
    return {**installed_versions("towhee", "pillow", "simplejpeg"), "libjpeg-turbo": jpeg}
