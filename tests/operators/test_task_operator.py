"""What all operators share whose model of transformers does a task."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from hub_server import HubServer
from tiny_tasks import detr, mask2former, pictures, rt_detr, segformer, swin2sr, vit, yolos
from tiny_tokenizers import SENTENCES
from tiny_writers import blip, git, gpt2, llama, marian, sounds, t5, vit_gpt2, wav2vec2, whisper
from towhee import DataCollection
from towhee.errors import DataError, MissingExtraError, UsageError, WeightsError
from towhee.models.transformers.importing import import_transformers
from towhee.operators.image_captioning.transformers import TransformersImageCaptioning
from towhee.operators.image_classification.transformers import TransformersImageClassification
from towhee.operators.image_segmentation.transformers import TransformersImageSegmentation
from towhee.operators.image_to_image.transformers import TransformersImageToImage
from towhee.operators.machine_translation.transformers import TransformersMachineTranslation
from towhee.operators.object_detection.transformers import TransformersObjectDetection
from towhee.operators.speech_to_text.transformers import TransformersSpeechToText
from towhee.operators.task_operator import TaskOperator
from towhee.operators.text_generation.transformers import TransformersTextGeneration
from towhee.types import Classification, Detection, Segment

CLASSES: list[type[TaskOperator[Any, Any, Any]]] = [
    TransformersImageCaptioning,
    TransformersImageClassification,
    TransformersImageSegmentation,
    TransformersImageToImage,
    TransformersMachineTranslation,
    TransformersObjectDetection,
    TransformersSpeechToText,
    TransformersTextGeneration,
]
SHORT = {"max_new_tokens": 8}
CASES: dict[str, tuple[Any, Any, dict[str, Any], Callable[[], Any]]] = {
    "vit": (TransformersImageClassification, vit, {}, pictures),
    "detr": (TransformersObjectDetection, detr, {"min_score": 0.2}, pictures),
    "rt_detr": (TransformersObjectDetection, rt_detr, {"min_score": 0.2}, pictures),
    "yolos": (TransformersObjectDetection, yolos, {"min_score": 0.2}, pictures),
    "segformer": (TransformersImageSegmentation, segformer, {}, pictures),
    "mask2former": (TransformersImageSegmentation, mask2former, {"min_score": 0.1}, pictures),
    "swin2sr": (TransformersImageToImage, swin2sr, {}, pictures),
    "blip": (TransformersImageCaptioning, blip, SHORT, pictures),
    "git": (TransformersImageCaptioning, git, SHORT, pictures),
    "vit_gpt2": (TransformersImageCaptioning, vit_gpt2, SHORT, pictures),
    "t5": (TransformersMachineTranslation, t5, {**SHORT, "target_language": "de"}, list),
    "marian": (TransformersMachineTranslation, marian, SHORT, list),
    "gpt2": (TransformersTextGeneration, gpt2, SHORT, list),
    "llama": (TransformersTextGeneration, llama, SHORT, list),
    "whisper": (TransformersSpeechToText, whisper, SHORT, sounds),
    "wav2vec2": (TransformersSpeechToText, wav2vec2, {}, sounds),
}


def values_of(kind: str) -> list[Any]:
    values = CASES[kind][3]()
    return values or SENTENCES


def operator_of(kind: str, folder: Path, **more: Any) -> Any:
    make, _, options, _ = CASES[kind]
    return make(checkpoint=folder, device="cpu", **{**options, **more})


def plain(result: Any) -> Any:
    """A result as nested lists of texts and numbers; levels of an image as shares of 255."""
    if isinstance(result, list):
        return [plain(each) for each in result]
    if isinstance(result, Classification):
        return [result.label, result.score]
    if isinstance(result, Detection):
        return [result.label, result.score, *result.box]
    if isinstance(result, Segment):
        return [result.label, result.score or 0.0, result.mask.mean()]
    return (result / 255).tolist() if isinstance(result, np.ndarray) else result


def are_near(one: Any, other: Any) -> bool:
    """Whether results are the same but for the last bits of numbers.

    Those bits may turn round a level of 255, and the order of two objects that are as sure.
    """
    if isinstance(one, str):
        return bool(one == other)
    if not isinstance(one, list):
        return bool(abs(one - other) < 4e-3)
    if len(one) != len(other):
        return False
    if one and isinstance(one[0], list) and one[0] and isinstance(one[0][0], str):
        return all(any(are_near(each, its) for its in other) for each in one)
    return all(map(are_near, one, other))


@pytest.mark.parametrize("kind", CASES)
def test_neighbours_in_a_batch_change_no_result(kind: str, tmp_path: Path) -> None:
    operator = operator_of(kind, CASES[kind][1](tmp_path / "model"))
    values = values_of(kind)
    alone = [plain(operator(value)) for value in values]
    assert are_near([plain(each) for each in operator.batch(values)], alone)
    assert are_near([plain(each) for each in operator.batch(values[::-1])][::-1], alone)
    assert any(one != alone[0] for one in alone), "the values are told apart"


@pytest.mark.parametrize("kind", ["vit", "detr", "blip", "marian", "wav2vec2"])
def test_a_chain_gives_rows_in_their_own_order(kind: str, tmp_path: Path) -> None:
    folder = CASES[kind][1](tmp_path / "model")
    operator = operator_of(kind, folder, batch_size=3)
    values = values_of(kind) * 2
    chain = DataCollection(values).map(operator)
    assert are_near(
        [plain(each) for each in chain.to_list()], [plain(operator(value)) for value in values]
    )


def test_a_name_in_a_chain_runs_the_operator(tmp_path: Path) -> None:
    folder = vit(tmp_path / "model")
    files = []
    for number, picture in enumerate(pictures()):
        files.append(str(tmp_path / f"{number}.png"))
        PIL.Image.fromarray(picture).save(files[-1])
    chain = (
        DataCollection(files)
        .image_decode.pil()
        .image_classification.transformers(checkpoint=folder, topk=1, batch_size=2, device="cpu")
    )
    expected = TransformersImageClassification(checkpoint=folder, topk=1, device="cpu")
    assert are_near(plain(chain.to_list()), plain(expected.batch(pictures())))


def test_a_row_that_is_no_image_leaves_its_neighbours(tmp_path: Path) -> None:
    folder = vit(tmp_path / "model")
    first, second, *_ = pictures()
    chain = DataCollection([first, None, second]).exception_safe()
    found = chain.image_classification.transformers(checkpoint=folder, device="cpu").to_list()
    assert [each.is_empty() for each in found] == [False, True, False]
    expected = TransformersImageClassification(checkpoint=folder, device="cpu")
    assert are_near(plain(found[2].get()), plain(expected(second)))


@pytest.mark.parametrize(
    "value",
    [None, 3, "picture.png", np.empty((0, 4, 3), np.uint8), np.full((4, 4, 3), np.nan)],
    ids=["none", "a number", "a path", "no pixels", "nan"],
)
@pytest.mark.parametrize("kind", ["vit", "detr", "segformer", "swin2sr", "blip"])
def test_what_is_no_image_is_refused(kind: str, value: Any, tmp_path: Path) -> None:
    operator = operator_of(kind, CASES[kind][1](tmp_path / "model"))
    with pytest.raises(DataError, match="image"):
        operator(value)


@pytest.mark.parametrize("make", CLASSES)
def test_a_model_for_something_else_is_named_with_what_it_is(make: Any, tmp_path: Path) -> None:
    transformers = import_transformers()
    config = transformers.BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    folder = vit(tmp_path / "model")
    gpt2(tmp_path / "words")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tmp_path / "words" / name, folder / name)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(tmp_path / "sounds")
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    if make is TransformersSpeechToText:
        shutil.copy(tmp_path / "sounds/preprocessor_config.json", folder)
    with pytest.raises(WeightsError, match=f"is no model for {make.task}: its BertForMaskedLM"):
        make(checkpoint=folder).load()


def damage(folder: Path, how: str) -> Path:
    """Spoil a folder in one way."""
    weights = folder / "model.safetensors"
    if how == "no configuration":
        (folder / "config.json").unlink()
    elif how == "no architecture":
        about = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**about, "architectures": None}))
    elif how == "cut weights":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif how == "no weights":
        weights.unlink()
    elif how == "a pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif how == "no preprocessing":
        (folder / "preprocessor_config.json").unlink()
    return folder


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("no configuration", "config.json"),
        ("no architecture", "names no architecture"),
        ("cut weights", "is damaged or cut short"),
        ("no weights", "model"),
        ("a pickle", "pass trust_pickle=True if you trust whoever made it"),
        ("no preprocessing", "cannot be loaded"),
    ],
)
def test_damaged_models_are_told_in_one_sentence(how: str, message: str, tmp_path: Path) -> None:
    folder = damage(vit(tmp_path / "model"), how)
    with pytest.raises(WeightsError, match=message) as told:
        TransformersImageClassification(checkpoint=folder).load()
    assert str(folder) in str(told.value)


def test_a_trusted_pickle_is_loaded(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = vit(tmp_path / "model")
    expected = operator_of("vit", folder)(pictures()[0])
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    found = operator_of("vit", folder, trust_pickle=True)(pictures()[0])
    assert [each.label for each in found] == [each.label for each in expected]
    # Weights that lie elsewhere in memory are added up in another order, within float32's rounding.
    scores = [each.score for each in expected]
    assert [each.score for each in found] == pytest.approx(scores, rel=1e-5)


@pytest.mark.parametrize("make", CLASSES)
@pytest.mark.parametrize(
    "wrong",
    [{"batch_size": 0}, {"batch_size": 2.5}, {"device": "tpu"}, {"model_name": "a/b/c"}],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(make: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(wrong))}|owner/name"):
        make(**wrong)


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="this machine has"):
        TransformersImageClassification(checkpoint=vit(tmp_path / "m"), device="cuda:99").load()


@pytest.mark.parametrize("make", CLASSES)
def test_the_default_model_is_the_first_that_is_listed(make: Any) -> None:
    name, known = next(iter(make.models.items()))
    assert make()._source.name == name
    assert known.license in ("apache-2.0", "mit", "bsd-3-clause")
    assert known.megabytes


@pytest.mark.parametrize("kind", ["vit", "blip", "wav2vec2"])
def test_a_batch_of_nothing_gives_nothing(kind: str, tmp_path: Path) -> None:
    assert operator_of(kind, CASES[kind][1](tmp_path / "model")).forward([]) == []


def test_the_same_files_have_the_same_fingerprint_and_others_another(tmp_path: Path) -> None:
    folder = vit(tmp_path / "model")
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    about = json.loads((other / "preprocessor_config.json").read_text())
    about["image_mean"] = [0.1, 0.2, 0.3]
    (other / "preprocessor_config.json").write_text(json.dumps(about))
    prints = [operator_of("vit", each).fingerprint() for each in (folder, copy, other)]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize("kind", ["detr", "blip", "marian", "gpt2", "whisper"])
def test_nothing_is_written_to_the_terminal(
    kind: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = CASES[kind][1](tmp_path / "model")
    capfd.readouterr()
    with caplog.at_level(logging.WARNING):
        operator_of(kind, folder).batch(values_of(kind)[:2])
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_missing_library_is_named_by_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    folder = detr(tmp_path / "model")
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "transformers" else known(name)
    )
    install = r'object detection needs .*"towhee\[transformers\]"'
    with pytest.raises(MissingExtraError, match=install):
        TransformersObjectDetection(checkpoint=folder).load()


PROGRAM = """
import json, sys
import numpy as np
from towhee import ops
from towhee.errors import TowheeError
try:
    picture = np.load(sys.argv[2])
    detect = ops.object_detection.transformers(
        model_name=sys.argv[1], min_score=0.2, device="cpu"
    )
    print(json.dumps([[each.label, each.score, *each.box] for each in detect(picture)]))
except TowheeError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
"""


def detected(name: str, picture: Path, endpoint: str, home: Path, **more: str) -> Any:
    """What a process of its own finds, which takes ``endpoint`` for the Hub."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name, str(picture)],
        env={**os.environ, **hub, **more},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_model_comes_from_the_hub_once_and_serves_offline(tmp_path: Path) -> None:
    folder = detr(tmp_path / "hub/someone/tiny-detr")
    picture = tmp_path / "picture.npy"
    np.save(picture, np.asarray(pictures()[0]))
    with HubServer(tmp_path / "hub") as endpoint:
        first = detected("someone/tiny-detr", picture, endpoint, tmp_path / "home")
    offline = detected(
        "someone/tiny-detr", picture, endpoint, tmp_path / "home", HF_HUB_OFFLINE="1"
    )
    expected = plain(operator_of("detr", folder)(pictures()[0]))
    assert are_near(first, expected)
    assert first == offline
    nowhere = detected("someone/other", picture, "http://127.0.0.1:9", tmp_path / "empty")
    assert nowhere["error"] == "WeightsError"
    assert "checkpoint=" in nowhere["message"]
