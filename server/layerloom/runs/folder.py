"""The data folder: where runs and uploads lie, and the lock that keeps a second server out."""

import contextlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from layerloom.runs.spec import ARTIFACTS, CHECKPOINTS, START
from layerloom.store import NotFound, StoreRefused
from layerloom.store.blobs import Blobs

try:
    import fcntl
except ImportError:  # not POSIX: nothing trains there, and one server can't be told from two
    fcntl = None  # type: ignore[assignment]  # a module or nothing


class Folder:
    """`runs/<id>/{checkpoints,artifacts,log.txt}`, `datasets/<id>/…` and `weights/<id>.safetensors` below one root."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = root.resolve()
        self._runs = Blobs(self.root / "runs")
        self.datasets = self.root / "datasets"
        self.datasets.mkdir(exist_ok=True, mode=0o700)
        self.weights = self.root / "weights"
        self._lock: BinaryIO | None = None

    def lock(self) -> None:
        """Keep other servers out, until `unlock` or the end of the process.

        Raises:
            StoreRefused: `store.in_use`.
        """
        if fcntl is None:
            return
        file = open(self.root / "lock", "a+b")  # noqa: SIM115  # held open for as long as the server lives
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read(20).decode(errors="replace").strip()
            file.close()
            raise StoreRefused(
                "store.in_use",
                f"Another Layerloom (process {holder or 'unknown'}) uses the data folder {self.root}.",
                "Use that one, stop it, or point LAYERLOOM_DATA_DIR at another folder.",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        self._lock = file

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def run(self, run_id: str) -> Path:
        return self._runs.path(run_id)

    def remove_run(self, run_id: str) -> None:
        self._runs.delete(run_id)

    def remove_checkpoints(self, run_id: str) -> None:
        """The run has ended: nothing goes on from them."""
        with contextlib.suppress(OSError):
            shutil.rmtree(self.run(run_id) / CHECKPOINTS, ignore_errors=True)
            shutil.rmtree(self.run(run_id) / START, ignore_errors=True)

    def artifacts(self, run_id: str) -> list[str]:
        prefix = f"{run_id}/{ARTIFACTS}"
        return [key.removeprefix(f"{prefix}/") for key in self._runs.list(prefix)]

    def artifact(self, run_id: str, name: str) -> Path:
        """Raises `NotFound`, also for names that lead out of the run's artifacts."""
        if name not in self.artifacts(run_id):
            raise NotFound("artifact", name)
        return self._runs.path(f"{run_id}/{ARTIFACTS}/{name}")
