"""The formats that documents are read from and written in. More come with `exchange/`. No FastAPI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from layerloom.document import Document, Limits, to_text
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document

IMPORT_FORMATS = ("layerloom",)
_HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Format:
    """How a document is written in one format."""

    write: Callable[[Document], str]
    suffix: str
    media_type: str


FORMATS: Mapping[str, Format] = {"layerloom": Format(to_text, ".json", "application/json")}


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


def read_document(content: bytes, limits: Limits) -> Document:
    """A document from a file's bytes, whatever of the known formats it has.

    Raises:
        ProblemError: `import.unknown_format`, or what `load_document` raises.
    """
    foreign = _foreign_format(content)
    if foreign is not None:
        raise ProblemError(
            Problem(
                code="import.unknown_format",
                message=f"This is {foreign}; documents can be read from: {', '.join(IMPORT_FORMATS)}.",
                hint="Choose a document that was exported from Layerloom.",
                field="file",
            )
        )
    return load_document(content, limits)


def _foreign_format(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        return "a zip archive, such as Keras' `.keras`"
    if content.startswith(_HDF5):
        return "an HDF5 file, such as Keras' `.h5`"
    start = content[:4096]
    if b'"class_name"' in start and b'"layerloom/' not in start:
        return "a Keras model's JSON"
    return None
