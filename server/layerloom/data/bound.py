"""Arrays by input and output: what training is fed. Has the shape of training's `TrainingData`, which it
can't import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from layerloom.data.encoding import EncoderState
from layerloom.data.table import Array


@dataclass(frozen=True, slots=True)
class BoundData:
    """`inputs` by Input id and `targets` by Output id, axis 0 the row; `encoders` tell how they were made."""

    inputs: dict[str, Array]
    targets: dict[str, Array]
    validation: "BoundData | None" = None
    sample_weight: Mapping[str, Array] | None = None
    encoders: Mapping[str, EncoderState] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return next((len(array) for array in (*self.inputs.values(), *self.targets.values())), 0)
