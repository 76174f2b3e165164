"""Whether a file is text, and in which encoding; refuses what is plainly something else. Reads it as a
stream.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from layerloom.problems import Problem, ProblemError

_CHUNK = 1024 * 1024
"""No longer than a line may be, so that a line too long is one without an end in a whole chunk."""
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive without images, WAV files or arrays (such as an Excel workbook)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"SQLite format", "an SQLite database"),
)
_MEDIA = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b"))


@dataclass(frozen=True, slots=True)
class Text:
    """Python's name of the encoding, where the last quote (`"`) stands, and notes for the reader."""

    encoding: str
    last_quote: int
    """The place of its byte; -1 where there is none."""
    notes: tuple[str, ...] = ()


def sniff_text(source: Path, name: str, most_bytes: int, line_bytes: int) -> Text:
    """The encoding is UTF-8, UTF-16 by its mark, else Latin-1.

    Raises:
        ProblemError: `file.empty`, `file.too_large`, `file.not_csv`, `file.line_too_long`.
    """
    size = source.stat().st_size
    if size == 0:
        raise _refused(
            "file.empty",
            name,
            "the file is empty.",
            "Choose a file with a row of column names and rows below.",
        )
    if size > most_bytes:
        raise _refused(
            "file.too_large",
            name,
            f"the file has {size / 2**20:.0f} MiB; at most {most_bytes / 2**20:.0f} are taken.",
            "Upload a part of it.",
        )
    with source.open("rb") as file:
        start = file.read(4096)
    _refuse_other_formats(start, name)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_decodes(source, "utf-16", name)
        return Text("utf-16", source.stat().st_size, ("Read as UTF-16.",))
    is_utf8, last_quote = _scan(source, name, line_bytes)
    if is_utf8:
        return Text("utf-8-sig", last_quote)
    note = "The file is not UTF-8; it was read as Latin-1 (check letters with accents)."
    return Text("latin-1", last_quote, (note,))


def _refuse_other_formats(start: bytes, name: str) -> None:
    hint = "Save the table as CSV (comma-separated text, UTF-8) and upload that."
    for signature, what in _SIGNATURES:
        if start.startswith(signature):
            if signature in _MEDIA:
                hint = "Pack images or WAV files into a ZIP, in a folder for each class."
            raise _refused("file.not_csv", name, f"this is {what}, not CSV.", hint)
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    lower = text[:200].lower()
    if lower.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"<head", b"<body")):
        raise _refused(
            "file.not_csv",
            name,
            "this is a web page or XML, not CSV.",
            "If you saved it from a site, download the raw file instead.",
        )
    follows = text[1:].lstrip()[:1]
    if (text.startswith(b"{") and follows in (b'"', b"}")) or (
        text.startswith(b"[") and follows in (b"{", b"[", b'"', b"]")
    ):
        raise _refused("file.not_csv", name, "this is JSON, not CSV.", hint)


def _scan(source: Path, name: str, line_bytes: int) -> tuple[bool, int]:
    """Whether all of it is UTF-8, and where the last quote stands. Refuses control characters and endless lines on
    the way.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, last_quote, begin, length = True, -1, 0, 0
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if len(chunk.translate(None, _CONTROL)) != len(chunk):
                raise _refused(
                    "file.not_csv",
                    name,
                    f"the file holds bytes that are no text, in the part from line {_line(source, begin)} on.",
                    "Save the table as CSV (comma-separated text, UTF-8) and upload that.",
                )
            if is_utf8 and not (chunk.isascii() and not decoder.getstate()[0]):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            first, last = _line_ends(chunk)
            if length + (len(chunk) if first is None else first) > line_bytes:
                raise _refused(
                    "file.line_too_long",
                    name,
                    f"line {_line(source, begin)} has more than {line_bytes // 1024:,} KiB.",
                    "A row of a table is shorter; is this really CSV?",
                )
            length = length + len(chunk) if last is None else len(chunk) - last - 1
            quote = chunk.rfind(b'"')
            last_quote = last_quote if quote < 0 else begin + quote
            begin += len(chunk)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return is_utf8, last_quote


def _line(source: Path, place: int) -> int:
    """The line, counted from 1, in which a byte lies."""
    newlines = returns = 0
    with source.open("rb") as file:
        while place > 0 and (chunk := file.read(min(_CHUNK, place))):
            newlines, returns = newlines + chunk.count(b"\n"), returns + chunk.count(b"\r")
            place -= len(chunk)
    return 1 + (newlines or returns)


def _line_ends(chunk: bytes) -> tuple[int | None, int | None]:
    """Where the first and the last line in a chunk end; a chunk is no longer than a line may be."""
    firsts = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    return (min(firsts), max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))) if firsts else (None, None)


def _check_decodes(source: Path, encoding: str, name: str) -> None:
    try:
        with source.open(encoding=encoding) as text:
            while text.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        raise _refused(
            "file.not_csv",
            name,
            "the file begins like UTF-16 text and goes on otherwise.",
            "Save it as UTF-8.",
        ) from None


def _refused(code: str, name: str, message: str, hint: str) -> ProblemError:
    return ProblemError(Problem(code=code, message=f"`{name}`: {message}", hint=hint))
