"""What can be pushed, what goes along, and what is refused before anything is sent."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from packages import small_package
from tiny_models import tiny_checkpoint
from towhee import hub, ops, pipe, pipeline, register
from towhee.errors import PackageError, UsageError
from towhee.hub.homes import home_of
from towhee.hub.pulling import installed, pull
from towhee.hub.registry import unregister

IMAGE = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_the_manifest_and_the_card_say_what_was_pushed(tmp_path: Path, home: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "tiny")
    (checkpoint / "modeling.py").write_text("import os")
    op = ops.image_embedding.timm(checkpoint=checkpoint, normalize=False)
    pushed = hub.push(op, "me/tiny", home=home, license="mit", summary="tiny", version="3.1")
    package = hub.pull("me/tiny", home=home)
    manifest = package.manifest
    assert pushed.revision == package.revision
    assert (manifest.kind, manifest.operator) == ("operator", "image_embedding.timm")
    assert dict(manifest.arguments) == {"checkpoint": "./weights", "normalize": False}
    assert (manifest.license, manifest.summary, manifest.version) == ("mit", "tiny", "3.1")
    assert (manifest.inputs, manifest.outputs) == (("image",), ("vector",))
    assert manifest.extras == ("torch",)
    assert manifest.paths == {"README.md", "weights/config.json", "weights/model.safetensors"}
    card = (package.folder / "README.md").read_text()
    head = yaml.safe_load(card.split("---")[1])
    assert head == {"library_name": "towhee", "tags": ["towhee"], "license": "mit"}
    assert 'pipeline("me/tiny")' in card
    assert 'pip install "towhee[torch]"' in card


def test_a_weights_file_goes_along_as_one(tmp_path: Path, home: Path) -> None:
    weights = tiny_checkpoint(tmp_path / "tiny") / "model.safetensors"
    op = ops.image_embedding.timm("test_resnet", checkpoint=str(weights), backend="torch")
    hub.push(op, "me/file", home=home)
    package = pull("me/file", home=home)
    assert package.manifest.paths == {"README.md", "weights/model.safetensors"}
    assert package.manifest.arguments["model_name"] == "test_resnet"
    np.testing.assert_array_equal(ops("me/file")(IMAGE), op(IMAGE))


def test_a_pipeline_is_pushed_with_all_its_steps(tmp_path: Path, home: Path) -> None:
    before = pipeline("image-embedding", normalize=False)
    hub.push(before, "me/chain", home=home)
    after = pipeline("me/chain", home=home)
    assert after.spec.data == "image"
    np.testing.assert_array_equal(after(IMAGE), before(IMAGE))
    steps = (pull("me/chain", home=home).folder / "pipeline.yaml").read_text()
    assert "normalize: false" in steps, "its argument went along"


def test_a_pipe_is_pushed_as_a_graph(tmp_path: Path, home: Path) -> None:
    shape = ops.tensor_reshape(shape=(2, 2))
    made = pipe.input("a").map("a", "b", shape).map("b", "c", ops.tensor_reshape(shape=(4,)))
    hub.push(made.output("b", "c"), "me/graph", home=home)
    result = pipeline("me/graph", home=home)(np.arange(4))
    assert result.b.tolist() == [[0, 1], [2, 3]]
    assert result.c.tolist() == [0, 1, 2, 3]


def test_an_operator_that_is_given_another_takes_its_weights_along(
    tmp_path: Path, home: Path
) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "tiny")
    images = ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")
    before = ops.video_embedding.frames(operator=images)
    hub.push(before, "me/frames", home=home)
    assert pull("me/frames", home=home).manifest.extras == ("torch",)
    video = np.stack([IMAGE, IMAGE[::-1]])
    expected = before(video)
    shutil.rmtree(checkpoint)
    np.testing.assert_array_equal(ops("me/frames", home=home)(video), expected)


def test_a_folder_is_pushed_as_it_is(tmp_path: Path, home: Path) -> None:
    package = small_package(tmp_path / "small")
    assert hub.push(package.folder, "me/small", home=home).revision == package.revision
    with pytest.raises(UsageError, match="holds me/small, not me/other"):
        hub.push(package.folder, "me/other", home=home)


def test_a_damaged_folder_is_not_pushed(tmp_path: Path, home: Path) -> None:
    package = small_package(tmp_path / "small")
    (package.folder / "more.txt").write_text("more")
    with pytest.raises(PackageError, match="validate --write"):
        hub.push(package.folder, "me/small", home=home)
    assert not home.exists()


def test_the_same_content_has_the_same_revision(tmp_path: Path, home: Path) -> None:
    op = ops.tensor_reshape(shape=(2, 2))
    first = hub.push(op, "me/reshape", home=home)
    assert hub.push(op, "me/reshape", home=home).revision == first.revision
    assert len(home_of(home).list()) == 1


@pytest.mark.parametrize("what", [7, None, lambda value: value, object()])
def test_what_is_neither_operator_nor_pipeline_is_refused(what: object, home: Path) -> None:
    with pytest.raises(UsageError, match="a package is made of"):
        hub.push(what, "me/any", home=home)


def test_an_operator_of_this_process_alone_is_refused(home: Path) -> None:
    @register("for_this_test_alone")
    def double(value: int) -> int:
        return 2 * value

    try:
        with pytest.raises(UsageError, match="known in this process alone"):
            hub.push(ops.for_this_test_alone(), "me/double", home=home)
    finally:
        unregister("for_this_test_alone")


def test_arguments_that_are_no_plain_values_are_refused(home: Path) -> None:
    op = ops.image_embedding.timm("resnet18", pretrained=False, calibration=[IMAGE])
    with pytest.raises(UsageError, match="the argument calibration of image_embedding"):
        hub.push(op, "me/any", home=home)


def test_pickles_are_not_pushed_unless_they_were_trusted(tmp_path: Path, home: Path) -> None:
    import torch
    from safetensors.torch import load_file

    checkpoint = tiny_checkpoint(tmp_path / "tiny")
    state = load_file(checkpoint / "model.safetensors")
    torch.save(state, tmp_path / "weights.pth")
    given = {"checkpoint": str(tmp_path / "weights.pth"), "backend": "torch"}
    op = ops.image_embedding.timm("test_resnet", trust_pickle=True, **given)
    hub.push(op, "me/pickle", home=home)
    for refused in (lambda: ops("me/pickle", home=home), lambda: pipeline("me/pickle")):
        with pytest.raises(PackageError, match="trust_pickle=True"):
            refused()
    trusted = pipeline("me/pickle", trust_pickle=True)
    np.testing.assert_array_equal(trusted(IMAGE), op(IMAGE))
    np.testing.assert_array_equal(ops("me/pickle", trust_pickle=True)(IMAGE), op(IMAGE))


@pytest.mark.parametrize("name", ["birds", "../a/b", "a/..", ""])
def test_a_name_that_is_none_is_refused(name: str, home: Path) -> None:
    with pytest.raises(UsageError, match="owner/name"):
        hub.push(ops.tensor_reshape(shape=(2, 2)), name, home=home)


def test_what_was_pulled_is_verified_when_it_is_used(tmp_path: Path, home: Path) -> None:
    hub.push(small_package(tmp_path / "small").folder, "me/small", home=home)
    file = installed("me/small", home=home).folder / "weights/model.safetensors"
    file.write_bytes(b"x" + file.read_bytes()[1:])
    for path in home.rglob("model.safetensors"):
        path.unlink()
    with pytest.raises(PackageError, match=r"model\.safetensors.* is damaged"):
        ops("me/small")
