"""The tables. A change here needs a migration in `migrations/versions/`; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Counter = BigInteger().with_variant(Integer, "sqlite")
"""Counts up by itself in SQLite only where it is spelled INTEGER."""

projects = Table(
    "projects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_projects_updated", "updated", "id"),
)

project_versions = Table(
    "project_versions",
    metadata,
    Column("project_id", String(64), ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("created", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("size_bytes", BigInteger),
    Column("record", Text, nullable=False),
    Index("ix_datasets_created", "created", "id"),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("wanted", String(16), nullable=False),
    Column("project_id", String(64)),
    Column("document", Text, nullable=False),
    Column("outputs", Text, nullable=False),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    Column("epochs", Integer, nullable=False, server_default=text("0")),
    Column("step", Integer, nullable=False, server_default=text("0")),
    Column("steps", Integer, nullable=False, server_default=text("0")),
    Column("device", String(64)),
    Column("created", String(32), nullable=False),
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("problem", Text),
    Column("loss", Float(53)),
    Column("latest", Text, nullable=False, server_default=text("'{}'")),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("deaths", Integer, nullable=False, server_default=text("0")),
    Column("acknowledged", BigInteger, nullable=False, server_default=text("0")),
    Column("worker", Text),
    UniqueConstraint("id"),
    Index("ix_runs_state", "state"),
)

events = Table(
    "events",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

Index(
    "ix_events_epochs",
    events.c.run_id,
    events.c.seq,
    sqlite_where=events.c.kind == "epoch_ended",
    postgresql_where=events.c.kind == "epoch_ended",
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created", String(32), nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("created", String(32), nullable=False),
    Index("ix_idempotency_keys_run_id", "run_id"),
)
