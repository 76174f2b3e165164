"""A learning rate that is constant between boundaries."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from layerloom.training.schedules.base import Schedule


class PiecewiseConstantDecay(Schedule):
    """One learning rate up to each boundary (that step included), and one after the last."""

    type_name: ClassVar[str] = "PiecewiseConstantDecay"

    boundaries: list[int] = Field(default=[1000], description="Steps, rising.")
    values: list[float] = Field(
        default=[0.001, 0.0001], description="Learning rates, one more than boundaries."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"`values` must be one longer than `boundaries`; received {len(self.values)} values and "
                f"{len(self.boundaries)} boundaries"
            )
        if any(
            later <= earlier for earlier, later in zip(self.boundaries, self.boundaries[1:], strict=False)
        ):
            raise ValueError(f"`boundaries` must rise; received {self.boundaries}")
        if any(value < 0 for value in self.values):
            raise ValueError(f"`values` must not be negative; received {self.values}")
        return self

    def at(self, step: int) -> float:
        for boundary, value in zip(self.boundaries, self.values, strict=False):
            if step <= boundary:
                return value
        return self.values[-1]
