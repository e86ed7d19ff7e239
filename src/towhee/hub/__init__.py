"""Names to operators; and packages: operators, pipelines and weights that people share.

Names are imported from their modules when they are first used, as every chain comes by here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from towhee.hub.home import Home
    from towhee.hub.package import Package
    from towhee.hub.packaged_operator import operator
    from towhee.hub.pulling import pull
    from towhee.hub.pushing import Pushed, push

_HOMES = {
    "Home": "home",
    "Package": "package",
    "Pushed": "pushing",
    "operator": "packaged_operator",
    "pull": "pulling",
    "push": "pushing",
}

__all__ = ["Home", "Package", "Pushed", "operator", "pull", "push"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'towhee.hub' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"towhee.hub.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
