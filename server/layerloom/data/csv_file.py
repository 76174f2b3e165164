"""A file that says it is CSV: is it one, and the same rows as plain comma-separated UTF-8.

Read as a stream, so that neither a huge line nor a quote that is never closed fills the memory. What a cell
means is not known here (see `kinds`).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from layerloom.data.encodings import sniff_encoding
from layerloom.problems import Problem, ProblemError

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50
_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What an uploaded file may not exceed."""

    file_bytes: int = 256 * 1024 * 1024
    rows: int = 2_000_000
    columns: int = 4_096
    line_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in the file besides its cells. `notes` are sentences for its description."""

    names: tuple[str, ...]
    rows: int
    separator: str
    notes: tuple[str, ...] = field(default=())
    header_rows: int = 1
    """0 where the first row held numbers already: rows are counted as a spreadsheet shows them."""


def refused(code: str, name: str, message: str, hint: str, column: str | None = None) -> ProblemError:
    return ProblemError(Problem(code=code, message=f"`{name}`: {message}", hint=hint, field=column))


def normalise(source: Path, target: Path, name: str, limits: UploadLimits) -> Contents:
    """Copies the cells of `source` to `target` as UTF-8 with commas, and tells what they are.

    Raises:
        ProblemError: `file.empty`, `file.too_large`, `file.not_csv`, `file.line_too_long`, `file.no_rows`,
            `file.ragged_row`, `file.unclosed_quote`, `file.too_many_rows`, `file.too_many_columns`,
            `file.duplicate_column`, each with the file's name, and row and column where there is one.
    """
    encoding, notes = sniff_encoding(source, name, limits.file_bytes, limits.line_bytes)
    with source.open(encoding=encoding, newline="") as text:
        separator = _separator(text, name)
        text.seek(0)
        records = _records(text, separator, name, limits)
        first = next(records, None)
        if first is None:
            raise refused(
                "file.empty",
                name,
                "the file has no rows.",
                "Choose a file with a row of column names and rows below.",
            )
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
        rows = 0
        with target.open("w", encoding="utf-8", newline="") as copy:
            writer = csv.writer(copy)
            writer.writerow(names)
            begin = [second] if has_header else [first, second]
            for row, record in enumerate(_chained(begin, records), start=2 if has_header else 1):
                if len(record) != len(names):
                    raise _ragged(record, row, names, name, separator)
                rows += 1
                if rows > limits.rows:
                    raise refused(
                        "file.too_many_rows",
                        name,
                        f"the file has more than {limits.rows:,} rows.",
                        "Upload a part of it.",
                    )
                writer.writerow(record)
    return Contents(names, rows, separator, (*notes, *more), header_rows=int(has_header))


def _chained(begin: list[list[str]], records: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from begin
    yield from records


def _records(text: IO[str], separator: str, name: str, limits: UploadLimits) -> Iterator[list[str]]:
    """Records as lists of cells, empty lines left out."""
    old = csv.field_size_limit(limits.line_bytes)
    reader = csv.reader(text, delimiter=separator, strict=True)
    try:
        for record in reader:
            if record:
                yield record
    except csv.Error as error:
        raise refused(
            "file.unclosed_quote" if "limit" in str(error) or "end of data" in str(error) else "file.not_csv",
            name,
            f'line {reader.line_num}: a quote (") is opened and not closed before a separator ({error}).',
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
        if len(cell) > _NAME_CHARACTERS:
            raise refused(
                "file.not_csv",
                name,
                f"row 1: the name of column {place + 1} has {len(cell)} characters; at most "
                f"{_NAME_CHARACTERS} are expected.",
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
