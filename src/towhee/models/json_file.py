"""A file of a model that holds JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from towhee.errors import WeightsError


def stated_origin(content: dict[str, Any], file: Path) -> dict[str, str | None] | None:
    """What the description of an exported model says that it was exported from.

    Raises:
        WeightsError: if it says so in another form.
    """
    stated = content.get("stands_for")
    if stated is None:
        return None
    is_plain = isinstance(stated, dict) and set(stated) == {"operators", "model", "weights"}
    if not is_plain or not all(each is None or isinstance(each, str) for each in stated.values()):
        raise WeightsError(f"{str(file)!r}: stands_for has operators, model and weights as texts")
    return dict(stated)


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
