"""``towhee train``: a better model for data of one's own, behind a pipeline."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.engine import Address, Engine, check_only_on_ray
from towhee.cli.messages import Json, Verbose, note
from towhee.cli.settings import arguments_of
from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.trainer.training_config import TrainingConfig

_EARLIER = ("model", "checkpoints", "trials.journal", "folds.json", "pipeline.yaml")


class OnError(str, Enum):
    """What a sample that cannot be read does to the training."""

    SKIP = "skip"
    RAISE = "raise"


def train(
    ctx: typer.Context,
    pipeline: Annotated[
        str,
        typer.Argument(
            metavar="PIPELINE",
            help="A pipeline by name, or its file, whose embedding model is trained.",
            show_default=False,
        ),
    ],
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A folder that holds a folder of files for each class; a CSV, Parquet or JSON "
            'lines file with columns of values and labels; "train" for drawn images to try it.',
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="The folder for the trained model.", show_default=False
        ),
    ],
    evaluation: Annotated[
        str | None,
        typer.Option(
            "--eval",
            metavar="DATA",
            help="What is measured with; a fifth of the other if not given.",
            show_default=False,
        ),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            metavar="DATA",
            help="With --trials: what the best is measured with, which chooses nothing.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings of the training, as YAML.", show_default=False),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="The column of labels, if its name does not say so.", show_default=False),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            help="The column of values, if its name does not say so; twice for pairs.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="How often the data is gone through; by the data if not given."),
    ] = None,
    lr: Annotated[
        str | None,
        typer.Option(
            help="The learning rate, or find; by the method if not given.", show_default=False
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="linear_probe, lora, partial or full; by the data if not given.",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Any other setting of a training, such as --set batch_size=64; repeatable. The "
            "value is read as YAML.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            min=1, help="Search for settings by so many trainings, and keep the best model."
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            min=2, help="Measure by cross-validation with so many folds, then train on all samples."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what was cut off in the output folder.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier training in the output folder.")
    ] = False,
    on_error: Annotated[
        OnError,
        typer.Option(help="A sample that cannot be read is left out (skip), or ends it (raise)."),
    ] = OnError.SKIP,
    engine: Annotated[
        Engine,
        typer.Option(help="Where it is trained: in this process, or on a Ray cluster."),
    ] = Engine.LOCAL,
    address: Address = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --engine ray: workers that share the training, or trials at once.",
            show_default=False,
        ),
    ] = None,
    cpus: Annotated[
        float | None,
        typer.Option(
            min=0.01, help="With --engine ray: processors of each worker.", show_default=False
        ),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option(min=0, help="With --engine ray: GPUs of each worker.", show_default=False),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Train the model behind a pipeline on data of your own.

    What you leave open is chosen from the data, and the reasons are told. The folder then holds
    the model, a report, and pipeline.yaml, which every command takes as a pipeline.

    Examples:

    \b
      towhee train image-embedding-resnet50 shoes/ -o shoes_model
      towhee train image-embedding-resnet50 shoes.csv -o shoes_model --label kind --epochs 5
      towhee train image-embedding-resnet50 shoes/ -o shoes_model --trials 20
      towhee train image-embedding-resnet50 shoes/ -o shoes_model --engine ray --address auto
      towhee embed photos/ -o photos.parquet --pipeline shoes_model/pipeline.yaml
    """
    from towhee.cli.training import Wanted, carry_out
    from towhee.trainer.ray_training.placement import Placement

    if trials is not None and folds is not None:
        raise typer.BadParameter("give --trials or --folds, not both", param_hint="--folds")
    if test is not None and trials is None:
        raise typer.BadParameter("it belongs to --trials; give --eval", param_hint="--test")
    if folds is not None and evaluation is not None:
        raise typer.BadParameter(
            "folds are measured with samples of their own data", param_hint="--eval"
        )
    check_only_on_ray(
        engine,
        address=address is not None,
        workers=workers is not None,
        cpus=cpus is not None,
        gpus=gpus is not None,
    )
    if engine is Engine.RAY and folds is not None:
        raise typer.BadParameter(
            "folds are trained in this process, one after another", param_hint="--engine"
        )
    _check_output(output, resume=resume, overwrite=overwrite)
    given = {"epoch_num": epochs, "lr": lr, "method": method}
    more = {name: each for name, each in given.items() if each is not None}
    made = _config(config, {**more, **arguments_of(settings or ())}, output, resume=resume)
    wanted = Wanted(
        pipeline=pipeline,
        data=data,
        evaluation=evaluation,
        test=test,
        label=label,
        values=tuple(value or ()),
        trials=trials,
        folds=folds,
        on_error="raise" if on_error is OnError.RAISE else "skip",
        as_json=as_json,
        engine=engine.value,
        placement=Placement(address, workers, cpus, gpus or 0),
    )
    try:
        carry_out(wanted, made, output)
    except KeyboardInterrupt:
        note(f"stopped. The same command with --resume goes on: {output} holds what was done")
        raise


def _check_output(output: Path, *, resume: bool, overwrite: bool) -> None:
    if output.exists() and not output.is_dir():
        raise UsageError(f"{str(output)!r} is a file; name a folder for the trained model")
    found = [name for name in _EARLIER if (output / name).exists()]
    if found and not resume and not overwrite:
        raise UsageError(
            f"{str(output)!r} holds an earlier training ({', '.join(found)}): name another folder, "
            "or give --resume to go on with it, or --overwrite"
        )
    if resume and not output.is_dir():
        raise UsageError(f"there is nothing to go on with: no folder {str(output)!r}")


def _config(
    file: Path | None, given: dict[str, Any], output: Path, *, resume: bool
) -> TrainingConfig:
    """The settings of a file, and those of the command line in their place."""
    from towhee.trainer.training_config import TrainingConfig

    for name in ("output_dir", "resume_from", "overwrite_output_dir"):
        if name in given:
            option = {"output_dir": "-o", "resume_from": "--resume"}.get(name, "--overwrite")
            raise UsageError(f"--set {name}=… is said by {option}")
    base = TrainingConfig() if file is None else TrainingConfig.load(file)
    return base.replace(
        **given,
        output_dir=str(output),
        resume_from=str(output) if resume else None,
        overwrite_output_dir=True,
    )
