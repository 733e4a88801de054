"""Alembic's entry: runs revisions on the connection that ``models.database`` hands over.

There is no alembic.ini; migrations are run from code only.
"""

from alembic import context

import models
from models.migrations.rendering import include_object, render_item

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    include_object=include_object,
)
with context.begin_transaction():
    context.run_migrations()
