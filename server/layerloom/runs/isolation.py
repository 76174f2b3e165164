"""What sets a child apart: its own session, its end with its parent's, limits, first to go without memory."""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_MEMORY_EVENTS = (
    Path("/sys/fs/cgroup/memory.events"),  # cgroup v2
    Path("/sys/fs/cgroup/memory/memory.oom_control"),  # cgroup v1
    Path("/proc/vmstat"),
)


def isolate(parent: int) -> None:
    """Called in the child right after the fork: nothing of it outlives the parent."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(71)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")  # the kernel takes us before the server


def limit_memory(size: int) -> None:
    """At most so many bytes of address space more than there are now; beyond, allocations fail."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        total = pages * resource.getpagesize() + size
        resource.setrlimit(resource.RLIMIT_AS, (total, total))


def limit_effort(processor_seconds: int | None, file_bytes: int) -> None:
    """For calls that read what a stranger gave us. `processor_seconds` None: not limited here."""
    for kind, value in (
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 8192),  # an import holds a file for each column
        (resource.RLIMIT_CORE, 0),
    ):
        if value is None:
            continue
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def limit_processor(seconds: int) -> None:
    """So many seconds more than were used so far; a later call may set it anew."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def started(pid: int) -> int:
    """When the process began, in kernel ticks (0: not known); with the pid it names a process for good."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def memory_kills() -> int:
    """How many processes the kernel has killed so far because memory ran out."""
    for path in _MEMORY_EVENTS:
        try:
            for line in path.read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
        except (OSError, ValueError):
            continue
    return 0
