"""Columns to arrays and back: fitted on training rows, kept as JSON, so that predictions encode new rows alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny

from layerloom.data.adapting import adapted
from layerloom.data.dataset import Column, Dataset
from layerloom.data.encoders.base import Chunks, Encoder, Fitted, encoders
from layerloom.data.encoders.window import Windowed
from layerloom.data.end import End
from layerloom.data.table import Array, Table


def _read(saved: Any) -> Any:  # Any: JSON, or what is fitted already
    """What a saved encoder is, by its `form`."""
    if not isinstance(saved, Mapping):
        return saved
    kind = encoders().get(str(saved.get("form", "values")))
    if kind is None:
        raise ValueError(f"there is no encoder `{saved.get('form')}`")
    return kind.fitted.model_validate(saved)


class EncoderState(BaseModel):
    """All columns of one input or output, in order."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[Annotated[SerializeAsAny[Fitted], BeforeValidator(_read)], ...]
    is_list: bool = False

    @property
    def window(self) -> Windowed | None:
        """Where rows are gathered into windows: how."""
        first = self.columns[0]
        return first if isinstance(first, Windowed) else None

    def encode(self, table: Table, first: int = 0, dataset: Dataset | None = None) -> Array:
        """`(rows, features)` or `(rows, *shape)`; a list of columns is stacked along the last axis.

        Rows of windows are not gathered yet. `first`: the number of the table's first row, for problems. `dataset`:
        what the table's columns are, where it is another one than the encoders were fitted to.

        Raises:
            ProblemError: `label.unknown`, `column.missing_values`, `image.broken`, `audio.broken`.
        """
        parts = [item.encode(adapted(item, table, dataset, first), first) for item in self.columns]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)

    def decode(self, predicted: Array) -> Array:
        """Undoes standardizing and scaling: `(rows, features)` in the columns' own units."""
        if len(self.columns) == 1:
            return self.columns[0].decode(predicted)
        if predicted.shape[-1] != len(self.columns):
            return predicted
        return np.stack([item.decode(predicted[..., i]) for i, item in enumerate(self.columns)], axis=-1)


def fit(
    columns: Sequence[Column],
    chosen: Sequence[Encoder],
    chunks: Callable[[str], Chunks],
    end: End,
    is_list: bool = False,
) -> EncoderState:
    """Encoders from the training rows alone: validation and test rows must not leak into means and vocabularies.

    `chunks` gives the training rows of a column by its name, some at a time.
    """
    fitted = [
        encoder.fit(column, chunks(column.name), end) for column, encoder in zip(columns, chosen, strict=True)
    ]
    return EncoderState(columns=tuple(fitted), is_list=is_list)
