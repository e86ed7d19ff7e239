"""``--set NAME=VALUE``: arguments of an operator on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer


def arguments_of(settings: Iterable[str]) -> dict[str, Any]:
    """The arguments, whose values are read as YAML."""
    from towhee.hub.strict_yaml import plain_values

    found = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.isidentifier():
            raise typer.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="--set")
        try:
            found[name] = plain_values(value)
        except ValueError as error:
            raise typer.BadParameter(f"{value!r} is no YAML", param_hint="--set") from error
    return found
