"""What a document binds to one input or output: `"pixels"`, `["age", "income"]`, or columns with an
encoder.
"""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from layerloom.problems import Problem

EncoderType = Literal["standardize", "min-max", "one-hot", "index"]


class Encoder(BaseModel):
    """How values become numbers for the model; fitted on the training rows only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: EncoderType
    config: dict[str, JsonValue] = {}


class Choice(BaseModel):
    """Columns for one input or output. `is_list`: stacked along the last axis, even if there is only one."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    is_list: bool = False
    encoder: Encoder | None = None


def parse(value: JsonValue, field: str) -> Choice | Problem:
    """A binding's value as a choice, or what is wrong with it."""
    encoder: Encoder | None = None
    names: Any = value  # Any: JSON of any kind until it is checked below
    if isinstance(value, dict):
        if set(value) - {"columns", "encoder"}:
            extra = ", ".join(f"`{key}`" for key in sorted(set(value) - {"columns", "encoder"}))
            return _invalid(field, f"has {extra}; it may only have `columns` and `encoder`.")
        names = value.get("columns")
        if value.get("encoder") is not None:
            try:
                encoder = Encoder.model_validate(value["encoder"])
            except ValidationError:
                return Problem(
                    code="encoder.invalid",
                    message=f"The encoder of `{field}` is {str(value['encoder'])[:100]}; expected a `type` "
                    f"out of {', '.join(get_args(EncoderType))}.",
                    hint='Write {"type": "standardize"}, or leave the encoder away.',
                    field=field,
                )
            if encoder.config:
                return Problem(
                    code="encoder.invalid",
                    message=f"The encoder of `{field}` has a config {str(encoder.config)[:100]}; "
                    f"`{encoder.type}` takes none.",
                    hint="Leave `config` away.",
                    field=field,
                )
    if isinstance(names, str):
        return Choice(columns=(names,), encoder=encoder) if names else _unbound(field)
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        if not names:
            return _unbound(field)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return _invalid(field, f"names column `{twice[0]}` twice.")
        return Choice(columns=tuple(names), is_list=True, encoder=encoder)
    return _invalid(field, f"is {str(value)[:80]}; expected a column's name or a list of names.")


def _invalid(field: str, what: str) -> Problem:
    return Problem(
        code="data.invalid",
        message=f"`{field}` {what}",
        hint="Choose a column in the training panel.",
        field=field,
    )


def _unbound(field: str) -> Problem:
    name = field.rpartition(".")[2]
    return Problem(
        code="data.unbound",
        message=f"`{name}` has no column.",
        hint="Choose a column for it in the training panel.",
        field=field,
    )
