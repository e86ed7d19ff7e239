"""Values as bytes for another process, functions of the caller's own program among them."""

from __future__ import annotations

import pickle
from typing import Any


def pickled(value: Any) -> bytes:
    """The value as bytes; raises whatever it raises if it cannot be."""
    import ray.cloudpickle

    dumps: Any = ray.cloudpickle.dumps  # Ray does not annotate it
    data: bytes = dumps(value)
    return data


def can_be_sent(value: Any) -> bool:
    """Whether the value comes out of a pickle again."""
    try:
        pickle.loads(pickled(value))
    except Exception:  # noqa: BLE001 (whatever a value raises that cannot be pickled)
        return False
    return True
