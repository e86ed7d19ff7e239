"""What a worker writes arrives, whole, under the caller's name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from towhee.errors import TrainingError
from towhee.operators.base import OperatorRef
from towhee.trainer.ray_training.carrying import FILE, PIECE, Carrier
from towhee.trainer.ray_training.naming import Naming
from towhee.trainer.ray_training.received_folder import (
    ReceivedFolder,
    given_files,
    kept_files,
    lay_down,
)


class Wire:
    """Ray and a mailbox whose letters are read as they are sent."""

    def __init__(self, received: ReceivedFolder) -> None:
        self.sent: list[str] = []
        self.exceptions = SimpleNamespace(RayError=ConnectionError)
        self.send = SimpleNamespace(remote=self._take)
        self._received = received

    def get(self, value: Any) -> Any:
        return value

    def put(self, value: Any) -> Any:
        return value

    def _take(self, kind: str, content: Any) -> None:
        name = content[0] if kind == FILE else content
        self.sent.append(f"{kind} {name}")
        (self._received.take if kind == FILE else self._received.remove)(content)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "worker" / "trained"
    (folder / "checkpoints" / "best").mkdir(parents=True)
    (folder / "checkpoints" / "last.ckpt").write_bytes(b"state")
    (folder / "checkpoints" / "best" / "network.safetensors").write_bytes(bytes(2 * PIECE + 5))
    (folder / "metrics.jsonl").write_text("{}\n")
    (folder / "empty").touch()
    (folder / ".hidden").write_text("half of something")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "trained"


@pytest.fixture
def wire(here: Path) -> Wire:
    return Wire(ReceivedFolder(here))


@pytest.fixture
def carrier(wire: Wire, there: Path, here: Path) -> Iterator[Carrier]:
    return Carrier(wire, wire, there, Naming(there, str(here)))


def test_files_of_any_size_arrive_as_they_are_but_for_hidden_ones(
    carrier: Carrier, there: Path, here: Path
) -> None:
    names = carrier.send_rest()
    known = content(there)
    del known[".hidden"]
    assert content(here) == known
    assert names == sorted(known)


def test_only_what_has_changed_is_sent_and_what_is_gone_is_removed(
    carrier: Carrier, wire: Wire, there: Path, here: Path
) -> None:
    carrier.send_rest()
    wire.sent.clear()
    (there / "metrics.jsonl").write_text("{}\n{}\n")
    shutil.rmtree(there / "checkpoints")
    carrier.send_rest()
    assert wire.sent[0] == "file metrics.jsonl"
    assert sorted(wire.sent[1:]) == [
        "gone checkpoints/best/network.safetensors",
        "gone checkpoints/last.ckpt",
    ]
    assert sorted(content(here)) == ["empty", "metrics.jsonl"]


def test_a_state_goes_behind_what_was_written_before_it(carrier: Carrier, wire: Wire) -> None:
    carrier.send_rest()
    assert wire.sent[-1] == "file checkpoints/last.ckpt"


def test_a_model_is_put_in_its_place_when_all_of_it_is_there(
    carrier: Carrier, there: Path, here: Path
) -> None:
    (here / "model").mkdir(parents=True)
    (here / "model" / "projection.safetensors").write_bytes(b"of an earlier training")
    (there / "model").mkdir()
    (there / "model" / "model.safetensors").write_bytes(b"weights")
    names = carrier.send_rest()
    assert not (here / "model" / "model.safetensors").exists()
    received = ReceivedFolder(here)
    received.finish(names)
    assert content(here / "model") == {"model.safetensors": b"weights"}
    assert not [path for path in here.iterdir() if path.name.startswith(".")]


def test_texts_name_the_callers_folder(carrier: Carrier, there: Path, here: Path) -> None:
    (there / "report.html").write_text(f"<p>in {there}/model</p>")
    (there / "weights.bin").write_text(str(there))
    carrier.send_rest()
    assert (here / "report.html").read_text() == f"<p>in {here}/model</p>"
    assert (here / "weights.bin").read_text() == str(there), "what is no text stays as it is"
    naming = Naming(there, "trained")
    assert str(naming.error(OSError(f"{there} is full"))) == "trained is full"
    ref = OperatorRef("a", "b:c", (), (("checkpoint", f"{there}/model"), ("layer", None)))
    moved = dict(Naming(there, str(here)).ref(ref).kwargs)
    assert moved == {"checkpoint": f"{here.resolve()}/model", "layer": None}


def test_a_disk_without_room_is_said_with_what_to_do(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "trained").write_text("a file where the folder would be")
    with pytest.raises(TrainingError, match=r"cannot be written to .*resume_from="):
        wire.send.remote(FILE, ("metrics.jsonl", 0, b"{}", True))


def test_what_goes_on_elsewhere_is_its_state_alone(there: Path, tmp_path: Path) -> None:
    (there / "holiday.jpg").write_bytes(b"of the user")
    (there / "model").mkdir()
    (there / "model" / "model.safetensors").write_bytes(b"weights")
    wire = Wire(ReceivedFolder(tmp_path))
    lay_down(wire, given_files(wire, kept_files(there, None)), tmp_path / "other")
    assert sorted(content(tmp_path / "other")) == [
        "checkpoints/best/network.safetensors",
        "checkpoints/last.ckpt",
        "metrics.jsonl",
    ]


def test_a_checkpoint_of_another_place_becomes_the_last_state(there: Path, tmp_path: Path) -> None:
    other = tmp_path / "epoch_3.ckpt"
    other.write_bytes(b"another")
    files = dict(kept_files(there, other))
    assert files["checkpoints/last.ckpt"] == other
    sentences = tmp_path / "elsewhere" / "checkpoint-20"
    sentences.mkdir(parents=True)
    (sentences / "trainer_state.json").write_text("{}")
    files = dict(kept_files(there, sentences))
    assert files["checkpoints/checkpoint-20/trainer_state.json"] == sentences / "trainer_state.json"


def test_of_several_states_the_one_that_was_named_goes_alone(tmp_path: Path) -> None:
    for step in (10, 20):
        folder = tmp_path / "checkpoints" / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        (folder / "trainer_state.json").write_text("{}")
    named = tmp_path / "checkpoints" / "checkpoint-10"
    assert list(dict(kept_files(tmp_path, named))) == [
        "checkpoints/checkpoint-10/trainer_state.json"
    ]
