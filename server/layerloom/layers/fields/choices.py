"""A config value chosen by name, with settings of its own: an initializer, a regularizer, a constraint.

Written as a name (`"he_normal"`), as `{"type": "HeNormal", "config": {"seed": 7}}`, or as Keras saves it
(`{"class_name": …, "config": …}`); read into `{"type": …, "config": …}` with every setting filled in.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

Choice = dict[str, Any]  # Any: settings are numbers, texts or null
"""`{"type": "L2", "config": {"l2": 0.01}}`"""


class Settings(BaseModel):
    """Base of one choice's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Choices:
    """What may be chosen: settings by type, and further names for some types."""

    def __init__(self, noun: str, types: Mapping[str, type[Settings]], aliases: Mapping[str, str]) -> None:
        self.noun = noun
        self.types = types
        self.names = {_snake(name): name for name in types} | dict(aliases)
        self._by_key = {_key(name): target for name, target in self.names.items()}

    def read(self, value: object) -> Choice:
        """The choice in full.

        Raises:
            ValueError: unknown name, or settings that do not fit; says what was expected.
        """
        if isinstance(value, str):
            return self._filled(value, {})
        if isinstance(value, Mapping):
            name = value.get("type", value.get("class_name"))
            config = value.get("config") or {}
            if isinstance(name, str) and isinstance(config, Mapping):
                return self._filled(name, config)
        raise ValueError(f'expected the name of a {self.noun} or {{"type": …, "config": …}}')

    def schema(self, *, optional: bool) -> dict[str, Any]:  # Any: JSON Schema
        """JSON Schema of what `read` takes."""
        shapes: list[dict[str, Any]] = [
            {"type": "string", "enum": sorted(self.names)},
            {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": sorted(self.types)},
                    "config": {"type": "object"},
                },
                "required": ["type"],
            },
        ]
        return {"anyOf": [*shapes, {"type": "null"}] if optional else shapes}

    def _filled(self, name: str, config: Mapping[str, object]) -> Choice:
        type_name = self._by_key.get(_key(name))
        if type_name is None:
            near = get_close_matches(_snake(name), self.names, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(sorted(self.names))}"
            raise ValueError(f"`{name}` is not a {self.noun}{hint}")
        try:
            settings = self.types[type_name].model_validate(dict(config))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise ValueError(f"{type_name}: `{place}`: {first['msg']}") from None
        return {"type": type_name, "config": settings.model_dump()}


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _snake(name: str) -> str:
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and index and name[index - 1].islower() else letter.lower()
        for index, letter in enumerate(name)
    )
