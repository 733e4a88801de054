"""Seventy characters in every field of a form, hidden ones and choices too, are never an error of
ours: PostgreSQL refuses what is longer than its column, the audit log's own columns among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework import events, people
from engine.faults import Fault
from models import audit
from models.audit import AuditRecord
from tests.admin import test_fund_pages
from tests.admin.forms_on_page import PageForm, forms_of
from tests.admin.roadside import Roadside, open_roadside
from tests.conftest import Database
from tests.factories import NOW

LONG = "9" * 70
KEPT = frozenset({"csrf_token"})
OF_THE_FRAME = ("/logout", "/lang/", "/appearance")
PAGES = {
    "finance": ("/funds/", "/funds/journal/1", "/transfers/", "/recoveries/1"),
    "committee_clerk": ("/payments/",),
}


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, test_fund_pages.begun)


def each_alone_and_all(form: PageForm) -> list[dict[str, str]]:
    """One field after the other, since a form stops at its first fault, then all of them."""
    names = list(dict.fromkeys(one.name for one in form.inputs if one.name not in KEPT))
    return [*({name: LONG} for name in names), dict.fromkeys(names, LONG)]


def test_seventy_characters_in_any_field_are_never_an_error_of_ours(office: Roadside) -> None:
    sent: set[str] = set(OF_THE_FRAME)
    for name, paths in PAGES.items():
        desk = office.at(name)
        for path in paths:
            for form in forms_of(desk.get(path)):
                address = (form.action or path).partition("?")[0]
                if address in sent or address.startswith(OF_THE_FRAME):
                    continue
                sent.add(address)
                for typed in each_alone_and_all(form):
                    status = desk.send(form, path, **typed).status_code
                    assert status < 500, (name, address, typed)
    assert {"/funds/budget", "/payments/pay"} <= sent


@pytest.mark.parametrize("number", ["9" * 70, "李" * 70, "1\0002"])
def test_a_refusal_is_written_down_whatever_the_page_called_its_row(
    office: Roadside, number: str
) -> None:
    """The record keeps what fits; a refusal that cannot be written is an error page."""
    with office.session() as session:
        by = people.system("tests")
        kept = events.record_refusal(session, by, NOW, "x.y", "x", number, [Fault("list_empty")])
        session.commit()
        assert kept.object_id is not None
        assert number.replace("\0", "").startswith(kept.object_id.rstrip("…"))
        assert audit.verify(session) == []
    assert AuditRecord.__table__.c.object_id.type.length == events.NAMED_BY
