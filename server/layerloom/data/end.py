"""The Input or Output that columns are bound to, seen from the data: what one row must look like."""

from dataclasses import dataclass
from typing import Literal

from layerloom.data.losses import LossFamily
from layerloom.problems import Problem
from layerloom.tensors import TensorSpec

Sizes = tuple[int | None, ...]
"""Shape of one row: the batch left out; None where it is known only at run time."""


@dataclass(frozen=True, slots=True)
class End:
    """The Input or Output that columns are bound to. `family` says what its loss wants (outputs only)."""

    id: str
    spec: TensorSpec
    role: Literal["input", "target"]
    family: LossFamily = "unknown"

    @property
    def wanted(self) -> Sizes:
        """Shape of one row: sparse labels have one number in place of the output's last axis."""
        if self.family == "labels":
            return (None,)
        return self.spec.shape[1:-1] if self.takes_classes else self.spec.shape[1:]

    @property
    def takes_classes(self) -> bool:
        return self.family in ("sparse", "groups", "labels")

    @property
    def units(self) -> int | None:
        if self.family == "groups":
            return None
        return self.spec.shape[-1] if self.spec.rank > 1 else 1

    @property
    def last_class(self) -> str:
        return str(self.units - 1) if self.units is not None else "the last"

    @property
    def takes_integers(self) -> bool:
        return self.role == "input" and self.spec.dtype in ("int32", "int64", "uint8", "bool")

    @property
    def title(self) -> str:
        return f"{'Input' if self.role == 'input' else 'Output'} `{self.id}`"

    @property
    def field(self) -> str:
        return f"training.data.{'inputs' if self.role == 'input' else 'targets'}.{self.id}"

    def problem(self, code: str, message: str, hint: str) -> Problem:
        return Problem(code=code, message=message, hint=hint, node=self.id, field=self.field)


def matches(shape: Sizes, wanted: Sizes) -> bool:
    """A scalar `(1,)` also stands where there is no axis at all."""
    if wanted == ():
        return shape in ((1,), (None,))
    return len(shape) == len(wanted) and all(
        have is None or want is None or have == want for have, want in zip(shape, wanted, strict=True)
    )


def shown(shape: Sizes, brackets: str = "()") -> str:
    sizes = ", ".join("any" if size is None else str(size) for size in shape)
    comma = "," if len(shape) == 1 and brackets == "()" else ""
    return f"{brackets[0]}{sizes}{comma}{brackets[1]}"
