"""Parquet, read by row groups and batches: what its metadata says of sizes is not trusted."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as arrow_parquet

from layerloom.data.formats.batches import read_batches
from layerloom.data.formats.source import Contents, Format, Source

_BATCH_ROWS = 8192
_BUFFER_BYTES = 1024 * 1024
"""Read ahead of each column; else a whole row group lies in memory."""


def read(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: `file.broken`, `file.no_rows`, `file.too_many_rows`, `file.bomb`, and as `ValuesColumn`.
    """
    try:
        with arrow_parquet.ParquetFile(source.path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            names = file.schema_arrow.names
            source.check_names(names)

            def batches() -> Iterator[pa.RecordBatch]:
                yield from file.iter_batches(_BATCH_ROWS, use_threads=False)

            return read_batches(source, folder, names, batches(), ".parquet")
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise source.broken("a Parquet file", error) from None


FORMATS = (
    Format("parquet", "Parquet", (".parquet", ".pq"), lambda start, path: start.startswith(b"PAR1"), read),
)
