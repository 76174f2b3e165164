"""The real server as a process and a real browser, for tests that do what a person does."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from e2e.editor import Editor

TOKEN = "a-token-for-the-browser-tests-only"
TRACE = os.environ.get("LAYERLOOM_TEST_TRACE")
"""A folder: each context writes a Playwright trace there."""

Document = dict[str, Any]
OpenContext = Callable[..., BrowserContext]

expect.set_options(timeout=15_000)


class Server:
    """One `layerloom serve` on a free port with a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "LAYERLOOM_TOKEN": TOKEN,
            "LAYERLOOM_DATA_DIR": str(self.data_dir),
            "LAYERLOOM_PORT": str(self.port),
        }
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "layerloom", "serve"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{self.log()[-4000:]}")
            try:
                if self.client.get("/api/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("the server did not answer within 60 seconds")

    def stop(self) -> None:
        self.client.close()
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        """What the server printed."""
        return (self.data_dir / "server.log").read_text()

    def create_project(self, document: Document) -> str:
        """The new project's id."""
        answer = self.client.post("/api/projects", json={"document": document})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def project(self, project_id: str) -> Document:
        """The document as it was last saved."""
        return dict(self.client.get(f"/api/projects/{project_id}").raise_for_status().json()["document"])

    def runs(self) -> list[dict[str, Any]]:
        return list(self.client.get("/api/runs", params={"limit": 100}).raise_for_status().json()["items"])

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.client.get(f"/api/runs/{run_id}").raise_for_status().json())

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """A run's whole journal."""
        events: list[dict[str, Any]] = []
        while True:
            after = events[-1]["seq"] if events else 0
            page = self.client.get(f"/api/runs/{run_id}/events", params={"after": after, "limit": 10_000})
            fresh = page.raise_for_status().json()
            if not fresh:
                return events
            events.extend(fresh)


class Console:
    """What pages write to their consoles as errors, violations of the content security policy among them."""

    def __init__(self) -> None:
        self.allowed: list[str] = []
        self.errors: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self.take(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self.take(f"uncaught: {error.error}"))

    def take(self, text: str) -> None:
        self.errors.append(text)

    def allow(self, pattern: str) -> None:
        """An error that the test brings about on purpose."""
        self.allowed.append(pattern)

    def unexpected(self) -> list[str]:
        return [text for text in self.errors if not any(re.search(each, text) for each in self.allowed)]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("data"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def cookies(server: Server) -> list[dict[str, str]]:
    """A session of a browser that has signed in; how a person does that is test_access.py's."""
    answer = httpx.post(f"{server.url}/api/session", json={"token": TOKEN})
    assert answer.status_code == 201, answer.text
    return [{"name": each.name, "value": each.value or "", "url": server.url} for each in answer.cookies.jar]


@pytest.fixture
def console() -> Iterator[Console]:
    """Fails the test where a page wrote an error that the test did not expect."""
    watching = Console()
    yield watching
    assert not watching.unexpected(), "errors in the console:\n" + "\n".join(watching.unexpected())


@pytest.fixture
def open_context(
    browser: Browser, console: Console, cookies: list[dict[str, str]], request: pytest.FixtureRequest
) -> Iterator[OpenContext]:
    """Opens browser contexts, signed in unless told otherwise, and closes them after the test."""
    opened: list[BrowserContext] = []

    def open_one(*, is_signed_in: bool = True, **options: Any) -> BrowserContext:
        defaults = {
            "viewport": {"width": 1440, "height": 900},
            "locale": "en-US",
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(20_000)
        if is_signed_in:
            context.add_cookies(cookies)  # type: ignore[arg-type]  # playwright wants its own TypedDict
        console.watch(context)
        if TRACE:
            context.tracing.start(screenshots=True, snapshots=True)
        opened.append(context)
        return context

    yield open_one
    for index, context in enumerate(opened):
        if TRACE:
            context.tracing.stop(path=Path(TRACE) / f"{request.node.name}-{index}.zip")
        context.close()


@pytest.fixture
def context(open_context: OpenContext) -> BrowserContext:
    return open_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of a signed-in browser that has opened nothing yet."""
    return context.new_page()


@pytest.fixture
def open_document(page: Page, server: Server) -> Callable[[Document], Editor]:
    """Makes a project of a document and opens the editor on it."""

    def open_one(document: Document) -> Editor:
        editor = Editor(page, server.url)
        editor.open(server.create_project(document))
        return editor

    return open_one


@pytest.fixture(autouse=True)
def no_run_goes_on(server: Server) -> Iterator[None]:
    """Two cores are few: what a test left training is stopped."""
    yield
    for run in server.runs():
        if run["state"] not in ("finished", "stopped", "failed"):
            server.client.post(f"/api/runs/{run['id']}/stop", json={})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A picture of every page that a failed test had open, beside its temporary files."""
    report = yield
    context = getattr(item, "funcargs", {}).get("context")
    if report.when == "call" and report.failed and context is not None:
        folder = item.funcargs["request"].getfixturevalue("tmp_path")  # type: ignore[attr-defined]
        for index, page in enumerate(context.pages):
            path = folder / f"failed-{index}.png"
            page.screenshot(path=path)
            report.sections.append(("Screenshot", str(path)))
    return report
