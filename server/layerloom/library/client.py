"""A server of Layerloom from Python: submits documents and follows their runs, across cut connections."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import orjson
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from layerloom.document import Document
from layerloom.library import asking
from layerloom.library.sending import send_file
from layerloom.problems import Problem, ProblemError

Result = TypeVar("Result")
Json = dict[str, Any]
"""As the API answers it."""

_ENDED = frozenset({"run_finished", "run_stopped", "run_failed"})
_LONGEST_WAIT = 5.0


class Client:
    """One server. `with Client("http://127.0.0.1:8420", token="…") as client: client.train(document)`

    The token is that of `layerloom token`; without one, `LAYERLOOM_TOKEN` is read. A cut connection is tried again
    for `patience` seconds before it is given up.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:8420", token: str | None = None, patience: float = 60.0
    ) -> None:
        token = token if token is not None else os.environ.get("LAYERLOOM_TOKEN", "")
        self.url = url.rstrip("/")
        self.patience = patience
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{self.url}/api", headers=self.headers, timeout=60.0)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets the connections go; runs stay on the server."""
        self._http.close()

    def check(self, document: Document | Mapping[str, Any]) -> Json:
        """Specs and problems of a document, as `POST /api/check` gives them."""
        answer: Json = self.request("POST", "/check", json=_plain(document))
        return answer

    def train(
        self,
        document: Document | Mapping[str, Any],
        training: Mapping[str, Any] | None = None,
        continues: "str | Run | None" = None,
        warm_start: "str | Run | None" = None,
    ) -> "Run":
        """Submits a document; the run is iterated over for its events.

        `continues`: a run (or `id/name` of a checkpoint) from whose last state it goes on; `warm_start`: one whose
        weights it begins with, where layers did not change.

        Raises:
            ProblemError: the document can't be trained, or the server can't be reached.
        """
        body: Json = {"document": _plain(document)}
        if training is not None:
            body["training"] = dict(training)
        for name, run in (("continues", continues), ("warm_start", warm_start)):
            if run is not None:
                body[name] = run.id if isinstance(run, Run) else run
        # The key makes a request that is sent twice, after a cut, the same run.
        answer = self.request("POST", "/runs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        return Run(self, answer["id"])

    def upload(
        self, path: str | Path, name: str | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Json:
        """Sends a file in parts, goes on where a connection was cut, and makes a data set of it: the set as
        `GET /api/datasets/{id}` shows it. A file that the server has already gives its set.

        `progress` is called with the bytes received and the size of the file.

        Raises:
            ProblemError: what is wrong with the file, or the server can't be reached.
        """
        return send_file(self, Path(path), name, progress)

    def preflight(self, document: Document | Mapping[str, Any]) -> Json:
        """What a training would cost and whether everything in it learns, by one step on a synthetic batch."""
        answer: Json = self.request("POST", "/preflight", json={"document": _plain(document)})
        return answer

    def run(self, run_id: str) -> "Run":
        """A run that was submitted before, here or elsewhere."""
        return Run(self, run_id)

    def predict(self, run_id: str, x: Any) -> dict[str, Any]:  # Any: rows
        """What a run says of rows: see `Run.predict`."""
        return self.run(run_id).predict(x)

    def evaluate(self, run_id: str, dataset: str | None = None, split: str | None = None) -> dict[str, Any]:
        """A run's losses and metrics: see `Run.evaluate`."""
        return self.run(run_id).evaluate(dataset, split)

    def runs(self) -> list[Json]:
        """The newest runs."""
        items: list[Json] = self.request("GET", "/runs")["items"]
        return items

    def request(self, method: str, path: str, **options: Any) -> Any:  # Any: httpx' options; JSON
        """A call of the API, sent again while the server can't be reached.

        Raises:
            ProblemError: what the server answers instead of a result, or `client.unreachable`.
        """
        content = options.pop("json", None)
        if content is not None:
            options["content"] = orjson.dumps(content)
            options["headers"] = {"Content-Type": "application/json", **options.get("headers", {})}
        received = self.send(method, path, **options)
        return orjson.loads(received) if received else None

    def send(self, method: str, path: str, **options: Any) -> bytes:  # Any: httpx' options
        """As `request`, for what is not JSON: the body of the answer as it came."""

        def send() -> httpx.Response:
            return self._http.request(method, path, **options)

        response = self.patiently(send)
        if response.is_error:
            raise ProblemError(*_problems(response))
        return response.content

    def patiently(self, act: Callable[[], Result]) -> Result:
        """What `act` gives, tried again while no connection comes about."""
        until, wait = time.monotonic() + self.patience, 0.1
        while True:
            try:
                return act()
            except (httpx.TransportError, OSError) as error:
                if time.monotonic() + wait > until:
                    raise ProblemError(
                        Problem(
                            code="client.unreachable",
                            message=f"{self.url} can't be reached: {error or type(error).__name__}.",
                            hint="Start it with `layerloom serve`, or name its address and port.",
                        )
                    ) from error
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)


class Run:
    """One run on a server; iterating gives its events from the first to the last, each once.

    >>> for event in client.train(document):
    ...     print(event["kind"], event.get("losses"))
    """

    def __init__(self, client: Client, run_id: str) -> None:
        self.client, self.id = client, run_id
        self._path = f"/runs/{quote(run_id, safe='')}"

    def __repr__(self) -> str:
        return f"Run({self.id!r})"

    def __iter__(self) -> Iterator[Json]:
        return self.events()

    def events(self, after: int = 0) -> Iterator[Json]:
        """Events with `seq` greater than `after`, until the run has come to its end."""
        last = after
        began = time.monotonic()
        while True:
            try:
                for event in self._follow(last):
                    last, began = event["seq"], time.monotonic()
                    yield event
                    if event["kind"] in _ENDED:
                        return
            except InvalidStatus as error:
                self.state()  # says in words what is wrong, if the server knows
                raise ProblemError(
                    Problem(code="client.refused", message=f"The server refused to send events: {error}.")
                ) from error
            except (WebSocketException, OSError):
                if time.monotonic() - began > self.client.patience:
                    raise
            # Cut: where the end was missed, the journal has it; else the stream goes on from `last`.
            if self._has_ended_at(last):
                return
            time.sleep(0.2)

    def wait(self) -> Json:
        """The run as it stands once it has ended."""
        for _ in self.events():
            pass
        return self.state()

    def state(self) -> Json:
        """`{"id", "state", "progress", …}`."""
        answer: Json = self.client.request("GET", self._path)
        return answer

    def history(self) -> Json:
        """The numbers of each epoch, as Keras' `History` has them."""
        answer: Json = self.client.request("GET", f"{self._path}/history")
        return answer

    def document(self) -> Json:
        """What it trains."""
        answer: Json = self.client.request("GET", f"{self._path}/document")
        return answer

    def delete(self) -> None:
        """With its journal and files."""
        self.client.request("DELETE", self._path)

    def pause(self) -> None:
        self.client.request("POST", f"{self._path}/pause", json={})

    def resume(self) -> None:
        self.client.request("POST", f"{self._path}/resume", json={})

    def stop(self) -> None:
        self.client.request("POST", f"{self._path}/stop", json={})

    def change(self, **training: Any) -> None:  # Any: JSON
        """Changes loss weights or the learning rate while it trains, as `PATCH …/training`."""
        self.client.request("PATCH", f"{self._path}/training", json=training)

    def predict(self, x: Any) -> dict[str, Any]:  # Any: rows
        """Outputs by name, for rows of raw values by column (`[{"age": 41, "city": "Oslo"}]`, an image as the bytes of
        its file), or for arrays by input name as they go into the model.
        """
        outputs: dict[str, Any] = self.prediction(x)["outputs"]
        return outputs

    def prediction(self, x: Any, nodes: Sequence[str] = ()) -> Json:  # Any: as `predict`
        """The whole answer: `outputs`, the classes' names under `labels`, `decoded` in the columns' own words and
        units, the outputs of inner `nodes`, and `milliseconds`.
        """
        body = asking.prediction(x, nodes)
        answer: Json = self.client.request("POST", f"{self._path}/predict", json=body)
        return answer

    def predict_file(self, path: str | Path, output: str | Path) -> None:
        """Writes a CSV file with a row of predictions for each row of a file."""
        with Path(path).open("rb") as file:
            given = {"file": (Path(path).name, file)}
            content = self.client.send("POST", f"{self._path}/predict", files=given)
        Path(output).write_bytes(content)

    def evaluate(self, dataset: str | None = None, split: str | None = None) -> dict[str, Any]:
        """Losses and metrics: of all rows of a data set or a part of it, or of those kept for validation."""
        answer: dict[str, Any] = self.client.request(
            "POST", f"{self._path}/evaluate", json=asking.rows_of(dataset, split)
        )
        return answer

    def report(self, dataset: str | None = None, split: str | None = None) -> Json:
        """How each output meets its target, as `POST /api/runs/{id}/report` gives it; rows as in `evaluate`."""
        answer: Json = self.client.request(
            "POST", f"{self._path}/report", json=asking.rows_of(dataset, split)
        )
        return answer

    def _follow(self, after: int) -> Iterator[Json]:
        address = self.client.url.replace("http", "ws", 1) + f"/api{self._path}/events?after={after}"
        with connect(address, additional_headers=self.client.headers, max_size=None) as socket:
            for message in socket:
                received = orjson.loads(message)
                yield from received if isinstance(received, list) else [received]

    def _has_ended_at(self, last: int) -> bool:
        rest = self.client.request("GET", f"{self._path}/events?after={last}&limit=1")
        return not rest and self.state()["state"] in ("finished", "stopped", "failed")


def _plain(document: Document | Mapping[str, Any]) -> Json:
    return document.model_dump(mode="json") if isinstance(document, Document) else dict(document)


def _problems(response: httpx.Response) -> list[Problem]:
    try:
        return [Problem.model_validate(each) for each in response.json()["problems"]]
    except (ValueError, KeyError, TypeError):
        return [Problem(code="client.refused", message=f"The server answered {response.status_code}.")]
