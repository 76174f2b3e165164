"""ZIP archives of images or sounds: in a folder for each class, or with a table (CSV) whose column names the files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import polars

from layerloom.data.dataset import Column
from layerloom.data.formats import archive, delimited
from layerloom.data.formats.archive import Archive
from layerloom.data.formats.source import Contents, Source, stem
from layerloom.data.media import MediaKind, Undecodable
from layerloom.data.media_column import MediaColumn
from layerloom.data.stored import read_values
from layerloom.data.words import Words

_TABLES = (".csv", ".tsv")
_SPLITS = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation",
    "validation": "validation", "test": "test", "testing": "test",
}  # fmt: skip
_BATCH_ROWS = 1024


def read(source: Source, folder: Path, kind: MediaKind, suffixes: Sequence[str]) -> Contents:
    """
    Raises:
        ProblemError: `archive.…`, `media.undecodable` naming the file in the archive, `file.no_rows`, and as
            `delimited.read` for its table.
    """
    with archive.opened(source) as opened:
        media = [name for name in opened.members if name.lower().endswith(tuple(suffixes))]
        tables = [name for name in opened.members if name.lower().endswith(_TABLES)]
        source.check_any(len(media))
        source.check_rows(len(media))
        others = len(opened.members) - len(media) - len(tables)
        notes = [f"{others} other files in the archive were left out."] if others else []
        if len(tables) > 1:
            raise source.refused(
                "archive.tables",
                f"the archive holds {len(tables)} tables: {', '.join(f'`{name[:80]}`' for name in tables[:4])}.",
                "Leave one, with a column that names the files.",
            )
        if tables:
            contents = _by_table(opened, folder, kind, media, tables[0])
        else:
            contents = _by_folders(opened, folder, kind, sorted(media))
    return Contents(contents.rows, contents.columns, (*contents.notes, *notes), ".zip")


def is_archive_of(path: Path, start: bytes, suffixes: Sequence[str]) -> bool:
    """Whether most of its files, apart from tables, are such."""
    if not start.startswith(archive.START):
        return False
    names = [name for name in archive.names_in(path) or () if not name.startswith("__MACOSX/")]
    found = sum(name.lower().endswith(tuple(suffixes)) for name in names)
    return found > 0 and 2 * found >= sum(not name.lower().endswith(_TABLES) for name in names)


def _by_folders(opened: Archive, folder: Path, kind: MediaKind, media: list[str]) -> Contents:
    """`cats/1.png`: the folder is the class. Folders above it that say `train` or `test` become a column too."""
    paths = {name: PurePosixPath(name).parts for name in media}
    flat = next((name for name, parts in paths.items() if len(parts) < 2), None)
    if flat is not None and any(len(parts) > 1 for parts in paths.values()):
        raise opened.source.refused(
            "archive.no_class",
            f"`{flat[:200]}` lies in no folder, and other files do: a folder is a class.",
            "Move it into the folder of its class.",
        )
    columns = [_media_column(opened, folder, 0, kind, media)]
    texts: list[tuple[str, list[str | None]]] = []
    if flat is None:
        texts.append(("label", [parts[-2] for parts in paths.values()]))
        splits: list[str | None] = [
            next((_SPLITS[part.lower()] for part in parts[:-2] if part.lower() in _SPLITS), None)
            for parts in paths.values()
        ]
        if all(splits):
            texts.append(("split", splits))
    texts.append(("file", list(media)))
    for place, (name, values) in enumerate(texts, start=1):
        words = Words(folder, stem(place), name, reads_cells=False)
        words.append(polars.Series(values, dtype=polars.String))
        columns.append(words.finish())
    return Contents(len(media), tuple(columns))


def _by_table(opened: Archive, folder: Path, kind: MediaKind, media: list[str], table: str) -> Contents:
    source = opened.source
    extracted = folder.parent / "table.csv"
    with extracted.open("wb") as file:
        for block in opened.blocks(table):
            file.write(block)
    contents = delimited.read(Source(extracted, f"{source.name}/{table}", source.limits), folder)
    extracted.unlink()
    known = _by_every_name(media, PurePosixPath(table).parent)
    column = _naming(contents, folder, known)
    if column is None:
        raise source.refused(
            "archive.no_file_column",
            f"no column of `{table[:200]}` names the files in the archive, such as `{media[0][:200]}`.",
            "Add a column with the names of the files.",
        )
    place = contents.columns.index(column)
    order: list[str] = []
    for row, value in enumerate(read_values(column, folder, place, 0, contents.rows)):
        name = None if value is None else known.get(str(value))
        if name is None:
            raise source.refused(
                "archive.missing_file",
                f"`{table[:200]}`, row {row + 2}, column `{column.name}`: there is no file `{str(value)[:200]}` in the "
                "archive.",
                "Add the file, or leave the row out.",
                column=column.name,
            )
        order.append(name)
    title = kind if all(each.name != kind for each in contents.columns) else f"{kind}_file"
    made = _media_column(opened, folder, len(contents.columns), kind, order, title)
    unused = len(set(media) - set(order))
    notes = (*contents.notes, *([f"{unused} files are named in no row."] if unused else []))
    return Contents(contents.rows, (*contents.columns, made), notes)


def _media_column(
    opened: Archive, folder: Path, place: int, kind: MediaKind, names: list[str], title: str | None = None
) -> Column:
    column = MediaColumn(folder / f"{stem(place)}.arrow", title or kind, kind, opened.source.limits.pixels)
    for name in names:
        try:
            column.append(opened.read(name))
        except Undecodable as error:
            raise opened.source.refused(
                "media.undecodable",
                f"`{name[:200]}` in the archive {error}.",
                "Replace the file or leave it out.",
            ) from None
    return column.finish()


def _by_every_name(media: list[str], base: PurePosixPath) -> Mapping[str, str]:
    """Files by how a table may call them: from the archive's or the table's folder, or without folders or ending,
    where that is clear.
    """
    found: dict[str, str] = {}
    for part in ("stem", "name"):
        short = {name: str(getattr(PurePosixPath(name), part)) for name in media}
        counts = Counter(short.values())
        found |= {called: name for name, called in short.items() if counts[called] == 1}
    for name in media:
        path = PurePosixPath(name)
        if path.is_relative_to(base):
            found[str(path.relative_to(base))] = name
            found[f"./{path.relative_to(base)}"] = name
        found[name] = name
    return found


def _naming(contents: Contents, folder: Path, known: Mapping[str, str]) -> Column | None:
    """The column most of whose first values name files."""
    count = min(contents.rows, _BATCH_ROWS)
    best, most = None, 0
    for place, column in enumerate(contents.columns):
        if column.kind in ("text", "category", "integer"):
            hits = sum(str(value) in known for value in read_values(column, folder, place, 0, count))
            if hits > most:
                best, most = column, hits
    return best
