"""Arrays by input and output: what training is fed. Has the shape of training's `TrainingData`, which it
can't import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from layerloom.data.encoding import EncoderState
from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError

PartName = Literal["train", "validation", "test", "all"]


@dataclass(frozen=True, slots=True)
class BoundData:
    """`inputs` by Input id and `targets` by Output id, axis 0 the row; `encoders` tell how they were made.

    An array may be a memory map of rows on disk, a view of overlapping windows, or `scratch.ScaledBytes`.
    `numbers`: which row of the data set each row is, counted from 0; of a window, the row of its target.
    """

    inputs: dict[str, Array]
    targets: dict[str, Array]
    validation: "BoundData | None" = None
    test: "BoundData | None" = None
    sample_weight: Mapping[str, Array] | None = None
    encoders: Mapping[str, EncoderState] = field(default_factory=dict)
    numbers: Array | None = None

    @property
    def rows(self) -> int:
        return next((len(array) for array in (*self.inputs.values(), *self.targets.values())), 0)

    def rows_of(self, part: PartName) -> "BoundData":
        """The rows of one part of the split, or of all parts in the order training, validation, test.

        Raises:
            ProblemError: `split.empty`, where there is no such part.
        """
        training = replace(self, validation=None, test=None)
        parts = {"train": training, "validation": self.validation, "test": self.test}
        if part == "all":
            return _joined([each for each in parts.values() if each is not None], self.encoders)
        found = parts[part]
        if found is None:
            known = ", ".join(f"`{name}`" for name, each in parts.items() if each is not None)
            raise ProblemError(
                Problem(
                    code="split.empty",
                    message=f"The split has no part `{part}`; it has {known}.",
                    hint="Choose another part, or give the split a share for it and train again.",
                    field="split",
                )
            )
        return replace(found, encoders=self.encoders)


def _joined(parts: list[BoundData], encoders: Mapping[str, EncoderState]) -> BoundData:
    if len(parts) == 1:
        return parts[0]
    weights = [part.sample_weight for part in parts]
    numbers = [part.numbers for part in parts if part.numbers is not None]
    return BoundData(
        inputs=_one_after_another([part.inputs for part in parts]),
        targets=_one_after_another([part.targets for part in parts]),
        sample_weight=_one_after_another([each for each in weights if each is not None])
        if all(weights)
        else None,
        encoders=encoders,
        numbers=np.concatenate(numbers) if len(numbers) == len(parts) else None,
    )


def _one_after_another(parts: list[Mapping[str, Array]] | list[dict[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}
