"""What a document binds to one input or output: `"pixels"`, `["age", "income"]`, or columns with an encoder."""

from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, SerializeAsAny

from layerloom.choices import create
from layerloom.data.encoders.base import Encoder, encoders
from layerloom.problems import Problem, ProblemError


class Choice(BaseModel):
    """Columns for one input or output. `is_list`: stacked along the last axis, even if there is only one."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    is_list: bool = False
    encoder: SerializeAsAny[Encoder] | None = None


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
            read = _encoder(value["encoder"], field)
            if isinstance(read, Problem):
                return read
            encoder = read
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


def _encoder(value: JsonValue, field: str) -> Encoder | Problem:
    offered = {name: kind for name, kind in encoders().items() if kind.is_offered}
    kind, config = (value.get("type"), value.get("config") or {}) if isinstance(value, dict) else (None, {})
    is_known = isinstance(value, dict) and not set(value) - {"type", "config"} and isinstance(kind, str)
    is_known = is_known and kind in offered
    if not is_known or not isinstance(config, dict):
        return Problem(
            code="encoder.invalid",
            message=f"The encoder of `{field}` is {str(value)[:100]}; expected a `type` out of {', '.join(offered)}, "
            "and its `config`.",
            hint='Write {"type": "standardize"}, or leave the encoder away.',
            field=field,
        )
    try:
        return create(offered, "encoder", str(kind), config, f"{field}.encoder")
    except ProblemError as error:
        first = error.problems[0]
        hint = "" if first.hint.startswith("Keras") else first.hint
        return first.model_copy(
            update={
                "code": "encoder.invalid",
                "hint": hint or "See the encoder's settings in the training panel.",
            }
        )


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
