"""What is done on the tables: entering and changing members, worksheets, pairs, units, accounts."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import func, select

from models import (
    AuditRecord,
    HelpingPair,
    HolidayYear,
    Household,
    Member,
    OrgUnit,
    PairState,
    Setting,
    User,
    UserRole,
)
from models.audit import verify
from tests.admin.conftest import PASSWORD, Office
from tests.admin.test_both_versions import form_of


def version_in(page: str) -> str:
    """What the form of a page sends back as its version."""
    found = re.search(r'name="version"[^>]* value="(\d+)"', page)
    assert found
    return found[1]


def sent_by(page: str) -> dict[str, str]:
    """What a browser would send of a worksheet, untouched."""
    sent = form_of(page)
    return {name: text for name, text in sent.items() if name != "csrf_token"}


def audited(office: Office) -> list[str]:
    """Actions in the log, which must be whole."""
    with office.session() as session:
        assert verify(session) == []
        return list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)))


# ---- members ------------------------------------------------------------------------------


def test_a_clerk_enters_a_member_and_the_number_gives_birth_and_sex(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    data = {
        "name": "欧阳·娜",
        "id_number": "11010119490101019x",
        "status": "full",
        "org": fresh_office.units["A1"],
        "phone": "0531-88000000",
    }
    answer = clerk.post("/members/new/", data)
    assert answer.status_code == 302, re.findall(r"<li>.*?</li>", answer.text)
    with fresh_office.session() as session:
        member = session.scalars(select(Member).where(Member.name == "欧阳·娜")).one()
        assert member.birth_on == date(1949, 1, 1)
        assert member.id_number == "11010119490101019X"
    assert "member.register" in audited(fresh_office)


def test_every_fault_of_a_new_member_is_shown_at_once_beside_its_field_and_nothing_is_stored(
    fresh_office: Office,
) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    data = {
        "name": "王某",
        "id_number": "110101199003074514",
        "status": "full",
        "phone": "12",
        "org": fresh_office.units["A1"],
        "joined_on": "2091-01-01",
    }
    answer = clerk.post("/members/new/", data)
    assert answer.status_code == 422
    for field in ("id_number", "phone", "joined_on"):
        assert f'id="{field}-faults"' in answer.text, field
    assert 'value="王某"' in answer.text, "what was typed is kept"
    with fresh_office.session() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 5
    assert "refused:member.create" in audited(fresh_office)


def test_a_form_without_its_branch_still_tells_every_other_fault(fresh_office: Office) -> None:
    """Nobody is sent back a second time for what was wrong the first time."""
    clerk = fresh_office.sign_in("branch_clerk")
    data = {"name": "", "id_number": "123", "status": "full", "phone": "12", "joined_on": "nie"}
    answer = clerk.post("/members/new/", data)
    assert answer.status_code == 422
    for field in ("name", "org", "id_number", "phone", "joined_on"):
        assert f'id="{field}-faults"' in answer.text, field


def test_a_member_cannot_be_entered_into_a_branch_of_others(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    data = {"name": "王某", "status": "full", "org": fresh_office.units["B1"]}
    assert clerk.post("/members/new/", data).status_code == 422


def test_a_clerk_of_the_committee_moves_a_member_with_a_reason_within_the_committee(
    fresh_office: Office,
) -> None:
    clerk, number = fresh_office.sign_in("committee_clerk"), fresh_office.members["李芳"]
    version = fresh_office.one(Member, number).version
    data = {"to": fresh_office.units["A2"], "version": version}
    assert clerk.post(f"/members/move/?id={number}", data).status_code == 422, "no reason"
    outside = {**data, "to": fresh_office.units["B1"], "reason": "迁居"}
    assert clerk.post(f"/members/move/?id={number}", outside).status_code == 422
    data["reason"] = "迁居"
    answer = clerk.post(f"/members/move/?id={number}", data)
    assert answer.status_code == 302
    there = clerk.get(answer.headers["Location"]).text
    assert "已转入A2组织。" in there
    assert "/members/edit/" in there, "the page of the member follows"
    data["version"] = fresh_office.one(Member, number).version
    answer = clerk.post(f"/members/move/?id={number}", data)
    assert "原在A2组织，没有改动" in clerk.get(answer.headers["Location"]).text
    assert fresh_office.one(Member, number).org_id == fresh_office.units["A2"]
    assert clerk.get("/members/?search=李芳").status_code == 200


def test_a_search_finds_by_name_initials_and_the_end_of_a_number(office: Office) -> None:
    clerk = office.as_("committee_clerk")
    for words in ("王", "王小", "wxm", "WX", "4514", "110101199003074514", "13800001234"):
        assert "王小明" in clerk.get(f"/members/?search={words}").text, words
    for words in ("小明", "xm", "9999", "%", "_"):
        assert "王小明" not in clerk.get(f"/members/?search={words}").text, words


# ---- the household worksheet --------------------------------------------------------------


def sheet(**rows: str) -> dict[str, str]:
    return {
        "size": "3",
        "note": "",
        "item-0-kind": "income",
        "item-0-label": "退休金",
        "item-0-who": "本人",
        "item-0-yuan": "21600.50",
        "item-0-proof": "银行流水",
        "item-7-kind": "medical_cost",
        "item-7-label": "透析",
        "item-7-yuan": "18,500",
        "item-7-who": "",
        "item-7-proof": "",
        "person-0-name": "张秀霞",
        "person-0-relation": "配偶",
        "person-0-can_work": "no",
        "person-0-id_number": "110101198505052628",
        "person-0-birth_on": "1985-05-05",
        "person-0-occupation": "",
        **rows,
    }


def test_a_worksheet_is_entered_as_a_whole_and_kept_on_the_second_saving(
    fresh_office: Office,
) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    path = f"/members/{number}/household"
    assert clerk.post(path, sheet(version="")).status_code == 302
    with fresh_office.session() as session:
        home = session.scalars(select(Household)).one()
        assert [(i.label, i.fen_per_year, i.verified) for i in home.items] == [
            ("退休金", 2160050, False),
            ("透析", 1850000, False),
        ]
        ids = [item.id for item in home.items]
        version, person = home.version, home.persons[0].id
    page = clerk.get(path).text
    assert "110101198505052628" not in page
    assert "110101********2628" in page
    again = sheet(version=str(version))
    again.update(
        {
            "item-0-verified": "yes",
            "item-0-id": str(ids[0]),
            "item-7-id": str(ids[1]),
            "person-0-id": str(person),
            "person-0-id_number": "",
        }
    )
    refused = clerk.post(path, again)
    assert refused.status_code == 422
    assert "“退休金”是您本人录入或改动的，须由另一人核实" in refused.text
    secretary = fresh_office.sign_in("branch_secretary")
    assert secretary.post(path, again).status_code == 302
    details = secretary.get(f"/members/details/?id={number}").text
    assert "录入人：" in details
    assert "核实人：" in details
    with fresh_office.session() as session:
        home = session.scalars(select(Household)).one()
        assert [item.id for item in home.items] == ids
        assert [item.verified for item in home.items] == [True, False]
        assert home.persons[0].id_number == "110101198505052628", "a blank number stays"


def test_a_worksheet_says_every_fault_at_once_and_keeps_what_was_typed(
    fresh_office: Office,
) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    rows = {"version": "", "item-7-yuan": "很多", "person-0-birth_on": "1985-13-40"}
    answer = clerk.post(f"/members/{number}/household", sheet(**rows))
    assert answer.status_code == 422
    assert "第2行" in answer.text
    assert "张秀霞：" in answer.text
    assert 'value="很多"' in answer.text
    rows = {"version": "", "size": "1", "item-0-proof": "", "item-0-verified": "yes"}
    answer = clerk.post(f"/members/{number}/household", sheet(**rows))
    assert answer.status_code == 422
    assert answer.text.count("<li>") >= 2
    with fresh_office.session() as session:
        assert session.scalar(select(func.count()).select_from(Household)) == 0


def test_two_people_at_one_worksheet_do_not_overwrite_each_other(fresh_office: Office) -> None:
    first, second = fresh_office.sign_in("branch_clerk"), fresh_office.sign_in("branch_secretary")
    path = f"/members/{fresh_office.members['王小明']}/household"
    assert first.post(path, sheet(version="")).status_code == 302
    late = second.post(path, sheet(version="", **{"item-0-yuan": "1"}))
    assert late.status_code == 409
    with fresh_office.session() as session:
        assert session.scalars(select(Household)).one().items[0].fen_per_year == 2160050


def test_a_worksheet_that_came_late_shows_both_and_is_saved_once_more_without_a_loss(
    fresh_office: Office,
) -> None:
    first, second = fresh_office.sign_in("branch_clerk"), fresh_office.sign_in("branch_secretary")
    path = f"/members/{fresh_office.members['王小明']}/household"
    assert first.post(path, sheet(version="")).status_code == 302
    opened = sent_by(second.get(path).text)
    assert first.post(path, {**sent_by(first.get(path).text), "size": "4"}).status_code == 302
    late = second.post(path, {**opened, "item-0-yuan": "3", "item-1-proof": "医院发票"})
    assert late.status_code == 409
    told = late.text.split("data-guard")[0]
    for text in ("<dd>4</dd>", "<dd>3</dd>", "21,600.50元", "退休金 本人 3.00元", "医院发票"):
        assert text in told, text
    assert "110101198505052628" not in late.text
    assert second.post(path, sent_by(late.text)).status_code == 302
    with fresh_office.session() as session:
        home = session.scalars(select(Household)).one()
        assert [item.fen_per_year for item in home.items] == [300, 1850000]
        assert home.persons[0].id_number == "110101198505052628", "a number left blank stays"


# ---- pairs --------------------------------------------------------------------------------


def test_a_pair_is_begun_changed_and_ended_with_its_reason(fresh_office: Office) -> None:
    clerk, members = fresh_office.sign_in("branch_clerk"), fresh_office.members
    data = {
        "helper": members["李芳"],
        "helped": members["王小明"],
        "org": fresh_office.units["A1"],
        "start_on": "2026-02-01",
        "plan": "学养殖",
    }
    assert clerk.post("/pairs/new/", data).status_code == 302
    with fresh_office.session() as session:
        pair = session.scalars(
            select(HelpingPair).where(HelpingPair.helper_id == members["李芳"])
        ).one()
        number, version = pair.id, pair.version
    again = clerk.post("/pairs/new/", data)
    assert again.status_code == 422, "the same two, twice"
    change = {"version": version, "plan": "学养殖和销售", "end_on": "2027-02-01"}
    assert clerk.post(f"/pairs/edit/?id={number}", change).status_code == 302
    end = {"version": fresh_office.one(HelpingPair, number).version, "on": "2026-03-01"}
    assert clerk.post(f"/pairs/end/?id={number}", end).status_code == 422
    assert clerk.post(f"/pairs/end/?id={number}", {**end, "reason": "脱贫"}).status_code == 302
    assert fresh_office.one(HelpingPair, number).state is PairState.ENDED
    assert {"pair.start", "pair.change", "pair.end"} <= set(audited(fresh_office))


# ---- units --------------------------------------------------------------------------------


def test_a_unit_is_made_below_another_and_moves_with_what_stands_below_it(
    fresh_office: Office,
) -> None:
    chief, units = fresh_office.sign_in("administrator"), fresh_office.units
    data = {"name": "新支部", "code": "A9", "level": "branch", "parent": units["A"], "active": "y"}
    assert chief.post("/orgs/new/", data).status_code == 302
    assert chief.post("/orgs/new/", data).status_code == 422, "a code twice"
    assert chief.post("/orgs/new/", {**data, "code": "X", "parent": ""}).status_code == 422
    move = {"name": "A组织", "code": "A", "level": "committee", "parent": units["B"], "active": "y"}
    assert chief.post(f"/orgs/edit/?id={units['A']}", move).status_code == 409, "of no version"
    move["version"] = 0  # nothing was ever written down about it
    assert chief.post(f"/orgs/edit/?id={units['A']}", move).status_code == 302
    assert fresh_office.one(OrgUnit, units["A1"]).path.startswith(
        fresh_office.one(OrgUnit, units["B"]).path
    )
    page = chief.get(f"/orgs/edit/?id={units['A']}").text
    below = {**move, "parent": units["A1"], "version": version_in(page)}
    assert chief.post(f"/orgs/edit/?id={units['A']}", below).status_code == 422


# ---- accounts -----------------------------------------------------------------------------


def test_an_account_is_made_given_a_role_and_a_first_password_that_must_be_changed(
    fresh_office: Office,
) -> None:
    chief = fresh_office.sign_in("administrator")
    data = {"username": "Zhang.San", "display_name": "张三", "locale": "zh", "active": "y"}
    assert chief.post("/users/new/", data).status_code == 302
    assert chief.post("/users/new/", data).status_code == 422, "a name twice"
    with fresh_office.session() as session:
        user = session.scalars(select(User).where(User.username == "zhang.san")).one()
        number = user.id
        role = session.scalar(
            select(UserRole.role_id).where(UserRole.user_id == fresh_office.users["finance"])
        )
    grant = {"role": role, "unit": fresh_office.units["D"], "from_on": "2026-03-01"}
    assert chief.post(f"/users/grant/?id={number}", grant).status_code == 302
    wrong = {**grant, "unit": fresh_office.units["A1"]}
    refused = chief.post(f"/users/grant/?id={number}", wrong)
    assert refused.status_code == 422, "not its level"
    assert 'id="unit-faults"' in refused.text, "said at the field too"
    bare = chief.post(f"/users/grant/?id={number}", {"role": role})
    assert bare.status_code == 422
    for name in ("unit", "from_on"):
        assert f'<a href="#{name}">' in bare.text
        assert f'id="{name}-faults"' in bare.text
    unusable = "这个账号还没有密码"
    own = chief.get(f"/users/details/?id={number}").text
    assert unusable in own, "nobody is told a password when the account is made"
    grant_form = own[own.index("/users/grant/") :]
    assert "novalidate" in grant_form[: grant_form.index(">")], "refused in our words, all at once"
    page = chief.post(f"/users/password/?id={number}").text
    assert unusable not in chief.get(f"/users/details/?id={number}").text
    fresh = re.search(r'class="lead mono">([0-9a-f-]+)<', page)
    assert fresh
    newcomer = fresh_office.sign_in("zhang.san", fresh[1])
    assert newcomer.get("/").headers["Location"] == "/password"
    new = "a sentence of his own 己"
    assert (
        newcomer.post("/password", {"old": fresh[1], "new": new, "again": new}).status_code == 302
    )
    assert newcomer.get("/").status_code == 200
    log = audited(fresh_office)
    assert {"user.create", "user.grant", "user.password", "account.password"} <= set(log)
    with fresh_office.session() as session:
        details = str(session.scalars(select(AuditRecord.data)).all())
        assert fresh[1] not in details


def test_nobody_grants_himself_a_role_or_closes_his_own_account(fresh_office: Office) -> None:
    chief, me = fresh_office.sign_in("administrator"), fresh_office.users["administrator"]
    with fresh_office.session() as session:
        role = session.scalar(
            select(UserRole.role_id).where(UserRole.user_id == fresh_office.users["finance"])
        )
        version = session.get_one(User, me).version
    grant = {"role": role, "unit": fresh_office.units["D"], "from_on": "2026-03-01"}
    assert chief.post(f"/users/grant/?id={me}", grant).status_code == 422
    closing = {"display_name": "管理员", "locale": "zh", "version": version}
    assert chief.post(f"/users/edit/?id={me}", closing).status_code == 422
    assert fresh_office.one(User, me).active


def test_closing_an_account_and_ending_a_role_take_effect_at_once(fresh_office: Office) -> None:
    chief, number = fresh_office.sign_in("administrator"), fresh_office.users["auditor"]
    auditor = fresh_office.sign_in("auditor")
    assert auditor.get("/audit/").status_code == 200
    with fresh_office.session() as session:
        held = session.scalars(select(UserRole).where(UserRole.user_id == number)).one().id
    assert chief.post(f"/users/end-role/?id={number}", {"role": held}).status_code == 302
    assert auditor.get("/audit/").status_code == 403
    version = fresh_office.one(User, number).version
    closing = {"display_name": "审计员", "locale": "zh", "version": version}
    assert chief.post(f"/users/edit/?id={number}", closing).status_code == 302
    assert auditor.get("/").headers["Location"].startswith("/login")
    other = fresh_office.users["finance"]
    assert chief.post(f"/users/end-role/?id={other}", {"role": held}).status_code == 404


def test_an_account_is_tied_to_a_member_by_the_whole_number_only(fresh_office: Office) -> None:
    chief, number = fresh_office.sign_in("administrator"), fresh_office.users["finance"]
    base = {"display_name": "财务员", "locale": "zh", "active": "y"}

    def save(text: str) -> int:
        version = fresh_office.one(User, number).version
        data = {**base, "version": version, "member_number": text}
        return chief.post(f"/users/edit/?id={number}", data).status_code

    assert save("4514") == 422
    assert save("110101199003074514") == 302
    assert fresh_office.one(User, number).member_id == fresh_office.members["王小明"]
    assert save("") == 302
    assert fresh_office.one(User, number).member_id == fresh_office.members["王小明"]
    assert save("0") == 302
    assert fresh_office.one(User, number).member_id is None


def test_no_page_of_an_account_shows_its_hash_or_stamp(office: Office) -> None:
    chief, number = office.as_("administrator"), office.users["finance"]
    for path in (f"/users/details/?id={number}", f"/users/edit/?id={number}", "/users/"):
        page = chief.get(path).text
        assert "argon2" not in page, path
        assert "first" not in re.sub(r"<[^>]+>", "", page), path
    assert PASSWORD not in page


# ---- settings and calendar ----------------------------------------------------------------


def test_settings_are_typed_and_only_changes_are_written(fresh_office: Office) -> None:
    chief = fresh_office.sign_in("administrator")
    wrong = chief.post("/settings", {"attachment_max_mb": "viel", "hotline": "12380"})
    assert wrong.status_code == 422
    boxes = {"deduct_costs": "yes", "mail_encrypted": "yes"}
    good = {"attachment_max_mb": "12", "hotline": "12380", **boxes}
    assert chief.post("/settings", good).status_code == 302
    with fresh_office.session() as session:
        stored = {row.key: row.value for row in session.scalars(select(Setting))}
    assert stored == {"attachment_max_mb": 12, "hotline": "12380"}
    assert audited(fresh_office).count("setting.put") == 2


def test_a_year_of_the_calendar_is_proposed_checked_and_saved(fresh_office: Office) -> None:
    chief = fresh_office.sign_in("administrator")
    assert "2026-10-01" in chief.get("/calendar/2026").text
    bad = chief.post("/calendar/2026", {"off": "2026-10-01 2025-10-01 2-30 春节", "work": "10-1"})
    assert bad.status_code == 422
    assert "有4处需要处理" in bad.text
    for word in ("“2-30”不是有效日期", "“春节”不是有效日期", "2025年10月1日不在2026年内"):
        assert word in bad.text
    assert "9999" not in bad.text
    assert chief.post("/calendar/2026", {"off": "10-01，10-02", "work": "10-10"}).status_code == 302
    with fresh_office.session() as session:
        assert list(session.scalars(select(HolidayYear.year))) == [2026]
    assert fresh_office.sign_in("finance").post("/calendar/2026", {"off": ""}).status_code == 422
    before = chief.get("/calendar/2026").text
    wiped = chief.post("/calendar/2026", {})
    assert wiped.status_code == 422
    assert "2026年没有填写任何放假日" in wiped.text
    assert before.count("2026-10-01") == chief.get("/calendar/2026").text.count("2026-10-01") > 0


def test_a_field_left_blank_is_named_with_what_to_do(office: Office) -> None:
    clerk = office.as_("branch_clerk")
    for language, said in (("zh", "没有填写，此处必须填写"), ("en", "is empty and needed here")):
        clerk.get(f"/lang/{language}")
        answer = clerk.post("/members/new/", {"name": ""})
        assert answer.status_code in (200, 422)
        assert answer.text.count(said) >= 2, "each blank field at once"
    clerk.get("/lang/zh")


def test_a_line_break_in_a_field_of_one_line_becomes_a_blank(fresh_office: Office) -> None:
    """As a workbook is read; a text of several lines keeps its own."""
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    path = f"/members/edit/?id={number}"
    sent = {
        **form_of(clerk.get(path).text),
        "name": "李\r\n芳芳 \n",
        "address": "东村 \u2028 3号",
        "can_help_skills": "养蜂\n木工",
    }
    assert clerk.post(path, sent).status_code == 302
    row = fresh_office.one(Member, number)
    assert (row.name, row.address) == ("李 芳芳", "东村 3号")
    assert [one.strip() for one in str(row.can_help_skills).splitlines()] == ["养蜂", "木工"]
