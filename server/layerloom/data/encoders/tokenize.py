"""Texts as rows of token ids."""

import re
from collections import Counter
from functools import cached_property
from math import ceil
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from layerloom.data.dataset import Column, Label
from layerloom.data.encoders.base import Chunks, Encoder, Fitted
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array

PADDING, OUTSIDE, FIRST = 0, 1, 2
"""Ids: of padding, of a token that the vocabulary lacks, of the most frequent token."""
_WORDS = re.compile(r"\w+|[^\w\s]")
_SHARE = 0.95


class Vocabulary(Fitted):
    """The tokens of the training rows, the most frequent first: `tokens[0]` has the id 2."""

    level: Literal["word", "character"] = "word"
    lowercase: bool = True
    padding: Literal["post", "pre"] = "post"
    length: int = 1
    tokens: tuple[str, ...] = ()

    def encode(self, values: Array, first: int = 0) -> Array:
        encoded = np.zeros((len(values), self.length), np.int64)
        for row, text in enumerate(texts_of(values, self.classes)):
            ids = [self._ids.get(token, OUTSIDE) for token in tokens_of(text, self.level, self.lowercase)]
            if self.padding == "post":
                encoded[row, : len(ids)] = ids[: self.length]
            elif ids:
                encoded[row, -len(ids) :] = ids[-self.length :]
        return encoded

    def text(self, ids: Array) -> str:
        """The tokens of one row again; padding is left out, and `?` stands for unknown ones."""
        known = [
            self.tokens[number - FIRST] if FIRST <= number < FIRST + len(self.tokens) else "?"
            for number in map(int, ids)
            if number != PADDING
        ]
        return (" " if self.level == "word" else "").join(known)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.tokens, FIRST)}


class Tokenize(Encoder):
    """Texts as rows of whole numbers: one for each word or character, filled up with 0 or cut to one length.

    0 is padding (`Embedding(mask_zero=True)` masks it) and 1 stands for every token that the vocabulary lacks. The
    vocabulary holds the most frequent tokens of the training rows, 2 the most frequent of all. An Embedding behind
    it needs `vocabulary_size` places. A row without a text is all padding.
    """

    type_name: ClassVar[str] = "tokenize"
    takes: ClassVar[tuple[str, ...]] = ("text", "category")
    fitted: ClassVar[type[Fitted]] = Vocabulary
    reads_missing: ClassVar[bool] = True

    level: Literal["word", "character"] = "word"
    """What a token is: a word (or a sign), or a character."""
    vocabulary_size: int = Field(default=10_000, ge=3, le=10_000_000)
    """Most ids, padding and unknown among them."""
    length: int | None = Field(default=None, ge=1, le=100_000)
    """Tokens in a row; null: the Input's, or else what 95 % of the training rows fit into."""
    padding: Literal["post", "pre"] = "post"
    """Where a short text is filled up, and where a long one is cut: behind, or in front."""
    lowercase: bool = True
    """Whether `The` and `the` are one token."""

    def row_shape(self, column: Column, end: End) -> Sizes:
        return (self.length or _length(end),)

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        classes = column.classes if column.kind == "category" else None
        counts: Counter[str] = Counter()
        lengths: Counter[int] = Counter()
        for chunk in chunks:
            for text in texts_of(chunk, classes):
                tokens = tokens_of(text, self.level, self.lowercase)
                counts.update(tokens)
                lengths[len(tokens)] += 1
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        return Vocabulary(
            column=column.name, kind=column.kind, form=self.type_name, classes=classes, holds_codes=classes is not None,
            level=self.level, lowercase=self.lowercase, padding=self.padding,
            length=self.length or _length(end) or usual_length(lengths),
            tokens=tuple(ranked[: self.vocabulary_size - FIRST]),
        )  # fmt: skip


def tokens_of(text: str, level: str, lowercase: bool) -> list[str]:
    """`"Good, isn't it?"` → `good , isn ' t it ?`"""
    text = text.lower() if lowercase else text
    return list(text) if level == "character" else _WORDS.findall(text)


def texts_of(values: Array, classes: tuple[Label, ...] | None) -> list[str]:
    """The column's texts; a missing one is empty."""
    if classes is not None and values.dtype.kind in "iu":
        return [str(classes[code]) if 0 <= code < len(classes) else "" for code in values.tolist()]
    return ["" if value is None else str(value) for value in values.tolist()]


def usual_length(lengths: Counter[int]) -> int:
    """The least length that 95 % of the rows fit into."""
    enough, seen = ceil(_SHARE * lengths.total()), 0
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= enough:
            return max(1, length)
    return 1


def _length(end: End) -> int | None:
    """The Input's, where it has one."""
    return end.wanted[0] if len(end.wanted) == 1 else None
