"""Ways to run a model: each takes prepared pixels and gives what the model gives for them."""

from towhee.models.backends.base import Backend

__all__ = ["Backend"]
