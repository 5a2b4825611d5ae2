"""Called by Alembic: take the steps on the connection (and in the transaction) that was given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=False,
    render_as_batch=False,
)
context.run_migrations()
