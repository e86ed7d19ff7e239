"""Fingerprints are rdkit's own, and molecules that chemists call alike are near each other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tiny_molecules import MOLECULES
from towhee import DataCollection
from towhee.errors import DataError, MissingExtraError, UsageError
from towhee.operators.molecular_fingerprinting.rdkit import RdkitMolecularFingerprinting

Chem = pytest.importorskip("rdkit.Chem")

NAMES, SMILES = list(MOLECULES), list(MOLECULES.values())
ALIKE = {
    "aspirin": "salicylic acid",
    "caffeine": "theophylline",
    "glucose": "galactose",
    "ethanol": "propanol",
    "testosterone": "progesterone",
}


def reference(algorithm: str, size: int) -> Callable[[Any], Any]:
    """The function of rdkit itself that gives bits."""
    from rdkit.Chem import AllChem, MACCSkeys, rdFingerprintGenerator

    made = rdFingerprintGenerator
    return {
        "morgan": made.GetMorganGenerator(radius=2, fpSize=size).GetFingerprint,
        "maccs": MACCSkeys.GenMACCSKeys,
        "rdk": lambda molecule: AllChem.RDKFingerprint(molecule, fpSize=size),
        "atom_pairs": made.GetAtomPairGenerator(fpSize=size).GetFingerprint,
        "topological_torsion": made.GetTopologicalTorsionGenerator(fpSize=size).GetFingerprint,
    }[algorithm]


@pytest.mark.parametrize(
    "algorithm", ["morgan", "maccs", "rdk", "atom_pairs", "topological_torsion"]
)
@pytest.mark.parametrize("size", [512, 2048])
def test_bits_are_those_of_rdkit(algorithm: str, size: int) -> None:
    compute = reference(algorithm, size)
    theirs = np.array([list(compute(Chem.MolFromSmiles(each))) for each in SMILES])
    ours = RdkitMolecularFingerprinting(algorithm, size=size)
    assert ours.batch(SMILES).dtype == np.float32
    assert (ours.batch(SMILES) == theirs).all()
    assert ours.dimension == theirs.shape[1]
    packed = RdkitMolecularFingerprinting(algorithm, size=size, form="packed")
    assert (packed.batch(SMILES) == np.packbits(theirs, axis=1)).all()
    assert packed.dimension == packed("CCO").size


def test_counts_are_those_of_rdkit() -> None:
    from rdkit.Chem import rdFingerprintGenerator

    compute = rdFingerprintGenerator.GetMorganGenerator(radius=3, fpSize=256)
    theirs = compute.GetCountFingerprint(Chem.MolFromSmiles(MOLECULES["caffeine"]))
    counts = RdkitMolecularFingerprinting(form="counts", radius=3, size=256)
    assert counts(MOLECULES["caffeine"]).tolist() == list(theirs)
    assert counts(MOLECULES["caffeine"]).max() > 1


@pytest.mark.parametrize("algorithm", ["morgan", "maccs", "rdk", "atom_pairs"])
def test_the_nearest_by_tanimoto_is_the_one_that_chemists_name(algorithm: str) -> None:
    bits = RdkitMolecularFingerprinting(algorithm).batch(SMILES)
    common = bits @ bits.T
    total = bits.sum(1)
    tanimoto = common / (total[:, None] + total[None, :] - common) - 2 * np.eye(len(bits))
    nearest = {NAMES[row]: NAMES[column] for row, column in enumerate(tanimoto.argmax(axis=1))}
    assert {name: nearest[name] for name in ALIKE} == ALIKE


def test_aspirin_and_salicylic_acid_have_the_tanimoto_that_rdkit_gives() -> None:
    from rdkit import DataStructs

    compute = reference("morgan", 2048)
    one, other = (Chem.MolFromSmiles(MOLECULES[name]) for name in ("aspirin", "salicylic acid"))
    ours = RdkitMolecularFingerprinting().batch(SMILES[:2])
    common = ours[0] @ ours[1]
    assert common / (ours.sum() - common) == pytest.approx(
        DataStructs.TanimotoSimilarity(compute(one), compute(other))
    )


def test_a_chain_finds_the_nearest() -> None:
    data = DataCollection(SMILES).molecular_fingerprinting.rdkit(normalize=True)
    query = DataCollection([MOLECULES["aspirin"]]).molecular_fingerprinting.rdkit(normalize=True)
    (found,) = query.towhee.search_vectors(data=data, cal="IP", topk=2).to_list()
    assert [NAMES[place] for place in found.ids] == ["aspirin", "salicylic acid"]
    assert found.scores[0] == pytest.approx(1)


def test_one_molecule_has_one_fingerprint_however_it_is_written() -> None:
    fingerprint = RdkitMolecularFingerprinting()
    assert (fingerprint("OCC") == fingerprint("C(C)O")).all()


def test_mirror_images_differ_only_if_asked_for() -> None:
    left, right = "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"
    plain, chiral = RdkitMolecularFingerprinting(), RdkitMolecularFingerprinting(chirality=True)
    assert (plain(left) == plain(right)).all()
    assert (chiral(left) != chiral(right)).any()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hello", "'hello' is no molecule in SMILES: SMILES Parse Error: syntax error"),
        ("C1CC", "SMILES Parse Error: unclosed ring"),
        ("CC(C)(C)(C)C", "Explicit valence for atom # 1 C, 5, is greater than permitted"),
        ("c1cccc1", "Can't kekulize mol"),
        ("", "'' is a SMILES string without an atom"),
        ("C\x00C", "plain letters and signs only"),
        ("caf\udce9", "plain letters and signs only"),
        (None, "a molecule is a SMILES string, not NoneType"),
        (b"CCO", "a molecule is a SMILES string, not bytes"),
    ],
    ids=str,
)
def test_what_is_no_molecule_is_refused_with_the_reason_and_nothing_on_the_terminal(
    value: Any, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError) as refused:
        RdkitMolecularFingerprinting()(value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")


def test_a_row_that_is_no_molecule_leaves_its_neighbours() -> None:
    chain = DataCollection(["CCO", "hello", "CCCO"]).exception_safe()
    first, second, third = chain.molecular_fingerprinting.rdkit().to_list()
    assert second.is_empty()
    assert (
        np.stack([first.get(), third.get()])
        == RdkitMolecularFingerprinting().batch(["CCO", "CCCO"])
    ).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"algorithm": "ecfp"}, "algorithm is one of morgan, maccs, rdk"),
        ({"size": 0}, "size is a whole number of at least 1"),
        ({"radius": -1}, "radius is a whole number of at least 0"),
        ({"form": "bytes"}, "form is one of bits, counts, packed"),
        ({"algorithm": "maccs", "form": "counts"}, "MACCS keys are there or not"),
        ({"algorithm": "rdk", "chirality": True}, "rdk does not tell mirror images apart"),
        ({"form": "packed", "normalize": True}, "packed bits have no length"),
    ],
    ids=str,
)
def test_arguments_are_checked(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        RdkitMolecularFingerprinting(**wrong)


def test_a_missing_rdkit_is_answered_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[molecule\]"'):
        RdkitMolecularFingerprinting()("CCO")


def test_of_a_long_text_that_is_no_molecule_the_message_shows_the_beginning() -> None:
    with pytest.raises(DataError, match="no molecule in SMILES") as refused:
        RdkitMolecularFingerprinting()("x" * 100_000)
    assert len(str(refused.value)) < 500
