"""The layer type `RNN`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Example, Port, refuse
from layerloom.layers.binding import BindingLayer, LayerId
from layerloom.layers.recurrent.cells import CellConfig
from layerloom.layers.recurrent.sequences import VectorSequence
from layerloom.layers.recurrent.stacked_rnn_cells import StackedRNNCells
from layerloom.tensors import TensorSpec

_SEQUENCE = {"sequence": (TensorSpec((None, 8, 8)),)}
_LSTM = {"cell": {"type": "LSTMCell", "config": {"units": 16}}}
_STACK = {
    "stack": {"type": "StackedRNNCells", "config": {"cells": ["lower", "upper"]}},
    "lower": {"type": "LSTMCell", "config": {"units": 6}},
    "upper": {"type": "GRUCell", "config": {"units": 5}},
}


class RNN(BindingLayer, VectorSequence):
    """Repeats a cell, or a stack of cells, over a sequence.

    The layer takes a copy of the settings of the cell that it names; weights are its own. (batch, time,
    features) → (batch, units of the last cell), or with `return_sequences` (batch, time, units). With
    `return_state` it also gives the states of every cell, from the first on. Masked steps are skipped.
    """

    cell: LayerId = Field(
        description="Id of the cell, in this model: LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells."
    )

    search_words: ClassVar[tuple[str, ...]] = ("recurrent", "cell", "stacked", "sequence", "deep", "循环")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("sequence", "Sequence to read: (batch, time, features)."),
        Port(
            "initial_state", "States to start from, of every cell in turn; zeros if none is wired.", 0, None
        ),
    )
    binds: ClassVar[tuple[str, ...]] = ("cell",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("An LSTM by its cell", {"cell": "cell"}, _SEQUENCE, _LSTM),
        Example(
            "Two cells on top of each other",
            {"cell": "stack", "return_sequences": True, "return_state": True},
            {"sequence": (TensorSpec((None, None, 4), masked=True),)},
            _STACK,
        ),
        Example(
            "Started from states",
            {"cell": "stack"},
            {**_SEQUENCE, "initial_state": tuple(TensorSpec((None, units)) for units in (6, 6, 5))},
            _STACK,
        ),
    )

    def cells(self) -> tuple[CellConfig, ...]:
        (part,) = self.parts("cell")
        return part.bound_cells() if isinstance(part, StackedRNNCells) else (_cell(part),)

    def state_names(self) -> tuple[str, ...]:
        return super().state_names() if self.is_bound else ("state",)

    def _check_parts(self) -> None:
        (part,) = self.parts("cell")
        if part.is_callable:
            raise refuse(
                "config.invalid",
                f"names `{self.cell}`, which is {type(part).__name__}; expected a cell.",
                "Name a layer of the type LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells.",
                field="cell",
            )


def _cell(part: object) -> CellConfig:
    if not isinstance(part, CellConfig):
        raise TypeError(f"{type(part).__name__} is no cell")
    return part
