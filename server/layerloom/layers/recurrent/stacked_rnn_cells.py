"""The layer type `StackedRNNCells`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from layerloom.layers.base import Category, Example, Inputs, Outputs, Port, refuse
from layerloom.layers.binding import BindingLayer, LayerId
from layerloom.layers.fields.numbers import as_tuple
from layerloom.layers.recurrent.cells import CellConfig, not_callable


class StackedRNNCells(BindingLayer):
    """Cells on top of each other, for an RNN layer to repeat as one.

    No node calls it: an RNN layer names it as its `cell`. At each step every cell reads what the cell below
    it gives; the output is that of the last. The states are those of all cells, from the first on.
    """

    cells: Annotated[tuple[LayerId, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=64)] = (
        Field(description="Ids of the cells, in this model, from the input to the output.")
    )

    category: ClassVar[Category] = "recurrent"
    search_words: ClassVar[tuple[str, ...]] = ("RNN", "deep", "several layers", "step", "堆叠")
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "Cells can't be called.", least=0),)
    binds: ClassVar[tuple[str, ...]] = ("cells",)
    is_callable: ClassVar[bool] = False
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Two LSTMs",
            {"cells": ["lower", "upper"]},
            layers={
                "lower": {"type": "LSTMCell", "config": {"units": 16}},
                "upper": {"type": "LSTMCell", "config": {"units": 8}},
            },
        ),
        Example(
            "One kind on another",
            {"cells": ["lower", "upper"]},
            layers={
                "lower": {"type": "GRUCell", "config": {"units": 16}},
                "upper": {"type": "SimpleRNNCell", "config": {"units": 8}},
            },
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        raise not_callable()

    def bound_cells(self) -> tuple[CellConfig, ...]:
        """The cells' configs, from the input to the output."""
        return tuple(part for part in self.parts("cells") if isinstance(part, CellConfig))

    def _check_parts(self) -> None:
        for name, part in zip(self.cells, self.parts("cells"), strict=True):
            if part.is_callable or not isinstance(part, CellConfig):
                raise refuse(
                    "config.invalid",
                    f"names `{name}`, which is {type(part).__name__}; expected a cell.",
                    "Name layers of the types LSTMCell, GRUCell or SimpleRNNCell.",
                    field="cells",
                )
