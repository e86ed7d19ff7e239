"""Results from a cache in place of work."""

from towhee.engine.cache.finder import Finder
from towhee.engine.cache.found import given_contents, passed_over
from towhee.engine.cache.keeper import Keeper

__all__ = ["Finder", "Keeper", "given_contents", "passed_over"]
