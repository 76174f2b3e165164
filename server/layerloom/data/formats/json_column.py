"""A column of JSON values while it is written: numbers, lists of numbers, times or text; a mixture becomes text."""

from pathlib import Path
from typing import Any

import numpy as np
import polars
import pyarrow as pa

from layerloom.data.dataset import Column
from layerloom.data.formats.source import Source
from layerloom.data.kinds import CellColumn
from layerloom.data.values_column import ValuesColumn
from layerloom.data.words import Words

Json = Any
"""Whatever JSON holds."""


class JsonColumn:
    """Takes batches of values. Where `needs_text` is true at the end, the file is read once more, after
    `begin_text`.
    """

    def __init__(self, source: Source, folder: Path, stem: str, name: str, missing: int) -> None:
        """`missing`: rows before the first that has this key."""
        self.name, self.rows = name, missing
        self._source, self._folder, self._stem = source, folder, stem
        self._values: ValuesColumn | None = None
        self._cells: CellColumn | None = None
        self._text: Words | None = None
        self._kind, self._mixed = "", ""

    @property
    def needs_text(self) -> bool:
        return bool(self._mixed) or (self._cells is not None and self._cells.needs_text)

    def append(self, values: list[Json]) -> None:
        """
        Raises:
            ProblemError: `file.nested`, `file.ragged_tensor`, `file.mixed_types`, with row and column.
        """
        for place, value in enumerate(values):
            if isinstance(value, dict):
                raise self._source.refused(
                    "file.nested",
                    f"row {self.rows + place + 1}, column `{self.name}`: an object within the row.",
                    "Give each of its values a column of its own.",
                    column=self.name,
                )
        if self._text is not None:
            self._text.append(polars.Series([_as_text(value) for value in values], dtype=polars.String))
        elif not self._mixed:
            self._append(values)
        self.rows += len(values)

    def begin_text(self) -> None:
        if self._cells is not None and self._cells.needs_text:
            self._text = self._cells.as_text()
        else:
            for suffix in (".npy", ".arrow"):
                (self._folder / f"{self._stem}{suffix}").unlink(missing_ok=True)
            self._text = Words(
                self._folder, self._stem, self.name, reads_cells=False, note=f"It mixes types: {self._mixed}."
            )
        self._mixed = ""

    def finish(self) -> Column:
        if self._text is not None:
            return self._text.finish()
        if self._cells is not None:
            return self._cells.finish()
        return self._numbers().finish()

    def _append(self, values: list[Json]) -> None:
        kinds = [_kind(value) for value in values]
        wanted = self._kind or next((kind for kind in kinds if kind != "nothing"), "nothing")
        fits = (wanted,) if wanted == "list" else (wanted, "nothing")
        odd = next((place for place, kind in enumerate(kinds) if kind not in fits), None)
        if odd is not None:
            row = f"row {self.rows + odd + 1:,}"
            if wanted != "list" and kinds[odd] != "list":
                self._mixed = f"{_shown(values[odd])} in {row} among {wanted}"
                return
            raise self._source.refused(
                "file.mixed_types",
                f"{row}, column `{self.name}`: {_shown(values[odd])}; some rows have lists and others do not.",
                "Give every row a list of the same length.",
                column=self.name,
            )
        if wanted == "text":
            if self._cells is None:
                self._cells = CellColumn(self._folder, self._stem, self.name, header_rows=0, is_text=True)
                self._cells.append(polars.Series([None] * self.rows, dtype=polars.String))
            self._cells.append(polars.Series(values, dtype=polars.String))
        elif wanted == "list":
            self._append_lists(values)
        elif wanted == "numbers":
            self._numbers().append(pa.array(_floats_if_any(values)))
        self._kind = "" if wanted == "nothing" else wanted

    def _numbers(self) -> ValuesColumn:
        if self._values is None:
            self._values = ValuesColumn(self._source, self._folder, self._stem, self.name)
            self._values.append_missing(self.rows)
        return self._values

    def _append_lists(self, values: list[Json]) -> None:
        column = self._numbers()
        shape: tuple[int, ...] | None = column.shape
        arrays = []
        for place, value in enumerate(values):
            try:
                array = np.asarray(value)
            except ValueError:
                array = np.empty(0, object)
            if array.dtype.kind not in "biuf" or (shape is not None and array.shape != shape):
                raise self._source.refused(
                    "file.ragged_tensor",
                    f"row {self.rows + place + 1}, column `{self.name}`: "
                    + (
                        "no value"
                        if value is None
                        else f"a list of shape {array.shape}"
                        if array.dtype.kind in "biuf"
                        else "a list that is uneven or holds more than numbers"
                    )
                    + (f"; {shape} was expected." if shape is not None else "."),
                    "All rows of a column must have lists of numbers, of one length; pad the short ones.",
                    column=self.name,
                )
            shape = array.shape
            arrays.append(array)
        column.append_array(np.stack(arrays).astype(np.float32))


def _kind(value: Json) -> str:
    if value is None:
        return "nothing"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "numbers"


def _floats_if_any(values: list[Json]) -> list[Json]:
    """Whole numbers stay such unless there is a fraction among them, or one is larger than 64 bits."""
    present = [value for value in values if value is not None]
    convert = int if all(isinstance(value, int) and abs(value) < 2**63 for value in present) else float
    return [None if value is None else convert(value) for value in values]


def _as_text(value: Json) -> str | None:
    return None if value is None else value if isinstance(value, str) else str(value)


def _shown(value: Json) -> str:
    return f"`{value!r:.40}`" if value is not None else "no value"
