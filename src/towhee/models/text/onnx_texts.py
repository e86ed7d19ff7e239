"""A model of texts that is a file in ONNX form, with its tokenizer beside it."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.file_digest import file_sha256_once
from towhee.models.json_file import read_json
from towhee.models.network import Batch
from towhee.models.text.few_lengths import few_lengths
from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.text.tokens import Tokenizer, padded

TOKENIZER_FILE = "tokenizer.json"
_HOW: dict[str, type] = {
    "prompt": str,
    "max_tokens": int,
    "cuts_left": bool,
    "padding": int,
    "filled_to": int,
}


class OnnxTexts:
    """Vectors ``(n, d)`` for token ids and their mask, without torch or transformers.

    Beside the file lie ``tokenizer.json`` and a JSON file of its name (``model.onnx``,
    ``model.json``) that says how a text becomes tokens: ``prompt``, ``max_tokens``, ``cuts_left``,
    ``padding`` and ``filled_to``, each of which may be left out.

    Args:
        path: of the ONNX file; it takes ``input_ids`` and ``attention_mask``.

    Attributes:
        name: what messages call it.
        tokenizer: makes the tokens of a text.

    Raises:
        MissingExtraError: if tokenizers is not installed.
        WeightsError: if a file is missing, damaged, or says what cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        if not path.is_file():
            raise WeightsError(f"there is no file {str(path)!r}")
        self._about = path.with_suffix(".json")
        self._tokens_file = path.parent / TOKENIZER_FILE
        how = self._stated()
        if not self._tokens_file.is_file():
            raise WeightsError(f"{str(path)!r} has no {TOKENIZER_FILE} beside it")
        self.tokenizer = Tokenizer(
            self._tokens_file.read_bytes(),
            named=str(self._tokens_file),
            prompt=how.get("prompt") or "",
            max_tokens=how.get("max_tokens"),
            cuts_left=how.get("cuts_left") or False,
        )
        self._padding: int = how.get("padding") or 0
        self._filled_to: int = how.get("filled_to") or 0

    @cached_property
    def key(self) -> str:
        """A digest of the files."""
        files = [self._path, self._tokens_file, *([self._about] if self._about.is_file() else [])]
        parts = json.dumps([*map(file_sha256_once, files)])
        return hashlib.sha256(parts.encode()).hexdigest()[:32]

    @property
    def usual_length(self) -> int:
        """The tokens of a usual text."""
        return statistics.median_low(len(self.tokenizer.ids(text)) for text in sample_sentences())

    def onnx(self) -> bytes:
        """The content of the file."""
        return self._path.read_bytes()

    def calibration(self) -> list[Batch]:
        """The sample sentences."""
        return [self.batch([self.tokenizer.ids(text)]) for text in sample_sentences()]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several, padded on the right."""
        return self.batch(
            [ids[row, : int(mask[row].sum())] for ids, mask in rows for row in range(len(ids))]
        )

    def row_length(self, tokens: int) -> int:
        """The length of rows whose longest text has so many tokens, where few shapes are better."""
        return max(few_lengths(tokens, self.tokenizer.max_tokens), self._filled_to)

    def batch(self, texts: Sequence[npt.NDArray[np.int64]], *, few_shapes: bool = False) -> Batch:
        """The tokens of several texts and their mask, padded on the right.

        Args:
            texts: the tokens of each.
            few_shapes: whether rows are made somewhat longer, so that batches have few lengths.
        """
        at_least = self.row_length(max(map(len, texts))) if few_shapes else self._filled_to
        return padded(texts, self._padding, at_least=at_least)

    def _stated(self) -> dict[str, Any]:
        """What the JSON file beside the model says; nothing if there is none."""
        if not self._about.is_file():
            return {}
        content: dict[str, Any] = read_json(self._about)
        for name, kind in _HOW.items():
            value = content.get(name)
            if value is not None and (
                type(value) is not kind or (isinstance(value, int) and value < 0)
            ):
                raise WeightsError(f"{str(self._about)!r}: {name} cannot be {value!r}")
        return content
