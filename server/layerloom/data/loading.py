"""From a document's data binding to arrays in one call: open the columns that are needed, or make rows, and bind."""

from collections.abc import Mapping
from pathlib import Path

from layerloom.data.binding import GENERATED, bind, check, columns_of, divided, split
from layerloom.data.bound import BoundData
from layerloom.data.datasets import find
from layerloom.data.generation import generate
from layerloom.data.source import open_source
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
    scratch: Path | None = None,
) -> BoundData:
    """Training, validation and test arrays for these inputs and outputs. Runs in a worker.

    `scratch` is a folder for encoded rows that are larger than memory should hold; by default that of the data sets.

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
    source = open_source(dataset, folder, columns_of(binding, inputs, outputs))
    return bind(binding, dataset, source, inputs, outputs, losses, settings, scratch or folder)
