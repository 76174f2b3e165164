"""Arrow IPC: files (also called Feather) and streams."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from layerloom.data.formats.batches import read_batches
from layerloom.data.formats.source import Contents, Format, Source

_FILE, _STREAM = b"ARROW1", b"\xff\xff\xff\xff"


def read(source: Source, folder: Path) -> Contents:
    """
    Raises:
        ProblemError: `file.broken`, `file.no_rows`, `file.too_many_rows`, `file.bomb`, and as `ValuesColumn`.
    """
    try:
        with pa.memory_map(str(source.path)) as mapped:
            start = mapped.read(len(_FILE))
            mapped.seek(0)
            if start == _FILE:
                file = pa.ipc.open_file(mapped)
                batches = (file.get_batch(place) for place in range(file.num_record_batches))
                schema = file.schema
            else:
                stream = pa.ipc.open_stream(mapped)
                batches, schema = (batch for batch in stream), stream.schema
            source.check_names(schema.names)
            return read_batches(source, folder, schema.names, _checked(batches), ".arrow")
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise source.broken("an Arrow file", error) from None


def _checked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Offsets that lead out of a buffer would read what does not belong to the file."""
    for batch in batches:
        batch.validate(full=True)
        yield batch


FORMATS = (
    Format(
        "arrow",
        "Arrow or Feather",
        (".arrow", ".feather", ".ipc", ".arrows"),
        lambda start, path: start.startswith((_FILE, _STREAM)),
        read,
    ),
)
