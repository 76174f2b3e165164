"""Bodies and answers of evaluate, report and predict."""

from typing import Any, Literal

from pydantic import Field, RootModel

from layerloom.api.contract import Answer, Body

Rows = list[Any]  # Any: numbers, or lists of them to any depth
Split = Literal["train", "validation", "test", "all"]


class EvaluateBody(Body):
    """Which rows. By default those that the run kept for validation, or all where it kept none."""

    dataset: str | None = Field(default=None, max_length=200, description="A data set with those columns.")
    split: Split | None = Field(
        default=None, description="A part of the data set; all rows of one that is named, by default."
    )


class Evaluation(RootModel[dict[str, float | None]]):
    """Keras' keys: `loss`, `<output>_loss`, `<output>_<metric>`; null where a number is not finite."""


class PredictBody(Body):
    """One of: encoded rows by input, raw rows by column, or a data set with the document's columns."""

    inputs: dict[str, Rows] | None = Field(
        default=None, description="By input: a list of rows, as they go into the model."
    )
    rows: list[dict[str, Any]] | None = Field(  # Any: a cell of any kind
        default=None,
        max_length=100_000,
        description="Raw values by column, encoded as in training; an image as base64 of a PNG or JPEG.",
    )
    dataset: str | None = Field(default=None, max_length=200)
    split: Split | None = Field(default=None, description="A part of the data set; by default all rows.")
    limit: int = Field(default=1000, ge=1, le=100_000, description="Most rows of a data set.")
    nodes: list[str] = Field(
        default=[], max_length=100, description="Inner nodes whose outputs are wanted too: `encoded_a`."
    )


class Prediction(Answer):
    """By output: a row for each row that went in."""

    outputs: dict[str, Rows] = Field(description="What the model gives: probabilities, scaled numbers.")
    labels: dict[str, list[str]] = Field(description="Names of the classes of an output, where it has any.")
    decoded: dict[str, Rows] = Field(
        description="By output bound to a column: the class's name, or numbers in the column's own unit."
    )
    nodes: dict[str, Rows] = Field(description="Outputs of the inner nodes that were asked for.")
    milliseconds: float = Field(description="Time of encoding, computing and decoding, of all rows together.")
