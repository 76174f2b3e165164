"""A file that says it is CSV: is it one, how is it written, and where is it wrong.

Read as a stream, so that neither a huge line nor a quote that is never closed fills the memory. What a cell
means is not known here (see `kinds`).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from layerloom.data.formats.encodings import sniff_text
from layerloom.data.formats.source import NAME_CHARACTERS, Source, UploadLimits, refused
from layerloom.problems import ProblemError

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is written, and its columns. `notes` are sentences for its description."""

    encoding: str
    separator: str
    names: tuple[str, ...]
    header_rows: int
    """0 where the first row held numbers already: rows are counted as a spreadsheet shows them."""
    header_lines: int
    """Lines to skip before the first row of values; the header may be one row of several lines."""
    has_quotes: bool
    """Among the values."""
    notes: tuple[str, ...] = field(default=())


def examine(source: Source) -> Dialect:
    """
    Raises:
        ProblemError: `file.empty`, `file.too_large`, `file.not_csv`, `file.line_too_long`, `file.no_rows`,
            `file.unclosed_quote`, `file.too_many_columns`, `file.duplicate_column`.
    """
    name, limits = source.name, source.limits
    text = sniff_text(source.path, name, limits.file_bytes, limits.line_bytes)
    with source.path.open(encoding=text.encoding, newline="") as file:
        separator = _separator(file, name)
        file.seek(0)
        reader = _Records(file, separator, name, limits)
        records = iter(reader)
        first = next(records, None)
        if first is None:
            raise refused(
                "file.empty",
                name,
                "the file has no rows.",
                "Choose a file with a row of column names and rows below.",
            )
        header_lines = reader.line
        second = next(records, None)
        if second is None:
            raise refused(
                "file.no_rows",
                name,
                "the file has only one row.",
                "A row of column names and at least one row of values are needed.",
            )
    has_header = not (_is_numeric(first) and _is_numeric(second))
    names, more = _names(first, name, limits) if has_header else _numbered(first, name, limits)
    return Dialect(
        encoding=text.encoding,
        separator=separator,
        names=names,
        header_rows=int(has_header),
        header_lines=header_lines if has_header else 0,
        has_quotes=text.last_quote >= _end_of_lines(source, header_lines),
        notes=(*text.notes, *more),
    )


def _end_of_lines(source: Source, count: int) -> int:
    with source.path.open("rb") as file:
        for _ in range(count):
            file.readline(source.limits.line_bytes)
        return file.tell()


def check_rows(source: Source, dialect: Dialect) -> int:
    """Reads every row with care; how many there are. Slow: for files with quotes, and those that the fast reader
    refuses, for it says neither row nor column.

    Raises:
        ProblemError: `file.ragged_row`, `file.unclosed_quote`, `file.not_csv`, with row and column.
    """
    width, rows = len(dialect.names), 0
    with source.path.open(encoding=dialect.encoding, newline="") as file:
        records = iter(_Records(file, dialect.separator, source.name, source.limits))
        for row, record in enumerate(records, start=1):
            if len(record) != width:
                raise _ragged(record, row, dialect.names, source.name, dialect.separator)
            rows = row
    return rows - dialect.header_rows


class _Records:
    """Records as lists of cells, empty lines left out; `line` is that of the last one."""

    def __init__(self, text: IO[str], separator: str, name: str, limits: UploadLimits) -> None:
        self._reader = csv.reader(text, delimiter=separator, strict=True)
        self._name, self._limits = name, limits

    @property
    def line(self) -> int:
        return self._reader.line_num

    def __iter__(self) -> Iterator[list[str]]:
        old = csv.field_size_limit(self._limits.line_bytes)
        try:
            for record in self._reader:
                if record:
                    yield record
        except csv.Error as error:
            raise refused(
                "file.unclosed_quote"
                if "limit" in str(error) or "end of data" in str(error)
                else "file.not_csv",
                self._name,
                f'line {self.line}: a quote (") is opened and not closed before a separator ({error}).',
                "Look for a single quotation mark near that line; inside a quoted cell it is written twice.",
            ) from None
        finally:
            csv.field_size_limit(old)


def _separator(text: IO[str], name: str) -> str:
    """The separator that cuts the first rows into most cells, all alike; a comma if none does."""
    lines = [line for line, _ in zip(text, range(_SAMPLE_ROWS), strict=False) if line.strip()]
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        try:
            widths = [len(record) for record in csv.reader(lines, delimiter=separator) if record]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        score = alike + widths[0] / 1e5
        if score > most:
            best, most = separator, score
    if most == 0.0 and name.lower().endswith(".tsv"):
        return "\t"
    return best


def _names(record: list[str], name: str, limits: UploadLimits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    _refuse_width(record, name, limits)
    names = [" ".join(cell.split()) for cell in record]
    unnamed = [place for place, cell in enumerate(names) if not cell]
    for place in unnamed:
        names[place] = f"column_{place + 1}"
    for place, cell in enumerate(names):
        if len(cell) > NAME_CHARACTERS:
            raise refused(
                "file.not_csv",
                name,
                f"row 1: the name of column {place + 1} has {len(cell)} characters; at most "
                f"{NAME_CHARACTERS} are expected.",
                "The first row must hold short names of columns.",
            )
        if cell in names[:place]:
            raise refused(
                "file.duplicate_column",
                name,
                f"row 1: columns {names.index(cell) + 1} and {place + 1} are both named `{cell}`.",
                "Give each column a name of its own.",
                column=cell,
            )
    notes = [f"Column {place + 1} had no name." for place in unnamed[:3]]
    return tuple(names), tuple(notes)


def _numbered(record: list[str], name: str, limits: UploadLimits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    _refuse_width(record, name, limits)
    names = tuple(f"column_{place + 1}" for place in range(len(record)))
    return names, ("The file has no row of column names, so the columns are numbered.",)


def _refuse_width(record: list[str], name: str, limits: UploadLimits) -> None:
    if len(record) > limits.columns:
        raise refused(
            "file.too_many_columns",
            name,
            f"row 1 has {len(record):,} columns; at most {limits.columns:,} are taken.",
            "Leave out columns, or upload images and arrays in their own formats.",
        )


def _ragged(record: list[str], row: int, names: tuple[str, ...], name: str, separator: str) -> ProblemError:
    shown = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}[separator]
    if len(record) < len(names):
        missing = names[len(record)]
        return refused(
            "file.ragged_row",
            name,
            f"row {row} has {len(record)} cells; {len(names)} were expected, so column `{missing}` has none.",
            f"Add the missing cells; columns are separated by a {shown}.",
            column=missing,
        )
    extra = record[len(names)][:40]
    return refused(
        "file.ragged_row",
        name,
        f"row {row} has {len(record)} cells; {len(names)} were expected. The first too many, after column "
        f"`{names[-1]}`, is `{extra}`.",
        f"Columns are separated by a {shown}; put cells that hold one into quotes.",
        column=names[-1],
    )


def _is_numeric(record: list[str]) -> bool:
    try:
        return all(cell.strip() and float(cell) == float(cell) for cell in record)
    except ValueError:
        return False
