"""A configuration cannot make this process build layers without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from towhee.errors import WeightsError
from towhee.models.transformers.config_limits import check_layers


@pytest.mark.parametrize(
    "config", [{"num_hidden_layers": 10**9}, {"text_config": {"encoder_layers": 10**9}}]
)
def test_more_layers_than_any_model_has_are_refused(tmp_path: Path, config: dict[str, Any]) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match="asks for 1,000,000,000 layers"):
        check_layers(tmp_path)


@pytest.mark.parametrize("config", [{"num_hidden_layers": 96, "vocab_size": 250_000}, {}])
def test_what_models_have_is_let_through(tmp_path: Path, config: dict[str, Any]) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    check_layers(tmp_path)


def test_a_folder_without_a_configuration_is_left_to_its_loader(tmp_path: Path) -> None:
    check_layers(tmp_path)


def test_json_nested_without_end_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(WeightsError, match="is not JSON"):
        check_layers(tmp_path)
