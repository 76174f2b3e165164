"""Documents of our own, and what else a file may be; files of Keras are read by a child. No FastAPI."""

from layerloom.document import Document, Limits
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document

_HDF5 = b"\x89HDF\r\n\x1a\n"


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
                message=f"This is {foreign}; expected a document of Layerloom.",
                hint="Import it first: `layerloom import FILE -o document.json`, or as a form to `/api/import`.",
                field="file",
            )
        )
    return load_document(content, limits)


def is_of_keras(start: bytes) -> bool:
    """Whether a file that begins so is Keras', by its first 4096 bytes."""
    return _foreign_format(start) is not None


def _foreign_format(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        return "a zip archive, such as Keras' `.keras`"
    if content.startswith(_HDF5):
        return "an HDF5 file, such as Keras' `.h5`"
    start = content[:4096]
    if b'"class_name"' in start and b'"layerloom/' not in start:
        return "a Keras model's JSON"
    return None
