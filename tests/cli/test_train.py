"""``towhee train``: what comes of it serves, and what is told is true."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pyarrow.parquet
import pytest
import yaml

from colour_squares import CLASSES, colour_squares
from tiny_models import tiny_checkpoint
from towhee import pipeline

QUICK = ("--method", "linear_probe", "--set", "device_str=cpu", "--set", "tensorboard=no")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of a pipeline that runs a tiny model."""
    folder = tmp_path_factory.mktemp("source")
    tiny_checkpoint(folder / "test_resnet")
    about = {
        "name": "tiny",
        "data": "image",
        "summary": "a tiny model",
        "license": "apache-2.0",
        "steps": [
            "image_decode.pil",
            {
                "operator": "image_embedding.timm",
                "with": {"checkpoint": "./test_resnet", "backend": "torch"},
            },
        ],
    }
    (folder / "tiny.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
    return folder


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of classes."""
    folder = tmp_path_factory.mktemp("squares")
    for number, sample in enumerate(colour_squares(36, 0)):
        path = folder / CLASSES[sample.label or 0] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        sample.value.save(path)
    return folder


def test_a_pipeline_is_trained_and_its_folder_serves_wherever_it_is_moved(
    towhee: Any, source: Path, squares: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    done = towhee("train", source / "tiny.yaml", squares, "-o", output, "--epochs", 2, *QUICK)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    before, after = next(line.split()[1:] for line in lines if line.startswith("knn "))
    card = (output / "model" / "README.md").read_text()
    assert f"| knn | {before} | {after} |" in card
    assert any(line.startswith("batch_size: ") and "because" in line for line in lines)
    assert f"{output / 'report.html'} shows more." in lines
    assert (output / "report.html").is_file()
    file = output / "pipeline.yaml"
    use = next(line.strip() for line in lines if line.startswith("  towhee embed"))
    photo = squares / "red" / "0.png"
    vector = pipeline(str(file))(str(photo))
    untouched = pipeline(str(source / "tiny.yaml"))(str(photo))
    assert vector.shape != untouched.shape or not np.array_equal(vector, untouched)
    stated = yaml.safe_load(file.read_text())
    assert stated["dimension"] == len(vector)
    assert stated["license"] == "apache-2.0"
    assert stated["steps"][1]["with"]["checkpoint"] == "./model"
    embedded = towhee(*use.replace("photos/", str(squares)).split()[1:4],
                      tmp_path / "vectors.parquet", *use.split()[5:])  # fmt: skip
    assert embedded.exit_code == 0, embedded.stderr
    rows = pyarrow.parquet.read_table(tmp_path / "vectors.parquet").to_pylist()
    (row,) = (each for each in rows if each["path"].endswith("red/0.png"))
    np.testing.assert_allclose(row["embedding"], vector, atol=1e-6)
    output.rename(tmp_path / "moved")
    moved = pipeline(str(tmp_path / "moved" / "pipeline.yaml"))(str(photo))
    np.testing.assert_array_equal(moved, vector)


def test_a_table_with_named_columns_and_settings_of_a_file(
    towhee_json: Any, source: Path, squares: Path, tmp_path: Path
) -> None:
    lines = ["picture,kind"]
    lines += [f"{path},{path.parent.name}" for path in sorted(squares.rglob("*.png"))]
    (tmp_path / "squares.csv").write_text("\n".join(lines))
    settings = "train:\n  epoch_num: 3\n  batch_size: 8\nlearning:\n  loss: CrossEntropyLoss\n"
    (tmp_path / "config.yaml").write_text(settings)
    told = towhee_json(
        "train", source / "tiny.yaml", tmp_path / "squares.csv", "-o", tmp_path / "out",
        "--value", "picture", "--label", "kind", "--eval", squares,
        "--config", tmp_path / "config.yaml", "--epochs", 1, *QUICK,
    )  # fmt: skip
    used = (tmp_path / "out" / "training_config.yaml").read_text()
    assert "epoch_num: 1" in used, "the command line goes before the file"
    assert "batch_size: 8" in used
    assert "loss: CrossEntropyLoss" in used
    assert told["method"] == "linear_probe"
    assert any("evaluation samples are training samples" in each for each in told["warnings"])
    history = (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()
    assert json.loads(history[-1])["knn"] == pytest.approx(told["metrics"]["knn"], abs=0.06)
    assert Path(told["pipeline"]).is_file()
    assert Path(told["model"], "model.safetensors").is_file()


def test_trials_are_a_table_and_the_best_of_them_is_served(
    towhee: Any, source: Path, squares: Path, tmp_path: Path
) -> None:
    command = ("train", source / "tiny.yaml", squares, "-o", tmp_path, "--epochs", 1, *QUICK)
    done = towhee(*command, "--trials", 3)
    assert done.exit_code == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    table = next(place for place, line in enumerate(lines) if line[:3] == ["trial", "state", "knn"])
    assert [line[0] for line in lines[table + 1 : table + 5]] == ["untouched", "0", "1", "2"]
    assert "chose the best of 3 trials" in done.stderr
    best = max(lines[table + 2 : table + 5], key=lambda line: float(line[2]))
    served = yaml.safe_load((tmp_path / "pipeline.yaml").read_text())["steps"][1]["with"]
    assert served["checkpoint"] == f"./trials/{best[0]}/model"
    assert pipeline(str(tmp_path / "pipeline.yaml"))(str(squares / "red" / "0.png")).ndim == 1
    more = towhee(*command, "--trials", 4, "--resume")
    assert more.exit_code == 0, more.stderr
    assert "chose the best of 4 trials" in more.stderr
    assert [line for line in more.stdout.splitlines() if line.startswith(("0 ", "1 ", "2 "))] == [
        line for line in done.stdout.splitlines() if line.startswith(("0 ", "1 ", "2 "))
    ]


@pytest.mark.usefixtures("cluster")
def test_what_goes_wrong_on_a_cluster_is_said_as_what_it_is(
    towhee: Any, source: Path, tmp_path: Path
) -> None:
    for number in range(12):
        path = tmp_path / "data" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    done = towhee(
        "train", source / "tiny.yaml", tmp_path / "data", "-o", tmp_path / "out", *QUICK,
        "--engine", "ray", "--cpus", 2,
    )  # fmt: skip
    assert done.exit_code == 1
    assert "could be read" in done.stderr
    assert "files have to lie at the same paths on each of them" in done.stderr
    assert "Traceback" not in done.stderr


def test_folds_are_a_table_and_the_model_of_all_samples_is_served(
    towhee: Any, source: Path, squares: Path, tmp_path: Path
) -> None:
    done = towhee(
        "train", source / "tiny.yaml", squares, "-o", tmp_path, "--epochs", 1, "--folds", 3, *QUICK
    )
    assert done.exit_code == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines if line[:1] and line[0] in ("1", "2", "3", "mean")] == [
        "1", "2", "3", "mean",
    ]  # fmt: skip
    (mean,) = (line for line in lines if line[:1] == ["mean"])
    (knn,) = (line for line in lines if line[:1] == ["knn"])
    assert mean[1:4] == ["36", *knn[1:]], "all samples, and the figures of the folds"
    assert f"{tmp_path / 'folds.html'} shows more." in done.stdout
    assert pipeline(str(tmp_path / "pipeline.yaml"))(str(squares / "red" / "0.png")).ndim == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("image-embedding", "train"), 1, "none of which can be trained"),
        (("image-embeding", "train"), 1, "did you mean 'image-embedding'"),
        (("{tiny}", "nowhere"), 1, "nowhere"),
        (("{tiny}", "train", "--method", "linear_prob"), 1, "did you mean 'linear_probe'"),
        (("{tiny}", "train", "--lr", "high"), 1, "lr is a number above 0"),
        (("{tiny}", "train", "--set", "bach_size=3"), 1, "did you mean 'batch_size'"),
        (("{tiny}", "train", "--set", "output_dir=x"), 1, "is said by -o"),
        (("{tiny}", "train", "--trials", "2", "--folds", "2"), 2, "--trials or --folds"),
        (("{tiny}", "train", "--test", "eval"), 2, "belongs to --trials"),
        (("{tiny}", "train", "--folds", "2", "--eval", "eval"), 2, "samples of their own data"),
        (("{tiny}", "train", "--address", "auto"), 2, "it is of --engine ray"),
        (("{tiny}", "train", "--workers", "2"), 2, "it is of --engine ray"),
        (("{tiny}", "train", "--gpus", "1"), 2, "it is of --engine ray"),
        (("{tiny}", "train", "--engine", "ray", "--folds", "2"), 2, "in this process"),
        (("{tiny}", "train", "--engine", "ray", "--address", "ray://a:1"), 1, "of Ray Client"),
        (("{tiny}", "train", "--resume"), 1, "nothing to go on with"),
        (("{tiny}", "train", "--config", "nowhere.yaml"), 1, "does not exist"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(
    towhee: Any, source: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    given = [each.format(tiny=source / "tiny.yaml") for each in arguments]
    done = towhee("train", *given, "-o", tmp_path / "out")
    assert done.exit_code == code, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


def test_an_earlier_training_is_not_lost_by_accident(
    towhee: Any, source: Path, squares: Path, tmp_path: Path
) -> None:
    command = ("train", source / "tiny.yaml", squares, "-o", tmp_path, "--epochs", 1, *QUICK)
    assert towhee(*command).exit_code == 0
    first = (tmp_path / "model" / "model.safetensors").stat().st_mtime_ns
    again = towhee(*command)
    assert again.exit_code == 1
    assert "--resume to go on with it, or --overwrite" in again.stderr
    assert (tmp_path / "model" / "model.safetensors").stat().st_mtime_ns == first
    assert towhee(*command, "--overwrite").exit_code == 0


def test_a_sample_that_cannot_be_read_is_left_out_or_ends_it(
    towhee: Any, source: Path, tmp_path: Path
) -> None:
    for number, sample in enumerate(colour_squares(24, 0)):
        path = tmp_path / "data" / CLASSES[sample.label or 0] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        sample.value.save(path)
    (tmp_path / "data" / "red" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    command = ("train", source / "tiny.yaml", tmp_path / "data", "--epochs", 1, *QUICK)
    done = towhee(*command, "-o", tmp_path / "skipped")
    assert done.exit_code == 0
    assert "1 samples could not be read and were left out: 'red/0.png'" in done.stderr
    done = towhee(*command, "-o", tmp_path / "raised", "--on-error", "raise")
    assert done.exit_code == 1
    assert "0.png" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT to another process alone")
def test_ctrl_c_leaves_what_was_done_and_says_how_to_go_on(
    towhee: Any, source: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
    drawn = np.random.default_rng(0)
    for number in range(24):
        pixels = drawn.integers(0, 256, (40, 40, 3)).astype(np.uint8)
        PIL.Image.fromarray(pixels).save(tmp_path / "data" / "ab"[number % 2] / f"{number}.png")
    output = tmp_path / "out"
    command = [
        "train", str(source / "tiny.yaml"), str(tmp_path / "data"), "-o", str(output),
        "--epochs", "150", *QUICK, "--set", "early_stopping=no", "--set", "batch_size=4",
    ]  # fmt: skip
    program = "import sys; from towhee.cli.main import app; app(sys.argv[1:])"
    with subprocess.Popen(
        [sys.executable, "-c", program, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        history = output / "metrics.jsonl"
        while running.poll() is None and not (history.is_file() and history.stat().st_size):
            with contextlib.suppress(subprocess.TimeoutExpired):  # it is not at work yet
                running.wait(timeout=0.05)
        running.send_signal(signal.SIGINT)
        stderr = running.communicate(timeout=120)[1]
    assert running.returncode == 130, stderr
    assert "The same command with --resume goes on" in stderr
    assert "Traceback" not in stderr
    done = towhee(*command, "--resume")
    assert done.exit_code == 0, done.stderr
    rows = [json.loads(line) for line in history.read_text().splitlines()]
    assert [row["epoch"] for row in rows] == list(range(1, 151)), "none is lost or repeated"
