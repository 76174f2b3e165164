"""Files that are written load in real Keras and predict there what the model predicts here."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from exchange.saved import shuffle_weights
from exchange.test_keras_files import MODELS, assert_predicts
from layerloom.api.gallery import examples
from layerloom.document import Document
from layerloom.exchange.keras import trial
from layerloom.exchange.keras.export import KerasModel, keras_model
from layerloom.exchange.keras.loading import import_file
from layerloom.exchange.torch_source.trial import Batch, batch_for
from layerloom.graph.build import BuiltModel
from layerloom.problems import ProblemError
from layerloom.versions import load_document
from layers.reference import keras

EXAMPLES = {example.id: example for example in examples()}


def assert_keras_predicts(path: Path, module: BuiltModel) -> None:
    model = keras.models.load_model(path, compile=False)
    batch = batch_for(module)
    assert isinstance(batch, Batch)
    arrays = [each.numpy() for each in batch.tensors.values()]
    given = keras.tree.pack_sequence_as(getattr(model, "_inputs_struct", model.inputs), arrays)
    theirs = keras.tree.flatten(
        model(arrays[0] if isinstance(model, keras.Sequential) else given, training=False)
    )
    with torch.no_grad():
        ours = module(*batch.tensors.values())
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), atol=1e-5)


def written(model: KerasModel, folder: Path) -> Path:
    path = folder / "written.keras"
    path.write_bytes(model.archive())
    return path


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_example_loads_in_keras_and_predicts_there(tmp_path: Path, name: str) -> None:
    model = keras_model(load_document(EXAMPLES[name].text))

    assert_keras_predicts(written(model, tmp_path), model.module)


@pytest.mark.parametrize("name", list(MODELS))
def test_a_model_of_keras_comes_back_with_its_weights(tmp_path: Path, name: str) -> None:
    theirs = MODELS[name]()
    shuffle_weights(theirs)
    theirs.save(tmp_path / "first.keras")
    imported = import_file(tmp_path / "first.keras")

    model = keras_model(imported.document, weights=imported.weights)

    path = written(model, tmp_path)
    assert_keras_predicts(path, model.module)
    assert_predicts(import_file(path), theirs)


def test_weights_alone_load_into_the_exported_json(tmp_path: Path) -> None:
    model = keras_model(load_document(EXAMPLES["two-inputs-aux-output"].text))
    theirs = keras.models.model_from_json(model.json().decode())

    (tmp_path / "m.weights.h5").write_bytes(model.weights())
    theirs.load_weights(tmp_path / "m.weights.h5")
    theirs.save(tmp_path / "m.keras")

    assert_keras_predicts(tmp_path / "m.keras", model.module)


def test_the_same_document_gives_the_same_bytes_and_names_keras(tmp_path: Path) -> None:
    document = load_document(EXAMPLES["shared-lstm"].text)

    first, second = keras_model(document), keras_model(document)

    assert first.archive() == second.archive()
    with zipfile.ZipFile(written(first, tmp_path)) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert b'"keras_version":"3.' in archive.read("metadata.json")


def small() -> KerasModel:
    return keras_model(load_document(EXAMPLES["two-outputs"].text))


def test_the_trial_in_keras_finds_what_differs() -> None:
    model = small()
    archive = model.archive()

    same = trial.largest_difference(archive, model.module)
    with torch.no_grad():
        for _, tensor, _ in model.module.weights():
            tensor.add_(0.1)
    other = trial.largest_difference(archive, model.module)

    assert same < 1e-5
    assert other > 1e-3


@pytest.mark.parametrize(
    ("archive", "seconds", "why"),
    [(b"no archive", 90.0, "Keras failed"), (b"", 0.01, "longer than 0.01 seconds")],
)
def test_what_can_not_be_tried_says_why(archive: bytes, seconds: float, why: str) -> None:
    with pytest.raises(trial.NotChecked, match=why):
        trial.largest_difference(archive, small().module, seconds)


def test_without_keras_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Any:  # Any: a module's spec
        return None if name == "keras" else object()

    monkeypatch.setattr(trial.importlib.util, "find_spec", find)

    assert small().difference() == (None, "Keras is not installed here")


def test_a_document_with_errors_is_not_written() -> None:
    with pytest.raises(ProblemError):
        keras_model(Document())
