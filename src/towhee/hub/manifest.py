"""``towhee.yaml``: what a package is, and what lies in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from towhee.errors import PackageError, UnknownNameError
from towhee.hub.arguments import check_arguments
from towhee.hub.names import file_path, is_package_name
from towhee.hub.strict_yaml import strict_yaml, yaml_text
from towhee.models.pickles import PICKLE_SUFFIXES
from towhee.operators.base import short

MANIFEST = "towhee.yaml"
CARD = "README.md"
PIPELINE_FILE = "pipeline.yaml"
FORM = 1
"""Of the manifest; it grows by one when older readers would misunderstand it."""

Kind = Literal["operator", "pipeline", "model"]

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,49}")
_WORD = re.compile(r"[\w.-]{1,100}")
_CODE = re.compile(r"([\w./-]+\.py):([A-Za-z_]\w*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_FILES = 10_000
_LONGEST_TEXT = 2000
_LARGEST_FILE = 1 << 40
_TEXTS = ("summary", "license", "operator", "code", "towhee")
_LISTS = ("inputs", "outputs", "extras")
_KEYS = {"form", "name", "version", "kind", "with", "files", *_TEXTS, *_LISTS}


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file in a package.

    Attributes:
        path: relative to the package, with ``/`` between its parts.
        sha256: the digest of its content.
        bytes: its size.
    """

    path: str
    sha256: str
    bytes: int

    def __post_init__(self) -> None:
        file_path(self.path)
        if not isinstance(self.sha256, str) or not _SHA256.fullmatch(self.sha256):
            raise PackageError(f"{self.path}: {short(self.sha256)} is no sha256")
        is_size = isinstance(self.bytes, int) and not isinstance(self.bytes, bool)
        if not is_size or not 0 <= self.bytes <= _LARGEST_FILE:
            raise PackageError(f"{self.path}: {short(self.bytes)} is no size of a file")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package says of itself; it cannot be made of what makes no sense.

    Attributes:
        name: ``"owner/name"``.
        version: what its author calls this state of it.
        kind: ``"operator"``, one with its arguments; ``"pipeline"``, in the file
            ``pipeline.yaml``; ``"model"``, files alone.
        summary: what it does, in one line.
        license: of what lies in it.
        operator: the dotted name of a package of kind operator; ``None`` if ``code`` defines it.
        code: ``"file.py:Class"`` in the package, for an operator that towhee does not have.
        arguments: of the operator; a text that begins with ``./`` is a path in the package.
        inputs: what it takes, such as ``"image"``.
        outputs: what it gives, such as ``"vector"``.
        extras: what to install with towhee for it.
        towhee: the version of towhee that made it.
        files: all that lies in it beside the manifest.
    """

    name: str
    version: str
    kind: Kind
    summary: str = ""
    license: str | None = None
    operator: str | None = None
    code: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    towhee: str | None = None
    files: tuple[PackageFile, ...] = ()

    def __post_init__(self) -> None:
        if not is_package_name(self.name):
            raise PackageError(f'name: a package is called "owner/name", not {short(self.name)}')
        if not isinstance(self.version, str) or not _VERSION.fullmatch(self.version):
            raise PackageError(f'version: a text such as "1.0", not {short(self.version)}')
        if self.kind not in get_args(Kind):
            kinds = ", ".join(get_args(Kind))
            raise PackageError(f"kind: one of {kinds}, not {short(self.kind)}")
        self._check_files()
        self._check_operator()
        check_arguments(self.arguments, self.paths, MANIFEST)

    def _check_files(self) -> None:
        if len(self.files) > _MOST_FILES:
            raise PackageError(f"files: {len(self.files):,} files; {_MOST_FILES:,} are the most")
        seen: set[str] = {MANIFEST}
        for file in self.files:
            plain = file.path.casefold()  # not every file system tells A from a
            if plain in seen:
                raise PackageError(f"files: {file.path!r} stands there twice")
            seen.add(plain)

    def _check_operator(self) -> None:
        if self.kind == "pipeline" and PIPELINE_FILE not in self.paths:
            raise PackageError(f"a package of kind pipeline holds the file {PIPELINE_FILE}")
        if self.kind != "operator":
            if self.operator or self.code or self.arguments:
                raise PackageError(
                    f"operator, code and with belong to an operator, not {self.kind}"
                )
            return
        if (self.operator is None) == (self.code is None):
            raise PackageError("a package of kind operator has operator, a name, or code")
        if self.operator is not None and not _WORD.fullmatch(self.operator):
            raise PackageError(f"operator: a dotted name, not {short(self.operator)}")
        if self.code is not None:
            match = _CODE.fullmatch(self.code)
            if match is None or match[1] not in self.paths:
                raise PackageError(
                    f'code: "file.py:Class" of a file in the package, not {short(self.code)}'
                )

    @property
    def paths(self) -> frozenset[str]:
        """The paths of its files."""
        return frozenset(file.path for file in self.files)

    @property
    def bytes(self) -> int:
        """What its files take."""
        return sum(file.bytes for file in self.files)

    @property
    def pickles(self) -> tuple[str, ...]:
        """The files that may run code when they are read."""
        return tuple(path for path in sorted(self.paths) if path.lower().endswith(PICKLE_SUFFIXES))

    def as_yaml(self) -> str:
        """It as the text of ``towhee.yaml``."""
        about: dict[str, Any] = {"form": FORM, "name": self.name, "version": self.version}
        about["kind"] = self.kind
        for key in _TEXTS:
            if getattr(self, key):
                about[key] = getattr(self, key)
        if self.arguments:
            about["with"] = dict(self.arguments)
        for key in _LISTS:
            if getattr(self, key):
                about[key] = list(getattr(self, key))
        about["files"] = [
            {"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in self.files
        ]
        return yaml_text(about)


def read_manifest(content: bytes) -> Manifest:
    """The manifest in the bytes of a ``towhee.yaml``.

    Raises:
        PackageError: if it is none; the message says what is wrong.
        UnknownNameError: for a field that there is not.
    """
    about = strict_yaml(content, MANIFEST)
    if not isinstance(about, dict) or "form" not in about:
        raise PackageError(f"{MANIFEST} describes no package: it has no 'form: {FORM}'")
    if about["form"] != FORM:
        raise PackageError(
            f"{MANIFEST} has the form {short(about['form'])}, and this version of towhee reads "
            f"{FORM}; install a newer towhee"
        )
    for key in about:
        if key not in _KEYS:
            raise UnknownNameError(f"field of {MANIFEST}", key, _KEYS)
    for key in ("name", "version", "kind"):
        if key not in about:
            raise PackageError(f"{MANIFEST} has no {key}")
    return Manifest(
        name=about["name"],
        version=about["version"],
        kind=about["kind"],
        summary=_text(about, "summary") or "",
        license=_text(about, "license"),
        operator=_text(about, "operator"),
        code=_text(about, "code"),
        arguments=_mapping(about.get("with") or {}, "with"),
        inputs=_words(about, "inputs"),
        outputs=_words(about, "outputs"),
        extras=_words(about, "extras"),
        towhee=_text(about, "towhee"),
        files=tuple(map(_file, _list(about.get("files") or [], "files"))),
    )


def digest_of(content: bytes) -> str:
    """The revision of a package: the digest of its manifest, and so of all that it lists."""
    return hashlib.sha256(content).hexdigest()


def _file(about: Any) -> PackageFile:
    if not isinstance(about, dict) or set(about) != {"path", "sha256", "bytes"}:
        raise PackageError(f"files: each has path, sha256 and bytes, not {short(about)}")
    return PackageFile(about["path"], about["sha256"], about["bytes"])


def _text(about: Mapping[str, Any], key: str) -> str | None:
    value = about.get(key)
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST_TEXT):
        raise PackageError(f"{key}: a text, not {short(value)}")
    return value


def _words(about: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = _list(about.get(key) or [], key)
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        raise PackageError(f"{key}: a list of names, not {short(words)}")
    return tuple(words)


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise PackageError(f"{key}: a list, not {short(value)}")
    return value


def _mapping(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PackageError(f"{key}: arguments by name, not {short(value)}")
    return cast("dict[str, Any]", value)
