"""``towhee operators``: what chains can name."""

from __future__ import annotations

from typing import Any

from towhee.cli.messages import Json, Verbose, say_json, say_table


def operators(as_json: Json = False, verbose: Verbose = False) -> None:
    """List the operators: the steps that pipelines and chains are made of.

    Examples:

    \b
      towhee operators
      towhee info image_embedding.timm
    """
    from towhee.hub import registry

    rows = [{"name": name, "summary": listed(name)} for name in registry.names()]
    if as_json:
        say_json(rows)
    else:
        say_table(("name", "what it does"), [tuple(row.values()) for row in rows])


def listed(name: str) -> str:
    """What the list says of a name: of an alias, what it stands for."""
    from towhee.hub import registry

    meant, _ = registry.find(name)
    return summary(resolved(name)) if meant == registry.canonical(name) else f"= {meant}"


def resolved(name: str) -> Any:
    """The class or function of an operator.

    Raises:
        UnknownNameError: if there is none of that name.
    """
    from towhee.hub import registry
    from towhee.operators.base import OperatorRef

    return OperatorRef(*registry.find(name)).resolve()


def summary(operator: Any) -> str:
    """The first line of its docstring."""
    return (operator.__doc__ or "").strip().partition("\n")[0]
