"""A column whose values have types already (Parquet, Arrow, JSON, NumPy) while it is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pyarrow as pa
import pyarrow.compute as compute

from layerloom.data.column_files import NOT_A_TIME, NumberFile
from layerloom.data.dataset import Column
from layerloom.data.formats.source import Source
from layerloom.data.kinds import INTEGER_CLASSES
from layerloom.data.media import Undecodable, kind_of
from layerloom.data.media_column import MediaColumn
from layerloom.data.table import Array
from layerloom.data.words import Words


class ValuesColumn:
    """Takes batches of Arrow arrays; `finish` gives the description. Rows are counted from 1 in what is refused."""

    def __init__(self, source: Source, folder: Path, stem: str, name: str) -> None:
        self.name, self.rows, self.missing = name, 0, 0
        self._source, self._folder, self._stem = source, folder, stem
        self._kind = "nothing"
        self._file: NumberFile | None = None
        self._words: Words | None = None
        self._media: MediaColumn | None = None
        self._classes: set[int] | None = set()

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Of a row of a tensor; None before the first one."""
        return self._file.shape if self._file is not None and self._kind == "tensor" else None

    def append(self, values: pa.Array) -> None:
        """
        Raises:
            ProblemError: `file.column_type`, `file.ragged_tensor`, `file.missing_tensor`, `media.undecodable`.
        """
        values = _plain(values)
        if not pa.types.is_null(values.type):
            self._writer(values.type)(values)
        elif self._kind == "nothing":
            self.missing += len(values)
        else:
            self.append_missing(len(values))
            return
        self.rows += len(values)

    def append_missing(self, count: int) -> None:
        self.rows += count
        if self._words is not None:
            self._words.append_missing(count)
            return
        self.missing += count
        if self._media is not None:
            for _ in range(count):
                self._media.append(None)
        elif self._kind == "tensor":
            raise self._no_tensor(self.rows - count)
        elif self._file is not None:
            self._fill(count)

    def finish(self) -> Column:
        if self._media is not None:
            return self._media.finish()
        if self._kind == "nothing":
            self._words = Words(self._folder, self._stem, self.name, reads_cells=False)
            self._words.append_missing(self.rows)
        if self._words is not None:
            return self._words.finish()
        assert self._file is not None
        self._file.close()
        if self._kind == "tensor":
            return Column(name=self.name, kind="tensor", dtype=str(self._file.dtype), shape=self._file.shape)
        if self._kind == "number":
            return Column(name=self.name, kind="number", dtype="float64", missing=self.missing)
        if self._kind == "time":
            return Column(name=self.name, kind="time", dtype="int64", missing=self.missing)
        classes = None if self._classes is None else tuple(sorted(self._classes))
        return Column(name=self.name, kind="integer", dtype="int64", classes=classes, missing=self.missing)

    def append_array(self, values: Array) -> None:
        """Rows of a NumPy array: `(rows, …)`, the same shape and dtype each time."""
        self._begin("tensor", values.dtype, values.shape[1:])
        assert self._file is not None
        if values.shape[1:] != self._file.shape:
            raise self._ragged(self.rows, values.shape[1:])
        if values.dtype.kind == "f" and self._file.dtype.kind != "f" and self._file.dtype.itemsize == 8:
            self._file.convert(lambda chunk: chunk.astype(np.float64), np.float64)
        self._file.append(values)
        self.rows += len(values)

    def _writer(self, kind: pa.DataType) -> Callable[[pa.Array], None]:
        if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
            return self._integers
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return self._numbers
        if pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_time(kind):
            return self._times
        if pa.types.is_large_string(kind):
            return self._texts
        if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
            return self._tensors
        if pa.types.is_large_binary(kind):
            return self._encoded
        raise self._source.refused(
            "file.column_type",
            f"column `{self.name}` holds values of type {kind}, which no layer takes.",
            "Leave it out, or turn it into numbers, text or lists of numbers of one length.",
            column=self.name,
        )

    def _integers(self, values: pa.Array) -> None:
        if pa.types.is_uint64(values.type) and (compute.max(values).as_py() or 0) > np.iinfo(np.int64).max:
            self._numbers(values.cast(pa.float64()))
            return
        if self._kind == "number":
            self._numbers(values.cast(pa.float64(), safe=False))
            return
        self._begin("integer", np.int64)
        assert self._file is not None
        whole = values.cast(pa.int64())
        if self._classes is not None:
            self._classes.update(compute.unique(whole.drop_null()).to_pylist())
            if len(self._classes) > INTEGER_CLASSES:
                self._classes = None
        if whole.null_count:
            self.missing += whole.null_count
            self._as_floats()
            self._file.append(_floats(whole.cast(pa.float64(), safe=False)))
        else:
            self._file.append(whole.to_numpy())

    def _numbers(self, values: pa.Array) -> None:
        if self._kind == "integer":
            self._as_floats()
            self._kind, self._classes = "number", None
        self._begin("number", np.float64)
        assert self._file is not None
        floats = _floats(values.cast(pa.float64(), safe=False))
        self.missing += int(np.isnan(floats).sum())
        self._file.append(floats)

    def _times(self, values: pa.Array) -> None:
        self._begin("time", np.int64)
        assert self._file is not None
        whole = values.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
        self.missing += whole.null_count
        self._file.append(whole.fill_null(NOT_A_TIME).to_numpy())

    def _texts(self, values: pa.Array) -> None:
        if self._words is None:
            self._begin("words")
            self._words = Words(self._folder, self._stem, self.name, reads_cells=False)
            self._words.append_missing(self.rows)
        series = polars.from_arrow(values)
        assert isinstance(series, polars.Series)
        self._words.append(series)

    def _tensors(self, values: pa.Array) -> None:
        if values.null_count:
            raise self._no_tensor(
                self.rows + int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0])
            )
        inner, shape = values, []
        while _is_list(inner.type):
            lengths = compute.list_value_length(inner).unique()
            if len(lengths) != 1:
                sizes = compute.list_value_length(values).to_numpy()
                raise self._ragged(self.rows + int(np.flatnonzero(sizes != sizes[0])[0]), None)
            shape.append(int(lengths[0].as_py()))
            inner = inner.flatten()
        if inner.null_count or not (
            pa.types.is_integer(inner.type)
            or pa.types.is_floating(inner.type)
            or pa.types.is_boolean(inner.type)
        ):
            raise self._source.refused(
                "file.column_type",
                f"column `{self.name}` holds lists of {inner.type}"
                f"{' with missing values' if inner.null_count else ''}; lists of numbers are taken.",
                "Leave it out, or give each number a column of its own.",
                column=self.name,
            )
        numbers = inner.to_numpy(zero_copy_only=False)
        array = numbers.reshape(len(values), *shape)
        rows = self.rows
        self.append_array(array.astype(np.uint8) if array.dtype == bool else array)
        self.rows = rows  # `append` counts them

    def _encoded(self, values: pa.Array) -> None:
        for place, value in enumerate(values):
            content = value.as_py()
            if self._media is None and content is None:
                self.missing += 1
                continue
            try:
                self._encoded_file(content, self.rows + place)
            except Undecodable as error:
                raise self._source.refused(
                    "media.undecodable",
                    f"row {self.rows + place + 1}, column `{self.name}`: the file in it {error}.",
                    "Leave the row out, or replace the file.",
                    column=self.name,
                ) from None

    def _encoded_file(self, content: bytes | None, before: int) -> None:
        if self._media is None:
            kind = kind_of(content or b"")
            if kind is None:
                raise Undecodable("is neither an image nor a WAV file")
            self._begin(kind)
            path = self._folder / f"{self._stem}.arrow"
            self._media = MediaColumn(path, self.name, kind, self._source.limits.pixels)
            for _ in range(before):
                self._media.append(None)
        self._media.append(content)

    def _begin(self, kind: str, dtype: Any = None, shape: tuple[int, ...] = ()) -> None:  # Any: NumPy's types
        """The first values decide what the column is, but for whole numbers that become numbers."""
        if self._kind == kind:
            return
        if self._kind != "nothing":
            raise self._source.refused(
                "file.mixed_types",
                f"column `{self.name}` holds {_shown(kind)} from row {self.rows + 1} on, and {_shown(self._kind)} "
                "before.",
                "Give all of its rows one type.",
                column=self.name,
            )
        if kind == "tensor" and self.rows:
            raise self._no_tensor(0)
        self._kind = kind
        if dtype is not None:
            self._file = NumberFile(self._folder / f"{self._stem}.npy", dtype, shape)
            self._fill(self.rows)

    def _fill(self, count: int) -> None:
        assert self._file is not None
        if count and self._kind == "integer":
            self._as_floats()
        if count:
            self._file.append_same(NOT_A_TIME if self._kind == "time" else float("nan"), count)

    def _as_floats(self) -> None:
        assert self._file is not None
        if self._file.dtype != np.float64:
            self._file.convert(lambda chunk: chunk.astype(np.float64), np.float64)

    def _ragged(self, row: int, shape: tuple[int, ...] | None) -> Exception:
        shown = "" if shape is None else f" of shape {shape}"
        return self._source.refused(
            "file.ragged_tensor",
            f"row {row + 1}, column `{self.name}`: a list{shown} of another length than in the rows before.",
            "All rows of a column must have lists of one length; pad the short ones.",
            column=self.name,
        )

    def _no_tensor(self, row: int) -> Exception:
        return self._source.refused(
            "file.missing_tensor",
            f"row {row + 1}, column `{self.name}`: there is no value, where other rows have lists.",
            "Leave the row out, or give it a list of the same length.",
            column=self.name,
        )


def _plain(values: pa.Array) -> pa.Array:
    """Few types for the many of Arrow: dictionaries and views opened, `{"bytes": …}` of an image unpacked."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_struct(values.type) and "bytes" in [
        values.type.field(i).name for i in range(values.type.num_fields)
    ]:
        values = compute.struct_field(values, "bytes")
    if pa.types.is_string(values.type) or pa.types.is_string_view(values.type):
        return values.cast(pa.large_string())
    if pa.types.is_binary(values.type) or pa.types.is_binary_view(values.type):
        return values.cast(pa.large_binary())
    if isinstance(values, pa.ExtensionArray):
        return _plain(values.storage)
    return values


def _floats(values: pa.Array) -> Array:
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _shown(kind: str) -> str:
    return {"words": "text", "integer": "numbers", "number": "numbers", "tensor": "lists"}.get(
        kind, f"{kind}s"
    )
