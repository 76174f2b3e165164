"""A built model as ONNX. Needs the extra `onnx`; torch writes it."""

import importlib.util
import logging
import re
import warnings
from typing import Any

import torch

from layerloom.graph.build import BuiltModel
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec

_OPEN, _OTHER = 7, 9
"""Sizes of an open axis in the example that is traced, and in the one that tells whether the file left it open."""

_CLOSE = 1e-3


def to_onnx(model: BuiltModel) -> bytes:
    """The model in inference mode, with its input and output names; the batch and open axes may have any size.

    Raises:
        ProblemError: `export.not_installed`, or `export.onnx` where torch can't express the model in ONNX.
    """
    missing = [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]
    if missing:
        raise ProblemError(
            Problem(
                code="export.not_installed",
                message=f"ONNX needs the package `{missing[0]}`, which is not installed.",
                hint="Install it with `pip install 'layerloom[onnx]'`.",
                field="format",
            )
        )
    was_training = model.training
    model.eval()
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                model,
                _examples(model, _OPEN),
                dynamic_shapes=(tuple(_axes(spec) for spec in model.plan.inputs.values()),),
                dynamo=True,
                verbose=False,
            )
    except Exception as error:  # torch raises of every kind, each with pages of text
        if _open_inputs(model):
            raise _fixed(model) from error
        first = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().partition("\n")[0]
        raise ProblemError(
            Problem(
                code="export.onnx",
                message=f"Torch can't write this model as ONNX: {first[:300]}",
                hint="Export it as PyTorch source or as a Keras file instead.",
                field="format",
            )
        ) from error
    finally:
        logger.setLevel(level)
        model.train(was_training)
    assert program is not None
    _name_ends(program.model, model)
    proto = program.model_proto
    if _open_inputs(model):
        _refuse_fixed_axes(proto, model)
    written: bytes = proto.SerializeToString()
    return written


def _refuse_fixed_axes(proto: Any, model: BuiltModel) -> None:  # Any: onnx's ModelProto
    """Torch writes a loop over steps for the number of steps that it has seen, and says nothing."""
    from onnx.reference import ReferenceEvaluator

    examples = _examples(model, _OTHER)
    with torch.no_grad():
        expected = model.eval()(*examples)
    given = {name: each.numpy() for name, each in zip(model.input_names, examples, strict=True)}
    try:
        found = ReferenceEvaluator(proto).run(None, given)
        is_open = all(
            each.shape == tuple(wanted.shape) and bool((abs(each - wanted.numpy()) < _CLOSE).all())
            for each, wanted in zip(found, expected, strict=True)
        )
    except Exception:  # the evaluator raises of every kind where shapes do not fit
        is_open = False
    if not is_open:
        raise _fixed(model)


def _open_inputs(model: BuiltModel) -> list[str]:
    """Inputs with an open axis beside the batch."""
    return [name for name, spec in model.plan.inputs.items() if None in spec.shape[1:]]


def _fixed(model: BuiltModel) -> ProblemError:
    name = _open_inputs(model)[0]
    return ProblemError(
        Problem(
            code="export.open_axis",
            message=f"Torch writes this model for one size of the open axis of `{name}` only: its layers go step by "
            "step.",
            hint=f"Give that axis a size in the `shape` of `{name}`, or export PyTorch source.",
            node=name,
            field="format",
        )
    )


def _examples(model: BuiltModel, size: int) -> tuple[torch.Tensor, ...]:
    return tuple(_example(spec, size) for spec in model.plan.inputs.values())


def _example(spec: TensorSpec, open_size: int) -> torch.Tensor:
    shape = [3 if axis == 0 else open_size if size is None else size for axis, size in enumerate(spec.shape)]
    dtype: torch.dtype = getattr(torch, spec.dtype)
    if dtype.is_floating_point:
        return torch.rand(shape, generator=torch.Generator().manual_seed(0))
    return torch.zeros(shape, dtype=dtype)


def _axes(spec: TensorSpec) -> dict[int, Any]:  # Any: torch.export's Dim hints
    return {axis: torch.export.Dim.DYNAMIC for axis, size in enumerate(spec.shape) if size is None}


def _name_ends(graph_model: Any, model: BuiltModel) -> None:  # Any: onnx_ir's Model
    """Our names for inputs and outputs; whatever bore one of them inside gets another."""
    graph = graph_model.graph
    names = {*model.input_names, *model.output_names}
    ends = {id(value) for value in (*graph.inputs, *graph.outputs)}
    values = [value for node in graph for value in node.outputs if id(value) not in ends]
    for value in (*values, *graph.initializers.values()):
        if value.name in names:
            value.name = f"{value.name}_inside"
    for number, value in enumerate((*graph.inputs, *graph.outputs)):
        value.name = f"end_{number}"
    for value, name in zip(graph.inputs, model.input_names, strict=True):
        value.name = name
    for value, name in zip(graph.outputs, model.output_names, strict=True):
        value.name = name
