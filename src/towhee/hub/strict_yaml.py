"""YAML that strangers wrote: plain values only, nothing twice, and nothing that grows."""

from __future__ import annotations

from typing import Any

import yaml

from towhee.errors import PackageError

LARGEST = 1 << 20
"""Bytes of a text that is read."""

_DEEPEST = 50
_LONGEST_NUMBER = 1000


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the package states no types
    """Plain values, without aliases, which a few lines can make into gigabytes."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not taken")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"it is nested more than {_DEEPEST} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        is_number = getattr(node, "tag", "").endswith((":int", ":float"))
        if is_number and len(node.value) > _LONGEST_NUMBER:  # such as 1:59:59:…, of base 60
            raise yaml.MarkedYAMLError(problem=f"it has a number of {len(node.value):,} digits")
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(problem=f"{key!r} is no text, as keys have to be")
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.MarkedYAMLError(problem=f"{twice!r} stands there twice")
        return super().construct_mapping(node, deep=deep)


def strict_yaml(content: bytes, source: str) -> Any:
    """The values in a YAML text.

    Args:
        content: the text, in UTF-8.
        source: what it is called in messages.

    Raises:
        PackageError: if it is no YAML, or more than plain values.
    """
    if len(content) > LARGEST:
        raise PackageError(f"{source} has {len(content):,} bytes; {LARGEST:,} are the most")
    try:
        return plain_values(content.decode("utf-8"))
    except ValueError as error:
        raise PackageError(f"{source} is not YAML as packages hold it: {error}") from error


def plain_values(text: str) -> Any:
    """The values in a YAML text of any length.

    Raises:
        ValueError: if it is no YAML, or more than plain values; it says on one line why.
    """
    try:
        return yaml.load(text, _Loader)  # safe: it is a SafeLoader
    # PyYAML stumbles in many ways over a value that is not of its tag, such as "!!bool 7".
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error


def yaml_text(value: Any) -> str:
    """Plain values as YAML, in the order that they stand in."""
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100))
