"""What is known of a data set without its rows: names, kinds and shapes of its columns. No numpy here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import numpy as np

ColumnKind = Literal["number", "integer", "category", "text", "tensor", "time", "image", "audio"]
DatasetKind = Literal["bundled", "derived", "generated", "uploaded"]
Label = int | str
"""The name of a class, as the file or the set has it."""


class Column(BaseModel):
    """One column. `shape` is that of one row: `()` for a scalar, `(8, 8)` for an image of 8 rows.

    A `category` holds codes 0 … k-1 in its table, in the order of `classes`; an `integer` holds its values,
    and lists them in `classes` where they are few. A `time` holds microseconds since 1970 in UTC. An `image` or
    `audio` holds encoded files (PNG, WAV); its `shape` is `(height, width, channels)` or `(samples, channels)` where
    all rows have the same, else `()`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: ColumnKind
    dtype: str = Field(default="float32", description="`float32`, `int64`, …; `string` for text.")
    shape: tuple[int, ...] = Field(default=(), description="Shape of one row.")
    classes: tuple[Label, ...] | None = Field(default=None, description="The values that occur, where few.")
    missing: int = Field(default=0, description="Rows without a value.")
    note: str = Field(default="", description="What surprises in this column, in words.")

    @property
    def is_scalar(self) -> bool:
        return not self.shape


class Dataset(BaseModel):
    """A data set as the API shows it. `rows` is None where any number can be made (`generated`)."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    kind: DatasetKind
    description: str = ""
    rows: int | None = None
    columns: tuple[Column, ...] = ()
    created: str | None = Field(default=None, description="RFC 3339 in UTC; None for sets that are built in.")
    size_bytes: int | None = None
    sha256: str | None = Field(default=None, description="Of the file that was uploaded, in hexadecimal.")
    format: str | None = Field(default=None, description="What that file is: `csv`, `parquet`, …")

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A set that comes with the program: its static description, and how its columns are made (in a
    worker).
    """

    dataset: Dataset
    load: "Callable[[], Mapping[str, np.ndarray]]"


def number(name: str, *, missing: int = 0) -> Column:
    return Column(name=name, kind="number", dtype="float32", missing=missing)


def category(name: str, *classes: Label) -> Column:
    return Column(name=name, kind="category", dtype="int64", classes=classes)


def tensor(name: str, *shape: int, dtype: str = "float32") -> Column:
    return Column(name=name, kind="tensor", dtype=dtype, shape=shape)
