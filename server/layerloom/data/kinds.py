"""What the cells of an uploaded column are: numbers, whole numbers, categories or text, and which are
missing.
"""

import polars

from layerloom.data.dataset import Column

MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "?")
_INTEGER_CLASSES = 50
_FEW_CLASSES = 20
_MOST_CLASSES = 1_000
_LABEL_CHARACTERS = 200
_NEARLY = 0.9


def typed(cells: polars.Series, decimal_comma: bool, header_rows: int) -> tuple[Column, polars.Series]:
    """The description of a column of text cells, and its values: float64, int64, int32 codes, or strings."""
    name = cells.name
    stripped = cells.str.strip_chars()
    is_missing = stripped.is_null() | stripped.str.to_lowercase().is_in(MISSING)
    values = polars.select(polars.when(is_missing).then(None).otherwise(stripped).alias(name)).to_series()
    missing = values.null_count()
    present = len(values) - missing
    if present == 0:
        return Column(name=name, kind="text", dtype="string", missing=missing, note="It is empty."), values
    integers = values.cast(polars.Int64, strict=False)
    if integers.null_count() == missing:
        distinct = integers.drop_nulls().unique().sort()
        classes = tuple(distinct.to_list()) if len(distinct) <= _INTEGER_CLASSES else None
        return Column(name=name, kind="integer", dtype="int64", classes=classes, missing=missing), integers
    numbers = _numbers(values, decimal_comma)
    if numbers.null_count() == missing:
        return Column(name=name, kind="number", dtype="float64", missing=missing), numbers
    note = _almost_numbers(values, numbers, present, header_rows)
    return _words(values, missing, note)


def _numbers(values: polars.Series, decimal_comma: bool) -> polars.Series:
    """float64; null where a cell is no number or not finite."""
    text = values.str.replace(",", ".", literal=True) if decimal_comma else values
    numbers = text.cast(polars.Float64, strict=False)
    return polars.select(polars.when(numbers.is_finite()).then(numbers).alias(values.name)).to_series()


def _almost_numbers(values: polars.Series, numbers: polars.Series, present: int, header_rows: int) -> str:
    """A sentence for a column that is numbers but for a few cells; empty where it is not."""
    found = len(numbers) - numbers.null_count()
    if found < _NEARLY * present:
        return ""
    wrong = (values.is_not_null() & numbers.is_null()).arg_true()
    row = int(wrong[0])
    return (
        f"{len(wrong)} of its {present} values {'is' if len(wrong) == 1 else 'are'} no number; the first is "
        f"`{values[row][:40]}` in row {row + 1 + header_rows}."
    )


def _words(values: polars.Series, missing: int, note: str) -> tuple[Column, polars.Series]:
    name = values.name
    distinct = values.drop_nulls().unique().sort()
    count = len(distinct)
    is_category = count <= _FEW_CLASSES or (count <= _MOST_CLASSES and count <= len(values) / 2)
    if note or not is_category or bool((distinct.str.len_chars() > _LABEL_CHARACTERS).any()):
        return Column(name=name, kind="text", dtype="string", missing=missing, note=note), values
    classes = tuple(distinct.to_list())
    codes = values.replace_strict(list(classes), list(range(count)), return_dtype=polars.Int32)
    return Column(name=name, kind="category", dtype="int64", classes=classes, missing=missing), codes.alias(
        name
    )
