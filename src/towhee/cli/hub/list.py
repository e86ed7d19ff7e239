"""``towhee hub list``: the packages that are here, or in a home."""

from __future__ import annotations

from towhee.cli.hub.options import Home
from towhee.cli.hub.rows import say_cached, say_listed
from towhee.cli.messages import Json, Verbose


def list_packages(home: Home = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """List the packages that were pulled, and the disk that they take; or those of a home.

    Examples:

    \b
      towhee hub list
      towhee hub list --home /srv/packages
    """
    from towhee.hub.homes import home_of
    from towhee.hub.package_cache import PackageCache

    if home is not None:
        say_listed(home_of(home).list(), as_json)
        return
    cache = PackageCache()
    say_cached(cache.packages(), str(cache.root), as_json)
