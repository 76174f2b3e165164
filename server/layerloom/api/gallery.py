"""The gallery's documents: in an installed package its `examples/`, in a checkout that of the repository. No
FastAPI.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "examples", _PACKAGE.parent.parent / "examples")


@dataclass(frozen=True, slots=True)
class Example:
    """One example as its index describes it; names and descriptions by language code."""

    id: str
    names: dict[str, str]
    descriptions: dict[str, str]
    text: bytes


@cache
def examples() -> tuple[Example, ...]:
    """Read once; empty where no folder of examples was installed."""
    folder = next((folder for folder in _FOLDERS if (folder / "index.json").is_file()), None)
    if folder is None:
        return ()
    return tuple(
        Example(
            id=item["id"],
            names=_by_language(item, "name"),
            descriptions=_by_language(item, "description"),
            text=(folder / f"{item['id']}.json").read_bytes(),
        )
        for item in orjson.loads((folder / "index.json").read_bytes())
    )


def find_example(example_id: str) -> Example | None:
    return next((example for example in examples() if example.id == example_id), None)


def _by_language(item: dict[str, str], field: str) -> dict[str, str]:
    """`{"name": …, "name_zh": …}` → `{"en": …, "zh": …}`."""
    found = {"en": item[field]} if field in item else {}
    prefix = f"{field}_"
    return found | {key.removeprefix(prefix): text for key, text in item.items() if key.startswith(prefix)}
