"""``molecule_embedding.transformers``: molecules in SMILES to vectors of a language model."""

from __future__ import annotations

import os
from collections.abc import Sequence

from towhee.models.known_model import KnownModel
from towhee.models.molecules.sample_molecules import SAMPLE_MOLECULES
from towhee.operators.text_embedding.transformers import TransformersTextEmbedding


class TransformersMoleculeEmbedding(TransformersTextEmbedding):
    """Embed molecules with a transformer that was trained on SMILES strings, such as ChemBERTa.

    It reads the string and knows no chemistry besides: two ways to write one molecule have two
    vectors, so write all of them by one program. For likeness of structure as chemists measure it
    take ``molecular_fingerprinting.rdkit``.

    Args:
        model_name: ``"DeepChem/ChemBERTa-100M-MLM"``, or any encoder on the Hub that reads SMILES.
        pooling, max_tokens, normalize, device, backend, precision, fidelity, checkpoint,
            trust_pickle: as for ``text_embedding.transformers``.
        calibration: molecules of your own kind, on which vectors are compared and int8 is
            calibrated; the sample molecules if not given.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a kind that is not supported.

    Example:
        >>> embed = TransformersMoleculeEmbedding()
        >>> embed("CC(=O)Oc1ccccc1C(=O)O").shape  # doctest: +SKIP
        (768,)

    Source: Ahmad and others, "ChemBERTa-2: Towards Chemical Foundation Models",
    https://arxiv.org/abs/2209.01712
    """

    models = {"DeepChem/ChemBERTa-100M-MLM": KnownModel(dimension=768, megabytes=369)}
    samples = SAMPLE_MOLECULES

    def __init__(
        self,
        model_name: str = "DeepChem/ChemBERTa-100M-MLM",
        *,
        pooling: str = "mean",
        max_tokens: int | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.9999,
        calibration: Sequence[str] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            pooling=pooling,
            max_tokens=max_tokens,
            normalize=normalize,
            device=device,
            backend=backend,
            precision=precision,
            fidelity=fidelity,
            calibration=calibration,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )
