"""What the tests of trainings share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiny_models import tiny_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of timm that takes no time to train, with weights that stay as they are."""
    return tiny_checkpoint(tmp_path_factory.mktemp("models") / "test_resnet")
