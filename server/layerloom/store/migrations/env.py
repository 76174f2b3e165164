"""Alembic's entry point: migrates on the connection that `store.upgrade` hands over, in its transaction."""

from alembic import context

from layerloom.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
