"""HDF5 files, walked once and judged before a number is read: no links, nothing outside the file, no bombs.

HDF5's own parser is C that meets the bytes first: where a stranger's file is read, run this in a child.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from layerloom.exchange.keras.archive import too_large
from layerloom.exchange.keras.limits import RAISE, SAVE_AGAIN, SMALL, FileLimits, refused
from layerloom.problems import ProblemError

Array = np.ndarray[Any, Any]  # Any: any shape, any number type

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"

_FILTERS: Final = frozenset(
    {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
)
"""Those that come with HDF5 and h5py; any other would load a plugin."""
_LINKS: Final = {h5py.h5l.TYPE_SOFT: "a soft link", h5py.h5l.TYPE_EXTERNAL: "a link to another file"}
_DISTRUST: Final = "Don't trust this file: Keras writes no such thing."
_MOST_ATTRIBUTE_BYTES: Final = 1024 * 1024


class Hdf5:
    """An open file that has been judged. Paths have no slash in front: `layers/dense/vars/0`."""

    def __init__(self, file: h5py.File, size: int, limits: FileLimits) -> None:
        self._limits = limits
        self._size = size
        self._groups: dict[str, h5py.Group] = {"": file["/"]}
        self._datasets: dict[str, h5py.Dataset] = {}
        self._walk()
        self.shapes: Mapping[str, tuple[int, ...]] = {
            path: tuple(dataset.shape) for path, dataset in self._datasets.items()
        }
        """Every data set, in the order of the file."""

    def has_group(self, path: str) -> bool:
        return path in self._groups

    def groups(self, below: str) -> list[str]:
        """Names of the groups directly in a group."""
        start = f"{below}/" if below else ""
        return [
            rest
            for path in self._groups
            if path.startswith(start) and (rest := path[len(start) :]) and "/" not in rest
        ]

    def array(self, path: str) -> Array:
        """The numbers of a data set; bfloat16 comes as float32.

        Raises:
            ProblemError: `h5.broken`.
        """
        dataset = self._datasets[path]
        try:
            read = np.asarray(dataset[()])
        except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
            raise broken(error, f"`{path}`") from None
        if read.dtype.kind == "V":
            raised = read.view(np.uint16).astype(np.uint32) << np.uint32(16)
            return raised.view(np.float32).reshape(dataset.shape)
        return np.asarray(read.astype(read.dtype.newbyteorder("="), copy=False)).reshape(dataset.shape)

    def text(self, path: str, name: str) -> str | None:
        """An attribute of a group, or None."""
        value = self._attribute(path, name, self._limits.config_bytes)
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        return value if isinstance(value, str) else None

    def texts(self, path: str, name: str) -> tuple[str, ...] | None:
        """A list in an attribute; Keras spreads a long one over `name0`, `name1`, …"""
        found = self._attribute(path, name, _MOST_ATTRIBUTE_BYTES)
        if found is not None:
            return _listed(found)
        parts: list[str] = []
        for number in range(self._limits.members):
            part = self._attribute(path, f"{name}{number}", _MOST_ATTRIBUTE_BYTES)
            if part is None:
                return tuple(parts) if number else None
            parts += _listed(part)
        return tuple(parts)

    def _attribute(self, path: str, name: str, most: int) -> Any:  # Any: whatever stands there
        group = self._groups.get(path)
        if group is None:
            return None
        where = f"attribute `{name}` of `{path or '/'}`"
        try:
            if name not in group.attrs:
                return None
            attribute = group.attrs.get_id(name)
            size = int(np.prod(attribute.shape, dtype=object)) * attribute.dtype.itemsize
            if size > most:
                raise refused(
                    "h5.too_large",
                    f"The {where} has {size:,} bytes; at most {most:,} are read.",
                    RAISE.format("CONFIG_BYTES"),
                )
            if attribute.dtype.kind not in "SUO" or not _is_text(attribute):
                return () if attribute.shape == (0,) else None  # Keras' empty list is one of numbers
            value = group.attrs[name]
        except ProblemError:
            raise
        except (OSError, RuntimeError, ValueError, TypeError, KeyError, UnicodeError) as error:
            raise broken(error, f"the {where}") from None
        if isinstance(value, str | bytes) and len(value) > most:
            raise refused(
                "h5.too_large",
                f"The {where} has {len(value):,} characters; at most {most:,} are read.",
                RAISE.format("CONFIG_BYTES"),
            )
        return value

    def _walk(self) -> None:
        """Every link of every group, without following any but plain ones, and without recursion."""
        seen = {_address(self._groups[""].id)}
        waiting: list[tuple[str, int]] = [("", 0)]
        declared = stored = 0
        while waiting:
            parent, depth = waiting.pop()
            group = self._groups[parent].id
            for raw in _names(group, self._limits.objects):
                path = f"{parent}/{_name(raw)}" if parent else _name(raw)
                shown = f"`{path[:120]}`"
                kind = group.links.get_info(raw).type
                if kind != h5py.h5l.TYPE_HARD:
                    what = _LINKS.get(kind, "a link of an unknown kind")
                    raise refused("h5.link", f"{shown} is {what}; nothing is followed.", _DISTRUST)
                child = h5py.h5o.open(group, raw)
                address = _address(child)
                if address in seen:
                    raise refused("h5.link", f"{shown} is a second name of another object.", _DISTRUST)
                seen.add(address)
                if len(seen) > self._limits.objects:
                    raise refused(
                        "h5.objects",
                        f"The file has more than {self._limits.objects:,} groups and data sets.",
                        RAISE.format("OBJECTS"),
                    )
                if isinstance(child, h5py.h5g.GroupID):
                    if depth + 1 > self._limits.depth:
                        raise refused(
                            "h5.depth",
                            f"`{path[:60]}…` is nested more than {self._limits.depth} groups deep.",
                            RAISE.format("DEPTH"),
                        )
                    self._groups[path] = h5py.Group(child)
                    waiting.append((path, depth + 1))
                elif isinstance(child, h5py.h5d.DatasetID):
                    dataset = h5py.Dataset(child)
                    more_declared, more_stored = self._judged(dataset, shown)
                    declared, stored = declared + more_declared, stored + more_stored
                    self._refuse_totals(declared, stored, shown)
                    self._datasets[path] = dataset
                else:
                    raise refused("h5.object", f"{shown} is neither a group nor a data set.", _DISTRUST)

    def _judged(self, dataset: h5py.Dataset, shown: str) -> tuple[int, int]:
        """Bytes that it says it has, and bytes that stand for them in the file."""
        made = dataset.id.get_create_plist()
        if made.get_external_count():
            name = made.get_external(0)[0].decode(errors="replace")
            raise refused(
                "h5.external", f"{shown} keeps its numbers in another file, {name[:80]!r}.", _DISTRUST
            )
        if made.get_layout() == h5py.h5d.VIRTUAL:
            raise refused("h5.virtual", f"{shown} is made up of other files (a virtual data set).", _DISTRUST)
        filters = [made.get_filter(index)[0] for index in range(made.get_nfilters())]
        unknown = [each for each in filters if each not in _FILTERS]
        if unknown:
            raise refused(
                "h5.filter", f"{shown} is packed by filter {unknown[0]}, which is not read.", SAVE_AGAIN
            )
        try:
            dtype = dataset.dtype
            is_known = _is_number(dtype)
            shown_type = str(dtype)
        except TypeError as error:
            is_known, shown_type = False, str(error)
        if not is_known:
            raise refused(
                "h5.dtype",
                f"{shown} holds {shown_type[:80]}; expected floats of 16 to 64 bits, or whole numbers.",
                "Only weights can be read; save them with Keras' `save_weights`.",
            )
        if dataset.shape is None:
            raise refused("h5.shape", f"{shown} has no shape.", SAVE_AGAIN)
        declared = dtype.itemsize
        for size in dataset.shape:
            declared *= int(size)
        stored = int(dataset.id.get_storage_size())
        if declared > SMALL and declared > self._limits.expansion * stored:
            raise refused(
                "h5.bomb",
                f"{shown} has shape {tuple(dataset.shape)}, {declared:,} bytes, of which the file holds {stored:,}.",
                RAISE.format("EXPANSION"),
            )
        return declared, stored

    def _refuse_totals(self, declared: int, stored: int, shown: str) -> None:
        if declared > self._limits.unpacked_bytes:
            raise refused(
                "h5.too_large",
                f"Up to {shown} there are {declared:,} bytes of numbers; "
                f"at most {self._limits.unpacked_bytes:,} are read.",
                RAISE.format("UNPACKED_BYTES"),
            )
        if stored > self._size:
            raise refused(
                "h5.broken",
                f"Up to {shown} there are {stored:,} bytes of numbers, in a file of {self._size:,} bytes.",
                SAVE_AGAIN,
            )


@contextmanager
def opened(path: Path, limits: FileLimits) -> Iterator[Hdf5]:
    """The file, judged.

    Raises:
        ProblemError: `h5.…`: what is wrong and with which part.
    """
    size = path.stat().st_size
    if size > limits.bytes:
        raise too_large(size, limits)
    with path.open("rb") as content:
        if content.read(len(SIGNATURE)) != SIGNATURE:
            raise refused("h5.broken", "This is no HDF5 file.", SAVE_AGAIN)
    try:
        file = h5py.File(path, "r", driver="sec2", locking=False, rdcc_nbytes=0)
    except (OSError, RuntimeError, ValueError) as error:
        raise broken(error, "the file") from None
    try:
        try:
            judged = Hdf5(file, size, limits)
        except ProblemError:
            raise
        except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
            raise broken(error, "the file") from None
        yield judged
    finally:
        file.close()


def broken(error: BaseException, where: str) -> ProblemError:
    said = " ".join(str(error).split())[:200]
    return refused("h5.broken", f"HDF5 can't read {where}: {said}.", SAVE_AGAIN)


def _names(group: Any, most: int) -> list[bytes]:  # Any: h5py's GroupID has no type
    if group.get_num_objs() > most:
        raise refused("h5.objects", f"A group has more than {most:,} members.", RAISE.format("OBJECTS"))
    return list(group)


def _name(raw: bytes) -> str:
    """`/` can't be in a name; `.` and what is no UTF-8 are refused."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        raise refused("h5.name", f"{raw[:60]!r} is no name in UTF-8.", SAVE_AGAIN) from None
    if name in (".", "..", "") or "\0" in name:
        raise refused("h5.name", f"{name!r} is no name that Keras writes.", _DISTRUST)
    return name


def _address(identity: Any) -> int:  # Any: h5py's ObjectID has no type
    return int(h5py.h5o.get_info(identity).addr)


def _is_number(dtype: np.dtype[Any]) -> bool:
    """16 to 64 bits of float, whole numbers, truth values, and two opaque bytes: what Keras makes of bfloat16."""
    if dtype.subdtype is not None or dtype.names is not None or dtype.hasobject:
        return False
    if dtype.kind == "V":
        return dtype.itemsize == 2
    return dtype.kind in "fiub" and dtype.itemsize in ((2, 4, 8) if dtype.kind == "f" else (1, 2, 4, 8))


def _is_text(attribute: Any) -> bool:  # Any: h5py's AttrID has no type
    """References and other objects are none."""
    return attribute.dtype.kind in "SU" or h5py.check_string_dtype(attribute.dtype) is not None


def _listed(value: Any) -> tuple[str, ...]:  # Any: what h5py made of it
    values = [value] if isinstance(value, str | bytes) else list(value)
    return tuple(each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in values)
