"""Check, export, import, the catalogue and the gallery."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from layerloom.api.app import describe_api
from layerloom.document import to_text
from layerloom.versions import load_document

from .builder import chain_document, cyclic_document, dense_document


def test_check_gives_specs_weights_ports_and_totals(owner: TestClient) -> None:
    answer = owner.post("/api/check", json=dense_document())

    assert answer.status_code == 200
    body = answer.json()
    assert body["ok"] is True
    assert body["problems"] == []
    main = body["models"]["main"]
    assert main["nodes"]["hidden"]["outputs"]["output"]["label"] == "(batch, 8)"
    assert main["nodes"]["answer"]["outputs"]["output"]["shape"] == [None, 1]
    assert main["layers"]["hidden"]["weights"] == 4 * 8 + 8
    assert main["layers"]["hidden"]["inputs"][0]["name"] == "inputs"
    assert body["totals"]["weights"] == body["totals"]["trainable"] == 4 * 8 + 8 + 8 + 1


def test_an_unfinished_document_gives_what_can_be_known(owner: TestClient) -> None:
    document = dense_document()
    document["models"]["main"]["nodes"]["decide"]["inputs"] = {}

    body = owner.post("/api/check", json=document).json()

    assert body["ok"] is False
    assert body["models"]["main"]["nodes"]["hidden"]["outputs"]["output"]["label"] == "(batch, 8)"
    assert ("port.missing", "decide") in {(p["code"], p.get("node")) for p in body["problems"]}


def test_problems_of_training_and_data_come_with_the_check(owner: TestClient) -> None:
    document = dense_document()
    document["training"]["outputs"]["answer"]["loss"] = "nonsense"

    problems = owner.post("/api/check", json=document).json()["problems"]

    assert [problem["node"] for problem in problems if "nonsense" in problem["message"]] == ["answer"]


def test_a_cycle_is_answered_not_followed(owner: TestClient) -> None:
    answer = owner.post("/api/check", json=cyclic_document())

    assert answer.status_code == 200
    assert "graph.cycle" in {problem["code"] for problem in answer.json()["problems"]}


def test_a_model_that_contains_itself_is_answered(owner: TestClient) -> None:
    document = dense_document()
    document["models"]["main"]["layers"]["hidden"] = {"type": "Model", "config": {"model": "main"}}

    answer = owner.post("/api/check", json=document)

    assert answer.status_code == 200
    assert answer.json()["ok"] is False


def test_a_chain_of_thousands_of_layers_is_checked(owner: TestClient) -> None:
    answer = owner.post("/api/check", json=chain_document(5_000))

    assert answer.status_code == 200
    assert len(answer.json()["models"]["main"]["nodes"]) == 5_002


def test_too_many_nodes_are_a_413(owner: TestClient) -> None:
    assert owner.post("/api/check", json=chain_document(10_500)).status_code == 413


def test_an_export_is_the_canonical_document_as_a_file(owner: TestClient) -> None:
    answer = owner.post("/api/export/layerloom", json=dense_document("Dense"))

    assert answer.status_code == 200
    assert answer.text == to_text(load_document(answer.content))
    assert answer.headers["content-disposition"].startswith('attachment; filename="Dense.json"')


def test_an_export_to_torch_says_how_far_it_is_from_the_model(owner: TestClient) -> None:
    answer = owner.post("/api/export/torch", json=dense_document("Dense"))

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/x-python")
    assert answer.headers["content-disposition"].startswith('attachment; filename="Dense.py"')
    assert float(answer.headers["layerloom-largest-difference"]) < 1e-6
    assert "class Main(nn.Module):" in answer.text


def test_what_cannot_be_built_cannot_be_exported_to_torch(owner: TestClient) -> None:
    broken = dense_document()
    next(iter(broken["models"]["main"]["layers"].values()))["type"] = "Unheard"

    answer = owner.post("/api/export/torch", json=broken)

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"]


@pytest.mark.parametrize(
    "name", ['a"; filename="x.html', "../../x", "中文", "", "a/b\\c", "." * 50, "x" * 200]
)
def test_a_documents_name_cannot_break_out_of_the_header(owner: TestClient, name: str) -> None:
    answer = owner.post("/api/export/layerloom", json=dense_document(name))

    disposition = answer.headers["content-disposition"]
    assert disposition.count(";") == 2
    assert ".json" in disposition
    for part in ("/", "\\", "..", '""', '".json'):
        assert part not in disposition.replace("utf-8''", "")


@pytest.mark.parametrize("format", ["onnx-json", "x", "..%2f", "LAYERLOOM"])
def test_a_format_that_is_not_there_lists_those_that_are(owner: TestClient, format: str) -> None:
    answer = owner.post(f"/api/export/{format}", json=dense_document())

    assert answer.status_code in (404, 422)
    if answer.status_code == 422:
        problem = answer.json()["problems"][0]
        assert problem["code"] == "export.unknown_format"
        assert "layerloom" in problem["message"]


def test_a_document_is_imported_from_a_form_and_from_json(owner: TestClient) -> None:
    text = json.dumps(dense_document())

    form = owner.post("/api/import", files={"file": ("x.json", text, "application/json")})
    body = owner.post("/api/import", content=text, headers={"Content-Type": "application/json"})

    assert form.status_code == body.status_code == 200
    assert form.json() == body.json() == {"document": dense_document(), "problems": [], "weights": None}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest", "archive.broken"),
        (b"\x89HDF\r\n\x1a\n", "h5.broken"),
        (b'{"class_name": "Functional", "config": {}}', "import.subclassed"),
    ],
)
def test_a_broken_file_of_keras_is_a_problem(owner: TestClient, content: bytes, code: str) -> None:
    answer = owner.post("/api/import", files={"file": ("model.keras", content)})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == code


def test_an_import_beyond_a_documents_size_is_a_413(owner: TestClient) -> None:
    answer = owner.post("/api/import", files={"file": ("x.json", b" " * 5_000_000)})

    assert answer.status_code == 413


def test_every_example_can_be_trained(owner: TestClient) -> None:
    items = owner.get("/api/examples").json()["items"]

    assert items
    for item in items:
        assert item["name"]
        assert item["description"]
        checked = owner.post("/api/check", json=item["document"]).json()
        assert checked["ok"], (item["id"], checked["problems"])


def test_the_catalogue_describes_everything_and_is_not_sent_twice(owner: TestClient) -> None:
    answer = owner.get("/api/layers")

    body = answer.json()
    assert set(body) == {"layers", "optimizers", "losses", "metrics", "callbacks", "schedules", "encoders"}
    by_type = {layer["type"]: layer for layer in body["layers"]}
    assert {"Input", "Output", "Dense", "LSTM", "Concatenate", "Model", "TimeDistributed"} <= set(by_type)
    assert by_type["Dense"]["schema"]["properties"]["units"]["title"]
    again = owner.get("/api/layers", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = owner.get("/api/layers", headers={"Accept-Encoding": "identity"})
    assert plain.json() == body


def test_what_the_api_answers_is_what_openapi_says(owner: TestClient, app: FastAPI) -> None:
    described: dict[str, Any] = owner.get("/api/openapi.json").json()

    assert described == json.loads(json.dumps(describe_api()))
    schemas = described["components"]["schemas"]
    for name in ("Document", "Problem", "Problems", "CheckAnswer", "Run", "Dataset", "Catalogue", "Event"):
        assert name in schemas, name
    assert schemas["Event"]["discriminator"]["propertyName"] == "kind"
    assert len(schemas["Event"]["oneOf"]) == 13
    assert "kind" in schemas["StepEnded"]["required"]
    assert "regularization" not in schemas["StepEnded"]["required"]
    assert schemas["Problem"]["required"] == ["code", "severity", "message", "hint"]
    assert "x-document" not in json.dumps(described)
    for reference in set(references(described)):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in described["components"][kind], reference


def references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return own + [found for value in schema.values() for found in references(value)]
    return [found for value in schema for found in references(value)] if isinstance(schema, list) else []
