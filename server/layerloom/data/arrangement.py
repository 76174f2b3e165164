"""How columns meet one input or output: the form of each column, and whether shapes and labels fit. No rows
needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layerloom.data.choice import Choice
from layerloom.data.dataset import Column
from layerloom.data.encoding import Form
from layerloom.data.end import End, Sizes, matches, shown
from layerloom.data.labels import label_problems
from layerloom.problems import Problem


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Columns with a form for each; with problems, the rest can't be used."""

    end: End
    columns: tuple[Column, ...]
    forms: tuple[Form, ...] = ()
    is_list: bool = False
    problems: tuple[Problem, ...] = ()


def arrange(choice: Choice, columns: Sequence[Column], end: End) -> Arrangement:
    """The forms for these columns at this end, or every reason why they don't fit."""
    arrangement = Arrangement(end, tuple(columns), is_list=choice.is_list)
    problems = [problem for column in columns for problem in _column_problems(column, choice, end)]
    if problems:
        return replace(arrangement, problems=tuple(problems))
    forms = tuple(_form(column, choice, end) for column in columns)
    arrangement = replace(arrangement, forms=forms)
    problems = [
        problem
        for column, form in zip(columns, forms, strict=True)
        for problem in label_problems(column, form, end)
    ]
    return replace(arrangement, problems=tuple(problems or _shape_problems(arrangement)))


def _column_problems(column: Column, choice: Choice, end: End) -> list[Problem]:
    encoder = choice.encoder.type if choice.encoder else None
    name = f"Column `{column.name}`"
    if column.kind == "text":
        note = f" {column.note}" if column.note else ""
        return [
            end.problem(
                "column.kind",
                f"{name} holds text, and {end.title} takes numbers.{note}",
                "Choose a column of numbers or categories.",
            )
        ]
    if column.missing:
        return [end.problem(
            "column.missing_values",
            f"{name} has no value in {column.missing} row{'s' if column.missing > 1 else ''}.",
            "Fill them in or remove those rows from the file, then upload it again; or choose another "
            "column.",
        )]  # fmt: skip
    if encoder in ("standardize", "min-max") and column.kind == "category":
        return [
            end.problem(
                "encoder.invalid",
                f"{name} holds categories, which `{encoder}` can't scale.",
                "Use the encoder `one-hot` or `index`, or none.",
            )
        ]
    if encoder in ("one-hot", "index") and column.kind not in ("category", "integer"):
        return [
            end.problem(
                "encoder.invalid",
                f"{name} is of kind {column.kind}; `{encoder}` counts values of categories and whole "
                "numbers.",
                "Use `standardize` or `min-max`, or no encoder.",
            )
        ]
    is_fraction = column.kind == "number" or (
        column.kind == "tensor" and not column.dtype.startswith(("int", "uint", "bool"))
    )
    if end.takes_integers and (is_fraction or encoder in ("standardize", "min-max")):
        return [
            end.problem(
                "column.kind",
                f"{end.title} takes whole numbers ({end.spec.dtype}), and column `{column.name}` gives "
                "numbers with fractions.",
                "Set the Input's `dtype` to float32, or choose a column of whole numbers.",
            )
        ]
    if end.takes_classes and (is_fraction or encoder == "one-hot"):
        return [
            end.problem(
                "label.fraction",
                f"The loss of {end.title} takes the number of a class, 0 to {end.last_class}; column "
                f"`{column.name}` holds numbers with fractions.",
                "Choose a column of classes, or a loss such as mean_squared_error.",
            )
        ]
    return []


def _form(column: Column, choice: Choice, end: End) -> Form:
    if choice.encoder:
        return choice.encoder.type
    if column.kind == "category":
        return _category_form(len(column.classes or ()), choice, end)
    if column.kind == "integer" and end.family == "categorical" and not choice.is_list:
        return "one-hot"
    return "values"


def _category_form(classes: int, choice: Choice, end: End) -> Form:
    if end.takes_classes:
        return "index"
    if end.family == "categorical":
        return "one-hot"
    if choice.is_list:
        return "index" if classes == 2 or end.takes_integers else "one-hot"
    if end.wanted == (1,) or end.wanted == () or (end.family == "binary" and end.units != classes):
        return "index"
    return "one-hot"


def _shape_problems(arrangement: Arrangement) -> list[Problem]:
    end = arrangement.end
    shape = row_shape(arrangement)
    if shape is None:
        shapes = ", ".join(f"`{column.name}` {shown(column.shape)}" for column in arrangement.columns[:6])
        return [
            end.problem(
                "column.shape",
                f"The columns of {end.title} can't be stacked along the last axis: {shapes}.",
                "Choose columns whose other axes are equal.",
            )
        ]
    if matches(shape, end.wanted):
        return []
    names = ", ".join(f"`{column.name}`" for column in arrangement.columns[:6])
    names += ", …" if len(arrangement.columns) > 6 else ""
    many = len(arrangement.columns) > 1
    received = f"Column{'s' if many else ''} {names} give{'' if many else 's'} {shown(shape)} a row"
    return [
        end.problem(
            "column.shape",
            f"{received}; {end.title} {'takes' if end.role == 'input' else 'gives'} "
            f"{shown(end.wanted)}{_because(end)}.",
            _shape_hint(shape, arrangement),
        )
    ]


def row_shape(arrangement: Arrangement) -> Sizes | None:
    """Shape of one encoded row; None if the columns can't be stacked. Scalars count as `(1,)`."""
    shapes = [
        _encoded(column, form) for column, form in zip(arrangement.columns, arrangement.forms, strict=True)
    ]
    if len({shape[:-1] for shape in shapes}) > 1:
        return None
    widths = [shape[-1] for shape in shapes]
    known = [width for width in widths if width is not None]
    return (*shapes[0][:-1], sum(known) if len(known) == len(widths) else None)


def _encoded(column: Column, form: Form) -> Sizes:
    if form == "one-hot":
        return (len(column.classes) if column.classes is not None else None,)
    return column.shape or (1,)


def _shape_hint(shape: Sizes, arrangement: Arrangement) -> str:
    end = arrangement.end
    if end.role == "input":
        return f"Set the shape of {end.title} to {shown(shape, '[]')}, or choose another column."
    column = arrangement.columns[0]
    if (
        not end.takes_classes
        and column.kind in ("category", "integer")
        and arrangement.forms[0] != "one-hot"
        and (end.units or 0) > 1
    ):
        return "Take the loss sparse_categorical_crossentropy, which is for the number of a class."
    if len(shape) == 1 and end.spec.rank == 2 and not end.takes_classes:
        units = f"{shape[0]} unit{'s' if shape[0] != 1 else ''}"
        return f"Give the layer before {end.title} {units}, or choose another column."
    return f"Change the layers before {end.title}, or choose another column."


def _because(end: End) -> str:
    return " (one number of a class in place of its last axis)" if end.family == "sparse" else ""
