"""Translations are those that transformers' own models write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiny_tokenizers import SENTENCES
from tiny_writers import m2m100, marian, nllb, t5
from towhee import DataCollection
from towhee.errors import DataError, MissingExtraError, UnknownNameError, UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.machine_translation.transformers import TransformersMachineTranslation

GERMAN = {"target_language": "de"}
BOTH = {"source_language": "en", "target_language": "de"}
LONG = {"source_language": "eng_Latn", "target_language": "deu_Latn"}


def many_marian(into: Path) -> Path:
    return marian(into, "deu", "fra")


def of_transformers(folder: Path, prefix: str, languages: dict[str, str], beams: int) -> list[str]:
    """Each sentence translated on its own, as the documentation of the models shows it."""
    transformers = import_transformers()
    options: dict[str, Any] = {}
    with quiet_transformers():
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder)
        if languages:
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, src_lang=languages["source_language"]
            )
            target = languages["target_language"]
            code = f"__{target}__" if "_" not in target else target
            options["forced_bos_token_id"] = tokenizer.convert_tokens_to_ids(code)
        else:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        written = []
        for sentence in SENTENCES:
            given = tokenizer(prefix + sentence, return_tensors="pt")
            ids = model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                max_new_tokens=12,
                num_beams=beams,
                **options,
            )
            written.append(tokenizer.decode(ids[0], skip_special_tokens=True))
    return written


@pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize(
    ("make", "languages", "prefix", "told"),
    [
        (t5, GERMAN, "translate English to German: ", {}),
        (marian, {}, "", {}),
        (many_marian, {"target_language": "fra"}, ">>fra<< ", {}),
        (m2m100, BOTH, "", BOTH),
        (nllb, LONG, "", LONG),
    ],
    ids=["t5", "marian", "marian for many languages", "m2m100", "nllb"],
)
def test_translations_are_those_of_transformers(
    make: Callable[[Path], Path],
    languages: dict[str, str],
    prefix: str,
    told: dict[str, str],
    beams: int,
    tmp_path: Path,
) -> None:
    folder = make(tmp_path / "model")
    translate = TransformersMachineTranslation(
        checkpoint=folder, max_new_tokens=12, num_beams=beams, device="cpu", **languages
    )
    theirs = of_transformers(folder, prefix, told, beams)
    assert translate.batch(SENTENCES) == theirs
    assert len(set(theirs)) > 2, "the sentences are told apart"


def test_other_languages_give_other_translations(tmp_path: Path) -> None:
    folder = m2m100(tmp_path / "model")
    german, french = (
        TransformersMachineTranslation(
            checkpoint=folder, source_language="en", target_language=target, max_new_tokens=12
        ).batch(SENTENCES)
        for target in ("de", "fr")
    )
    assert german != french


def test_the_earlier_name_runs_in_a_chain(tmp_path: Path) -> None:
    folder = marian(tmp_path / "model")
    translate = TransformersMachineTranslation(checkpoint=folder, max_new_tokens=12, device="cpu")
    chain = DataCollection(SENTENCES * 2).machine_translation.opus_mt(
        checkpoint=folder, max_new_tokens=12, device="cpu"
    )
    assert chain.to_list() == translate.batch(SENTENCES) * 2


@pytest.mark.parametrize(
    ("make", "languages", "message"),
    [
        (m2m100, {}, "pass source_language= and target_language="),
        (m2m100, {"target_language": "de"}, "pass source_language= and target_language="),
        (t5, {"target_language": "it"}, "translates from en to de, en to fr"),
        (t5, {}, "translates from en to de, en to fr"),
        (many_marian, {}, "translates into deu, fra: pass target_language="),
        (marian, {"target_language": "de"}, "leave out source_language and target_language"),
    ],
)
def test_what_has_to_be_said_of_languages_is_asked_for(
    make: Callable[[Path], Path], languages: dict[str, str], message: str, tmp_path: Path
) -> None:
    translate = TransformersMachineTranslation(checkpoint=make(tmp_path / "model"), **languages)
    with pytest.raises(UsageError, match=message):
        translate("It rains.")


@pytest.mark.parametrize(
    ("make", "languages", "closest"),
    [
        (m2m100, {"source_language": "en", "target_language": "deu"}, "'de'"),
        (nllb, {"source_language": "eng_Latn", "target_language": "ger_Latn"}, "'ibo_Latn'|_Latn"),
        (many_marian, {"target_language": "fre"}, "'fra'"),
    ],
)
def test_an_unknown_language_is_answered_with_the_closest(
    make: Callable[[Path], Path], languages: dict[str, str], closest: str, tmp_path: Path
) -> None:
    translate = TransformersMachineTranslation(checkpoint=make(tmp_path / "model"), **languages)
    with pytest.raises(UnknownNameError, match=closest):
        translate("It rains.")


def test_a_text_longer_than_the_model_reads_is_refused_and_not_cut(tmp_path: Path) -> None:
    translate = TransformersMachineTranslation(checkpoint=marian(tmp_path / "model"))
    with pytest.raises(DataError, match=r"the model reads 64 at most: divide it first"):
        translate("It rains. " * 40)


@pytest.mark.parametrize("value", [None, b"text", 3, ["a text"]], ids=str)
def test_what_is_no_text_is_refused(value: object, tmp_path: Path) -> None:
    translate = TransformersMachineTranslation(checkpoint=t5(tmp_path / "model"), **GERMAN)
    with pytest.raises(DataError, match=f"a text is a str, not {type(value).__name__}"):
        translate(value)


def test_half_a_surrogate_pair_is_refused_with_the_remedy(tmp_path: Path) -> None:
    for make, languages in ((t5, GERMAN), (marian, {})):
        folder = make(tmp_path / make.__name__)
        translate = TransformersMachineTranslation(checkpoint=folder, **languages)
        with pytest.raises(DataError, match=r'text\.encode\("utf-8", "ignore"\)'):
            translate("caf\udce9")


def test_a_missing_package_of_the_tokenizer_is_named_by_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_transformers()
    from towhee.models.transformers import task_folder

    def lacking(*words: Any, **options: Any) -> Any:
        raise ImportError("MarianTokenizer requires the SentencePiece library")

    monkeypatch.setattr(task_folder, "load_processor", lacking)
    translate = TransformersMachineTranslation(checkpoint=marian(tmp_path / "model"))
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[translation\]"'):
        translate("It rains.")


def test_models_of_opus_go_by_their_short_names() -> None:
    operator = TransformersMachineTranslation("opus-mt-fi-sv")
    assert operator._source.name == "Helsinki-NLP/opus-mt-fi-sv"
