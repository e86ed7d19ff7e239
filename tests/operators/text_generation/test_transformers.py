"""Texts go on as transformers' own pipeline writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiny_tokenizers import SENTENCES
from tiny_writers import gpt2, llama
from towhee import DataCollection
from towhee.errors import DataError, UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.text_generation.transformers import TransformersTextGeneration

Maker = Callable[[Path], Path]
CHAT = [{"role": "user", "content": "Which bird scratches in the leaves?"}]


def of_transformers(folder: Path, prompts: list[Any], **options: Any) -> list[str]:
    """What the pipeline of transformers writes behind each prompt, one after the other."""
    with quiet_transformers():
        write = import_transformers().pipeline("text-generation", model=str(folder), device="cpu")
        return [
            write(
                prompt,
                return_full_text=False,
                max_new_tokens=12,
                do_sample=False,
                **options,
            )[0]["generated_text"]
            for prompt in prompts
        ]


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("make", [gpt2, llama])
def test_texts_are_those_of_transformers(make: Maker, beams: int, tmp_path: Path) -> None:
    folder = make(tmp_path / "model")
    write = TransformersTextGeneration(
        checkpoint=folder, max_new_tokens=12, num_beams=beams, device="cpu"
    )
    theirs = of_transformers(folder, SENTENCES, num_beams=beams)
    assert write.batch(SENTENCES) == theirs
    assert len(set(theirs)) > 3, "the prompts are told apart"


def test_a_conversation_is_put_in_the_form_of_the_model(tmp_path: Path) -> None:
    folder = llama(tmp_path / "model")
    write = TransformersTextGeneration(checkpoint=folder, max_new_tokens=12, device="cpu")
    (answer,) = of_transformers(folder, [CHAT])
    assert write(CHAT) == answer
    assert write(CHAT[0]["content"]) != answer, "a text is gone on with as it is"


def test_a_model_without_conversations_says_so(tmp_path: Path) -> None:
    write = TransformersTextGeneration(checkpoint=gpt2(tmp_path / "model"))
    with pytest.raises(DataError, match="knows no conversations: give it a text"):
        write(CHAT)


def test_an_empty_prompt_begins_a_text(tmp_path: Path) -> None:
    folder = gpt2(tmp_path / "model")
    write = TransformersTextGeneration(checkpoint=folder, max_new_tokens=12, device="cpu")
    assert write("") == of_transformers(folder, ["<|endoftext|>"])[0]


def drawing(folder: Path, seed: int | None = 7) -> TransformersTextGeneration:
    return TransformersTextGeneration(
        checkpoint=folder, max_new_tokens=12, temperature=1.5, seed=seed, device="cpu"
    )


def test_what_is_drawn_is_the_same_for_the_same_seed_and_prompt(tmp_path: Path) -> None:
    folder = gpt2(tmp_path / "model")
    together = drawing(folder).batch(SENTENCES)
    assert together == [drawing(folder)(text) for text in SENTENCES]
    assert together != drawing(folder, seed=8).batch(SENTENCES)
    assert drawing(folder).fingerprint() is not None
    assert drawing(folder, seed=None).fingerprint() is None


def test_drawing_with_a_seed_leaves_the_random_numbers_of_the_process_alone(
    tmp_path: Path,
) -> None:
    import torch

    write = drawing(gpt2(tmp_path / "model"))
    write.load()
    torch.manual_seed(3)
    expected = torch.rand(2).tolist()
    torch.manual_seed(3)
    write("It rains.")
    assert torch.rand(2).tolist() == expected


def test_without_a_seed_each_text_is_another(tmp_path: Path) -> None:
    write = drawing(gpt2(tmp_path / "model"), seed=None)
    assert len({write("It rains.") for _ in range(4)}) > 1


def test_top_p_leaves_out_what_is_unlikely(tmp_path: Path) -> None:
    folder = gpt2(tmp_path / "model")
    narrow = TransformersTextGeneration(
        checkpoint=folder, max_new_tokens=12, temperature=1.5, top_p=1e-6, seed=1, device="cpu"
    )
    likeliest = TransformersTextGeneration(checkpoint=folder, max_new_tokens=12, device="cpu")
    assert narrow.batch(SENTENCES) == likeliest.batch(SENTENCES)


def test_a_prompt_that_leaves_no_room_is_refused(tmp_path: Path) -> None:
    write = TransformersTextGeneration(checkpoint=gpt2(tmp_path / "model"), max_new_tokens=90)
    with pytest.raises(DataError, match="tokens, and the model reads 6 at most"):
        write(SENTENCES[3])


@pytest.mark.parametrize("value", [None, 3, b"text", [], [{"role": "user"}], ["text"]], ids=str)
def test_what_is_no_prompt_is_refused(value: object, tmp_path: Path) -> None:
    write = TransformersTextGeneration(checkpoint=gpt2(tmp_path / "model"))
    with pytest.raises(DataError, match="a prompt is a str, or a list of messages"):
        write(value)


def test_a_chain_gives_texts_in_their_own_order(tmp_path: Path) -> None:
    folder = gpt2(tmp_path / "model")
    chain = DataCollection(SENTENCES * 2).text_generation.transformers(
        checkpoint=folder, max_new_tokens=12, batch_size=3, device="cpu"
    )
    assert chain.to_list() == of_transformers(folder, SENTENCES) * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1},
        {"temperature": "hot"},
        {"seed": 0.5},
        {"top_p": 0},
        {"max_new_tokens": 1.5},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TransformersTextGeneration(**wrong)
