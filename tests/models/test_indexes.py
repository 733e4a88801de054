"""The searches of everyday work are served by an index on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ClauseElement, ColumnElement, Executable, Select, select, text, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from models import Application, Member, OrgUnit, OutboxMessage
from models.base import starts_with
from models.orgs import is_within
from tests.factories import NOW


def members(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(Member.id).where(*conditions)


# Made within the test, since searching for a number needs the keys.
SEARCHES: dict[str, Callable[[], Select[Any]]] = {
    "ix_member_name_id": lambda: members(starts_with(Member.name, "王小")).order_by(
        Member.name, Member.id
    ),
    "ix_member_name_place_id": lambda: members(
        tuple_(Member.name_place, Member.id) > ("wang2 王", 7)
    ).order_by(Member.name_place, Member.id),
    "ix_member_name_initials_id": lambda: members(starts_with(Member.name_initials, "wx")),
    "ix_member_id_number_index": lambda: members(Member.id_number.matches("37011219491231003X")),
    "ix_member_id_tail_index": lambda: members(Member.id_number.tail_matches("003X")),
    "ix_member_phone_index": lambda: members(Member.phone.matches("13800138000")),
    "ix_member_phone_tail_index": lambda: members(Member.phone.tail_matches("8000")),
    "ix_member_org_id_name_place_id": lambda: members(
        Member.org_id == 5, tuple_(Member.name_place, Member.id) > ("wang2 王", 7)
    ).order_by(Member.name_place, Member.id),
    "ix_org_unit_path": lambda: select(OrgUnit.id).where(is_within(OrgUnit.path, "/1/4/")),
    "ix_application_org_id_status_stage_id": lambda: select(Application.id).where(
        Application.org_id == 5
    ),
    "ix_application_status_stage_id": lambda: (
        select(Application.id)
        .where(Application.status == "open", Application.stage == "notice", Application.id > 40)
        .order_by(Application.id)
    ),
    "ix_outbox_message_waiting": lambda: (
        select(OutboxMessage.id)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= NOW)
        .order_by(OutboxMessage.due_at)
    ),
}


class Explain(Executable, ClauseElement):
    """``EXPLAIN`` before a query, with the query's own parameters."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explain, "postgresql")
def _explain_postgresql(element: Explain, compiler: SQLCompiler, **given: Any) -> str:
    return "EXPLAIN " + compiler.process(element.query, **given)


@compiles(Explain, "sqlite")
def _explain_sqlite(element: Explain, compiler: SQLCompiler, **given: Any) -> str:
    return "EXPLAIN QUERY PLAN " + compiler.process(element.query, **given)


@pytest.mark.parametrize("index", list(SEARCHES))
def test_an_everyday_search_uses_its_index(session: Session, index: str) -> None:
    """Scanning and sorting are made dear, since tables of tests are empty."""
    if session.get_bind().dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan", "sort"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
    rows = session.connection().execute(Explain(SEARCHES[index]()))
    found = "\n".join(str(row) for row in rows)
    assert index in found
    assert "SCAN" not in found
