"""``towhee hub``: packages and weights, one file a command."""

from towhee.cli.hub.app import app

__all__ = ["app"]
