"""How long a check takes over REST, against parsing the same document: `python benchmarks/check.py [ADDRESS TOKEN]`.

Without an address a server is started. Targets on two cores: 1,000 layers in 30 ms, 10,000 in 0.5 s. Ratios against
the parse (JSON to pydantic models) of the same process say more than milliseconds of a busy machine.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import httpx
import orjson

from layerloom.document import Document
from layerloom.graph.check import check
from layerloom.versions import load_document

TOKEN = "benchmark-token-0123456789"
TARGETS = {1_000: 0.030, 9_998: 0.5}
_REPEATS = 9


def chain(layers: int) -> bytes:
    """An Input, `layers` Dense layers of seven widths one after the other, an Output."""
    made: dict[str, object] = {"x": {"type": "Input", "config": {"shape": [8]}}, "y": {"type": "Output"}}
    nodes: dict[str, object] = {"x": {"layer": "x"}}
    before = "x"
    for index in range(layers):
        name = f"dense_{index}"
        made[name] = {"type": "Dense", "config": {"units": 4 + index % 7, "activation": "relu"}}
        nodes[name] = {"layer": name, "inputs": {"inputs": [before]}}
        before = name
    nodes["y"] = {"layer": "y", "inputs": {"inputs": [before]}}
    document = {
        "format": "layerloom/1",
        "name": "Chain",
        "models": {"main": {"layers": made, "nodes": nodes}},
    }
    return orjson.dumps(document)


def measured(call: Callable[[], object]) -> float:
    """Median seconds of a call, after one that warms up."""
    call()
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return median(times)


@contextmanager
def server() -> Iterator[tuple[str, str]]:
    """The address and the token of a server of its own."""
    port = "18427"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LAYERLOOM_TOKEN": TOKEN, "LAYERLOOM_DATA_DIR": folder}
        command = [sys.executable, "-m", "layerloom", "serve", "--port", port]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield f"http://127.0.0.1:{port}", TOKEN
        finally:
            process.terminate()
            process.wait(30)


def compare(address: str, token: str) -> None:
    """Prints a line for each size."""
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60, transport=transport
    ) as client:
        print(
            f"{'layers':>7} {'parse ms':>9} {'check ms':>9} {'REST ms':>9} {'REST/parse':>11} {'target ms':>10}"
        )
        for layers, target in TARGETS.items():
            body = chain(layers)
            document = load_document(body)

            def ask(body: bytes = body) -> None:
                answer = client.post("/api/check", content=body, headers={"Content-Type": "application/json"})
                assert answer.json()["problems"] == [], answer.text[:300]

            parse = measured(lambda body=body: Document.model_validate(orjson.loads(body)))
            checked = measured(lambda document=document: check(document))
            rest = measured(ask)
            print(
                f"{layers:7} {parse * 1e3:9.1f} {checked * 1e3:9.1f} {rest * 1e3:9.1f} {rest / parse:11.1f} "
                f"{target * 1e3:10.0f}"
            )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        compare(sys.argv[1], sys.argv[2])
    else:
        with server() as (own_address, own_token):
            compare(own_address, own_token)
