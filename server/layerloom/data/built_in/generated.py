"""`generated`: rows made to measure for any model, so that it can be tried without data. Made by
`data.generation`.
"""

from layerloom.data.dataset import BuiltIn, Dataset
from layerloom.data.table import Array

GENERATED = Dataset(
    id="generated",
    name="Made to measure",
    kind="generated",
    description="Random rows in the shapes of the model's own inputs and outputs; the targets are a fixed "
    "function of the inputs, so a model that can learn does. For a first try of any model.",
)


def _load() -> dict[str, Array]:
    return {}


DATASETS = (BuiltIn(GENERATED, _load),)
