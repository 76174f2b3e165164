"""Which rows train, which validate, and which test."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import unknown_column
from layerloom.data.encoders.base import is_missing
from layerloom.data.source import Source, chunks
from layerloom.data.table import Array
from layerloom.document import DataBinding, Fit, Split
from layerloom.problems import Problem, ProblemError

Rows = slice | Array
"""Numbers of rows: a range, or int64 `(rows,)`."""

PARTS = ("train", "validation", "test")
_NAMES = {
    "train": 0, "training": 0, "validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2, "testing": 2,
}  # fmt: skip
_FIELD = "training.data.split"


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of each part, in the order in which they are fed."""

    training: Rows
    validation: Rows
    test: Rows

    def named(self) -> Mapping[str, Rows]:
        return {"train": self.training, "validation": self.validation, "test": self.test}


def count(rows: Rows) -> int:
    return max(0, rows.stop - rows.start) if isinstance(rows, slice) else len(rows)


def split(rows: int, settings: Fit) -> int:
    """Keras' `validation_split`: rows to train with; those after them validate. Rounds down, as Keras does."""
    return int(rows * (1.0 - settings.validation_split))


def split_columns(binding: DataBinding) -> list[str]:
    """Columns that the split looks at."""
    column = _column_name(binding)
    return [column] if column else []


def check_split(binding: DataBinding, dataset: Dataset, settings: Fit) -> list[Problem]:
    """What the description of the data tells is wrong: `split.empty`, `split.column`, `column.unknown`."""
    chosen = binding.split
    if chosen is None:
        return [] if dataset.rows is None else empty(dataset.rows, settings)
    if chosen.by != "column" and chosen.validation + chosen.test >= 1:
        return [_problem(
            "split.empty",
            f"Validation ({chosen.validation:g}) and test ({chosen.test:g}) take all rows; none is left to train with.",
            "Lower one of the shares.",
        )]  # fmt: skip
    problems = _check_column(binding, dataset, chosen)
    if not problems and dataset.rows is not None and chosen.by in ("order", "random", "time"):
        problems = _empty_parts(_sizes(dataset.rows, chosen), chosen, dataset.rows)
    return problems


def divide(binding: DataBinding, dataset: Dataset, source: Source, settings: Fit) -> Parts:
    """The rows of each part. A random one keeps the order of the rows within a part; `time` sorts them.

    Raises:
        ProblemError: `split.empty`, `split.column`.
    """
    chosen, rows = binding.split, source.rows
    if chosen is None:
        if problems := empty(rows, settings):
            raise ProblemError(*problems)
        training = split(rows, settings)
        return Parts(slice(0, training), slice(training, rows), slice(rows, rows))
    training, validation, _ = _sizes(rows, chosen)
    if chosen.by == "order":
        parts = Parts(
            slice(0, training), slice(training, training + validation), slice(training + validation, rows)
        )
    elif chosen.by == "random":
        order = np.random.default_rng(chosen.seed).permutation(rows)
        parts = _cut(order, training, validation, keep_order=True)
    elif chosen.by == "time":
        order = np.argsort(_values(binding, dataset, source), kind="stable")
        parts = _cut(order, training, validation, keep_order=False)
    elif chosen.by == "stratified":
        parts = _stratified(_values(binding, dataset, source), chosen)
    else:
        parts = _by_column(_values(binding, dataset, source), dataset, chosen)
    if problems := _empty_parts(tuple(map(count, parts.named().values())), chosen, rows):
        raise ProblemError(*problems)
    return parts


def empty(rows: int, settings: Fit) -> list[Problem]:
    """`split.empty` where Keras' split leaves a part without rows."""
    training = split(rows, settings)
    if rows and training > 0 and (training < rows or settings.validation_split == 0):
        return []
    which = "no row to train with" if training == 0 else "no row to validate with"
    return [
        Problem(
            code="split.empty",
            message=f"A validation split of {settings.validation_split:g} of {rows} "
            f"row{'s' if rows != 1 else ''} leaves {which}.",
            hint="Change the validation split, or choose a larger data set.",
            field="training.fit.validation_split",
        )
    ]


def _column_name(binding: DataBinding) -> str | None:
    """The column that the split goes by; of `stratified` by default that of the first target."""
    chosen = binding.split
    if chosen is None or chosen.by in ("order", "random"):
        return None
    if chosen.column or chosen.by != "stratified":
        return chosen.column
    for value in binding.targets.values():
        columns = value.get("columns") if isinstance(value, dict) else value
        first = columns[0] if isinstance(columns, list) and columns else columns
        if isinstance(first, str) and first:
            return first
    return None


def _check_column(binding: DataBinding, dataset: Dataset, chosen: Split) -> list[Problem]:
    if chosen.by in ("order", "random"):
        return []
    name = _column_name(binding)
    if not name:
        return [_problem("split.column", f"A split by {chosen.by} needs a column.", "Choose one.", ".column")]
    column = dataset.column(name)
    if column is None:
        return [unknown_column(name, dataset).model_copy(update={"field": f"{_FIELD}.column"})]
    kinds = _KINDS[chosen.by]
    if column.kind not in kinds or not column.is_scalar:
        return [_problem(
            "split.column",
            f"Column `{name}` is of kind {column.kind}; a split by {chosen.by} takes a column of kind "
            f"{' or '.join(kinds)}.",
            "Choose another column.",
            ".column",
        )]  # fmt: skip
    if column.missing:
        return [_problem(
            "split.column",
            f"Column `{name}` has no value in {column.missing} row{'s' if column.missing > 1 else ''}, so they "
            "belong to no part.",
            "Fill them in, or choose another column.",
            ".column",
        )]  # fmt: skip
    strange = [label for label in column.classes or () if str(label).strip().lower() not in _NAMES]
    if chosen.by == "column" and strange:
        return [_not_a_part(name, strange[0])]
    return []


_KINDS = {
    "stratified": ("category", "integer"),
    "column": ("category", "text"),
    "time": ("time", "number", "integer"),
}


def _sizes(rows: int, chosen: Split) -> tuple[int, int, int]:
    """Rows of each part; shares are rounded down in favour of the later part, as Keras does."""
    training = int(rows * (1.0 - chosen.validation - chosen.test) + 1e-9)
    both = int(rows * (1.0 - chosen.test) + 1e-9)
    return training, both - training, rows - both


def _cut(order: Array, training: int, validation: int, *, keep_order: bool) -> Parts:
    parts = (order[:training], order[training : training + validation], order[training + validation :])
    return Parts(*(np.sort(part) for part in parts)) if keep_order else Parts(*parts)


def _stratified(values: Array, chosen: Split) -> Parts:
    """Each class is shuffled and cut by itself; a class of few rows trains first, then validates."""
    generator = np.random.default_rng(chosen.seed)
    part = np.zeros(len(values), np.int8)
    for value in np.unique(values):
        mine = generator.permutation(np.flatnonzero(values == value))
        test = round(len(mine) * chosen.test)
        validation = min(round(len(mine) * chosen.validation), len(mine) - test)
        part[mine[:test]] = 2
        part[mine[test : test + validation]] = 1
    return _of_parts(part)


def _by_column(values: Array, dataset: Dataset, chosen: Split) -> Parts:
    column = dataset.column(chosen.column or "")
    assert column is not None  # check_split found it
    if column.kind == "category":
        known = np.array([_NAMES[str(label).strip().lower()] for label in column.classes or ()], np.int8)
        return _of_parts(known[values])
    part = np.zeros(len(values), np.int8)
    for row, value in enumerate(values):
        name = str(value).strip().lower()
        if name not in _NAMES:
            raise ProblemError(_not_a_part(column.name, value, row))
        part[row] = _NAMES[name]
    return _of_parts(part)


def _of_parts(part: Array) -> Parts:
    return Parts(*(np.flatnonzero(part == number) for number in range(3)))


def _values(binding: DataBinding, dataset: Dataset, source: Source) -> Array:
    """The column that the split goes by, whole: one number a row, also of a large set."""
    name = _column_name(binding)
    column = dataset.column(name or "")
    assert name is not None
    assert column is not None  # check_split found it
    values = np.concatenate([np.asarray(source.read([name], *rows)[name]) for rows in chunks(source)])
    missing = values == -1 if column.kind == "category" else is_missing(values)
    if missing.any():
        raise ProblemError(_problem(
            "split.column",
            f"Column `{name}` has no value in row {int(np.flatnonzero(missing)[0]) + 1}, so it belongs to no part.",
            "Fill it in, or choose another column.",
            ".column",
        ))  # fmt: skip
    return values


def _empty_parts(sizes: tuple[int, ...], chosen: Split, rows: int) -> list[Problem]:
    """A part that is wanted and has no rows. By a column, only training must have some."""
    wanted = (True, chosen.validation > 0, chosen.test > 0) if chosen.by != "column" else (True, False, False)
    found = [
        part for part, size, is_wanted in zip(PARTS, sizes, wanted, strict=True) if is_wanted and not size
    ]
    if not found:
        return []
    purpose = {"train": "train", "validation": "validate", "test": "test"}[found[0]]
    how = f"`{chosen.column}`" if chosen.by == "column" else chosen.by
    return [_problem(
        "split.empty",
        f"The split of {rows} row{'s' if rows != 1 else ''} by {how} leaves no row to {purpose} with.",
        f"Change the shares, or choose a larger data set{'' if purpose == 'train' else '; 0 takes the part away'}.",
    )]  # fmt: skip


def _not_a_part(name: str, value: object, row: int | None = None) -> Problem:
    where = "" if row is None else f" in row {row + 1}"
    return _problem(
        "split.column",
        f"Column `{name}` has the value `{str(value)[:60]}`{where}; a split by column takes `train`, `validation` and "
        "`test`.",
        "Choose the column that says to which part a row belongs.",
        ".column",
    )


def _problem(code: str, message: str, hint: str, below: str = "") -> Problem:
    return Problem(code=code, message=message, hint=hint, field=_FIELD + below)
