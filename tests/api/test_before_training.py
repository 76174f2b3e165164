"""Calls that the page makes before it trains."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from .builder import dense_document


def test_a_schedule_is_shown_in_at_most_200_points(owner: TestClient) -> None:
    rate = {"type": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 1000}}
    optimizer = {"type": "SGD", "config": {"learning_rate": rate}}

    long = owner.post("/api/schedule", json={"optimizer": optimizer, "steps": 1001}).json()
    short = owner.post("/api/schedule", json={"optimizer": optimizer, "steps": 3}).json()

    assert len(long["steps"]) == len(long["rates"]) == 200
    assert (long["steps"][0], long["steps"][-1]) == (0, 1000)
    assert long["rates"][0] == pytest.approx(0.1)
    assert long["rates"][-1] == pytest.approx(0.0, abs=1e-12)
    assert long["rates"] == sorted(long["rates"], reverse=True)
    assert short["steps"] == [0, 1, 2]


def test_a_plain_learning_rate_is_a_flat_line(owner: TestClient) -> None:
    answer = owner.post("/api/schedule", json={"optimizer": {"type": "Adam", "config": {}}, "steps": 1})

    assert answer.json() == {"steps": [0], "rates": [0.001]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"optimizer": {"type": "Adm"}, "steps": 5}, "optimizer.unknown"),
        ({"optimizer": {"type": "SGD", "config": {"learning_rate": "fast"}}, "steps": 5}, "config.invalid"),
        ({"optimizer": {"type": "SGD"}, "steps": 0}, "request.invalid"),
        ({"optimizer": {}, "steps": 5}, "request.invalid"),
        ({"optimizer": 3, "steps": 5}, "request.invalid"),
        ({}, "request.invalid"),
    ],
)  # fmt: skip
def test_a_schedule_that_makes_no_sense_is_refused_in_words(
    owner: TestClient, body: dict[str, Any], code: str
) -> None:
    answer = owner.post("/api/schedule", json=body)

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == code


def test_preflight_answers_every_field(owner: TestClient) -> None:
    answer = owner.post("/api/preflight", json={"document": dense_document()})

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["ok"]
    assert found["device"]
    assert list(found["losses"]) == ["answer"]
    assert found["without_gradient"] == found["unused"] == found["problems"] == []
    assert set(found) == {
        "ok", "seconds", "step_seconds", "steps_per_epoch", "steps", "flops_per_step", "memory_bytes", "device",
        "losses", "without_gradient", "unused", "problems",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/api/preflight", "/api/warm-start"])
@pytest.mark.parametrize("document", [None, 3, [], {"models": 3}])
def test_what_is_no_document_is_refused(owner: TestClient, path: str, document: object) -> None:
    more = {"run": "some"} if path.endswith("start") else {}

    answer = owner.post(path, json={"document": document, **more})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "document.invalid"


def test_a_warm_start_from_a_run_that_is_not_there_is_said(owner: TestClient) -> None:
    answer = owner.post("/api/warm-start", json={"document": dense_document(), "run": "nobody"})

    assert answer.status_code == 404
    assert answer.json()["problems"][0]["code"] == "run.unknown"
