"""Source as ruff formats it."""

import subprocess

import ruff

_SECONDS = 60


def formatted(text: str, line_length: int = 88) -> str:
    """As `ruff format` writes it, with the imports in the order that `ruff check` wants."""
    length = f"--line-length={line_length}"
    ordered = _ruff(text, "check", "--select", "I", "--fix", "--exit-zero", length)
    return _ruff(ordered, "format", length)


def _ruff(text: str, command: str, *settings: str) -> str:
    line = [ruff.find_ruff_bin(), command, "--isolated", "--quiet", "--no-cache", *settings]
    done = subprocess.run(
        [*line, "--stdin-filename", "model.py", "-"],
        input=text.encode(),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"ruff could not read the source: {done.stderr.decode(errors='replace')[:500]}")
    return done.stdout.decode()
