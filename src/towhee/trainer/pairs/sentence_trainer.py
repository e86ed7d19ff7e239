"""The trainer of sentence-transformers, told how to run a training on pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.trainer.importing import import_sentence_transformers, import_transformers_trainer
from towhee.trainer.pairs.pair_data import Pairs
from towhee.trainer.pairs.recorder import WEIGHTS, load_tensors, save_tensors
from towhee.trainer.pairs.task import PairTask

_COLUMNS = ("anchor", "positive", "negative")


def pair_trainer(
    model: Any,
    loss: Any,
    task: PairTask,
    prompt: str,
    *,
    evaluate: Callable[[Any], dict[str, float]],
    callback: Any,
    optimizers: tuple[Any, Any],
    shows_bar: bool,
) -> Any:
    """The trainer.

    Args:
        model: of sentence-transformers.
        loss: of it.
        task: what is trained, on what.
        prompt: what stands in front of every text.
        evaluate: the measures of the model.
        callback: is told how it goes.
        optimizers: the optimizer and its schedule.
        shows_bar: whether there is somewhere to show a progress bar.

    Raises:
        UsageError: for callbacks of another library, and devices that it cannot use.
    """
    library, training = import_sentence_transformers(), import_transformers_trainer()
    from sentence_transformers.base.evaluation import BaseEvaluator

    for each in task.callbacks:
        if not isinstance(each, training.TrainerCallback):
            raise UsageError(
                "pairs of texts are trained by the trainer of transformers, whose callbacks are "
                f"TrainerCallbacks; {type(each).__name__} is none"
            )

    class Evaluator(BaseEvaluator):
        def __call__(self, model: Any, *_: Any, **__: Any) -> dict[str, float]:
            return {f"measure_{name}": value for name, value in evaluate(model).items()}

    class PairTrainer(library.SentenceTransformerTrainer):  # type: ignore[misc,name-defined]  # Any
        # A checkpoint has the weights alone, under the names that they have in training: those of
        # low-rank layers are no model that could be opened.
        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
            save_tensors(self.model, Path(output_dir or self.args.output_dir) / WEIGHTS)

        def _load_from_checkpoint(self, checkpoint_path: str) -> None:
            load_tensors(self.model, Path(checkpoint_path) / WEIGHTS)

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            """None: our own card is written, without what it would compute for its own."""

    evaluator: Any = Evaluator  # Any: its base's own __init__ has no types
    is_evaluated = task.config.eval_strategy != "no"
    trainer = PairTrainer(
        model=model,
        args=_arguments(task, prompt, shows_bar),
        train_dataset=_table(task.train),
        loss=loss,
        evaluator=evaluator() if is_evaluated else None,
        callbacks=[*_board(task), callback, *task.callbacks],
        optimizers=optimizers,
    )
    trainer.remove_callback(training.PrinterCallback)
    return trainer


def _arguments(task: PairTask, prompt: str, shows_bar: bool) -> Any:
    library = import_sentence_transformers()
    settings, config = task.settings, task.config
    devices = settings.devices if isinstance(settings.devices, list) else [0] * settings.devices
    if len(devices) > 1 or devices[0] != 0:
        raise UsageError(
            f"pairs of texts are trained on one device, the first that is seen, and not on "
            f"{settings.devices}: choose it with CUDA_VISIBLE_DEVICES, before Python starts"
        )
    batches = task.batches()
    made = library.SentenceTransformerTrainingArguments(
        output_dir=str(task.folder),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation,
        learning_rate=settings.lr,
        max_grad_norm=settings.max_grad_norm or 0.0,
        bf16=settings.precision == "bf16-mixed",
        fp16=settings.precision == "16-mixed",
        use_cpu=settings.accelerator == "cpu",
        seed=config.seed,
        eval_strategy=config.eval_strategy,
        eval_steps=config.eval_steps or 100,
        save_strategy="no",  # what is kept is decided at the end of an epoch
        save_total_limit=1,
        logging_strategy="steps",
        logging_steps=config.print_steps or 50,
        logging_nan_inf_filter=False,
        disable_tqdm=not shows_bar,
        report_to="none",
        dataloader_num_workers=settings.workers,
        dataloader_pin_memory=bool(config.dataloader_pin_memory),
        dataloader_drop_last=config.dataloader_drop_last,
        prompts=prompt or None,
        batch_sampler=lambda *_, **__: batches,
    )
    made._n_gpu = min(1, made.n_gpu)  # one device, where there are several too
    return made


def _table(pairs: Pairs) -> Any:
    import datasets

    columns: dict[str, Sequence[Any]] = {
        name: [sample.value for sample in side]
        for name, side in zip(_COLUMNS, pairs.sides, strict=False)
    }
    if pairs.scores is not None:
        columns["label"] = pairs.scores.tolist()
    return datasets.Dataset.from_dict(dict(columns))


def _board(task: PairTask) -> list[Any]:
    """Curves for TensorBoard, if it is wanted and installed."""
    wanted = task.config.tensorboard
    if wanted is None:
        return []
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        return []
    import_transformers_trainer()
    from transformers.integrations.integration_utils import TensorBoardCallback

    # Any: it has no types.
    made: Any = TensorBoardCallback
    where = Path(wanted.get("log_dir") or task.folder.parent / "tensorboard")
    comment = wanted.get("comment")
    return [made(SummaryWriter(str(where / comment) if comment else str(where)))]
