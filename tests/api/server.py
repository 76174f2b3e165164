"""The real server as a process of its own, for tests that a client in the same process cannot make."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.sync.client import ClientConnection, connect

REPOSITORY = Path(__file__).parents[2]
TOKEN = "a-token-for-tests-0123456789"


@dataclass
class Server:
    """A running `layerloom serve`; `output` grows while it runs."""

    process: subprocess.Popen[str]
    address: str
    ticket: str
    output: list[str]

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)

    def follow(self, run_id: str, after: int = 0, **options: object) -> ClientConnection:
        """A websocket, by token unless `additional_headers` say otherwise."""
        options.setdefault("additional_headers", {"Authorization": f"Bearer {TOKEN}"})
        url = f"{self.address.replace('http', 'ws', 1)}/api/runs/{run_id}/events?after={after}"
        return connect(url, open_timeout=30, **options)  # type: ignore[arg-type]

    def stop(self) -> int:
        """Its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def serving(data_dir: Path, port: str = "0", **variables: str) -> Iterator[Server]:
    """A server on a free port, or that one, with a data folder of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAYERLOOM_")}
    environment = {
        **inherited,
        "PYTHONPATH": str(REPOSITORY / "server"),
        "PYTHONUNBUFFERED": "1",
        "LAYERLOOM_TOKEN": TOKEN,
        "COLUMNS": "300",
        "OMP_NUM_THREADS": "1",
        **variables,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "layerloom", "serve", "--port", port, "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            if "#t=" in line:
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(60), "the server did not say that it is ready"
        found = re.search(r"(http://\S+)/#t=(\S+)", "".join(output))
        assert found, "".join(output)
        yield Server(process, found[1], found[2], output)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        reader.join(10)
