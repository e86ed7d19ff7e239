"""A file of a model that holds JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from towhee.errors import WeightsError


# Any: what JSON holds, which the caller looks into.
def read_json(file: Path, *, of: type = dict) -> Any:
    """What the file holds.

    Raises:
        WeightsError: if it is missing, not JSON, or of another type.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"{str(file.parent)!r} has no {file.name} to read") from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{str(file)!r} is not JSON: {error}") from error
    if not isinstance(content, of):
        raise WeightsError(f"{str(file)!r} holds no {of.__name__}")
    return content
