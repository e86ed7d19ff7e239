"""A server of the embedded model, which the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import towhee
from live_server import running, whole
from towhee import Pipeline, pipeline
from towhee.serve.served import served
from towhee.serve.service import Service

GALLERY = sorted((Path(towhee.__file__).parent / "samples/gallery").glob("*.jpg"))


@pytest.fixture(scope="package")
def embed() -> Pipeline:
    """The embedded model as the library calls it."""
    return pipeline("image-embedding")


@pytest.fixture(scope="package")
def address(embed: Pipeline) -> Iterator[str]:
    """Where the embedded model and small pipelines are served."""
    service = Service()
    service.add(served(embed))
    service.add(served(lambda x: x, "echo"))
    with running(whole(service)) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=address, timeout=30) as made:
        yield made


@pytest.fixture(scope="package")
def photographs() -> list[Path]:
    """Real photographs."""
    return GALLERY
