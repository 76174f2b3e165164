"""The API process stays small: what computes and what reads files lives in workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

SCRIPT = """
import json, sys
from starlette.testclient import TestClient
from layerloom.api.app import create_app
from layerloom.settings import Settings
from tests.api.builder import dense_document

app = create_app(Settings(data_dir=sys.argv[1], token="token"))
headers = {"Authorization": "Bearer token"}
with TestClient(app, base_url="http://127.0.0.1:8420", headers=headers) as client:
    run = client.post("/api/runs", json={"document": dense_document(epochs=1)}).json()
    with client.websocket_connect(f"ws://127.0.0.1:8420/api/runs/{run['id']}/events", headers=headers) as socket:
        while "run_finished" not in socket.receive_text():
            pass
    statuses = [
        client.post("/api/check", json=dense_document()).status_code,
        client.post("/api/projects", json={"document": dense_document()}).status_code,
        client.get("/api/layers").status_code,
        client.get("/api/examples").status_code,
        client.get("/api/datasets/iris/preview").status_code,
        client.post("/api/datasets", files={"file": ("a.csv", "a,b\\n1,2\\n3,4\\n")}).status_code,
        client.post(f"/api/runs/{run['id']}/predict", json={"inputs": {"given": [[1, 2, 3, 4]]}}).status_code,
        client.post(f"/api/runs/{run['id']}/evaluate", json={}).status_code,
    ]
heavy = {"torch", "sklearn", "keras", "jax", "tensorflow", "polars", "safetensors", "scipy"} & set(sys.modules)
print(json.dumps([statuses, sorted(heavy)]))
"""


def test_the_api_process_never_imports_what_computes(tmp_path: Path) -> None:
    path = os.pathsep.join([str(REPOSITORY / "server"), str(REPOSITORY)])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}

    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=180,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    statuses, heavy = json.loads(result.stdout.splitlines()[-1])
    assert statuses == [200, 201, 200, 200, 200, 201, 200, 200]
    assert heavy == []
