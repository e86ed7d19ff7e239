"""What a sentence model wants in front of texts, as its own files say."""

from __future__ import annotations

from typing import Any

from towhee.errors import UsageError, WeightsError
from towhee.models.json_file import read_json
from towhee.models.text.files import ModelFiles

PROMPTS_FILE = "config_sentence_transformers.json"
_ALWAYS = {"query": "", "document": ""}
"""The prompts of a model that does not tell queries from documents."""


def default_prompt(files: ModelFiles) -> str:
    """What the model puts in front of every text of its own accord.

    Raises:
        WeightsError: if it names a prompt that it has not.
    """
    about = _about(files)
    name = about.get("default_prompt_name")
    if name is None:
        return ""
    try:
        return str(about["prompts"][name])
    except (KeyError, TypeError) as error:
        raise WeightsError(f"{PROMPTS_FILE} has no prompt of the name {name!r}") from error


def named_prompt(files: ModelFiles, name: str) -> str:
    """The prompt that the model keeps under a name.

    A model that states none for ``"query"`` or ``"document"`` wants nothing in front of them.

    Raises:
        UsageError: if it has none of that name.
    """
    prompts = {**_ALWAYS, **(_about(files).get("prompts") or {})}
    if name not in prompts:
        names = ", ".join(map(repr, prompts))
        raise UsageError(f"the model has no prompt {name!r}; it has {names}")
    return str(prompts[name] or "")


def _about(files: ModelFiles) -> dict[str, Any]:
    file = files.possible(PROMPTS_FILE)
    about: dict[str, Any] = read_json(file) if file else {}
    return about
