"""How a generated revision spells our column types: plain ones, so that it never changes."""

from typing import Any, Literal

from sqlalchemy.sql.schema import SchemaItem

from models.base import ExactJson, UtcDateTime


def render_item(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """The source text of a column type of ours; False leaves it to Alembic."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ExactJson):
        return "sa.Text()"
    return False


def include_object(
    item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: SchemaItem | None
) -> bool:
    """Everything but tables that are not ours, such as those of the task queue."""
    return not (kind == "table" and reflected and compared is None)
