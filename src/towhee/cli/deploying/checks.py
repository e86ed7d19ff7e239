"""What Kubernetes and KubeRay take as names, amounts of memory and images."""

from __future__ import annotations

import re

from towhee.errors import UsageError

LONGEST_NAME = 47
"""KubeRay makes names of services from it, and adds six letters for the cluster of a job."""

NAME = "[a-z]([-a-z0-9]*[a-z0-9])?"
MEMORY = "[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?"
VERSION = "[0-9]+\\.[0-9]+\\.[0-9]+[-+.A-Za-z0-9]*"
IMAGE = (
    "([A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:[0-9]+)?/)?"  # the registry
    "[a-z0-9]+([-._]+[a-z0-9]+)*(/[a-z0-9]+([-._]+[a-z0-9]+)*)*"
    "(:[A-Za-z0-9_][-.A-Za-z0-9_]{0,127})?(@sha256:[0-9a-f]{64})?"
)
"""Patterns of a whole value, which both Python and JSON Schema understand."""

_FACTORS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4} | {
    f"{letter}i": 1024**power for power, letter in enumerate("KMGT", 1)
}
_LONGEST_LABEL = 63
_LONGEST_SUBDOMAIN = 253


def check_name(name: str) -> None:
    """Raise if nothing of KubeRay's can be called so (RFC 1123, and a letter in front)."""
    if not re.fullmatch(NAME, name) or len(name) > LONGEST_NAME:
        raise UsageError(
            f"{name!r} is no name for a cluster: lower-case letters, digits and - in between, a "
            f"letter in front, {LONGEST_NAME} characters at most"
        )


def check_namespace(name: str) -> None:
    """Raise if it is no label of RFC 1123."""
    if not re.fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) or len(name) > _LONGEST_LABEL:
        raise UsageError(
            f"{name!r} is no namespace: lower-case letters, digits and - in between, "
            f"{_LONGEST_LABEL} characters at most"
        )


def check_claim(name: str) -> None:
    """Raise if it is no subdomain of RFC 1123, as claims are named."""
    part = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    if not re.fullmatch(rf"{part}(\.{part})*", name) or len(name) > _LONGEST_SUBDOMAIN:
        raise UsageError(
            f"{name!r} is no PersistentVolumeClaim: lower-case letters, digits, - and . in "
            f"between, {_LONGEST_SUBDOMAIN} characters at most"
        )


def check_image(image: str) -> None:
    """Raise if it is no reference to an image."""
    if not re.fullmatch(IMAGE, image):
        raise UsageError(
            f"{image!r} is no image: registry.example/towhee:ray, say, with the repository in "
            "lower case"
        )


def check_version(version: str, least: tuple[int, int]) -> None:
    """Raise if it is no version, or an older one than is needed."""
    if not re.fullmatch(VERSION, version):
        raise UsageError(f"{version!r} is no version of Ray: 2.60.0, say")
    major, minor = version.split(".")[:2]
    if (int(major), int(minor)) < least:
        raise UsageError(
            f"the Ray engine needs Ray {least[0]}.{least[1]} or later, not {version}: build the "
            "image with a later one"
        )


def memory_bytes(memory: str) -> int:
    """The bytes of an amount of memory as Kubernetes writes it.

    Raises:
        UsageError: if it is none.

    Example:
        >>> memory_bytes("1.5Gi"), memory_bytes("512M")
        (1610612736, 512000000)
    """
    found = re.fullmatch(MEMORY, memory)
    if not found:
        meant = re.fullmatch("([0-9.]+) ?([kKmMgGtT])i?[bB]?", memory)
        hint = f"; {meant[1]}{meant[2].upper()}i, perhaps" if meant else ""
        raise UsageError(
            f"{memory!r} is no amount of memory: 4Gi, 512Mi or 2G, as Kubernetes writes it{hint}"
        )
    suffix = found[2] or ""
    return int(float(memory.removesuffix(suffix)) * _FACTORS[suffix])
