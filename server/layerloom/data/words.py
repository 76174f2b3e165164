"""A column of text while it is written: class codes as long as there are few different values, then text."""

from pathlib import Path

import numpy as np
import polars
import pyarrow as pa

from layerloom.data.column_files import BytesFile, NumberFile
from layerloom.data.dataset import Column

MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "?")
_FEW_CLASSES = 20
_MOST_CLASSES = 1_000
_LABEL_CHARACTERS = 200
_CHUNK_ROWS = 1 << 18


class Words:
    """Takes batches of strings; `finish` gives the column's description.

    `reads_cells`: the strings are cells of a text file, so blanks around them do not count, and words such as
    `NA` mean that there is no value.
    """

    def __init__(self, folder: Path, stem: str, name: str, *, reads_cells: bool, note: str = "") -> None:
        self.name, self.note, self.rows, self.missing = name, note, 0, 0
        self._folder, self._stem, self._reads_cells = folder, stem, reads_cells
        self._classes: dict[str, int] = {}
        self._known: dict[str, int] = {}
        """The code of each cell as it was written, blanks included; -1 where that means no value."""
        self._codes: NumberFile | None = NumberFile(folder / f"{stem}.npy", np.int64)
        self._text: BytesFile | None = None

    def append(self, cells: polars.Series) -> None:
        self.rows += len(cells)
        if self._text is None and not self._learn(cells):
            self._spill()
        if self._text is None:
            assert self._codes is not None
            codes = cells.replace_strict(self._known, default=-1, return_dtype=polars.Int64).fill_null(-1)
            self.missing += int((codes < 0).sum())
            self._codes.append(codes.to_numpy())
        else:
            values = self._cleaned(cells)
            self.missing += values.null_count()
            self._text.append(values.to_arrow())

    def append_missing(self, count: int) -> None:
        self.rows += count
        self.missing += count
        if self._text is None:
            assert self._codes is not None
            self._codes.append_same(-1, count)
        else:
            self._text.append_missing(count)

    def finish(self) -> Column:
        """Closes the file; codes then follow the order of the sorted classes."""
        present = self.rows - self.missing
        count = len(self._classes)
        is_category = (
            self._text is None
            and present > 0
            and not self.note
            and (count <= _FEW_CLASSES or count <= self.rows / 2)
            and all(len(label) <= _LABEL_CHARACTERS for label in self._classes)
        )
        if not is_category:
            if self._text is None:
                self._spill()
            assert self._text is not None
            self._text.close()
            note = self.note or ("" if present else "It is empty.")
            return Column(name=self.name, kind="text", dtype="string", missing=self.missing, note=note)
        assert self._codes is not None
        classes = tuple(sorted(self._classes))
        places = np.empty(count + 1, np.int64)
        places[-1] = -1  # a missing value's code, -1, is the last place
        for place, label in enumerate(classes):
            places[self._classes[label]] = place
        self._codes.convert(lambda codes: places[codes], np.int64)
        self._codes.close()
        return Column(name=self.name, kind="category", dtype="int64", classes=classes, missing=self.missing)

    def _learn(self, cells: polars.Series) -> bool:
        """Codes for the values that are new; False where there are too many."""
        for cell in cells.drop_nulls().unique(maintain_order=True):
            if cell in self._known:
                continue
            label = cell.strip() if self._reads_cells else cell
            if self._reads_cells and label.lower() in MISSING:
                self._known[cell] = -1
                continue
            self._known[cell] = self._classes.setdefault(label, len(self._classes))
            if len(self._known) > 4 * _MOST_CLASSES or len(self._classes) > _MOST_CLASSES:
                return False
        return True

    def _cleaned(self, cells: polars.Series) -> polars.Series:
        if not self._reads_cells:
            return cells
        stripped = cells.str.strip_chars()
        is_missing = stripped.str.to_lowercase().is_in(MISSING)
        return polars.select(polars.when(is_missing).then(None).otherwise(stripped)).to_series()

    def _spill(self) -> None:
        """From codes to text: what was written so far is written again."""
        assert self._codes is not None
        self._text = BytesFile(self._folder / f"{self._stem}.arrow", is_text=True)
        labels = np.array([*self._classes, None], dtype=object)
        codes = self._codes.values()
        for start in range(0, len(codes), _CHUNK_ROWS):
            self._text.append(pa.array(labels[codes[start : start + _CHUNK_ROWS]], pa.large_string()))
        self._codes.discard()
        self._codes = None
