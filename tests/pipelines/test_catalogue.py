"""Every pipeline of the catalogue can be made, and says of itself what is so."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from towhee.errors import MissingExtraError
from towhee.hub import registry
from towhee.operators.base import Operator, OperatorRef
from towhee.pipelines import PipelineSpec, find_pipeline, list_pipelines, pipeline
from towhee.pipelines.catalogue_files import pipeline_families

FILES = sorted(
    file.name
    for file in files("towhee.pipelines").joinpath("catalogue").iterdir()
    if file.name.endswith(".yaml")
)
NEEDED = {"image-classification-zero-shot": {"labels": ["a bird", "a cat"]}}
"""Arguments without which a pipeline cannot be made."""
ALONE = [
    spec
    for spec in list_pipelines()
    if not any(spec.name.startswith(family.prefix) for family in pipeline_families())
]


@pytest.mark.parametrize("file", FILES)
def test_a_file_bears_the_name_of_its_pipeline(file: str) -> None:
    content = yaml.safe_load(
        files("towhee.pipelines").joinpath("catalogue", file).read_text(encoding="utf-8")
    )
    assert "family" in content or f"{content['name']}.yaml" == file


@pytest.mark.parametrize("spec", ALONE, ids=lambda spec: spec.name)
def test_a_pipeline_has_a_card_and_can_be_made(spec: PipelineSpec) -> None:
    assert len(spec.card) > 100
    assert find_pipeline(spec.name.replace("-", "_")) == spec
    try:
        assert pipeline(spec.name, **NEEDED.get(spec.name, {})).explain()
    except MissingExtraError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("spec", ALONE, ids=lambda spec: spec.name)
def test_what_a_pipeline_says_of_its_model_is_what_its_operator_says(spec: PipelineSpec) -> None:
    if spec.model_name is None:
        return
    known = {}
    for name in spec.operators:
        operator = OperatorRef(*registry.find(name)).resolve()
        if isinstance(operator, type) and issubclass(operator, Operator):
            known |= operator.models
    if spec.model_name not in known:
        assert spec.name == "image-embedding"  # its model is not one of several
        return
    about = known[spec.model_name]
    assert (spec.license, spec.megabytes) == (about.license, about.megabytes)
    assert spec.dimension in (None, about.dimension)  # none where it gives no vectors


def test_any_model_of_a_family_has_a_pipeline_that_says_what_is_known_of_it() -> None:
    listed = find_pipeline("image-embedding-resnet50")
    assert (listed.dimension, listed.extra) == (2048, "torch")
    assert find_pipeline("image_embedding_resnet50") == listed
    other = find_pipeline("image-embedding-resnet50.tv_in1k")
    assert other.model_name == "resnet50.tv_in1k"
    assert "resnet50.tv_in1k" in other.summary
