"""``pipeline("owner/name")``: pipelines and operators in packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from packages import published, small_package
from towhee import hub, pipeline
from towhee.errors import PackageError, UnknownNameError, UsageError
from towhee.hub.manifest import Manifest
from towhee.hub.package import listed_files
from towhee.hub.pushing import write_package
from towhee.hub.starting import started_package

IMAGE = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
FUNCTION = """
name: shout
data: text
summary: a function of any module
pipe:
  pipe: 1
  inputs: [text]
  nodes:
  - map: {in: [text], out: [loud], function: "textwrap:dedent"}
  outputs: [loud]
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_an_operator_in_a_package_is_a_pipeline(tmp_path: Path) -> None:
    published(tmp_path / "work", tmp_path / "home")
    reshape = pipeline("me/small", home=tmp_path / "home")
    assert reshape(np.arange(4)).tolist() == [[0, 1], [2, 3]]
    assert pipeline("me/small@1.0.0", shape=(4, 1))(np.arange(4)).shape == (4, 1)
    assert repr(reshape).startswith("<pipeline me/small: ")


def test_a_folder_that_is_a_package_is_run_where_it_lies(tmp_path: Path) -> None:
    started_package("me/start", tmp_path / "start")
    vector = pipeline(tmp_path / "start")(IMAGE)
    np.testing.assert_array_equal(vector, pipeline("image-embedding")(IMAGE))
    (tmp_path / "start/README.md").write_text("changed")
    with pytest.raises(PackageError, match="is damaged"):
        pipeline(tmp_path / "start")


def test_a_pinned_revision_stays_when_another_is_pulled(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = published(tmp_path / "one", home)
    published(tmp_path / "two", home, version="2.0", arguments={"shape": [4]})
    assert pipeline("me/small", home=home)(np.arange(4)).shape == (4,)
    assert pipeline("me/small", revision=first, home=home)(np.arange(4)).shape == (2, 2)
    assert pipeline("me/small@2.0")(np.arange(4)).shape == (4,)


def test_a_package_of_a_model_alone_is_no_pipeline(tmp_path: Path) -> None:
    started_package("me/model", tmp_path / "model", "model")
    with pytest.raises(PackageError, match="holds files of a model"):
        pipeline(tmp_path / "model")


def test_functions_that_a_package_names_are_not_called_unless_it_is_trusted(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "shout"
    folder.mkdir()
    (folder / "pipeline.yaml").write_text(FUNCTION)
    write_package(folder, Manifest("me/shout", "1", "pipeline", files=listed_files(folder)))
    hub.push(folder, "me/shout", home=tmp_path / "home")
    with pytest.raises(UsageError, match="textwrap:dedent"):
        pipeline("me/shout", home=tmp_path / "home")
    assert pipeline("me/shout", trust_remote_code=True)("  a") == "a"


def test_a_name_without_an_owner_is_never_looked_for_in_a_home(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'image-embedding'"):
        pipeline("image-embeding")
    with pytest.raises(UsageError, match="belong to a package"):
        pipeline("image-embedding", revision="1.0")


def test_arguments_of_the_user_come_before_the_packages(tmp_path: Path) -> None:
    package = small_package(tmp_path / "small")
    assert pipeline(package.folder, shape=(1, 4))(np.arange(4)).tolist() == [[0, 1, 2, 3]]
    with pytest.raises(UnknownNameError, match="did you mean 'shape'"):
        pipeline(package.folder, shap=(1, 4))
