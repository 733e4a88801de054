"""What the forms of the procedure say when they are sent wrong, twice, or by somebody else: a reason
in words, what was typed still there, one record and no more (R-4.1.1, R-4.3.1, R-4.4, R-4.7, R-6.2)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import CheckPlan, HelpingPair, Measure, Member, Objection, Recovery, Visit
from models.pairs import PairContact
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Desk, Roadside, open_roadside, said
from tests.admin.test_case_lists import MINUTES, begun, decide_both, on_roster, posted
from tests.admin.test_rounds_page import opened
from tests.conftest import Database

# what is shown and refused is the same on both; the verbs are tested on both elsewhere
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    """Two applications wait for the meeting."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun)


def why(page: str) -> str:
    return " ".join(said(page))


def twice(desk: Desk, path: str, end: str, **typed: str) -> str:
    """Press a button twice before the next page comes; gives what the second press is told."""
    form = form_to(desk.get(path), end)
    assert desk.send(form, path, **typed).status_code == 302
    answer = desk.send(form, path, **typed)
    assert answer.status_code in (409, 422), answer.status_code
    return why(answer.text)


def count(office: Roadside, model: type) -> int:
    with office.session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def in_english(desk: Desk) -> Desk:
    desk.browser.get("/lang/en")
    return desk


# -- the yearly round


def test_r_4_1_1_a_refused_form_of_the_round_keeps_ticks_and_choice(office: Roadside) -> None:
    path = opened(office)
    desk = office.at("committee_clerk")
    desk.press(path, "/received")
    (to_send,) = re.findall(rf'action="{path}(/send/\d+)"', desk.get(path))
    form = form_to(desk.get(path), to_send)
    units = [one.value for one in form.inputs if one.name == "unit"]
    assert len(units) > 1
    answer = desk.send(form, path, unit=units[:1], channel="phone", sent_on="2010-01-01")
    assert answer.status_code == 422
    assert "日期2010年1月1日须在" in why(answer.text)
    kept = form_to(answer.text, to_send)
    assert [one.value for one in kept.inputs if one.name == "unit" and one.checked] == units[:1]
    assert kept.data()["channel"] == ["phone"]
    blank = desk.send(form, path, sent_on="")
    assert "请填写日期" in why(blank.text)


def test_r_4_1_1_a_number_too_long_for_its_place_is_said_at_it(office: Roadside) -> None:
    page = office.at("reviewer").refused("/rounds/new", "", document_number="号" * 65)
    assert "文号不超过64字" in why(page)
    assert "号" * 65 in page, "what was typed is still there"


# -- notes and scans


def test_a_blank_note_or_scan_is_answered_by_the_page_and_what_was_chosen_stays(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    page = desk.get("/application/1")
    for target in ("/notes", "/attachment/"):
        assert re.search(rf'<form[^>]*action="[^"]*{target}[^>]* novalidate', page), target
    assert "请" in why(desk.refused("/application/1", "/notes", text=""))
    page = desk.refused("/application/1", "/attachment/of/1", kind="other", copies="3")
    assert "没有选择文件" in why(page)
    assert '<option value="other" selected>' in page
    assert 'name="copies" inputmode="numeric" value="3"' in page


# -- notices and objections


def test_r_4_3_1_an_objection_sent_twice_is_one_and_a_photo_must_be_chosen(
    office: Roadside,
) -> None:
    path = posted(office)
    told = {"content": "家有三处房屋", "channel": "letter", "has_clue": "yes"}
    assert "没有重复登记" in twice(office.at("reviewer"), path, "/objections/to/1/1", **told)
    assert count(office, Objection) == 1
    page = office.at("clerk").refused(path, "/photo")
    assert "没有选择文件" in why(page)
    page = in_english(office.at("secretary")).refused(path, "/photo")
    assert "No file was chosen" in why(page)


# -- meetings


def test_r_4_2_1_wrong_numbers_and_other_peoples_buttons_of_a_meeting_end_in_no_error_page(
    office: Roadside,
) -> None:
    desk = office.at("reviewer")
    long = {"unit": "9" * 40, "number": "1", "held_on": "2010-12-03"}
    assert desk.browser.post("/meetings/minutes", long).status_code == 404
    for verb in ("record", "confirm", "minutes", "numbers/void"):
        assert office.at("clerk").browser.post(f"/meetings/{verb}").status_code == 403
    assert office.at("clerk").browser.get("/meetings/numbers").status_code == 403


def test_a_refusal_has_no_amount_and_the_same_fault_of_many_rows_stands_once(
    office: Roadside,
) -> None:
    desk = office.at("reviewer")
    page = desk.refused("/meetings/", "/record")
    top = page[page.index('class="note note-danger"') :].split("</ul>")[0]
    assert top.count("请填写“会议结果”") == 1
    assert "2010-000001 2010-000002" in top
    typed = dict(MINUTES)
    for number in (1, 2):
        typed |= {f"row-{number}-result": "refused", f"row-{number}-reason": "情况不属实"}
    assert form_to(desk.get("/meetings/"), "/record").data()["row-1-amount"] == ["600"]
    wrong = desk.refused("/meetings/", "/record", **typed, **{"list-document_number": "乱写"})
    assert "应写成 历组批〔2010〕12号 的样子" in why(wrong)
    desk.press("/meetings/", "/record", **typed)
    assert "600.00" not in office.at("leader").get("/meetings/").split("<main")[1]


# -- checks


def test_r_4_7_a_sample_and_a_visit_sent_twice_are_recorded_once(office: Roadside) -> None:
    auditor = office.at("auditor")
    decide_both(office)
    assert "名单不能重抽" in twice(auditor, "/checks/new", "", title="年底抽查", share="100")
    assert count(office, CheckPlan) == 1
    seen = {"way": "home", "visitors": "周检", "finding": "suspected", "words": "疑有隐瞒"}
    told = twice(auditor, "/checks/applications/1/visit", "", **seen)
    assert "没有重复登记" in told
    assert count(office, Visit) == 1


def test_r_4_7_money_is_not_ordered_back_before_the_visit_that_found_the_fraud(
    office: Roadside,
) -> None:
    on_roster(office)
    page = office.at("committee_clerk").get("/payments/")
    witness = dict.fromkeys(re.findall(r'name="(row-\d+-witness)"', page), "见证人甲")
    office.at("committee_clerk").press("/payments/", "/payments/pay", **witness)
    given = {"way": "home", "visitors": "周检", "finding": "fraud", "fraud_by": "member"}
    auditor, leader = office.at("auditor"), office.at("leader")
    answer = auditor.press("/checks/applications/1/visit", "", **given)
    where = answer.headers["Location"]
    with office.session() as session:
        money = session.scalars(select(Measure.id).where(Measure.fen.is_not(None))).one()
    day = (office.clock.now.date() - timedelta(days=3)).isoformat()
    assert "早于核查日期" in why(leader.refused(where, f"/measures/{money}", on=day))
    assert count(office, Recovery) == 0
    leader.press(where, f"/measures/{money}")
    assert count(office, Recovery) == 1


# -- pairs


def test_r_6_2_a_contact_keeps_what_was_typed_and_stands_once_and_no_pair_starts_tomorrow(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    with office.session() as session:
        branch = session.get_one(Member, office.members["王建国"]).org_id
    one = {"helper": office.members["王建国"], "helped": office.members["刘长河"], "org": branch}
    assert "晚于今天" in why(desk.refused("/pairs/new/", "", **one, start_on="2030-01-01"))
    desk.press("/pairs/new/", "", **one, start_on="2010-12-01")
    path = "/pairs/details/?id=1"
    page = desk.refused(path, "/pairs/contact/", words="上门看望，教嫁接", met_on="")
    assert "上门看望，教嫁接" in page
    assert "没有填写" in why(page)
    contact = {"way": "visit", "words": "上门看望"}
    assert "没有重复登记" in twice(desk, path, "/pairs/contact/", **contact)
    assert count(office, PairContact) == 1
    end = {"reason": "到期", "result": "income_up"}
    assert "晚于今天" in why(desk.refused("/pairs/end/?id=1", "", on="2030-01-01", **end))
    stale = desk.send(form_to(desk.get("/pairs/end/?id=1"), ""), "/pairs/end/?id=1", version="9",
                      on="2010-12-03", **end)  # fmt: skip
    assert stale.status_code == 409
    assert "王建国 → 刘长河" in why(stale.text)
    assert count(office, HelpingPair) == 1
