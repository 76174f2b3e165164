"""PyTorch source of whole documents: sharing, nesting, time, masks, freezing, mixed precision, hostile texts."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.numpy import save_file

from builder import ModelBuilder, document, plain_document, shared_lstm
from exchange.torch_sources import assert_tidy, assert_trains_alike, built, exported, namespace
from layerloom.document import Document
from layerloom.exchange.torch_source import export, trial
from layerloom.exchange.torch_source.export import export_torch
from layerloom.exchange.torch_source.file import CHECKED
from layerloom.problems import ProblemError
from layerloom.versions import load_document
from random_documents import grown

EXAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "examples").glob("*.json") if path.name != "index.json"
)


def vision() -> ModelBuilder:
    return (
        ModelBuilder()
        .input("image", [6, 6, 1])
        .call("conv", "Conv2D", "image", filters=3, kernel_size=3, activation="relu")
        .call("flat", "Flatten", "conv")
        .call("dense", "Dense", "flat", units=5)
        .output("features", "dense")
    )


def words() -> ModelBuilder:
    """Masks from an Embedding through a recurrent layer, into one that reads the last valid step."""
    return (
        ModelBuilder()
        .input("text", [7], "int32")
        .call("embed", "Embedding", "text", input_dim=9, output_dim=4, mask_zero=True)
        .call("read", "LSTM", "embed", "sequence", units=5, return_sequences=True)
        .output("steps", "read")
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_becomes_source(path: Path) -> None:
    exported(load_document(path.read_bytes()))


def test_a_shared_layer_is_one_attribute_called_twice_and_torchs_own_layers_are_used() -> None:
    text = exported(document(shared_lstm())).text

    assert text.count("nn.LSTM(") == 1
    assert "encoded_a = self.shared_lstm(first)" in text
    assert "encoded_b = self.shared_lstm(second)" in text
    assert "compare = F.relu(self.compare(merge))" in text
    assert "torch.cat([encoded_a, encoded_b], -1)" in text


def test_source_trains_as_the_model_does() -> None:
    source = document(shared_lstm())

    assert_trains_alike(source, exported(source))


def test_statistics_of_batches_follow_alike_between_convolutions_with_channels_first() -> None:
    source = document(
        ModelBuilder()
        .input("image", [8, 9, 2])
        .call("one", "Conv2D", "image", filters=4, kernel_size=3, strides=2, padding="same")
        .call("norm", "BatchNormalization", "one")
        .call("act", "Activation", "norm", activation="relu")
        .call("two", "Conv2D", "act", filters=4, kernel_size=2, padding="same", activation="tanh")
        .call("sum", "Add", ["two", "act"])
        .call("both", "Concatenate", ["sum", "two"])
        .call("pool", "MaxPooling2D", "both", padding="same")
        .call("mean", "GlobalAveragePooling2D", "pool")
        .output("y", "mean")
    )
    found = exported(source)

    own = found.text.partition("class Main")[2]
    assert own.count(".permute(0, 3, 1, 2)") == 1
    assert ".permute(0, 2, 3, 1)" not in own
    assert_trains_alike(source, found)


def test_a_model_of_two_layers_is_one_class_made_twice() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 6, 1])
        .layer("see", "Model", model="vision")
        .node("one", "see", "image", "x")
        .node("two", "see", "image", "x")
        .call("apart", "Model", "x", port="image", model="vision")
        .call("merge", "Concatenate", ["one", "two", "apart"])
        .output("y", "merge")
    )
    source = document(main, vision=vision())
    found = exported(source)

    assert found.text.count("class Vision(nn.Module)") == 1
    assert "self.see = Vision()" in found.text
    assert "self.apart = Vision()" in found.text
    assert_trains_alike(source, found)


def test_masks_go_into_a_model_and_come_out_of_it() -> None:
    main = (
        ModelBuilder()
        .input("text", [7], "int32")
        .call("read", "Model", "text", port="text", model="words")
        .call("sum_up", "LSTM", "read", "sequence", units=3)
        .call("mean", "GlobalAveragePooling1D", "read")
        .output("y", "sum_up")
        .output("z", "mean")
    )
    source = document(main, words=words())
    found = exported(source)

    assert "!= 0" in found.text
    assert_trains_alike(source, found)


def test_a_mask_that_nobody_reads_is_not_in_the_source() -> None:
    source = document(
        ModelBuilder()
        .input("text", [7], "int32")
        .call("embed", "Embedding", "text", input_dim=9, output_dim=4, mask_zero=True)
        .call("flat", "Flatten", "embed")
        .output("y", "flat")
    )

    assert "mask" not in exported(source).text


def test_a_model_of_several_inputs_and_outputs_at_each_step() -> None:
    part = (
        ModelBuilder()
        .input("left", [3])
        .input("right", [2, 2])
        .call("flat", "Flatten", "right")
        .call("both", "Concatenate", ["left", "flat"])
        .call("a", "Dense", "both", units=4)
        .call("b", "Dense", "both", units=2, activation="softmax")
        .output("first", "a")
        .output("second", "b")
    )
    main = (
        ModelBuilder()
        .input("lefts", [5, 3])
        .input("rights", [5, 2, 2])
        .layer("part", "Model", model="part")
        .layer("each", "TimeDistributed", layer="part")
        .node("steps", "each", "left", "lefts", right="rights")
        .call("read", "LSTM", "steps.first", "sequence", units=3)
        .output("y", "read")
        .output("z", "steps.second")
    )
    source = document(main, part=part)

    assert_trains_alike(source, exported(source))


def test_masks_within_time() -> None:
    main = (
        ModelBuilder()
        .input("texts", [4, 7], "int32")
        .call("embed", "Embedding", "texts", input_dim=9, output_dim=4, mask_zero=True)
        .layer("read", "LSTM", units=3)
        .layer("each", "TimeDistributed", layer="read")
        .node("read_each", "each", "sequence", "embed")
        .call("sum_up", "LSTM", "read_each", "sequence", units=3)
        .output("y", "sum_up")
    )
    source = document(main)

    assert_trains_alike(source, exported(source))


def test_states_that_go_from_one_layer_to_another() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 3])
        .input("y", [4, 3])
        .call("encode", "LSTM", "x", "sequence", units=5, return_state=True)
        .layer("decode", "LSTM", units=5, return_sequences=True)
        .node("decoded", "decode", "sequence", "y", initial_state=["encode.state_h", "encode.state_c"])
        .output("out", "decoded")
    )
    source = document(main)
    found = exported(source)

    assert "_, encode_state_h, encode_state_c = self.encode(x)" in found.text
    assert_trains_alike(source, found)


def test_states_that_last_start_anew() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 3])
        .layer("read", "LSTM", units=5, stateful=True)
        .node("one", "read", "sequence", "x")
        .node("two", "read", "sequence", "x")
        .output("y", "two")
        .output("z", "one")
    )
    source = document(main)
    found = exported(source)

    assert "stateful=True" in found.text
    made = namespace(found.text)[found.class_name]().eval()
    x = torch.rand(2, 6, 3)
    assert not torch.equal(made(x)["z"], made(x)["z"])


def test_joined_ends_and_mixed_ranks_and_types() -> None:
    main = (
        ModelBuilder()
        .input("a", [4])
        .input("b", [3, 4])
        .input("c", [3], "int32")
        .call("join", "Join", ["a", "b"])
        .call("sum", "Add", "join")
        .call("whole", "Dense", "c", units=2)
        .output("y", "sum")
        .output("z", "whole")
    )

    exported(document(main))


def test_whole_numbers_go_where_torchs_own_layers_take_none() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 6, 2], "int32")
        .call("norm", "BatchNormalization", "x")
        .call("pool", "MaxPooling2D", "x")
        .call("act", "Activation", "x", activation="tanh")
        .call("drop", "Dropout", "x", rate=0.5)
        .call("sum", "Add", ["x", "norm"])
        .call("side", "Concatenate", ["x", "act"])
        .call("mean", "GlobalAveragePooling2D", "x")
    )
    for name in ("norm", "pool", "act", "drop", "sum", "side", "mean"):
        main.output(f"{name}_out", name)
    source = document(main)

    assert_trains_alike(source, exported(source))


def test_frozen_layers_stay_frozen_and_mixed_precision_computes_alike() -> None:
    main = (
        ModelBuilder()
        .input("x", [4, 6])
        .call("still", "Dense", "x", units=5, trainable=False)
        .call("norm", "BatchNormalization", "still", trainable=False)
        .call("low", "Dense", "norm", units=3, dtype="mixed_bfloat16")
        .call("read", "LSTM", "low", "sequence", units=3)
        .output("y", "read")
    )
    found = exported(document(main))
    model = namespace(found.text)[found.class_name]()

    assert not model.still.weight.requires_grad
    assert model.low.weight.requires_grad
    assert not model.norm.trainable


def test_a_frozen_model_is_a_class_with_its_statistics_held() -> None:
    part = (
        ModelBuilder()
        .input("x", [4])
        .call("dense", "Dense", "x", units=3)
        .call("norm", "BatchNormalization", "dense")
        .output("y", "norm")
    )
    main = (
        ModelBuilder()
        .input("x", [4])
        .call("held", "Model", "x", port="x", model="part", trainable=False)
        .call("free", "Model", "x", port="x", model="part")
        .call("sum", "Add", ["held", "free"])
        .output("y", "sum")
    )
    source = document(main, part=part)
    found = exported(source)

    model = namespace(found.text)[found.class_name]()
    assert not any(each.requires_grad for each in model.held.parameters())
    assert all(each.requires_grad for each in model.free.parameters())
    assert_trains_alike(source, found)


NASTY = [
    '"""', "'''", "\\", '\\"""', "a\nimport os", "a\r\nraise SystemExit", "\u2028import os", "\x0cimport os",
    '"""\nimport os\n"""', "# type: ignore # noqa", "fmt: off", "{x}", "%s", CHECKED, "‮evil", "\x00", "x" * 200,
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=repr)
def test_no_text_breaks_out_of_a_comment_or_a_docstring(text: str) -> None:
    data = plain_document(shared_lstm())
    data["name"] = text
    data["models"]["main"]["label"] = text
    for node in data["models"]["main"]["nodes"].values():
        node["label"] = text
    plain = ast.parse(exported(document(shared_lstm())).text)

    found = ast.parse(exported(Document.model_validate(data)).text)

    for tree in (plain, found):
        tree.body.pop(0)  # the docstring, which holds the name
    assert ast.dump(found) == ast.dump(plain)


@pytest.mark.parametrize(
    "name",
    ["class", "None", "self", "torch", "F", "nn", "l", "forward", "training", "parameters", "__x", "__init__",
     "_", "dict", "super", "outputs", "model", "Tensor", "load_weights", "WEIGHTS", "json", "LSTM", "as_float", "Any"],
)  # fmt: skip
def test_any_id_is_a_name_that_clashes_with_nothing(name: str) -> None:
    part = (
        ModelBuilder()
        .input(name, [3, 4])
        .call(f"{name}1", "LSTM", name, "sequence", units=2, go_backwards=True)
        .output("y", f"{name}1")
    )
    main = (
        ModelBuilder()
        .input("x", [3, 4])
        .call(name, "Model", "x", port=name, model=name)
        .call("dense", "Dense", name, units=2)
        .output("y", "dense")
    )
    data = plain_document(main)
    data["models"][name] = part.plain()
    exported(load_document(data))
    exported(document(part))


def test_what_cannot_be_built_says_why() -> None:
    main = ModelBuilder().input("x", [3]).call("lstm", "LSTM", "x", "sequence", units=2).output("y", "lstm")

    with pytest.raises(ProblemError) as caught:
        export_torch(document(main))

    assert {problem.node for problem in caught.value.problems} == {"lstm"}


def test_the_file_runs_by_itself_and_reads_weights_with_torch_alone(tmp_path: Path) -> None:
    source = document(shared_lstm())
    model = built(source)
    save_file(model.get_weights(), tmp_path / "weights.safetensors")
    text = export_torch(source, weights=tmp_path / "weights.safetensors").text
    (tmp_path / "model.py").write_text(
        text.replace("# load_weights", "load_weights")
        + '    torch.save(outputs | {"a": first, "b": second}, "out")\n'
    )

    done = subprocess.run(
        [sys.executable, "-I", "model.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "same (4, 1)\n"
    saved = torch.load(tmp_path / "out", weights_only=True)
    torch.testing.assert_close(model.eval()(saved["a"], saved["b"])[0], saved["same"], rtol=0, atol=1e-6)


def test_weights_of_another_document_are_a_problem(tmp_path: Path) -> None:
    save_file(built(document(shared_lstm(units=3))).get_weights(), tmp_path / "weights.safetensors")

    with pytest.raises(ProblemError, match="does not fit"):
        export_torch(document(shared_lstm()), weights=tmp_path / "weights.safetensors")


def test_a_wrong_layout_is_seen_by_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = export.formatted
    monkeypatch.setattr(
        export, "formatted", lambda text: whole(text.replace("F.relu(self.compare", "F.elu(self.compare"))
    )

    found = export_torch(document(shared_lstm()))

    assert found.largest_difference is not None
    assert found.largest_difference > 1e-4
    assert "largest difference 0" not in found.text


def test_what_no_batch_fits_is_exported_and_says_that_it_was_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "batch_for", lambda model: None)

    found = export_torch(document(shared_lstm()))

    assert found.largest_difference is None
    assert "not\nchecked against Layerloom" in found.text
    assert_tidy(found.text)


def test_random_documents_become_source() -> None:
    tried = 0
    for seed in range(20):
        found = export_torch(load_document(grown(seed)))
        assert_tidy(found.text)
        if found.largest_difference is not None:
            tried += 1
            assert found.largest_difference < 1e-6, (seed, found.differences)

    assert tried > 15


def test_nothing_of_layerloom_is_named_but_in_words() -> None:
    text = exported(document(shared_lstm())).text

    assert "import layerloom" not in text
    assert json.dumps("weights.safetensors") in text
