"""Columns that tell how much each row counts for an output: Keras' `sample_weight`."""

from collections.abc import Collection

import numpy as np

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import unknown_column
from layerloom.data.table import Array
from layerloom.document import DataBinding
from layerloom.problems import Problem


def check_weights(binding: DataBinding, dataset: Dataset, outputs: Collection[str]) -> list[Problem]:
    """What the description of the data tells is wrong: `weight.output`, `column.unknown`, `weight.column`."""
    problems = []
    for output, name in binding.sample_weights.items():
        if output not in outputs:
            known = ", ".join(f"`{item}`" for item in outputs) or "none"
            problems.append(
                _problem(
                    "weight.output",
                    output,
                    f"`sample_weights` names `{output}`; the outputs are {known}.",
                    f"Remove `{output}`, or add such an Output.",
                )
            )
            continue
        column = dataset.column(name)
        if column is None:
            place = {"field": _field(output), "node": output}
            problems.append(unknown_column(name, dataset).model_copy(update=place))
        elif column.kind not in ("number", "integer") or not column.is_scalar or column.missing:
            what = (
                f"has {column.missing} rows without a value"
                if column.missing
                else f"is of kind {column.kind}"
            )
            problems.append(
                _problem(
                    "weight.column",
                    output,
                    f"Column `{name}` {what}; a sample weight is one number for each row.",
                    "Choose a column of numbers without gaps.",
                )
            )
    return problems


def weight_columns(binding: DataBinding, outputs: Collection[str]) -> list[str]:
    """Names of the columns of weights."""
    return [name for output, name in binding.sample_weights.items() if output in outputs]


def as_weights(values: Array, output: str, name: str, first: int = 0) -> tuple[Array, list[Problem]]:
    """`(rows,)` float32 of the column `name`, and what only the rows tell is wrong: `weight.negative`.

    `first` is the number of the first row.
    """
    weights = np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
    bad = np.flatnonzero(~(weights >= 0))
    if not len(bad):
        return weights, []
    return weights, [
        _problem(
            "weight.negative",
            output,
            f"Column `{name}` has {len(bad)} weights that are not numbers from 0 on; the first is in row "
            f"{first + bad[0] + 1}.",
            "Choose another column, or mend those rows.",
        )
    ]


def _problem(code: str, output: str, message: str, hint: str) -> Problem:
    return Problem(code=code, message=message, hint=hint, node=output, field=_field(output))


def _field(output: str) -> str:
    return f"training.data.sample_weights.{output}"
