"""Vectors of molecules are those of transformers itself, with the model's own tokenizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tiny_molecules import MOLECULES, tiny_chemberta
from tiny_texts import of_transformers
from towhee import DataCollection, ops
from towhee.errors import DataError
from towhee.models.molecules.sample_molecules import SAMPLE_MOLECULES

SMILES = [*MOLECULES.values(), *SAMPLE_MOLECULES, "C" * 3000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_chemberta(tmp_path_factory.mktemp("models") / "chemberta")


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_vectors_are_those_of_transformers(folder: Path, pooling: str) -> None:
    embed = ops.molecule_embedding.transformers(
        checkpoint=folder, pooling=pooling, backend="torch", normalize=False
    )
    theirs = of_transformers(folder, SMILES, pooling)
    assert np.abs(embed.batch(SMILES) - theirs).max() < 1e-5 * max(1, np.abs(theirs).max())


def test_another_backend_is_exported_for_and_agrees_on_molecules(folder: Path) -> None:
    settings = {"checkpoint": folder, "precision": "float32"}
    exported = ops.molecule_embedding.transformers(backend="onnxruntime", **settings)
    reference = ops.molecule_embedding.transformers(backend="torch", **settings)
    assert np.abs(exported.batch(SMILES) - reference.batch(SMILES)).max() < 1e-5


def test_backends_are_compared_on_molecules(folder: Path) -> None:
    embed = ops.molecule_embedding.transformers(checkpoint=folder, backend="torch")
    network = embed.operator.running.network
    rows = [ids[0].tolist() for ids, _ in network.calibration()]
    assert rows == [network.tokenizer.ids(smiles).tolist() for smiles in SAMPLE_MOLECULES]


def test_a_chain_keeps_the_order(folder: Path) -> None:
    chain = DataCollection(SMILES).molecule_embedding.transformers(
        checkpoint=folder, backend="torch"
    )
    one_by_one = ops.molecule_embedding.transformers(checkpoint=folder, backend="torch")
    expected = np.stack([one_by_one(smiles) for smiles in SMILES])
    assert np.abs(np.stack(chain.to_list()) - expected).max() < 1e-5


def test_what_is_no_text_is_refused(folder: Path) -> None:
    embed = ops.molecule_embedding.transformers(checkpoint=folder, backend="torch")
    with pytest.raises(DataError, match="a text is a str, not bytes"):
        embed(b"CCO")
