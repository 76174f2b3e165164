"""Projects, data sets, runs with their events and checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "projects",
        sa.Column("id", sa.String(64)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("updated", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    op.create_index("ix_projects_updated", "projects", ["updated", "id"])
    op.create_table(
        "project_versions",
        sa.Column("project_id", sa.String(64)),
        sa.Column("version", sa.Integer),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "version", name="pk_project_versions"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], ondelete="CASCADE", name="fk_project_versions_project_id"
        ),
    )
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(64)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.create_index("ix_datasets_created", "datasets", ["created", "id"])
    op.create_table(
        "runs",
        sa.Column("number", counter, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("wanted", sa.String(16), nullable=False),
        sa.Column("project_id", sa.String(64)),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("outputs", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("epochs", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("step", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("steps", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("device", sa.String(64)),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("started", sa.String(32)),
        sa.Column("ended", sa.String(32)),
        sa.Column("problem", sa.Text),
        sa.Column("loss", sa.Float(53)),
        sa.Column("latest", sa.Text, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("deaths", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("acknowledged", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("worker", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
    )
    op.create_index("ix_runs_state", "runs", ["state"])
    op.create_table(
        "events",
        sa.Column("run_id", sa.String(64)),
        sa.Column("seq", sa.BigInteger),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "seq", name="pk_events"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_events_run_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_events_epochs",
        "events",
        ["run_id", "seq"],
        sqlite_where=sa.text("kind = 'epoch_ended'"),
        postgresql_where=sa.text("kind = 'epoch_ended'"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("run_id", sa.String(64)),
        sa.Column("seq", sa.BigInteger),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "seq", name="pk_checkpoints"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_checkpoints_run_id"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(255)),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_idempotency_keys"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_idempotency_keys_run_id"
        ),
    )
    op.create_index("ix_idempotency_keys_run_id", "idempotency_keys", ["run_id"])
