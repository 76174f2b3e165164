"""Texts as rows of token ids."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.data.encoders.base import Encoder


class Tokenize(Encoder):
    """Texts as rows of whole numbers: one for each word or character, filled up with 0 or cut to one length.

    0 is padding (`Embedding(mask_zero=True)` masks it) and 1 stands for every token that the vocabulary lacks. The
    vocabulary holds the most frequent tokens of the training rows, 2 the most frequent of all. An Embedding behind
    it needs `vocabulary_size` places.
    """

    type_name: ClassVar[str] = "tokenize"
    takes: ClassVar[tuple[str, ...]] = ("text", "category")

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
