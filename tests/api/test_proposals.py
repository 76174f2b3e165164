"""`POST /api/datasets/{id}/propose` over the real application."""

from starlette.testclient import TestClient

from api.builder import dense_document


def test_a_proposal_fits_the_model_to_the_data(owner: TestClient) -> None:
    document = dense_document()

    answer = owner.post("/api/datasets/wine/propose", json={"document": document})

    body = answer.json()
    assert answer.status_code == 200, body
    assert body["outputs"]["answer"]["units"] == 3
    document["models"]["main"]["layers"]["given"]["config"]["shape"] = body["inputs"]["given"]["shape"]
    document["models"]["main"]["layers"]["decide"]["config"] = {
        "units": body["outputs"]["answer"]["units"], "activation": body["outputs"]["answer"]["activation"],
    }  # fmt: skip
    document["training"]["outputs"]["answer"] = {
        key: body["outputs"]["answer"][key] for key in ("loss", "metrics")
    }
    document["training"]["data"] = body["data"]
    assert owner.post("/api/check", json=document).json()["problems"] == []


def test_a_proposal_for_no_data_set_or_no_model_is_refused(owner: TestClient) -> None:
    document = dense_document()

    assert owner.post("/api/datasets/nothing/propose", json={"document": document}).status_code == 404
    document["training"]["model"] = "other"
    refused = owner.post("/api/datasets/wine/propose", json={"document": document})
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["code"] == "training.model"
