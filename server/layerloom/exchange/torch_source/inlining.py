"""Classes of `layers.modules` brought along as source, with what they need and nothing else.

Those modules are self-contained: torch, the standard library and each other. Text is taken as it is written, with
its comments; only names that two modules share are changed.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from typing import NamedTuple

import layerloom.layers.modules
from layerloom.exchange.torch_source.names import Names

OURS = "layerloom.layers.modules."
_ALWAYS_DROPPED = frozenset({"extra_repr"})
_TABLES = frozenset({"ACTIVATIONS"})
"""Dictionaries by name of which only the entries come along whose names occur."""
_PRAGMA = re.compile(r"\s*#\s*(type: ignore|noqa|fmt:).*$")


class Key(NamedTuple):
    """Something that a module defines."""

    module: str
    name: str


@dataclass(frozen=True)
class Import:
    """`from module import name as asname`; with no name, `import module as asname`."""

    module: str
    name: str | None
    asname: str

    @property
    def text(self) -> str:
        if self.name is None:
            return f"import {self.module}" + (f" as {self.asname}" if self.asname != self.module else "")
        return f"from {self.module} import {self.name}" + (
            f" as {self.asname}" if self.asname != self.name else ""
        )


@dataclass
class Source:
    """A module read: its lines, what it defines, what it imports."""

    lines: list[bytes]
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)


@dataclass(frozen=True)
class Inlined:
    """Pieces of source in an order in which each comes after what it needs, and the imports of all."""

    pieces: tuple[str, ...]
    imports: frozenset[Import]


class Inliner:
    """Collects targets, names them, and gives their source."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._given: dict[Key, str] = {}
        self._targets: dict[Key, None] = {}

    def add(self, target: str) -> str:
        """The name in the file of `layerloom.layers.modules.lstm.LSTM` (or of a function there)."""
        module, _, name = target.rpartition(".")
        key = Key(module, name)
        if key in self._targets:
            return self._given[key]
        self._targets.setdefault(key)
        for each in _ordered([key], frozenset()):
            if each not in self._given:
                self._given[each] = self._names.name(each.name)
        return self._given[key]

    def render(self, has_masks: bool, words: Iterable[str]) -> Inlined:
        """Source of all that was added. Without masks no `compute_mask` is needed; `words` are names in use."""
        dropped = _ALWAYS_DROPPED if has_masks else _ALWAYS_DROPPED | {"compute_mask"}
        order = _ordered(self._targets, dropped)
        known = {*words}
        for key in order:
            node = _read(key.module).definitions[key.name]
            if key.name not in _TABLES:
                known |= {
                    each.value
                    for each in ast.walk(node)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
        kept = frozenset(known)
        order = _ordered(self._targets, dropped, kept)
        imports = {
            found
            for key in order
            for name in _used(key, dropped, kept)
            if (found := _read(key.module).imports.get(name)) and not found.module.startswith("layerloom")
        }
        once = {id(_read(key.module).definitions[key.name]): key for key in reversed(order)}
        pieces = tuple(self._text(key, dropped, kept) for key in order if key in once.values())
        return Inlined(pieces, frozenset(imports))

    def _text(self, key: Key, dropped: frozenset[str], words: frozenset[str]) -> str:
        source = _read(key.module)
        node = source.definitions[key.name]
        start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        edits: list[tuple[int, int, int, str]] = []  # line, from, to (bytes), new text
        renamed = {
            name: self._given[found]
            for name in _used(key, dropped, words) | {key.name}
            if (found := _found(key.module, name)) is not None and self._given[found] != name
        }
        gone = {line for each in _left_out(node, dropped) for line in _lines_of(each)}
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id in renamed and each.lineno not in gone:
                edits.append((each.lineno, each.col_offset, each.end_col_offset or 0, renamed[each.id]))
        lines = {number: source.lines[number - 1] for number in range(start, (node.end_lineno or start) + 1)}
        for number, begin, end, text in sorted(edits, reverse=True):
            lines[number] = lines[number][:begin] + text.encode() + lines[number][end:]
        texts = [line.decode() for number, line in lines.items() if number not in gone]
        if key.name in renamed and not isinstance(node, ast.Assign | ast.AnnAssign):
            head = next(index for index, text in enumerate(texts) if text.startswith(("def ", "class ")))
            texts[head] = re.sub(rf"\b{key.name}\b", renamed[key.name], texts[head], count=1)
        if isinstance(node, ast.ClassDef) and len(_left_out(node, dropped)) == len(node.body):
            texts.append("    pass")
        if _is_table(key, node):
            texts = [_table(node, texts[0].partition("=")[0], words, source)]
        return "\n".join(_PRAGMA.sub("", text) for text in texts).rstrip()


def _table(node: ast.stmt, head: str, words: frozenset[str], source: Source) -> str:
    value = getattr(node, "value", None)
    assert isinstance(value, ast.Dict)
    text = b"\n".join(source.lines).decode()
    entries = [
        f"{ast.get_source_segment(text, key)}: {ast.get_source_segment(text, entry)},"
        for key, entry in zip(value.keys, value.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in words
    ]
    return "\n".join([f"{head.rstrip()} = {{", *(f"    {entry}" for entry in entries), "}"])


def _is_table(key: Key, node: ast.stmt) -> bool:
    return key.name in _TABLES and isinstance(getattr(node, "value", None), ast.Dict)


def _ordered(
    targets: Iterable[Key], dropped: frozenset[str], words: frozenset[str] | None = None
) -> list[Key]:
    """Targets and all that they need, each after what it needs."""
    done: dict[Key, None] = {}
    entered: set[Key] = set()
    waiting: list[tuple[Key, bool]] = [(key, False) for key in reversed(list(targets))]
    while waiting:
        key, is_left = waiting.pop()
        if is_left:
            done.setdefault(key)
        elif key not in entered:
            entered.add(key)
            waiting.append((key, True))
            needs = [_found(key.module, name) for name in sorted(_used(key, dropped, words), reverse=True)]
            waiting += [(need, False) for need in needs if need is not None]
    return list(done)


def _found(module: str, name: str) -> Key | None:
    """Where a name of a module is defined, if in ours."""
    source = _read(module)
    if name in source.definitions:
        return Key(module, name)
    found = source.imports.get(name)
    if found is None or not found.module.startswith("layerloom"):
        return None
    if found.name is None or not found.module.startswith(OURS):
        raise ValueError(f"{module} can't be brought along: it imports {found.text!r}")
    return _found(found.module, found.name)


def _used(key: Key, dropped: frozenset[str], words: frozenset[str] | None) -> set[str]:
    """Names that a definition uses, of those that its module defines or imports."""
    source = _read(key.module)
    node = source.definitions[key.name]
    roots: list[ast.AST] = [node]
    value = getattr(node, "value", None)
    if words is not None and _is_table(key, node) and isinstance(value, ast.Dict):
        annotation = getattr(node, "annotation", None)
        roots = [annotation] if annotation is not None else []
        roots += [
            entry
            for name, entry in zip(value.keys, value.values, strict=True)
            if isinstance(name, ast.Constant) and name.value in words
        ]
    gone = {id(each) for each in _left_out(node, dropped)}
    names = {each.id for root in roots for each in _walk(root, gone) if isinstance(each, ast.Name)}
    return {name for name in names if name in source.definitions or name in source.imports} - {key.name}


def _walk(root: ast.AST, gone: set[int]) -> Iterator[ast.AST]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in gone:
            yield node
            waiting += ast.iter_child_nodes(node)


def _left_out(node: ast.stmt, dropped: frozenset[str]) -> list[ast.FunctionDef]:
    body = node.body if isinstance(node, ast.ClassDef) else []
    return [each for each in body if isinstance(each, ast.FunctionDef) and each.name in dropped]


def _lines_of(node: ast.FunctionDef) -> range:
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return range(start, (node.end_lineno or start) + 1)


@cache
def names_in_use() -> frozenset[str]:
    """Every name that a module of ours defines or imports: a class of a document takes none of them."""
    found: set[str] = set()
    for each in walk_packages(layerloom.layers.modules.__path__, OURS):
        source = _read(each.name)
        found |= {*source.definitions, *source.imports}
    return frozenset(found)


@cache
def _read(module: str) -> Source:
    spec = find_spec(module)
    if spec is None or spec.origin is None or not module.startswith(OURS):
        raise ValueError(f"{module} is not one of {OURS}*")
    text = Path(spec.origin).read_text(encoding="utf-8")
    source = Source(text.encode().split(b"\n"))
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            source.definitions[node.name] = node
        elif isinstance(node, ast.Assign):
            source.definitions |= {
                each.id: node
                for target in node.targets
                for each in ast.walk(target)
                if isinstance(each, ast.Name)
            }
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            source.definitions[node.target.id] = node
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name
                source.imports[name.partition(".")[0]] = Import(alias.name, None, name)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                name = alias.asname or alias.name
                source.imports[name] = Import(node.module, alias.name, name)
    return source
