"""How a translation model is told from which language, and into which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from towhee.errors import UnknownNameError, UsageError
from towhee.models.transformers.task_folder import TaskFolder

_CODE = re.compile(r"[a-z]{2,3}_[A-Za-z]+")
_PAIR = re.compile(r"translation_(.+)_to_(.+)")


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """What tells a model the languages.

    Attributes:
        prefix: what is put in front of every text.
        options: what generating takes.
    """

    prefix: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


# Any: the library's tokenizers have no type of their own to offer before it is imported.
def language_choice(
    tokenizer: Any, folder: TaskFolder, source: str | None, target: str | None
) -> LanguageChoice:
    """How the model is told its languages; its tokenizer is set to the one of the texts.

    Models for one pair (most of Marian) are told nothing. Others have a token for each language
    (M2M100, NLLB, mBART), one for the target in front of the text (Marian for many languages), or
    a sentence in front of it (T5).

    Raises:
        UsageError: if the model has to be told and is not, or is and cannot be.
        UnknownNameError: for a language that the model does not know.
    """
    if hasattr(tokenizer, "src_lang"):
        return _by_tokens(tokenizer, folder.named, source, target)
    codes = getattr(tokenizer, "supported_language_codes", None)
    if codes:
        return _by_target_code(codes, folder.named, target)
    pairs = {
        match.groups(): about.get("prefix", "")
        for key, about in (folder.config.get("task_specific_params") or {}).items()
        if (match := _PAIR.fullmatch(key))
    }
    if pairs:
        return _by_prefix(pairs, folder.named, source, target)
    if source is not None or target is not None:
        raise UsageError(
            f"{folder.named!r} translates between two languages only, which its name tells: leave "
            "out source_language and target_language"
        )
    return LanguageChoice()


def _by_tokens(
    tokenizer: Any, named: str, source: str | None, target: str | None
) -> LanguageChoice:
    if source is None or target is None:
        raise UsageError(
            f"{named!r} knows many languages: pass source_language= and target_language="
        )
    known = getattr(tokenizer, "lang_code_to_id", None)
    if known is None:
        known = {
            code: tokenizer.convert_tokens_to_ids(code)
            for code in tokenizer.all_special_tokens
            if _CODE.fullmatch(code)
        }
    for language in (source, target):
        if language not in known:
            raise UnknownNameError(f"language of {named!r}", language, map(str, known))
    tokenizer.src_lang = source
    return LanguageChoice(options={"forced_bos_token_id": known[target]})


def _by_target_code(codes: list[str], named: str, target: str | None) -> LanguageChoice:
    known = [code.removeprefix(">>").removesuffix("<<") for code in codes]
    if target is None:
        raise UsageError(f"{named!r} translates into {', '.join(known)}: pass target_language=")
    if target not in known:
        raise UnknownNameError(f"language of {named!r}", target, known)
    return LanguageChoice(prefix=f">>{target}<< ")


def _by_prefix(
    pairs: Mapping[tuple[str, ...], str], named: str, source: str | None, target: str | None
) -> LanguageChoice:
    fitting = [
        prefix
        for (first, second), prefix in pairs.items()
        if source in (None, first) and target in (None, second)
    ]
    if len(fitting) != 1:
        known = ", ".join(f"{first} to {second}" for first, second in pairs)
        raise UsageError(
            f"{named!r} translates from {known}: pass source_language= and target_language= of one "
            f"of these, not {source!r} and {target!r}"
        )
    return LanguageChoice(prefix=fitting[0])
