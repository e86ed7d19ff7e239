"""What the tests of the hub share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test pulls into a cache of its own; gives the folder of packages in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TOWHEE_HUB", raising=False)
    return tmp_path / "cache/towhee/hub"
