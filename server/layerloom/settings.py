"""Settings: the only reader of the environment. `LAYERLOOM_*` variables, with command line flags over them.

Everything above and beside receives a `Settings`; nothing else looks at `os.environ`.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from layerloom.document import Limits
from layerloom.exchange.keras.limits import FileLimits
from layerloom.problems import Problem, ProblemError

_LIMITS = Limits()
_FILE_LIMITS = FileLimits()
_MEBIBYTE = 1024 * 1024


def default_data_dir(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> Path:
    """Where this platform keeps a program's data."""
    values = os.environ if environment is None else environment
    if platform == "win32":
        return Path(values.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Layerloom"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Layerloom"
    return Path(values.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "layerloom"


class Settings(BaseSettings):
    """What can be set from outside; each field is the variable `LAYERLOOM_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="LAYERLOOM_", extra="ignore", frozen=True)

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Any other than loopback needs `LAYERLOOM_TOKEN`.",
    )
    port: int = Field(default=8420, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder for the database, uploads, artifacts and the token. "
        "By default where the platform keeps a program's data, such as `~/.local/share/layerloom`.",
    )
    token: SecretStr | None = Field(
        default=None,
        description="The token that opens the server. By default made at the first start and kept in the "
        "data folder with mode 0600; `layerloom token` shows it.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Further names under which a browser may reach the server, with commas between: "
        "`lab.local, 192.168.1.5:8420`, and `https://lab.example.org` behind a proxy that speaks TLS. "
        "Without a port any port is meant. Loopback names are always allowed.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL of a database to use instead of SQLite in the data folder."
    )
    concurrent_runs: int = Field(default=2, ge=1, le=1024, description="Runs that train at one time.")
    queued_runs: int = Field(default=100, ge=0, le=100_000, description="Runs that may wait for their turn.")
    upload_bytes: int = Field(
        default=4096 * _MEBIBYTE, ge=1024, description="Largest file that may be uploaded, in bytes."
    )
    upload_rows: int = Field(default=100_000_000, ge=1, description="Most rows in an uploaded data set.")
    websockets: int = Field(default=512, ge=1, description="Websockets that may be open at one time.")
    shutdown_seconds: int = Field(
        default=10, ge=1, le=3600, description="How long a stopping server waits for open requests."
    )
    document_bytes: int = Field(
        default=_LIMITS.document_bytes, ge=1024, description="Largest document, in bytes."
    )
    json_depth: int = Field(
        default=_LIMITS.json_depth, ge=8, le=128, description="Deepest nesting of JSON that is read."
    )
    nodes: int = Field(default=_LIMITS.nodes, ge=1, description="Most nodes in a document.")
    edges: int = Field(default=_LIMITS.edges, ge=1, description="Most edges in a document.")
    models: int = Field(default=_LIMITS.models, ge=1, description="Most models in a document.")
    model_depth: int = Field(
        default=_LIMITS.model_depth, ge=1, description="How deep models may be nested in models."
    )
    expanded_nodes: int = Field(
        default=_LIMITS.expanded_nodes,
        ge=1,
        description="Most nodes once models are opened where they are called.",
    )
    weights: int = Field(
        default=_LIMITS.weights, ge=1, description="Most weights (numbers that are learned) in a model."
    )

    import_bytes: int = Field(
        default=_FILE_LIMITS.bytes, ge=1024, description="Largest file of a model that is imported, in bytes."
    )
    import_unpacked_bytes: int = Field(
        default=_FILE_LIMITS.unpacked_bytes,
        ge=1024,
        description="Most bytes in all parts of an imported file, and in all its weights, once unpacked.",
    )
    import_config_bytes: int = Field(
        default=_FILE_LIMITS.config_bytes,
        ge=1024,
        description="Largest JSON of an imported model, in bytes.",
    )
    import_expansion: int = Field(
        default=_FILE_LIMITS.expansion,
        ge=1,
        description="How many times larger than in the file a part of an imported file may become; "
        "beyond 16 MiB, more is called a bomb.",
    )
    import_members: int = Field(
        default=_FILE_LIMITS.members, ge=3, description="Most files in an imported archive."
    )
    import_objects: int = Field(
        default=_FILE_LIMITS.objects, ge=1, description="Most groups and data sets in an imported HDF5 file."
    )
    import_depth: int = Field(
        default=_FILE_LIMITS.depth,
        ge=1,
        description="How deep groups may be nested in an imported HDF5 file.",
    )
    import_seconds: int = Field(
        default=120, ge=1, le=3600, description="How long reading an imported file may take."
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("token")
    @classmethod
    def _not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        """A variable that is set but empty, as compose files leave it, counts as not set."""
        if value is None or not value.get_secret_value().strip():
            return None
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def limits(self) -> Limits:
        """The limits on documents, as `document` and `graph` take them."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})

    @property
    def file_limits(self) -> FileLimits:
        """The limits on files that are imported, as `exchange.keras` takes them."""
        return FileLimits(
            **{name: getattr(self, f"import_{name}") for name in FileLimits.__dataclass_fields__}
        )


def load_settings(**flags: Any) -> Settings:  # Any: flags hold whatever type their field has
    """Settings from flags over the environment; a flag of `None` was not given.

    Raises:
        ProblemError: `settings.invalid`, one for each variable or flag that is wrong.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise ProblemError(*(_problem(item) for item in error.errors(include_url=False))) from None


def variable(field: str) -> str:
    """`data_dir` → `LAYERLOOM_DATA_DIR`."""
    return f"LAYERLOOM_{field.upper()}"


def documentation() -> str:
    """The table in `docs/settings.md`; a test keeps the page equal to it."""
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in (None, ()) else f"`{field.default}`"
        lines.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _problem(item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    name = variable(str(item["loc"][0])) if item["loc"] else "settings"
    secret = name in (variable("token"), variable("database_url"))
    received = "" if secret else f"; received {item.get('input')!r}"
    return Problem(
        code="settings.invalid",
        message=f"`{name}`: {item['msg']}{received}.",
        hint="Correct the variable or the flag; docs/settings.md lists them all.",
        field=name,
    )
