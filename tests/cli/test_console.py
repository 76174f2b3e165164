"""Logs of commands, in a process of their own."""

import subprocess
import sys

LOGGING = """
import sys
import structlog
from layerloom.cli.console import configure_logs

configure_logs()
log = structlog.get_logger("layerloom.store.writer")
log.warning("events wait", run="r1", reason="100% {full}")
sys.stderr.close()
log.warning("nobody reads this")
print("went on")
"""


def test_what_is_logged_is_written_once_and_a_closed_terminal_ends_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGING], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout == "went on\n"
    assert done.returncode == 0
    line = done.stderr.strip()
    assert line.endswith("WARNING layerloom.store.writer: events wait reason='100% {full}' run=r1")
    assert "\n" not in line
