"""Addresses of stores: none is read as another, and none that cannot be opened is a traceback."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from towhee.errors import StoreError, UsageError
from towhee.search.stores import open_store
from towhee.search.stores.uri import StoreUri, uri_of_folder


@pytest.mark.parametrize("name", ["a#1", "what?", "100%", "%41", "a b", "é", "#", "plain"])
def test_a_folder_of_any_name_has_an_address(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    assert StoreUri.parse(uri_of_folder("faiss", folder)).path == folder


@pytest.mark.parametrize("secret", ["pass#word", "pass/word", "pass?word", "pa[ssword"])
def test_an_address_that_cannot_be_read_is_told_without_its_password(secret: str) -> None:
    with pytest.raises(UsageError, match=r"%23|%2F") as refused:
        open_store(f"postgresql://me:{secret}@localhost/photos")
    told = "".join(traceback.format_exception(refused.value)[-1:])
    assert "pa" + "ss" not in told.replace("password,", "")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("kind", ["faiss", "lancedb", "milvus", "qdrant"])
def test_a_path_that_the_system_refuses_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / ("x" * 300), tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match=kind):
            open_store(uri_of_folder(kind, path))
    assert (tmp_path / "file").read_text() == "mine"
