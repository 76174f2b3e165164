"""From a document's data binding to arrays in one call: load the columns that are needed, or make rows, and
bind.
"""

from collections.abc import Mapping
from pathlib import Path

from layerloom.data.binding import GENERATED, bind, check, columns_of, divided, split
from layerloom.data.bound import BoundData
from layerloom.data.datasets import find, load
from layerloom.data.generation import generate
from layerloom.document import DataBinding, Fit
from layerloom.problems import ProblemError, errors
from layerloom.tensors import TensorSpec


def bind_dataset(
    binding: DataBinding | None,
    folder: Path | None,
    inputs: Mapping[str, TensorSpec],
    outputs: Mapping[str, TensorSpec],
    losses: Mapping[str, str],
    settings: Fit,
) -> BoundData:
    """Training and validation arrays for these inputs and outputs. Runs in a worker.

    Raises:
        ProblemError: as `binding.bind`.
    """
    dataset = find(binding.dataset, folder) if binding else None
    problems = check(binding, dataset, inputs, outputs, losses, settings)
    if errors(problems) or binding is None or dataset is None:
        raise ProblemError(*problems)
    if dataset.id == GENERATED:
        made = generate(inputs, outputs, losses, settings.seed or 0)
        return divided(made, split(made.rows, settings))
    table = load(dataset.id, folder, columns_of(binding, inputs, outputs))
    return bind(binding, dataset, table, inputs, outputs, losses, settings)
