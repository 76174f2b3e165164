"""Layer types that torch has too, called as people who write torch call them. What is not here is brought along.

An entry gives the numbers of the module that `torch_call` makes, in training too, or None where it would not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from layerloom.layers.base import Inputs, LayerType, conv_output
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


@dataclass(frozen=True, slots=True)
class NativeCall:
    """One call of a layer: `NativeCall("F.relu({self}({0}))", Call("torch.nn.Linear", {…}))`.

    `{self}` is the module, `{0}`, `{1}` the tensors in the order of ports and edges, `{all}` all of them with commas
    between. No `module`: there is nothing to make. `mask` gives the result's mask where the type's `mask_out` is `own`.
    `weights` says where a weight lies, and in which layout, where it differs from the layer type's. `zeros` are
    parameters that torch has and Keras has not: they stay zero. With `channels_first` tensors go in and come out as
    (batch, channels, …); `on_channels_first` is the expression where they happen to be there in that order.
    """

    expression: str = "{self}({0})"
    module: Call | None = None
    mask: str | None = None
    weights: Mapping[str, tuple[str, tuple[int, ...] | str | None]] = field(default_factory=dict)
    zeros: tuple[str, ...] = ()
    channels_first: bool = False
    on_channels_first: str | None = None


def native_call(layer: LayerType, inputs: Inputs) -> NativeCall | None:
    """How torch makes this call. It is not asked where a mask comes in that the layer takes."""
    found = _NATIVE.get(type(layer).__name__)
    specs = [spec for specs in inputs.values() for spec in specs]
    if found is None or not specs or any(spec.dtype in ("bfloat16", "float16") for spec in specs):
        return None
    return found(layer, specs)


_EVERYWHERE = {
    "linear": "{x}", "relu": "F.relu({x})", "relu6": "F.relu6({x})", "elu": "F.elu({x})", "celu": "F.celu({x})",
    "selu": "F.selu({x})", "gelu": "F.gelu({x})", "silu": "F.silu({x})", "swish": "F.silu({x})",
    "mish": "F.mish({x})", "sigmoid": "torch.sigmoid({x})", "log_sigmoid": "F.logsigmoid({x})",
    "leaky_relu": "F.leaky_relu({x}, 0.2)", "hard_sigmoid": "F.hardsigmoid({x})", "hard_silu": "F.hardswish({x})",
    "hard_swish": "F.hardswish({x})", "tanh": "torch.tanh({x})", "hard_tanh": "F.hardtanh({x})",
    "tanh_shrink": "F.tanhshrink({x})", "softplus": "F.softplus({x})", "softsign": "F.softsign({x})",
    "soft_shrink": "F.softshrink({x})", "hard_shrink": "F.hardshrink({x})", "exponential": "torch.exp({x})",
}  # fmt: skip
"""Activations that look at each number by itself."""
_OVER_LAST_AXIS = {
    "softmax": "{x}.softmax(-1)",
    "log_softmax": "{x}.log_softmax(-1)",
    "glu": "F.glu({x}, -1)",
}


def _activated(x: str, activation: Any, names: Mapping[str, str]) -> str | None:
    """An activation may be a layer with settings; those are brought along."""
    text = names.get(activation) if isinstance(activation, str) else None
    return None if text is None else text.replace("{x}", x)


def _dense(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    (spec,) = specs
    expression = _activated("{self}({0})", layer.activation, _EVERYWHERE | _OVER_LAST_AXIS)
    if spec.dtype != "float32" or expression is None:
        return None
    arguments = {"in_features": spec.features, "out_features": layer.units, "bias": layer.use_bias}
    return NativeCall(expression, Call("torch.nn.Linear", arguments))


def _embedding(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    (spec,) = specs
    arguments = {"num_embeddings": layer.input_dim, "embedding_dim": layer.output_dim}
    expression = "{self}({0})" if spec.dtype in ("int32", "int64") else "{self}({0}.long())"
    return NativeCall(expression, Call("torch.nn.Embedding", arguments), mask="{0} != 0")


def _masking(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    value = layer.mask_value
    return NativeCall(
        f"{{0}}.masked_fill(({{0}} == {value!r}).all(-1, keepdim=True), 0)",
        mask=f"({{0}} != {value!r}).any(-1)",
    )


def _activation(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    if specs[0].dtype != "float32":
        return None
    everywhere = _activated("{0}", layer.activation, _EVERYWHERE)
    expression = everywhere or _activated("{0}", layer.activation, _OVER_LAST_AXIS)
    return None if expression is None else NativeCall(expression, on_channels_first=everywhere)


def _relu(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    if specs[0].dtype != "float32" or layer.negative_slope or layer.threshold:
        return None
    if layer.max_value is not None and layer.max_value != 6:
        return None
    text = "F.relu({0})" if layer.max_value is None else "F.relu6({0})"
    return NativeCall(text, on_channels_first=text)


def _leaky_relu(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    text = f"F.leaky_relu({{0}}, {layer.negative_slope!r})"
    return NativeCall(text, on_channels_first=text) if specs[0].dtype == "float32" else None


def _softmax(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    is_plain = isinstance(layer.axis, int) and specs[0].dtype == "float32"
    return NativeCall(f"{{0}}.softmax({layer.axis})") if is_plain else None


def _dropout(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    if specs[0].dtype != "float32" or layer.noise_shape is not None:
        return None
    module = Call("torch.nn.Dropout", {}, (layer.rate,))
    return NativeCall(module=module, on_channels_first="{self}({0})")


def _flatten(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    if specs[0].rank < 2 or layer.data_format == "channels_first":
        return None
    return NativeCall("{0}.flatten(1)")


def _reshape(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    sizes = "".join(f", {size}" for size in layer.target_shape)
    return NativeCall(f"{{0}}.reshape(len({{0}}){sizes})")


def _permute(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    return NativeCall(f"{{0}}.permute(0, {', '.join(map(str, layer.dims))})")


def _repeat(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    return NativeCall(f"{{0}}.unsqueeze(1).expand(-1, {layer.n}, -1)")


def _recurrent(layer: Any, module: str, specs: list[TensorSpec], **further: Any) -> NativeCall | None:
    """One sequence in, from zeros; no dropout, no states out."""
    is_plain = not (
        layer.dropout or layer.recurrent_dropout or layer.return_state or layer.go_backwards or layer.stateful
    )
    if not is_plain or len(specs) != 1 or specs[0].dtype != "float32":
        return None
    arguments = {"input_size": specs[0].features, "hidden_size": layer.units, "bias": layer.use_bias}
    return NativeCall(
        "{self}({0})[0]" if layer.return_sequences else "{self}({0})[0][:, -1]",
        Call(module, {**arguments, "batch_first": True, **further}),
        weights={
            "kernel": ("weight_ih_l0", (1, 0)),
            "recurrent_kernel": ("weight_hh_l0", (1, 0)),
            "bias": ("bias_ih_l0", None),
        },
        zeros=("bias_hh_l0",) if layer.use_bias else (),
    )


def _lstm(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    is_plain = (layer.activation, layer.recurrent_activation) == ("tanh", "sigmoid")
    return _recurrent(layer, "torch.nn.LSTM", specs) if is_plain else None


def _simple_rnn(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    if layer.activation not in ("tanh", "relu"):
        return None
    return _recurrent(layer, "torch.nn.RNN", specs, nonlinearity=layer.activation)


def _convolution(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    (spec,) = specs
    is_first = layer.is_channels_first
    pads = _pads(layer, spec, layer.kernel_size, layer.dilation_rate, layer.strides)
    names = _EVERYWHERE if not is_first else _EVERYWHERE | _OVER_LAST_AXIS
    if pads is None or spec.dtype != "float32":
        return None
    symmetric = all(before == after for before, after in pads)
    given = "{0}" if symmetric else f"F.pad({{0}}, {_around(pads)})"
    expression = _activated(f"{{self}}({given})", layer.activation, names)
    if expression is None:
        return None
    count = len(layer.places)
    arguments = {
        "in_channels": spec.shape[1 if is_first else -1],
        "out_channels": layer.filters,
        "kernel_size": _short(layer.kernel_size),
        "stride": _short(layer.strides),
        "padding": _short(tuple(before for before, _ in pads)) if symmetric else 0,
        "dilation": _short(layer.dilation_rate),
        "groups": layer.groups,
        "bias": layer.use_bias,
    }
    return NativeCall(expression, Call(f"torch.nn.Conv{count}d", arguments), channels_first=not is_first)


def _pooling(kind: str) -> Callable[[Any, list[TensorSpec]], NativeCall | None]:
    def native(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
        (spec,) = specs
        count, strides = len(layer.places), layer.strides or layer.pool_size
        pads = _pads(layer, spec, layer.pool_size, (1,) * count, strides)
        if pads is None or spec.dtype != "float32":
            return None
        befores = tuple(before for before, _ in pads)
        fits = all(2 * before <= size for before, size in zip(befores, layer.pool_size, strict=True))
        symmetric = fits and all(before == after for before, after in pads)
        if not symmetric and kind == "avg":
            return None
        given = "{0}" if symmetric else f'F.pad({{0}}, {_around(pads)}, value=-float("inf"))'
        arguments = [given, str(_short(layer.pool_size))]
        if strides != layer.pool_size:
            arguments.append(str(_short(strides)))
        if symmetric and any(befores):
            arguments.append(f"padding={_short(befores)}")
            if kind == "avg":
                arguments.append("count_include_pad=False")
        expression = f"F.{kind}_pool{count}d({', '.join(arguments)})"
        return NativeCall(expression, channels_first=layer.data_format != "channels_first")

    return native


def _global(method: str) -> Callable[[Any, list[TensorSpec]], NativeCall | None]:
    def native(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
        (spec,) = specs
        if spec.dtype != "float32":
            return None
        first = _global_expression(method, range(2, spec.rank), layer.keepdims)
        if layer.data_format == "channels_first":
            return NativeCall(first)
        last = _global_expression(method, range(1, spec.rank - 1), layer.keepdims)
        return NativeCall(last, on_channels_first=first)

    return native


def _global_expression(method: str, places: range, keeps: bool) -> str:
    axes = str(places[0]) if len(places) == 1 else str(tuple(places))
    return f"{{0}}.{method}({axes}{', keepdim=True' if keeps else ''})"


def _layer_normalization(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    (spec,) = specs
    axes = (layer.axis,) if isinstance(layer.axis, int) else tuple(layer.axis)
    places = sorted({axis % spec.rank for axis in axes})
    is_last = places == list(range(spec.rank - len(places), spec.rank))
    if not is_last or not layer.scale or layer.rms_scaling or spec.dtype != "float32":
        return None
    shape = tuple(spec.shape[place] for place in places)
    further = {} if layer.center else {"bias": False}
    return NativeCall(module=Call("torch.nn.LayerNorm", {"eps": layer.epsilon, **further}, (_short(shape),)))


def _batch_normalization(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    """Keras' own, but on channels where torch has them: between convolutions nothing need be moved."""
    (spec,) = specs
    is_last = layer.axis in (-1, spec.rank - 1)
    if spec.rank not in (4, 5) or not is_last or layer.renorm or spec.dtype != "float32":
        return None
    call = layer.torch_call({"inputs": specs})
    return NativeCall(module=Call(call.target, {**call.arguments, "axis": 1}), channels_first=True)


def _merge(text: str, *, between: bool) -> Callable[[Any, list[TensorSpec]], NativeCall | None]:
    """Of two or more tensors: `{0} + {1} + {2}`, or one pair after the other."""

    def native(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
        if len(specs) < 2 or len({(spec.rank, spec.dtype) for spec in specs}) > 1:
            return None
        if specs[0].dtype != "float32":
            return None
        expression = "{0}"
        for place in range(1, len(specs)):
            expression = (
                f"{expression}{text}{{{place}}}" if between else f"torch.{text}({expression}, {{{place}}})"
            )
        if type(layer).__name__ == "Average":
            expression = f"({expression}) / {len(specs)}"
        return NativeCall(expression, on_channels_first=expression)

    return native


def _concatenate(layer: Any, specs: list[TensorSpec]) -> NativeCall | None:
    axis = layer.axis % specs[0].rank
    first = "torch.cat([{all}], 1)" if axis == specs[0].rank - 1 else None
    return NativeCall(f"torch.cat([{{all}}], {layer.axis})", on_channels_first=first)


def _short(sizes: tuple[Any, ...]) -> Any:
    """`(3, 3)` → `3`."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _around(pads: list[tuple[int, int]]) -> str:
    """As `F.pad` wants them: the last axis first."""
    return str(tuple(cells for pad in reversed(pads) for cells in pad))


def _pads(
    layer: Any, spec: TensorSpec, kernel: Any, dilation: Any, strides: Any
) -> list[tuple[int, int]] | None:
    """Cells before and after each place; None where they depend on a size that is not known."""
    if layer.padding == "valid":
        return [(0, 0)] * len(kernel)
    if layer.padding == "causal":
        return [((size - 1) * step, 0) for size, step in zip(kernel, dilation, strict=True)]
    first = 2 if layer.data_format == "channels_first" else 1
    pads = []
    for place, (size, gap, stride) in enumerate(zip(kernel, dilation, strides, strict=True), start=first):
        cells, window = spec.shape[place], (size - 1) * gap + 1
        if stride == 1:
            total = window - 1
        else:
            windows = conv_output(cells, size, stride, "same", gap)
            if cells is None or windows is None:
                return None
            total = max((windows - 1) * stride + window - cells, 0)
        pads.append((total // 2, total - total // 2))
    return pads


_NATIVE: Mapping[str, Callable[[Any, list[TensorSpec]], NativeCall | None]] = {
    "Dense": _dense, "Embedding": _embedding, "Masking": _masking, "Activation": _activation, "ReLU": _relu,
    "LeakyReLU": _leaky_relu, "Softmax": _softmax, "Dropout": _dropout, "Flatten": _flatten, "Reshape": _reshape,
    "Permute": _permute, "RepeatVector": _repeat, "LSTM": _lstm, "SimpleRNN": _simple_rnn, "Conv1D": _convolution,
    "Conv2D": _convolution, "Conv3D": _convolution, "MaxPooling1D": _pooling("max"), "MaxPooling2D": _pooling("max"),
    "MaxPooling3D": _pooling("max"), "AveragePooling1D": _pooling("avg"), "AveragePooling2D": _pooling("avg"),
    "AveragePooling3D": _pooling("avg"), "GlobalAveragePooling1D": _global("mean"),
    "GlobalAveragePooling2D": _global("mean"), "GlobalAveragePooling3D": _global("mean"),
    "GlobalMaxPooling1D": _global("amax"), "GlobalMaxPooling2D": _global("amax"), "GlobalMaxPooling3D": _global("amax"),
    "LayerNormalization": _layer_normalization, "BatchNormalization": _batch_normalization,
    "Add": _merge(" + ", between=True), "Subtract": _merge(" - ", between=True),
    "Multiply": _merge(" * ", between=True), "Average": _merge(" + ", between=True),
    "Maximum": _merge("maximum", between=False), "Minimum": _merge("minimum", between=False),
    "Concatenate": _concatenate,
}  # fmt: skip
"""By layer type. Any: each function takes its own."""
