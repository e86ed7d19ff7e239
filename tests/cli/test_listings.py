"""``towhee pipelines`` and ``towhee operators``."""

from __future__ import annotations

from typing import Any

from towhee.hub import registry
from towhee.hub.builtin_operators import BUILTIN_OPERATORS
from towhee.pipelines import find_pipeline, list_pipelines


def test_every_pipeline_is_listed(towhee: Any, towhee_json: Any) -> None:
    told = towhee_json("pipelines")
    assert [row["name"] for row in told] == [spec.name for spec in list_pipelines()]
    shown = towhee("pipelines").stdout
    assert all(row["name"] in shown for row in told)


def test_the_embedded_pipeline_needs_nothing(towhee_json: Any) -> None:
    (row,) = (row for row in towhee_json("pipelines") if row["name"] == "image-embedding")
    spec = find_pipeline("image-embedding")
    assert row["dimension"] == spec.dimension
    assert row["license"] == "Apache-2.0"
    assert (row["extra"], row["extra_installed"], row["weights_here"]) == (None, True, True)


def test_pipelines_of_one_kind(towhee: Any, towhee_json: Any) -> None:
    assert {row["data"] for row in towhee_json("pipelines", "--kind", "image")} == {"image"}
    refused = towhee("pipelines", "--kind", "imag")
    assert refused.exit_code == 1
    assert "did you mean 'image'" in refused.stderr


def test_every_operator_is_listed_with_what_it_does(towhee: Any, towhee_json: Any) -> None:
    told = towhee_json("operators")
    assert [row["name"] for row in told] == registry.names()
    ours = [row for row in told if row["name"] in BUILTIN_OPERATORS]  # other tests register more
    assert len(ours) == len(BUILTIN_OPERATORS)
    assert all(row["summary"].strip() for row in ours)
    shown = towhee("operators").stdout
    assert all(row["name"] in shown and row["summary"] in shown for row in ours)


def test_an_alias_is_listed_as_what_it_stands_for(towhee: Any, towhee_json: Any) -> None:
    told = {row["name"]: row["summary"] for row in towhee_json("operators")}
    assert told["sentence_embedding.sbert"] == "= text_embedding.sentence_transformers"
    about = towhee_json("info", "sentence_embedding.sbert")
    assert about["name"] == "text_embedding.sentence_transformers"
