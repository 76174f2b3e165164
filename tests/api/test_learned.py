"""What was learned, through the real server: evaluated, reported on, and used with raw rows and files."""

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sklearn import metrics

from . import shop
from .server import Server, serving


@dataclass
class Trained:
    client: httpx.Client
    dataset: str
    path: str

    def post(self, what: str, expected: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"{self.path}/{what}", json=body)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def refused(self, **body: Any) -> dict[str, Any]:
        problem: dict[str, Any] = self.post("predict", 422, **body)["problems"][0]
        return problem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learned")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as running:
        yield running


@pytest.fixture(scope="module")
def trained(server: Server) -> Iterator[Trained]:
    with server.client as client:
        answer = client.post("/api/datasets", files={"file": ("shop.csv", shop.as_csv(shop.rows()))})
        dataset = answer.json()["id"]
        run = client.post("/api/runs", json={"document": shop.document(dataset)})
        assert run.status_code == 201, run.text
        path = f"/api/runs/{run.json()['id']}"
        until = time.monotonic() + 60
        while (state := client.get(path).json())["state"] != "finished":
            assert time.monotonic() < until, state
            time.sleep(0.05)
        yield Trained(client, dataset, path)


def test_every_part_of_the_rows_is_evaluated(trained: Trained) -> None:
    parts = {split: trained.post("evaluate", split=split) for split in ("train", "validation", "all")}

    assert parts["validation"] == trained.post("evaluate")
    assert parts["train"]["loss"] != parts["validation"]["loss"]
    for key, whole in parts["all"].items():
        mean = 0.75 * parts["train"][key] + 0.25 * parts["validation"][key]
        assert whole == pytest.approx(mean, rel=1e-4), key
    assert trained.post("evaluate", 422, split="test")["problems"][0]["field"] == "split"


def test_another_file_is_evaluated_with_the_classes_of_training(trained: Trained) -> None:
    """Its own classes are fewer, so that their numbers differ; and its columns stand in another order."""
    few = [row for row in shop.rows(400, seed=9) if row["city"] != "Bergen" and row["size"] != "large"]
    turned = [dict(reversed(row.items())) for row in few]
    answer = trained.client.post("/api/datasets", files={"file": ("few.csv", shop.as_csv(turned))})
    found = trained.post("evaluate", dataset=answer.json()["id"])
    predicted = trained.post("predict", rows=few)["decoded"]

    right = np.mean([row["size"] == size for row, size in zip(few, predicted["size"], strict=True)])
    assert found["size_accuracy"] == pytest.approx(right)
    assert found["size_accuracy"] > 0.8
    report = trained.post("report", dataset=answer.json()["id"])
    assert report["rows"] == len(few)
    assert sum(report["outputs"]["size"]["confusion"][0]) == 0, "no `large` among the targets"


def test_a_report_agrees_with_scikit_learn_on_what_is_predicted(trained: Trained) -> None:
    table = shop.rows()
    report = trained.post("report", split="all")
    predicted = trained.post("predict", rows=table)
    outputs = {name: np.array(rows) for name, rows in predicted["outputs"].items()}
    size = [shop.SIZES.index(row["size"]) for row in table]
    bought = [row["bought"] == "yes" for row in table]

    assert report["rows"] == len(table)
    found = report["outputs"]["size"]
    assert (found["kind"], found["labels"]) == ("classes", list(shop.SIZES))
    assert found["confusion"] == metrics.confusion_matrix(size, outputs["size"].argmax(1)).tolist()
    auc = metrics.roc_auc_score(size, outputs["size"], multi_class="ovr")
    assert found["roc"]["auc"] == pytest.approx(auc, abs=1e-6)
    found = report["outputs"]["bought"]
    assert (found["kind"], found["labels"]) == ("binary", ["no", "yes"])
    average = metrics.average_precision_score(bought, outputs["bought"][:, 0])
    assert found["precision_recall"]["average_precision"] == pytest.approx(average, abs=1e-6)
    losses = metrics.log_loss(bought, outputs["bought"][:, 0].astype(np.float64))
    assert losses == pytest.approx(trained.post("evaluate", split="all")["bought_loss"], rel=1e-4)
    worst = found["worst"][0]
    each = -np.log(np.where(bought, outputs["bought"][:, 0], 1 - outputs["bought"][:, 0]))
    assert worst["row"] == int(each.argmax())
    assert worst["loss"] == pytest.approx(float(each.max()), rel=1e-4)
    assert worst["target"] == table[worst["row"]]["bought"]
    found = report["outputs"]["price"]
    differences = np.array(predicted["decoded"]["price"]) - [row["price"] for row in table]
    assert found["kind"] == "number"
    assert found["residuals"]["mean"] == pytest.approx(differences.mean(), abs=0.01)
    assert found["worst"][0]["target"] == pytest.approx(table[found["worst"][0]["row"]]["price"], abs=0.01)


def test_the_worst_of_a_part_are_named_by_their_rows_in_the_data_set(trained: Trained) -> None:
    report = trained.post("report", split="validation")
    table = shop.rows()

    assert report["rows"] == shop.ROWS // 4
    for sample in report["outputs"]["price"]["worst"]:
        assert sample["row"] >= shop.ROWS * 3 // 4
        assert sample["target"] == pytest.approx(table[sample["row"]]["price"], abs=0.01)


def test_raw_rows_are_encoded_as_in_training_and_answers_are_in_the_files_own_words(trained: Trained) -> None:
    table = shop.rows(50, seed=1)
    answer = trained.post("predict", rows=table)

    assert answer["labels"] == {"size": list(shop.SIZES), "bought": ["no", "yes"]}
    right = [row["size"] == size for row, size in zip(table, answer["decoded"]["size"], strict=True)]
    assert np.mean(right) > 0.8
    for row, price in zip(table, answer["decoded"]["price"], strict=True):
        assert price == pytest.approx(row["price"], rel=0.2)
    assert answer["nodes"] == {}
    assert 0 < answer["milliseconds"] < 1000
    only = [{"age": row["age"], "city": row["city"]} for row in table]
    assert trained.post("predict", rows=only)["outputs"] == answer["outputs"]
    same = trained.post("predict", dataset=trained.dataset, limit=3)["outputs"]
    assert same == trained.post("predict", rows=shop.rows()[:3])["outputs"]


def test_a_part_of_a_data_set_is_predicted(trained: Trained) -> None:
    part = trained.post("predict", dataset=trained.dataset, split="validation", limit=2)["outputs"]
    first = shop.ROWS * 3 // 4

    assert part == trained.post("predict", rows=shop.rows()[first : first + 2])["outputs"]


def test_inner_nodes_show_what_they_give(trained: Trained) -> None:
    rows = shop.rows(4)
    answer = trained.post("predict", rows=rows, nodes=["hidden", "whether", "age", "bought"])
    hidden = np.array(answer["nodes"]["hidden"])

    assert hidden.shape == (4, 16)
    assert (hidden >= 0).all()
    assert answer["nodes"]["whether"] == answer["outputs"]["bought"] == answer["nodes"]["bought"]
    assert np.shape(answer["nodes"]["age"]) == (4, 1)
    problem = trained.refused(rows=rows, nodes=["hiden"])
    assert (problem["code"], problem["field"]) == ("node.unknown", "nodes")
    assert "`hidden`" in problem["message"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"city": "Paris"}, "label.unknown", "Paris"),
        ({"age": "old"}, "predict.value", "old"),
        ({"age": None}, "column.missing_values", "age"),
        ({"city": ""}, "column.missing_values", "city"),
        ({"age": [1, 2]}, "predict.value", "age"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_row_and_column(
    trained: Trained, change: dict[str, Any], code: str, said: str
) -> None:
    rows = [{"age": 30, "city": "Oslo"}, {"age": 30, "city": "Oslo"} | change]
    problem = trained.refused(rows=rows)

    assert problem["code"] == code
    assert said in problem["message"]
    assert "row 2" in problem["message"]
    assert problem["field"] == f"rows.1.{next(iter(change))}"


def test_a_column_that_is_missing_is_named(trained: Trained) -> None:
    problem = trained.refused(rows=[{"age": 30, "cty": "Oslo"}])

    assert problem["code"] == "predict.column"
    assert "`city`" in problem["message"]
    assert trained.refused(rows=[])["code"] == "predict.rows"
    assert trained.refused(rows=[{"age": 1, "city": "Oslo"}], dataset="digits")["field"] == "rows"


def test_a_file_goes_in_and_a_file_comes_out(trained: Trained) -> None:
    table = shop.rows(60, seed=4)
    given = {
        "file": ("customers.csv", shop.as_csv([{"city": row["city"], "age": row["age"]} for row in table]))
    }
    answer = trained.client.post(f"{trained.path}/predict", files=given)
    expected = trained.post("predict", rows=table)

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["size"] for line in lines] == expected["decoded"]["size"]
    assert [float(line["price"]) for line in lines] == pytest.approx(expected["decoded"]["price"])
    large = [float(line["size: large"]) for line in lines]
    assert large == pytest.approx([row[0] for row in expected["outputs"]["size"]])
    answer = trained.client.post(
        f"{trained.path}/predict", files=given, headers={"Accept": "application/json"}
    )
    assert answer.json()["decoded"] == expected["decoded"]


def test_a_file_that_does_not_fit_leaves_nothing(folder: Path, trained: Trained) -> None:
    def refused(content: bytes) -> dict[str, Any]:
        answer = trained.client.post(f"{trained.path}/predict", files={"file": ("new.csv", content)})
        assert answer.status_code == 422, answer.text
        problem: dict[str, Any] = answer.json()["problems"][0]
        return problem

    unknown = refused(b"age,city\n30.5,Oslo\n31.5,Paris\n")
    assert unknown["code"] == "label.unknown"
    assert "`city`" in unknown["message"]
    assert "row 2" in unknown["message"]
    assert unknown["message"].startswith("`new.csv`: Column `city`")
    assert unknown["node"] == "city"
    assert refused(b"age,town\n30,Oslo\n")["code"] == "column.unknown"
    assert refused(b"\x89PNG\r\n\x1a\n")["code"].startswith("file.")
    sets = {item["id"] for item in trained.client.get("/api/datasets").json()["items"]}
    assert len([item for item in sets if item.startswith("upload-")]) <= 2, "predicting uploads nothing"
    until = time.monotonic() + 5
    while left := list((folder / "datasets").glob(".*")):
        assert time.monotonic() < until, left
        time.sleep(0.05)


def test_one_row_is_answered_at_once(trained: Trained) -> None:
    """A model that is opened anew for each row takes ten times as long."""
    body = {"rows": [{"age": 30, "city": "Oslo"}]}
    trained.post("predict", **body)
    times = []
    for _ in range(15):
        began = time.perf_counter()
        trained.post("predict", **body)
        times.append(time.perf_counter() - began)

    assert np.median(times) < 0.04
