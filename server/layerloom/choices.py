"""What optimizers, losses, metrics, callbacks, schedules and encoders have in common: chosen by type, with a config.

A choice is a frozen pydantic model, one to a class, found by a package scan. No torch at import: what
computes works by methods of the tensors that it is given.
"""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from layerloom.problems import Problem, ProblemError


class Choice(BaseModel):
    """Fields bear Keras' names and defaults. A document writes `type_name` or one of `aliases`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        protected_namespaces=(),
        use_attribute_docstrings=True,
        field_title_generator=lambda name, info: name.replace("_", " ").capitalize(),
    )

    type_name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()


def dtype_name(dtype: object) -> object:
    """Keras saves a dtype as `"float32"` or as a `DTypePolicy` object."""
    if isinstance(dtype, Mapping):
        config = dtype.get("config")
        return config.get("name") if isinstance(config, Mapping) else dtype
    return dtype


C = TypeVar("C", bound=Choice)


def normal(name: str) -> str:
    """Keras' spellings of one name made equal: `mean_squared_error`, `MeanSquaredError`."""
    return name.replace("_", "").replace(" ", "").lower()


@cache
def choices(package: str, base: type[C]) -> Mapping[str, type[C]]:
    """All choices of one kind by `type_name`, sorted, found in the modules of a package."""
    folder = importlib.import_module(package)
    found: dict[str, type[C]] = {}
    for info in pkgutil.iter_modules(folder.__path__, package + "."):
        module = importlib.import_module(info.name)
        for _, item in inspect.getmembers(module, inspect.isclass):
            if item.__module__ == info.name and issubclass(item, base) and item.type_name:
                found[item.type_name] = item
    return dict(sorted(found.items(), key=lambda pair: pair[0].lower()))


def named(kinds: Mapping[str, type[C]], name: str) -> type[C] | None:
    """The choice that a document means by this name, or None."""
    wanted = normal(name)
    for type_name, kind in kinds.items():
        if wanted == normal(type_name) or any(wanted == normal(alias) for alias in kind.aliases):
            return kind
    return None


def create(
    kinds: Mapping[str, type[C]], noun: str, name: str, config: Mapping[str, Any], field: str
) -> C:  # Any: a config holds any JSON
    """The choice with its config.

    Raises:
        ProblemError: `<noun>.unknown`, or `config.invalid` for each config field that is wrong.
    """
    kind = named(kinds, name)
    if kind is None:
        spellings = {
            spelling.lower(): known for known, item in kinds.items() for spelling in (known, *item.aliases)
        }
        near = difflib.get_close_matches(name.lower(), spellings, n=3, cutoff=0.6)
        likely = list(dict.fromkeys(spellings[spelling] for spelling in near))
        hint = f"Did you mean {_either(likely)}?" if likely else f"Choose one of {', '.join(kinds)}."
        raise ProblemError(
            Problem(code=f"{noun}.unknown", message=f"There is no {noun} `{name}`.", hint=hint, field=field)
        )
    try:
        return kind.model_validate(dict(config))
    except ValidationError as error:
        raise ProblemError(*config_problems(error, kind, f"{field}.config")) from None


def config_problems(error: ValidationError, kind: type[Choice], field: str) -> list[Problem]:
    """One `config.invalid` for each field that pydantic refuses."""
    problems: dict[str, Problem] = {}
    fields = [name for name in kind.model_fields if name not in ("name", "dtype")]
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        if name in problems:
            continue  # the other branches of a union say the same
        if item["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, fields, n=1)
            problems[name] = Problem(
                code="config.invalid",
                message=f"{kind.type_name} has no config field `{name}`; it has {', '.join(fields)}.",
                hint=f"Did you mean `{near[0]}`?" if near else f"Remove `{name}`.",
                field=f"{field}.{name}",
            )
            continue
        if item["type"] == "missing":
            problems[name] = Problem(
                code="config.invalid",
                message=f"{kind.type_name} needs the config field `{name}`, which is missing.",
                hint=kind.model_fields[name].description or "",
                field=f"{field}.{name}",
            )
            continue
        received = repr(item.get("input"))
        received = received if len(received) <= 60 else received[:57] + "..."
        said = item["msg"].removeprefix("Value error, ").rstrip(".")
        default = kind.model_fields[name].get_default() if name in kind.model_fields else None
        problems[name] = Problem(
            code="config.invalid",
            message=f"{kind.type_name} got `{name}` = {received}: {said}."
            if name
            else f"{kind.type_name}: {said}.",
            hint=f"Keras' default is {default!r}." if name and default is not None else "",
            field=f"{field}.{name}" if name else field,
        )
    return list(problems.values())


def describe(kinds: Mapping[str, type[C]]) -> list[dict[str, Any]]:  # Any: JSON Schema
    """The catalogue's entries: type, one line, the whole documentation, JSON Schema of the config."""
    entries = []
    for type_name, kind in kinds.items():
        documentation = inspect.getdoc(kind) or ""
        schema = kind.model_json_schema()
        schema.pop("description", None)
        schema["title"] = type_name
        entries.append(
            {
                "type": type_name,
                "summary": documentation.split("\n\n")[0].replace("\n", " "),
                "documentation": documentation,
                "schema": schema,
            }
        )
    return entries


def _either(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
