"""Writes docs/wrong-graphs.md: what Layerloom says of the graphs in tests/graph/wrong_graphs.py, beside real Keras."""

import os
import re
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "server"), str(REPOSITORY / "tests")]

import keras  # noqa: E402

from graph.wrong_graphs import CASES, WrongGraph  # noqa: E402
from layerloom.graph.check import check  # noqa: E402
from layerloom.versions import load_document  # noqa: E402

HEAD = """# Wrong graphs, told by Layerloom and by Keras

What a check says of fifty mistakes, beside what Keras {version} (JAX) says of the same mistake in Python. Every problem
of ours stands on its node; a check finds all of them at once, before anything is built. Keras raises the first one.

Made by `scripts/wrong_graphs.py` from `tests/graph/wrong_graphs.py`; a test keeps it true.
"""


def main() -> None:
    """Writes the page."""
    parts = [HEAD.format(version=keras.__version__), *map(section, CASES)]
    (REPOSITORY / "docs" / "wrong-graphs.md").write_text("\n".join(parts))


def section(case: WrongGraph) -> str:
    """One mistake: our problem, and what Keras says."""
    problems = check(load_document(case.document())).problems
    ours = next(each for each in problems if (each.node, each.code) == (case.node, case.code))
    return (
        f"## {case.title}\n\n"
        f"**Layerloom**, on the node `{ours.node}` (`{ours.code}`):\n\n"
        f"> {ours.message}\n>\n> {ours.hint}\n\n"
        f"**Keras**:\n\n```python\n{case.keras}\n```\n\n{theirs(case.keras)}\n"
    )


def theirs(code: str) -> str:
    """What Keras says of the lines, as it says it."""
    names = {"keras": keras, "layers": keras.layers, "Input": keras.Input, "Model": keras.Model}
    try:
        exec(code, names)  # noqa: S102  # our own lines, of tests/graph/wrong_graphs.py
    except Exception as error:
        message = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
        message = re.sub(r"<([^<>]*?) at 0x[0-9a-f]+>", r"<\1>", message)
        message = re.sub(r"(\b[a-z][a-z0-9_]*?)_\d+\b", r"\1", message)
        lines = [line.strip() for line in message.splitlines() if line.strip()][:8]
        return "\n".join([f"> {type(error).__name__}: {lines[0]}", *(f"> {line}" for line in lines[1:])])
    if code.startswith("'"):
        return f"> (there are no such lines: {code.strip(chr(39))})"
    return "> (nothing: it builds, and computes something else or fails later)"


if __name__ == "__main__":
    main()
