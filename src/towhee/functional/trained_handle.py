"""``op.train`` and its like: an operator whose model is made better, and then served."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef

if TYPE_CHECKING:
    from towhee.plan.options import OnError
    from towhee.trainer.data import TrainingData
    from towhee.trainer.folds import CrossValidation
    from towhee.trainer.folds.fold_places import Groups
    from towhee.trainer.hyperparameters import SearchResult
    from towhee.trainer.pretraining.result import PretrainingResult
    from towhee.trainer.rate_finding import RateFinding
    from towhee.trainer.result import TrainingResult
    from towhee.trainer.training_config import TrainingConfig


class TrainedHandle(ABC):
    """What an operator on its own can learn; the trainer is loaded when it is first asked for."""

    def __init__(self, ref: OperatorRef) -> None:
        self.ref = ref

    @abstractmethod
    def _serve(self, ref: OperatorRef) -> None:
        """Be the operator of a model that was trained, from now on."""

    def train(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        *,
        unlabelled: Any = None,
        model_card: str | None = None,
        callbacks: Sequence[Any] = (),
        on_error: OnError = "skip",
        engine: Literal["local", "ray"] = "local",
        address: str | None = None,
        num_worker: int | None = None,
        num_cpus: float | None = None,
        num_gpus: float = 0,
        memory: int | None = None,
    ) -> TrainingResult:
        """Fine-tune the model on data of your own; this operator then serves what was trained.

        Chains that are built with it from now on serve it too; one that was built before keeps
        the model that it was built with.

        Args:
            training_config: what the training is to be like; what it leaves open is chosen from
                the data, and the log says why.
            train_dataset: samples with labels, as ``dataset(…)`` gives them, or what it takes: a
                folder of class folders, a table, a data set of torchvision or Hugging Face.
            eval_dataset: the same to measure with; a fifth of the other if not given.
            unlabelled: what ``training_config.pretrain`` or ``.teacher`` learns from in front of
                the labels, as `pretrain` takes it; the images of ``train_dataset`` if not given.
            model_card: the text of ``README.md`` beside the weights; written if not given.
            callbacks: of Lightning.
            on_error: ``"skip"`` goes on without samples that cannot be read, and says which;
                ``"raise"`` stops at the first.
            engine: ``"local"`` for this machine, or ``"ray"`` for a Ray cluster. The files that
                samples and model are of have to lie at the same paths there; what is trained
                arrives in ``output_dir`` here.
            address: of the cluster, as ``set_engine`` takes it.
            num_worker: workers that share the training, as the ``devices`` of a config do; one if
                neither is given.
            num_cpus: processors of each; as many as the machines have, if not given.
            num_gpus: GPUs of each.
            memory: bytes of main memory of each.

        Returns:
            Where the model is, how good it is and was, and why each choice was made.

        Raises:
            UsageError: for an operator, data or settings that cannot be trained with.
            TrainingError: if the training diverges, its results cannot be written, or workers of
                a cluster are lost again and again.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> result = op.train(train_dataset=dataset("shoes/"))  # doctest: +SKIP
            >>> op.save("shoe_model/")  # doctest: +SKIP
        """
        from towhee.trainer.ray_training.placement import Placement, placement_of
        from towhee.trainer.ray_training.training import train_on_cluster
        from towhee.trainer.training import train
        from towhee.trainer.training_config import TrainingConfig

        given = Placement(address, num_worker, num_cpus, num_gpus, memory)
        there = placement_of(engine, given)
        result = (train if there is None else partial(train_on_cluster, placement=there))(
            self.ref,
            training_config or TrainingConfig(),
            _data(train_dataset),
            None if eval_dataset is None else _data(eval_dataset),
            unlabelled=None if unlabelled is None else _data(unlabelled, label=False),
            model_card=model_card,
            callbacks=callbacks,
            on_error=on_error,
        )
        self._serve(result.ref)
        return result

    def pretrain(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        *,
        callbacks: Sequence[Any] = (),
    ) -> PretrainingResult:
        """Train the model on images without labels; this operator then serves it.

        It is a step in front of labels: ``op.pretrain(…)`` and then ``op.train(…)``, or both at
        once by ``op.train(TrainingConfig(pretrain="simclr"), …)``, whose report has the scores of
        the untouched model, of the one in front of its labels, and of the last.

        Args:
            training_config: what it is to be like; its ``pretrain`` names the method.
            train_dataset: images, as ``dataset(…, label=False)`` gives them, or what it takes.
            eval_dataset: images with labels, by which the models are compared; not learned from.
            callbacks: of Lightning.

        Returns:
            Where the model is, and how much better it is, if there was something to measure with.

        Raises:
            UsageError: for an operator or settings that do not suit the method.
            TrainingError: if the training diverges, or its results cannot be written.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> from towhee.trainer.training_config import TrainingConfig
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> config = TrainingConfig(pretrain="dino", epoch_num=20)
            >>> op.pretrain(config, dataset("photos/", label=False))  # doctest: +SKIP
        """
        from towhee.trainer.pretraining.pretraining import pretrain
        from towhee.trainer.training_config import TrainingConfig

        result = pretrain(
            self.ref,
            training_config or TrainingConfig(),
            _data(train_dataset, label=False),
            None if eval_dataset is None else _data(eval_dataset),
            callbacks=callbacks,
        )
        self._serve(result.ref)
        return result

    def distill(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        teacher: Any = None,
        eval_dataset: Any = None,
        *,
        match: str = "vectors",
        label_weight: float = 0.0,
        callbacks: Sequence[Any] = (),
        on_error: OnError = "skip",
    ) -> PretrainingResult:
        """Train the model to agree with another operator, without labels; it is served then.

        Args:
            training_config: what the training is to be like.
            train_dataset: samples, as ``dataset(…, label=False)`` gives them, or what it takes.
            teacher: an operator, ``ops.image_embedding.timm(…)``, or the name or folder of a
                model for this one; ``training_config.teacher`` if not given.
            eval_dataset: samples to measure the agreement with; a tenth of the others if not
                given.
            match: ``"vectors"`` for the teacher's own vectors, so that one can be searched for
                among the other's; ``"similarities"`` for vectors of this model's length that are
                alike where the teacher's are.
            label_weight: of labels beside the teacher, for samples that have one.
            callbacks: of Lightning.
            on_error: ``"skip"`` goes on without samples that cannot be read, and says which;
                ``"raise"`` stops at the first.

        Returns:
            Where the model is, and how much better it agrees with its teacher.

        Raises:
            UsageError: for a teacher, an operator or settings that do not go together.
            TrainingError: if the training diverges, or its results cannot be written.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> teacher = ops.image_embedding.timm(model_name="vit_base_patch16_224")
            >>> photos = dataset("photos/", label=False)  # doctest: +SKIP
            >>> op.distill(train_dataset=photos, teacher=teacher)  # doctest: +SKIP
        """
        from towhee.trainer.distillation.distilling import distill
        from towhee.trainer.training_config import TrainingConfig

        result = distill(
            self.ref,
            training_config or TrainingConfig(),
            _data(train_dataset, label=False),
            teacher,
            None if eval_dataset is None else _data(eval_dataset, label=False),
            match=match,
            label_weight=label_weight,
            callbacks=callbacks,
            on_error=on_error,
        )
        self._serve(result.ref)
        return result

    def find_lr(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        *,
        on_error: OnError = "skip",
    ) -> RateFinding:
        """Try learning rates from far too small to far too large, for a step each.

        Nothing is trained, and the operator stays what it is. ``TrainingConfig(lr="find")`` does
        the same at the beginning of a training, and goes on with what was found.

        Args:
            training_config: what the training is to be like.
            train_dataset: as `train` takes it.
            on_error: as `train` takes it.

        Returns:
            The loss at each rate, the rate to take (``.lr``), the reason, and ``.html()``.

        Raises:
            UsageError: for an operator, data or settings that cannot be trained with.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> op.find_lr(train_dataset=dataset("shoes/")).lr  # doctest: +SKIP
            0.0021
        """
        from towhee.trainer.rate_finding.find import find_lr
        from towhee.trainer.training_config import TrainingConfig

        data = _data(train_dataset)
        return find_lr(self.ref, training_config or TrainingConfig(), data, on_error=on_error)

    def tune(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        *,
        trials: int = 20,
        space: Mapping[str, Any] | None = None,
        pruner: Literal["median", "hyperband", "none"] = "median",
        timeout_s: float | None = None,
        test_dataset: Any = None,
        on_error: OnError = "skip",
        engine: Literal["local", "ray"] = "local",
        address: str | None = None,
        num_worker: int | None = None,
        num_cpus: float | None = None,
        num_gpus: float = 0,
        memory: int | None = None,
    ) -> SearchResult:
        """Train with different settings; this operator then serves the model of the best trial.

        What the config leaves open is searched: method, learning rate, loss, batch size, weight
        decay, epochs. The first trial is what `train` does by itself. ``output_dir`` holds the
        table (``trials.csv``, ``trials.html``) and the best trial's folder; with
        ``resume_from=output_dir`` a search that was cut off goes on, or one goes on to more
        trials.

        Args:
            training_config: what all trials have.
            train_dataset: as `train` takes it.
            eval_dataset: what trials are compared by; a fifth of the other if not given.
            trials: how many.
            space: what is searched instead, by the name of a setting: a list of values, or a pair
                of numbers: ``{"lr": (1e-4, 1e-2), "batch_size": [16, 32]}``. There are
                ``"weight_decay"``, ``"optimizer.momentum"`` and ``"loss.temperature"`` too.
            pruner: what ends trials early that promise nothing.
            timeout_s: seconds after which no trial begins and none goes on.
            test_dataset: what the best is measured with. The data that chose it is better than
                any that will come.
            on_error: as `train` takes it.
            engine: ``"local"``, where trials run one after another, or ``"ray"``, where as many
                run at once as the cluster has room for. The table is then kept by this process.
            address: of the cluster, as ``set_engine`` takes it.
            num_worker: trials at once, at most.
            num_cpus: processors of each; one if neither is given.
            num_gpus: GPUs of each; 0.5 lets two share one.
            memory: bytes of main memory of each.

        Returns:
            ``best_config``, ``trials``, ``result`` (of the best); printed, it is the table.

        Raises:
            UsageError: for an operator, data, settings or a space that cannot be.
            TrainingError: if every trial fails.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> found = op.tune(train_dataset=dataset("shoes/"), trials=10)  # doctest: +SKIP
            >>> found.best_config.lr  # doctest: +SKIP
            0.0021
        """
        from towhee.trainer.hyperparameters import tune
        from towhee.trainer.ray_training.placement import Placement, placement_of
        from towhee.trainer.ray_training.searching import OnCluster
        from towhee.trainer.training_config import TrainingConfig

        given = Placement(address, num_worker, num_cpus, num_gpus, memory)
        there = placement_of(engine, given)
        found = tune(
            self.ref,
            training_config or TrainingConfig(),
            _data(train_dataset),
            None if eval_dataset is None else _data(eval_dataset),
            trials=trials,
            space=space,
            pruner=pruner,
            timeout_s=timeout_s,
            test=None if test_dataset is None else _data(test_dataset),
            on_error=on_error,
            place=None if there is None else OnCluster(there),
        )
        self._serve(found.result.ref)
        return found

    def cross_validate(
        self,
        training_config: TrainingConfig | None = None,
        train_dataset: Any = None,
        *,
        folds: int = 5,
        groups: Groups | None = None,
        train_on_all: bool = False,
        on_error: OnError = "skip",
    ) -> CrossValidation:
        """Measure how good a model is that is trained so, with every sample once.

        For each fold a model is trained on the samples of the others. Each class has its share in
        each fold, and samples of the same content are in one. The operator stays what it is,
        unless it is trained on all samples at the end.

        Args:
            training_config: what each training is to be like; ``output_dir`` holds the table
                (``folds.csv``, ``folds.html``) and the folds' reports.
            train_dataset: as `train` takes it.
            folds: how many.
            groups: of each sample what it belongs to (a speaker, a patient), or a function that
                tells it from the sample's key; samples of one group are in one fold.
            train_on_all: train on all samples at the end; this operator then serves that model.
            on_error: as `train` takes it.

        Returns:
            Mean and standard deviation of every measure, of the untouched model too.

        Raises:
            UsageError: for an operator, data, settings or folds that do not go together.
            TrainingError: if a training diverges, or its results cannot be written.
            MissingExtraError: if what trains is not installed.

        Example:
            >>> from towhee import dataset, ops
            >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
            >>> print(op.cross_validate(train_dataset=dataset("shoes/")))  # doctest: +SKIP
            knn 0.6120 ± 0.0142 → 0.8340 ± 0.0098 by partial, over 5 folds
        """
        from towhee.trainer.folds import cross_validate
        from towhee.trainer.training_config import TrainingConfig

        found = cross_validate(
            self.ref,
            training_config or TrainingConfig(),
            _data(train_dataset),
            folds=folds,
            groups=groups,
            train_on_all=train_on_all,
            on_error=on_error,
        )
        if found.result is not None:
            self._serve(found.result.ref)
        return found

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Copy the model's folder: weights, preprocessing, projection, labels and card.

        The same operator takes it as ``checkpoint=folder``.

        Args:
            folder: must not exist, or be empty.

        Raises:
            UsageError: if the operator has no folder of its own, or there is something already.
            TrainingError: if it cannot be written.
        """
        source = dict(self.ref.kwargs).get("checkpoint")
        if source is None or not Path(source).is_dir():
            raise UsageError(
                f"{self.ref.name} has no model folder to save: its weights are those of its name; "
                "train it first"
            )
        from towhee.trainer.trained_folder import copy_model

        copy_model(Path(source), Path(folder))


def _data(source: Any, *, label: bool = True) -> TrainingData:
    """What a user gives as data to learn from.

    Args:
        source: samples, or what ``dataset(…)`` takes.
        label: whether each has to have one.

    Raises:
        UsageError: for nothing.
    """
    from towhee.trainer import dataset
    from towhee.trainer.data import TrainingData

    if source is None:
        what = "train on: pass train_dataset=" if label else "learn from: pass "
        raise UsageError(f"there is nothing to {what}dataset({'…' if label else '…, label=False'})")
    if isinstance(source, TrainingData):
        return source
    return dataset(source) if label else dataset(source, label=False)
