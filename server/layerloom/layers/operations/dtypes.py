"""Which dtype an operation gives, as in Keras: its lattice of types, in which plain numbers are weak."""

from typing import cast, get_args

from layerloom.tensors import DType

DTYPES: tuple[str, ...] = get_args(DType)
_WHOLE = ("bool", "uint8", "int32", "int64")
_FLOAT = ("float16", "bfloat16", "float32", "float64")


def promoted(*dtypes: str) -> DType:
    """The smallest type that holds all; `int` and `float` stand for plain Python numbers.

    A number takes the type of the tensor beside it, where that can hold it: uint8 + 2 is uint8,
    bool + 2 is int32, int32 + 2.0 is float32.
    """
    floats = {dtype for dtype in dtypes if dtype in _FLOAT}
    if floats:
        found = "float32" if floats == {"float16", "bfloat16"} else max(floats, key=_FLOAT.index)
        return cast(DType, found)
    if "float" in dtypes:
        return "float32"
    whole = max((dtype for dtype in dtypes if dtype in _WHOLE), key=_WHOLE.index, default="bool")
    return cast(DType, "int32" if whole == "bool" and "int" in dtypes else whole)


def as_float(dtype: DType) -> DType:
    """The type of a result that is computed by division or with roots."""
    return dtype if dtype in _FLOAT else "float32"


def is_float(dtype: str) -> bool:
    return dtype in _FLOAT


def counted(dtype: DType) -> DType:
    """The type of a sum: booleans and bytes are counted in int32."""
    return "int32" if dtype in ("bool", "uint8") else dtype
