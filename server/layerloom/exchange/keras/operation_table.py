"""Every operation of `keras.ops`: which layer type and function of ours it is, or why there is none.

Data only; `operations` reads and writes with it, and the documentation lists it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

OPS = "keras.src.ops."


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the call, by Keras' name.

    `port`: it is a tensor at this port of ours or, where the layer type has the field `literal`, a number in
    it. `kind`: `one` value, a `list` of tensors, tensors `spread` over all positional arguments, or the `item`
    of that number of a variadic port.
    """

    name: str
    port: str | None = None
    literal: str | None = None
    kind: str = "one"
    item: int = 0
    is_keyword: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One class of Keras and what it is here."""

    module: str
    class_name: str
    type: str
    function: str | None
    config: tuple[str, ...]
    arguments: tuple[Argument, ...]
    fixed: Mapping[str, object] = field(default_factory=dict)
    """Arguments of the call that Keras writes with these values only."""

    @property
    def keras_function(self) -> str:
        """The function below `keras.ops`."""
        return self.function or snake(self.class_name)


_EXCEPTIONS = {
    "IsIn": "isin",
    "AllClose": "allclose",
    "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization",
}


def snake(name: str) -> str:
    """`CountNonzero` → `count_nonzero`, as Keras names its operations."""
    if name in _EXCEPTIONS:
        return _EXCEPTIONS[name]
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _argument(text: str) -> Argument:
    """`x` a tensor, `x2?` or a number, `weights?weights_values` with another field, `key=` a value of the
    config, `y>x2` another name for the port, `[xs]` a list, `*operands` spread, `x1>xs.0` one of a list; `!` by
    keyword."""
    is_keyword = text.endswith("!")
    text = text.rstrip("!")
    if text.startswith("["):
        return Argument(text[1:-1], port=text[1:-1], kind="list", is_keyword=is_keyword)
    if text.startswith("*"):
        return Argument(text[1:], port=text[1:], kind="spread")
    if text.endswith("="):
        return Argument(text[:-1], literal=text[:-1], is_keyword=is_keyword)
    text, mark, literal = text.partition("?")
    name, _, port = text.partition(">")
    port, dot, item = (port or name).partition(".")
    kept = (literal or port) if mark else None
    return Argument(name, port, kept, "item" if dot else "one", int(item or 0), is_keyword)


def _entries(
    module: str, type_name: str, classes: str, call: str = "x", config: str = "", *, single: bool = False
) -> list[Entry]:
    """Rows for classes that are called alike; each class may add settings: `Clip(x_min,x_max)`."""
    found = []
    for text in re.findall(r"\w+(?:\([^)]*\))?", classes):
        name, _, own = text.rstrip(")").partition("(")
        keys = tuple(key for key in (*own.split(","), *config.split()) if key)
        path = OPS + module if "." not in module else module
        function = None if single else snake(name)
        found.append(Entry(path, name, type_name, function, keys, tuple(map(_argument, call.split()))))
    return found


_ENTRIES: list[Entry] = [
    *_entries(
        "numpy",
        "Elementwise",
        "Abs Absolute Negative Sign Square Sqrt Cbrt Reciprocal Exp Exp2 Expm1 Log Log2 Log10 Log1p Sin Cos Tan "
        "Arcsin Arccos Arctan Sinh Cosh Tanh Arcsinh Arccosh Arctanh Sinc I0 Floor Ceil Trunc Fabs Deg2rad "
        "Rad2deg LogicalNot Isnan Isinf Isfinite Isposinf Isneginf Isreal Signbit BitwiseNot BitwiseInvert Copy "
        "Conj Conjugate Real Imag Angle",
    ),
    *_entries("math", "Elementwise", "Rsqrt Erf Erfc Erfinv"),
    *_entries("core", "Elementwise", "StopGradient", "variable>x"),
    *_entries("numpy", "Limiting", "Clip(x_min,x_max) Round(decimals) NanToNum(nan,posinf,neginf)"),
    *_entries(
        "nn",
        "Nonlinearity",
        "Relu Relu6 Sigmoid Silu Softplus Softsign Selu LogSigmoid HardSigmoid HardSilu HardTanh TanhShrink "
        "SparsePlus SparseSigmoid LeakyRelu(negative_slope) Elu(alpha) Celu(alpha) Gelu(approximate) "
        "Squareplus(b) SoftShrink(threshold) HardShrink(threshold) Threshold(threshold,default_value) "
        "Softmax(axis) LogSoftmax(axis) Sparsemax(axis) Glu(axis)",
    ),
    *_entries(
        "keras.src.activations.activations", "Nonlinearity", "ReLU(negative_slope,max_value,threshold)"
    ),
    *_entries(
        "numpy",
        "Arithmetic",
        "Add Subtract Multiply Divide TrueDivide DivideNoNan FloorDivide Mod Fmod Power Maximum Minimum Fmax Fmin "
        "Arctan2 Hypot Heaviside Logaddexp Logaddexp2 Nextafter Ldexp Gcd Lcm LogicalAnd LogicalOr LogicalXor",
        "x1? x2?",
    ),
    *_entries(
        "numpy",
        "Arithmetic",
        "BitwiseAnd BitwiseOr BitwiseXor BitwiseLeftShift LeftShift BitwiseRightShift RightShift",
        "x>x1? y>x2?",
    ),
    *_entries("numpy", "Comparison", "Equal NotEqual Greater GreaterEqual Less LessEqual", "x1? x2?"),
    *_entries("numpy", "Comparison", "Isclose(equal_nan)", "x1? x2? rtol= atol="),
    *_entries("numpy", "Comparison", "AllClose(rtol,atol,equal_nan) IsIn(assume_unique,invert)", "x1? x2?"),
    *_entries("numpy", "Where", "Where", "condition x1? x2?", single=True),
    *_entries(
        "numpy",
        "Reduction",
        "Mean Sum Amax Amin Std Var Any All Argmax Argmin Median Ptp Nanmean Nansum Nanmax Nanmin Nanprod Nanstd "
        "Nanvar Nanmedian Nanargmax Nanargmin Max(initial) Min(initial) Prod(dtype)",
        config="axis keepdims",
    ),
    *_entries("numpy", "Reduction", "CountNonzero(axis)"),
    *_entries("math", "Reduction", "Logsumexp(axis,keepdims)"),
    *_entries("numpy", "WeightedAverage", "Average(axis)", "x weights?weights_values!", single=True),
    *_entries("linalg", "Norm", "Norm(ord,axis,keepdims)", single=True),
    *_entries("numpy", "Cumulative", "Cumsum Cumprod Nancumsum Nancumprod", config="axis dtype"),
    *_entries("nn", "Moments", "Moments(axes,keepdims,synchronized)", single=True),
    *_entries("numpy", "Matmul", "Matmul Dot Vdot Inner Outer Tensordot(axes)", "x1? x2?"),
    *_entries("numpy", "Einsum", "Einsum(subscripts)", "*operands", single=True),
    *_entries("numpy", "Slicing", "GetItem", "x key="),
    *_entries("core", "Slicing", "Slice(shape)", "inputs>x start_indices="),
    *_entries("numpy", "Transposition", "Transpose(axes) Swapaxes(axis1,axis2) Moveaxis(source,destination)"),
    *_entries("numpy", "Reshaping", "Reshape(newshape) ExpandDims(axis) Squeeze(axis) Ravel"),
    *_entries("numpy", "Stacking", "Concatenate(axis) Hstack Vstack Dstack", "[xs]"),
    Entry(OPS + "numpy", "Stack", "Stacking", "stack", ("axis",), (Argument("x", "xs", kind="list"),)),
    *_entries("numpy", "Stacking", "Append(axis)", "x1>xs.0 x2>xs.1"),
    *_entries("numpy", "Splitting", "Split ArraySplit", config="indices_or_sections axis"),
    *_entries("numpy", "Splitting", "Hsplit Vsplit Dsplit", config="indices_or_sections"),
    *_entries("core", "Splitting", "Unstack(num,axis)"),
    *_entries("numpy", "Padding", "Pad(pad_width,mode)", "x constant_values=!", single=True),
    *_entries("numpy", "Tiling", "Repeat(repeats,axis) Tile(repeats) BroadcastTo(shape)"),
    *_entries("numpy", "Flipping", "Flip(axis) Fliplr Flipud Roll(shift,axis)"),
    *_entries("numpy", "Flipping", "Rot90(k,axes)", "array>x"),
    *_entries("numpy", "Triangle", "Tril(k) Triu(k)"),
    *_entries("numpy", "Triangle", "Diagonal Trace", config="offset axis1 axis2"),
    *_entries("core", "Casting", "Cast SaturateCast", config="dtype"),
    *_entries("core", "Casting", "ConvertToTensor(dtype,sparse,ragged)"),
    *_entries("numpy", "Casting", "Array(dtype)"),
    *_entries("nn", "OneHot", "OneHot(num_classes,axis,dtype,sparse)"),
    *_entries("nn", "OneHot", "MultiHot(num_classes,axis,dtype,sparse)", "inputs>x"),
    *_entries("numpy", "Gathering", "Take TakeAlongAxis", "x indices?", "axis"),
    *_entries("numpy", "Likeness", "ZerosLike OnesLike", config="dtype"),
    *_entries("numpy", "Likeness", "FullLike", "x fill_value?", "dtype"),
    *_entries("nn", "Normalizing", "Normalize(axis,order,epsilon)"),
    *_entries("nn", "Normalizing", "LayerNorm(axis,epsilon,rms_scaling)", "x gamma>scale beta>offset"),
    *_entries("nn", "Normalizing", "RMSNorm(axis,epsilon)", "x scale!"),
    *_entries("math", "TopK", "TopK(k,sorted)", single=True),
    *_entries("numpy", "Sorting", "Sort Argsort", config="axis"),
    *_entries("numpy", "Differences", "Diff(n,axis)", "a", single=True),
    *_entries("numpy", "Selection", "Select", "[condlist] [choicelist] default=", single=True),
    *_entries("nn", "Pooling", "MaxPool AveragePool", "inputs", "pool_size strides padding data_format"),
    *_entries(
        "nn",
        "ScaledDotProduct",
        "DotProductAttention(is_causal,flash_attention,attn_logits_soft_cap)",
        "query key value bias! mask! scale=!",
        single=True,
    ),
    *_entries("linalg", "LinearAlgebra", "Cholesky(upper) Det Inv Pinv(rcond)"),
    *_entries("math", "LinearAlgebra", "Logdet"),
]

TABLE: Mapping[tuple[str, str], Entry] = {(entry.module, entry.class_name): entry for entry in _ENTRIES}
"""What is supported, by Keras' module and class."""

BY_FUNCTION: Mapping[tuple[str, str | None], Entry] = {
    (entry.type, entry.function): entry for entry in reversed(_ENTRIES)
}
"""The same by our layer type and function."""

MODULE_OF: Mapping[str, str] = {entry.class_name: entry.module for entry in reversed(_ENTRIES)}
"""Keras' module by class: old `.h5` files name the class alone (Keras itself can't load an operation from one)."""

_COMPLEX = "it computes with complex numbers, and tensors here are real"
_FUNCTIONS = "it runs a Python function, and nothing in a file is ever executed"
_SIZES = "the size of its result depends on the numbers, so no shape could be told beforehand"
_CONSTANTS = "it makes numbers out of settings, not out of a tensor"
_LOSSES = "losses belong to the training of an output, not into the graph"
_DECOMPOSITIONS = "decompositions and equations of matrices are not offered"
_ADAPTIVE = "Keras itself can't load it from a file; the adaptive pooling layers do the same"
_IMAGES = "operations on images are not offered; Resizing, Cropping2D and ZeroPadding2D are layers"
_RARE = "it is too rare in models to be offered"

REASONS: Mapping[str, str] = {
    name: reason
    for reason, names in {
        _COMPLEX: "FFT FFT2 IFFT2 RFFT IRFFT STFT ISTFT ViewAsComplex ViewAsReal Polar",
        _FUNCTIONS: "Map Scan AssociativeScan Switch WhileLoop ForiLoop Cond VectorizedMap JVP",
        _SIZES: "Nonzero Unique Bincount Histogram",
        _CONSTANTS: "Arange Full Linspace Geomspace Logspace Size Ndim EmptyLike",
        _LOSSES: "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy CTCLoss CTCDecode PSNR",
        _DECOMPOSITIONS: "CholeskyInverse Eig Eigh LuFactor Qr Solve SolveTriangular SVD Lstsq "
        "MatrixRank Slogdet",
        _IMAGES: "RGBToGrayscale RGBToHSV HSVToRGB Resize AffineTransform ExtractPatches MapCoordinates PadImages "
        "CropImages PerspectiveTransform GaussianBlur ElasticTransform ScaleAndTranslate SobelEdges SSIM",
        _ADAPTIVE: "AdaptiveMaxPool AdaptiveAveragePool",
        _RARE: "View Cross Diag Diagflat Digitize Kron Meshgrid Nanpercentile Nanquantile Percentile Quantile "
        "UnravelIndex SearchSorted Trapezoid Vander Corrcoef Correlate Argpartition Scatter ScatterUpdate "
        "SliceUpdate SegmentReduction SegmentSum SegmentMax SegmentMin SegmentProd InTopK CDist "
        "ExtractSequences Rearrange Unfold Fold DepthToSpace SpaceToDepth Conv DepthwiseConv SeparableConv "
        "ConvTranspose BatchNorm",
    }.items()
    for name in names.split()
}
"""Why an operation of Keras has no layer type here, by its class; each completes "`X` is not supported: …"."""
