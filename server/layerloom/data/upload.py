"""CSV and TSV files into data sets: all of it or nothing, the original kept untouched beside the table."""

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import polars

from layerloom.data.csv_file import Contents, UploadLimits, normalise
from layerloom.data.dataset import Dataset
from layerloom.data.kinds import typed
from layerloom.data.stored import ORIGINAL_FILE, remove, staged, sweep, write


def read_csv(path: Path, name: str, folder: Path, limits: UploadLimits | None = None) -> Dataset:
    """Imports the file at `path`, which its owner calls `name`, into a new folder below `folder`.

    Raises:
        ProblemError: as `csv_file.normalise`; then nothing is left behind.
    """
    limits = limits or UploadLimits()
    shown = Path(name.replace("\\", "/")).name[:200] or "file.csv"
    dataset_id = f"upload-{uuid.uuid4().hex[:16]}"
    with staged(folder, dataset_id) as stage:
        plain = stage / "plain.csv"
        contents = normalise(path, plain, shown, limits)
        dataset, frame = _described(dataset_id, shown, contents, plain)
        plain.unlink()
        suffix = ".tsv" if contents.separator == "\t" else ".csv"
        shutil.copyfile(path, stage / f"{ORIGINAL_FILE}{suffix}")
        return write(stage, dataset, frame)


def _described(
    dataset_id: str, name: str, contents: Contents, plain: Path
) -> tuple[Dataset, polars.DataFrame]:
    cells = polars.read_csv(plain, infer_schema=False, raise_if_empty=False)
    if cells.height != contents.rows:
        raise RuntimeError(f"{contents.rows} rows written, {cells.height} read back")
    decimal_comma = contents.separator != ","
    pairs = [typed(cells[column], decimal_comma, contents.header_rows) for column in contents.names]
    columns = tuple(column for column, _ in pairs)
    notes = [
        *contents.notes,
        *(f"Column `{column.name}`: {column.note}" for column in columns if column.note),
    ]
    stem, _, suffix = name.rpartition(".")
    dataset = Dataset(
        id=dataset_id,
        name=stem if stem and suffix.lower() in ("csv", "tsv", "txt") else name,
        kind="uploaded",
        description=" ".join([f"From {name}.", *notes[:10]]),
        rows=contents.rows,
        columns=columns,
        created=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
    return dataset, polars.DataFrame([values for _, values in pairs])


__all__ = ["UploadLimits", "read_csv", "remove", "sweep"]
