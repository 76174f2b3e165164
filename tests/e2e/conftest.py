"""The real server as a process and a real browser, for tests that do what a person does."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

TOKEN = "a-token-for-the-browser-tests-only"


class Server:
    """One `layerloom serve` on a free port with a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "LAYERLOOM_TOKEN": TOKEN,
            "LAYERLOOM_DATA_DIR": str(self.data_dir),
            "LAYERLOOM_PORT": str(self.port),
        }
        self.log = (self.data_dir / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "layerloom", "serve"],
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{(self.data_dir / 'server.log').read_text()[-4000:]}")
            try:
                if self.client.get("/api/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the server did not answer within 60 seconds")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("data"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"],
        )
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, server: Server, tmp_path: Path) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True, locale="en-US")
    opened.set_default_timeout(20_000)
    opened.tracing.start(screenshots=True, snapshots=True)
    yield opened
    opened.tracing.stop(path=tmp_path / "trace.zip")
    opened.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    """A signed-in page on the editor; what the page writes to its console as an error fails the test."""
    opened = context.new_page()
    sign_in(opened, server)
    return opened


def sign_in(page: Page, server: Server) -> None:
    """As a person does with the token: the address that `serve` prints has a ticket in its fragment."""
    ticket = server.client.post("/api/session", json={"token": TOKEN})
    assert ticket.status_code in (200, 201, 204), ticket.text
    cookies = [
        {"name": cookie.name, "value": cookie.value or "", "url": server.url} for cookie in ticket.cookies.jar
    ]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # playwright wants its own TypedDict
    page.goto(server.url)
