"""Payments, notices and the hardship register as whole tables: in scope, found, narrowed, taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models import AuditRecord, FundSource, Grant, HardshipEntry, Member, Notice, Payment
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau
from tests.casework.bureau import register as registered
from tests.conftest import Database
from tests.factories import NOW, TODAY

LISTS = ("/payment_list/", "/notice_list/", "/hardship_list/")
NEAR, NEXT, FAR = "王建国", "刘长河", "赵远方"


def begun(bureau: Bureau, members: dict[str, Member]) -> None:
    """Three stays in the register, notices and payments; the third person is of another committee,
    the second has left the register."""
    session, clerk = bureau.session, bureau.users["clerk"]
    source = session.scalars(select(FundSource)).one()
    for number, (name, member) in enumerate(members.items()):
        case = registered(bureau, member)
        branch = bureau.tree.other_branch if name == FAR else bureau.tree.branch
        member.org, case.org = branch, branch
        gone = name == NEXT
        stay = HardshipEntry(
            member_id=member.id, org_id=branch.id, joined_on=TODAY, join_reason="illness",
            situation=f"{name}的情况", left_on=TODAY if gone else None,
            leave_reason="recovered" if gone else None, by_id=clerk.id, at=NOW,
        )  # fmt: skip
        notice = Notice(
            number=f"GS-000{number}", org_id=branch.id, edition_id=bureau.edition.id, road="living",
            posted_on=TODAY, ends_on=TODAY, place="branch", frozen=[], sha256="0" * 64,
            posted_by_id=clerk.id,
        )  # fmt: skip
        grant = Grant(application=case, member=member, aid_year=2010, fen=60000, source=source)
        paid = Payment(grant=grant, fen=60000, source=source, method="cash", payee_name=name)
        session.add_all([stay, notice, grant, paid])
    session.flush()


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {NEAR: {}, NEXT: {}, FAR: {}}, begun)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is shown is the same on both
def test_whole_lists_show_what_is_in_reach_found_and_narrowed(office: Roadside) -> None:
    desk, reviewer = office.at("committee_clerk"), office.at("reviewer")
    with office.session() as session:
        numbers = {m.name: str(m.id_number) for m in session.scalars(select(Member))}
    for place, mine, hidden in (
        ("/payment_list/", (NEAR, NEXT, "600.00"), FAR),
        ("/notice_list/", ("GS-0000", "GS-0001"), "GS-0002"),
        ("/hardship_list/", (NEAR, NEXT, "因病"), FAR),
    ):
        page = desk.get(place)
        for words in mine[:2]:
            assert words in page, (place, words)
        assert hidden not in page, place
        assert hidden in reviewer.get(place), place
        for wanted in ("col", "f_", "keep"):  # columns, filters and kept lists are offered
            assert f'name="{wanted}' in page or f'value="{wanted}' in page, (place, wanted)
    for place in ("/payment_list/", "/hardship_list/"):
        for search in (NEAR[0], NEAR[:2], "wjg", numbers[NEAR][-4:], numbers[NEAR]):
            found = desk.get(f"{place}?search={search}")
            assert NEAR in found, (place, search)
        for search in ("刘", "lch"):
            found = desk.get(f"{place}?search={search}").split("<tbody>")[1]
            assert NEXT in found
            assert NEAR not in found, (place, search)
        assert FAR not in desk.get(f"{place}?search={numbers[FAR]}").split("<main")[1]
    assert "GS-0001" not in desk.get("/notice_list/?search=gs-0000").split("<tbody>")[1]
    gone = desk.get("/hardship_list/?f_there=left").split("<tbody>")[1]
    assert NEXT in gone
    assert NEAR not in gone
    assert "没有" in desk.get("/payment_list/?f_state=paid")
    for bad in ("f_state=no", "f_source=99", "f_unit=0", "f_from=2010-13-01", "f_year=x"):
        desk.get(f"/payment_list/?{bad}")

    def looks() -> int:
        with office.session() as session:
            return list(session.scalars(select(AuditRecord.action))).count("look:search_number")

    before = looks()
    assert before == 6, "each search by a number is on record"
    assert NEAR in desk.get(f"/hardship/?search={numbers[NEAR][-4:]}")
    assert looks() == before + 1


def test_rows_lead_to_their_own_pages_and_chosen_ones_are_taken_away_on_record(
    office: Roadside,
) -> None:
    desk = office.at("committee_clerk")
    for place, there in (
        ("/payment_list/", "/payment/1"),
        ("/notice_list/", "/notices/1"),
        ("/hardship_list/", "/hardship/1"),
    ):
        assert there in desk.browser.get(f"{place}details/?id=1").location
        assert desk.browser.get(f"{place}details/?id=3").location.endswith(place), "out of reach"
        for name in ("screener", "officer", "administrator"):
            assert office.at(name).browser.get(place).status_code == 403, (place, name)
    form = form_to(desk.get("/payment_list/"), "/bulk/")
    preview = desk.send(form, "/payment_list/", rowid=["1", "2", "3"], do="export")
    assert preview.status_code == 200
    assert NEAR in preview.text
    assert FAR not in preview.text
    answer = desk.send(form_to(preview.text, ""), "/payment_list/bulk/", do="export")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("sheet")
    with office.session() as session:
        row = session.scalars(select(AuditRecord).where(AuditRecord.action == "look:export")).one()
        assert (row.object_type, row.data["chosen"]) == ("payment_list", 2)
