"""Documents that the browser tests open: the examples, and small ones that show one thing."""

import json
from pathlib import Path
from typing import Any

from builder import ModelBuilder, plain_document

EXAMPLES = Path(__file__).parents[2] / "examples"

Document = dict[str, Any]


def example(name: str) -> Document:
    return dict(json.loads((EXAMPLES / f"{name}.json").read_text()))
