"""Runs the migrations on the connection it is handed, inside the transaction that connection is in."""

from alembic import context

from portal_backend.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
