"""Record batches into columns: what Parquet and Arrow share."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from layerloom.data.formats.source import Contents, Source, stem
from layerloom.data.values_column import ValuesColumn


def read_batches(
    source: Source, folder: Path, names: Sequence[str], batches: Iterable[pa.RecordBatch], suffix: str
) -> Contents:
    """
    Raises:
        ProblemError: `file.no_rows`, `file.too_many_rows`, `file.bomb`, and as `ValuesColumn.append`.
    """
    columns = [ValuesColumn(source, folder, stem(place), name) for place, name in enumerate(names)]
    rows = unpacked = 0
    for batch in batches:
        rows += batch.num_rows
        source.check_rows(rows)
        unpacked += batch.nbytes
        source.check_unpacked(unpacked)
        for place, column in enumerate(columns):
            column.append(batch.column(place))
    source.check_any(rows)
    return Contents(rows, tuple(column.finish() for column in columns), suffix=suffix)
