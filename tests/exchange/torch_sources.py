"""Helpers for tests of the exported PyTorch source: documents around a layer type, the source run beside the model."""

import ast
import subprocess
from typing import Any

import ruff
import torch
from torch import Tensor

from builder import ModelBuilder, document
from layerloom.document import Document
from layerloom.exchange.torch_source import trial
from layerloom.exchange.torch_source.export import TorchSource, export_torch
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.layers.base import Example, LayerType
from layers.calls import example_config

ALLOWED = {"torch", "math", "typing", "json", "struct", "collections"}


def around(layer_type: type[LayerType], example: Example) -> Document:
    """A model of that one layer; masks come from Masking or an Embedding in front of it."""
    main, wired = ModelBuilder(), {}
    for port, specs in example.inputs.items():
        sources = []
        for index, spec in enumerate(specs):
            name = f"{port}_{index}"
            main.input(name, [*spec.shape[1:]], spec.dtype)
            if spec.masked and spec.rank > 2 and spec.dtype == "float32":
                main.call(f"{name}_masked", "Masking", name)
                name = f"{name}_masked"
            sources.append(name)
        wired[port] = sources
    main.layer("layer", layer_type.__name__, **example.config)
    main.nodes["layer_call"] = {"layer": "layer", "inputs": wired}
    for name, layer in example.layers.items():
        main.layer(name, layer["type"], **layer["config"])
    for port in example_config(layer_type, example).outputs():
        main.output(f"out_{port.name}", f"layer_call.{port.name}")
    return document(main)


def built(source: Document) -> BuiltModel:
    planned = plan(infer(resolve(source)))
    assert not planned.problems, planned.problems
    model = build(planned, seed=3)
    trial.stir(model)
    return model


def exported(source: Document) -> TorchSource:
    """Checked: the same outputs, formatted, clean, and with no import but the few allowed."""
    found = export_torch(source)
    assert found.differences is not None, "no random batch was found"
    assert found.largest_difference is not None
    assert found.largest_difference < 1e-6, found.differences
    assert_tidy(found.text)
    return found


def assert_tidy(text: str) -> None:
    for arguments in (["format", "--check", "--diff"], ["check", "--output-format", "concise"]):
        done = subprocess.run(
            [ruff.find_ruff_bin(), *arguments, "--isolated", "--stdin-filename", "model.py", "-"],
            input=text.encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] in ALLOWED


def namespace(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "<exported>", "exec"), names)  # noqa: S102  our own text
    return names


def assert_trains_alike(source: Document, found: TorchSource) -> None:
    """In training mode, from one seed: outputs, gradients of the weights, and statistics."""
    model = built(source)
    batch = trial.batch_for(model)
    assert batch is not None
    model.reset_state()
    made = trial.loaded(namespace(found.text), found.class_name, model.get_weights())
    torch.manual_seed(0)
    one = dict(zip(model.output_names, model.train()(*batch.tensors.values()), strict=True))
    torch.manual_seed(0)
    other = made.train()(*batch.tensors.values())
    for name, tensor in one.items():
        torch.testing.assert_close(other[name], tensor, rtol=0, atol=1e-6, equal_nan=True)
    losses = [
        sum(each.square().mean() for each in each.values() if each.requires_grad) for each in (one, other)
    ]
    for loss in losses:
        if isinstance(loss, Tensor):
            loss.backward()
    after = trial.loaded(namespace(found.text), found.class_name, model.get_weights())
    for name, tensor in after.named_buffers():
        if not name.rpartition(".")[2].startswith("state_"):  # what lasts from call to call is no weight
            torch.testing.assert_close(made.get_buffer(name), tensor, rtol=0, atol=1e-6)
    ours = sorted(float(each.grad.square().sum()) for each in model.parameters() if each.grad is not None)
    theirs = sorted(float(each.grad.square().sum()) for each in made.parameters() if each.grad is not None)
    torch.testing.assert_close(torch.tensor(theirs), torch.tensor(ours), rtol=1e-4, atol=1e-7, equal_nan=True)
