"""Calls of `keras.ops` of every kind, one operation each, with the inputs that they are called on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.reference import keras

ops = keras.ops
Call = Callable[..., Any]  # Any: tensors of Keras, symbolic or not


@dataclass(frozen=True)
class Case:
    name: str
    call: Call
    inputs: tuple[tuple[tuple[int, ...], str], ...]
    domain: str = "any"
    """Where the numbers lie: any, `positive`, `unit` (within -1 and 1), `above_one`."""
    is_smooth: bool = True
    """Whether gradients are compared."""


X = ((4, 6), "float32")
I = ((4,), "int32")  # noqa: E741 an index
B = ((4, 6), "bool")
N = ((4, 6), "int32")


def case(name: str, call: Call, *inputs: Any, domain: str = "any", smooth: bool = True) -> Case:
    return Case(name, call, inputs or (X,), domain, smooth)


def _function(name: str) -> Call:
    return lambda *xs: getattr(ops, name)(*xs)


def each(x: Any, numbers: list[int]) -> Any:
    """Keras saves lists, and JAX computes with arrays."""
    return numbers if isinstance(x, keras.KerasTensor) else np.array(numbers)


_UNARY = {
    "any": "abs absolute negative square cbrt exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh sinc "
    "i0 erf erfc fabs deg2rad rad2deg copy conj conjugate real imag stop_gradient reciprocal relu relu6 sigmoid "
    "silu softplus softsign selu log_sigmoid hard_sigmoid hard_silu hard_tanh tanh_shrink sparse_plus "
    "sparse_sigmoid leaky_relu elu celu gelu squareplus soft_shrink hard_shrink softmax log_softmax glu",
    "positive": "sqrt rsqrt log log2 log10 log1p",
    "unit": "arcsin arccos arctanh erfinv",
    "above_one": "arccosh",
}
_STEPS = "sign floor ceil trunc round isnan isinf isfinite isposinf isneginf isreal signbit logical_not angle"
_WHOLE_TOO = (
    "abs negative square exp sqrt log1p sin tanh floor ceil trunc sign isnan logical_not bitwise_not "
    "bitwise_invert relu copy"
)

_BINARY = (
    "add subtract multiply divide true_divide divide_no_nan maximum minimum fmax fmin arctan2 hypot logaddexp "
    "logaddexp2"
)
_BINARY_STEPS = "floor_divide mod fmod heaviside nextafter"
_LOGICAL = "logical_and logical_or logical_xor equal not_equal greater greater_equal less less_equal"
_WHOLE = "gcd lcm bitwise_and bitwise_or bitwise_xor"
_REDUCTIONS = (
    "mean sum max min amax amin prod std var logsumexp median ptp nanmean nansum nanmax nanmin nanprod nanstd "
    "nanvar nanmedian"
)
_POSITIONS = "argmax argmin nanargmax nanargmin"


def _cases() -> list[Case]:
    found = [
        case(name, _function(name), domain=domain)
        for domain, names in _UNARY.items()
        for name in names.split()
    ]
    found += [case(name, _function(name), smooth=False) for name in _STEPS.split()]
    found += [case(f"{name}-int", _function(name), N, smooth=False) for name in _WHOLE_TOO.split()]
    found += [
        case(f"{name}-bool", _function(name), B, smooth=False)
        for name in ("square", "exp", "logical_not", "bitwise_not", "abs")
    ]
    narrow = ((1, 6), "float32")
    for name in _BINARY.split():
        found += [case(name, _function(name), X, X), case(f"{name}-stretched", _function(name), X, narrow)]
    found += [case(name, _function(name), X, X, smooth=False) for name in _BINARY_STEPS.split()]
    found += [case(name, _function(name), X, X, smooth=False) for name in _LOGICAL.split()]
    found += [
        case(f"{name}-int", _function(name), N, N, smooth=False)
        for name in (*_LOGICAL.split(), *_WHOLE.split())
    ]
    found += [
        case(f"{name}-mixed", _function(name), N, X, smooth=False)
        for name in ("add", "divide", "maximum", "less")
    ]
    found += [
        case(f"{name}-bool", _function(name), B, N, smooth=False) for name in ("add", "multiply", "maximum")
    ]
    found += [case("power", _function("power"), X, X, domain="positive")]
    found += [
        case(f"{name}-shift", _function(name), N, N, smooth=False)
        for name in ("left_shift", "bitwise_right_shift")
    ]
    for name in _REDUCTIONS.split():
        call = getattr(ops, name)
        found += [
            case(f"{name}-axis", lambda x, call=call: call(x, axis=1)),
            case(f"{name}-axes", lambda x, call=call: call(x, axis=(1, 2), keepdims=True)),
            case(f"{name}-all", lambda x, call=call: call(x)),
            case(f"{name}-batch", lambda x, call=call: call(x, axis=0)),
        ]
    for name in ("mean", "sum", "max", "prod", "std", "median"):
        found.append(case(f"{name}-int", lambda x, name=name: getattr(ops, name)(x, axis=1), N, smooth=False))
    for name in ("mean", "sum", "max", "any", "all", "count_nonzero"):
        found.append(
            case(f"{name}-bool", lambda x, name=name: getattr(ops, name)(x, axis=1), B, smooth=False)
        )
    for name in _POSITIONS.split():
        call = getattr(ops, name)
        found += [
            case(f"{name}-axis", lambda x, call=call: call(x, axis=-1), smooth=False),
            case(f"{name}-all", lambda x, call=call: call(x, keepdims=True), smooth=False),
        ]
    return found


_SETTINGS = [
    case("x+1", lambda x: x + 1),
    case("1-x", lambda x: 1 - x),
    case("2/x", lambda x: 2.0 / x),
    case("x**2", lambda x: x**2),
    case("2**x", lambda x: 2**x),
    case("x//2", lambda x: x // 2, smooth=False),
    case("x%3", lambda x: x % 3, smooth=False),
    case("int*2", lambda x: x * 2, N, smooth=False),
    case("int*2.5", lambda x: x * 2.5, N, smooth=False),
    case("bool+2", lambda x: x + 2, B, smooth=False),
    case("x*True", lambda x: x * True),
    case("x+array", lambda x: x + np.arange(6, dtype="float32")),
    case("array-x", lambda x: ops.subtract(np.ones((4, 1), "float32"), x)),
    case("x*tensor", lambda x: x * ops.convert_to_tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
    case("maximum-number", lambda x: ops.maximum(x, 0.25)),
    case("arctan2-number", lambda x: ops.arctan2(1.0, x)),
    case("x+inf-array", lambda x: ops.minimum(x, np.array([math.inf, -math.inf, 0, 1, 2, 3], "float32"))),
    case("x>0", lambda x: x > 0, smooth=False),
    case("x==int", lambda x: ops.equal(x, 2), N, smooth=False),
    case("~b", lambda x: ~x, B, smooth=False),
    case("isclose", lambda x, y: ops.isclose(x, y, rtol=0.5, atol=0.1), X, X, smooth=False),
    case("where", lambda c, x, y: ops.where(c, x, y), B, X, X, smooth=False),
    case("where-number", lambda c, x: ops.where(c, x, 0.0), B, X, smooth=False),
    case("where-infinity", lambda c, x: ops.where(c, x, -math.inf), B, X, smooth=False),
    case("where-numbers", lambda c: ops.where(c, 1.0, 0), B, smooth=False),
    case("clip", lambda x: ops.clip(x, -0.5, 0.5)),
    case("clip-int", lambda x: ops.clip(x, 1, 3), N, smooth=False),
    case("clip-bool", lambda x: ops.clip(x, 0, 1), B, smooth=False),
    case("round-1", lambda x: ops.round(x, 1), smooth=False),
    case("nan_to_num", lambda x: ops.nan_to_num(x, nan=1.0, posinf=2.0, neginf=-2.0)),
    case("leaky_relu-0.3", lambda x: ops.leaky_relu(x, 0.3)),
    case("elu-2", lambda x: ops.elu(x, 2.0)),
    case("celu-2", lambda x: ops.celu(x, 2.0)),
    case("gelu-exact", lambda x: ops.gelu(x, approximate=False)),
    case("squareplus-2", lambda x: ops.squareplus(x, 2)),
    case("soft_shrink-0.1", lambda x: ops.soft_shrink(x, 0.1)),
    case("threshold", lambda x: ops.threshold(x, 0.2, -1.0)),
    case("softmax-axis", lambda x: ops.softmax(x, axis=1)),
    case("softmax-axes", lambda x: ops.softmax(x, axis=(1, 2))),
    case("log_softmax-axis", lambda x: ops.log_softmax(x, axis=1)),
    case("glu-axis", lambda x: ops.glu(x, axis=1)),
    case("activations-relu", lambda x: keras.activations.relu(x)),
    case("activations-relu-set", lambda x: keras.activations.relu(x, 0.1, 1.0, 0.2)),
    case("activations-gelu", lambda x: keras.activations.gelu(x)),
    case("max-initial", lambda x: ops.max(x, axis=1, initial=0.1)),
    case("prod-dtype", lambda x: ops.prod(x, axis=1, dtype="float32")),
    case("average", lambda x: ops.average(x, axis=1)),
    case("average-list", lambda x: ops.average(x, axis=1, weights=np.array([1, 2, 3, 4], "float32"))),
    case("average-tensor", lambda x, w: ops.average(x, axis=2, weights=w), X, X, domain="positive"),
    case("average-all", lambda x: ops.average(x)),
    case("norm-axis", lambda x: ops.norm(x, axis=-1)),
    case("norm-1", lambda x: ops.norm(x, ord=1, axis=1, keepdims=True)),
    case("norm-inf", lambda x: ops.norm(x, ord=math.inf, axis=-1)),
    case("norm-fro", lambda x: ops.norm(x, ord="fro", axis=(1, 2))),
    case("norm-all", lambda x: ops.norm(x)),
    case("cumsum", lambda x: ops.cumsum(x, axis=1)),
    case("cumsum-all", lambda x: ops.cumsum(x)),
    case("cumsum-bool", lambda x: ops.cumsum(x, axis=1), B, smooth=False),
    case("cumprod", lambda x: ops.cumprod(x, axis=-1)),
    case("nancumsum", lambda x: ops.nancumsum(x, axis=-1)),
    case("nancumprod", lambda x: ops.nancumprod(x, axis=-1)),
    case("moments", lambda x: ops.moments(x, axes=1)),
    case("moments-kept", lambda x: ops.moments(x, axes=(1, 2), keepdims=True)),
    case("matmul", lambda x, y: ops.matmul(x, y), ((4, 6), "float32"), ((6, 3), "float32")),
    case("matmul-array", lambda x: ops.matmul(x, np.ones((6, 2), "float32"))),
    case("matmul-vector", lambda x: ops.matmul(x, np.ones((6,), "float32"))),
    case("matmul-front", lambda x, y: x @ y, ((2, 4, 6), "float32"), ((1, 6, 3), "float32")),
    case("matmul-int", lambda x, y: x @ y, ((4, 6), "int32"), ((6, 3), "int32"), smooth=False),
    case("dot", lambda x: ops.dot(x, np.ones((6, 2), "float32"))),
    case("dot-pairs", lambda x, y: ops.dot(x, y), ((4, 6), "float32"), ((6, 3), "float32")),
    case("vdot", lambda x, y: ops.vdot(x, y), X, X),
    case("inner", lambda x, y: ops.inner(x, y), X, X),
    case("outer", lambda x, y: ops.outer(x, y), X, X),
    case("tensordot", lambda x, y: ops.tensordot(x, y, axes=[[2], [1]]), X, ((6, 2), "float32")),
    case("tensordot-array", lambda x: ops.tensordot(x, np.ones((4, 6, 2), "float32"), axes=2)),
    case("einsum", lambda x, y: ops.einsum("bij,bkj->bik", x, y), X, ((3, 6), "float32")),
    case("einsum-one", lambda x: ops.einsum("b...i->bi...", x)),
    case("einsum-implicit", lambda x, y: ops.einsum("bij,bjk", x, y), X, ((6, 2), "float32")),
    case("einsum-spread", lambda x, y: ops.einsum("...i,...i->...", x, y), X, X),
    case("x[:,0]", lambda x: x[:, 0]),
    case("x[:,1:3,::2]", lambda x: x[:, 1:3, ::2]),
    case("x[...,None]", lambda x: x[..., None]),
    case("x[:,-1:]", lambda x: x[:, -1:]),
    case("x[0]", lambda x: x[0]),
    case("x[:,None,...,1]", lambda x: x[:, None, ..., 1]),
    case("x[:,::-1]", lambda x: x[:, ::-1]),
    case("x[:,4:0:-2]", lambda x: x[:, :, 4:0:-2]),
    case("x[...,-2]", lambda x: x[..., -2]),
    case("slice", lambda x: ops.slice(x, [0, 1, 2], [1, 2, 3])),
    case("slice-rest", lambda x: ops.slice(x, (1, 2, 3), (2, -1, -1))),
    case("transpose", lambda x: ops.transpose(x, (0, 2, 1))),
    case("transpose-all", lambda x: ops.transpose(x)),
    case("swapaxes", lambda x: ops.swapaxes(x, 1, -1)),
    case("moveaxis", lambda x: ops.moveaxis(x, -1, 1), ((4, 5, 6), "float32")),
    case("moveaxis-two", lambda x: ops.moveaxis(x, (1, 2), (-1, 1)), ((4, 5, 6), "float32")),
    case("reshape", lambda x: ops.reshape(x, (-1, 3, 8))),
    case("reshape-shape", lambda x: ops.reshape(x, (ops.shape(x)[0], 24))),
    case("expand_dims", lambda x: ops.expand_dims(x, 1)),
    case("expand_dims-two", lambda x: ops.expand_dims(x, (1, -1))),
    case("squeeze", lambda x: ops.squeeze(x, 1), ((1, 6), "float32")),
    case("squeeze-all", lambda x: ops.squeeze(x), ((1, 6, 1), "float32")),
    case("ravel", lambda x: ops.ravel(x)),
    case("concatenate", lambda x, y: ops.concatenate([x, y], axis=-1), X, X),
    case("concatenate-batch", lambda x, y: ops.concatenate([x, y], axis=0), X, X),
    case("concatenate-mixed", lambda x, y: ops.concatenate([x, y], axis=1), X, N, smooth=False),
    case("stack", lambda x, y: ops.stack([x, y], axis=1), X, X),
    case("stack-last", lambda x, y: ops.stack([x, y, x], axis=-1), X, X),
    case("hstack", lambda x, y: ops.hstack([x, y]), X, X),
    case("vstack", lambda x, y: ops.vstack([x, y]), X, X),
    case("dstack", lambda x, y: ops.dstack([x, y]), X, X),
    case("append", lambda x, y: ops.append(x, y, axis=1), X, X),
    case("append-all", lambda x, y: ops.append(x, y), X, X),
    case("split", lambda x: ops.split(x, 2, axis=1)),
    case("split-at", lambda x: ops.split(x, [1, 3], axis=1)),
    case("array_split", lambda x: ops.array_split(x, 4, axis=2)),
    case("hsplit", lambda x: ops.hsplit(x, 2)),
    case("dsplit", lambda x: ops.dsplit(x, [2])),
    case("unstack", lambda x: ops.unstack(x, axis=1)),
    case("unstack-num", lambda x: ops.unstack(x, 6, axis=-1)),
    case("pad", lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 1]])),
    case("pad-one", lambda x: ops.pad(x, 1, constant_values=2.0)),
    case("pad-reflect", lambda x: ops.pad(x, [[0, 0], [2, 1], [3, 0]], mode="reflect")),
    case("pad-symmetric", lambda x: ops.pad(x, [[0, 0], [2, 1], [3, 0]], mode="symmetric")),
    case("pad-edge", lambda x: ops.pad(x, [[0, 0], [2, 1], [3, 0]], mode="edge"), smooth=True),
    case("pad-wrap", lambda x: ops.pad(x, [[0, 0], [2, 1], [3, 0]], mode="wrap")),
    case("repeat", lambda x: ops.repeat(x, 2, axis=1)),
    case("repeat-each", lambda x: ops.repeat(x, each(x, [1, 2, 1, 3]), axis=1)),
    case("repeat-all", lambda x: ops.repeat(x, 2)),
    case("tile", lambda x: ops.tile(x, [1, 2, 3])),
    case("tile-more", lambda x: ops.tile(x, (2, 1, 1, 1))),
    case("broadcast_to", lambda x: ops.broadcast_to(x, (2, 3, 4, 6))),
    case("flip", lambda x: ops.flip(x, axis=1)),
    case("flip-all", lambda x: ops.flip(x)),
    case("fliplr", lambda x: ops.fliplr(x)),
    case("flipud", lambda x: ops.flipud(x)),
    case("roll", lambda x: ops.roll(x, 2, axis=1)),
    case("roll-two", lambda x: ops.roll(x, (1, -1), axis=(1, 2))),
    case("roll-all", lambda x: ops.roll(x, 3)),
    case("rot90", lambda x: ops.rot90(x, axes=(1, 2))),
    case("rot90-back", lambda x: ops.rot90(x, k=-1, axes=(1, 2))),
    case("tril", lambda x: ops.tril(x)),
    case("triu", lambda x: ops.triu(x, k=1)),
    case("diagonal", lambda x: ops.diagonal(x, offset=1, axis1=1, axis2=2)),
    case("trace", lambda x: ops.trace(x, axis1=1, axis2=2)),
    case("cast-int", lambda x: ops.cast(x, "int32"), smooth=False),
    case("cast-float", lambda x: ops.cast(x, "float32"), N, smooth=False),
    case("cast-bool", lambda x: ops.cast(x, "bool"), N, smooth=False),
    case("cast-float16", lambda x: ops.cast(x, "float16")),
    case("saturate_cast", lambda x: ops.saturate_cast(x, "uint8"), smooth=False),
    case("convert_to_tensor", lambda x: ops.convert_to_tensor(x)),
    case("array", lambda x: ops.array(x, dtype="float32")),
    case("one_hot", lambda x: ops.one_hot(x, 5), I, smooth=False),
    case("one_hot-axis", lambda x: ops.one_hot(x, 5, axis=1, dtype="int32"), I, smooth=False),
    case("multi_hot", lambda x: ops.multi_hot(x, 5), I, smooth=False),
    case("take-list", lambda x: ops.take(x, [0, 2, -1], axis=1)),
    case("take-number", lambda x: ops.take(x, 1, axis=-1)),
    case("take-tensor", lambda x, i: ops.take(x, i, axis=2), X, I),
    case("take-all", lambda x, i: ops.take(x, i), X, I),
    case("take_along_axis", lambda x, i: ops.take_along_axis(x, i, axis=2), X, ((4, 2), "int32")),
    case("take_along_axis-stretched", lambda x, i: ops.take_along_axis(x, i, axis=2), X, ((1, 3), "int32")),
    case("zeros_like", lambda x: ops.zeros_like(x), smooth=False),
    case("ones_like", lambda x: ops.ones_like(x, dtype="int32"), smooth=False),
    case("full_like", lambda x: ops.full_like(x, 3), smooth=False),
    case("normalize", lambda x: ops.normalize(x)),
    case("normalize-1", lambda x: ops.normalize(x, axis=1, order=1)),
    case("normalize-3", lambda x: ops.normalize(x, order=3)),
    case("layer_normalization", lambda x: ops.layer_normalization(x)),
    case("layer_normalization-axes", lambda x: ops.layer_normalization(x, axis=(1, 2), epsilon=0.01)),
    case("rms_normalization", lambda x: ops.rms_normalization(x, epsilon=0.01)),
    case("top_k-ties", lambda x: ops.top_k(x, 4), N, smooth=False),
    case("top_k", lambda x: ops.top_k(x, 2)),
    case("sort", lambda x: ops.sort(x, axis=1)),
    case("argsort", lambda x: ops.argsort(x), smooth=False),
    case("argsort-int", lambda x: ops.argsort(x, axis=1), N, smooth=False),
]

Q = ((5, 2, 4), "float32")
M = ((3, 3), "float32")


_FURTHER = [
    case("diff", lambda x: ops.diff(x, n=2, axis=1)),
    case("select", lambda a, b, x, y: ops.select([a, b], [x, y], -1.0), B, B, X, X),
    case("max_pool", lambda x: ops.max_pool(x, 2, strides=2), ((8, 7, 3), "float32")),
    case(
        "max_pool-same", lambda x: ops.max_pool(x, (3, 2), strides=2, padding="same"), ((8, 7, 3), "float32")
    ),
    case("average_pool", lambda x: ops.average_pool(x, 3, strides=1, padding="same")),
    case("attention", lambda q, k, v: ops.dot_product_attention(q, k, v), Q, Q, Q),
    case("attention-causal", lambda q: ops.dot_product_attention(q, q, q, is_causal=True, scale=0.3), Q),
    case(
        "attention-mask",
        lambda q, k, m, b: ops.dot_product_attention(q, k, k, bias=b, mask=m),
        Q,
        ((6, 2, 4), "float32"),
        ((1, 5, 6), "bool"),
        ((2, 5, 6), "float32"),
    ),
    case("inv", lambda x: ops.inv(x), M, domain="matrix"),
    case("det", lambda x: ops.det(x), M, domain="matrix"),
    case("pinv", lambda x: ops.pinv(x), M, domain="matrix"),
    case("logdet", lambda x: ops.logdet(x), M, domain="matrix"),
    case("cholesky", lambda x: ops.cholesky(x), M, domain="matrix", smooth=False),
    case("cholesky-upper", lambda x: ops.cholesky(x, upper=True), M, domain="matrix", smooth=False),
]

_BY_CLASS = [
    case("Abs", lambda x: keras.src.ops.numpy.Abs()(x)),
    case("Conj", lambda x: keras.src.ops.numpy.Conj()(x)),
    case("BitwiseNot", lambda x: keras.src.ops.numpy.BitwiseNot()(x), N, smooth=False),
    case("BitwiseInvert", lambda x: keras.src.ops.numpy.BitwiseInvert()(x), N, smooth=False),
    case("BitwiseLeftShift", lambda x, y: keras.src.ops.numpy.BitwiseLeftShift()(x, y), N, N, smooth=False),
    case("LeftShift", lambda x, y: keras.src.ops.numpy.LeftShift()(x, y), N, N, smooth=False),
    case("RightShift", lambda x, y: keras.src.ops.numpy.RightShift()(x, y), N, N, smooth=False),
    case("TrueDivide", lambda x, y: keras.src.ops.numpy.TrueDivide()(x, y), X, X),
    case("ldexp", lambda x, y: ops.ldexp(x, y), X, N),
    case("isin", lambda x: ops.isin(x, np.array([1, 3], "int32")), N, smooth=False),
    case("isin-not", lambda x, y: ops.isin(x, y, invert=True), N, I, smooth=False),
    case("allclose", lambda x, y: ops.allclose(x, y, rtol=10.0), X, X, smooth=False),
    case("vsplit", lambda x: ops.vsplit(x, [1])),
]
"""Classes that another function of theirs records, or none."""

CASES = [*_FURTHER, *_BY_CLASS, *_cases(), *_SETTINGS]
