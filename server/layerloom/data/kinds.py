"""What the cells of a text file's column are: whole numbers, numbers, times, categories or text, and which are
missing. Decided batch by batch: a column begins as narrow as its first cells allow and is widened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars

from layerloom.data.column_files import NOT_A_TIME, NumberFile
from layerloom.data.dataset import Column
from layerloom.data.words import MISSING, Words

INTEGER_CLASSES = 50
"""Whole numbers are listed as classes where there are no more than these."""
_NEARLY = 0.9
_TIMES = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
)

Convert = Callable[[polars.Series], polars.Series]
"""Cells to values; null where a cell is none."""


@dataclass(frozen=True, slots=True)
class Read:
    """Cells as values, null where there is none; `wrong` are the places of cells that say something else."""

    values: polars.Series
    missing: int
    wrong: polars.Series

    @property
    def fits(self) -> bool:
        return not len(self.wrong)


class CellColumn:
    """Takes batches of cells. Where `needs_text` is true at the end, the numbers that were written are worth
    nothing: the file has to be read once more, into `as_text`.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        name: str,
        *,
        decimal_comma: bool = False,
        header_rows: int = 1,
        is_text: bool = False,
    ) -> None:
        """`is_text`: the cells are texts of a file that knows numbers too, so they are times or words."""
        self.name, self.rows, self.missing, self.needs_text = name, 0, 0, False
        self._folder, self._stem, self._header_rows, self._is_text = folder, stem, header_rows, is_text
        self._number: Convert = _decimal_comma_numbers if decimal_comma else _numbers
        self._kind = "nothing"
        self._convert: Convert = _integers
        self._file: NumberFile | None = None
        self._words: Words | None = None
        self._classes: set[int] | None = set()
        self._wrong, self._first_wrong = 0, ""

    def append(self, cells: polars.Series) -> None:
        if self._kind == "nothing":
            self._begin(cells)
        if self._words is not None:
            self._words.append(cells)
        elif self._kind == "nothing":
            self.missing += len(cells)
        else:
            read = _read(cells, self._convert)
            if self._kind == "integer" and not read.fits:
                self._widen()
                read = _read(cells, self._convert)
            self._take(cells, read)
        self.rows += len(cells)

    def finish(self) -> Column:
        """Closes the file; not where `needs_text`."""
        assert not self.needs_text
        if self._kind == "nothing":
            self._words = Words(self._folder, self._stem, self.name, reads_cells=not self._is_text)
            self._words.append_missing(self.rows)
        if self._words is not None:
            return self._words.finish()
        assert self._file is not None
        self._file.close()
        if self._kind == "number":
            return Column(name=self.name, kind="number", dtype="float64", missing=self.missing)
        if self._kind == "time":
            return Column(name=self.name, kind="time", dtype="int64", missing=self.missing)
        classes = None if self._classes is None else tuple(sorted(self._classes))
        return Column(name=self.name, kind="integer", dtype="int64", classes=classes, missing=self.missing)

    def as_text(self) -> Words:
        """For the second reading; tells of the words in a column that is almost numbers."""
        assert self._file is not None
        self._file.discard()
        note, present = "", self.rows - self.missing
        if self._kind == "number" and present - self._wrong >= _NEARLY * present:
            verb = "is" if self._wrong == 1 else "are"
            note = (
                f"{self._wrong} of its {present} values {verb} no number; the first is {self._first_wrong}."
            )
        return Words(self._folder, self._stem, self.name, reads_cells=not self._is_text, note=note)

    def _begin(self, cells: polars.Series) -> None:
        """The narrowest kind that takes all of these cells."""
        tries: list[tuple[str, Convert]] = []
        if not self._is_text:
            tries += [("integer", _integers), ("number", self._number)]
        tries += [("time", _times(form)) for form in _TIMES]
        for kind, convert in tries:
            if kind == "time" and len(_read(cells.head(100), convert).wrong):
                continue
            read = _read(cells, convert)
            if read.missing == len(cells):
                return
            present = len(cells) - read.missing
            is_almost = kind == "number" and present - len(read.wrong) >= _NEARLY * present
            if read.fits or is_almost:
                self._kind, self._convert = kind, convert
                dtype = np.float64 if kind == "number" else np.int64
                self._file = NumberFile(self._folder / f"{self._stem}.npy", dtype)
                self._fill(self.rows)
                return
        self._kind = "words"
        self._words = Words(self._folder, self._stem, self.name, reads_cells=not self._is_text)
        self._words.append_missing(self.rows)

    def _widen(self) -> None:
        """From whole numbers to numbers."""
        assert self._file is not None
        self._as_floats()
        self._kind, self._convert, self._classes = "number", self._number, None

    def _as_floats(self) -> None:
        assert self._file is not None
        if self._file.dtype != np.float64:
            self._file.convert(lambda values: values.astype(np.float64), np.float64)

    def _take(self, cells: polars.Series, read: Read) -> None:
        assert self._file is not None
        if not read.fits:
            if not self._wrong:
                place = int(read.wrong[0])
                row = self.rows + place + 1 + self._header_rows
                self._first_wrong = f"`{str(cells[place]).strip()[:40]}` in row {row:,}"
            self._wrong += len(read.wrong)
            self.needs_text = True
        self.missing += read.missing
        if self.needs_text:
            return
        if self._kind == "integer" and self._classes is not None:
            self._classes.update(read.values.drop_nulls().unique().to_list())
            if len(self._classes) > INTEGER_CLASSES:
                self._classes = None
        if self._kind == "integer" and read.missing:
            self._as_floats()
        if self._kind == "time":
            self._file.append(read.values.fill_null(NOT_A_TIME).to_numpy())
        else:
            self._file.append(read.values.to_numpy())  # null becomes NaN, and whole numbers float64

    def _fill(self, count: int) -> None:
        """Rows without a value that came before the kind was known."""
        assert self._file is not None
        if count and self._kind == "integer":
            self._as_floats()
        if count:
            self._file.append_same(NOT_A_TIME if self._kind == "time" else float("nan"), count)


def _read(cells: polars.Series, convert: Convert) -> Read:
    """Only cells that are no value as they stand are looked at more closely: they are few, or the rest matters
    little.
    """
    values = convert(cells)
    if not values.null_count():
        return Read(values, 0, polars.Series(dtype=polars.UInt32))
    places = values.is_null().arg_true()
    odd = cells.gather(places).str.strip_chars()
    is_missing = odd.str.to_lowercase().is_in(MISSING).fill_null(True)
    stripped = convert(odd)
    wrong = places.filter(stripped.is_null() & ~is_missing)
    if stripped.null_count() < len(stripped):
        values = values.scatter(places, stripped)
    return Read(values, int(is_missing.sum()), wrong)


def _integers(cells: polars.Series) -> polars.Series:
    return cells.cast(polars.Int64, strict=False)


def _numbers(cells: polars.Series) -> polars.Series:
    """float64; null where a cell is no number or not finite."""
    numbers = cells.cast(polars.Float64, strict=False)
    if not numbers.null_count() and np.isfinite(numbers.to_numpy()).all():
        return numbers
    return polars.select(polars.when(numbers.is_finite()).then(numbers)).to_series()


def _decimal_comma_numbers(cells: polars.Series) -> polars.Series:
    return _numbers(cells.str.replace(",", ".", literal=True))


def _times(form: str) -> Convert:
    """Microseconds since 1970; a time without a zone is taken as UTC."""

    def convert(cells: polars.Series) -> polars.Series:
        if "%H" in form:
            times = cells.str.to_datetime(form, strict=False, time_unit="us")
        else:
            times = cells.str.to_date(form, strict=False).cast(polars.Datetime("us"))
        return times.to_physical()

    return convert
