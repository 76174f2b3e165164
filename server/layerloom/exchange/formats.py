"""The formats that documents are written in, and one function that writes them all. Loads no torch by itself.

A format is an entry in `FORMATS`. One that computes (it builds the model, or reads weights) is written in a child
process: `write_document` can be called there by name, and its answer crosses as JSON.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from layerloom.document import Document, Limits, to_text
from layerloom.problems import Problem, ProblemError

if TYPE_CHECKING:
    from layerloom.exchange.keras.export import KerasModel


class Exported(BaseModel):
    """A file's content.

    `largest_difference`: between the outputs of what was written and the model's, on a random batch; None where the
    format holds nothing that runs, or nothing could be compared, which `not_checked` then says the reason for.
    `problems`: what the format has no form for, and weights that did not fit.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    content: bytes
    largest_difference: float | None = None
    not_checked: str | None = None
    problems: tuple[Problem, ...] = ()


Writer = Callable[[Document, Limits, Path | None], Exported]
"""Document, limits, and a file of weights (`.safetensors`, by path and in Keras' layout) or None."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a document is written in one format; `computes`: in a child, with limits on time and memory."""

    name: str
    write: Writer
    suffix: str
    media_type: str
    computes: bool = True
    is_text: bool = True


def _layerloom(document: Document, limits: Limits, weights: Path | None) -> Exported:
    return Exported(content=to_text(document).encode())


def _torch(document: Document, limits: Limits, weights: Path | None) -> Exported:
    from layerloom.exchange.torch_source.export import export_torch

    source = export_torch(document, limits, weights)
    return Exported(content=source.text.encode(), largest_difference=source.largest_difference)


def _keras(document: Document, limits: Limits, weights: Path | None) -> Exported:
    from layerloom.exchange.keras.source import write_source

    source = write_source(document, limits=limits)
    return Exported(content=source.text.encode(), problems=source.problems)


def _keras_json(document: Document, limits: Limits, weights: Path | None) -> Exported:
    from layerloom.exchange.keras.export import keras_model

    return _tried(keras_model(document, limits, weights), "json")


def _keras_archive(document: Document, limits: Limits, weights: Path | None) -> Exported:
    from layerloom.exchange.keras.export import keras_model

    return _tried(keras_model(document, limits, weights), "archive")


def _weights_h5(document: Document, limits: Limits, weights: Path | None) -> Exported:
    from layerloom.exchange.keras.export import keras_model

    return _tried(keras_model(document, limits, weights), "weights")


def _tried(model: "KerasModel", what: Literal["json", "archive", "weights"]) -> Exported:
    difference, why = model.difference()
    content = {"json": model.json, "archive": model.archive, "weights": model.weights}[what]()
    return Exported(content=content, largest_difference=difference, not_checked=why, problems=model.problems)


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("layerloom", _layerloom, ".json", "application/json", computes=False),
        Format("torch", _torch, ".py", "text/x-python"),
        Format("keras", _keras, ".py", "text/x-python"),
        Format("keras-json", _keras_json, ".json", "application/json"),
        Format("keras-archive", _keras_archive, ".keras", "application/zip", is_text=False),
        Format("weights-h5", _weights_h5, ".weights.h5", "application/x-hdf5", is_text=False),
    )
}


def export_format(name: str) -> Format:
    """
    Raises:
        ProblemError: `export.unknown_format`.
    """
    if name not in FORMATS:
        raise ProblemError(
            Problem(
                code="export.unknown_format",
                message=f"Documents cannot be written as {name[:64]!r}; available: {', '.join(FORMATS)}.",
                hint="Choose one of the available formats.",
                field="format",
            )
        )
    return FORMATS[name]


class Report(BaseModel):
    """What there is to say of a file that was written, as `Exported` has it."""

    model_config = ConfigDict(frozen=True)

    largest_difference: float | None = None
    not_checked: str | None = None
    problems: tuple[Problem, ...] = ()


def write_document(
    name: str, document: Document, limits: Limits, weights: Path | None, target: Path
) -> Report:
    """The document in the format of that name, written to a new file.

    Raises:
        ProblemError: `export.unknown_format`, what keeps the document from being built, or that the weights don't fit.
    """
    exported = export_format(name).write(document, limits, weights)
    with target.open("xb") as file:
        file.write(exported.content)
    return Report.model_validate(exported.model_dump(exclude={"content"}))
