"""``towhee.yaml``: what it says is read back as it was, and nonsense is refused."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from towhee.errors import PackageError, UnknownNameError
from towhee.hub.manifest import Manifest, PackageFile, read_manifest

DIGEST = "0" * 64
FILE = {"path": "weights/a.safetensors", "sha256": DIGEST, "bytes": 3}
WHOLE: dict[str, Any] = {
    "form": 1,
    "name": "me/birds",
    "version": "1.2.0",
    "kind": "operator",
    "summary": "birds to vectors",
    "license": "apache-2.0",
    "operator": "image_embedding.timm",
    "with": {"checkpoint": "./weights", "layer": "layer3"},
    "inputs": ["image"],
    "outputs": ["vector"],
    "extras": ["torch"],
    "towhee": "2.0.0",
    "files": [FILE],
}


def read(**changes: Any) -> Manifest:
    """The manifest with some fields changed; ``None`` takes one away."""
    about = {key: value for key, value in {**WHOLE, **changes}.items() if value is not None}
    return read_manifest(yaml.safe_dump(about).encode())


def test_what_is_written_is_read_back() -> None:
    manifest = read()
    assert manifest == Manifest(
        name="me/birds",
        version="1.2.0",
        kind="operator",
        summary="birds to vectors",
        license="apache-2.0",
        operator="image_embedding.timm",
        arguments={"checkpoint": "./weights", "layer": "layer3"},
        inputs=("image",),
        outputs=("vector",),
        extras=("torch",),
        towhee="2.0.0",
        files=(PackageFile("weights/a.safetensors", DIGEST, 3),),
    )
    assert read_manifest(manifest.as_yaml().encode()) == manifest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form": None}, "no 'form: 1'"),
        ({"form": 2}, "install a newer towhee"),
        ({"name": None}, "has no name"),
        ({"name": "../birds"}, "owner/name"),
        ({"name": 7}, "owner/name"),
        ({"version": 1.2}, "version: a text"),
        ({"version": "../1"}, "version: a text"),
        ({"kind": "virus"}, "kind: one of operator, pipeline, model"),
        ({"kind": "model"}, "belong to an operator"),
        ({"kind": "pipeline", "operator": None, "with": None}, "holds the file pipeline.yaml"),
        ({"operator": None}, "has operator, a name, or code"),
        ({"code": "a.py:A"}, "has operator, a name, or code"),
        ({"operator": None, "code": "../a.py:A"}, "of a file in the package"),
        ({"operator": None, "code": "a.py:A"}, "of a file in the package"),
        ({"operator": "a b"}, "a dotted name"),
        ({"with": ["a"]}, "arguments by name"),
        ({"with": {"checkpoint": "/etc"}}, "leads out of the package"),
        ({"with": {"checkpoint": "~/x"}}, "leads out of the package"),
        ({"with": {"a": [{"b": "../x"}]}}, "leads out of the package"),
        ({"with": {"a": "C:\\x"}}, "leads out of the package"),
        ({"with": {"checkpoint": "./../x"}}, "cannot hold a file"),
        ({"with": {"checkpoint": "./other"}}, "is not in the package"),
        ({"with": {"trust_pickle": True}}, "only whoever uses the package"),
        ({"with": {"a": {"trust_remote_code": True}}}, "only whoever uses the package"),
        ({"inputs": "image"}, "inputs: a list"),
        ({"extras": ["torch]; rm"]}, "extras: a list of names"),
        ({"summary": ["a"]}, "summary: a text"),
        ({"files": {"a": 1}}, "files: a list"),
        ({"files": [{"path": "a"}]}, "each has path, sha256 and bytes"),
        ({"files": [{**FILE, "path": "/etc/passwd"}]}, "cannot hold a file"),
        ({"files": [{**FILE, "sha256": "abc"}]}, "is no sha256"),
        ({"files": [{**FILE, "bytes": -1}]}, "is no size"),
        ({"files": [{**FILE, "bytes": True}]}, "is no size"),
        ({"files": [{**FILE, "bytes": 1 << 50}]}, "is no size"),
        ({"files": [FILE, {**FILE, "path": "weights/A.safetensors"}]}, "stands there twice"),
        ({"files": [FILE, {**FILE, "path": "towhee.yaml"}]}, "stands there twice"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_nonsense_is_refused_with_what_is_wrong(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PackageError, match=re.escape(said)):
        read(**changes)


def test_an_unknown_field_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'license'"):
        read(licence="mit")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "form: !!python/name:os.system",
        "a: &a [x]\nb: *a",
        "form: 1\nform: 1",
        "1: 2",
        "a: " + "[" * 100 + "]" * 100,
        "a: [",
        "\x00",
        "a: \xff".encode("latin-1"),
        "# " + "x" * (1 << 20),
        "a: 2026-13-45",
    ],
    ids=lambda text: repr(text)[:30],
)
def test_yaml_that_is_more_than_plain_values_is_refused(text: str | bytes) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PackageError, match=r"towhee\.yaml"):
        read_manifest(content)


def test_a_few_lines_that_would_grow_to_gigabytes_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(PackageError, match="aliases"):
        read_manifest("\n".join(lines).encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_manifest_or_an_error_of_ours(content: bytes) -> None:
    with contextlib.suppress(PackageError, UnknownNameError):
        read_manifest(content)


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), VALUES))
def test_any_values_are_a_manifest_or_an_error_of_ours(changes: dict[str, Any]) -> None:
    with contextlib.suppress(PackageError, UnknownNameError):
        read_manifest(yaml.safe_dump({**WHOLE, **changes}).encode())


@given(VALUES, st.sampled_from(["path", "sha256", "bytes"]))
def test_any_file_is_listed_or_an_error_of_ours(value: Any, field: str) -> None:
    with contextlib.suppress(PackageError, UnknownNameError):
        read(files=[{**FILE, field: value}])


@pytest.mark.parametrize(
    "text",
    [
        "form: !!bool foo",
        'form: !!int ""',
        "form: !!timestamp x",
        "form: !!omap 5",
        "form: 1" + ":59" * 300_000,  # a number of base 60, which takes minutes to compute
        "form: " + "9" * 5000,
    ],
    ids=lambda text: text[:30],
)
def test_a_value_that_is_not_of_its_tag_is_refused_at_once(text: str) -> None:
    with pytest.raises(PackageError, match=r"towhee\.yaml is not YAML"):
        read_manifest(text.encode())
