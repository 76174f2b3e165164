"""The documents of the gallery: well laid out, without a problem, and learning from their first epoch."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from layerloom.data.binding import check as check_binding
from layerloom.data.datasets import find
from layerloom.data.loading import bind_dataset
from layerloom.document import split_source, to_text
from layerloom.graph.build import build
from layerloom.graph.check import check as check_graph
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.training.check import check as check_training
from layerloom.training.control import Control
from layerloom.training.loop import fit
from layerloom.versions import load_document

FOLDER = Path(__file__).parent.parent / "examples"
INDEX = json.loads((FOLDER / "index.json").read_text())
IDS = [entry["id"] for entry in INDEX]
COLUMN_GAP, ROW_GAP = 260, 130
ROWS = 192


def document(example):
    return load_document((FOLDER / f"{example}.json").read_bytes())


def positions(opened, model):
    return {node: tuple(place) for node, place in opened.view[model]["nodes"].items()}


def test_the_index_names_every_document_once_in_two_languages():
    files = {path.stem for path in FOLDER.glob("*.json")} - {"index"}

    assert sorted(IDS) == sorted(files)
    assert IDS[0] == "start"
    for entry in INDEX:
        assert set(entry) == {"id", "name", "name_zh", "description", "description_zh"}
        assert all(entry.values())
        assert document(entry["id"]).name == entry["name"]


@pytest.mark.parametrize("example", IDS)
def test_an_example_is_canonical_text(example):
    text = (FOLDER / f"{example}.json").read_text()

    assert to_text(document(example)) == text


@pytest.mark.parametrize("example", IDS)
def test_nodes_are_laid_out_left_to_right_without_overlap(example):
    opened = document(example)

    for model_id, model in opened.models.items():
        places = positions(opened, model_id)
        assert set(places) == set(model.nodes)
        for one, other in combinations(places.values(), 2):
            assert abs(one[0] - other[0]) >= COLUMN_GAP or abs(one[1] - other[1]) >= ROW_GAP
        for node_id, node in model.nodes.items():
            for source in (each for sources in node.inputs.values() for each in sources):
                gap = places[node_id][0] - places[split_source(source)[0]][0]
                assert gap >= COLUMN_GAP, f"{source} -> {node_id}"


def test_the_first_example_has_what_a_newcomer_should_see():
    model = document("start").models["main"]

    types = [layer.type for layer in model.layers.values()]
    calls = [node.layer for node in model.nodes.values()]
    assert types.count("Input") == types.count("Output") == 2
    assert "Concatenate" in types
    assert calls.count("shared_lstm") == 2


def test_every_merge_is_shown():
    model = document("every-merge-mode").models["main"]

    merges = {
        "Add",
        "Multiply",
        "Concatenate",
        "Average",
        "Maximum",
        "Minimum",
        "Subtract",
        "Dot",
        "Cosine",
        "Join",
    }
    assert merges <= {layer.type for layer in model.layers.values()}


@pytest.mark.parametrize("example", IDS)
def test_an_example_has_no_problem(example):
    opened = document(example)

    made, losses = planned(opened)
    assert not check_graph(opened).problems
    assert check_training(opened.training, made.inputs, made.outputs) == []
    binding = opened.training.data
    dataset = find(binding.dataset)
    assert check_binding(binding, dataset, made.inputs, made.outputs, losses, opened.training.fit) == []
    assert set(losses) == set(made.outputs), "every output is trained"


@pytest.mark.parametrize("example", IDS)
def test_an_example_trains_for_an_epoch(example):
    opened = document(example)
    training = opened.training
    made, losses = planned(opened)
    data = bind_dataset(training.data, None, made.inputs, made.outputs, losses, training.fit)
    once = training.model_copy(update={"fit": training.fit.model_copy(update={"epochs": 1})})

    events = list(fit(build(made, seed=1), few_rows(data), once, Control()))

    kinds = [event.kind for event in events]
    assert kinds[-1] == "run_finished"
    steps = [event for event in events if event.kind == "step_ended"]
    assert len(steps) == -(-min(ROWS, data.rows) // training.fit.batch_size)
    [epoch] = [event for event in events if event.kind == "epoch_ended"]
    assert set(epoch.losses) == set(losses)
    assert all(value is not None for value in epoch.losses.values())
    assert epoch.validation is not None
    assert steps[-1].loss < steps[0].loss * 1.5


@pytest.mark.parametrize(("example", "wanted"), [("shared-lstm", 0.95), ("digits-cnn", 0.97)])
def test_an_example_gets_what_it_never_saw_right(example, wanted):
    opened = document(example)
    training = opened.training
    made, losses = planned(opened)
    data = bind_dataset(training.data, None, made.inputs, made.outputs, losses, training.fit)

    best = 0.0
    for event in fit(build(made, seed=training.fit.seed), data, training, Control()):
        if event.kind == "epoch_ended":
            best = max(best, *(metrics["accuracy"] for metrics in event.validation.metrics.values()))
        if best >= wanted:
            break

    assert best >= wanted


def planned(opened):
    training = opened.training
    inferred = infer(resolve(opened))
    made = plan(inferred, training.model, None, sorted(training.outputs))
    return made, {name: output.loss for name, output in training.outputs.items()}


def few_rows(data):
    def first(part):
        return replace(
            part,
            inputs={name: array[:ROWS] for name, array in part.inputs.items()},
            targets={name: array[:ROWS] for name, array in part.targets.items()},
            validation=part.validation and first(part.validation),
        )

    return first(data)
