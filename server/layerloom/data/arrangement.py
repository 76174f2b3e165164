"""How columns meet one input or output: the encoder of each, and whether shapes and labels fit. No rows needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layerloom.data.choice import Choice
from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Encoder, encoders
from layerloom.data.encoders.index import Index
from layerloom.data.encoders.one_hot import OneHot
from layerloom.data.encoders.scaling import Scaling
from layerloom.data.encoders.values import Values
from layerloom.data.end import End, Sizes, matches, shown
from layerloom.data.labels import label_problems
from layerloom.problems import Problem


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Columns with an encoder for each; with problems, the rest can't be used."""

    end: End
    columns: tuple[Column, ...]
    encoders: tuple[Encoder, ...] = ()
    is_list: bool = False
    problems: tuple[Problem, ...] = ()


def arrange(choice: Choice, columns: Sequence[Column], end: End) -> Arrangement:
    """The encoders for these columns at this end, or every reason why they don't fit."""
    arrangement = Arrangement(end, tuple(columns), is_list=choice.is_list)
    problems = [problem for column in columns for problem in _column_problems(column, choice, end)]
    if problems:
        return replace(arrangement, problems=tuple(problems))
    chosen = tuple(_encoder(column, choice, end) for column in columns)
    arrangement = replace(arrangement, encoders=chosen)
    problems = [
        problem
        for column, encoder in zip(columns, chosen, strict=True)
        for problem in label_problems(column, encoder.type_name, end)
    ]
    return replace(arrangement, problems=tuple(problems or _shape_problems(arrangement)))


def _column_problems(column: Column, choice: Choice, end: End) -> list[Problem]:
    encoder = _chosen(column, choice)
    name = f"Column `{column.name}`"
    if encoder is None and column.kind in _NEEDED:
        what, needed = _NEEDED[column.kind]
        note = f" {column.note}" if column.note else ""
        return [
            end.problem(
                "column.kind",
                f"{name} holds {what}, and {end.title} takes numbers.{note}",
                f"Give it the encoder `{needed}`, or choose a column of numbers or categories.",
            )
        ]
    if encoder is not None and (problem := _unfit(column, encoder, end)) is not None:
        return [problem]
    if column.missing and not (encoder is not None and encoder.fills_missing):
        return [end.problem(
            "column.missing_values",
            f"{name} has no value in {column.missing} row{'s' if column.missing > 1 else ''}.",
            "Give it an encoder that says what stands in (`missing`), remove those rows from the file and upload it "
            "again, or choose another column.",
        )]  # fmt: skip
    is_fraction = column.kind == "number" or (
        column.kind == "tensor" and not column.dtype.startswith(("int", "uint", "bool"))
    )
    type_name = encoder.type_name if encoder is not None else None
    if end.takes_integers and (is_fraction or (encoder is not None and encoder.gives_fractions)):
        return [
            end.problem(
                "column.kind",
                f"{end.title} takes whole numbers ({end.spec.dtype}), and column `{column.name}` gives "
                "numbers with fractions.",
                "Set the Input's `dtype` to float32, or choose a column of whole numbers.",
            )
        ]
    if end.takes_classes and (is_fraction or type_name == "one-hot"):
        return [
            end.problem(
                "label.fraction",
                f"The loss of {end.title} takes the number of a class, 0 to {end.last_class}; column "
                f"`{column.name}` holds numbers with fractions.",
                "Choose a column of classes, or a loss such as mean_squared_error.",
            )
        ]
    return []


_NEEDED = {
    "text": ("text", "tokenize"),
    "image": ("images", "image"),
    "audio": ("sound", "audio"),
    "time": ("times", "standardize"),
}
"""Kinds of columns that are no numbers before they are encoded, and by what."""


def _unfit(column: Column, encoder: Encoder, end: End) -> Problem | None:
    """A kind of column that the encoder can't read, or an end that it is not for."""
    name = f"Column `{column.name}`"
    if end.role not in encoder.roles:
        return end.problem(
            "encoder.invalid",
            f"The encoder `{encoder.type_name}` is for Inputs; {end.title} is an Output.",
            "Bind the column without it: the target is taken after the window by its `horizon`."
            if encoder.type_name == "window"
            else "Choose another encoder.",
        )
    if column.kind in encoder.takes:
        return None
    if encoder.type_name in ("standardize", "min-max") and column.kind == "category":
        return end.problem(
            "encoder.invalid",
            f"{name} holds categories, which `{encoder.type_name}` can't scale.",
            "Use the encoder `one-hot` or `index`, or none.",
        )
    fitting = [item for item, kind in encoders().items() if kind.is_offered and column.kind in kind.takes]
    return end.problem(
        "encoder.invalid",
        f"{name} is of kind {column.kind}; `{encoder.type_name}` takes columns of kind {' or '.join(encoder.takes)}.",
        f"Use {' or '.join(f'`{item}`' for item in fitting)}, or no encoder."
        if fitting
        else "Use no encoder.",
    )


def _chosen(column: Column, choice: Choice) -> Encoder | None:
    """The encoder that was chosen. In a list, a scaling one is for the numbers; categories become one-hot."""
    encoder = choice.encoder
    if isinstance(encoder, Scaling) and choice.is_list and column.kind == "category":
        return OneHot(missing=None if encoder.missing is None else "most-frequent")
    return encoder


def _encoder(column: Column, choice: Choice, end: End) -> Encoder:
    chosen = _chosen(column, choice)
    if chosen is not None:
        return chosen
    if column.kind == "category":
        return _category_encoder(len(column.classes or ()), choice, end)
    if column.kind == "integer" and end.family == "categorical" and not choice.is_list:
        return OneHot()
    return Values()


def _category_encoder(classes: int, choice: Choice, end: End) -> Encoder:
    if end.takes_classes:
        return Index()
    if end.family == "categorical":
        return OneHot()
    if choice.is_list:
        return Index() if classes == 2 or end.takes_integers else OneHot()
    if end.wanted == (1,) or end.wanted == () or (end.family == "binary" and end.units != classes):
        return Index()
    return OneHot()


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
        encoder.row_shape(column, arrangement.end)
        for column, encoder in zip(arrangement.columns, arrangement.encoders, strict=True)
    ]
    if len({shape[:-1] for shape in shapes}) > 1:
        return None
    widths = [shape[-1] for shape in shapes]
    known = [width for width in widths if width is not None]
    return (*shapes[0][:-1], sum(known) if len(known) == len(widths) else None)


def _shape_hint(shape: Sizes, arrangement: Arrangement) -> str:
    end = arrangement.end
    if end.role == "input":
        return f"Set the shape of {end.title} to {shown(shape, '[]')}, or choose another column."
    column = arrangement.columns[0]
    if (
        not end.takes_classes
        and column.kind in ("category", "integer")
        and arrangement.encoders[0].type_name != "one-hot"
        and (end.units or 0) > 1
    ):
        return "Take the loss sparse_categorical_crossentropy, which is for the number of a class."
    if len(shape) == 1 and end.spec.rank == 2 and not end.takes_classes:
        units = f"{shape[0]} unit{'s' if shape[0] != 1 else ''}"
        return f"Give the layer before {end.title} {units}, or choose another column."
    return f"Change the layers before {end.title}, or choose another column."


def _because(end: End) -> str:
    return " (one number of a class in place of its last axis)" if end.family == "sparse" else ""
