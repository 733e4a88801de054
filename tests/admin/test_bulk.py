"""One thing done to many rows: preview, reasons for what is left out, a result for each."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from admin.views import bulk
from models import AuditRecord, Household, Member
from tests.admin.conftest import NOW, Office
from tests.admin.test_tables import sheet

LIST = "/members/bulk/"


def put_sheets(office: Office, *names: str, proof: str = "银行流水") -> None:
    """Worksheets of which nothing is checked yet."""
    clerk = office.as_("branch_clerk")
    for name in names:
        rows = sheet(version="", **{"item-0-proof": proof, "item-7-proof": proof})
        assert clerk.post(f"/members/{office.members[name]}/household", rows).status_code == 302


def checked(office: Office, name: str) -> list[bool]:
    with office.session() as session:
        query = select(Household).where(Household.member_id == office.members[name])
        return [item.verified for item in session.scalars(query).one().items]


def chosen(office: Office, *names: str) -> dict[str, object]:
    return {"do": "verify", "rowid": [office.members[name] for name in names]}


def words(text: str) -> str:
    main = text[text.index("<main") : text.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_a_preview_says_what_will_happen_and_changes_nothing(fresh_office: Office) -> None:
    put_sheets(fresh_office, "王小明")
    verifier = fresh_office.sign_in("committee_verifier")
    answer = verifier.post(LIST, chosen(fresh_office, "王小明", "李芳", "王小红"))
    said = words(answer.text)
    assert "将办理1条" in said
    assert "李芳 ：还没有家庭情况核算表" in said
    assert "1条已不存在，或不在您的工作范围内" in said
    assert "王小红" not in said
    assert checked(fresh_office, "王小明") == [False, False]


def test_each_row_is_done_in_its_turn_and_its_result_is_told(fresh_office: Office) -> None:
    put_sheets(fresh_office, "王小明")
    put_sheets(fresh_office, "李芳", proof="")
    verifier = fresh_office.sign_in("committee_verifier")
    data = {**chosen(fresh_office, "王小明", "李芳"), "confirmed": "yes"}
    said = words(verifier.post(LIST, data).text)
    assert "已办理1条，共2条" in said
    assert "没有写明证明材料：退休金、透析" in said
    assert checked(fresh_office, "王小明") == [True, True]
    assert checked(fresh_office, "李芳") == [False, False]
    again = words(verifier.post(LIST, chosen(fresh_office, "王小明")).text)
    assert "各项都已核实" in again
    with fresh_office.session() as session:
        done = session.scalars(select(AuditRecord).where(AuditRecord.action == "household.verify"))
        assert len(done.all()) == 2


def test_a_row_that_changed_after_the_preview_is_left_out_by_its_verb(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_sheets(fresh_office, "王小明")
    verifier = fresh_office.sign_in("committee_verifier")

    def taken(*_given: object, **_named: object) -> None:
        from engine.faults import Fault, Refused

        raise Refused([Fault("stale_page", {"number": "王小明"})])

    monkeypatch.setattr("casework.worksheets.verify", taken)
    data = {**chosen(fresh_office, "王小明"), "confirmed": "yes"}
    assert "已办理0条，共1条" in words(verifier.post(LIST, data).text)
    with fresh_office.session() as session:
        actions = session.scalars(select(AuditRecord.action)).all()
    assert "refused:household.verify" in actions


def test_all_that_match_means_every_page_and_only_what_matches(fresh_office: Office) -> None:
    with fresh_office.session() as session:
        for number in range(60):
            row = Member(org_id=fresh_office.units["A2"], name=f"丁{number:02}", created_at=NOW)
            session.add(row)
        session.commit()
    clerk = fresh_office.sign_in("committee_clerk")
    page = clerk.get("/members/?search=丁").text
    assert "全部符合条件的记录（各页共60条）" in page
    data = {"do": "export", "every": "yes", "search": "丁", "f_sex": ""}
    assert "将办理60条" in words(clerk.post(LIST, data).text)
    data = {"do": "export", "every": "yes", "search": "王"}
    said = words(clerk.post(LIST, data).text)
    assert "将办理1条" in said
    assert "王小红" not in said


def test_chosen_members_are_exported_and_the_export_is_written_down(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("committee_clerk")
    numbers = [fresh_office.members[name] for name in ("王小明", "赵强", "王小红")]
    data = {"do": "export", "rowid": numbers, "confirmed": "yes"}
    answer = clerk.post(LIST, data)
    cells = str(
        [cell.value for row in load_workbook(BytesIO(answer.data)).worksheets[0] for cell in row]
    )
    assert "王小明" in cells
    assert "赵强" in cells
    assert "王小红" not in cells
    assert "110101199003074514" not in cells
    with fresh_office.session() as session:
        looks = session.scalars(select(AuditRecord).where(AuditRecord.action == "look:export"))
        assert [dict(look.data) for look in looks] == [{"chosen": 2, "kind": "xlsx"}]


def test_nobody_does_in_bulk_what_he_may_not_do_to_one(office: Office) -> None:
    for role, what in (
        ("branch_clerk", "export"),
        ("finance", "verify"),
        ("auditor", "verify"),
    ):
        answer = office.as_(role).post(LIST, {"do": what, "every": "yes", "confirmed": "yes"})
        assert answer.status_code in (403, 404), (role, what)
    clerk = office.as_("committee_clerk")
    assert clerk.post(LIST, {"do": "nothing"}).status_code == 404
    assert office.as_("committee_clerk").bare_post(LIST, {"do": "export"}).status_code == 400
    offered = re.findall(r'name="do" value="([^"]+)"', office.as_("auditor").get("/members/").text)
    assert not {"export", "verify"} & set(offered)


def test_too_many_or_none_are_sent_back_with_a_word(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = fresh_office.sign_in("committee_clerk")
    assert clerk.post(LIST, {"do": "export"}).status_code == 302
    assert "note-warning" in clerk.get("/members/").text
    monkeypatch.setattr(bulk, "MOST", 2)
    assert clerk.post(LIST, {"do": "export", "every": "yes"}).status_code == 302
    assert "一次最多处理2条" in clerk.get("/members/").text
    odd = {"do": "export", "rowid": ["x", "-1", "9" * 30, ""]}
    assert clerk.post(LIST, odd).status_code == 302
