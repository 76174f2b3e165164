"""CSV and TSV: text whose cells are separated by commas, semicolons, tabs or bars."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import polars
import pyarrow as pa
import pyarrow.csv as arrow_csv

from layerloom.data.dataset import Column
from layerloom.data.formats.delimited_rows import Dialect, check_rows, examine
from layerloom.data.formats.source import Contents, Format, Source, stem
from layerloom.data.kinds import CellColumn

_BLOCK_BYTES = 4 * 1024 * 1024


class _Taker(Protocol):
    def append(self, cells: polars.Series) -> None: ...


def read(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: as `delimited_rows.examine` and `check_rows`, and `file.too_many_rows`.
    """
    dialect = examine(source)
    expected = check_rows(source, dialect) if dialect.has_quotes else None
    columns = {
        name: CellColumn(
            folder,
            stem(place),
            name,
            decimal_comma=dialect.separator != ",",
            header_rows=dialect.header_rows,
        )
        for place, name in enumerate(dialect.names)
    }
    rows = _fill(source, dialect, columns)
    if expected is not None and rows != expected:
        raise RuntimeError(f"{expected} rows counted, {rows} read")
    texts = {name: column.as_text() for name, column in columns.items() if column.needs_text}
    if texts:
        _fill(source, dialect, texts)
    described: list[Column] = [
        texts[name].finish() if name in texts else column.finish() for name, column in columns.items()
    ]
    suffix = ".tsv" if dialect.separator == "\t" else ".csv"
    return Contents(rows, tuple(described), dialect.notes, suffix)


def _fill(source: Source, dialect: Dialect, columns: Mapping[str, _Taker]) -> int:
    """Gives every column its cells; how many rows there were."""
    rows = 0
    for batch in _batches(source, dialect, list(columns)):
        rows += batch.num_rows
        source.check_rows(rows)
        for place, column in enumerate(columns.values()):
            cells = polars.from_arrow(batch.column(place))
            assert isinstance(cells, polars.Series)
            column.append(cells)
    return rows


def _batches(source: Source, dialect: Dialect, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    """Cells as strings. The reader works on one block at a time, so memory does not grow with the file."""
    encoding = "utf-8" if dialect.encoding == "utf-8-sig" else dialect.encoding
    try:
        yield from arrow_csv.open_csv(
            source.path,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                column_names=dialect.names,
                skip_rows=dialect.header_lines,
                encoding=encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=dialect.separator, newlines_in_values=dialect.has_quotes
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in dialect.names},
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        check_rows(source, dialect)
        raise source.refused(
            "file.not_csv",
            f"the table can't be read: {' '.join(str(error).split())[:200]}.",
            "Save it as CSV (comma-separated text, UTF-8) again.",
        ) from None


def _recognises(start: bytes, path: Path) -> bool:
    """Last of all formats: whatever is text, and what is not is told by name."""
    return True


FORMATS = (Format("csv", "CSV or TSV", (".csv", ".tsv", ".txt"), _recognises, read),)
