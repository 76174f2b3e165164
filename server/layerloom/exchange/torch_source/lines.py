"""Statements of a forward pass: what each defines and uses, and which of them nobody needs."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"\w+")


@dataclass
class Line:
    """A statement, what it defines and uses; one that `is_optional` goes where nothing uses what it defines."""

    text: str
    defines: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    is_optional: bool = False


def alive(lines: list[Line]) -> list[Line]:
    """Without the optional lines whose results nothing uses; in the others such results are called `_`."""
    used: set[str] = set()
    kept: list[Line] = []
    for line in reversed(lines):
        unused = [name for name in line.defines if name not in used]
        if line.is_optional and len(unused) == len(line.defines):
            continue
        text = line.text
        if len(line.defines) > 1 and unused:
            *comment, statement = text.split("\n")
            left, _, right = statement.partition(" = ")
            left = ", ".join("_" if name in unused else name for name in left.split(", "))
            text = "\n".join([*comment, f"{left} = {right}"])
        used -= set(line.defines)
        used |= {name for use in line.uses for name in _NAME.findall(use)[:1]}
        kept.append(Line(text, line.defines, line.uses))
    return kept[::-1]


def moved(value: str, rank: int) -> str:
    """Channels from the last axis to the second."""
    if rank == 3:
        return f"{value}.transpose(1, 2)"
    return f"{value}.permute(0, {rank - 1}, {', '.join(map(str, range(1, rank - 1)))})"


def moved_back(value: str, rank: int) -> str:
    if rank == 3:
        return f"{value}.transpose(1, 2)"
    return f"{value}.permute(0, {', '.join(map(str, range(2, rank)))}, 1)"
