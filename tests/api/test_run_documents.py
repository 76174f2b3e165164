"""What a run trains is told; runs are found by their project and have names of their own."""

from starlette.testclient import TestClient

from .builder import dense_document


def test_a_run_tells_the_document_that_it_trains_with_overrides_and_seed(owner: TestClient) -> None:
    document = dense_document(epochs=1)
    del document["training"]["fit"]["seed"]
    body = {"document": document, "training": {"optimizer": {"config": {"learning_rate": 0.5}}}}
    run = owner.post("/api/runs", json=body).json()

    answer = owner.get(f"/api/runs/{run['id']}/document")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["models"] == document["models"]
    assert told["training"]["optimizer"]["config"]["learning_rate"] == 0.5
    assert isinstance(told["training"]["fit"]["seed"], int)
    owner.delete(f"/api/runs/{run['id']}")


def test_runs_are_listed_by_their_project(owner: TestClient) -> None:
    document = dense_document(epochs=1)
    project = owner.post("/api/projects", json={"document": document}).json()["id"]
    mine = owner.post("/api/runs", json={"project": project}).json()["id"]
    other = owner.post("/api/runs", json={"document": document}).json()["id"]

    listed = owner.get("/api/runs", params={"project": project}).json()["items"]

    assert [run["id"] for run in listed] == [mine]
    assert owner.get("/api/runs", params={"project": "unknown"}).json()["items"] == []
    for run in (mine, other):
        owner.delete(f"/api/runs/{run}")


def test_a_run_is_given_another_name_and_its_document_keeps_its_own(owner: TestClient) -> None:
    run = owner.post("/api/runs", json={"document": dense_document("Mine", epochs=1)}).json()
    path = f"/api/runs/{run['id']}"

    answer = owner.patch(path, json={"name": "wider, slower"})

    assert (answer.status_code, answer.json()["name"]) == (200, "wider, slower")
    assert owner.get(path).json()["name"] == "wider, slower"
    assert owner.get(f"{path}/document").json()["name"] == "Mine"
    assert owner.patch(path, json={"name": ""}).status_code == 422
    assert owner.patch("/api/runs/unknown", json={"name": "any"}).status_code == 404
    owner.delete(path)
