"""The whole file: imports, what is brought along, classes, weights, a call to try it with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layerloom.document import Document
from layerloom.exchange.torch_source.inlining import Import, Inliner, names_in_use
from layerloom.exchange.torch_source.making import Kept, Written
from layerloom.exchange.torch_source.names import Names, quoted
from layerloom.exchange.torch_source.writing import Classes
from layerloom.graph.plan import Plan
from layerloom.graph.specs import InferredModel

CHECKED = "#checked#"
"""Stands where the file says how it was checked; no text of a document holds a `#` there (see `names.quoted`)."""

_LAYOUTS = "layerloom.layers.modules.layouts.to_torch"
_OWN_NAMES = ("json", "struct", "torch", "nn", "F", "Tensor", "WEIGHTS", "load_weights", "with_zeros", "math")
_OWN_IMPORTS = (
    Import("json", None, "json"),
    Import("struct", None, "struct"),
    Import("torch", None, "torch"),
    Import("torch.nn.functional", None, "F"),
    Import("torch", "Tensor", "Tensor"),
    Import("torch", "nn", "nn"),
)
_WITH_ZEROS = '''
def with_zeros(module: nn.Module, *names: str) -> nn.Module:
    """The module, with parameters that Keras does not have kept at zero."""
    for name in names:
        nn.init.zeros_(module.get_parameter(name)).requires_grad_(False)
    return module
'''
_LOAD_WEIGHTS = '''
def load_weights(model: nn.Module, path: str) -> None:
    """Read `weights.safetensors` as Layerloom writes it: a header in JSON, then the numbers.

    Arrays lie there as in Keras; `WEIGHTS` says for each where it goes{and_how}.
    """
    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}
    kinds |= {"I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}
    tensors = dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        start = file.tell()
        for key, {place} in WEIGHTS.items():
            entry = header[key]
            begin, end = entry["data_offsets"]
            file.seek(start + begin)
            numbers = torch.frombuffer(bytearray(file.read(end - begin)), dtype=kinds[entry["dtype"]])
            array = numbers.reshape(entry["shape"])
            with torch.no_grad():
                tensors[name].copy_({arranged})
'''


@dataclass(frozen=True)
class Composed:
    """The text, not yet formatted, and the name of its outermost class."""

    text: str
    written: Written


def compose(document: Document, plan: Plan, specs: InferredModel, samples: Mapping[str, str]) -> Composed:
    """`samples`: an expression for a random tensor, by input."""
    names = Names(_OWN_NAMES)
    inliner = Inliner(names)
    labels = {
        model_id: {node_id: node.label for node_id, node in model.nodes.items() if node.label}
        for model_id, model in document.models.items()
    }
    classes = Classes(inliner, Names((*_OWN_NAMES, *names_in_use())), labels)
    written = classes.write(plan, specs, is_outermost=True)
    has_names = any(isinstance(each.layout, str) for each in written.weights)
    to_torch = inliner.add(_LAYOUTS) if has_names else None
    texts = [each.text for each in classes.written.values()]
    code = "\n".join(texts)
    inlined = inliner.render(".compute_mask(" in code, classes.constructors.words)
    parts = [*inlined.pieces]
    if "with_zeros(" in code:
        parts.append(_WITH_ZEROS)
    parts += texts
    if written.weights:
        parts += [_table(written.weights), _loader(written.weights, to_torch)]
    parts.append(_main(written, samples))
    body = "\n\n\n".join(part.strip("\n") for part in parts)
    imports = _imports(body, inlined.imports)
    return Composed("\n".join([_heading(document, plan, written), *imports, "", "", body, ""]), written)


def _heading(document: Document, plan: Plan, written: Written) -> str:
    load = '    load_weights(model, "weights.safetensors")\n' if written.weights else ""
    left_out = (
        " Penalties and constraints of weights and\nactivities belong to training: they are not here."
        if _is_bound(plan)
        else ""
    )
    return (
        f'"""{quoted(document.name) or "A model"}, as PyTorch source.\n\n'
        f"Written by Layerloom; it needs torch and nothing else. {CHECKED}\n\n"
        f"    model = {written.name}()\n{load}"
        f"    outputs = model({', '.join(written.inputs.values())})  # a dict by output name\n\n"
        f"Until weights are loaded they are drawn as torch draws them.{left_out}\n"
        '"""\n'
    )


def _is_bound(plan: Plan) -> bool:
    """Whether any layer has a penalty or a constraint."""
    return any(
        getattr(layer.config, "activity_regularizer", None)
        or any(weight.regularizer or weight.constraint for weight in layer.weights)
        or (layer.model is not None and _is_bound(layer.model))
        for layer in plan.layers
    )


def _imports(body: str, inlined: Iterable[Import]) -> list[str]:
    own = {each for each in _OWN_IMPORTS if re.search(rf"\b{each.asname}\b", body)}
    found = {*inlined, *own}
    return sorted(each.text for each in found)


def _table(weights: list[Kept]) -> str:
    """Where each weight goes, and its layout where any has one."""
    if not _have_layouts(weights):
        entries = [f"    {each.path!r}: {each.attribute!r}," for each in weights]
    else:
        entries = [f"    {each.path!r}: ({each.attribute!r}, {each.layout!r})," for each in weights]
    return "\n".join(["WEIGHTS = {", *entries, "}"])


def _loader(weights: list[Kept], to_torch: str | None) -> str:
    place, arranged, how = "(name, axes)", "array if axes is None else array.permute(axes)", ""
    if to_torch is not None:
        place, arranged = "(name, layout)", f"{to_torch}(array, layout)"
    if not _have_layouts(weights):
        place, arranged = "name", "array"
    else:
        how = ", and how its axes are arranged"
    text = _LOAD_WEIGHTS.replace("{place}", place).replace("{arranged}", arranged)
    return text.replace("{and_how}", how)


def _have_layouts(weights: list[Kept]) -> bool:
    return any(each.layout is not None for each in weights)


def _main(written: Written, samples: Mapping[str, str]) -> str:
    lines = ['if __name__ == "__main__":', f"    model = {written.name}().eval()"]
    if written.weights:
        lines.append('    # load_weights(model, "weights.safetensors")')
    lines += [f"    {name} = {samples[key]}" for key, name in written.inputs.items()]
    lines += [
        "    with torch.no_grad():",
        f"        outputs = model({', '.join(written.inputs.values())})",
        "    for name, tensor in outputs.items():",
        "        print(name, tuple(tensor.shape))",
    ]
    return "\n".join(lines)
