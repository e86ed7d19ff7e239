"""Training of text embeddings: on pairs, triplets and scored pairs, and what may go wrong."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from part_codes import HELD_OUT, KNOWN, code, description, likeness, matching, scored
from sentence_models import MINILM, of_sentence_transformers, random_sentence_model
from tiny_texts import SMALL
from towhee import DataCollection, ops
from towhee.errors import DataError, OperatorError, TrainingError, UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer import dataset
from towhee.trainer.metrics import spearman
from towhee.trainer.pairs.batches import PairBatches
from towhee.trainer.training_config import TrainingConfig

TEXTS = [code(HELD_OUT[0]), description(HELD_OUT[1])]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence model that knows nothing, and learns quickly."""
    return random_sentence_model(
        tmp_path_factory.mktemp("models") / "tiny", "bert", "mean", **SMALL
    )


def embedder(folder: Path, **settings: Any) -> OperatorHandle:
    return ops.text_embedding.sentence_transformers(
        checkpoint=str(folder), backend="torch", **settings
    )


def config(folder: Path, **settings: Any) -> TrainingConfig:
    usual = {
        "output_dir": str(folder),
        "device_str": "cpu",
        "tensorboard": None,
        "epoch_num": 2,
        "batch_size": 16,
        "lr": 3e-3,
    }
    return TrainingConfig(**{**usual, **settings})


def weights(folder: Path) -> dict[str, npt.NDArray[Any]]:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def test_minilm_trained_on_pairs_puts_held_out_pairs_in_their_order(tmp_path: Path) -> None:
    rows = [
        {"code": code(one), "text": description(other), "score": likeness(one, other)}
        for one in HELD_OUT
        for other in HELD_OUT
    ]
    held_out = dataset(rows, value=("code", "text"))
    op = embedder(MINILM)
    settings = config(tmp_path, method="partial", lr=3e-4, epoch_num=10, batch_size=22)
    result = op.train(settings, matching(KNOWN), held_out)
    assert result.metric == "spearman"
    assert result.metrics["spearman"] > result.baseline["spearman"]
    codes = np.stack(op.batch([code(part) for part in HELD_OUT]))
    texts = np.stack(op.batch([description(part) for part in HELD_OUT]))
    cosines, scores = codes @ texts.T, np.reshape(held_out.scores, (len(HELD_OUT), -1))
    # The operator itself, as a user has it, says what the result says.
    served = spearman(cosines.ravel(), scores.ravel())
    assert served == pytest.approx(result.metrics["spearman"], abs=1e-4)
    # Had it learned nothing of what codes mean, any other way to deal them out to the parts
    # would do as well: none of 999 does.
    random = np.random.default_rng(0)
    dealt = [spearman(random.permutation(cosines).ravel(), scores.ravel()) for _ in range(999)]
    assert served > max(dealt)


@pytest.mark.parametrize("method", ["full", "partial", "lora"])
def test_matches_are_found_and_the_same_operator_serves_saves_and_restores_it(
    tiny: Path, tmp_path: Path, method: str
) -> None:
    op = embedder(tiny)
    untouched = op(TEXTS[0])
    settings = config(tmp_path / "out", method=method, epoch_num=12, lr=1e-2)
    result = op.train(settings, matching(KNOWN), matching(HELD_OUT))
    # By chance a description stands first for one code of twenty. Twice as many hits as the
    # untouched model and chance together have is what has to be seen of a network of two layers.
    assert result.metrics["mrr"] > 2 * max(result.baseline["mrr"], _mrr_by_chance(len(HELD_OUT)))
    assert result.method == method
    trained = op(TEXTS[0])
    assert float(untouched @ trained) < 0.999
    (in_chain,) = DataCollection([TEXTS[0]]).map(op).to_list()
    np.testing.assert_allclose(in_chain, trained, atol=1e-6)
    op.save(tmp_path / "saved")
    restored = embedder(tmp_path / "saved")
    np.testing.assert_array_equal(restored(TEXTS[0]), trained)
    theirs = of_sentence_transformers(tmp_path / "saved", TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(np.stack(op.batch(TEXTS)), theirs, atol=1e-5)
    card = (tmp_path / "saved" / "README.md").read_text()
    assert f"{result.metrics['mrr']:.4f}" in card
    lines = (tmp_path / "out/metrics.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["epoch"] for row in rows] == list(range(1, len(rows) + 1))
    assert max(row["mrr"] for row in rows) == pytest.approx(result.metrics["mrr"], abs=1e-6)
    page = (tmp_path / "out/report.html").read_text()
    assert description(HELD_OUT[0]) in page


def _mrr_by_chance(count: int) -> float:
    return float(np.mean(1 / np.arange(1, count + 1)))


def test_a_negative_is_kept_away(tiny: Path, tmp_path: Path) -> None:
    # What belongs to a code is the description in other words, and what does not the same code
    # with one word changed, to which the letters alone are nearer.
    def triplets(parts: list[Any]) -> Any:
        rows = [
            {"a": code(part), "p": description(part), "n": code((part[0], part[1], other[2]))}
            for part, other in zip(parts, parts[1:] + parts[:1], strict=True)
            if part[2] != other[2]
        ]
        return dataset(rows, value=("a", "p", "n"), label=False)

    held_out = triplets(HELD_OUT)
    op = embedder(tiny)
    result = op.train(
        config(tmp_path, epoch_num=10, lr=1e-2, loss={"name_": "TripletLoss"}),
        triplets(KNOWN),
        held_out,
    )

    def kept_apart(each: OperatorHandle) -> float:
        a, p, n = (np.stack(each.batch([row.value[side] for row in held_out])) for side in range(3))
        return float(np.mean((a * p).sum(1) > (a * n).sum(1)))

    assert kept_apart(embedder(tiny)) < 0.5 < kept_apart(op)
    assert result.metrics["mrr"] > result.baseline["mrr"]


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(
    tiny: Path, tmp_path: Path
) -> None:
    def trained(name: str, seed: int) -> dict[str, npt.NDArray[Any]]:
        settings = config(tmp_path / name, seed=seed, epoch_num=1)
        embedder(tiny).train(settings, matching(KNOWN[:30]), matching(HELD_OUT[:8]))
        return weights(tmp_path / name / "model")

    first, again, other = trained("a", 1), trained("b", 1), trained("c", 2)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_training_that_was_cut_off_goes_on_and_ends_with_the_same_weights(
    tiny: Path, tmp_path: Path, method: str
) -> None:
    from transformers import TrainerCallback

    class Killed(TrainerCallback):  # type: ignore[misc]  # Any
        def on_step_end(self, args: Any, state: Any, control: Any, **known: Any) -> None:
            if state.global_step == 5:  # in the second epoch, which has three steps
                raise KeyboardInterrupt

    data = matching(KNOWN[:36]), matching(HELD_OUT[:8])
    settings = {"epoch_num": 3, "method": method, "batch_size": 12}
    embedder(tiny).train(config(tmp_path / "whole", **settings), *data)
    with pytest.raises(KeyboardInterrupt):
        embedder(tiny).train(config(tmp_path / "cut", **settings), *data, callbacks=[Killed()])
    op = embedder(tiny)
    resumed = config(tmp_path / "cut", **settings, resume_from=str(tmp_path / "cut"))
    result = op.train(resumed, *data)
    whole, cut = weights(tmp_path / "whole/model"), weights(tmp_path / "cut/model")
    for name in whole:
        np.testing.assert_array_equal(whole[name], cut[name])
    assert [row["step"] for row in result.history] == [3, 6, 9]
    with pytest.raises(UsageError, match="another training than the one to resume: lr"):
        embedder(tiny).train(resumed.replace(lr=0.5), *data)
    with pytest.raises(UsageError, match="holds no checkpoint"):
        embedder(tiny).train(resumed.replace(resume_from=str(tmp_path / "nothing")), *data)


def test_the_best_checkpoint_is_served_and_a_training_without_gain_stops_early(
    tiny: Path, tmp_path: Path
) -> None:
    # The scores to learn from say the opposite of those to measure with, so that the first
    # epoch is the best, and every later one worse.
    opposite = dataset(
        [
            {"a": sample.value[0], "b": sample.value[1], "score": 1 - score}
            for sample, score in zip(scored(KNOWN, 60, 1), scored(KNOWN, 60, 1).scores, strict=True)
        ],
        value=("a", "b"),
    )
    op = embedder(tiny)
    settings = config(tmp_path, epoch_num=30, early_stopping=2, lr_scheduler_type="constant")
    result = op.train(settings, opposite, scored(HELD_OUT, 60, 2))
    values = [row["spearman"] for row in result.history]
    best = max(range(len(values)), key=lambda place: (values[place], place))
    assert len(values) == best + 1 + 2 < 30
    assert result.metrics["spearman"] == pytest.approx(values[best], abs=1e-6)


def test_a_training_that_diverges_says_so_and_the_operator_stays(
    tiny: Path, tmp_path: Path
) -> None:
    op = embedder(tiny)
    before = op.ref
    with pytest.raises(TrainingError, match="diverged"):
        op.train(
            config(tmp_path, lr=1e30, optimizer="SGD", max_grad_norm=0, warmup_steps=0),
            matching(KNOWN),
        )
    assert op.ref == before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mixup": 0.2}, "mixup"),
        ({"label_smoothing": 0.1}, "label_smoothing"),
        ({"augment": "light"}, "augment='light'"),
        ({"method": "linear_probe"}, "method='linear_probe'"),
        ({"loss": "CrossEntropyLoss"}, "CrossEntropyLoss"),
        ({"loss": "CoSENTLoss"}, "CoSENTLoss"),
        ({"metric": "accuracy"}, "mrr or recall@k"),
        ({"metric": "spearman"}, "mrr or recall@k"),
        ({"precision": "16-mixed"}, "16-mixed"),
        ({"devices": 2}, "one device"),
        ({"batch_size": 100, "dataloader_drop_last": True}, "no whole batch of 100"),
        ({"loss": {"name_": "MultipleNegativesRankingLoss", "margin": 1}}, "margin"),
        ({"optimizer": {"name_": "AdamW", "momentum": 1}}, "momentum"),
    ],
)
def test_what_pairs_cannot_have_is_refused_by_name(
    tiny: Path, tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises((UsageError, UnknownNameError), match=message):
        embedder(tiny).train(config(tmp_path, **settings), matching(KNOWN), matching(HELD_OUT))


def test_pairs_that_are_none_are_refused_or_left_out_by_name(tiny: Path, tmp_path: Path) -> None:
    op, settings = embedder(tiny), config(tmp_path, epoch_num=1)
    rows = [{"a": code(part), "b": description(part)} for part in KNOWN]
    four = dataset([{**row, "c": "x", "d": "y"} for row in rows], value=tuple("abcd"), label=False)
    with pytest.raises(UsageError, match="have 4 values"):
        op.train(settings, four)
    file = tmp_path / "pairs.csv"
    file.write_text("one,other,similarity\nx,y,0.25\nv,w,1\n")
    read = dataset(file, value=("one", "other"))
    assert read.scores.tolist() == [0.25, 1.0]
    assert read.subset([1])[0].value == ("v", "w")
    named = dataset(
        [{**row, "same": "yes" if place % 2 else "no"} for place, row in enumerate(rows)],
        value=("a", "b"),
        label="same",
    )
    with pytest.raises(UsageError, match="the label of a pair is a number"):
        op.train(settings, named)
    with pytest.raises(UsageError, match="are no pairs"):
        op.train(settings, matching(KNOWN), dataset([("x", "one"), ("y", "two")]))
    with pytest.raises(UsageError, match="too few to hold some out"):
        op.train(settings, matching(KNOWN[:5]))
    with pytest.raises(DataError, match=r"1 of 2 samples .* have no score, first 'the list\[1\]'"):
        dataset(
            [{"a": "x", "b": "y", "score": 0.5}, {"a": "x", "b": "y", "score": None}],
            value=("a", "b"),
        )
    rows[3]["b"] = 3.5  # type: ignore[assignment]  # on purpose
    spoiled = dataset(rows, value=("a", "b"), label=False)
    result = op.train(settings, spoiled, matching(HELD_OUT))
    assert result.skipped == ("the list[3]",)
    assert any("1 pairs could not be read" in warning for warning in result.warnings)
    with pytest.raises(OperatorError, match=r"the list\[3\]"):
        op.train(settings, spoiled, matching(HELD_OUT), on_error="raise")


def test_pairs_on_both_sides_of_the_split_and_a_training_in_vain_are_told(
    tiny: Path, tmp_path: Path
) -> None:
    settings = config(tmp_path, epoch_num=1, lr=1e-12, optimizer="SGD")
    result = embedder(tiny).train(settings, matching(KNOWN), matching(KNOWN[:3] + HELD_OUT))
    assert any(
        "3 of 23 pairs to evaluate with are among those to train on" in warning
        for warning in result.warnings
    )
    assert any("did not help" in warning for warning in result.warnings)
    assert not result.is_better


def test_a_prompt_stands_in_front_of_every_text_in_training_too(tiny: Path, tmp_path: Path) -> None:
    # What is measured while it is trained, and afterwards by the operator, is the same only if
    # both have the prompt.
    op = embedder(tiny, prompt="part: ")
    result = op.train(config(tmp_path, epoch_num=3), matching(KNOWN), matching(HELD_OUT))
    assert max(row["mrr"] for row in result.history) == pytest.approx(result.metrics["mrr"])


def test_no_batch_has_a_value_twice_and_every_pair_is_there_once_an_epoch() -> None:
    # Five codes with four descriptions each: a batch may have five pairs at most.
    values = np.array([[number % 5, 100 + number] for number in range(20)])
    batches = PairBatches(values, 8, seed=3)
    orders = []
    for epoch in range(4):
        batches.set_epoch(epoch)
        found = list(batches)
        assert len(found) == len(batches) == 4
        assert sorted(place for batch in found for place in batch) == list(range(20))
        for batch in found:
            codes = values[batch, 0].tolist()
            assert len(set(codes)) == len(codes)
        orders.append(found)
    assert orders[0] != orders[1]
    batches.set_epoch(0)
    assert list(batches) == orders[0]


def test_a_folder_of_an_earlier_training_is_kept_or_replaced(tiny: Path, tmp_path: Path) -> None:
    data = matching(KNOWN[:30]), matching(HELD_OUT[:8])
    settings = config(tmp_path / "out", epoch_num=1)
    embedder(tiny).train(settings, *data)
    with pytest.raises(UsageError, match="holds an earlier training"):
        embedder(tiny).train(settings.replace(overwrite_output_dir=False), *data)
    shutil.rmtree(tmp_path / "out/model")
    embedder(tiny).train(settings, *data)
    assert [path.name for path in (tmp_path / "out/checkpoints").glob("checkpoint-*")] == [
        "checkpoint-2"
    ]


# -- texts with labels ----------------------------------------------------------------------


def labelled(parts: list[Any]) -> Any:
    """Codes with what kind of part they are of."""
    return dataset([(code(part), part[1]) for part in parts])


def _above_chance(count: int, classes: int) -> float:
    """An accuracy that guessing reaches once in three million times: five standard errors."""
    return 1 / classes + 5 * math.sqrt((1 / classes) * (1 - 1 / classes) / count)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        *(("sentence_transformers", each) for each in ("linear_probe", "full", "partial", "lora")),
        ("transformers", "linear_probe"),
        ("transformers", "full"),
    ],
)
def test_texts_with_labels_train_the_operators_of_both_libraries(
    tiny: Path, tmp_path: Path, kind: str, method: str
) -> None:
    def operator(folder: Path, **settings: Any) -> OperatorHandle:
        made = getattr(ops.text_embedding, kind)
        return made(checkpoint=str(folder), backend="torch", **settings)  # type: ignore[no-any-return]

    op = operator(tiny, normalize=False)
    settings = config(tmp_path / "out", method=method, epoch_num=20, lr=1e-2, metric="accuracy")
    result = op.train(settings, labelled(KNOWN), labelled(HELD_OUT))
    assert result.metrics["accuracy"] > _above_chance(len(HELD_OUT), 4)
    texts = [code(part) for part in HELD_OUT]
    vectors = np.stack(op.batch(texts))
    assert op.operator.dimension == vectors.shape[1]
    op.save(tmp_path / "saved")
    restored = operator(tmp_path / "saved", normalize=False)
    np.testing.assert_array_equal(restored(texts[0]), op(texts[0]))
    assert set((tmp_path / "saved/labels.txt").read_text().split()) == set(result_classes())
    onnx = getattr(ops.text_embedding, kind)(
        checkpoint=str(tmp_path / "saved"), backend="onnxruntime", precision="float32",
        normalize=False,
    )  # fmt: skip
    np.testing.assert_allclose(onnx(texts[0]), op(texts[0]), rtol=1e-3, atol=1e-4)
    if kind == "sentence_transformers":  # whose own library reads the projection too
        theirs = of_sentence_transformers(tmp_path / "saved", texts)
        np.testing.assert_allclose(vectors, theirs, rtol=1e-3, atol=1e-4)
    again = op.train(settings.replace(epoch_num=1, lr=1e-6), labelled(KNOWN), labelled(HELD_OUT))
    assert again.baseline["accuracy"] == pytest.approx(result.metrics["accuracy"])


def result_classes() -> list[str]:
    return ["ruv", "sib", "gaff", "lem"]


def test_what_texts_cannot_have_is_refused_by_name(tiny: Path, tmp_path: Path) -> None:
    for settings, message in (({"augment": "light"}, "augment"), ({"mixup": 0.2}, "mixup")):
        with pytest.raises(UsageError, match=message):
            embedder(tiny).train(config(tmp_path, **settings), labelled(KNOWN))
